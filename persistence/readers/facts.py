"""Published facts as a viewer may know them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BigInteger, Integer, Text, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from domain.facts import PublishedFact
from persistence import tables
from persistence.unit_of_work import UnitOfWork

_AFTER = text("SELECT * FROM facts_after(:after, :limit, :types)").bindparams(
    bindparam("after", type_=BigInteger),
    bindparam("limit", type_=Integer),
    bindparam("types", type_=ARRAY(Text)),
)
_OLDEST = text("SELECT oldest_fact()")


@dataclass(frozen=True, slots=True)
class FactsRead:
    """What was found, and how far was looked: facts that are not the viewer's to know lie between."""

    facts: tuple[PublishedFact, ...]
    read_to: int


async def facts_after(
    uow: UnitOfWork, after: int, limit: int, types: Collection[str] | None = None
) -> FactsRead:
    """Facts after a position of the public sequence, in order, redacted for the viewer.

    limit: facts looked at, seen or not. types: of these types; None for all.
    """
    wanted = None if types is None else sorted(types)
    rows = await uow.connection.execute(_AFTER, {"after": after, "limit": limit, "types": wanted})
    found, read_to = [], after
    for row in rows:
        read_to = row.sequence
        if row.payload is not None:
            found.append(PublishedFact(*row))
    return FactsRead(tuple(found), read_to)


async def published_to(uow: UnitOfWork) -> int:
    """The newest number of the public sequence."""
    positions = tables.relay_positions
    statement = select(positions.c.sequence).where(positions.c.name == "published")
    return int((await uow.connection.execute(statement)).scalar_one())


async def oldest_kept(uow: UnitOfWork) -> int | None:
    """The oldest published fact that is still kept."""
    found: int | None = (await uow.connection.execute(_OLDEST)).scalar_one()
    return found
