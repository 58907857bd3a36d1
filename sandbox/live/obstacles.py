"""What scenarios put in the way of a connector: anything that can be stopped."""

from __future__ import annotations

import socket
import subprocess
import threading
from contextlib import suppress
from typing import Protocol

CHUNK = 65_536


class Obstacle(Protocol):
    """A process, a session of the database, a proxy."""

    def stop(self) -> None: ...


class Session:
    """A client of the database that waits at its standard input; the server sees its end at once."""

    def __init__(self, client: subprocess.Popen[str]) -> None:
        self._client = client

    def stop(self) -> None:
        self._client.communicate()


class Proxy:
    """Listens on a port of 127.0.0.1 and hands everything on to another one, from its making to `stop`.

    It can go silent: what a network does that drops packets and tells nobody.
    """

    def __init__(self, port: int, target: int) -> None:
        self.port, self._target = port, target
        self._open: list[socket.socket] = []
        self._silent: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True, name=f"proxy {port}").start()

    def go_silent(self) -> None:
        """The connections that there are stay open for ever and carry nothing any more; later ones work."""
        self._silent |= set(self._open)

    def stop(self) -> None:
        for each in (self._listener, *self._open):
            with suppress(OSError):  # it may have been closed from the other side
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                if self._listener.fileno() < 0:
                    return
                client.close()
                continue
            self._open += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._hand_on, args=(one, other), daemon=True).start()

    def _hand_on(self, one: socket.socket, other: socket.socket) -> None:
        """Until one of them ends. What comes over a silent connection is read and dropped, its end as well."""
        with suppress(OSError):
            while data := one.recv(CHUNK):
                if one not in self._silent:
                    other.sendall(data)
        if one not in self._silent:
            with suppress(OSError):
                other.shutdown(socket.SHUT_RDWR)
