"""Count an attempt to sign in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from api.message import Message
from domain.policy import Policy
from persistence.repositories import passwords
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CountLoginAttempt(Message[timedelta | None]):
    """limits: how many each subject, an account or where a call comes from, may make in a window."""

    limits: Mapping[bytes, int]
    window: timedelta


async def handle(command: CountLoginAttempt, uow: UnitOfWork, _policy: Policy) -> timedelta | None:
    """How long until there may be another attempt; None when this one may be made."""
    waiting = await passwords.count_attempt(uow, command.limits, command.window)
    return None if waiting is None else waiting - uow.now
