"""Which addresses webhooks may reach: no inner ones but those allowed (against request forgery)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import socket
from typing import Any
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network
_NAT64 = IPv6Network("64:ff9b::/96")
_INNER = tuple(
    IPv6Network(one) for one in ("64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96", "fec0::/10", "100::/64")
)
"""Ways to inner addresses that Python's own table takes for global ones."""


class ForbiddenAddress(OSError):
    """The address belongs to a private, link-local or otherwise inner network that is not allowed."""


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Judges each address when it is connected to, so that no name can lead elsewhere after it was looked at.

    allowed: inner networks that may be reached all the same, over plain http too.
    """

    allowed: tuple[Network, ...] = ()

    def socket_for(self, address: Sequence[Any], *, encrypted: bool) -> socket:
        """A socket for what getaddrinfo found (aiohttp's `socket_factory`). Raises ForbiddenAddress."""
        family, kind, protocol, _, (host, *_) = address
        self.ensure(host, encrypted=encrypted)
        return socket(family, kind, protocol)

    def refusal_of(self, url: str) -> str | None:
        """Why a URL that names an IP address is not to be reached; None for a name, which is judged later."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        try:
            ip_address(host.partition("%")[0])
        except ValueError:
            return None
        try:
            self.ensure(host, encrypted=parts.scheme == "https")
        except ForbiddenAddress as error:
            return str(error)
        return None

    def ensure(self, host: str, *, encrypted: bool) -> None:
        """Raise ForbiddenAddress for an IP address that is not to be reached.

        encrypted: whether over TLS; without it only allowed networks are.
        """
        address = _reached(ip_address(host.partition("%")[0]))
        if any(address in network for network in self.allowed):
            return
        if not encrypted:
            raise ForbiddenAddress(f"{host} is not in CALLBOARD_WEBHOOK_NETWORKS, and this is not https")
        if not address.is_global or address.is_multicast or any(address in one for one in _INNER):
            raise ForbiddenAddress(f"{host} is an inner address, which CALLBOARD_WEBHOOK_NETWORKS must allow")


def _reached(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Where an address leads: several kinds of IPv6 address carry an IPv4 one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = None if address.teredo is None else address.teredo[1]
    return address.ipv4_mapped or address.sixtofour or teredo or address
