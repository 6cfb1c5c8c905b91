"""How the three roles reach the embedded server."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

_DIALECT = "postgresql+psycopg://"
_LIBPQ = "postgresql://"

PORT = 5432
"""Only a part of the socket's name: the server listens on no network address."""


@dataclass(frozen=True, slots=True)
class EmbeddedUrls:
    """One SQLAlchemy URL for each role of one database: who owns the tables, who serves, who does jobs."""

    owner: str
    application: str
    worker: str


def role_url(role: str, password: str, database: str, socket_folder: Path) -> str:
    """The SQLAlchemy URL of one role on one database, over the server's unix socket."""
    query = urlencode({"host": str(socket_folder), "port": PORT}, quote_via=quote)
    return f"{_DIALECT}{role}:{password}@/{quote(database, safe='')}?{query}"


def libpq_url(url: str) -> str:
    """The same place as psycopg, pg_dump and psql spell it."""
    return url.replace(_DIALECT, _LIBPQ, 1)
