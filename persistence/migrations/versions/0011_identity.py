"""Passwords, sessions, service accounts and their tokens."""

from persistence.migrations.scripts import run_scripts

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

additive = True


def upgrade() -> None:
    """Make the tables, their policies and the functions that look past them."""
    run_scripts("0011_identity")
