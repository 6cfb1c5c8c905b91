"""Closures that strand bookings, and what availability is judged by."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Add what a booking is blocked by, and the functions that look past row policies."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute((_SQL / "0004_availability.sql").read_text())


def downgrade() -> None:
    """Drop what this made."""
    op.get_bind().exec_driver_sql(
        "DROP FUNCTION glance(timestamptz, uuid[], tstzrange[]);"
        "DROP FUNCTION record_blocks(uuid, uuid[], uuid[], text[]);"
        "DROP FUNCTION claimants_of(uuid, tstzrange, timestamptz);"
        "ALTER TABLE scheduled_events DROP COLUMN blocks;"
    )
