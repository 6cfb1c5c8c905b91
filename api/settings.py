"""Everything that can be set from outside, in one class."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.storage import check_storage_url
from domain.local_time import is_time_zone
from domain.policy import Policy

_YEAR_DAYS = 366
_YEAR_MINUTES = _YEAR_DAYS * 24 * 60


class Settings(BaseSettings):
    """Settings, each from the environment variable `CALLBOARD_<NAME>`.

    home: where the embedded database, the issuer's key and files live.
    database_url, database_owner_url: your own PostgreSQL; without them the embedded one under `home` is used.
    storage_url: where exported files are kept; without it in a folder under `home`.
    public_url: how the service is reached from outside; without it, as each request reached it.
    issuer, audience: what internal tokens say, and must say.
    solve_seconds: what a refused booking may wait for suggestions; past it the 409 links to them instead.
    """

    model_config = SettingsConfigDict(env_prefix="CALLBOARD_", extra="ignore")

    home: Path = Path(".callboard")
    database_url: SecretStr | None = None
    database_owner_url: SecretStr | None = None
    database_pool_size: int = Field(default=10, ge=1, le=1_000)
    time_zone: str = "UTC"
    storage_url: SecretStr | None = None
    public_url: str | None = None

    issuer: str = "callboard"
    audience: str = "callboard"
    token_lifetime_minutes: int = Field(default=12 * 60, ge=1, le=10 * _YEAR_MINUTES)

    body_limit_bytes: int = Field(default=10_000_000, ge=1, le=1_000_000_000)
    solve_seconds: float = Field(default=0.5, gt=0, le=3_600)
    solver_threads: int = Field(default=2, ge=1, le=1_000)
    export_lifetime_hours: int = Field(default=24, ge=1, le=_YEAR_DAYS * 24)
    feed_refresh_minutes: int = Field(default=60, ge=5, le=_YEAR_MINUTES)
    suggestion_horizon_days: int = Field(default=14, ge=1, le=_YEAR_DAYS)

    minimum_duration_minutes: int = Field(default=15, ge=1, le=_YEAR_MINUTES)
    maximum_duration_days: int = Field(default=30, ge=1, le=10 * _YEAR_DAYS)
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

    @field_validator("storage_url")
    @classmethod
    def _known_storage(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            check_storage_url(url.get_secret_value())
        return url

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("it must start with http:// or https://")
        return url

    @property
    def policy(self) -> Policy:
        """The thresholds of the business rules."""
        return Policy(
            minimum_duration=timedelta(minutes=self.minimum_duration_minutes),
            maximum_duration=timedelta(days=self.maximum_duration_days),
            approval_notice=timedelta(minutes=self.approval_notice_minutes),
            capacity_warning_share=self.capacity_warning_share,
            availability_buffer=timedelta(minutes=self.availability_buffer_minutes),
            customer_open_bookings=self.customer_open_bookings,
            customer_days_ahead=self.customer_days_ahead,
            suggestion_lifetime=timedelta(minutes=self.suggestion_lifetime_minutes),
        )
