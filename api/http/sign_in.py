"""/api/auth: signing in with a password, staying signed in, and signing out (spec 10.1)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import SecretStr, StringConstraints

from api.dto.user import NewPassword, TypedPassword
from api.features.end_sessions import EndSessions
from api.http.endpoint import Endpoint
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ServiceOf, ViewerOf
from api.http.wire import Instant, JsonResponse, Text, Wire
from api.identity.refresh_token import RefreshToken
from api.identity.sign_in import SignedIn

router = APIRouter(prefix="/api/auth", tags=["sign-in"], route_class=Endpoint)

_NOT_KEPT = {"Cache-Control": "no-store"}

TypedEmail = Annotated[Text, StringConstraints(max_length=320)]


class LoginDto(Wire):
    """Who wants to come in."""

    email: TypedEmail
    password: TypedPassword


class RefreshDto(Wire):
    """The refresh token that was given out last."""

    refresh_token: SecretStr


class LogoutDto(Wire):
    """refreshToken: of the session to end; without it all of the caller's end."""

    refresh_token: SecretStr | None = None


class ChangePasswordDto(Wire):
    """The caller's password as it is, and as it is to be."""

    current_password: TypedPassword
    new_password: NewPassword


class SignedInDto(Wire):
    """accessToken: for the Authorization header, until expiresAt. refreshToken: for the next pair, once."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_at: Instant
    refresh_token: str
    refresh_expires_at: Instant

    @classmethod
    def of(cls, signed_in: SignedIn) -> SignedInDto:
        """The tokens in JSON."""
        return cls(
            access_token=signed_in.access_token,
            expires_at=signed_in.expires_at,
            refresh_token=signed_in.refresh_token,
            refresh_expires_at=signed_in.refresh_expires_at,
        )


def _client(request: Request) -> str:
    return "" if request.client is None else request.client.host


@router.post("/login", response_model=SignedInDto, responses=problem_docs(400, 429, 503))
async def login(body: LoginDto, request: Request, service: ServiceOf) -> Response:
    """Sign in with an address and a password. Needs no token; attempts are limited."""
    password = body.password.get_secret_value()
    signed_in = await service.sign_in.login(body.email, password, _client(request))
    return JsonResponse(SignedInDto.of(signed_in), headers=_NOT_KEPT)


@router.post("/refresh", response_model=SignedInDto, responses=problem_docs(400, 503))
async def refresh(body: RefreshDto, service: ServiceOf) -> Response:
    """Exchange a refresh token for new tokens; needs no other. One that comes twice ends the session."""
    signed_in = await service.sign_in.refresh(body.refresh_token.get_secret_value())
    return JsonResponse(SignedInDto.of(signed_in), headers=_NOT_KEPT)


@router.post("/logout", status_code=204, responses=problem_docs(400, 403))
async def logout(body: LogoutDto, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False) -> Response:
    """End one session of the caller's, or all; access tokens that are out lapse by themselves."""
    session_id = None
    if body.refresh_token is not None:
        token = RefreshToken.read(body.refresh_token.get_secret_value())
        if token is None:
            return Response(status_code=204)  # nothing is signed in with what is no token
        session_id = token.session_id
    await bus.send(EndSessions(session_id), viewer, dry_run=dry_run)
    return Response(status_code=204)


@router.post("/password", status_code=204, responses=problem_docs(400, 403, 404, 429, 503))
async def change_password(
    body: ChangePasswordDto, service: ServiceOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Change the caller's own password, and end every session of theirs."""
    current, new = body.current_password.get_secret_value(), body.new_password.get_secret_value()
    await service.sign_in.change_password(viewer, current, new, dry_run=dry_run)
    return Response(status_code=204)
