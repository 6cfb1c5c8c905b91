"""What to name when a table cannot be read as it is: by what the cells of unused columns are."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from api.imports.column_advice import column_advice
from api.imports.columns import columns_of
from api.imports.table import Cell, Line, Sheet, Value


def sheet(*rows: tuple[Value, ...]) -> Sheet:
    return Sheet("Plan", tuple(Line(str(at), tuple(map(Cell, row))) for at, row in enumerate(rows)))


@pytest.mark.parametrize(
    ("rows", "unused", "options"),
    [
        ((("When", "What"), ("2026-03-02", "A")), "When, What", "--map date=When --map title=What"),
        ((("What", "When"), ("A", "Monday next")), "What, When", "--map date=When --map title=What"),
        (
            (("Function", "Area", "From then"), ("Gala", "Hall", datetime(2026, 3, 2, 9))),  # noqa: DTZ001
            "Function, Area, From then",
            "--map 'start=From then' --map title=Function --map room=Area",
        ),
        (
            (("Room", "Doors", "Curtain", "Held"), ("Hall", "18:00", "22:00", date(2026, 3, 2))),
            "Doors, Curtain, Held",
            "--map date=Held --map start=Doors --map end=Curtain",
        ),
        ((("Event", "Takes"), ("A", "90 min")), "Takes", "--map duration=Takes"),
        ((("Event", "Takes"), ("A", timedelta(minutes=90))), "Takes", "--map start=Takes"),
        ((("Event", "End", "Takes"), ("A", "9:00", "90 min")), "Takes", None),
        ((("Event", "Pax"), ("A", 250), ("B", 80)), "Pax", None),
        ((("Event", "Note"), ("A", None)), "Note", None),
    ],
)
def test_what_is_named(rows, unused, options):
    table = sheet(*rows)
    assert columns_of(table, {}) is None
    how = "" if options is None else f": {options} (over HTTP, a parameter map for each)"
    assert column_advice(table, None) == f"the columns {unused} are not used; name those that count{how}"


def test_a_heading_that_was_found_is_asked_for_what_it_leaves():
    table = sheet(("Event", "Start", "Minutes", "Attendees", "Held on"), ("A", "9:00", 60, 250, "2026-03-02"))
    advice = column_advice(table, columns_of(table, {}))
    assert advice == (
        "the columns Held on are not used; name those that count: --map 'date=Held on'"
        " (over HTTP, a parameter map for each)"
    )


def test_where_every_column_is_used_or_none_is_a_heading_there_is_nothing_to_say():
    table = sheet(("Event", "Start"), ("A", None))
    assert column_advice(table, columns_of(table, {})) is None
    assert column_advice(sheet(("Bring cables",), (1, 2)), None) is None
