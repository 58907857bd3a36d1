"""The REST API of Kafka Connect: every endpoint once, one translator of errors, no retries.

Source: "REST API" in Kafka's documentation of Kafka Connect; KIP-465 (`expand`, Kafka 2.3), KIP-745 (restart with
tasks, Kafka 3.0). Texts that the server sends are never passed on: they may quote a configuration.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

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

if TYPE_CHECKING:
    import requests

RESTART_WITH_TASKS_SINCE = (3, 0)

type Credentials = Mapping[str, str]
"""The content of a cluster's secret, see `model.KafkaConnectCluster`."""


class ConnectRest:
    """One cluster. `credentials` is asked on the first call, and again after an answer of 401 or 403."""

    def __init__(self, cluster: KafkaConnectCluster, credentials: Callable[[], Credentials] = dict) -> None:
        self._cluster = cluster
        self._credentials = credentials
        self._session: requests.Session | None = None

    @property
    def log_group(self) -> str | None:
        """Where the workers of this cluster write their lines, as the settings say."""
        return self._cluster.log_group

    def version(self) -> str:
        """The version of the worker that answers, as "3.7.2"."""
        answer = self._call("GET", "/")
        if not isinstance(answer, dict) or not isinstance(answer.get("version"), str):
            raise Unreachable(f"{self._cluster.name}: what answers at {self._cluster.url} is not Kafka Connect")
        return str(answer["version"])

    def connectors(self) -> dict[str, Any]:
        """Status and info of all connectors by name: `{name: {"status": {...}, "info": {...}}}`."""
        answer = self._call("GET", "/connectors?expand=status&expand=info")
        if not isinstance(answer, dict):
            raise Unreachable(f"{self._cluster.name}: what answers at {self._cluster.url} is not Kafka Connect >= 2.3")
        return answer

    def status(self, name: str) -> dict[str, Any]:
        """`{"connector": {"state", ...}, "tasks": [{"id", "state", ...}], ...}`."""
        answer = self._call("GET", f"{_path(name)}/status")
        if not isinstance(answer, dict) or not {"connector", "tasks"} <= answer.keys():
            raise Unreachable(f"{self._cluster.name}: the status of {name} is not as Kafka Connect gives it")
        return answer

    def info(self, name: str) -> dict[str, Any]:
        """`{"name", "config": {...}, "tasks": [...], "type"}`."""
        answer = self._call("GET", _path(name))
        if not isinstance(answer, dict) or not isinstance(answer.get("config"), dict):
            raise Unreachable(f"{self._cluster.name}: what {name} is, is not told as Kafka Connect tells it")
        return answer

    def restart(self, name: str, *, only_failed: bool) -> None:
        """Restart a connector with its tasks, or what of both has failed (Kafka Connect >= 3.0)."""
        self._call("POST", f"{_path(name)}/restart?includeTasks=true&onlyFailed={str(only_failed).lower()}")

    def restart_connector(self, name: str) -> None:
        """Restart the connector alone: none of its tasks."""
        self._call("POST", f"{_path(name)}/restart")

    def restart_task(self, name: str, task: int) -> None:
        self._call("POST", f"{_path(name)}/tasks/{task}/restart")

    def pause(self, name: str) -> None:
        self._call("PUT", f"{_path(name)}/pause")

    def resume(self, name: str) -> None:
        self._call("PUT", f"{_path(name)}/resume")

    def _call(self, method: Literal["GET", "POST", "PUT"], path: str) -> object:
        """The decoded answer (None if it is empty). Redirects are not followed: they could carry credentials away."""
        import requests  # 107 ms that only self-managed clusters need

        changing = method != "GET"
        what = f"{self._cluster.name}: {method} {path.partition('?')[0]}"
        if self._session is None:
            self._session = _session(self._cluster, self._credentials())
        try:
            answer = self._session.request(
                method, self._cluster.url + path, timeout=self._cluster.timeout.total_seconds(), allow_redirects=False
            )
            if answer.ok and not answer.is_redirect:
                return answer.json() if answer.content and not changing else None
        except requests.JSONDecodeError as err:
            raise Unreachable(f"{what} was answered with something that is not JSON") from err
        except requests.RequestException as err:
            raise _lost(what, err, changing=changing) from err
        if answer.status_code in (401, 403):
            self._session = None
        raise _refused(what, answer, changing=changing)


