"""`callboard user`: people with accounts, from the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Column, Table

from api.bootstrap import Callboard
from api.cli.at_service import at_service
from api.cli.cannot_run import CannotRun
from api.cli.passwords import asked_password
from api.cli.role_name import RoleName
from api.dto.user import CreateUserDto
from api.features.create_user import CreateUser
from api.features.get_user import GetUser
from api.features.get_user_by_email import GetUserByEmail
from api.features.get_users import GetUsers
from api.features.set_password import SetPassword
from api.features.update_user import UpdateUser
from api.identity.erasing import erase_person, person_document
from domain.enums import Role
from domain.user import User
from domain.viewer import SYSTEM
from persistence.erasure import Erased
from persistence.repositories.users import UserFilter

commands = typer.Typer(no_args_is_help=True, help="People with accounts.")

_PAGE = 500

Who = Annotated[str, typer.Argument(metavar="USER", help="Their e-mail address, or their id.")]


@commands.command()
def add(
    name: Annotated[str, typer.Option(help="What they are called.")],
    email: Annotated[str, typer.Option(help="The address they sign in with.")],
    role: Annotated[RoleName, typer.Option(case_sensitive=False, help="What they may do.")],
    without_password: Annotated[bool, typer.Option(help="They get one later.")] = False,
) -> None:
    """Give somebody an account. The password is asked for, or read from standard input."""
    try:
        wanted = CreateUserDto.model_validate({"name": name, "email": email, "role": role.value})
    except ValidationError as error:
        first = error.errors()[0]
        message = str(first["msg"]).removeprefix("Value error, ")
        raise CannotRun(f"{first['loc'][0]}: {message}") from error
    password = None if without_password else asked_password()

    async def work(service: Callboard) -> User:
        hashed = None if password is None else await service.passwords.hash(password)
        return await service.bus.send(CreateUser(wanted.name, wanted.email, wanted.role, hashed), SYSTEM)

    typer.echo(at_service(work).user_id)


@commands.command("list")
def list_(
    role: Annotated[RoleName | None, typer.Option(case_sensitive=False, help="Of this role alone.")] = None,
    q: Annotated[str | None, typer.Option(help="Part of the name or address.")] = None,
) -> None:
    """List people."""
    wanted = UserFilter(role=None if role is None else Role[role.value], text=q)

    async def work(service: Callboard) -> list[User]:
        found: list[User] = []
        while True:
            after = (found[-1].name, found[-1].user_id) if found else None
            page = await service.bus.send(GetUsers(wanted, _PAGE, after), SYSTEM)
            found += page
            if len(page) < _PAGE:
                return found

    table = Table(Column("id", no_wrap=True, min_width=36), "name", "e-mail", "role", "")
    for user in at_service(work):
        state = "disabled" if user.disabled_at is not None else user.issuer or ""
        table.add_row(str(user.user_id), user.name, user.email or "", user.role.name, state)
    Console(highlight=False, markup=False, soft_wrap=True).print(table)


@commands.command()
def set_role(
    who: Who, role: Annotated[RoleName, typer.Argument(case_sensitive=False, metavar="ROLE")]
) -> None:
    """Give somebody another role. Tokens that are out keep the old one until they lapse."""
    _change(who, lambda user: replace(user, role=Role[role.value]))


@commands.command()
def disable(who: Who) -> None:
    """Keep somebody out: they cannot sign in, or stay signed in for longer than their token lasts."""
    _change(who, lambda user: replace(user, disabled_at=datetime.now(UTC)))


@commands.command()
def enable(who: Who) -> None:
    """Let somebody in again."""
    _change(who, lambda user: replace(user, disabled_at=None))


@commands.command()
def set_password(who: Who) -> None:
    """Give somebody a new password, asked for or read from standard input; they are signed out everywhere."""
    password = asked_password()

    async def work(service: Callboard) -> None:
        user = await _found(service, who)
        hashed = await service.passwords.hash(password)
        await service.bus.send(SetPassword(user.user_id, hashed), SYSTEM)

    at_service(work)


@commands.command()
def export(
    who: Who,
    output: Annotated[
        Path | None, typer.Option(help="A file, readable by you alone; else it is printed.")
    ] = None,
) -> None:
    """Hand over everything that is kept on somebody, as JSON."""

    async def work(service: Callboard) -> dict[str, Any]:
        user = await _found(service, who)
        return await person_document(service, user.user_id)

    content = orjson.dumps(at_service(work, as_worker=True), option=orjson.OPT_INDENT_2)
    if output is None:
        sys.stdout.buffer.write(content + b"\n")
        return
    output.touch(mode=0o600)
    output.write_bytes(content)


@commands.command()
def erase(
    who: Who,
    also: Annotated[
        list[str] | None, typer.Option(help="Another name they are known by; may be given several times.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take somebody's name and address out of everything. This cannot be undone."""
    if not yes:
        typer.confirm("Their name and address go for good. Go on?", abort=True)

    async def work(service: Callboard) -> Erased:
        user = await _found(service, who)
        return await erase_person(service, user.user_id, tuple(also or ()))

    erased = at_service(work, as_worker=True)
    typer.echo(f"Erased. Rows changed: {_spoken(erased.rows)}. Exports removed: {len(erased.files)}.")
    if erased.namesakes:
        ids = ", ".join(str(one) for one in erased.namesakes)
        typer.echo(f"These accounts have the same name or address, and were left as they are: {ids}")


def _change(who: str, changed: Callable[[User], User]) -> None:
    async def work(service: Callboard) -> None:
        user = await _found(service, who)
        wanted = changed(user)
        is_disabled = wanted.disabled_at is not None
        command = UpdateUser(user.user_id, wanted.name, wanted.email, wanted.role, is_disabled, user.version)
        await service.bus.send(command, SYSTEM)

    at_service(work)


async def _found(service: Callboard, who: str) -> User:
    """By id or, of our own people, by address."""
    try:
        return await service.bus.send(GetUser(UUID(who)), SYSTEM)
    except ValueError:
        user = await service.bus.send(GetUserByEmail(who), SYSTEM)
    if user is None:
        raise CannotRun("nobody of our own has this address; people of another issuer go by their id")
    return user


def _spoken(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{count} of {table}" for table, count in rows.items()) or "none"
