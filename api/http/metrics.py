"""GET /metrics: how the process is doing, as Prometheus reads it (spec 16.1)."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Depends, Request, Response

from api.bootstrap import Callboard
from api.features.get_jobs_waiting import GetJobsWaiting
from api.http.problem_docs import problem_docs
from api.http.problems import problem
from api.http.request import ServiceOf, bearer
from domain.enums import Role, Scope
from domain.errors import UnauthorizedException
from domain.viewer import SYSTEM

router = APIRouter(tags=["health"])

_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"content": {_MEDIA_TYPE: {"schema": {"type": "string"}}}},
        **problem_docs(401, 403, 503),
    },
    dependencies=[Depends(bearer)],
)
async def metrics(request: Request, service: ServiceOf) -> Response:
    """Counts and times of this process. Needs CALLBOARD_METRICS_TOKEN, or an Admin's token, as bearer."""
    try:
        authorization = request.headers.get("authorization", "")
        allowed = await _may_look(service, authorization.partition(" ")[2].strip())
    except UnauthorizedException:
        headers = {"WWW-Authenticate": "Bearer"}
        detail = "Send CALLBOARD_METRICS_TOKEN, or an Admin's token, as bearer token"
        return problem(request, 401, "Authentication Required", detail, headers=headers)
    if not allowed:
        return problem(request, 403, "Forbidden", "This needs the role Admin")
    service.queue_depth.update(await service.bus.send(GetJobsWaiting(), SYSTEM))
    return Response(service.meters.exposition(), media_type=_MEDIA_TYPE)


async def _may_look(service: Callboard, token: str) -> bool:
    """Raises UnauthorizedException for what is no token."""
    known = service.settings.metrics_token
    if known is not None and hmac.compare_digest(token.encode(), known.get_secret_value().encode()):
        return True
    viewer = (await service.issuers.bearer(token)).viewer
    viewer.ensure_scope(Scope.Read)
    return viewer.role is Role.Admin
