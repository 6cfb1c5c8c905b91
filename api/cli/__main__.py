"""`python -m api.cli`: the command line, for a process that starts another."""

from api.cli import main

main()
