"""Calendar views, and the revisions that cached answers carry."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Make what views read, and the revisions."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for part in ("views", "revisions"):
        driver.execute((_SQL / f"0005_{part}.sql").read_text())


def downgrade() -> None:
    """Drop them."""
    arguments = "uuid[], uuid[], uuid[], uuid[], uuid[], boolean, boolean"
    op.get_bind().exec_driver_sql(
        f"DROP FUNCTION bump_revisions({arguments}), touched({arguments}),"
        " calendar_bookings(uuid, tstzrange, timestamptz), next_conflict_lapse(timestamptz);"
        " DROP INDEX scheduled_events_holds; DROP TABLE revisions"
    )
