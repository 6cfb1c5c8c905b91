"""What is around the database: files, Redis, clocks, keys."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.auth.key_set import IssuerUnavailable, KeySet
from api.doctor.patient import Patient
from api.storage import new_key
from persistence.readers.invariants.invariant import Breach
from persistence.readers.invariants.server import (
    known_files,
    queue_out_of_date,
    schema_out_of_date,
    server_clock,
)

_FOLDER = "exports"
_CLOCKS_APART = timedelta(seconds=2)
_REDIS_SECONDS = 2.0


async def schema(patient: Patient) -> Sequence[Breach]:
    """The schema and the job queue's own are this version's."""
    found = list(await schema_out_of_date(patient.database))
    if not found:
        async with patient.look() as uow:
            found += await queue_out_of_date(uow)
    return found


async def files(patient: Patient) -> Sequence[Breach]:
    """Exported files that are gone, and files that nobody knows of."""
    async with patient.look() as uow:
        before = await known_files(uow)
    stored = await patient.storage.keys(_FOLDER)
    async with patient.look() as uow:
        after = await known_files(uow)
    # What comes or goes meanwhile is in one of the two.
    gone = [Breach(key, "is gone from the store") for key in sorted((before & after) - stored)]
    return gone + [Breach(key, "is known to no export") for key in sorted(stored - before - after)]


async def storage(patient: Patient) -> Sequence[Breach]:
    """The store takes a file, gives it back and removes it."""
    key = new_key("doctor", "txt")
    await patient.storage.put(key, b"well", "text/plain", "doctor.txt")
    given = await patient.storage.get(key)
    await patient.storage.delete(key)
    return [] if given == b"well" else [Breach("the store", "gives back something else than it was given")]


async def redis(patient: Patient) -> Sequence[Breach]:
    """Redis answers, where one is set."""
    url = patient.settings.redis_url
    if url is None:
        return []
    client = Redis.from_url(
        url.get_secret_value(), socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS
    )
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        return [Breach("Redis", f"does not answer: {type(error).__name__}")]
    finally:
        await client.aclose()
    return []


async def clocks(patient: Patient) -> Sequence[Breach]:
    """This machine and PostgreSQL's go by the same time."""
    async with patient.look() as uow:
        before = uow.clock.now()
        theirs = await server_clock(uow)
        after = uow.clock.now()
    apart = max(before - theirs, theirs - after)
    if apart <= _CLOCKS_APART:
        return []
    return [Breach("PostgreSQL's clock", f"is {apart.total_seconds():.0f} seconds from this machine's")]


async def key(patient: Patient) -> Sequence[Breach]:
    """The key that signs is there, and its owner's alone."""
    path = patient.settings.home / "issuer-key.pem"
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return []  # made when it is first needed
    except OSError as error:
        return [Breach(str(path), f"cannot be looked at: {error.strerror}")]
    return [] if not mode & 0o077 else [Breach(str(path), f"is open to others (mode {mode:o})")]


async def foreign_issuer(patient: Patient) -> Sequence[Breach]:
    """The issuer of CALLBOARD_OIDC_ISSUER publishes its keys."""
    issuer = patient.settings.oidc_issuer
    if issuer is None:
        return []
    try:
        await KeySet(issuer, patient.database.clock.now).key("")
    except IssuerUnavailable:
        return [Breach(issuer, "does not publish its keys, or does not answer")]
    return []
