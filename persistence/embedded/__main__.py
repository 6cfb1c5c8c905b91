"""`python -m persistence.embedded remove HOME`: delete a home's database, wherever it lies."""

import sys
from pathlib import Path

from persistence.embedded.errors import EmbeddedPostgresFailed
from persistence.embedded.server import EmbeddedPostgres


def main(arguments: list[str]) -> int:
    """Do what the command line asks; 0 when done, 1 when refused, 2 when not understood."""
    match arguments:
        case ["remove", home]:
            try:
                EmbeddedPostgres(Path(home)).remove()
            except EmbeddedPostgresFailed as error:
                print(error, file=sys.stderr)
                return 1
            return 0
        case _:
            print("usage: python -m persistence.embedded remove HOME", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
