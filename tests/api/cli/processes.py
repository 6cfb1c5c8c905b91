"""`callboard` as a process of its own, and what is left of it afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

PROJECT = Path(__file__).parents[3]
_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.02


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(_POLL_SECONDS)


class Process:
    """A running `callboard COMMAND`, with its output in a file."""

    def __init__(self, output: Path, environment: Mapping[str, str], *arguments: str) -> None:
        self.output = output
        script = "from api.cli import main; main()"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-c", script, *arguments],
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=PROJECT,
                env={**kept, **environment, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.output.read_text()

    def wait_for(self, words: str) -> None:
        """Until it has printed the words."""
        wait_until(lambda: words in self.text or self.process.poll() is not None)
        assert words in self.text, self.text

    def wait_until_ready(self, url: str) -> None:
        """Until /health/ready is 200."""

        def ready() -> bool:
            assert self.process.poll() is None, self.text
            try:
                return client.get(f"{url}/health/ready").status_code == 200
            except httpx.TransportError:
                return False

        with httpx.Client() as client:
            wait_until(ready)

    def descendants(self) -> set[int]:
        """The processes it has started, and those they have."""
        parents: dict[int, int] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    stat = (entry / "stat").read_text()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                parents[int(entry.name)] = int(stat.rsplit(")", 1)[1].split()[1])
        found = {self.process.pid}
        while True:
            more = {child for child, parent in parents.items() if parent in found} - found
            if not more:
                return found - {self.process.pid}
            found |= more

    def stop(self, how: signal.Signals) -> int:
        """Send the signal; the exit code once it and all it started are gone."""
        started = self.descendants()
        self.process.send_signal(how)
        code = self.process.wait(_PATIENCE_SECONDS)
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))
        return code

    def kill(self) -> None:
        """Make sure it is gone, however the test ended."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
