"""Wires the service together from its settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from api.advice.service import AdviceService
from api.auth.home_issuer import issuer_of
from api.auth.issuer import Issuer
from api.bus import Bus
from api.exports.service import ExportService
from api.routes import ROUTES
from api.settings import Settings
from api.storage import Storage
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
    exports: ExportService

    async def close(self) -> None:
        """Let go of everything held."""
        self.advice.close()
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
    url = settings.storage_url
    storage = Storage(None if url is None else url.get_secret_value(), settings.home)
    lifetime = timedelta(hours=settings.export_lifetime_hours)
    exports = ExportService(database, bus, storage, lifetime)
    return Callboard(settings, database, issuer_of(settings), bus, advice, exports)
