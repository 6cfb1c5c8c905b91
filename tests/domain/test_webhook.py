"""How a webhook is doing, and which facts it can have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from domain.enums import Role
from domain.facts import FACT_TYPES, QUERY_FACTS, EventRescheduled, Fact
from domain.webhook import Webhook, WebhookStatus

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def test_a_webhook_is_active_failing_or_disabled() -> None:
    webhook = Webhook(
        uuid4(), uuid4(), Role.Staff, "https://crm.example/", frozenset({"EventRescheduled"}), NOW
    )
    assert webhook.status is WebhookStatus.Active
    failing = replace(webhook, failing_since=NOW)
    assert failing.status is WebhookStatus.Failing
    assert replace(failing, disabled_at=NOW).status is WebhookStatus.Disabled
    assert replace(webhook, disabled_at=NOW).status is WebhookStatus.Disabled


def test_every_fact_has_its_name() -> None:
    assert FACT_TYPES["EventRescheduled"] is EventRescheduled
    assert set(FACT_TYPES.values()) <= set(Fact.__subclasses__())
    assert len(FACT_TYPES) == 24
    assert {kind.__name__ for kind in QUERY_FACTS} == {
        "CalendarViewGenerated",
        "ResourceAvailabilityChecked",
        "MultipleResourcesChecked",
    }
