"""The service over HTTP, on a database of the test's own, and what most tests need to have there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import httpx
import pytest
from pydantic.alias_generators import to_camel
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.bootstrap import Callboard, bootstrap
from api.main import create_app
from api.settings import Settings
from domain.viewer import Viewer
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from tests.api.people import ADMIN, CUSTOMER, MANAGER, STAFF

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Hall:
    """A resource and the calendar it owns."""

    resource_id: str
    calendar_id: str


class StandingClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def forward(self, duration: timedelta) -> None:
        self._now += duration


class MakeHall(Protocol):
    def __call__(
        self, name: str, max_concurrent: int = 1, *, calendar: dict[str, Any] | None = None, **resource: Any
    ) -> Awaitable[Hall]: ...


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """How the service is set up. A busy machine sheds no answer: what shedding does, test_busy says."""
    return Settings(home=tmp_path, solve_seconds=60)


@pytest.fixture
async def service(urls: EmbeddedUrls, settings: Settings) -> AsyncIterator[Callboard]:
    """The wired service, as the application role."""
    service = bootstrap(settings, urls.application)
    yield service
    await service.close()


@pytest.fixture
def clock(service: Callboard) -> StandingClock:
    """The service's clock, which stands still at the present instant."""
    clock = StandingClock(service.database.clock.now())
    service.database.clock = clock
    return clock


@pytest.fixture
async def client(service: Callboard) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running app. An unexpected exception in the app fails the test."""
    app = create_app(service)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://callboard.test") as client:
            yield client


@pytest.fixture
def headers_for(service: Callboard) -> Callable[[Viewer], Headers]:
    """The headers of a request made by anyone."""

    def make(viewer: Viewer) -> Headers:
        token = service.issuer.token(viewer, service.database.clock.now(), timedelta(hours=1))
        return {"Authorization": f"Bearer {token}"}

    return make


@pytest.fixture
def as_admin(headers_for: Callable[[Viewer], Headers]) -> Headers:
    return headers_for(ADMIN)


@pytest.fixture
def as_manager(headers_for: Callable[[Viewer], Headers]) -> Headers:
    return headers_for(MANAGER)


@pytest.fixture
def as_staff(headers_for: Callable[[Viewer], Headers]) -> Headers:
    return headers_for(STAFF)


@pytest.fixture
def as_customer(headers_for: Callable[[Viewer], Headers]) -> Headers:
    return headers_for(CUSTOMER)


def _camel(fields: dict[str, Any]) -> dict[str, Any]:
    return {to_camel(name): value for name, value in fields.items()}


@pytest.fixture
def create(client: httpx.AsyncClient, as_admin: Headers) -> Callable[..., Awaitable[dict[str, Any]]]:
    """POST something as Admin and give its body back."""

    async def post(path: str, **fields: Any) -> dict[str, Any]:
        answer = await client.post(path, json=_camel(fields), headers=as_admin)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    return post


@pytest.fixture
def make_resource(create: Callable[..., Awaitable[dict[str, Any]]]) -> Callable[..., Awaitable[str]]:
    """A resource without a calendar: `await make_resource("Ada", "Staff", quantity=1)` gives its id."""

    async def make(name: str, resource_type: str = "Equipment", **fields: Any) -> str:
        body = await create("/api/resources", name=name, resource_type=resource_type, **fields)
        return str(body["resourceId"])

    return make


@pytest.fixture
def make_hall(
    create: Callable[..., Awaitable[dict[str, Any]]], make_resource: Callable[..., Awaitable[str]]
) -> MakeHall:
    """A resource with a calendar, a venue unless `resource_type` says otherwise.

    calendar: more fields of the calendar; other keywords are fields of the resource. All in snake_case.
    """

    async def make(
        name: str, max_concurrent: int = 1, *, calendar: dict[str, Any] | None = None, **resource: Any
    ) -> Hall:
        kind = resource.pop("resource_type", "Venue")
        resource_id = await make_resource(name, kind, **resource)
        fields = {
            "name": name,
            "calendar_type": kind,
            "owner_type": kind,
            "owner_id": resource_id,
            "max_concurrent_events": max_concurrent,
            **(calendar or {}),
        }
        body = await create("/api/calendars", **fields)
        return Hall(resource_id, body["calendarId"])

    return make


@pytest.fixture
def make_event(create: Callable[..., Awaitable[dict[str, Any]]]) -> Callable[..., Awaitable[str]]:
    """An event: `await make_event("Gala", organizer=CUSTOMER, attendees=80)` gives its id."""

    async def make(title: str, organizer: Viewer | UUID = MANAGER, **fields: Any) -> str:
        user_id = organizer.user_id if isinstance(organizer, Viewer) else organizer
        body = await create("/api/events", title=title, organizer_id=str(user_id), **fields)
        return str(body["eventId"])

    return make


@pytest.fixture
def grant(client: httpx.AsyncClient, as_admin: Headers) -> Callable[..., Awaitable[None]]:
    """Access to a calendar: `await grant(STAFF, hall.calendar_id, "View")`."""

    async def put(user: Viewer | UUID, calendar_id: str, level: str = "Book") -> None:
        user_id = user.user_id if isinstance(user, Viewer) else user
        path = f"/api/calendars/{calendar_id}/access/{user_id}"
        answer = await client.put(path, json={"accessLevel": level}, headers=as_admin)
        assert answer.status_code in {200, 201}, answer.text

    return put


@pytest.fixture
def at() -> Callable[..., str]:
    """An instant on a day a month ahead: `at(18, 30)`; `at(9, day=1)` is the morning after."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=30)

    def make(hour: int, minute: int = 0, *, day: int = 0) -> str:
        instant = midnight + timedelta(days=day, hours=hour, minutes=minute)
        return instant.isoformat().replace("+00:00", "Z")

    return make


