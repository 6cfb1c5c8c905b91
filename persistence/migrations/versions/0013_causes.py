"""Which request a fact comes from."""

from persistence.migrations.scripts import run_scripts

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

additive = True


def upgrade() -> None:
    """Give facts on their way out their cause."""
    run_scripts("0013_causes")
