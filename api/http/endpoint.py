"""An endpoint of the API, with the manners that all of a kind share."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from api.http.deprecation import deprecation_of
from api.http.idempotency import REPEATABLE, Handle, once


class Endpoint(APIRoute):
    """Each write, told by its `dryRun`, takes an Idempotency-Key unless it may be repeated anyway.

    What is deprecated says so, in answers of every status and in the OpenAPI document.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401
        self.deprecation = deprecation_of(endpoint)
        if self.deprecation is not None:
            options["deprecated"] = True
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handle:
        """What answers a request."""
        handle = super().get_route_handler()
        return once(handle) if self.takes_key else handle

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that has found its way here."""
        deprecation = self.deprecation
        if deprecation is None:
            await super().handle(scope, receive, send)
            return

        async def send_deprecated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in deprecation.headers.items():
                    headers.append(name, value)
            await send(message)

        await super().handle(scope, receive, send_deprecated)

    @property
    def takes_key(self) -> bool:
        """Whether it is done once by its Idempotency-Key."""
        named = {f"{method} {self.path}" for method in self.methods or ()}
        return "dry_run" in signature(self.endpoint).parameters and named.isdisjoint(REPEATABLE)
