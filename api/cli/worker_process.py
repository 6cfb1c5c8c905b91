"""A worker beside the server, for as long as that runs."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

log = logging.getLogger("callboard.worker_process")

_COMMAND = (sys.executable, "-m", "api.cli", "worker", "--attached")
_AGAIN_SECONDS = 2.0
_GRACE_SECONDS = 20.0


@contextmanager
def worker_beside(worker_url: str | None, **settings: str) -> Iterator[None]:
    """Run `callboard worker` while the block runs, anew if it dies. Nothing is run without a URL.

    settings: environment variables that it has besides ours, where we have no other value for them.
    It ends with us however we end: its standard input is a pipe of ours.
    """
    if worker_url is None:
        yield
        return
    attendant = _Attendant({**settings, **os.environ, "CALLBOARD_DATABASE_WORKER_URL": worker_url})
    attendant.start()
    try:
        yield
    finally:
        attendant.stop()


class _Attendant(threading.Thread):
    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(daemon=True)
        self._environment = environment
        self._over = threading.Event()
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        while True:
            with self._starting:
                if self._over.is_set():
                    return
                # A session of its own: Ctrl-C is for us, and we end it in order.
                self._process = subprocess.Popen(
                    _COMMAND, stdin=subprocess.PIPE, env=self._environment, start_new_session=True
                )
            code = self._process.wait()
            if self._over.wait(_AGAIN_SECONDS):
                return
            log.warning("the worker ended with code %d; another one is started", code)

    def stop(self) -> None:
        with self._starting:
            self._over.set()
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
