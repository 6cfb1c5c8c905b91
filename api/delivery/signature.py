"""How a receiver knows that a webhook is ours: Standard Webhooks 1.0 signatures (HMAC-SHA256).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.auth.issuer import Issuer
from domain.webhook import Webhook

ROTATION = timedelta(hours=24)
"""How long the secret before the present one goes on signing beside it."""


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """The secrets of webhooks, made from the issuer's key whenever they are needed; none is stored."""

    issuer: Issuer

    def spoken(self, webhook_id: UUID, number: int) -> str:
        """A secret as its receiver is told it."""
        return "whsec_" + base64.b64encode(self._secret(webhook_id, number)).decode()

    def headers(self, webhook: Webhook, fact_id: UUID, body: bytes, now: datetime) -> dict[str, str]:
        """What a delivery is signed with: by the present secret, and after a rotation by the last one too."""
        timestamp = str(int(now.timestamp()))
        signed = b".".join([str(fact_id).encode(), timestamp.encode(), body])
        marks = [
            hmac.digest(self._secret(webhook.webhook_id, number), signed, "sha256")
            for number in _numbers(webhook, now)
        ]
        return {
            "webhook-id": str(fact_id),
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(f"v1,{base64.b64encode(mark).decode()}" for mark in marks),
        }

    def _secret(self, webhook_id: UUID, number: int) -> bytes:
        return self.issuer.secret(f"webhook {webhook_id} {number}")


def _numbers(webhook: Webhook, now: datetime) -> list[int]:
    rotated = webhook.rotated_at is not None and now < webhook.rotated_at + ROTATION
    return [webhook.secret_number, webhook.secret_number - 1] if rotated else [webhook.secret_number]
