"""Uvicorn, run so that it ends inside the block that started it."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.config import LOGGING_CONFIG
from uvicorn.supervisors import Multiprocess

from api.cli.cannot_run import CannotRun
from api.telemetry.logs import log_config

_GRACE_SECONDS = 5
_POLL_SECONDS = 0.05

Announce = Callable[[], None]


class _AnnouncingServer(uvicorn.Server):
    """Says where it is only when it really listens."""

    def __init__(self, config: uvicorn.Config, announce: Announce) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def run_server(
    listener: socket.socket,
    database_url: str,
    announce: Announce,
    *,
    workers: int,
    quiet: bool,
    json_logs: bool = False,
) -> None:
    """Serve on the socket until a signal ends it.

    announce: called once it listens. quiet: warnings only, no line a request. json_logs: for programs.
    """
    level = "warning" if quiet else "info"
    # How the processes that serve learn of the embedded database; our own environment ends with us.
    os.environ["CALLBOARD_DATABASE_URL"] = database_url
    config = uvicorn.Config(
        "api.asgi:create",
        factory=True,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        workers=workers,
        log_level=level,
        log_config=log_config(level) if json_logs else LOGGING_CONFIG,
        access_log=not quiet,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    if workers > 1:
        _run_workers(config, listener, announce)
    else:
        server = _AnnouncingServer(config, announce)
        try:
            server.run([listener])
        except OSError as error:
            # Two that start at once can both hold the port until the first of them listens.
            raise CannotRun(
                f"the server cannot listen: {error.strerror}; is another one starting?"
            ) from error
        if not server.started:
            raise CannotRun("the server did not start; see above")


def _run_workers(config: uvicorn.Config, listener: socket.socket, announce: Announce) -> None:
    supervisor = Multiprocess(config, [listener])
    waiter = threading.Thread(target=_announce_when_listening, args=(supervisor, announce), daemon=True)
    waiter.start()
    supervisor.run()


def _announce_when_listening(supervisor: Multiprocess, announce: Announce) -> None:
    address: Any = supervisor.sockets[0].getsockname()
    while not supervisor.should_exit.is_set():
        with socket.socket(supervisor.sockets[0].family, socket.SOCK_STREAM) as probe:
            if probe.connect_ex(address) == 0:
                announce()
                return
        time.sleep(_POLL_SECONDS)
