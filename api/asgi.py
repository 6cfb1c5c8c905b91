"""The application for a server that makes it by itself, in each of its processes."""

from fastapi import FastAPI

from api.bootstrap import bootstrap
from api.main import create_app
from api.settings import Settings


def create() -> FastAPI:
    """The app on the database that CALLBOARD_DATABASE_URL names."""
    settings = Settings()
    if settings.database_url is None:
        raise SystemExit(
            "CALLBOARD_DATABASE_URL is not set; `callboard serve` sets it for the embedded database"
        )
    return create_app(bootstrap(settings, settings.database_url.get_secret_value()))
