"""/api/webhooks: addresses that facts are sent to."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field, WithJsonSchema

from api.bootstrap import Callboard
from api.features.create_webhook import CreateWebhook
from api.features.delete_webhook import DeleteWebhook
from api.features.get_webhook import GetWebhook
from api.features.get_webhooks import GetWebhooks
from api.features.redeliver_facts import RedeliverFacts
from api.features.rotate_webhook_secret import RotateWebhookSecret
from api.features.update_webhook import UpdateWebhook
from api.http.at_least import at_least
from api.http.endpoint import Endpoint
from api.http.paging import Page
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ExpectedVersion, ServiceOf, ViewerOf, etag
from api.http.wire import Instant, JsonResponse, Text, Wire
from domain.enums import Role
from domain.errors import FieldException
from domain.facts import FACT_TYPES, QUERY_FACTS
from domain.webhook import Webhook, WebhookStatus

router = APIRouter(
    prefix="/api/webhooks", tags=["webhooks"], dependencies=[at_least(Role.Staff)], route_class=Endpoint
)

_LONGEST_URL = 2_000
_CHANGES = frozenset(FACT_TYPES) - {kind.__name__ for kind in QUERY_FACTS}
_NO_STORE = {"Cache-Control": "private, no-store"}

WebhookId = Annotated[UUID, Path(alias="webhookId")]
FactType = Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(FACT_TYPES)})]
Url = Annotated[str, Field(min_length=1, max_length=_LONGEST_URL, examples=["https://crm.example/callboard"])]


class WebhookRequestDto(Wire):
    """Where facts go, and which.

    url: https; plain http only into networks that the service's operator has allowed.
    factTypes: of these types; without them, all that tell of changes (not those of queries).
    """

    url: Url
    fact_types: list[FactType] | None = Field(default=None, min_length=1, max_length=len(FACT_TYPES))
    description: Text | None = None

    def wanted_types(self) -> frozenset[str]:
        """The types, known ones only. Raises FieldException."""
        if self.fact_types is None:
            return _CHANGES
        for number, name in enumerate(self.fact_types):
            if name not in FACT_TYPES:
                raise FieldException(
                    f"factTypes[{number}]", f"must be one of {', '.join(sorted(FACT_TYPES))}"
                )
        return frozenset(self.fact_types)


class UpdateWebhookDto(WebhookRequestDto):
    """What a webhook is to be. isActive: false to send nothing; true starts a disabled one afresh."""

    is_active: bool = Field(default=True, strict=True)


class WebhookDto(Wire):
    """A webhook, and how it is doing.

    status: Failing while attempts fail and go on; Disabled when nothing is sent.
    failingSequence: the earliest fact that has failed and not arrived since; it may still be under way when
        others arrive. Where it was given up, or the webhook is Disabled, redeliver from before it.
    """

    webhook_id: UUID
    url: str
    description: str | None = None
    fact_types: list[FactType]
    status: WebhookStatus
    created_at: Instant
    last_delivered_at: Instant | None = None
    failing_since: Instant | None = None
    failing_sequence: int | None = None
    last_error: str | None = None
    disabled_at: Instant | None = None

    @classmethod
    def of(cls, webhook: Webhook) -> WebhookDto:
        """The webhook in JSON."""
        return cls(
            webhook_id=webhook.webhook_id,
            url=webhook.url,
            description=webhook.description,
            fact_types=sorted(webhook.fact_types),
            status=webhook.status,
            created_at=webhook.created_at,
            last_delivered_at=webhook.delivered_at,
            failing_since=webhook.failing_since,
            failing_sequence=webhook.failing_sequence,
            last_error=webhook.last_error,
            disabled_at=webhook.disabled_at,
        )


class SecretWebhookDto(WebhookDto):
    """A webhook with its secret, told when it is made and when it is rotated, and never again."""

    secret: str


class RedeliverDto(Wire):
    """From where. afterSequence: facts with a higher sequence are sent again; 0 for all that are kept."""

    after_sequence: int = Field(strict=True, ge=0, lt=2**63)


class RedeliveryDto(Wire):
    """Facts with these sequences are sent again, in the background."""

    after_sequence: int
    until_sequence: int


@router.post("", response_model=SecretWebhookDto, status_code=201, responses=problem_docs(400, 403, 409))
async def create_webhook(
    body: WebhookRequestDto, service: ServiceOf, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Have facts sent to an address from now on, each as the caller may know it."""
    _ensure_webhook_url(service, body.url)
    command = CreateWebhook(body.url, body.wanted_types(), body.description)
    webhook = await bus.send(command, viewer, dry_run=dry_run)
    return JsonResponse(_with_secret(service, webhook), 201, etag(webhook.version) | _NO_STORE)


