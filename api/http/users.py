"""/api/users: people with accounts, for Admins; and who one is oneself."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.dto.user import CreateUserDto, RoleField, UpdateUserDto, UserDto
from api.features.create_user import CreateUser
from api.features.get_me import GetMe
from api.features.get_user import GetUser
from api.features.get_users import GetUsers
from api.features.update_user import UpdateUser
from api.http.at_least import at_least
from api.http.endpoint import Endpoint
from api.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, page_of
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ExpectedVersion, ServiceOf, ViewerOf, etag
from api.http.wire import JsonResponse, Text, Wire
from domain.enums import Role, Scope
from domain.kept import ensure_kept
from domain.user import User
from persistence.repositories.users import UserFilter

router = APIRouter(prefix="/api/users", tags=["users"], route_class=Endpoint)

_ADMIN = [at_least(Role.Admin)]

UserId = Annotated[UUID, Path(alias="userId")]


class MeDto(Wire):
    """Who the caller is. name, email: of who has an account. scopes: of a service account."""

    user_id: UUID
    role: RoleField
    name: str | None = None
    email: str | None = None
    scopes: list[Scope] | None = None


@router.get("", response_model=Page[UserDto], responses=problem_docs(400, 403), dependencies=_ADMIN)
async def list_users(
    bus: BusOf,
    viewer: ViewerOf,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    role: Annotated[RoleField | None, Query()] = None,
    q: Annotated[Text | None, Query(description="Part of the name or address")] = None,
) -> Response:
    """List people by name (Admin)."""
    query = GetUsers(UserFilter(role=role, text=q), limit + 1, decode_cursor(cursor, str))
    found = await bus.send(query, viewer)
    return JsonResponse(page_of(found, limit, lambda one: (one.name, one.user_id), UserDto.of))


@router.get("/me", response_model=MeDto, responses=problem_docs(403))
async def get_me(bus: BusOf, viewer: ViewerOf) -> Response:
    """Who the caller is, and with which role."""
    user = await bus.send(GetMe(), viewer)
    answer = MeDto(
        user_id=viewer.user_id,
        role=viewer.role,
        name=None if user is None else user.name,
        email=None if user is None else user.email,
        scopes=None if viewer.scopes is None else sorted(viewer.scopes),
    )
    return JsonResponse(answer)


@router.get("/{userId}", response_model=UserDto, responses=problem_docs(400, 403, 404), dependencies=_ADMIN)
async def get_user(user_id: UserId, bus: BusOf, viewer: ViewerOf) -> Response:
    """One person (Admin)."""
    return _answer(await bus.send(GetUser(user_id), viewer))


@router.post(
    "", response_model=UserDto, status_code=201, responses=problem_docs(400, 403, 503), dependencies=_ADMIN
)
async def create_user(
    body: CreateUserDto, service: ServiceOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Give a person an account (Admin)."""
    hashed = None
    if body.password is not None:
        hashed = await service.passwords.hash(body.password.get_secret_value())
    command = CreateUser(body.name, body.email, body.role, hashed)
    user = await service.bus.send(command, viewer, dry_run=dry_run)
    return _answer(user, 201, {"Location": f"/api/users/{user.user_id}"})


@router.put(
    "/{userId}",
    response_model=UserDto,
    responses=problem_docs(400, 403, 404, 409, 412),
    dependencies=_ADMIN,
)
async def update_user(
    user_id: UserId,
    body: UpdateUserDto,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Replace who a person is, their role, and whether they may come in (Admin). 409 for the last Admin."""
    ensure_kept("userId", user_id, body.user_id)
    command = UpdateUser(user_id, body.name, body.email, body.role, body.is_disabled, expected_version)
    return _answer(await bus.send(command, viewer, dry_run=dry_run))


def _answer(user: User, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    return JsonResponse(UserDto.of(user), status_code, {**etag(user.version), **(headers or {})})
