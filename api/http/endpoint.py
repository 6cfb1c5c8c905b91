"""An endpoint of the API, with the manners that all of a kind share."""

from __future__ import annotations

from inspect import signature

from fastapi.routing import APIRoute

from api.http.idempotency import REPEATABLE, Handle, once


class Endpoint(APIRoute):
    """Each write, told by its `dryRun`, takes an Idempotency-Key unless it may be repeated anyway."""

    def get_route_handler(self) -> Handle:
        """What answers a request."""
        handle = super().get_route_handler()
        return once(handle) if self._takes_key else handle

    @property
    def _takes_key(self) -> bool:
        named = {f"{method} {self.path}" for method in self.methods or ()}
        return "dry_run" in signature(self.endpoint).parameters and named.isdisjoint(REPEATABLE)
