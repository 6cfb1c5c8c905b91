"""A webhook: where somebody's facts are sent, and how that has gone lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.enums import Role


class WebhookStatus(StrEnum):
    """How a webhook is doing: Failing while attempts fail and go on, Disabled when nothing is sent."""

    Active = "Active"
    Failing = "Failing"
    Disabled = "Disabled"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that gets facts as they are published, each as its owner may know it.

    role: the owner's when it was made, and at most what it is by now.
    secret_number: which of its secrets signs; the one before it signs too for a while after `rotated_at`.
    failing_since: since when every attempt has failed; None while it answers. failures: how many in a row.
    failing_sequence: the earliest fact that has failed and neither arrived since nor was given up.
    resting_until: nothing is tried before.
    disabled_at: since when nothing is sent at all; None while something is.
    """

    webhook_id: UUID
    owner_id: UUID
    role: Role
    url: str
    fact_types: frozenset[str]
    created_at: datetime
    description: str | None = None
    secret_number: int = 1
    rotated_at: datetime | None = None
    version: int = 1
    failing_since: datetime | None = None
    failing_sequence: int | None = None
    failures: int = 0
    resting_until: datetime | None = None
    last_error: str | None = None
    delivered_at: datetime | None = None
    disabled_at: datetime | None = None

    @property
    def status(self) -> WebhookStatus:
        if self.disabled_at is not None:
            return WebhookStatus.Disabled
        return WebhookStatus.Active if self.failing_since is None else WebhookStatus.Failing
