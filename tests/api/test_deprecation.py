"""What is to go says so: in every answer, whatever its status, and in the OpenAPI document."""

from __future__ import annotations

from datetime import date

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from api.bootstrap import Callboard
from api.http import problems
from api.http.deprecation import deprecated
from api.http.endpoint import Endpoint
from api.main import create_app
from domain.errors import StateConflict

HEADERS = {
    "Deprecation": "@1893456000",
    "Sunset": "Mon, 01 Jul 2030 00:00:00 GMT",
    "Link": '<https://callboard.example/changes#old>; rel="deprecation"; type="text/html"',
}


@pytest.fixture
def app() -> FastAPI:
    """An old endpoint and a new one, included the way the service's are."""
    router, endpoints = APIRouter(prefix="/api", route_class=Endpoint), APIRouter()

    @router.get("/old")
    @deprecated(since=date(2030, 1, 1), sunset=date(2030, 7, 1), link="https://callboard.example/changes#old")
    async def old(number: int = 0) -> dict[str, int]:
        if number == 7:
            raise StateConflict("Not now")
        return {"number": number}

    @router.get("/new")
    async def new() -> dict[str, int]:
        return {}

    endpoints.include_router(router)
    app = FastAPI(routes=endpoints.routes)
    problems.install(app)
    return app


@pytest.mark.parametrize(("query", "status"), [("", 200), ("?number=7", 409), ("?number=x", 400)])
async def test_every_answer_says_since_when_until_when_and_what_instead(
    app: FastAPI, query: str, status: int
) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://callboard.test"
    ) as client:
        answer = await client.get(f"/api/old{query}")
        assert answer.status_code == status
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert HEADERS.keys() & (await client.get("/api/new")).headers.keys() == set()


def test_nothing_goes_without_half_a_year_of_notice() -> None:
    with pytest.raises(ValueError, match=r"^an endpoint is deprecated for 180 days at least before it goes$"):
        deprecated(since=date(2030, 1, 1), sunset=date(2030, 6, 29), link="https://callboard.example")


def test_the_document_says_so(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert paths["/api/old"]["get"]["deprecated"] is True
    assert "deprecated" not in paths["/api/new"]["get"]


def test_every_endpoint_of_the_api_can_be_marked(service: Callboard) -> None:
    """They are all of the class that minds it."""
    app = create_app(service)
    named = {(path, method) for path, found in app.openapi()["paths"].items() for method in found}
    others = {
        (route.path, method.lower())
        for included in app.router.routes
        for route in getattr(getattr(included, "original_router", None), "routes", ())
        if isinstance(route, Endpoint)
        for method in route.methods
    }
    assert {one for one in named - others if one[0].startswith("/api/")} == set()
