"""A password as a command is given it: typed twice, or a line of standard input; never an argument."""

from __future__ import annotations

import sys

import typer

from api.cli.cannot_run import CannotRun
from api.dto.user import LONGEST_PASSWORD, SHORTEST_PASSWORD


def asked_password() -> str:
    """The password. Raises CannotRun for one that is too short or too long."""
    if sys.stdin.isatty():
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise CannotRun(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return password
