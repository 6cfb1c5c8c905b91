"""Days in JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator

from api.http.wire import FIRST_YEAR, LAST_YEAR


def _day(value: object, parse: ValidatorFunctionWrapHandler) -> date:
    # A number, or a string of digits, would be taken for a Unix time.
    if type(value) is date:
        return value
    if not isinstance(value, str) or len(value) != len("2026-12-25") or value.isdigit():
        raise ValueError("must be an ISO 8601 date, e.g. 2026-12-25")
    written: date = parse(value)
    if not FIRST_YEAR < written.year < LAST_YEAR:
        raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return written


Day = Annotated[date, WrapValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A day of the calendar that a sensible date lies on."""
