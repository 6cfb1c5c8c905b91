"""How a receiver knows that a webhook is ours: Standard Webhooks 1.0 signatures (HMAC-SHA256).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from standardwebhooks import Webhook as Signer

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
        secret = self.issuer.secret(f"webhook {webhook_id} {number}")
        return "whsec_" + base64.b64encode(secret).decode()

    def headers(self, webhook: Webhook, fact_id: UUID, body: str, now: datetime) -> dict[str, str]:
        """What a delivery is signed with: by the present secret, and after a rotation by the last one too."""
        key = str(fact_id)
        signers = [Signer(self.spoken(webhook.webhook_id, number)) for number in _numbers(webhook, now)]
        return {
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signer.sign(key, now, body) for signer in signers),
        }


def _numbers(webhook: Webhook, now: datetime) -> list[int]:
    rotated = webhook.rotated_at is not None and now < webhook.rotated_at + ROTATION
    return [webhook.secret_number, webhook.secret_number - 1] if rotated else [webhook.secret_number]
