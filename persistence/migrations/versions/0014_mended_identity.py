"""Sign-ins that hold, and rights that end with what they come from."""

from persistence.migrations.scripts import run_scripts

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

additive = True


def upgrade() -> None:
    """Replace the functions and the policy."""
    run_scripts("0014_mended_identity")
