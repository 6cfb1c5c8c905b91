"""How people sign in with a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class SignInRules:
    """How long tokens and sessions last, and how many attempts an account and a client have in a window."""

    token_lifetime: timedelta
    session_lifetime: timedelta
    account_attempts: int
    client_attempts: int
    window: timedelta