def _path(name: str) -> str:
    """Names may hold any character but control characters."""
    if name in (".", ".."):
        raise Forbidden(f"a connector called {name!r} cannot be named in a URL")
    return f"/connectors/{quote(name, safe='')}"


def _refused(what: str, answer: requests.Response, *, changing: bool) -> ConnectOpsError:
    """The one translator of HTTP answers. Source: HerderRequestHandler and ConnectExceptionMapper of Kafka Connect."""
    status = answer.status_code
    if status == 409 or "rebalance is expected" in answer.text:
        busy = f"{what}: the cluster is rebalancing or in a conflicting operation (HTTP {status})"
        return Busy(busy) if changing else Rebalancing(busy)
    if status == 404:
        return NotFound(f"{what}: not found (HTTP 404)")
    if status >= 500:
        return (OutcomeUnknown if changing else Unreachable)(f"{what}: the server failed (HTTP {status})")
    reason = {401: "the credentials are refused", 403: "the credentials do not allow it"}.get(status, "refused")
    if answer.is_redirect:
        reason = "redirected elsewhere, which is not followed"
    return (Forbidden if changing else NotAllowed)(f"{what}: {reason} (HTTP {status})")


def _lost(what: str, err: requests.RequestException, *, changing: bool) -> ConnectOpsError:
    """No answer. Once a changing call may have left this machine, nobody knows whether it was carried out."""
    import requests
    from urllib3.exceptions import NewConnectionError

    refused = err.args and isinstance(getattr(err.args[0], "reason", None), NewConnectionError)
    if refused or isinstance(
        err, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError
    ):
        return Unreachable(f"{what}: no connection ({type(err).__name__})")
    return (OutcomeUnknown if changing else Unreachable)(f"{what}: no answer ({type(err).__name__})")


def _session(cluster: KafkaConnectCluster, credentials: Credentials) -> requests.Session:
    import requests
    from requests.auth import HTTPBasicAuth

    session = requests.Session()
    session.headers["Accept"] = "application/json"
    if "token" in credentials:
        session.auth = _Bearer(credentials["token"])
    elif "username" in credentials:
        session.auth = HTTPBasicAuth(credentials["username"].encode(), credentials.get("password", "").encode())
    if {"ca", "certificate"} & credentials.keys():
        session.mount(cluster.url, _adapter(_tls(cluster, credentials)))
    return session


class _Bearer:
    """An auth object, because a plain header would give way to a .netrc entry."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _tls(cluster: KafkaConnectCluster, credentials: Credentials) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cadata=credentials.get("ca"))
        if "certificate" in credentials:
            # Python's ssl reads a private key from a file only; it is gone before the first call goes out.
            with NamedTemporaryFile("w", suffix=".pem") as pem:
                pem.write(f"{credentials['certificate']}\n{credentials['private_key']}\n")
                pem.flush()
                context.load_cert_chain(pem.name)
    except (ssl.SSLError, ValueError, KeyError) as err:
        raise NotAllowed(f"{cluster.name}: its secret holds no usable PEM for ca, certificate and private_key") from err
    return context


def _adapter(context: ssl.SSLContext) -> requests.adapters.HTTPAdapter:
    from requests.adapters import HTTPAdapter

    class _OwnTls(HTTPAdapter):
        """Trusts the given context alone."""

        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs, ssl_context=context)

        def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
            """The context verifies; the default would add the public authorities to it."""

    return _OwnTls()
