"""Passwords, hashed with argon2id and checked in a few threads."""

from __future__ import annotations

from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.advice.few_threads import FewThreads

_THREADS = 2
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a password is right. new_hash: to store in place of one that is out of date."""

    is_right: bool
    new_hash: str | None = None


class Passwords:
    """Hashes and checks; few at once, so that people who sign in leave the service to those who have."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """hasher: else as its library recommends by now, in one thread: no sign-in takes more."""
        self._hasher = hasher or PasswordHasher(parallelism=1)
        self._threads = FewThreads(_THREADS, _PATIENCE_SECONDS, "passwords")
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to store. Raises ThreadsBusy."""
        return await self._threads.run(lambda: self._hasher.hash(password))

    async def check(self, stored: str | None, password: str) -> Checked:
        """Whether it is the password of the hash; without one it takes as long. Raises ThreadsBusy."""
        return await self._threads.run(lambda: self._check(stored, password))

    def close(self) -> None:
        """Take no more work."""
        self._threads.close()

    def _check(self, stored: str | None, password: str) -> Checked:
        if self._decoy is None:
            self._decoy = self._hasher.hash("nobody's")
        try:
            self._hasher.verify(stored or self._decoy, password)
        except (VerificationError, InvalidHashError):
            return Checked(is_right=False)
        if stored is None:
            return Checked(is_right=False)
        outdated = self._hasher.check_needs_rehash(stored)
        return Checked(is_right=True, new_hash=self._hasher.hash(password) if outdated else None)
