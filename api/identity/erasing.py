"""Handing over what is kept on a person, and erasing them (DESIGN 4.12)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.bootstrap import Callboard
from api.features.erase_user import EraseUser
from api.features.get_export_files import GetExportFiles
from api.features.get_personal_data import GetPersonalData
from api.http.wire import format_instant
from api.notices.mail import MailFolder, mail_to
from api.settings import Settings
from domain.viewer import SYSTEM
from persistence.erasure import Erased


async def person_document(service: Callboard, user_id: UUID) -> dict[str, Any]:
    """Everything on the person, table by table. Raises NotFoundException."""
    rows = await service.bus.send(GetPersonalData(user_id), SYSTEM)
    return {
        "userId": str(user_id),
        "generatedAt": format_instant(service.database.clock.now()),
        "rows": rows,
    }


async def erase_person(service: Callboard, user_id: UUID, also: tuple[str, ...] = ()) -> Erased:
    """Take the person out of the database and the files. Raises NotFoundException and StorageUnavailable.

    Files go first: once their rows are gone, nobody would find those that a failing store has kept. Those
    that came in between go after.
    """
    for key in await service.bus.send(GetExportFiles(), SYSTEM):
        await service.storage.delete(key)
    erased = await service.bus.send(EraseUser(user_id, also), SYSTEM)
    for key in erased.files:
        await service.storage.delete(key)
    for folder in mail_folders(service.settings):
        folder.clear()
    return erased


def mail_folders(settings: Settings) -> set[MailFolder]:
    """Where letters may lie as files, as the demo has them: nobody keeps them there, so all go."""
    url = settings.mail_url
    mail = None if url is None else mail_to(url.get_secret_value())
    return {MailFolder(settings.home / "mail"), *([mail] if isinstance(mail, MailFolder) else [])}