@router.get("", response_model=Page[WebhookDto], responses=problem_docs(400, 403))
async def list_webhooks(
    bus: BusOf, viewer: ViewerOf, owner_id: Annotated[UUID | None, Query(alias="ownerId")] = None
) -> Response:
    """The caller's webhooks, or for an Admin the owner's."""
    found = await bus.send(GetWebhooks(owner_id), viewer)
    # There are never more than a page of them.
    return JsonResponse(Page[WebhookDto](items=[WebhookDto.of(one) for one in found], next_cursor=""))


@router.get("/{webhookId}", response_model=WebhookDto, responses=problem_docs(400, 403, 404))
async def get_webhook(webhook_id: WebhookId, bus: BusOf, viewer: ViewerOf) -> Response:
    """One webhook, and how it is doing."""
    webhook = await bus.send(GetWebhook(webhook_id), viewer)
    return JsonResponse(WebhookDto.of(webhook), 200, etag(webhook.version))


@router.put("/{webhookId}", response_model=WebhookDto, responses=problem_docs(400, 403, 404, 412))
async def update_webhook(
    webhook_id: WebhookId,
    body: UpdateWebhookDto,
    service: ServiceOf,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Change a webhook; what it missed while it was disabled is sent by redeliver."""
    _ensure_webhook_url(service, body.url)
    command = UpdateWebhook(
        webhook_id, body.url, body.wanted_types(), body.description, body.is_active, expected_version
    )
    webhook = await bus.send(command, viewer, dry_run=dry_run)
    return JsonResponse(WebhookDto.of(webhook), 200, etag(webhook.version))


@router.delete("/{webhookId}", status_code=204, responses=problem_docs(400, 403, 404))
async def delete_webhook(
    webhook_id: WebhookId, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """End a webhook: one's own, or as Admin anybody's."""
    await bus.send(DeleteWebhook(webhook_id), viewer, dry_run=dry_run)
    return Response(status_code=204)


@router.post(
    "/{webhookId}/rotate-secret", response_model=SecretWebhookDto, responses=problem_docs(400, 403, 404)
)
async def rotate_webhook_secret(
    webhook_id: WebhookId, service: ServiceOf, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Give it a new secret. For a day deliveries are signed with the last one too."""
    webhook = await bus.send(RotateWebhookSecret(webhook_id), viewer, dry_run=dry_run)
    return JsonResponse(_with_secret(service, webhook), 200, etag(webhook.version) | _NO_STORE)


@router.post(
    "/{webhookId}/redeliver",
    response_model=RedeliveryDto,
    status_code=202,
    responses=problem_docs(400, 403, 404, 409),
)
async def redeliver_facts(
    webhook_id: WebhookId, body: RedeliverDto, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Send facts again, from a position on; those that arrived before come with the same id."""
    until = await bus.send(RedeliverFacts(webhook_id, body.after_sequence), viewer, dry_run=dry_run)
    return JsonResponse(RedeliveryDto(after_sequence=body.after_sequence, until_sequence=until), 202)


def _with_secret(service: Callboard, webhook: Webhook) -> SecretWebhookDto:
    secret = service.webhook_secrets.spoken(webhook.webhook_id, webhook.secret_number)
    return SecretWebhookDto(**dict(WebhookDto.of(webhook)), secret=secret)


def _ensure_webhook_url(service: Callboard, url: str) -> None:
    """Refuse what can be seen not to work; where a name leads is judged when it is connected to."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"https", "http"} and bool(parts.hostname) and (parts.port or 1) > 0
        printable = url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        whole = printable = False
    if not whole or not printable:
        raise FieldException("url", "must be a URL such as https://crm.example/callboard")
    if parts.username is not None or parts.fragment:
        raise FieldException(
            "url", "must have neither a user name nor a fragment; put a secret into its path"
        )
    if parts.scheme == "http" and not service.address_guard.allowed:
        raise FieldException("url", "must be https")
    refusal = service.address_guard.refusal_of(url)
    if refusal is not None:
        raise FieldException("url", refusal)
