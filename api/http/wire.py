"""How values look in JSON: camelCase, UTC with Z, enums by name, absent fields left out (DESIGN 4.10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import IntEnum
from typing import Annotated, Any, TypeVar

from fastapi.responses import Response
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

from domain.enums import ConflictLevel

E = TypeVar("E", bound=IntEnum)

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


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("must carry a time zone offset, e.g. 2026-12-25T18:00:00Z")
    if not FIRST_YEAR < value.year < LAST_YEAR:
        raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return value.astimezone(UTC)


def _only_text(value: Any) -> Any:  # noqa: ANN401
    if not isinstance(value, str | datetime):
        raise ValueError("must be an ISO 8601 date and time")
    return value


def format_instant(value: datetime) -> str:
    """ISO 8601 in UTC with Z; fractions of a second only where there are any."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


Instant = Annotated[
    datetime,
    BeforeValidator(_only_text),
    AfterValidator(_aware),
    PlainSerializer(format_instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant: any offset in, UTC with Z out."""


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
    """An enum member as JSON has it."""
    return member.wire_name if isinstance(member, ConflictLevel) else member.name


def by_name(kind: type[E]) -> Any:  # noqa: ANN401
    """The annotated type of an enum that travels by its PascalCase name."""
    names = {wire_name(member): member for member in kind}

    def parse(value: object) -> E:
        if isinstance(value, kind):
            return value
        if isinstance(value, str) and value in names:
            return names[value]
        raise ValueError(f"must be one of {', '.join(names)}")

    return Annotated[
        kind,
        BeforeValidator(parse),
        PlainSerializer(wire_name, return_type=str),
        WithJsonSchema({"type": "string", "enum": list(names)}),
    ]


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


def names_of(members: Iterable[IntEnum]) -> list[str]:
    """Several members by name."""
    return [wire_name(member) for member in members]
