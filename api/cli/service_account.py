"""`callboard service-account`: programs that call us, and their tokens, from the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Column, Table

from api.auth.service_tokens import hash_of, new_token
from api.bootstrap import Callboard
from api.cli.at_service import at_service
from api.cli.role_name import RoleName
from api.features.create_access_token import CreateAccessToken
from api.features.create_service_account import CreateServiceAccount
from api.features.get_access_tokens import GetAccessTokens
from api.features.get_service_account import GetServiceAccount
from api.features.get_users import GetUsers
from api.features.revoke_access_token import RevokeAccessToken
from api.features.update_service_account import UpdateServiceAccount
from domain.enums import Role, Scope
from domain.user import AccessToken, User
from domain.viewer import SYSTEM
from persistence.repositories.users import UserFilter

commands = typer.Typer(no_args_is_help=True, help="Programs that call us, and their tokens.")

_MOST = 10_000

Account = Annotated[UUID, typer.Argument(metavar="ACCOUNT", help="Its id.")]


class ScopeName(StrEnum):
    """The scopes as they are typed."""

    Read = "Read"
    Book = "Book"
    Manage = "Manage"


@commands.command()
def add(
    name: Annotated[str, typer.Option(help="What it is called.")],
    role: Annotated[RoleName, typer.Option(case_sensitive=False, help="What it may do.")],
    scope: Annotated[
        list[ScopeName],
        typer.Option(case_sensitive=False, help="What its tokens are for; may be given several times."),
    ],
) -> None:
    """Give a program an account, and print its id; `token` makes it a token."""
    command = CreateServiceAccount(name, Role[role.value], frozenset(Scope(one.value) for one in scope))

    async def work(service: Callboard) -> User:
        return await service.bus.send(command, SYSTEM)

    typer.echo(at_service(work).user_id)


@commands.command("list")
def list_() -> None:
    """List service accounts."""

    async def work(service: Callboard) -> list[User]:
        return await service.bus.send(GetUsers(UserFilter(service_accounts=True), _MOST), SYSTEM)

    table = Table(Column("id", no_wrap=True, min_width=36), "name", "role", "scopes", "")
    for one in at_service(work):
        state = "" if one.disabled_at is None else "disabled"
        table.add_row(str(one.user_id), one.name, one.role.name, " ".join(sorted(one.scopes or ())), state)
    Console(highlight=False, markup=False, soft_wrap=True).print(table)


@commands.command()
def token(
    account: Account,
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good.")] = 90,
) -> None:
    """Make a token and print it, as the last line. It is not told again."""
    secret = new_token()

    async def work(service: Callboard) -> AccessToken:
        until = service.database.clock.now() + timedelta(days=days)
        return await service.bus.send(CreateAccessToken(account, hash_of(secret), until), SYSTEM)

    made = at_service(work)
    typer.echo(f"Token {made.access_token_id}, good until {made.expires_at:%Y-%m-%d %H:%M} UTC:")
    typer.echo(secret)


@commands.command()
def tokens(account: Account) -> None:
    """List the tokens of an account; what they read is kept nowhere."""

    async def work(service: Callboard) -> list[AccessToken]:
        return await service.bus.send(GetAccessTokens(account), SYSTEM)

    table = Table(Column("id", no_wrap=True, min_width=36), "good until", "last used", "")
    for one in at_service(work):
        used = "never" if one.last_used_at is None else f"{one.last_used_at:%Y-%m-%d %H:%M}"
        table.add_row(str(one.access_token_id), f"{one.expires_at:%Y-%m-%d %H:%M}", used, _state(one))
    Console(highlight=False, markup=False, soft_wrap=True).print(table)


@commands.command()
def revoke(
    account: Account, token_id: Annotated[UUID, typer.Argument(metavar="TOKEN", help="Its id, of `tokens`.")]
) -> None:
    """End a token; within five seconds it is good for nothing."""

    async def work(service: Callboard) -> None:
        await service.bus.send(RevokeAccessToken(account, token_id), SYSTEM)

    at_service(work)


@commands.command()
def disable(account: Account) -> None:
    """Keep a program out, whatever token it has."""
    _set_disabled(account, True)


@commands.command()
def enable(account: Account) -> None:
    """Let a program in again."""
    _set_disabled(account, False)


def _set_disabled(account: UUID, is_disabled: bool) -> None:
    async def work(service: Callboard) -> None:
        found = await service.bus.send(GetServiceAccount(account), SYSTEM)
        command = UpdateServiceAccount(
            account, found.name, found.role, found.scopes or frozenset(), is_disabled, found.version
        )
        await service.bus.send(command, SYSTEM)

    at_service(work)


def _state(token: AccessToken) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at <= datetime.now(UTC) else ""
