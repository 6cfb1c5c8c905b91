"""Writing to people: all that waits for a person in one letter, sent at least once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from uuid import UUID, uuid5

from api.delivery.backoff import next_wait
from api.notices.invitation import Invitation, Party, invitations
from api.notices.letter import letter_of
from api.notices.mail import Mail, MailRefused, MailUnavailable, mailbox
from api.notices.message import message_of
from api.notices.news import News, Present, news_of
from domain.notice import Notice, NoticePreferences
from domain.viewer import SYSTEM, Viewer
from persistence.database import Database
from persistence.readers.exported_bookings import exported_bookings
from persistence.readers.told_bookings import (
    calendar_names,
    open_conflicts,
    told_bookings,
    with_waiting_change,
)
from persistence.repositories import notices
from persistence.repositories.notices import Recipient, WaitingNotice
from persistence.unit_of_work import UnitOfWork

log = logging.getLogger("callboard.mail")

_LETTERS = UUID("5b0f9f0e-6d1c-4c57-9d1f-2f6f3a3e9b51")


@dataclass(frozen=True, slots=True)
class Postman:
    """Sends what is due. Any number may work; a person's letters are written by one at a time.

    database: as the worker. time_zone: of the house. base_url: where the service is reached; may be empty.
    """

    database: Database
    mail: Mail
    sender: Address
    time_zone: str
    base_url: str

    async def deliver(self) -> bool:
        """Write to the person who has waited longest; whether there was one. Raises MailUnavailable."""
        failure: Exception | None = None
        async with self.database.unit_of_work(SYSTEM) as uow:
            person = await notices.next_recipient(uow)
            if person is None:
                return False
            waiting = await notices.waiting(uow, person)
            try:
                outcome = await self._write(uow, person, waiting)
            except Exception as error:  # noqa: BLE001 - one letter that cannot be written holds up no other
                failure = error
            else:
                await notices.settle(uow, [one.notice_id for one in waiting], outcome)
        if failure is not None:
            await self._note(person, waiting, failure)
        return True

    async def _note(self, person: UUID, waiting: Sequence[WaitingNotice], failure: Exception) -> None:
        """Give up what is refused, put off the rest. Raises MailUnavailable: no letter leaves now."""
        refused = isinstance(failure, MailRefused)
        if refused:
            log.warning("a letter to user %s was refused: %s", person, failure)
        elif not isinstance(failure, MailUnavailable):
            # Its words may be anybody's, and are for no log.
            log.error("a letter to user %s cannot be written: %s", person, type(failure).__name__)
        async with self.database.unit_of_work(SYSTEM) as uow:
            if refused:
                await notices.settle(uow, [one.notice_id for one in waiting], "GivenUp")
            else:
                await _put_off(uow, waiting)
        if isinstance(failure, MailUnavailable):
            raise failure

    async def _write(self, uow: UnitOfWork, person: UUID, waiting: Sequence[WaitingNotice]) -> str:
        """What became of the notices."""
        recipient = await notices.recipient(uow, person)
        if recipient is None or recipient.email is None:
            return "NoAddress"
        try:
            address = mailbox(recipient.name, recipient.email)
        except ValueError:
            return "NoAddress"
        wishes = (await notices.preferences_of(uow, [person])).get(person, NoticePreferences())
        wanted = [one.notice for one in waiting if wishes.wants(one.notice)]
        if not wanted:
            return "Unwanted"
        news, invited = await self._news(recipient, wanted, wishes)
        if not news:
            return "Needless"
        number = uuid5(_LETTERS, " ".join(str(one.notice_id) for one in waiting))
        letter = letter_of(recipient.name, news, self.base_url)
        await self.mail.send(message_of(letter, invited, self.sender, address, number, uow.now))
        return "Sent"

    async def _news(
        self, recipient: Recipient, waiting: Sequence[Notice], wishes: NoticePreferences
    ) -> tuple[list[News], list[Invitation]]:
        """What there is to tell, read as the recipient may know it."""
        async with self.database.unit_of_work(Viewer(recipient.user_id, recipient.role)) as uow:
            news = news_of(waiting, await _present(uow, waiting))
            changed = [
                one for one in news if one.changes_calendar and one.booking.owner_id == recipient.user_id
            ]
            if not changed or not wishes.invitations:
                return news, []
            single = {one.key for one in changed if one.booking.series_id is None}
            series = {one.booking.series_id for one in changed if one.booking.series_id is not None}
            calendars = await exported_bookings(uow, single, series)
        house = Party(self.sender.display_name, self.sender.addr_spec)
        guest = Party(recipient.name, recipient.email or "")
        return news, list(invitations(calendars, house, guest, uow.now, self.time_zone))


async def _put_off(uow: UnitOfWork, waiting: Sequence[WaitingNotice]) -> None:
    """Try all of it again at one time; a notice is given up after as many attempts as there are waits."""
    waits = {one.notice_id: next_wait(one.attempts) for one in waiting}
    await notices.settle(uow, [key for key, wait in waits.items() if wait is None], "GivenUp")
    left = {key: wait for key, wait in waits.items() if wait is not None}
    if left:
        await notices.postpone(uow, list(left), uow.now + max(left.values()))


async def _present(uow: UnitOfWork, waiting: Sequence[Notice]) -> Present:
    keys = {one.scheduled_event_id for one in waiting}
    rivals = {UUID(one.details["otherId"]) for one in waiting if "otherId" in one.details}
    conflicts = {UUID(one.details["conflictId"]) for one in waiting if "conflictId" in one.details}
    calendars = {UUID(one.details["calendarId"]) for one in waiting if "calendarId" in one.details}
    return Present(
        await told_bookings(uow, keys | rivals),
        await calendar_names(uow, calendars),
        frozenset(await open_conflicts(uow, conflicts)),
        frozenset(await with_waiting_change(uow, keys)),
    )
