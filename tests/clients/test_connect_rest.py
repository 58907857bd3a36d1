"""Against a local server with the bodies that Kafka Connect sends (HerderRequestHandler, ConnectExceptionMapper)."""

import base64
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from connectops.clients.connect_rest import ConnectRest
from connectops.errors import (
    Busy,
    ConnectOpsError,
    Forbidden,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Rebalancing,
    Unreachable,
)
from connectops.model import KafkaConnectCluster
from tests.connect_server import LIST, connect_server

RESTART = "POST /connectors/orders/restart?includeTasks=true&onlyFailed=true"
STALE = {
    "error_code": 409,
    "message": "Cannot complete request momentarily due to stale configuration"
    " (typically caused by a concurrent config change)",
}
NO_LEADER = {
    "error_code": 409,
    "message": "Cannot complete request momentarily due to no known leader URL,"
    " likely because a rebalance was underway.",
}
EXPECTED = {"error_code": 500, "message": "Request cannot be completed because a rebalance is expected"}
UNKNOWN = {"error_code": 404, "message": "Connector orders not found"}
TIMED_OUT = {"error_code": 500, "message": "Request timed out"}

type Call = Callable[[ConnectRest], object]


def reading(rest: ConnectRest) -> object:
    return rest.connectors()


def restarting(rest: ConnectRest) -> object:
    rest.restart("orders", only_failed=True)
    return None


def client(url: str, **credentials: str) -> ConnectRest:
    return ConnectRest(KafkaConnectCluster("onprem", url), lambda: credentials)


def test_the_version_is_that_of_the_worker() -> None:
    with connect_server(
        {"GET /": (200, {"version": "3.7.2", "commit": "79a8f2b5", "kafka_cluster_id": "x"})}
    ) as server:
        assert client(server.url).version() == "3.7.2"


@pytest.mark.parametrize("body", [{}, [], {"version": 3}, None])
def test_what_is_not_kafka_connect_is_unreachable(body: object) -> None:
    with connect_server({"GET /": (200, body)}) as server, pytest.raises(Unreachable, match="not Kafka Connect"):
        client(server.url).version()


def test_a_page_instead_of_json_is_unreachable() -> None:
    with connect_server({LIST: (200, "<html>")}) as server, pytest.raises(Unreachable, match="not JSON"):
        client(server.url).connectors()


def test_the_whole_cluster_is_one_call() -> None:
    with connect_server({LIST: (200, {"orders": {"status": {}, "info": {}}})}) as server:
        assert client(server.url).connectors() == {"orders": {"status": {}, "info": {}}}
        assert server.requests == [LIST]


def test_a_list_without_statuses_is_too_old_a_version() -> None:
    with connect_server({LIST: (200, ["orders"])}) as server, pytest.raises(Unreachable, match=r">= 2\.3"):
        client(server.url).connectors()


def test_a_status_that_is_none_is_unreachable() -> None:
    answers = {"GET /connectors/orders/status": (200, {"name": "orders"})}
    with connect_server(answers) as server, pytest.raises(Unreachable, match="orders"):
        client(server.url).status("orders")


def test_a_connector_without_a_configuration_is_unreachable() -> None:
    answers = {"GET /connectors/orders": (200, {"name": "orders"})}
    with connect_server(answers) as server, pytest.raises(Unreachable, match="orders"):
        client(server.url).info("orders")


@pytest.mark.parametrize(
    ("call", "asked"),
    [
        (lambda rest: rest.restart("orders", only_failed=True), RESTART),
        (lambda rest: rest.restart("orders", only_failed=False), RESTART.replace("Failed=true", "Failed=false")),
        (lambda rest: rest.restart_connector("orders"), "POST /connectors/orders/restart"),
        (lambda rest: rest.restart_task("orders", 3), "POST /connectors/orders/tasks/3/restart"),
        (lambda rest: rest.pause("orders"), "PUT /connectors/orders/pause"),
        (lambda rest: rest.resume("orders"), "PUT /connectors/orders/resume"),
    ],
)
@pytest.mark.parametrize("answer", [(204, None), (202, {"name": "orders"}), (200, "")])
def test_each_change_is_one_request(call: Call, asked: str, answer: tuple[int, object]) -> None:
    with connect_server({asked: answer}) as server:
        call(client(server.url))
        assert server.requests == [asked]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a/b", "a%2Fb"),
        ("a b", "a%20b"),
        ("a+b", "a%2Bb"),
        ("100%", "100%25"),
        ("a%2Fb", "a%252Fb"),
        ("what?", "what%3F"),
        ("a#b;c=d&e", "a%23b%3Bc%3Dd%26e"),
        ("größe-注文", "gr%C3%B6%C3%9Fe-%E6%B3%A8%E6%96%87"),
        ("...", "..."),
    ],
)
def test_every_legal_character_of_a_name_is_escaped(name: str, path: str) -> None:
    with connect_server({f"POST /connectors/{path}/restart": (204, None)}) as server:
        client(server.url).restart_connector(name)
        assert server.requests == [f"POST /connectors/{path}/restart"]


