"""Connections notice when the other side's host has vanished, and so do their locks."""

from __future__ import annotations

import psycopg
from sqlalchemy import text

from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock

# What the server does on a TCP socket; on ours, a unix socket, these are all that can be seen of it.
SERVER = "SELECT name, reset_val FROM pg_settings WHERE name LIKE 'tcp%' ORDER BY name"
LOOKS = {"tcp_keepalives_count": "3", "tcp_keepalives_idle": "20", "tcp_keepalives_interval": "10"}
OURS = {"keepalives_count": "3", "keepalives_idle": "20", "keepalives_interval": "10"}
PATIENCE = {"tcp_user_timeout": "50000"}


async def test_of_the_pool_where_job_locks_are_held(database: Database) -> None:
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        assert (OURS | PATIENCE).items() <= driver.info.get_parameters().items()
        found = await connection.execute(text(SERVER))
        assert {row.name: row.reset_val for row in found} == LOOKS | PATIENCE


async def test_that_listen_and_those_of_the_job_queue(database: Database) -> None:
    async with await psycopg.AsyncConnection.connect(database.conninfo) as connection:
        assert (OURS | PATIENCE).items() <= connection.info.get_parameters().items()
        found = await connection.execute(SERVER)
        assert dict(await found.fetchall()) == LOOKS | PATIENCE


async def test_a_url_has_the_last_word(urls: EmbeddedUrls) -> None:
    url = f"{urls.worker}&keepalives_idle=7&options=-c%20work_mem%3D5MB"
    database = Database(url, SystemClock(), RandomIds())
    async with await psycopg.AsyncConnection.connect(database.conninfo) as connection:
        assert connection.info.get_parameters()["keepalives_idle"] == "7"
        assert await (await connection.execute("SHOW work_mem")).fetchone() == ("5MB",)
    await database.close()
