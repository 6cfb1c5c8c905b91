"""`callboard token`: a bearer token of the internal issuer."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import typer

from api.cli.role_name import RoleName
from api.cli.tokens import bearer_token
from api.demo.people import user_of
from api.settings import Settings
from domain.enums import Role
from domain.viewer import Viewer

_YEAR_HOURS = 366 * 24


def command(
    role: Annotated[RoleName, typer.Option(case_sensitive=False, help="What the bearer may do.")],
    user: Annotated[UUID | None, typer.Option(help="Who it is; else the demo's user of the role.")] = None,
    hours: Annotated[int | None, typer.Option(min=1, max=_YEAR_HOURS, help="How long it is valid.")] = None,
) -> None:
    """Print a bearer token, as the last line. Needs no database; the key is in CALLBOARD_HOME."""
    settings = Settings()
    wanted = Role[role.value]
    viewer = Viewer(user or user_of(wanted).user_id, wanted)
    typer.echo(bearer_token(settings, viewer, None if hours is None else timedelta(hours=hours)))
