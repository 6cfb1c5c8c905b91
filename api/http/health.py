"""Whether the service lives, and whether it serves."""

from fastapi import APIRouter, Request, Response

from api.http.problem_docs import problem_docs
from api.http.problems import problem
from api.http.request import ServiceOf
from api.http.wire import JsonResponse, Wire
from persistence.database import SchemaOutOfDate
from persistence.unit_of_work import DatabaseBusy

router = APIRouter(prefix="/health", tags=["health"])


class Health(Wire):
    """How the service is."""

    status: str


@router.get("/live", response_model=Health)
async def live() -> Response:
    """200 while the process runs."""
    return JsonResponse(Health(status="live"))


@router.get("/ready", response_model=Health, responses=problem_docs(503))
async def ready(request: Request, service: ServiceOf) -> Response:
    """200 when the database answers and has this version's schema; 503 otherwise."""
    try:
        await service.database.ensure_current()
    except (DatabaseBusy, SchemaOutOfDate) as error:
        return problem(request, 503, "Not Ready", str(error), headers={"Retry-After": "1"})
    return JsonResponse(Health(status="ready"))
