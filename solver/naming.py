"""What the bookings of one list of fixes are called, so that none is taken for another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from zoneinfo import ZoneInfo

from domain.schedule import SnapshotBooking
from solver.phrase import Phrase
from solver.translate import Translation


class Naming:
    """Titles; where two share one, or one is a date of a series, with what else tells them apart.

    activities: all that the list is about. request_is_booked: whether the request is a booking already.
    zones_said: whether a time needs its zone, because the list has times of more than one.
    """

    def __init__(
        self,
        translation: Translation,
        activities: Collection[int],
        phrase: Phrase,
        *,
        request_is_booked: bool = False,
    ) -> None:
        self._phrase = phrase
        self._translation = translation
        bookings = {index: translation.bookings[index] for index in activities}
        self.zones_said = len({booking.time_zone for booking in bookings.values()}) > 1
        titles = Counter(booking.title for booking in bookings.values())
        starts = Counter(
            (booking.title, self._start(booking))
            for index, booking in bookings.items()
            if index != translation.request
        )
        self._names: dict[int, str] = {}
        for index, booking in bookings.items():
            if booking.title is None or (titles[booking.title] == 1 and not self._is_one_of_many(index)):
                name = self._phrase.title(booking.title)
            elif index == translation.request:
                name = f"{'this' if request_is_booked else 'the new'} {booking.title}"
            elif starts[booking.title, self._start(booking)] == 1:
                name = f"{booking.title} ({self._start(booking)})"
            else:
                name = f"{booking.title} ({self._place(booking)})"
            self._names[index] = name

    def name(self, activity: int) -> str:
        """What a sentence calls the booking."""
        return self._names[activity]

    def _is_one_of_many(self, activity: int) -> bool:
        return activity != self._translation.request and self._translation.bookings[activity].is_occurrence

    def _start(self, booking: SnapshotBooking) -> str:
        return self._phrase.start(booking.slot, ZoneInfo(booking.time_zone)) + self._zone(booking)

    def _place(self, booking: SnapshotBooking) -> str:
        when = self._phrase.when(booking.slot, ZoneInfo(booking.time_zone)) + self._zone(booking)
        return ", ".join((when, *self._phrase.venues(booking.claims)))

    def _zone(self, booking: SnapshotBooking) -> str:
        return f", {booking.time_zone}" if self.zones_said else ""
