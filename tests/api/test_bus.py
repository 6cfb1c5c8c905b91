"""What the bus does with a transaction that gave way, and with a role too low."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import pytest

from api.bus import ATTEMPTS, Bus, Route
from api.message import Message
from domain.enums import Role
from domain.errors import ForbiddenException
from domain.policy import Policy
from domain.viewer import Viewer
from persistence.unit_of_work import DatabaseBusy, TransactionLost, UnitOfWork
from tests.api.people import CUSTOMER, MANAGER


@dataclass(frozen=True, slots=True)
class Ask(Message[int]):
    """How often the transaction gives way before it gets through."""

    losses: int


class Transactions:
    """Opens units of work that do nothing, and counts them and what they were opened with."""

    def __init__(self) -> None:
        self.opened: list[tuple[Viewer, bool]] = []

    @asynccontextmanager
    async def __call__(self, viewer: Viewer, *, dry_run: bool = False) -> AsyncIterator[UnitOfWork]:
        self.opened.append((viewer, dry_run))
        yield cast("UnitOfWork", None)


@pytest.fixture
def transactions() -> Transactions:
    return Transactions()


@pytest.fixture
def bus(transactions: Transactions, monkeypatch: pytest.MonkeyPatch) -> Bus:
    """A bus that does not wait between attempts."""
    monkeypatch.setattr("api.bus.random.uniform", lambda *_: 0)

    async def handle(message: Ask, _uow: Any, _policy: Policy) -> int:
        if len(transactions.opened) <= message.losses:
            raise TransactionLost("40001")
        return len(transactions.opened)

    return Bus(transactions, {Ask: Route(handle, Role.Manager)}, Policy())


@pytest.mark.parametrize("losses", [0, 1, ATTEMPTS - 1])
async def test_what_gave_way_is_run_again_in_a_transaction_of_its_own(
    bus: Bus, transactions: Transactions, losses: int
) -> None:
    assert await bus.send(Ask(losses), MANAGER, dry_run=True) == losses + 1
    assert transactions.opened == [(MANAGER, True)] * (losses + 1)


async def test_after_every_attempt_gave_way_we_are_busy(bus: Bus, transactions: Transactions) -> None:
    with pytest.raises(DatabaseBusy, match=r"^every attempt gave way to other bookings$"):
        await bus.send(Ask(ATTEMPTS), MANAGER)
    assert len(transactions.opened) == ATTEMPTS


async def test_a_role_too_low_opens_no_transaction(bus: Bus, transactions: Transactions) -> None:
    with pytest.raises(ForbiddenException, match=r"^This needs the role Manager$"):
        await bus.send(Ask(0), CUSTOMER)
    assert transactions.opened == []
