"""Series and their occurrences."""

from persistence.migrations.scripts import run_scripts

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make series, and bookings their occurrences."""
    run_scripts("0003_series")
