"""Closures that strand bookings, and what availability is judged by."""

from persistence.migrations.scripts import run_scripts

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a booking is blocked by, and the functions that look past row policies."""
    run_scripts("0004_availability")
