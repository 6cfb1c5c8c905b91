"""What is held on somebody, and taking them out of it: every column of every table, whichever there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from domain.traces import Traces
from persistence.machine_columns import MACHINE_COLUMNS
from persistence.unit_of_work import UnitOfWork

_COLUMNS = text(
    "SELECT c.table_name, c.column_name, c.data_type, c.udt_name, c.character_maximum_length,"
    " has_table_privilege(quote_ident(c.table_name), 'UPDATE') AS may_change"
    " FROM information_schema.columns c"
    " JOIN information_schema.tables t USING (table_schema, table_name)"
    " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'"
    " ORDER BY c.table_name, c.ordinal_position"
)
_TEXTS = frozenset({"text", "character varying", "character", "name"})
_DOCUMENTS = frozenset({"json", "jsonb"})
_LISTS = frozenset({"_text", "_varchar"})
_SECRETS = frozenset({"password_hash", "token_hash"})
_ACCOUNTS = "users"


@dataclass(slots=True)
class Columns:
    """The columns of a table that can tell of somebody. texts: with the type of each."""

    texts: dict[str, str] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)
    lock: str = ""
    ids: list[str] = field(default_factory=list)


async def replace_everywhere(uow: UnitOfWork, traces: Traces) -> dict[str, int]:
    """Put the pseudonym wherever the person is named, other people's accounts aside; how many rows, by table.

    For the worker's login: others see and change some of the rows alone.
    """
    changed: dict[str, int] = {}
    if traces.sql_pattern is None:
        return changed
    for table, columns in (await _columns(uow)).items():
        if table != _ACCOUNTS and columns.texts:
            changed[table] = await _replace(uow, table, columns, traces)
    return {table: count for table, count in changed.items() if count}


async def rows_on(uow: UnitOfWork, user_id: UUID, traces: Traces) -> dict[str, list[dict[str, Any]]]:
    """Every row that has the person's id or names them, by table, without what is secret even to them.

    The database finds more than that: rows of others are not for the person.
    """
    found = {}
    parameters = {"id": user_id, "text": str(user_id), "pattern": traces.sql_pattern or str(user_id)}
    for table, columns in (await _columns(uow)).items():
        by_id = [f"{_quoted(one)} = :id" for one in columns.ids]
        named = [f"{_quoted(one)}::text ~ :pattern OR {_quoted(one)}::text LIKE '%' || :text || '%'"
                 for one in columns.texts]  # fmt: skip
        if table == _ACCOUNTS:
            by_id, named = ["user_id = :id"], []
        if not by_id + named:
            continue
        statement = f"SELECT to_jsonb(t) FROM {_quoted(table)} t WHERE {' OR '.join(by_id + named)}"  # noqa: S608
        rows = (await uow.connection.execute(text(statement), parameters)).scalars()
        shown = [{name: one for name, one in row.items() if name not in _SECRETS} for row in rows]
        theirs = [row for row in shown if str(user_id) in str(row) or traces.replaced(row) != row]
        if theirs:
            found[table] = theirs
    return found


async def _columns(uow: UnitOfWork) -> Mapping[str, Columns]:
    tables: dict[str, Columns] = {}
    for table, column, kind, udt, length, may_change in await uow.connection.execute(_COLUMNS):
        columns = tables.setdefault(table, Columns())
        # Nobody is named in a table that only its owner changes; if somebody were, the change would fail.
        columns.lock = "FOR UPDATE" if may_change else ""
        if column in _SECRETS or f"{table}.{column}" in MACHINE_COLUMNS:
            continue
        if kind in _TEXTS or kind in _DOCUMENTS or udt in _LISTS:
            columns.texts[column] = _cast_to(kind, udt, length)
        if kind in _DOCUMENTS:
            columns.documents.add(column)
        if kind == "uuid":
            columns.ids.append(column)
    return tables


async def _replace(uow: UnitOfWork, table: str, columns: Columns, traces: Traces) -> int:
    """Look at the rows that may name the person; locked, so that each stays where its ctid says."""
    names = list(columns.texts)
    shown = ", ".join(_quoted(one) for one in names)
    where = " OR ".join(f"{_quoted(one)}::text ~ :pattern" for one in names)
    looked = f"SELECT ctid::text, {shown} FROM {_quoted(table)} WHERE {where} {columns.lock}"  # noqa: S608
    count = 0
    for key, *values in (await uow.connection.execute(text(looked), {"pattern": traces.sql_pattern})).all():
        wanted = {
            name: traces.replaced(value)
            for name, value in zip(names, values, strict=True)
            if traces.replaced(value) != value
        }
        if not wanted:
            continue
        placed = ", ".join(
            f"{_quoted(name)} = CAST(:v{number} AS {columns.texts[name]})"
            for number, name in enumerate(wanted)
        )
        parameters: dict[str, Any] = {
            f"v{number}": orjson.dumps(value).decode() if name in columns.documents else value
            for number, (name, value) in enumerate(wanted.items())
        }
        change = f"UPDATE {_quoted(table)} SET {placed} WHERE ctid = CAST(:ctid AS tid)"  # noqa: S608
        count += (await uow.connection.execute(text(change), parameters | {"ctid": key})).rowcount
    return count


def _cast_to(kind: str, udt: str, length: int | None) -> str:
    """The type of a text; a cast to one of a bounded length cuts what is longer, where a pseudonym is."""
    if udt in _LISTS:
        return f"{udt[1:]}[]"
    return kind if length is None else f"{kind}({length})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
