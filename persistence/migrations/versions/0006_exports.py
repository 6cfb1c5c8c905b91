"""Exported files, feeds, and what an export may tell of a calendar."""

from persistence.migrations.scripts import run_scripts

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, their policies, and the functions that look past row policies."""
    run_scripts("0006_exports")
