"""The ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from pydantic.alias_generators import to_camel
from starlette.routing import BaseRoute

from api.bootstrap import Callboard
from api.http import (
    access_log,
    audit,
    availability,
    bulk_schedules,
    calendar_access,
    calendar_views,
    calendars,
    closures,
    conflict_problem,
    conflicts,
    event_stream,
    events,
    exports,
    feeds,
    head,
    health,
    imports,
    metrics,
    notifications,
    openapi,
    problems,
    resources,
    schedules,
    service_accounts,
    sign_in,
    slot_search,
    suggestions,
    users,
    webhooks,
)
from api.http.authentication import Authentication
from api.http.body_limit import BodyLimit
from api.http.request_ids import RequestIds


def _endpoints() -> list[BaseRoute]:
    endpoints = APIRouter(generate_unique_id_function=lambda route: to_camel(route.name))
    for router in (
        health.router,
        metrics.router,
        sign_in.router,
        users.router,
        service_accounts.router,
        calendars.router,
        calendar_access.router,
        calendar_views.router,
        resources.router,
        availability.router,
        closures.router,
        slot_search.router,
        event_stream.router,  # before events, whose ids its path looks like
        events.router,
        imports.router,
        exports.router,
        feeds.router,
        webhooks.router,
        notifications.router,
        suggestions.router,
        audit.router,
        conflicts.router,
        bulk_schedules.router,
        schedules.router,  # after conflicts, whose paths look like ids
    ):
        endpoints.include_router(router)
    return endpoints.routes


_ENDPOINTS = _endpoints()
"""Every endpoint; what each takes is worked out once for all apps of a process, when first asked for."""


def create_app(callboard: Callboard) -> FastAPI:
    """The app on a wired service; it closes the service when it stops."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await callboard.database.ensure_current()
        yield
        await callboard.close()

    app = FastAPI(
        title="Callboard",
        version="0.1.0",
        summary="Scheduling for venues that untangles its own conflicts.",
        routes=_ENDPOINTS,
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={
            "meter_provider": callboard.meters.provider,
            "tracer_provider": callboard.traces,
            "logs": False,  # they would hold what people wrote
            "auto_configure": False,
        },
    )
    app.state.callboard = callboard
    access_log.install()
    problems.install(app)
    conflict_problem.install(app)
    bulk_schedules.install(app)
    openapi.install(app, callboard.settings.public_url)
    app.add_middleware(BodyLimit, limit_bytes=callboard.settings.body_limit_bytes)
    app.add_middleware(Authentication, issuers=callboard.issuers)  # it comes before all else that may answer
    app.add_middleware(head.HeadAsGet)
    app.add_middleware(RequestIds)
    return app
