"""A worker whose one job begins and never ends."""

from __future__ import annotations

import asyncio

from api.bootstrap import Callboard
from api.jobs.job import Job, Outcome
from api.settings import Settings
from api.worker import Worker


async def sleep(_service: Callboard) -> Outcome:
    await asyncio.Event().wait()
    return {}


settings = Settings()
assert settings.database_worker_url is not None
job = Job("LongJob", "never ends", "* * * * * */1", sleep)
worker = Worker(settings, settings.database_worker_url.get_secret_value(), (job,))
asyncio.run(worker.run(asyncio.Event()))
