"""Where to listen."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from api.cli.cannot_run import CannotRun


@contextmanager
def bound_socket(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that holds the address but does not listen yet, so that nothing is started for a busy port."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise CannotRun(f"there is no address {host!r} to listen on; try --host 127.0.0.1") from error
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError as error:
            raise CannotRun(_why_not(host, port, error)) from error
        listener.set_inheritable(True)
        yield listener


def url_of(listener: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - recognised, not listened on
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _why_not(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} on {host} is in use; choose another with --port (make demo PORT={port + 1})"
        case errno.EACCES:
            return f"port {port} on {host} needs more rights than you have; choose one above 1023 with --port"
        case _:
            return f"cannot listen on {host} port {port}: {error.strerror}"
