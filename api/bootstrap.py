"""Wires the service together from its settings."""

from __future__ import annotations

from dataclasses import dataclass

from api.advice.service import AdviceService
from api.advice.slot_search import SlotSearchService
from api.auth.home_issuer import issuer_of
from api.auth.issuer import Issuer
from api.bus import Bus
from api.query_facts import QueryFacts
from api.routes import ROUTES
from api.settings import Settings
from persistence.database import Database
from persistence.ids import RandomIds, SystemClock


@dataclass(frozen=True, slots=True)
class Callboard:
    """The running service's parts."""

    settings: Settings
    database: Database
    issuer: Issuer
    bus: Bus
    advice: AdviceService
    query_facts: QueryFacts
    slot_search: SlotSearchService

    async def close(self) -> None:
        """Let go of everything held."""
        self.advice.close()
        await self.query_facts.close()
        await self.database.close()


def bootstrap(settings: Settings, database_url: str) -> Callboard:
    """The service on the database at the URL, which must be the application role's."""
    database = Database(database_url, SystemClock(), RandomIds(), pool_size=settings.database_pool_size)
    bus = Bus(database.unit_of_work, ROUTES, settings.policy)
    advice = AdviceService(
        database,
        settings.policy,
        threads=settings.solver_threads,
        solve_seconds=settings.solve_seconds,
        horizon_days=settings.suggestion_horizon_days,
    )
    return Callboard(
        settings,
        database,
        issuer_of(settings),
        bus,
        advice,
        QueryFacts(database),
        SlotSearchService(database, settings.policy, advice),
    )
