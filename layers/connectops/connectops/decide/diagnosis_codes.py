"""Numbers and SQLSTATEs of databases in plain words: what a driver prints and few people know by heart.

Sources: MySQL 8.4 and MariaDB 10.11 server error references, PostgreSQL 17 appendix A, ISO/IEC 9075 classes, Db2 LUW
message reference.
"""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?:Error code|SQL Error): (\d{4,5})\b")
_STATE = re.compile(r"(?:SQLSTATE|SQLState|sql state)[:=(]\s?['\[]?([0-9A-Z]{5})\b|\(Error: ([0-9A-Z]{5})\)")
_DB2 = re.compile(r"\bSQLCODE=(-\d{3,5})\b")
TEXT_LOOKED_AT = 2_000

_NUMBERS = {
    "1021": "the disk of the database is full",
    "1040": "the database has no connection free",
    "1042": "the database cannot find the client's host name",
    "1044": "the user may not use this database",
    "1045": "wrong user or password, or not allowed from this host",
    "1049": "there is no such database",
    "1053": "the database is shutting down",
    "1064": "the server does not know this statement",
    "1105": "an error that the server has no number for",
    "1114": "a table or temporary table is full",
    "1129": "the host is blocked after too many failed connections",
    "1130": "this host may not connect",
    "1142": "the user lacks a right on this table",
    "1146": "there is no such table",
    "1158": "the network broke while reading",
    "1159": "the network was silent for too long",
    "1193": "the server does not know this variable",
    "1203": "the user has no connection free",
    "1205": "waiting for a lock took too long",
    "1213": "a deadlock",
    "1226": "the user's limit is used up",
    "1227": "the user lacks a global privilege",
    "1236": "the server cannot read its binlog where the connector asks",
    "1290": "the server is read-only or runs with another option that forbids it",
    "1317": "the statement was interrupted",
    "1381": "binary logging is off",
    "1789": "transactions that the connector needs were purged",
    "1792": "the transaction is read-only",
    "1836": "the server is read-only",
    "1862": "the password has expired",
    "1927": "the connection was killed",
    "1969": "the statement ran for too long",
    "3024": "the statement ran for too long",
    "3032": "the server is in offline mode",
    "3118": "the account is locked",
    "4031": "the server closed an idle connection",
    "4052": "another client reads with the same server id",
    "4151": "the account is locked",
}
_STATES = {
    "08": "the connection was lost or cannot be made",
    "0A": "the server does not support it",
    "22": "a value does not fit",
    "23": "a constraint was violated",
    "25": "the transaction is in a state that forbids it",
    "25006": "the server or transaction is read-only",
    "25P03": "the transaction was idle for too long",
    "28": "the login was refused",
    "28P01": "wrong password",
    "3D": "there is no such database",
    "40": "the transaction was rolled back; it may be tried again",
    "40001": "two transactions got in each other's way",
    "40P01": "a deadlock",
    "42": "the statement names something that is not there or not allowed",
    "42501": "a right is missing",
    "42703": "there is no such column",
    "42704": "there is no such object (slot, publication, type)",
    "42710": "an object of this name is there already",
    "42P01": "there is no such table",
    "53": "the server has run out of something",
    "53100": "the disk of the database is full",
    "53200": "the database is out of memory",
    "53300": "the database has no connection free",
    "53400": "a limit of the configuration is reached",
    "55": "the object is not in the state that this needs",
    "55006": "somebody else uses the object",
    "55P03": "a lock was not available",
    "57": "an operator or the server stepped in",
    "57014": "the statement was cancelled (time-out or by hand)",
    "57P01": "an administrator ended the connection: shutdown, restart or failover",
    "57P02": "another server process crashed",
    "57P03": "the database does not take connections yet",
    "57P04": "the database was dropped",
    "57P05": "the connection was idle for too long",
    "58": "the server's file system failed",
    "58P01": "a file of the server is gone (removed write-ahead log)",
    "XX": "an internal error of the server: damaged data or a defect",
}
_SQLCODES = {
    "-204": "there is no such object",
    "-551": "a right is missing",
    "-805": "a package of the driver is not bound",
    "-911": "a deadlock or lock time-out",
    "-913": "a deadlock or lock time-out",
    "-1224": "the database ended the connection",
    "-1776": "this is a standby",
    "-4499": "the connection was lost or cannot be made",
    "-30081": "the connection was lost or cannot be made",
}


def in_words(text: str) -> str:
    """What the codes in a cause line mean, each once; empty if it has none that anybody knows."""
    text = text[:TEXT_LOOKED_AT]
    numbers = [(code, _NUMBERS.get(code)) for code in _NUMBER.findall(text)]
    states = [one or other for one, other in _STATE.findall(text)]
    said = [
        *numbers,
        *((state, _STATES.get(state) or _STATES.get(state[:2])) for state in states),
        *((code, _SQLCODES.get(code)) for code in _DB2.findall(text)),
    ]
    return "; ".join(dict.fromkeys(f"{code}: {words}" for code, words in said if words))
