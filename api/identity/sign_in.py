"""Coming in with an address and a password, staying in, and going."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID, uuid4

from api.auth.issuer import Issuer
from api.bus import Bus
from api.features.begin_session import BeginSession
from api.features.count_login_attempt import CountLoginAttempt
from api.features.get_folded_address import GetFoldedAddress
from api.features.get_login import GetLogin
from api.features.renew_session import RenewSession
from api.features.set_password import SetPassword
from api.identity.passwords import Passwords
from api.identity.refresh_token import RefreshToken
from api.identity.sign_in_rules import SignInRules
from domain.enums import Role
from domain.errors import FieldException, TooManyAttempts, UnauthorizedException
from domain.viewer import Viewer

NOBODY = Viewer(UUID(int=0), Role.Customer)
"""Somebody who has not come in yet."""

_NOT_LET_IN = "The address or the password is wrong, or the account is disabled"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What somebody comes away with."""

    access_token: str
    expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime


class SignIn:
    """Lets people in. No transaction is open while a password is hashed."""

    def __init__(
        self, bus: Bus, issuer: Issuer, passwords: Passwords, rules: SignInRules, now: Callable[[], datetime]
    ) -> None:
        self._bus = bus
        self._issuer = issuer
        self._passwords = passwords
        self._rules = rules
        self._now = now
        self._key = issuer.secret("login attempts")

    async def login(self, email: str, password: str, client: str) -> SignedIn:
        """Let somebody in. Raises UnauthorizedException, which says no more, and TooManyAttempts."""
        folded = await self._bus.send(GetFoldedAddress(email.strip()), NOBODY)
        account, address = self._subject("account", folded), self._client(client)
        # The client first: one that is blocked leaves nothing under the accounts it names.
        await self._count({address: self._rules.client_attempts, account: self._rules.account_attempts})
        login = await self._bus.send(GetLogin(email.strip()), NOBODY)
        checked = await self._passwords.check(None if login is None else login.password_hash, password)
        if login is None or not checked.is_right:
            raise UnauthorizedException(_NOT_LET_IN)
        viewer = Viewer(login.user_id, login.role)
        token = RefreshToken.new(uuid4())
        command = BeginSession(
            token.session_id,
            token.digest,
            self._rules.session_lifetime,
            login.password_hash,
            account,
            address,
            checked.new_hash,
        )
        try:
            until = await self._bus.send(command, viewer)
        except UnauthorizedException as error:
            raise UnauthorizedException(_NOT_LET_IN) from error
        return self._signed_in(viewer, token, until)

    async def refresh(self, text: str) -> SignedIn:
        """Go on with a session. Raises UnauthorizedException."""
        token = RefreshToken.read(text)
        if token is not None:
            following = RefreshToken.new(token.session_id)
            command = RenewSession(
                token.session_id, token.digest, following.digest, self._rules.session_lifetime
            )
            renewed = await self._bus.send(command, NOBODY)
            if renewed is not None:
                return self._signed_in(renewed[0], following, renewed[1])
        raise UnauthorizedException("The refresh token is not good, or not any more; sign in again")

    async def change_password(self, viewer: Viewer, current: str, new: str, *, dry_run: bool) -> None:
        """Change one's own. Raises FieldException for a wrong current one, and TooManyAttempts."""
        await self._count({self._subject("own", str(viewer.user_id)): self._rules.account_attempts})
        login = await self._bus.send(GetLogin(), viewer)
        checked = await self._passwords.check(None if login is None else login.password_hash, current)
        if not checked.is_right:
            raise FieldException("currentPassword", "This is not your password")
        command = SetPassword(viewer.user_id, await self._passwords.hash(new))
        await self._bus.send(command, viewer, dry_run=dry_run)

    def _signed_in(self, viewer: Viewer, token: RefreshToken, until: datetime) -> SignedIn:
        now = self._now()
        access_token = self._issuer.token(viewer, now, self._rules.token_lifetime)
        return SignedIn(access_token, now + self._rules.token_lifetime, str(token), until)

    async def _count(self, limits: Mapping[bytes, int]) -> None:
        waiting = await self._bus.send(CountLoginAttempt(limits, self._rules.window), NOBODY)
        if waiting is not None:
            raise TooManyAttempts(waiting)

    def _client(self, client: str) -> bytes:
        """Of IPv6, the network that one customer of a provider has to choose addresses from."""
        try:
            address = ip_address(client)
        except ValueError:
            return self._subject("client", client)
        if isinstance(address, IPv6Address):
            return self._subject("client", str(ip_network((address, 64), strict=False)))
        return self._subject("client", client)

    def _subject(self, kind: str, name: str) -> bytes:
        """What attempts are counted by: nobody who reads the table finds the name from it."""
        return hmac.digest(self._key, f"{kind} {name}".encode(errors="replace"), hashlib.sha256)
