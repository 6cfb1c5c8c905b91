"""Where the files of all exports are."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from persistence.erasure import export_keys
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetExportFiles(Message[list[str]]):
    """All of them."""


async def handle(_query: GetExportFiles, uow: UnitOfWork, _policy: Policy) -> list[str]:
    """Their keys in the store; for the worker alone."""
    return await export_keys(uow)
