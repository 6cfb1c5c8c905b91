"""One POST to a webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import TracebackType
from urllib.parse import urlsplit

import aiohttp

from api.delivery.address_guard import AddressGuard, ForbiddenAddress

_GONE = 410
_LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went. error: None for success, which is any 2xx.

    gone: the receiver wants no more (410). wait: how long it asks to be left alone (Retry-After).
    """

    error: str | None = None
    gone: bool = False
    wait: timedelta = timedelta()


class WebhookSender:
    """Sends, without following redirects and without reading what comes back.

    guard: which addresses may be reached. seconds: what an attempt may take.
    """

    def __init__(self, guard: AddressGuard, seconds: float) -> None:
        self._guard = guard
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._open: dict[bool, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> WebhookSender:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(session.close() for session in self._open.values()))

    async def send(self, url: str, body: str, headers: Mapping[str, str]) -> Outcome:
        """POST a body of JSON."""
        encrypted = urlsplit(url).scheme == "https"
        try:
            session = self._session(encrypted=encrypted)
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return _outcome(answer)
        except TimeoutError:
            return Outcome(f"no answer in {self._timeout.total:g} seconds")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Outcome(_reason(error))

    def _session(self, *, encrypted: bool) -> aiohttp.ClientSession:
        """Connections that are kept; those over TLS apart, for plain ones may reach less."""
        if encrypted not in self._open:
            sockets = partial(self._guard.socket_for, encrypted=encrypted)
            self._open[encrypted] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit_per_host=5, socket_factory=sockets),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                headers={"User-Agent": "Callboard", "Content-Type": "application/json"},
            )
        return self._open[encrypted]


def _outcome(answer: aiohttp.ClientResponse) -> Outcome:
    if 200 <= answer.status < 300:
        return Outcome()
    asked = answer.headers.get("Retry-After", "")
    seconds = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0
    return Outcome(
        f"HTTP {answer.status}",
        gone=answer.status == _GONE,
        wait=min(timedelta(seconds=seconds), _LONGEST_WAIT),
    )


def _reason(error: Exception) -> str:
    """What went wrong, for the webhook's owner: nothing of what answered instead."""
    cause = getattr(error, "os_error", error)
    if isinstance(cause, ForbiddenAddress):
        return str(cause)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the host has no address"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "TLS failed: the certificate is not one to trust, or nothing speaks TLS there"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "no connection"
    return "the connection broke"
