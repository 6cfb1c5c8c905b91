"""Work that a command has the service do, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from api.bootstrap import Callboard, wire
from api.cli.cannot_run import CannotRun
from api.cli.databases import database_urls, ensure_servable, open_database
from api.settings import Settings
from api.storage import StorageUnavailable
from domain.errors import CallboardException
from persistence.unit_of_work import DatabaseBusy

T = TypeVar("T")


def at_service(work: Callable[[Callboard], Awaitable[T]], *, as_worker: bool = False) -> T:
    """What the work comes to; whatever refuses it is one message. as_worker: with the worker's login."""
    settings = Settings()
    with database_urls(settings) as urls:
        url = urls.worker if as_worker else urls.application
        if url is None:
            raise CannotRun("this needs the worker's login: set CALLBOARD_DATABASE_WORKER_URL")
        ensure_servable(url)
        try:
            return asyncio.run(_done(settings, url, work))
        except (DatabaseBusy, StorageUnavailable) as error:
            raise CannotRun(str(error)) from error
        except CallboardException as error:
            raise CannotRun(error.detail) from error


async def _done(settings: Settings, url: str, work: Callable[[Callboard], Awaitable[T]]) -> T:
    service = wire(settings, open_database(url))
    try:
        return await work(service)
    finally:
        await service.close()
