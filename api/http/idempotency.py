"""`Idempotency-Key`: a write that is sent again is done once, and answered the same (DESIGN 4.10)."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any, Self
from uuid import UUID

import orjson
from cryptography.fernet import Fernet
from fastapi import Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.http.problems import problem
from api.http.request import callboard_of
from domain.errors import FieldException
from domain.viewer import Viewer
from persistence.repositories.idempotency_keys import RequestInFlight, StoredAnswer, claim, keep
from persistence.unit_of_work import UnitOfWork

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
PARAMETER: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": (
        "Names this request: sent again by the same caller with the same key, query, body and If-Match, it"
        f" is not done again but answered the same, with `{REPLAYED}: true`"
    ),
}
"""How the OpenAPI document describes the header."""

REPEATABLE = {
    "POST /api/imports",  # skips what is there already
    "POST /api/schedules/conflicts/detect",  # finds what is there, in many small transactions
    "POST /api/calendars/{calendarId}/export/daily",  # makes another copy that expires, outside a transaction
    "POST /api/calendars/{calendarId}/export/weekly",
    "POST /api/calendars/{calendarId}/export/monthly",
    # These hash passwords, for longer than a connection may be held; a second try is refused.
    "POST /api/users",  # the address is somebody's by then
    "POST /api/auth/password",  # the current password is another by then
}
"""Writes that do no harm when they are done twice, and take no key."""

_SENSIBLE = re.compile(r"[!-~]{1,200}")
_KEPT_HEADERS = ("cache-control", "content-type", "etag", "location")
_BOOLEAN = TypeAdapter(bool)

Handle = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A request that came with a key: what its answer is stored under, and what it asks for."""

    name: UUID
    request_hash: bytes

    @classmethod
    async def of(cls, request: Request, key: str, secret: bytes) -> Self:
        """Digests with the service's secret: from what is stored nobody can guess what was sent."""
        viewer: Viewer = request.state.viewer
        named = "\n".join((str(viewer.user_id), request.method, request.url.path, key))
        scopes = "" if viewer.scopes is None else ",".join(["scoped", *sorted(viewer.scopes)])
        versions = ",".join(request.headers.getlist("If-Match"))
        judged_by = "\n".join((viewer.role.name, scopes, versions, request.url.query, ""))
        asked = judged_by.encode("utf-8", "surrogatepass") + await _body(request)
        return cls(
            UUID(bytes=blake2b(named.encode("utf-8", "surrogatepass"), key=secret, digest_size=16).digest()),
            blake2b(asked, key=secret, digest_size=32).digest(),
        )


def once(handle: Handle) -> Handle:
    """The handler of a write that takes a key: its answer is stored in the transaction of what it does."""

    async def handle_once(request: Request) -> Response:
        key = _key(request)
        if key is None or _is_dry_run(request):
            return await handle(request)
        service = callboard_of(request)
        secret = service.issuer.secret("answers by idempotency key")
        seal = Fernet(urlsafe_b64encode(secret))
        keyed = await _Keyed.of(request, key, secret)

        async def work(uow: UnitOfWork) -> Response:
            stored = await claim(uow, keyed.name)
            if stored is not None:
                return _again(request, seal, keyed, stored)
            request.state.bus = service.bus.within(uow)
            response = await handle(request)
            if response.status_code < 400:
                lifetime = timedelta(hours=service.settings.idempotency_key_hours)
                answer = StoredAnswer(keyed.request_hash, seal.encrypt(_written(response)))
                await keep(uow, keyed.name, answer, uow.now + lifetime)
            return response

        try:
            return await service.bus.run(request.state.viewer, work)
        except RequestInFlight:
            detail = "The first request with this Idempotency-Key is still being answered; try again shortly"
            return problem(request, 409, "Request In Flight", detail, headers={"Retry-After": "1"})

    return handle_once


def _key(request: Request) -> str | None:
    sent = request.headers.getlist(HEADER)
    if not sent:
        return None
    if len(sent) > 1 or not _SENSIBLE.fullmatch(sent[0]):
        raise FieldException(HEADER, "must be one to 200 visible ASCII characters, e.g. a UUID")
    return sent[0]


def _is_dry_run(request: Request) -> bool:
    """Whether nothing is to be done; a value that is none is left to the endpoint to refuse."""
    try:
        return _BOOLEAN.validate_python(request.query_params.get("dryRun", "false"))
    except ValidationError:
        return True


async def _body(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect as error:
        raise HTTPException(400, "The body ended too soon") from error


def _again(request: Request, seal: Fernet, keyed: _Keyed, stored: StoredAnswer) -> Response:
    if stored.request_hash != keyed.request_hash:
        came = "with another query, body, If-Match, role or scopes"
        detail = f"This {HEADER} came {came} before; take a new key for a new request"
        return problem(request, 422, "Idempotency Key Reused", detail, {HEADER: [detail]})
    status, headers, body = orjson.loads(seal.decrypt(stored.answer))
    return Response(body, status_code=status, headers={**headers, REPLAYED: "true"})


def _written(response: Response) -> bytes:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return orjson.dumps([response.status_code, headers, bytes(response.body).decode()])
