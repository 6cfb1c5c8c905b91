"""Every request under /api carries a bearer token; without a good one nothing else is looked at."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth.issuer import Bearer, Issuer
from api.http.problems import problem
from domain.errors import UnauthorizedException

_SCHEME = "bearer"


class Authentication:
    """Answers 401 before the body is read; otherwise notes the viewer in the request's state."""

    def __init__(self, app: ASGIApp, issuer: Issuer) -> None:
        self._app = app
        self._issuer = issuer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            bearer = self._bearer(request.headers.get("authorization"))
        except UnauthorizedException as error:
            headers = {"WWW-Authenticate": "Bearer"}
            title = "Authentication Required"
            answer = problem(request, 401, title, error.detail, headers=headers)
            await answer(scope, receive, send)
            return
        request.state.viewer, request.state.authenticated_until = bearer.viewer, bearer.until
        await self._app(scope, receive, send)

    def _bearer(self, authorization: str | None) -> Bearer:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != _SCHEME or not token.strip():
            raise UnauthorizedException("Send a bearer token in the Authorization header")
        return self._issuer.bearer(token.strip())
