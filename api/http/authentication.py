"""Every request under /api carries a bearer token, but those for one; nothing is looked at before it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth.bearer import Bearer
from api.auth.issuers import Issuers
from api.auth.key_set import IssuerUnavailable
from api.http.problems import problem
from domain.errors import ForbiddenException, UnauthorizedException
from persistence.unit_of_work import DatabaseBusy

PUBLIC = frozenset({"/api/auth/login", "/api/auth/refresh"})
"""Where people come who have no token, or none any more."""

_SCHEME = "bearer"


class Authentication:
    """Answers 401 before the body is read; otherwise notes the viewer in the request's state."""

    def __init__(self, app: ASGIApp, issuers: Issuers) -> None:
        self._app = app
        self._issuers = issuers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith("/api/") or path in PUBLIC:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            bearer = await self._bearer(request.headers.get("authorization"))
        except UnauthorizedException as error:
            headers = {"WWW-Authenticate": "Bearer"}
            title = "Authentication Required"
            answer = problem(request, 401, title, error.detail, headers=headers)
            await answer(scope, receive, send)
            return
        except ForbiddenException as error:
            await problem(request, 403, "Forbidden", error.detail)(scope, receive, send)
            return
        except IssuerUnavailable:
            detail = "The issuer of your token does not answer; try again shortly"
            answer = problem(request, 503, "Issuer Unavailable", detail, headers={"Retry-After": "10"})
            await answer(scope, receive, send)
            return
        except DatabaseBusy:
            detail = "The service is busy; try again shortly"
            answer = problem(request, 503, "Busy", detail, headers={"Retry-After": "1"})
            await answer(scope, receive, send)
            return
        request.state.viewer, request.state.authenticated_until = bearer.viewer, bearer.until
        await self._app(scope, receive, send)

    async def _bearer(self, authorization: str | None) -> Bearer:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != _SCHEME or not token.strip():
            raise UnauthorizedException("Send a bearer token in the Authorization header")
        return await self._issuers.bearer(token.strip())
