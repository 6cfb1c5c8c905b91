"""Wires the service together from its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import TracerProvider as AnyTracerProvider

from api.advice.service import AdviceService
from api.advice.slot_search import SlotSearchService
from api.auth.bearer import Bearer, ForeignPerson
from api.auth.foreign_issuer import ForeignIssuer
from api.auth.home_issuer import issuer_of
from api.auth.issuer import Issuer
from api.auth.issuers import Issuers
from api.auth.key_set import KeySet
from api.auth.known_people import KnownPeople
from api.auth.service_tokens import ServiceTokens
from api.bus import Bus
from api.cache.cache import Cache
from api.cache.seal import Seal
from api.cache.store import Store
from api.delivery.address_guard import AddressGuard
from api.delivery.event_streams import EventStreams
from api.delivery.signature import WebhookSecrets
from api.exports.service import ExportService
from api.features.get_token_bearer import GetTokenBearer
from api.features.note_person import NotePerson
from api.identity.passwords import Passwords
from api.identity.sign_in import NOBODY, SignIn
from api.query_facts import QueryFacts
from api.routes import ROUTES
from api.settings import Settings
from api.storage import Storage
from api.telemetry.cause import present_cause
from api.telemetry.meters import Meters
from api.telemetry.traces import names_collector, tracer_provider
from domain.viewer import Viewer
from persistence.database import Database
from persistence.ids import RandomIds, SystemClock

_LOOKED_AT_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Callboard:
    """The running service's parts."""

    settings: Settings
    database: Database
    issuer: Issuer
    issuers: Issuers
    passwords: Passwords
    sign_in: SignIn
    bus: Bus
    advice: AdviceService
    query_facts: QueryFacts
    slot_search: SlotSearchService
    cache: Cache
    storage: Storage
    exports: ExportService
    event_streams: EventStreams
    webhook_secrets: WebhookSecrets
    address_guard: AddressGuard
    meters: Meters
    queue_depth: dict[str, float]
    traces: AnyTracerProvider

    async def close(self) -> None:
        """Let go of everything held."""
        await self.event_streams.close()
        self.advice.close()
        self.slot_search.close()
        self.passwords.close()
        await self.query_facts.close()
        await self.cache.close()
        await self.database.close()
        self.meters.close()
        if isinstance(self.traces, TracerProvider):
            self.traces.shutdown()


def bootstrap(settings: Settings, database_url: str) -> Callboard:
    """The service on the database at the URL, which must be the application role's."""
    return wire(
        settings, Database(database_url, SystemClock(), RandomIds(), pool_size=settings.database_pool_size)
    )


def wire(settings: Settings, database: Database) -> Callboard:
    """The service on a database."""
    traces = tracer_provider()
    database.cause = present_cause
    if isinstance(traces, TracerProvider):
        database.trace(traces.get_tracer("callboard.database"))
    issuer = issuer_of(settings)
    meters = Meters(otlp=names_collector())
    bus = Bus(database.unit_of_work, ROUTES, settings.policy, meters.count)
    advice = AdviceService(
        database,
        settings.policy,
        threads=settings.solver_threads,
        solve_seconds=settings.solve_seconds,
        horizon_days=settings.suggestion_horizon_days,
        meters=meters,
    )

    def now() -> datetime:
        return database.clock.now()

    store = Store(
        settings.cache_url,
        entries=settings.cache_entries,
        patience_seconds=settings.redis_patience_seconds,
    )
    cache = Cache(store, Seal(issuer.secret("cache entries")), now, settings.cache_lifetimes)
    queue_depth: dict[str, float] = {}
    meters.gauge("cache.hit.rate", "Share of answers that were there already", cache.hit_rates, "kind")
    meters.gauge(
        "database.pool.in_use",
        "Connections at work",
        lambda: {"application": database.connections_in_use},
        "login",
    )
    meters.gauge("jobs.waiting", "Jobs that are due and wait", lambda: queue_depth, "queue")
    url = settings.storage_url
    storage = Storage(None if url is None else url.get_secret_value(), settings.home)
    lifetime = timedelta(hours=settings.export_lifetime_hours)
    passwords = Passwords()
    return Callboard(
        settings,
        database,
        issuer,
        _issuers(issuer, settings, bus, now),
        passwords,
        SignIn(bus, issuer, passwords, settings.sign_in_rules, now),
        bus,
        advice,
        QueryFacts(database),
        SlotSearchService(database, settings.policy, advice, threads=settings.solver_threads),
        cache,
        storage,
        ExportService(database, bus, storage, lifetime),
        EventStreams(database, settings.event_streams),
        WebhookSecrets(issuer),
        AddressGuard(settings.webhook_networks),
        meters,
        queue_depth,
        traces,
    )


def _issuers(issuer: Issuer, settings: Settings, bus: Bus, now: Callable[[], datetime]) -> Issuers:
    async def find(token_hash: bytes) -> Bearer | None:
        found = await bus.send(GetTokenBearer(token_hash), NOBODY)
        # What was begun with it, as a stream of events, does not outlast a revocation for long.
        return (
            None if found is None else Bearer(found.viewer, min(found.expires_at, now() + _LOOKED_AT_AGAIN))
        )

    async def note(viewer: Viewer, person: ForeignPerson) -> bool:
        return await bus.send(NotePerson(person.issuer, person.name, person.email), viewer)

    foreign = _foreign_issuer(settings, now)
    return Issuers(issuer, foreign, ServiceTokens(find, now), KnownPeople(note, now))


def _foreign_issuer(settings: Settings, now: Callable[[], datetime]) -> ForeignIssuer | None:
    if settings.oidc_issuer is None or settings.oidc_audience is None:
        return None
    return ForeignIssuer(
        settings.oidc_issuer,
        settings.oidc_audience,
        KeySet(settings.oidc_issuer, now),
        settings.oidc_algorithms,
        timedelta(seconds=settings.oidc_leeway_seconds),
        settings.oidc_roles_claim,
        settings.oidc_role_names,
    )
