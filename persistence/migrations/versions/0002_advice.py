"""Advice reads what bears on a clash, not the whole house."""

from persistence.migrations.scripts import run_scripts

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Narrow what advice reads, and tell the planner how little it is."""
    run_scripts("0002_advice")
