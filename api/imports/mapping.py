"""The columns of a table as a user names them: `field=column`."""

from __future__ import annotations

from collections.abc import Iterable

from api.imports.columns import ensure_known_fields
from domain.errors import FieldException


def columns_told(pairs: Iterable[str]) -> dict[str, str]:
    """By field the column; raises FieldException for what is no pair, an unknown field, or a field twice."""
    told: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not (field and equals and column):
            raise FieldException("map", f"{pair[:80]!r} is not field=column, such as start=Beginning")
        if field in told:
            raise FieldException("map", f"{field} is given twice")
        told[field] = column
    ensure_known_fields(told)
    return told
