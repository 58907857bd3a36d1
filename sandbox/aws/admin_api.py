"""The admin API under /_sandbox/: JSON in, JSON out. `sandbox.admin.Sandbox` is its client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.core.exceptions import ServiceException

from sandbox.aws.delivery.schedules import Schedules
from sandbox.aws.kafkaconnect import models
from sandbox.aws.kafkaconnect.models import kafkaconnect_backends
from sandbox.aws.kafkaconnect.resources import Connector
from sandbox.aws.kafkaconnect.work import Outcome
from sandbox.aws.world import ACCOUNT, World
from sandbox.records import Fault

PREFIX = "/_sandbox/"

type Query = dict[str, str]


class AdminApi:
    """WSGI middleware: answers what is below /_sandbox/, hands everything else on."""

    def __init__(self, app: WSGIApplication, world: World, schedules: Schedules) -> None:
        self._app, self._world, self._schedules = app, world, schedules
        self._routes: dict[tuple[str, str], Callable[[Query, Any], Any]] = {
            ("GET", "health"): self._health,
            ("GET", "calls"): lambda query, _: self._journal("calls", query),
            ("GET", "invocations"): lambda query, _: self._journal("invocations", query),
            ("GET", "mails"): lambda query, _: self._journal("mails", query),
            ("POST", "faults"): lambda _, body: world.faults.order(Fault(**body)),
            ("DELETE", "faults"): lambda *_: world.faults.clear(),
            ("POST", "switches"): self._switch,
            ("GET", "connectors/workers"): lambda query, _: self._running(query),
            ("POST", "connectors/fail"): self._fail_connector,
            ("POST", "connectors/fail-next-operation"): self._fail_next_operation,
            ("POST", "connectors/state"): self._set_state,
            ("POST", "schedules/fire"): lambda _, body: schedules.fire(body["name"]),
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            return self._app(environ, start_response)
        status, answer = self._answered(environ, path.removeprefix(PREFIX))
        body = json.dumps(answer, default=str).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    def _answered(self, environ: WSGIEnvironment, path: str) -> tuple[HTTPStatus, Any]:
        route = self._routes.get((environ["REQUEST_METHOD"], path))
        if route is None:
            return HTTPStatus.NOT_FOUND, {"error": f"there is no {environ['REQUEST_METHOD']} {PREFIX}{path}"}
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            body = json.loads(raw) if raw else {}
            return HTTPStatus.OK, route(dict(parse_qsl(environ.get("QUERY_STRING", ""))), body)
        except ServiceException as err:
            return HTTPStatus.NOT_FOUND, {"error": err.message}
        except (ValueError, KeyError, TypeError, AttributeError) as err:
            return HTTPStatus.BAD_REQUEST, {"error": f"{type(err).__name__}: {err}"}

    def _health(self, _query: Query, _body: Any) -> Any:
        return {"endpoint": self._world.endpoint, "factor": self._world.clock.factor}

    def _journal(self, kind: str, query: Query) -> Any:
        """Every other query parameter names a field that must have this value."""
        since = int(query.pop("since", 0))
        entries = (asdict(entry) for entry in self._world.journal.snapshot(kind, since))
        return [entry for entry in entries if all(str(entry[name]) == value for name, value in query.items())]

    def _switch(self, _query: Query, body: dict[str, Any]) -> Any:
        wanted = replace(self._world.switches, **body)
        for name in body:
            setattr(self._world.switches, name, getattr(wanted, name))
        return asdict(self._world.switches)

    def _running(self, query: Query) -> Any:
        return [asdict(worker) for worker in models.workers.running(_connector(query))]

    def _fail_connector(self, _query: Query, body: dict[str, Any]) -> None:
        connector = _connector(body)
        connector.transition, connector.state = None, "FAILED"
        connector.description = {"code": body["code"], "message": body["message"]}

    def _fail_next_operation(self, _query: Query, body: dict[str, Any]) -> None:
        backend = kafkaconnect_backends[ACCOUNT][body["region"]]
        error = {"code": body["code"], "message": body["message"]}
        backend.next_failure[body["name"]] = Outcome(error, body["rollback"])

    def _set_state(self, _query: Query, body: dict[str, Any]) -> None:
        connector = _connector(body)
        connector.transition, connector.state, connector.description = None, body["state"], None


def _connector(body: dict[str, Any]) -> Connector:
    return kafkaconnect_backends[ACCOUNT][body["region"]].named(body["name"])
