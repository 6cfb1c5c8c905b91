"""Exported files, feeds, and what an export may tell of a calendar."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Make the tables, their policies, and the functions that look past row policies."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute((_SQL / "0006_exports.sql").read_text())


def downgrade() -> None:
    """Drop them; files that exports stored stay where they are."""
    op.get_bind().exec_driver_sql(
        "DROP FUNCTION feed_of(bytea), calendar_window(uuid, tstzrange, timestamptz);"
        " DROP INDEX scheduled_events_cancelled;"
        " DROP TABLE exports, feeds"
    )
