"""Which rows of a file are bookings of the service that reads it."""

# ruff: noqa: DTZ001 - a series' starts are its wall clock's
from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from api.imports.formats import read_schedule
from api.imports.own_bookings import Settled, own_ids, settle
from api.imports.schedule_file import ScheduleFile, SkippedRow
from persistence.readers.known_bookings import KnownBookings, KnownDates
from tests.api.imports.ical import BERLIN, calendar, event

KEY = UUID("1b353d99-a118-5fc3-84a7-d4d2e77aec36")
FIRST = datetime(2026, 3, 19, 10)
BOOKING = KnownBookings(frozenset({KEY}))
START, END = BERLIN + "20260319T100000", BERLIN + "20260319T120000"
DAILY = "RRULE:FREQ=DAILY;COUNT=3"
PLACE = 'line 4: event "Rehearsal"'


def of_series(*days: int, was_changed: bool = False) -> KnownBookings:
    starts = frozenset(FIRST + timedelta(days=day) for day in days)
    return KnownBookings(series={KEY: KnownDates("Europe/Berlin", was_changed, starts)})


def file_of(uid: str, inside: str = "") -> ScheduleFile:
    return read_schedule("a.ics", calendar(event(START, END, uid=uid, inside=inside)))


@pytest.mark.parametrize("uid", [f"{KEY}@callboard", f"{KEY}@callboard".upper()])
def test_a_uid_of_ours_is_known_in_any_case(uid):
    file = file_of(uid)
    assert own_ids(file) == {KEY}
    assert settle(file, BOOKING) == Settled(frozenset({uid}))


@pytest.mark.parametrize("uid", [str(KEY), f"{KEY}@callboard.example", f"x-{KEY}@callboard", "1@callboard"])
def test_a_uid_of_others_is_not(uid):
    file = file_of(uid)
    assert own_ids(file) == frozenset()
    assert settle(file, BOOKING) == Settled()


def test_an_id_in_a_table_is_ours_as_it_is():
    source = f"Event,Start,Minutes,Id\nA,2026-03-19 10:00,60,{KEY}\nB,2026-03-19 10:00,60,{KEY}@callboard\n"
    file = read_schedule("a.csv", source.encode())
    assert own_ids(file) == {KEY}
    assert settle(file, BOOKING) == Settled(frozenset({str(KEY)}))


def test_ids_that_are_not_there_are_new():
    file = file_of(f"{KEY}@callboard", DAILY)
    assert settle(file, KnownBookings()) == Settled()


def test_a_rule_that_a_booking_was_given_begins_with_it():
    file = file_of(f"{KEY}@callboard", DAILY)
    assert settle(file, BOOKING) == Settled(frozenset({f"{KEY}@callboard/20260319T100000"}))


def test_dates_of_a_series_are_there_by_their_original_starts():
    uid = f"{KEY}@callboard"
    keys = [f"{uid}/202603{day}T100000" for day in (19, 20, 21)]
    file = file_of(uid, DAILY)
    assert settle(file, of_series(0, 1, 2)) == Settled(frozenset(keys), series=frozenset({uid}))
    note = f"{PLACE}: its series is there already, so its new dates are single bookings"
    assert settle(file, of_series(0, 2)) == Settled(
        frozenset({keys[0], keys[2]}), series=frozenset({uid}), notes=(note,)
    )
    skipped = SkippedRow(PLACE, "its series was changed since, and has no date 2026-03-20 10:00")
    assert settle(file, of_series(0, 2, was_changed=True)) == Settled(
        frozenset(keys), (skipped,), frozenset({uid})
    )


def test_a_date_alone_of_a_series_is_there_by_its_start_or_by_what_it_replaces():
    uid = f"{KEY}@callboard"
    assert settle(file_of(uid), of_series(0)).there == {uid}
    assert settle(file_of(uid), of_series(1)).there == frozenset()
    replacing = f"RECURRENCE-ID{BERLIN}20260320T100000"
    file = file_of(uid, replacing)
    assert settle(file, of_series(1)).there == {f"{uid}/20260320T100000"}
    assert settle(replace(file, has_global_keys=False), of_series(1)) == Settled()
