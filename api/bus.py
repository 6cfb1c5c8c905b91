"""How a command or query reaches its handler: authorise, one transaction, commit before the answer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from api.message import Message
from api.refusal import note_refusal
from domain.enums import Role, Scope
from domain.errors import CallboardException, ConflictException, ForbiddenException
from domain.facts import Fact
from domain.policy import Policy
from domain.viewer import Viewer
from persistence.unit_of_work import DatabaseBusy, TransactionLost, UnitOfWork

R = TypeVar("R")

ATTEMPTS = 8
"""How often a transaction that gave way to another is run before the caller is told that we are busy."""


@dataclass(frozen=True, slots=True)
class Route:
    """A handler, the lowest role that may reach it, and the scope that a service account's token needs.

    The handler judges everything finer.
    """

    handle: Callable[[Any, UnitOfWork, Policy], Awaitable[Any]]
    minimum_role: Role = Role.Customer
    scope: Scope = Scope.Read


class OpenUnitOfWork(Protocol):
    """Opens a transaction for a viewer."""

    def __call__(
        self, viewer: Viewer, *, dry_run: bool = False
    ) -> AbstractAsyncContextManager[UnitOfWork]: ...


class Bus:
    """Carries messages to their handlers, each in a unit of work of its own."""

    def __init__(
        self,
        open_unit_of_work: OpenUnitOfWork,
        routes: Mapping[type, Route],
        policy: Policy,
        committed: Callable[[Sequence[Fact]], None] | None = None,
    ) -> None:
        """committed: hears of the facts of each transaction once it is in."""
        self._open = open_unit_of_work
        self._routes = routes
        self._policy = policy
        self._committed = committed

    async def send(self, message: Message[R], viewer: Viewer, *, dry_run: bool = False) -> R:
        """Run the message's handler and commit; what it answers is true when it is returned.

        dry_run: answer what would happen, and change nothing.
        Raises ForbiddenException for a role too low and for a scope that the token lacks, DatabaseBusy when
        every attempt gave way to others.
        """
        self._ensure_allowed(message, viewer)
        return await self.run(viewer, lambda uow: self._handle(message, uow), dry_run=dry_run)

    async def run(
        self, viewer: Viewer, work: Callable[[UnitOfWork], Awaitable[R]], *, dry_run: bool = False
    ) -> R:
        """Do some work in a transaction and commit; all of it again when the transaction gave way to another.

        Raises DatabaseBusy when every attempt did.
        """
        for attempt in range(ATTEMPTS):
            try:
                async with self._open(viewer, dry_run=dry_run) as uow:
                    answer = await work(uow)
                if not dry_run:
                    self._tell(uow)
                return answer
            except TransactionLost:
                await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311
            except CallboardException as error:
                if error.refused_bookings and not dry_run:
                    await self._note_refusals(error.refused_bookings, viewer)
                raise
        raise DatabaseBusy("every attempt gave way to other bookings")

    def within(self, uow: UnitOfWork) -> Bus:
        """A bus whose messages share a transaction that is open already, for the work of one `run`."""
        return _BusWithin(self, uow)

    def _ensure_allowed(self, message: Message[R], viewer: Viewer) -> None:
        route = self._routes[type(message)]
        viewer.ensure_scope(route.scope)
        if viewer.role < route.minimum_role:
            raise ForbiddenException(f"This needs the role {route.minimum_role.name}")

    async def _handle(self, message: Message[R], uow: UnitOfWork) -> R:
        answer: R = await self._routes[type(message)].handle(message, uow, self._policy)
        return answer

    async def _note_refusals(self, refused: Sequence[ConflictException], viewer: Viewer) -> None:
        """The refused bookings are rolled back; that they were refused is kept."""
        async with self._open(viewer) as uow:
            for refusal in refused:
                note_refusal(uow, refusal)
        self._tell(uow)

    def _tell(self, uow: UnitOfWork) -> None:
        if self._committed is not None and uow.facts:
            self._committed(uow.facts)


class _BusWithin(Bus):
    """Leaves the transaction to whoever opened it."""

    def __init__(self, bus: Bus, uow: UnitOfWork) -> None:
        super().__init__(bus._open, bus._routes, bus._policy, bus._committed)
        self._uow = uow

    async def send(self, message: Message[R], viewer: Viewer, *, dry_run: bool = False) -> R:
        """Run the message's handler; nothing is committed yet."""
        assert viewer == self._uow.viewer
        assert not dry_run, "what changes nothing needs no transaction of another"
        self._ensure_allowed(message, viewer)
        return await self._handle(message, self._uow)