@pytest.fixture
def book(client: httpx.AsyncClient, as_manager: Headers) -> Callable[..., Awaitable[dict[str, Any]]]:
    """A booking made as Manager: `await book(hall.calendar_id, event_id, at(9), at(11))` gives its body."""

    async def post(calendar_id: str, event_id: str, start: str, end: str, **fields: Any) -> dict[str, Any]:
        request = {
            "event_id": event_id,
            "calendar_id": calendar_id,
            "start_date_time": start,
            "end_date_time": end,
            "time_zone": "UTC",
            **fields,
        }
        answer = await client.post("/api/schedules", json=_camel(request), headers=as_manager)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    return post


@pytest.fixture
def rows(service: Callboard) -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    """Rows as Admin, straight from the database: `await rows("SELECT ... WHERE id = :id", id=...)`."""

    async def read(statement: str, **parameters: Any) -> list[dict[str, Any]]:
        async with service.database.unit_of_work(ADMIN) as uow:
            found = await uow.connection.execute(text(statement), parameters)
            return [dict(row) for row in found.mappings()]

    return read


@pytest.fixture
def audited(
    rows: Callable[..., Awaitable[list[dict[str, Any]]]],
) -> Callable[[str], Awaitable[list[dict[str, Any]]]]:
    """The audit log of one thing, oldest entry first."""

    async def read(subject_id: str) -> list[dict[str, Any]]:
        statement = "SELECT * FROM audit_log WHERE subject_id = :subject ORDER BY occurred_at, audit_id"
        return await rows(statement, subject=UUID(subject_id))

    return read


@pytest.fixture
def owner_execute(urls: EmbeddedUrls) -> Callable[[str], None]:
    """Run a statement as the owner of the tables, to make what the API would not: the past, say."""

    def execute(statement: str) -> None:
        engine = create_engine(urls.owner, poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()

    return execute


@pytest.fixture
def close(owner_execute: Callable[[str], None]) -> Callable[..., None]:
    """A closure of a resource: `close(hall.resource_id, at(9), at(11), "Repairs")`."""

    def make(resource_id: str, start: str, end: str, reason: str) -> None:
        owner_execute(
            "INSERT INTO resource_availability VALUES (gen_random_uuid(),"  # noqa: S608
            f" '{resource_id}', tstzrange('{start}', '{end}'), '{reason}', now(), gen_random_uuid());"
            f" SELECT bump_revisions('{{}}', '{{{resource_id}}}', '{{}}', '{{}}', '{{}}', false, false)"
        )

    return make


@pytest.fixture
def facts(urls: EmbeddedUrls) -> Callable[[], Awaitable[list[tuple[str, dict[str, Any]]]]]:
    """The outbox, read as the worker: types and payloads in order."""

    async def read() -> list[tuple[str, dict[str, Any]]]:
        database = Database(urls.worker, SystemClock(), RandomIds(), pool_size=1)
        statement = text("SELECT fact_type, payload FROM outbox ORDER BY occurred_at, outbox_id")
        async with database.engine.connect() as connection:
            found = [(row.fact_type, row.payload) for row in await connection.execute(statement)]
        await database.close()
        return found

    return read


@pytest.fixture
def facts_left(urls: EmbeddedUrls) -> Callable[[], list[str]]:
    """The types of the facts in the outbox, in order; the application itself cannot read them."""

    def read() -> list[str]:
        engine = create_engine(urls.worker, poolclass=NullPool)
        with engine.connect() as connection:
            found = connection.execute(text("SELECT fact_type FROM outbox ORDER BY occurred_at, outbox_id"))
            types = list(found.scalars())
        engine.dispose()
        return types

    return read
