"""A request can be followed through database, relay and worker, without what people wrote (spec 16)."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from collections.abc import AsyncIterator, Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text

from api import bootstrap
from api.settings import Settings
from api.telemetry.logs import JsonFormatter
from api.telemetry.traces import tracer_provider
from api.worker import Worker
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from tests.api.bookings import booking
from tests.api.cli.processes import Process, free_port
from tests.api.delivery.receiver import Receiver
from tests.api.waiting import eventually

Headers = dict[str, str]
TRACE = "0af7651916cd43dd8448eb211c80319c"
ASKED = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "X-Request-ID": "r-1"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, solve_seconds=60, webhook_networks=(IPv4Network("127.0.0.0/8"),))


@pytest.fixture(autouse=True)
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """All that the service and the worker of this process trace."""
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(bootstrap, "tracer_provider", lambda: tracer_provider(SimpleSpanProcessor(exporter)))
    return exporter


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """What the webhooks' log says, as JSON, in the context that it is said in."""
    said: list[dict[str, Any]] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(json.loads(JsonFormatter().format(record)))

    handler, logger = Keeping(), logging.getLogger("callboard.webhooks")
    logger.addHandler(handler)
    yield said
    logger.removeHandler(handler)


def of_trace(spans: InMemorySpanExporter) -> dict[str, list[ReadableSpan]]:
    """By name, the spans of the request's trace."""
    found: dict[str, list[ReadableSpan]] = {}
    for span in spans.get_finished_spans():
        if span.context.trace_id == int(TRACE, 16):
            found.setdefault(span.name, []).append(span)
    return found


async def test_a_request_is_followed_to_the_webhook(
    client: httpx.AsyncClient,
    urls: EmbeddedUrls,
    settings: Settings,
    spans: InMemorySpanExporter,
    receiver: Receiver,
    lines: list[dict[str, Any]],
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Secret Gala")
    hook = {"url": receiver.url, "factTypes": ["EventScheduledOnCalendar"]}
    assert (await client.post("/api/webhooks", json=hook, headers=as_manager)).status_code == 201
    receiver.status = 410
    body = booking(event, hall.calendar_id)
    made = await client.post("/api/schedules", json=body, headers=as_manager | ASKED)
    assert made.status_code == 201
    stop = asyncio.Event()
    working = asyncio.create_task(Worker(settings, urls.worker).run(stop))
    await eventually(lambda: "job deliver_to_webhook" in of_trace(spans))
    stop.set()
    await working
    found = of_trace(spans)
    (job,) = found["job deliver_to_webhook"]
    (delivery,) = receiver.got
    assert delivery.headers["traceparent"] == f"00-{TRACE}-{job.context.span_id:016x}-01"
    assert len(found["POST /api/schedules"]) == 1
    assert job.parent is not None
    assert all(one.parent is not None for name in ("INSERT", "SELECT") for one in found[name])
    published = [one for one in spans.get_finished_spans() if one.name == "publish facts"]
    assert TRACE in {f"{link.context.trace_id:032x}" for one in published for link in one.links}
    (line,) = lines
    assert (line["requestId"], line["traceId"]) == ("r-1", TRACE)
    told = "".join(one.to_json() for one in spans.get_finished_spans())
    assert "INSERT INTO outbox" in told
    assert not any(word in told for word in ("Secret Gala", event, receiver.url))


async def test_a_span_has_nothing_that_people_wrote(
    client: httpx.AsyncClient, spans: InMemorySpanExporter, as_manager: Headers
) -> None:
    token = "a" * 43
    await client.get("/api/schedules?q=Ada+Lovelace", headers=as_manager | ASKED)
    await client.get(f"/feeds/{token}.ics", headers=ASKED)
    told = "".join(one.to_json() for named in of_trace(spans).values() for one in named)
    assert '"url.query": "REDACTED"' in told
    assert '"url.path": "/feeds/..."' in told
    assert not any(word in told for word in ("Ada", "Lovelace", token))


async def test_a_fact_knows_its_cause_and_tells_nobody(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, as_manager: Headers, owner_rows: Any
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    body = booking(event, hall.calendar_id)
    await client.post("/api/schedules", json=body, headers=as_manager | ASKED)
    (cause,) = await owner_rows("SELECT cause FROM outbox WHERE fact_type = 'EventScheduledOnCalendar'")
    assert cause.keys() == {"requestId", "traceparent"}
    assert (cause["requestId"], cause["traceparent"].split("-")[1]) == ("r-1", TRACE)


@pytest.fixture
def owner_rows(urls: EmbeddedUrls) -> Any:
    """The first column of what the worker reads."""

    async def read(statement: str) -> list[Any]:
        database = Database(urls.worker, SystemClock(), RandomIds(), pool_size=1)
        async with database.engine.connect() as connection:
            found = list((await connection.execute(text(statement))).scalars())
        await database.close()
        return found

    return read


async def test_a_worker_of_its_own_posts_to_a_collector_and_serves_its_numbers(
    client: httpx.AsyncClient,
    urls: EmbeddedUrls,
    settings: Settings,
    receiver: Receiver,
    tmp_path: Path,
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
) -> None:
    got: dict[str, bytes] = {}

    async def collect(request: web.Request) -> web.Response:
        got[request.path] = got.get(request.path, b"") + await request.read()
        return web.Response()

    app = web.Application()
    app.router.add_post("/{path:.*}", collect)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = free_port()
    own = {
        "CALLBOARD_HOME": str(settings.home),
        "CALLBOARD_DATABASE_WORKER_URL": urls.worker,
        "CALLBOARD_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "CALLBOARD_WORKER_METRICS_PORT": str(port),
        "CALLBOARD_METRICS_TOKEN": "scrape me",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{runner.addresses[0][1]}",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "OTEL_METRIC_EXPORT_INTERVAL": "200",
    }
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    hook = {"url": receiver.url, "factTypes": ["EventScheduledOnCalendar"]}
    await client.post("/api/webhooks", json=hook, headers=as_manager)
    await client.post("/api/schedules", json=booking(event, hall.calendar_id), headers=as_manager | ASKED)
    worker = Process(tmp_path / "worker.txt", own, "worker")
    try:
        await eventually(lambda: receiver.got)
        await eventually(lambda: b"job deliver_to_webhook" in got.get("/v1/traces", b""))
        await eventually(
            lambda: all(name in got.get("/v1/metrics", b"") for name in (b"jobs.duration", b"relay.lag"))
        )
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as scraper:
            assert (await scraper.get("/metrics")).status_code == 401
            answer = await scraper.get("/metrics", headers={"Authorization": "Bearer scrape me"})
        told = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if line[:1] not in {"", "#"})
        bare = {name.partition("{")[0]: float(value) for name, value in told.items()}
        assert (bare["outbox_waiting"], bare["relay_lag_seconds"]) == (0, 0)
        assert "jobs_waiting" in bare
        runs = [name for name in told if name.startswith("jobs_duration_seconds_count")]
        (delivered,) = [name for name in runs if 'job="deliver_to_webhook"' in name]
        assert 'outcome="done"' in delivered
        assert float(told[delivered]) == 1
        assert await asyncio.to_thread(worker.stop, signal.SIGTERM) == 0
    finally:
        worker.kill()
        await runner.cleanup()
    assert int(TRACE, 16).to_bytes(16, "big") in got["/v1/traces"]
