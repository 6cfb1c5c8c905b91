"""Facts as they are published, who may know them, and webhooks."""

from persistence.migrations.scripts import run_scripts

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, their policies, and the functions that look past row policies."""
    run_scripts("0007_facts")
