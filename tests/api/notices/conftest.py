"""People with addresses, and a postman who writes files, step by step."""

from __future__ import annotations

import email
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import icalendar
import pytest

from api.notices.mail import MailFolder, sender_of
from api.notices.noting import Noting
from api.notices.postman import Postman
from domain.user import User
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds
from persistence.relay import publish
from persistence.repositories import users
from tests.api.people import ADMIN, CUSTOMER, MANAGER, OTHER_CUSTOMER, STAFF

NAMES = {ADMIN: "Noor", MANAGER: "Elena", STAFF: "Tomasz", CUSTOMER: "Priya", OTHER_CUSTOMER: "Jonas"}
WHERE = "http://callboard.test"


@dataclass(frozen=True)
class Letter:
    """A mail, as a program reads it."""

    to: str
    subject: str
    text: str
    invitations: list[icalendar.Calendar] = field(default_factory=list)
    message: EmailMessage = field(default_factory=EmailMessage)

    @property
    def paragraphs(self) -> list[str]:
        """What is said between the greeting and the ending."""
        return self.text.replace("\r\n", "\n").strip().split("\n\n")[1:-1]


def read(content: bytes) -> Letter:
    message = cast("EmailMessage", email.message_from_bytes(content, policy=default))
    body = message.get_body(("plain",))
    assert body is not None
    parts = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
    invited = [icalendar.Calendar.from_ical(one.get_content()) for one in parts]
    assert [one.get_param("method") for one in parts] == [str(one["method"]) for one in invited]
    return Letter(message["To"], message["Subject"], body.get_content(), invited, message)


@dataclass
class Correspondent:
    """What comes of all facts so far: `await letters()` gives what was sent since it was asked last."""

    worker: Database
    folder: Path
    soon: timedelta = timedelta(0)
    zone: str = "Europe/Berlin"

    @property
    def noting(self) -> Noting:
        return Noting(self.worker, ZoneInfo(self.zone), self.soon)

    @property
    def postman(self) -> Postman:
        sender = sender_of("Callboard <board@house.test>")
        return Postman(self.worker, MailFolder(self.folder), sender, self.zone, WHERE)

    async def note(self) -> None:
        """Make notices of all facts."""
        while True:
            async with self.worker.engine.begin() as connection:
                if not await publish(connection, self.worker.clock, 500):
                    break
        while await self.noting.note():
            pass

    async def __call__(self) -> list[Letter]:
        await self.note()
        while await self.postman.deliver():
            pass
        found = sorted(self.folder.glob("*.eml")) if self.folder.exists() else []
        written = [read(one.read_bytes()) for one in found]
        for one in found:
            one.unlink()
        return sorted(written, key=lambda one: one.to)


@pytest.fixture
async def worker(urls: EmbeddedUrls, clock: Any) -> AsyncIterator[Database]:
    """The worker's login, at the instant of the service."""
    database = Database(urls.worker, clock, RandomIds(), pool_size=4)
    yield database
    await database.close()


@pytest.fixture
async def people(database: Database) -> None:
    """Everyone has an account and an address."""
    async with database.unit_of_work(ADMIN) as uow:
        for viewer, name in NAMES.items():
            address = f"{name.lower()}@people.test"
            await users.add(uow, User(viewer.user_id, name, viewer.role, uow.now, address))


@pytest.fixture
def letters(people: None, worker: Database, tmp_path: Path) -> Correspondent:  # noqa: ARG001
    return Correspondent(worker, tmp_path / "mail")
