"""Time zones in JSON."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from domain.local_time import is_time_zone


def _known(name: str) -> str:
    if not is_time_zone(name):
        raise ValueError("Invalid timezone")
    return name


TimeZone = Annotated[str, StringConstraints(max_length=100), AfterValidator(_known)]
"""An IANA time zone identifier (spec 9.1)."""
