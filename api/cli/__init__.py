"""The command line: `callboard demo`, `serve`, `migrate`, `token`, ... one module a command."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from api.cli.cannot_run import CannotRun

_MODULES = {
    "demo": "api.cli.demo",
    "serve": "api.cli.serve",
    "worker": "api.cli.worker",
    "job": "api.cli.job",
    "migrate": "api.cli.migrate",
    "token": "api.cli.token",
    "user": "api.cli.user",
    "service-account": "api.cli.service_account",
    "check": "api.cli.check",
    "import": "api.cli.import_",
    "export": "api.cli.export",
    "doctor": "api.cli.doctor",
    "backup": "api.cli.backup",
    "restore": "api.cli.restore",
}
"""The module of each command: its function `command`, or its `commands`. Only the one called is imported."""

_STANDARD_OUTPUT = 1
_NOT_DONE = 2
"""The exit code where 1 could be taken for an answer, as of `check`."""


class _Commands(TyperGroup):
    """Imports a command's module when it is needed: `token` should not wait for the solver."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - the base class's signature
        return list(_MODULES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002
        if cmd_name not in _MODULES:
            return None
        module = import_module(_MODULES[cmd_name])
        if hasattr(module, "commands"):
            return typer.main.get_command(module.commands)
        single = typer.Typer(add_completion=False)
        single.command(cmd_name)(module.command)
        return typer.main.get_command(single)


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Scheduling for venues that untangles its own conflicts.",
)


@app.callback()
def _callboard() -> None:
    """Scheduling for venues that untangles its own conflicts."""


def main() -> None:
    """Run the command line; what goes wrong foreseeably is one message, never a traceback."""
    try:
        app()
    except CannotRun as error:
        sys.exit(f"callboard: {error}")
    except ValidationError as error:
        sys.exit(f"callboard: {_settings_message(error)}")
    except OSError as error:
        if error.filename is None:
            _give_up_output()
        named = "" if error.filename is None else f"{error.filename}: "
        print(f"callboard: {named}{error.strerror or error}", file=sys.stderr)
        sys.exit(_NOT_DONE)


def _give_up_output() -> None:
    """Send nowhere what is not printed yet: on its way out the interpreter would fail on it once more."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), _STANDARD_OUTPUT)


def _settings_message(error: ValidationError) -> str:
    """Which environment variables are wrong, and how."""
    wrong = [
        (f"CALLBOARD_{'_'.join(str(part) for part in one['loc']).upper()}: " if one["loc"] else "")
        + one["msg"].removeprefix("Value error, ")
        for one in error.errors()
    ]
    return "these settings are not valid:\n  " + "\n  ".join(wrong)
