"""Whoever's tokens the service takes: its own issuer's, a foreign one's, and those of service accounts."""

from __future__ import annotations

from dataclasses import dataclass

import jwt

from api.auth.bearer import Bearer
from api.auth.foreign_issuer import ForeignIssuer
from api.auth.issuer import Issuer
from api.auth.known_people import KnownPeople
from api.auth.service_tokens import PREFIX, ServiceTokens


@dataclass(frozen=True, slots=True)
class Issuers:
    """Asks the issuer that a token says it is of; that it is, is for that one to find out."""

    own: Issuer
    foreign: ForeignIssuer | None
    service_tokens: ServiceTokens
    people: KnownPeople

    async def bearer(self, token: str) -> Bearer:
        """Whose token it is.

        Raises UnauthorizedException, ForbiddenException, IssuerUnavailable, and DatabaseBusy.
        """
        if token.startswith(PREFIX):
            return await self.service_tokens.bearer(token)
        if self.foreign is not None and _issuer_of(token) == self.foreign.name:
            return await self.people.admit(await self.foreign.bearer(token))
        return self.own.bearer(token)


def _issuer_of(token: str) -> object:
    """What the token says; None where it says nothing that can be read."""
    try:
        return jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
