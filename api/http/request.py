"""What every router takes from a request: the bus, the viewer, the dry-run switch, the version asked for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPBearer

from api.bootstrap import Callboard
from api.bus import Bus
from domain.errors import FieldException
from domain.viewer import Viewer

bearer = HTTPBearer(
    scheme_name="bearer",
    bearerFormat="JWT",
    auto_error=False,
    description="A token of the internal issuer (`callboard token`) or of the one that is set",
)
"""For the OpenAPI document alone: the authentication has judged the token by then."""


def callboard_of(request: Request) -> Callboard:
    """The running service."""
    service = request.app.state.callboard
    assert isinstance(service, Callboard)
    return service


def public_url(request: Request, path: str) -> str:
    """The path as those outside reach it: under the public URL that is set, else where the request went."""
    base = callboard_of(request).settings.public_url or str(request.base_url)
    return base.rstrip("/") + path


def _bus(request: Request, service: Annotated[Callboard, Depends(callboard_of)]) -> Bus:
    """The service's, unless the request's messages are to share a transaction."""
    bus = getattr(request.state, "bus", service.bus)
    assert isinstance(bus, Bus)
    return bus


def _viewer(request: Request, _token: Annotated[object, Depends(bearer)]) -> Viewer:
    """Whom the authentication let in; the dependency on the token is for the OpenAPI document."""
    viewer = request.state.viewer
    assert isinstance(viewer, Viewer)
    return viewer


def _expected_version(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The version of `If-Match: "7"`; None when absent or `*`."""
    if if_match is None or if_match.strip() == "*":
        return None
    value = if_match.strip().removeprefix("W/").strip('"')
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise FieldException("If-Match", 'must be an ETag this service gave out, e.g. "7"')
    return int(value)


ServiceOf = Annotated[Callboard, Depends(callboard_of)]
BusOf = Annotated[Bus, Depends(_bus)]
ViewerOf = Annotated[Viewer, Depends(_viewer)]
ExpectedVersion = Annotated[int | None, Depends(_expected_version)]
DryRun = Annotated[bool, Query(alias="dryRun", description="Answer what would happen, and change nothing")]


def etag(version: int) -> dict[str, str]:
    """The header that carries a version, for If-Match."""
    return {"ETag": f'"{version}"'}
