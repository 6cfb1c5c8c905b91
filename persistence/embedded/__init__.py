"""An embedded PostgreSQL for one machine and for the tests (DESIGN section 1)."""

from persistence.embedded.errors import EmbeddedPostgresFailed
from persistence.embedded.server import EmbeddedPostgres
from persistence.embedded.temporary import temporary_postgres
from persistence.embedded.urls import EmbeddedUrls, libpq_url

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresFailed", "EmbeddedUrls", "libpq_url", "temporary_postgres"]
