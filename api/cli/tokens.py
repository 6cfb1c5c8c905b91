"""Bearer tokens for the command line, made without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from api.auth.home_issuer import issuer_of
from api.cli.cannot_run import CannotRun
from api.settings import Settings
from domain.viewer import Viewer


def bearer_token(settings: Settings, viewer: Viewer, lifetime: timedelta | None = None) -> str:
    """A token of the home's issuer, valid from now for the lifetime or else the setting's."""
    lasting = lifetime or timedelta(minutes=settings.token_lifetime_minutes)
    try:
        return issuer_of(settings).token(viewer, datetime.now(UTC), lasting)
    except OSError as error:
        raise CannotRun(
            f"the issuer's key in {settings.home} cannot be read or made: {error.strerror}\n"
            "  Run as the user who started Callboard, or choose another CALLBOARD_HOME."
        ) from error
    except (ValueError, TypeError) as error:
        raise CannotRun(
            f"{settings.home / 'issuer-key.pem'} does not hold a key of ours\n"
            "  Delete it: a new one is made, and the tokens of the old one lapse."
        ) from error
