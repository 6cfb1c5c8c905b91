"""/api/service-accounts: programs that call us, and their tokens; for Admins."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.auth.service_tokens import hash_of, new_token
from api.dto.user import RoleField
from api.features.create_access_token import CreateAccessToken
from api.features.create_service_account import CreateServiceAccount
from api.features.get_access_tokens import GetAccessTokens
from api.features.get_service_account import GetServiceAccount
from api.features.get_users import GetUsers
from api.features.revoke_access_token import RevokeAccessToken
from api.features.update_service_account import UpdateServiceAccount
from api.http.at_least import at_least
from api.http.endpoint import Endpoint
from api.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, page_of
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ExpectedVersion, ViewerOf, etag
from api.http.wire import Instant, JsonResponse, Name, Wire
from domain.enums import Role, Scope
from domain.user import AccessToken, User
from persistence.repositories.users import UserFilter

router = APIRouter(
    prefix="/api/service-accounts",
    tags=["service-accounts"],
    dependencies=[at_least(Role.Admin)],
    responses=problem_docs(400, 403),
    route_class=Endpoint,
)

AccountId = Annotated[UUID, Path(alias="serviceAccountId")]
TokenId = Annotated[UUID, Path(alias="tokenId")]
Scopes = Annotated[list[Literal[Scope.Read, Scope.Book, Scope.Manage]], Field(min_length=1, max_length=3)]

_GIVEN: tuple[Literal[Scope.Read, Scope.Book, Scope.Manage], ...] = (Scope.Read, Scope.Book, Scope.Manage)


class CreateServiceAccountDto(Wire):
    """A new program. scopes: what its tokens may be used for, whatever the role."""

    name: Name
    role: RoleField
    scopes: Scopes


class UpdateServiceAccountDto(CreateServiceAccountDto):
    """A program as it is to be."""

    is_disabled: bool = False


class ServiceAccountDto(CreateServiceAccountDto):
    """A program with an account."""

    service_account_id: UUID
    is_disabled: bool
    created_at: Instant
    version: int

    @classmethod
    def of(cls, account: User) -> ServiceAccountDto:
        """The program in JSON."""
        return cls(
            service_account_id=account.user_id,
            name=account.name,
            role=account.role,
            scopes=[one for one in _GIVEN if one in (account.scopes or ())],
            is_disabled=account.disabled_at is not None,
            created_at=account.created_at,
            version=account.version,
        )


class CreateTokenDto(Wire):
    """expiresAt: within 366 days; in 90 when left out."""

    expires_at: Instant | None = None


class TokenDto(Wire):
    """A token; what it reads is told once, when it is made. lastUsedAt: to the minute."""

    token_id: UUID
    created_at: Instant
    expires_at: Instant
    last_used_at: Instant | None = None
    revoked_at: Instant | None = None

    @classmethod
    def of(cls, token: AccessToken) -> TokenDto:
        """The token in JSON."""
        return cls(
            token_id=token.access_token_id,
            created_at=token.created_at,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            revoked_at=token.revoked_at,
        )


class NewTokenDto(TokenDto):
    """A token with what is sent in the Authorization header."""

    token: str


@router.get("", response_model=Page[ServiceAccountDto])
async def list_service_accounts(
    bus: BusOf, viewer: ViewerOf, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response:
    """List service accounts by name (Admin)."""
    query = GetUsers(UserFilter(service_accounts=True), limit + 1, decode_cursor(cursor, str))
    found = await bus.send(query, viewer)
    return JsonResponse(page_of(found, limit, lambda one: (one.name, one.user_id), ServiceAccountDto.of))


@router.post("", response_model=ServiceAccountDto, status_code=201)
async def create_service_account(
    body: CreateServiceAccountDto, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Give a program an account (Admin); it needs a token besides, and grants unless it is a Manager."""
    command = CreateServiceAccount(body.name, body.role, frozenset(body.scopes))
    account = await bus.send(command, viewer, dry_run=dry_run)
    return _answer(account, 201, {"Location": f"/api/service-accounts/{account.user_id}"})


@router.get("/{serviceAccountId}", response_model=ServiceAccountDto, responses=problem_docs(404))
async def get_service_account(account_id: AccountId, bus: BusOf, viewer: ViewerOf) -> Response:
    """One service account (Admin)."""
    return _answer(await bus.send(GetServiceAccount(account_id), viewer))


@router.put("/{serviceAccountId}", response_model=ServiceAccountDto, responses=problem_docs(404, 412))
async def update_service_account(
    account_id: AccountId,
    body: UpdateServiceAccountDto,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Replace what a program may, and whether it may come in (Admin); its tokens follow within seconds."""
    scopes = frozenset(body.scopes)
    command = UpdateServiceAccount(
        account_id, body.name, body.role, scopes, body.is_disabled, expected_version
    )
    return _answer(await bus.send(command, viewer, dry_run=dry_run))


@router.get("/{serviceAccountId}/tokens", response_model=Page[TokenDto], responses=problem_docs(404))
async def list_tokens(account_id: AccountId, bus: BusOf, viewer: ViewerOf) -> Response:
    """The tokens of a service account that are kept, newest first (Admin)."""
    found = await bus.send(GetAccessTokens(account_id), viewer)
    return JsonResponse(Page[TokenDto](items=[TokenDto.of(one) for one in found], next_cursor=""))


@router.post(
    "/{serviceAccountId}/tokens",
    response_model=NewTokenDto,
    status_code=201,
    responses=problem_docs(404, 409),
)
async def create_token(
    account_id: AccountId, body: CreateTokenDto, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Make one more token (Admin): make the next, change the program over, then revoke the old one."""
    secret = new_token()
    command = CreateAccessToken(account_id, hash_of(secret), body.expires_at)
    token = await bus.send(command, viewer, dry_run=dry_run)
    answer = NewTokenDto(**dict(TokenDto.of(token)), token=secret)
    return JsonResponse(answer, 201, {"Cache-Control": "no-store"})


@router.delete("/{serviceAccountId}/tokens/{tokenId}", status_code=204, responses=problem_docs(404))
async def revoke_token(
    account_id: AccountId, token_id: TokenId, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """End a token (Admin): within five seconds it is good for nothing."""
    await bus.send(RevokeAccessToken(account_id, token_id), viewer, dry_run=dry_run)
    return Response(status_code=204)


def _answer(account: User, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    every = {**etag(account.version), **(headers or {})}
    return JsonResponse(ServiceAccountDto.of(account), status_code, every)
