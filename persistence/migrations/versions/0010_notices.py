"""What people are told of, and how holds stand."""

from persistence.migrations.scripts import run_scripts

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

additive = True


def upgrade() -> None:
    """Make the tables, their policies and what notices are made by."""
    run_scripts("0010_notices")
