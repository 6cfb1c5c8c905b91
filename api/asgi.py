"""The application for a server that makes it by itself, in each of its processes."""

import gc

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
    app = create_app(bootstrap(settings, settings.database_url.get_secret_value()))
    settle_heap()
    return app


def settle_heap() -> None:
    """Take what start-up made, most of it imported code, out of the garbage collector's sight.

    A full collection otherwise walks all of it, for a tenth of a second, in the middle of somebody's request.
    """
    gc.collect()
    gc.freeze()
