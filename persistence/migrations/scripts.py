"""Runs the SQL of a migration."""

from pathlib import Path

from alembic import op

_SQL = Path(__file__).parent / "sql"


def run_scripts(*names: str) -> None:
    """Run scripts of the `sql` folder in order, through the driver itself.

    SQLAlchemy would read the percent signs of format() as parameters.
    """
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for name in names:
        driver.execute((_SQL / f"{name}.sql").read_text())
