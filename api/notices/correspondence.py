"""The loops that tell people: from facts to notices, and from notices to letters."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from api.delivery.loop import repeat
from api.notices.mail import MailUnavailable, mail_to, sender_of
from api.notices.noting import Noting
from api.notices.postman import Postman
from api.settings import Settings
from persistence.database import Database


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Both loops; without a postman, what happens meanwhile is nobody's news."""

    noting: Noting
    postman: Postman | None

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        loops = [repeat(self.noting.note, stop, "notices wait")]
        if self.postman is not None:
            loops.append(repeat(self.postman.deliver, stop, "letters wait", MailUnavailable))
        await asyncio.gather(*loops)


def correspondence(settings: Settings, database: Database) -> Correspondence:
    """As the settings say. database: as the worker."""
    url = settings.mail_url
    zone, soon = ZoneInfo(settings.time_zone), timedelta(seconds=settings.mail_batch_seconds)
    noting = Noting(database, zone, soon, is_wanted=url is not None)
    if url is None:
        return Correspondence(noting, None)
    postman = Postman(
        database,
        mail_to(url.get_secret_value()),
        sender_of(settings.mail_from),
        settings.time_zone,
        (settings.public_url or "").rstrip("/"),
    )
    return Correspondence(noting, postman)
