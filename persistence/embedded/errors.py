"""What can go wrong with the embedded server."""

from pathlib import Path

_LOG_LINES_SHOWN = 12


class EmbeddedPostgresFailed(Exception):
    """The embedded PostgreSQL could not do what was asked; the message says why and what to do next."""

    @classmethod
    def with_log(cls, what: str, log: Path, advice: str) -> "EmbeddedPostgresFailed":
        """The same, with the last lines the server wrote before it gave up."""
        lines = log.read_text(errors="replace").splitlines()[-_LOG_LINES_SHOWN:] if log.exists() else []
        shown = "".join(f"\n    {line}" for line in lines) or "\n    (the log is empty)"
        return cls(f"{what}\n  Last lines of {log}:{shown}\n  {advice}")
