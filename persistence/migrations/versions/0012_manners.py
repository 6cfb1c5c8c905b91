"""Answers by Idempotency-Key, and what undoes an applied fix."""

from persistence.migrations.scripts import run_scripts

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

additive = True


def upgrade() -> None:
    """Make the tables and columns, their policies and functions."""
    run_scripts("0012_manners")
