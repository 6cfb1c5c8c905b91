"""Whatever writes what a cached answer shows says so, or is known to be called by what does (DESIGN 4.9)."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent / "persistence"
WRITES = {"insert", "postgresql_insert", "update", "update_in_order", "delete", "store_rows", "update_rows"}

EXEMPT = {
    "repositories/claims.py::relax_all": "whether a claim is guarded is nowhere shown",
    "repositories/claims.py::_of": "the same",
    "repositories/claims.py::update_in_order": "makes a statement for others",
    "booking_store.py::_insert_claims": "a part of insert_booking and replace_booking, which say so",
    "booking_store.py::cancel_booking": "calls update_booking, which says so",
    "repositories/events.py::add": "an event without bookings is nowhere shown",
    "repositories/events.py::remove": "the same",
    "repositories/resources.py::add": "a resource that is new is nowhere shown yet",
    "repositories/suggestions.py::save_suggestions": "suggestions are not cached",
    "repositories/suggestions.py::_note": "the same",
    "repositories/users.py::add": "users are not cached",
    "repositories/users.py::store": "the same",
    "repositories/sessions.py::begin": "the same",
    "repositories/sessions.py::end": "the same",
    "repositories/access_tokens.py::add": "the same",
    "repositories/access_tokens.py::revoke": "the same",
    "repositories/closures.py::_remove": "a part of add and cut, which say so",
    "repositories/series.py::_insert_claims": "a part of insert_bookings and replace_bookings, which say so",
    "repositories/series.py::cancel_bookings": "calls _update, which says so",
    "repositories/series.py::insert_series": "what is shown of a series are its occurrences",
    "repositories/series.py::update_series": "the same",
    "repositories/exports.py::add": "exports are not cached",
    "repositories/exports.py::remove": "the same",
    "repositories/feeds.py::add": "feeds are not cached",
    "repositories/feeds.py::remove": "the same",
    "repositories/change_requests.py::add": "api.approval, which knows the dates of a series, says so",
    "repositories/change_requests.py::decide": "the same",
    "repositories/idempotency_keys.py::keep": "what was answered is not read from a cache",
    "repositories/job_runs.py::begin": "runs of jobs are not cached",
    "repositories/job_runs.py::end": "the same",
    "erasure.py::erase": "bumps every revision there is",
    "retention.py::_delete": "what is cleared away is not cached",
    **{
        f"repositories/notices.py::{name}": "notices are not cached"
        for name in ("add", "settle", "postpone", "store_preferences")
    },
    "relay.py::move_position": "positions of sinks are not cached",
    **{
        f"repositories/webhooks.py::{name}": "webhooks are not cached"
        for name in ("add", "change", "remove", "note_success", "note_failure", "note_unsent")
    },
}


def _called(function: ast.AST) -> tuple[set[str], set[str]]:
    """The names of all functions, and of all methods, that are called in it."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    functions = {one.id for one in calls if isinstance(one, ast.Name)}
    return functions, {one.attr for one in calls if isinstance(one, ast.Attribute)}


def _writers() -> dict[str, bool]:
    """Every function that makes a statement that writes, and whether it says what it touches."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        if path.parent.name in {"embedded", "versions", "migrations"}:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions, methods = _called(node)
                if functions & WRITES:
                    name = f"{path.relative_to(ROOT).as_posix()}::{node.name}"
                    found[name] = "touch" in methods or "_touch" in functions
    return found


def test_every_write_says_what_it_touches() -> None:
    writers = _writers()
    silent = {name for name, says_so in writers.items() if not says_so}
    assert silent - EXEMPT.keys() == set()
    assert {"booking_store.py::update_booking", "repositories/calendars.py::store"} <= writers.keys() - silent


def test_no_exemption_is_left_over() -> None:
    silent = {name for name, says_so in _writers().items() if not says_so}
    assert EXEMPT.keys() - silent == set()
