"""Changes that wait for a manager."""

from persistence.migrations.scripts import run_scripts

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, its policies and what statuses are told by."""
    run_scripts("0009_approvals")
