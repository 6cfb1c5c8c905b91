"""Bookings, what they claim, their conflicts, and who may see them."""

from alembic import op

from persistence.migrations.scripts import run_scripts

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, the functions that look past row policies, and the policies."""
    run_scripts("0001_tables", "0001_rights", "0001_functions", "0001_conflicts")


def downgrade() -> None:
    """Drop everything; the data goes with it."""
    op.get_bind().exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
