"""Something that must always be true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Breach:
    """What it is not true of, and how so."""

    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise, and the statement that finds what breaks it.

    promise: a sentence that is true when nothing is found. advice: what to do else.
    statement: gives two texts a row, whom it is about and what is wrong. It may use :now.
    """

    name: str
    promise: str
    advice: str
    statement: str

    async def broken(self, uow: UnitOfWork, limit: int, **parameters: Any) -> list[Breach]:  # noqa: ANN401
        """The first of what breaks it."""
        statement = text(f"SELECT * FROM ({self.statement}) AS found (subject, detail) LIMIT :limit")  # noqa: S608
        known = {
            name: value
            for name, value in {"now": uow.now, **parameters}.items()
            if f":{name}" in self.statement
        }
        rows = await uow.connection.execute(statement, {**known, "limit": limit})
        return [Breach(row.subject, row.detail) for row in rows]
