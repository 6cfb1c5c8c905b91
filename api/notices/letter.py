"""A letter: what is news, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.exports.pdf.wording import day_heading
from api.exports.plain_text import plain_lines, plain_text, plain_title
from api.notices.news import News
from domain.notice import NoticeKind
from domain.time_slot import TimeSlot

_MOST_DATES = 10
"""Of a series, how many dates are written out."""

_SUBJECTS = {
    NoticeKind.Booked: "Booked",
    NoticeKind.Moved: "Moved",
    NoticeKind.Cancelled: "Cancelled",
    NoticeKind.Blocked: "Blocked",
    NoticeKind.Unblocked: "No longer blocked",
    NoticeKind.Clash: "Clash",
    NoticeKind.Displaced: "Booked over",
    NoticeKind.HoldPromoted: "Moved up",
    NoticeKind.HoldExpired: "Hold expired",
    NoticeKind.ChangeWaiting: "Change waits for approval",
    NoticeKind.ChangeApproved: "Change approved",
    NoticeKind.ChangeRejected: "Change not approved",
    NoticeKind.ApprovalWanted: "Your approval is wanted",
    NoticeKind.ConflictEscalated: "A conflict for you",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person is written."""

    subject: str
    text: str


def letter_of(name: str, news: Sequence[News], base_url: str) -> Letter:
    """The letter to somebody of that name; of at least one piece of news.

    base_url: where the service is reached; empty where that is not known.
    """
    groups = _grouped(news)
    blocks = ["\n".join(_block(group, base_url)) for group in groups]
    ending = f"What you are told and how often you choose at {base_url}/api/notifications/preferences"
    text = "\n\n".join([f"Hello {plain_text(name)},", *blocks, "-- \n" + ending])
    return Letter(_subject(groups), text + "\n")


def _grouped(news: Sequence[News]) -> list[list[News]]:
    """The same news of several dates of a series together."""
    groups: dict[object, list[News]] = {}
    for index, one in enumerate(news):
        series = one.booking.series_id
        told = (series, one.kind, one.booking.title, one.others, one.reason, one.rank)
        groups.setdefault(index if series is None else told, []).append(one)
    return list(groups.values())


def _subject(groups: Sequence[Sequence[News]]) -> str:
    first = groups[0][0]
    if len(groups) == 1:
        return f"{_SUBJECTS[first.kind]}: {plain_title(first.booking.title)}"
    titles = {plain_title(one.booking.title) for group in groups for one in group}
    if len(titles) == 1:
        return f"{len(groups)} changes: {titles.pop()}"
    return f"{len(groups)} changes to your bookings"


def _block(group: Sequence[News], base_url: str) -> Iterator[str]:
    """One paragraph: what has happened, to which dates, and what there is to do."""
    first = group[0]
    yield _headline(first, len(group))
    for one in group[:_MOST_DATES]:
        yield from _lines(one)
    if len(group) > _MOST_DATES:
        yield f"  and {len(group) - _MOST_DATES} dates more"
    if first.reason:
        yield f"  Reason: {plain_lines(first.reason)}"
    yield from _next_step(first, base_url)


def _headline(one: News, count: int) -> str:
    name = plain_title(one.booking.title) + (f" ({count} dates)" if count > 1 else "")
    others = " and ".join(plain_title(other) for other in one.others)
    was, has = ("were", "have") if count > 1 else ("was", "has")
    over = f"{others[:1].upper()}{others[1:]} {'have' if len(one.others) > 1 else 'has'} been booked over"
    sentences = {
        NoticeKind.Booked: f"{name} {was} booked.",
        NoticeKind.Moved: f"{name} {was} moved.",
        NoticeKind.Cancelled: f"{name} {was} cancelled.",
        NoticeKind.Blocked: f"{name} cannot take place as booked: {_blocked_by(one)}.",
        NoticeKind.Unblocked: f"{name} can take place as booked after all.",
        NoticeKind.Clash: f"{name} clashes with {others}.",
        NoticeKind.Displaced: f"{over} your hold {name}; it stays as a hold.",
        NoticeKind.HoldPromoted: f"Your hold {name} moved up: {_rank(one.rank)}.",
        NoticeKind.HoldExpired: f"Your hold {name} {has} expired; the time is free for others.",
        NoticeKind.ChangeWaiting: f"A change of {name} waits for a manager; until then it stays as it is.",
        NoticeKind.ChangeApproved: f"The change of {name} was approved.",
        NoticeKind.ChangeRejected: f"The change of {name} was not approved; it stays as it is.",
        NoticeKind.ApprovalWanted: f"A change of {name} waits for a manager's approval.",
        NoticeKind.ConflictEscalated: f"A conflict of {name} was handed to you.",
    }
    return sentences[one.kind]


def _blocked_by(one: News) -> str:
    return plain_text(one.booking.blocked_by or "something that it needs is not available")


def _rank(rank: int | None) -> str:
    return "it is the first in line" if rank == 1 else f"it is number {rank} in line"


def _lines(one: News) -> Iterator[str]:
    booking = one.booking
    zone = ZoneInfo(booking.time_zone)
    place = "" if booking.calendar_name is None else f", {plain_text(booking.calendar_name)}"
    now = f"{period(booking.slot, zone)} ({booking.time_zone}){place}"
    if one.kind is not NoticeKind.Moved:
        yield f"  {now}"
    else:
        before = one.was_slot or booking.slot
        there = place if one.was_calendar is None else f", {plain_text(one.was_calendar)}"
        yield f"  from {period(before, zone)} ({booking.time_zone}){there}"
        yield f"  to   {now}"
    if one.until is not None:
        yield f"  It can be approved until {one.until.astimezone(zone):%H:%M}."


def _next_step(one: News, base_url: str) -> Iterator[str]:
    if one.kind is NoticeKind.ApprovalWanted:
        yield f"  Approve it: POST {base_url}/api/schedules/{one.key}/approve"
        yield f"  Refuse it:  POST {base_url}/api/schedules/{one.key}/reject"
    elif one.about is not None:
        yield f"  What can be done: GET {base_url}/api/schedules/conflicts/{one.about}"
    elif one.kind is NoticeKind.Blocked:
        yield f"  What can be done: GET {base_url}/api/schedules/{one.key}/suggestions"


def period(slot: TimeSlot, zone: ZoneInfo) -> str:
    """The days and times of day of a slot, as a person would write them."""
    start, end = slot.start_date_time.astimezone(zone), slot.end_date_time.astimezone(zone)
    if start.date() == end.date():
        return f"{day_heading(start)}, {start:%H:%M}-{end:%H:%M}"
    return f"{day_heading(start)}, {start:%H:%M} to {day_heading(end)}, {end:%H:%M}"