@pytest.mark.parametrize("name", [".", ".."])
def test_a_name_that_a_url_cannot_hold_is_refused(name: str) -> None:
    with connect_server() as server:
        with pytest.raises(Forbidden):
            client(server.url).restart_connector(name)
        assert server.requests == []


def test_a_url_may_have_a_path() -> None:
    with connect_server({"GET /connect/": (200, {"version": "4.1.0"})}) as server:
        assert client(f"{server.url}/connect").version() == "4.1.0"


@pytest.mark.parametrize(
    ("status", "body", "when_reading", "when_changing"),
    [
        (404, UNKNOWN, NotFound, NotFound),
        (409, STALE, Rebalancing, Busy),
        (409, NO_LEADER, Rebalancing, Busy),
        (500, EXPECTED, Rebalancing, Busy),
        (401, "", NotAllowed, Forbidden),
        (403, "", NotAllowed, Forbidden),
        (400, {"error_code": 400, "message": "bad"}, NotAllowed, Forbidden),
        (500, TIMED_OUT, Unreachable, OutcomeUnknown),
        (503, "", Unreachable, OutcomeUnknown),
        (0, "", Unreachable, OutcomeUnknown),
    ],
)
def test_each_answer_has_one_meaning(
    status: int, body: object, when_reading: type[ConnectOpsError], when_changing: type[ConnectOpsError]
) -> None:
    with connect_server({LIST: (status, body), RESTART: (status, body)}) as server:
        with pytest.raises(when_reading, match="onprem"):
            reading(client(server.url))
        with pytest.raises(when_changing, match="onprem"):
            restarting(client(server.url))
        assert server.requests == [LIST, RESTART]


@pytest.mark.parametrize(("call", "error"), [(reading, Unreachable), (restarting, OutcomeUnknown)])
def test_a_time_out_leaves_a_change_unknown(call: Call, error: type[ConnectOpsError]) -> None:
    with connect_server({LIST: (1, ""), RESTART: (1, "")}) as server, pytest.raises(error):
        call(ConnectRest(KafkaConnectCluster("onprem", server.url, timeout=timedelta(seconds=0.05))))


