"""Calendar pages to print and pin up (SCH-040..042, SCH-044)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from api.exports.pdf import pdf_file
from domain.enums import ConflictLevel, ExportPeriod, ScheduleStatus
from tests.api.exports.pdf.pages import colours_of, sizes_of, texts_of
from tests.api.exports.schedules import booked, hidden, local, schedule_of

LANDSCAPE, PORTRAIT = (842, 595), (595, 842)
MARCH = date(2026, 3, 1)
RED, ORANGE, AMBER = (179, 38, 30), (199, 91, 18), (166, 124, 0)


def test_a_month_has_its_heading_its_weeks_from_monday_and_its_bookings() -> None:
    gala = booked("Gala", local(2026, 3, 28, 20), 11)
    (page,) = texts_of(content := pdf_file(schedule_of(gala), ExportPeriod.Monthly, MARCH))
    assert sizes_of(content) == {LANDSCAPE}
    assert page.startswith(
        "Grand Hall March 2026 Times in Europe/Brussels Printed 2026-02-20 17:45 Scheduled Page 1 of 1"
        " Monday Tuesday Wednesday Thursday Friday Saturday Sunday 23 24 25 26 27 28 1 2 3"
    )
    assert "28 20:00 Gala 29 \u201308:00 Gala 30 31 1 2 3 4 5" in page


def test_five_hundred_bookings_are_all_there() -> None:
    titles = [f"Talk {number:03}" for number in range(500)]
    bookings = [
        booked(title, local(2026, 3, 1, 6) + timedelta(days=index % 31, minutes=index // 31 * 60), 1)
        for index, title in enumerate(titles)
    ]
    pages = texts_of(pdf_file(schedule_of(*bookings), ExportPeriod.Monthly, MARCH))
    shown = [title for page in pages for title in re.findall(r"Talk \d{3}", page)]
    assert sorted(shown) == titles
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
    left_out = [int(one) for one in re.findall(r"\+(\d+) more, page \d", pages[0])]
    assert sum(left_out) == sum(len(re.findall(r"Talk \d{3}", page)) for page in pages[1:])
    for day, target in re.findall(r"\b(\d\d?) \+\d+ more, page (\d)", pages[0]):
        assert f"day {day} March 2026" in pages[int(target) - 1]


@pytest.mark.parametrize(
    ("period", "first", "count"),
    [
        (ExportPeriod.Weekly, date(2026, 3, 9), 200),
        (ExportPeriod.Daily, date(2026, 3, 9), 80),
    ],
)
def test_what_has_no_room_in_a_time_grid_is_listed(period: ExportPeriod, first: date, count: int) -> None:
    days = 7 if period is ExportPeriod.Weekly else 1
    titles = [f"T{number:03}" for number in range(count)]
    bookings = [
        booked(title, local(2026, 3, 9, 9) + timedelta(days=index % days), 1)
        for index, title in enumerate(titles)
    ]
    pages = texts_of(pdf_file(schedule_of(*bookings), period, first))
    assert sorted(title for page in pages for title in re.findall(r"T\d{3}", page)) == titles
    assert re.findall(r"\+\d+ more, page 2", pages[0])


def test_a_week_has_days_as_columns_and_hours_from_six_to_eleven() -> None:
    bookings = [booked("Gala", local(2026, 3, 10, 9)), hidden(local(2026, 3, 12, 14))]
    (page,) = texts_of(content := pdf_file(schedule_of(*bookings), ExportPeriod.Weekly, date(2026, 3, 9)))
    assert sizes_of(content) == {LANDSCAPE}
    assert "Week 11, 9 \u2013 15 March 2026" in page
    assert "Mon 9 Mar Tue 10 Mar Wed 11 Mar Thu 12 Mar Fri 13 Mar Sat 14 Mar Sun 15 Mar" in page
    assert re.findall(r"\b\d\d:00\b(?![\u2013 ]*(?:Gala|another|11:00|16:00))", page)[:2] == [
        "06:00",
        "07:00",
    ]
    assert "23:00" in page
    assert "05:00" not in page
    assert "09:00\u201311:00 Gala" in page
    assert "14:00\u201316:00 another booking" in page


def test_the_hours_widen_for_what_is_earlier_or_later() -> None:
    early, late = booked("Early", local(2026, 3, 10, 4, 30), 1), booked("Late", local(2026, 3, 10, 23), 1)
    (page,) = texts_of(pdf_file(schedule_of(early, late), ExportPeriod.Daily, date(2026, 3, 10)))
    assert "04:00" in page
    assert "24:00" in page
    assert "03:00" not in page


def test_a_booking_of_several_days_does_not_widen_them() -> None:
    fair = booked("Fair", local(2026, 3, 9, 18), 50)
    (page,) = texts_of(pdf_file(schedule_of(fair), ExportPeriod.Weekly, date(2026, 3, 9)))
    assert [one in page for one in ("05:00", "24:00")] == [False, False]
    assert [one in page for one in ("from 18:00 Fair", "all day Fair", "until 20:00 Fair")] == [True] * 3


def test_a_day_has_a_column_a_calendar() -> None:
    schedule = schedule_of(booked("Gala", local(2026, 3, 10, 9)))
    (calendar,) = schedule.calendars
    calendars = tuple(replace(calendar, calendar_id=uuid4(), name=f"Hall {letter}") for letter in "ABCDE")
    pages = texts_of(
        content := pdf_file(replace(schedule, calendars=calendars), ExportPeriod.Daily, date(2026, 3, 10))
    )
    assert sizes_of(content) == {PORTRAIT}
    assert [re.findall(r"Hall [A-E]", page) for page in pages] == [
        ["Hall A", "Hall B", "Hall C", "Hall D"],
        ["Hall E"],
    ]
    assert all("Tuesday 10 March 2026" in page for page in pages)


@pytest.mark.parametrize("period", ExportPeriod)
def test_cancelled_bookings_are_left_out(period: ExportPeriod) -> None:
    gone = booked(
        "Gone", local(2026, 3, 2, 9), status=ScheduleStatus.Cancelled, conflict_level=ConflictLevel.Minor
    )
    (page,) = texts_of(pdf_file(schedule_of(gone), period, date(2026, 3, 2)))
    assert "Gone" not in page
    assert "conflict" not in page


@pytest.mark.parametrize(
    ("period", "level", "colour"),
    [
        (ExportPeriod.Monthly, ConflictLevel.Critical, RED),
        (ExportPeriod.Weekly, ConflictLevel.Severe, ORANGE),
        (ExportPeriod.Daily, ConflictLevel.Moderate, AMBER),
    ],
)
def test_a_conflict_is_marked_and_explained(
    period: ExportPeriod, level: ConflictLevel, colour: tuple[int, int, int]
) -> None:
    gala = booked("Gala", local(2026, 3, 2, 9))
    content = pdf_file(schedule_of(replace(gala, conflict_level=level)), period, date(2026, 3, 2))
    assert f"{level.name} conflict" in texts_of(content)[0]
    assert colour in colours_of(content)
    assert colour not in colours_of(pdf_file(schedule_of(gala), period, date(2026, 3, 2)))


def test_the_legend_explains_what_is_on_the_page_and_nothing_else() -> None:
    bookings = [
        booked("A", local(2026, 3, 2, 9), status=ScheduleStatus.Confirmed),
        booked(
            "B", local(2026, 3, 2, 9), status=ScheduleStatus.Tentative, conflict_level=ConflictLevel.Minor
        ),
        hidden(local(2026, 3, 2, 9)),
    ]
    (page,) = texts_of(pdf_file(schedule_of(*bookings), ExportPeriod.Monthly, MARCH))
    assert "Confirmed Hold Another booking Minor conflict Page 1 of 1" in page
    assert "Scheduled" not in page


def test_several_calendars_on_a_month_say_where() -> None:
    schedule = schedule_of(booked("Gala", local(2026, 3, 10, 9)))
    (calendar,) = schedule.calendars
    both = (calendar, replace(calendar, calendar_id=uuid4(), name="Garden"))
    (page,) = texts_of(pdf_file(replace(schedule, calendars=both), ExportPeriod.Monthly, MARCH))
    assert "Gala \u00b7 Grand Hall" in page
    assert "Gala \u00b7 Garden" in page


def test_days_of_clock_changes_are_drawn() -> None:
    spring = booked("Spring", local(2026, 3, 29, 1), 3)
    (page,) = texts_of(pdf_file(schedule_of(spring), ExportPeriod.Daily, date(2026, 3, 29)))
    assert "01:00\u201305:00 Spring" in page
    autumn = booked("Autumn", local(2026, 10, 25, 2, 30), 1)
    schedule = schedule_of(autumn, start=local(2026, 10, 25), end=local(2026, 10, 26))
    (page,) = texts_of(pdf_file(schedule, ExportPeriod.Daily, date(2026, 10, 25)))
    assert "02:30\u201302:30" in page or "02:30 Autumn" in page


@pytest.mark.parametrize(
    "title", ["حفل زفاف أحمد", "結婚披露宴のご案内", "설날 잔치", "🎉 👩‍👩‍👧‍👦 🇧🇪", "हिन्दी संगीत", "שבת שלום"]
)
def test_every_script_has_glyphs(title: str) -> None:
    content = pdf_file(
        schedule_of(booked(title, local(2026, 3, 10, 9))), ExportPeriod.Weekly, date(2026, 3, 9)
    )
    (page,) = texts_of(content)
    assert "\ufffd" not in page
    assert "\x00" not in page


def test_the_same_schedule_gives_the_same_file() -> None:
    schedule = schedule_of(booked("Gala", local(2026, 3, 10, 9)))
    files = {pdf_file(schedule, ExportPeriod.Monthly, MARCH) for _ in range(2)}
    assert len({texts_of(one)[0] for one in files}) == 1


def test_an_empty_schedule_is_an_empty_grid() -> None:
    empty = replace(schedule_of(), calendars=())
    for period in ExportPeriod:
        assert len(texts_of(pdf_file(empty, period, MARCH))) == 1


def test_any_text_can_be_a_title(shared_data: Path) -> None:
    texts = json.loads((shared_data / "strings" / "blns.json").read_text())
    titles = [one for one in texts if one.strip()] + [
        "a" + "\u0301" * 200,
        "\u0628" * 300,
        "\U0001f469\u200d" * 60,
    ]
    bookings = [
        booked(title, local(2026, 3, 1) + timedelta(hours=index), 1) for index, title in enumerate(titles)
    ]
    pages = texts_of(pdf_file(schedule_of(*bookings), ExportPeriod.Monthly, MARCH))
    left_out = sum(int(one) for one in re.findall(r"\+(\d+) more, page \d", pages[0]))
    listed = sum(
        len(re.findall(r"\d\d:\d\d\u2013\d\d:\d\d|from \d\d|until \d\d", page)) for page in pages[1:]
    )
    assert left_out == listed > 0
