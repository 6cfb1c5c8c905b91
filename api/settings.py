"""Everything that can be set from outside, in one class."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.auth.foreign_issuer import ALGORITHMS
from api.cache.kind import CacheKind
from api.cache.redis_url import MEMORY, ensure_redis_url
from api.identity.sign_in_rules import SignInRules
from api.notices.mail import check_mail_url, sender_of
from api.storage import check_storage_url
from domain.enums import Role
from domain.local_time import is_time_zone
from domain.policy import Policy

_YEAR_DAYS = 366
_YEAR_MINUTES = _YEAR_DAYS * 24 * 60


class Settings(BaseSettings):
    """Settings, each from the environment variable `CALLBOARD_<NAME>`.

    home: where the embedded database, the issuer's key and files live.
    database_url, database_owner_url, database_worker_url: your own PostgreSQL, as each login; without them
        the embedded one under `home` is used.
    storage_url: where exported files are kept; without it in a folder under `home`.
    public_url: how the service is reached from outside; without it, as each request reached it.
    issuer, audience: what internal tokens say, and must say.
    token_lifetime_minutes: of tokens that the command line prints. login_token_minutes: of those that people
        get when they sign in, and again with the refresh token of a session, which ends after session_days
        without one.
    login_attempts, login_attempts_per_client: how many an account, and a client's address, have within
        login_window_minutes.
    oidc_issuer, oidc_audience: whose tokens are taken besides, and what they must be for.
    oidc_roles: how it calls our roles, as Manager=venue-managers,Admin=it; without it, as we do.
    redis_url: where several processes share cached answers; without it each process keeps its own in memory.
    redis_patience_seconds: what a request waits for it before it goes on without.
    redis_stream_length: about how many facts its stream keeps.
    webhook_networks: inner networks that webhooks may reach, as 10.1.0.0/16,10.2.0.0/16.
    webhook_patience_days: how long every attempt may fail before a webhook is disabled.
    metrics_token: a secret with which /metrics can be read; without it an Admin's token is needed.
    worker_metrics_port: where a worker serves /metrics on 127.0.0.1; without it nowhere.
    log_format: text for people, json for programs.
    mail_url: how letters leave, as smtp://user:password@host:587, smtps://... or file:///folder; without it
        nobody is written to. mail_from: who they are from. mail_batch_seconds: how long news waits for more.
    job_silence_seconds: a worker that gives no sign of life for so long is gone; others take over its jobs.
    escalation_contact: the user who gets conflicts that nobody deals with, of calendars that name nobody.
    closure_retention_days: closures that are over for longer are archived. fact_retention_days: how long
        facts are kept, and what has come of jobs. audit_retention_days: of the audit log; None for ever.
    idempotency_key_hours: how long the answer to a write is kept for when it is sent again with its key.
    event_streams: how many a process keeps open at once.
    cache_entries: how many answers a process keeps in memory. cache_..._seconds: 0 keeps none.
    solve_seconds: what a refused booking may wait for suggestions; past it the 409 links to them instead.
    """

    model_config = SettingsConfigDict(env_prefix="CALLBOARD_", extra="ignore")

    home: Path = Path(".callboard")
    database_url: SecretStr | None = None
    database_owner_url: SecretStr | None = None
    database_worker_url: SecretStr | None = None
    database_pool_size: int = Field(default=10, ge=1, le=1_000)
    time_zone: str = "UTC"
    storage_url: SecretStr | None = None
    public_url: str | None = None

    issuer: str = "callboard"
    audience: str = "callboard"
    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    oidc_algorithms: Annotated[tuple[str, ...], NoDecode] = ("RS256", "PS256", "ES256", "EdDSA")
    oidc_roles_claim: str = "roles"
    oidc_roles: Annotated[tuple[str, ...], NoDecode] = ()
    oidc_leeway_seconds: int = Field(default=60, ge=0, le=600)
    token_lifetime_minutes: int = Field(default=12 * 60, ge=1, le=10 * _YEAR_MINUTES)
    login_token_minutes: int = Field(default=15, ge=1, le=24 * 60)
    session_days: int = Field(default=30, ge=1, le=_YEAR_DAYS)
    login_attempts: int = Field(default=10, ge=1, le=1_000_000)
    login_attempts_per_client: int = Field(default=100, ge=1, le=1_000_000)
    login_window_minutes: int = Field(default=15, ge=1, le=24 * 60)

    redis_url: SecretStr | None = None
    redis_patience_seconds: float = Field(default=0.25, gt=0, le=60)
    redis_stream_length: int = Field(default=100_000, ge=1, le=1_000_000_000)
    webhook_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    webhook_timeout_seconds: float = Field(default=10, gt=0, le=60)
    webhook_patience_days: float = Field(default=5, gt=0, le=_YEAR_DAYS)
    mail_url: SecretStr | None = None
    mail_from: str = "Callboard <callboard@localhost>"
    mail_batch_seconds: float = Field(default=300, ge=0, le=86_400)
    metrics_token: SecretStr | None = Field(default=None, min_length=8)
    worker_metrics_port: int | None = Field(default=None, ge=1, le=65_535)
    log_format: Literal["text", "json"] = "text"
    job_silence_seconds: float = Field(default=30, ge=1, le=3_600)
    escalation_contact: UUID | None = None
    escalation_hours: float = Field(default=24, ge=0, le=_YEAR_DAYS * 24)
    closure_retention_days: int = Field(default=30, ge=0, le=100 * _YEAR_DAYS)
    fact_retention_days: int = Field(default=90, ge=1, le=100 * _YEAR_DAYS)
    audit_retention_days: int | None = Field(default=None, ge=1, le=100 * _YEAR_DAYS)
    idempotency_key_hours: int = Field(default=24, ge=1, le=_YEAR_DAYS * 24)
    event_streams: int = Field(default=200, ge=0, le=100_000)
    cache_entries: int = Field(default=1_000, ge=1, le=1_000_000)
    cache_views_seconds: int = Field(default=300, ge=0, le=86_400)
    cache_availability_seconds: int = Field(default=120, ge=0, le=86_400)
    cache_conflicts_seconds: int = Field(default=60, ge=0, le=86_400)
    cache_calendars_seconds: int = Field(default=1_800, ge=0, le=86_400)

    body_limit_bytes: int = Field(default=10_000_000, ge=1, le=1_000_000_000)
    solve_seconds: float = Field(default=0.5, gt=0, le=3_600)
    solver_threads: int = Field(default=2, ge=1, le=1_000)
    export_lifetime_hours: int = Field(default=24, ge=1, le=_YEAR_DAYS * 24)
    feed_refresh_minutes: int = Field(default=60, ge=5, le=_YEAR_MINUTES)
    suggestion_horizon_days: int = Field(default=14, ge=1, le=_YEAR_DAYS)

    minimum_duration_minutes: int = Field(default=15, ge=1, le=_YEAR_MINUTES)
    maximum_duration_days: int = Field(default=30, ge=1, le=10 * _YEAR_DAYS)
    maximum_occurrences: int = Field(default=365, ge=1, le=10_000)
    approval_notice_minutes: int = Field(default=120, ge=0, le=_YEAR_MINUTES)
    capacity_warning_share: float = Field(default=0.8, gt=0, le=1)
    availability_buffer_minutes: int = Field(default=15, ge=0, le=_YEAR_MINUTES)
    customer_open_bookings: int = Field(default=10, ge=0, le=1_000_000)
    customer_days_ahead: int = Field(default=180, ge=0, le=100 * _YEAR_DAYS)
    suggestion_lifetime_minutes: int = Field(default=30, ge=1, le=_YEAR_MINUTES)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if not is_time_zone(name):
            raise ValueError("it is not an IANA time zone such as Europe/Brussels")
        return name

    @model_validator(mode="after")
    def _audience_of_issuer(self) -> Settings:
        if (self.oidc_issuer is None) != (self.oidc_audience is None):
            raise ValueError("CALLBOARD_OIDC_ISSUER and CALLBOARD_OIDC_AUDIENCE are set together")
        return self

    @field_validator("oidc_algorithms")
    @classmethod
    def _asymmetric(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names or not set(names) <= set(ALGORITHMS):
            raise ValueError(f"it takes {', '.join(ALGORITHMS)}")
        return names

    @field_validator("oidc_roles")
    @classmethod
    def _our_roles(cls, pairs: tuple[str, ...]) -> tuple[str, ...]:
        for pair in pairs:
            role, _, name = pair.partition("=")
            if role not in Role.__members__ or not name:
                raise ValueError(f"{pair!r} is not like Manager=venue-managers")
        return pairs

    @property
    def oidc_role_names(self) -> dict[str, Role]:
        """By what the foreign issuer calls it, each role; the higher where it calls two the same."""
        pairs = [pair.partition("=") for pair in self.oidc_roles] or [
            (one.name, "=", one.name) for one in Role
        ]
        return {name: Role[role] for role, _, name in sorted(pairs, key=lambda pair: Role[pair[0]])}

    @field_validator("webhook_networks", "oidc_algorithms", "oidc_roles", mode="before")
    @classmethod
    def _by_comma(cls, networks: object) -> object:
        return (
            [one.strip() for one in networks.split(",") if one.strip()]
            if isinstance(networks, str)
            else networks
        )

    @field_validator("redis_url")
    @classmethod
    def _place_to_cache(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and url.get_secret_value() != MEMORY:
            ensure_redis_url(url.get_secret_value())
        return url

    @property
    def cache_url(self) -> str:
        """Where answers are cached."""
        return MEMORY if self.redis_url is None else self.redis_url.get_secret_value()

    @property
    def cache_lifetimes(self) -> dict[CacheKind, timedelta]:
        """How long each kind of answer is cached at most (spec 12.1)."""
        return {
            CacheKind.CalendarViews: timedelta(seconds=self.cache_views_seconds),
            CacheKind.ResourceAvailability: timedelta(seconds=self.cache_availability_seconds),
            CacheKind.ConflictList: timedelta(seconds=self.cache_conflicts_seconds),
            CacheKind.CalendarMetadata: timedelta(seconds=self.cache_calendars_seconds),
        }

    @field_validator("storage_url")
    @classmethod
    def _known_storage(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            check_storage_url(url.get_secret_value())
        return url

    @field_validator("mail_url")
    @classmethod
    def _way_to_send(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            check_mail_url(url.get_secret_value())
        return url

    @field_validator("mail_from")
    @classmethod
    def _mailbox(cls, sender: str) -> str:
        sender_of(sender)
        return sender

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("it must start with http:// or https://")
        return url

    @property
    def sign_in_rules(self) -> SignInRules:
        """How people sign in with a password."""
        return SignInRules(
            token_lifetime=timedelta(minutes=self.login_token_minutes),
            session_lifetime=timedelta(days=self.session_days),
            account_attempts=self.login_attempts,
            client_attempts=self.login_attempts_per_client,
            window=timedelta(minutes=self.login_window_minutes),
        )

    @property
    def policy(self) -> Policy:
        """The thresholds of the business rules."""
        return Policy(
            minimum_duration=timedelta(minutes=self.minimum_duration_minutes),
            maximum_duration=timedelta(days=self.maximum_duration_days),
            maximum_occurrences=self.maximum_occurrences,
            approval_notice=timedelta(minutes=self.approval_notice_minutes),
            capacity_warning_share=self.capacity_warning_share,
            availability_buffer=timedelta(minutes=self.availability_buffer_minutes),
            customer_open_bookings=self.customer_open_bookings,
            customer_days_ahead=self.customer_days_ahead,
            suggestion_lifetime=timedelta(minutes=self.suggestion_lifetime_minutes),
        )
