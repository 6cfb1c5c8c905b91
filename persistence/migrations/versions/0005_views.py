"""Calendar views, and the revisions that cached answers carry."""

from persistence.migrations.scripts import run_scripts

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what views read, and the revisions."""
    run_scripts("0005_views", "0005_revisions")
