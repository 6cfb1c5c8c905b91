"""Tokens of an OpenID Connect issuer that is not ours (spec 10.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import jwt

from api.auth.bearer import Bearer, ForeignPerson
from api.auth.key_set import KeySet
from domain.enums import Role
from domain.errors import ForbiddenException, UnauthorizedException
from domain.viewer import SYSTEM, Viewer

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""All of them asymmetric: with a shared secret, whoever can verify could sign."""


@dataclass(frozen=True, slots=True)
class ForeignIssuer:
    """Recognizes the tokens of one issuer.

    name, audience: the `iss` and `aud` that a token must have. algorithms: that it may be signed with.
    leeway: by how much its clock may differ. roles_claim: where its roles are: `realm_access.roles`.
    roles: by its names, our roles.
    """

    name: str
    audience: str
    keys: KeySet
    algorithms: tuple[str, ...]
    leeway: timedelta
    roles_claim: str
    roles: Mapping[str, Role]

    async def bearer(self, token: str) -> Bearer:
        """Whose token it is, with the highest of their roles.

        Raises UnauthorizedException for what is no valid token, ForbiddenException for who has no role, and
        IssuerUnavailable when its keys are not to be had.
        """
        claims = await self._claims(token)
        role = self._role(claims)
        if role is None:
            raise ForbiddenException("Your account has no role here; ask for one where accounts are managed")
        until = datetime.fromtimestamp(claims["exp"], UTC)
        return Bearer(Viewer(self._user_id(claims["sub"]), role), until, self._person(claims))

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = None if not isinstance(key_id, str) else await self.keys.key(key_id)
            if key is None:
                raise UnauthorizedException("The bearer token is not valid: its key is not known")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(self.algorithms),
                audience=self.audience,
                issuer=self.name,
                leeway=self.leeway,
                options={"require": ["exp", "sub", "aud", "iss"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise UnauthorizedException(f"The bearer token is not valid: {error}") from error
        return claims

    def _person(self, claims: Mapping[str, Any]) -> ForeignPerson:
        """Who the token says it is; an address that the issuer has not verified is left out."""
        name = _words(claims.get("name")) or _words(claims.get("preferred_username"))
        email = None if claims.get("email_verified") is False else _words(claims.get("email"))
        return ForeignPerson(self.name, name, email if email and "@" in email else None)

    def _user_id(self, subject: str) -> UUID:
        """A subject that is a UUID is the user's id; of any other, one is made that stays the same.

        Raises UnauthorizedException for the id that the service itself acts under.
        """
        try:
            user_id = UUID(subject)
        except ValueError:
            return uuid5(uuid5(NAMESPACE_URL, self.name), subject)
        if user_id == SYSTEM.user_id:
            raise UnauthorizedException("The bearer token is not valid: its subject is the service itself")
        return user_id

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        found: Any = claims
        for part in self.roles_claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        names = found.split() if isinstance(found, str) else found if isinstance(found, list) else []
        known = [self.roles[name] for name in names if isinstance(name, str) and name in self.roles]
        return max(known, default=None)


def _words(claim: object) -> str | None:
    """A claim as PostgreSQL can store it, and no longer than we let people be called."""
    if not isinstance(claim, str):
        return None
    return claim.encode(errors="replace").decode().replace("\x00", "").strip()[:300] or None
