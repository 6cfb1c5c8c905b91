"""HEAD: what GET would answer, without its body (RFC 9110, 9.3.2)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS_ONLY = "callboard.headers_only"


def headers_only(scope: Scope) -> bool:
    """Whether the body is not wanted: an answer without an end of its own has to look."""
    return bool(scope.get(_HEADERS_ONLY))


class HeadAsGet:
    """Asks the app with GET what is asked with HEAD; the headers are those of the whole answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET", _HEADERS_ONLY: True}, receive, send_without_body)