@pytest.mark.parametrize("call", [reading, restarting])
def test_a_refused_connection_changed_nothing(call: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        url = f"http://127.0.0.1:{once.getsockname()[1]}"
    with pytest.raises(Unreachable):
        call(client(url))


@pytest.mark.parametrize("call", [reading, restarting])
def test_a_host_without_address_changed_nothing(call: Call) -> None:
    with pytest.raises(Unreachable):
        call(client("http://connect.invalid:8083"))


@pytest.mark.parametrize(("call", "error"), [(reading, NotAllowed), (restarting, Forbidden)])
def test_a_redirect_is_not_followed_with_credentials(call: Call, error: type[ConnectOpsError]) -> None:
    with connect_server({LIST: (302, ""), RESTART: (307, "")}) as server, connect_server() as elsewhere:
        server.headers["Location"] = f"{elsewhere.url}/connectors"
        with pytest.raises(error, match="redirect"):
            call(client(server.url, username="ops", password="hunter2"))
        assert elsewhere.requests == []


def test_basic_credentials_are_sent_in_utf_8() -> None:
    with connect_server({LIST: (200, {})}) as server:
        client(server.url, username="ops", password="gehëim").connectors()
        assert server.seen_headers[0]["Authorization"] == f"Basic {base64.b64encode('ops:gehëim'.encode()).decode()}"


def test_a_token_is_sent_as_bearer() -> None:
    with connect_server({LIST: (200, {})}) as server:
        client(server.url, token="abc").connectors()
        assert server.seen_headers[0]["Authorization"] == "Bearer abc"


def test_a_token_does_not_give_way_to_a_netrc_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with connect_server({LIST: (200, {})}) as server:
        client(server.url, token="abc").connectors()
        assert server.seen_headers[0]["Authorization"] == "Bearer abc"


def test_without_a_secret_nothing_is_sent() -> None:
    with connect_server({LIST: (200, {})}) as server:
        ConnectRest(KafkaConnectCluster("onprem", server.url)).connectors()
        assert "Authorization" not in server.seen_headers[0]


def test_a_changed_password_is_read_again_after_a_refusal() -> None:
    passwords = iter(["old", "new"])
    with connect_server({LIST: (401, "")}) as server:
        rest = ConnectRest(
            KafkaConnectCluster("onprem", server.url), lambda: {"username": "u", "password": next(passwords)}
        )
        with pytest.raises(NotAllowed):
            rest.connectors()
        server.answers[LIST] = (200, {})
        assert rest.connectors() == {}
        assert server.seen_headers[1]["Authorization"] == f"Basic {base64.b64encode(b'u:new').decode()}"


def test_what_the_server_says_is_not_passed_on() -> None:
    leak = {"error_code": 500, "message": "failed with database.password=hunter2"}
    with connect_server({LIST: (500, leak), RESTART: (500, leak)}) as server:
        for call in (reading, restarting):
            with pytest.raises(ConnectOpsError) as caught:
                call(client(server.url, username="ops", password="sesame"))
            assert "hunter2" not in str(caught.value)
            assert "sesame" not in str(caught.value)


def test_requests_is_not_imported_before_the_first_call() -> None:
    code = "import sys, connectops.clients.connect_rest; sys.exit('requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ── TLS ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def pems() -> dict[str, str]:
    """A private authority, a server certificate for 127.0.0.1 and a client certificate, with their keys, as PEM."""
    now = datetime.now(UTC)
    keys = {who: ec.generate_private_key(ec.SECP256R1()) for who in ("ca", "server", "client")}
    pems: dict[str, str] = {}
    for who, key in keys.items():
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, who)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ca")]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=who == "ca", path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(keys["ca"].public_key()), critical=False)
        )
        if who == "ca":
            usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        pems[who] = builder.sign(keys["ca"], SHA256()).public_bytes(Encoding.PEM).decode()
        pems[f"{who}_key"] = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return pems


def server_context(pems: dict[str, str], folder: Path, *, wants_client: bool) -> ssl.SSLContext:
    (folder / "server.pem").write_text(pems["server"] + pems["server_key"])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=pems["ca"])
    context.load_cert_chain(folder / "server.pem")
    context.verify_mode = ssl.CERT_REQUIRED if wants_client else ssl.CERT_NONE
    return context


def test_a_private_authority_is_trusted_when_the_secret_names_it(pems: dict[str, str], tmp_path: Path) -> None:
    with connect_server({LIST: (200, {})}, server_context(pems, tmp_path, wants_client=False)) as server:
        assert client(server.url, ca=pems["ca"]).connectors() == {}


def test_a_private_authority_is_not_trusted_by_itself(pems: dict[str, str], tmp_path: Path) -> None:
    with connect_server(
        {LIST: (200, {}), RESTART: (204, None)}, server_context(pems, tmp_path, wants_client=False)
    ) as server:
        for call in (reading, restarting):
            with pytest.raises(Unreachable, match="SSLError"):
                call(client(server.url))


def test_a_client_certificate_opens_the_door(
    pems: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "secrets"))
    (tmp_path / "secrets").mkdir()
    with connect_server({LIST: (200, {})}, server_context(pems, tmp_path, wants_client=True)) as server:
        mine = {"ca": pems["ca"], "certificate": pems["client"], "private_key": pems["client_key"]}
        assert client(server.url, **mine).connectors() == {}
    assert list((tmp_path / "secrets").iterdir()) == []


def test_without_a_client_certificate_the_door_stays_shut(pems: dict[str, str], tmp_path: Path) -> None:
    tls = server_context(pems, tmp_path, wants_client=True)
    with connect_server({LIST: (200, {})}, tls) as server, pytest.raises(Unreachable):
        client(server.url, ca=pems["ca"]).connectors()


@pytest.mark.parametrize(
    "credentials",
    [{"ca": "no PEM"}, {"certificate": "no PEM", "private_key": "no PEM"}, {"certificate": "alone"}],
)
def test_a_secret_without_usable_pem_says_so_and_not_what_it_holds(credentials: dict[str, str]) -> None:
    with pytest.raises(NotAllowed, match=r"onprem.*PEM") as caught:
        client("https://127.0.0.1:1", **credentials).connectors()
    assert "alone" not in str(caught.value)
