"""Bookings, what they claim, their conflicts, and who may see them."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Make the tables, the functions that look past row policies, and the policies."""
    # The driver itself: SQLAlchemy would read the percent signs of format() as parameters.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for part in ("tables", "rights", "functions", "conflicts"):
        driver.execute((_SQL / f"0001_{part}.sql").read_text())


def downgrade() -> None:
    """Drop everything; the data goes with it."""
    op.get_bind().exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
