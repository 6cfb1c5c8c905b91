"""How values look in JSON: camelCase, UTC with Z, enums by name, absent fields left out (DESIGN 4.10)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from enum import IntEnum
from typing import Annotated, Any

from fastapi.responses import Response
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

_DATED = re.compile(r"[0-9+-]*[0-9]{4}-[0-9]{2}-").match

FIRST_YEAR, LAST_YEAR = 1900, 3000
"""Beyond these a date is a slip of the pen, and its arithmetic would leave the calendar."""


class Wire(BaseModel):
    """A JSON object of the API. Unknown fields are refused: a misspelt field is an error, not silence."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, extra="forbid", frozen=True
    )


class JsonResponse(Response):
    """application/json with absent (None) fields left out, except a list's nextCursor."""

    media_type = "application/json"

    def __init__(self, content: Wire, status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(content, status_code=status_code, headers=headers)

    def render(self, content: Any) -> bytes:  # noqa: ANN401
        assert isinstance(content, Wire)
        return content.model_dump_json(by_alias=True, exclude_none=True).encode()


def _instant(value: object, parse: ValidatorFunctionWrapHandler) -> datetime:
    """What a client wrote, judged; what the service says of itself is taken as it is."""
    if isinstance(value, datetime):
        return value
    # A number would be taken for a Unix time.
    if not isinstance(value, str) or not _DATED(value):
        raise ValueError("must be an ISO 8601 date and time")
    written: datetime = parse(value)
    if written.tzinfo is None:
        raise ValueError("must carry a time zone offset, e.g. 2026-12-25T18:00:00Z")
    # An offset may carry it over a year's end: the year that counts is the one in UTC.
    sensible = FIRST_YEAR <= written.year <= LAST_YEAR
    if not sensible or not FIRST_YEAR < (instant := written.astimezone(UTC)).year < LAST_YEAR:
        raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return instant


def format_instant(value: datetime) -> str:
    """ISO 8601 in UTC with Z; fractions of a second only where there are any."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


Instant = Annotated[
    datetime,
    WrapValidator(_instant),
    PlainSerializer(format_instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant: any offset in, UTC with Z out."""


def _local_date(value: object, parse: ValidatorFunctionWrapHandler) -> date:
    """A date as ISO 8601 writes it: digits alone would be taken for a Unix time."""
    if type(value) is date:
        return value
    if not isinstance(value, str) or len(value) != len("2026-12-25") or value[4::3] != "--":
        raise ValueError("must be a date such as 2026-12-25")
    day: date = parse(value)
    if not FIRST_YEAR < day.year < LAST_YEAR:
        raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return day


LocalDate = Annotated[date, WrapValidator(_local_date), WithJsonSchema({"type": "string", "format": "date"})]
"""A date of a local calendar."""


def _storable(value: str) -> str:
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("must not contain NUL or unpaired surrogate characters")
    return value


Text = Annotated[str, StringConstraints(max_length=4000), AfterValidator(_storable)]
"""Free text that PostgreSQL can store."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_storable),
]
"""A name or title: not blank, at most 300 characters."""


def wire_name(member: IntEnum) -> str:
    """An enum member as JSON has it: `None` cannot be a Python identifier."""
    return "None" if member.name == "NONE" else member.name


class ByName:
    """Marks an enum that travels by its PascalCase name: `Annotated[ScheduleStatus, ByName()]`."""

    def __get_pydantic_core_schema__(self, kind: type[IntEnum], _handler: object) -> CoreSchema:
        names = {wire_name(member): member for member in kind}

        def parse(value: object) -> IntEnum:
            if isinstance(value, kind):
                return value
            if isinstance(value, str) and value in names:
                return names[value]
            raise ValueError(f"must be one of {', '.join(names)}")

        return core_schema.no_info_plain_validator_function(
            parse,
            serialization=core_schema.plain_serializer_function_ser_schema(wire_name),
            metadata={"pydantic_js_functions": [lambda *_: {"type": "string", "enum": list(names)}]},
        )
