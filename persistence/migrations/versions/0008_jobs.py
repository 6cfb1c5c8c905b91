"""Runs of jobs, archived closures, and whom a calendar's conflicts are escalated to."""

from persistence.migrations.scripts import run_scripts

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their policies."""
    run_scripts("0008_jobs")
