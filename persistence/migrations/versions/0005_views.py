"""Calendar views."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Make what views read."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute((_SQL / "0005_views.sql").read_text())


def downgrade() -> None:
    """Drop it."""
    op.get_bind().exec_driver_sql("DROP FUNCTION calendar_bookings(uuid, tstzrange, timestamptz)")
