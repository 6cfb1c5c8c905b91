"""The keys of a foreign issuer: found by discovery, kept, and fetched again when they are rotated."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWKError, PyJWKSetError

log = logging.getLogger("callboard.auth")

_DISCOVERY = "/.well-known/openid-configuration"
_TIMEOUT = aiohttp.ClientTimeout(total=5)
_LARGEST_BYTES = 1_000_000
_FRESH = timedelta(minutes=10)
_AT_MOST_EVERY = timedelta(seconds=15)
_OUTAGE = timedelta(hours=24)


class IssuerUnavailable(Exception):
    """The issuer's keys are not known, and it does not answer."""


class KeySet:
    """The signing keys of an OpenID Connect issuer, by their ids.

    Keys are used for ten minutes before they are looked at again, and for a day when the issuer does not
    answer. A key that is not known is asked for at once, but not every time somebody makes one up.
    """

    def __init__(self, issuer: str, now: Callable[[], datetime]) -> None:
        self._issuer = issuer
        self._now = now
        self._keys: Mapping[str, PyJWK] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._fetching = asyncio.Lock()

    async def key(self, key_id: str) -> PyJWK | None:
        """The key with the id; None when the issuer has none. Raises IssuerUnavailable."""
        if not self._is_younger(self._fetched_at, _FRESH) or key_id not in self._keys:
            async with self._fetching:
                await self._refresh(key_id)
        if self._fetched_at is None or not self._is_younger(self._fetched_at, _OUTAGE):
            raise IssuerUnavailable(self._issuer)
        return self._keys.get(key_id)

    async def _refresh(self, key_id: str) -> None:
        """Fetch the keys unless somebody has just done so, or has just tried in vain."""
        known = self._is_younger(self._fetched_at, _FRESH) and key_id in self._keys
        if known or self._is_younger(self._tried_at, _AT_MOST_EVERY):
            return
        self._tried_at = self._now()
        try:
            self._keys = await self._fetch()
            self._fetched_at = self._tried_at
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, PyJWKError, PyJWKSetError) as error:
            log.warning("the keys of %s could not be fetched: %s", self._issuer, error)

    async def _fetch(self) -> dict[str, PyJWK]:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            found = await _document(session, self._issuer.rstrip("/") + _DISCOVERY)
            if found.get("issuer") != self._issuer:
                raise ValueError("its discovery document names another issuer")
            jwks_uri = found.get("jwks_uri")
            if not isinstance(jwks_uri, str) or _is_downgrade(self._issuer, jwks_uri):
                raise ValueError("its discovery document names no jwks_uri that is as safe as it is")
            keys = PyJWKSet.from_dict(await _document(session, jwks_uri)).keys
        return {key.key_id: key for key in keys if key.key_id and key.public_key_use in {None, "sig"}}

    def _is_younger(self, instant: datetime | None, age: timedelta) -> bool:
        return instant is not None and self._now() < instant + age


async def _document(session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with session.get(url, allow_redirects=False) as answer:
        if answer.status != 200:
            raise ValueError(f"HTTP {answer.status}")
        body = b""
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > _LARGEST_BYTES:
                raise ValueError("more than a set of keys")
    document = orjson.loads(body)
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")
    return document


def _is_downgrade(issuer: str, url: str) -> bool:
    return urlsplit(issuer).scheme == "https" and urlsplit(url).scheme != "https"
