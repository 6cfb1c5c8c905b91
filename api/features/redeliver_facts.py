"""Have a webhook's facts sent again, from a position on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.errors import FieldException, StateConflict
from domain.policy import Policy
from persistence.deliveries import REDELIVER, cause_of, redelivery_goes_on
from persistence.job_queue import defer_jobs
from persistence.readers.facts import oldest_kept, published_to
from persistence.repositories import webhooks
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RedeliverFacts(Message[int]):
    """What was published after a number (0: all that is kept)."""

    webhook_id: UUID
    after_sequence: int


async def handle(command: RedeliverFacts, uow: UnitOfWork, _policy: Policy) -> int:
    """The number up to which facts are sent again.

    Raises NotFoundException for another's, StateConflict if it is disabled or an earlier redelivery goes on,
    FieldException for a number that is not published yet or whose facts are cleared away.
    """
    webhook = await webhooks.get(uow, command.webhook_id, locked=True)
    if webhook.disabled_at is not None:
        raise StateConflict("The webhook is disabled; set isActive first")
    if await redelivery_goes_on(uow.connection, webhook.webhook_id):
        raise StateConflict("An earlier redelivery goes on; ask again when all of it is on its way")
    until, oldest = await published_to(uow), await oldest_kept(uow)
    if command.after_sequence > until:
        raise FieldException("afterSequence", f"must be at most {until}, the newest fact's sequence")
    if 0 < command.after_sequence < (oldest or 1) - 1:
        raise FieldException(
            "afterSequence", f"facts before {oldest} are not kept any more; send 0 for the rest"
        )
    job = {
        "webhook_id": str(webhook.webhook_id),
        "after": command.after_sequence,
        "until": until,
        **cause_of(uow.cause),
    }
    await defer_jobs(uow.connection, REDELIVER, [job], queue="webhooks")
    uow.audit(
        "FactsRedelivered",
        webhook.webhook_id,
        after={"afterSequence": command.after_sequence, "until": until},
    )
    return until
