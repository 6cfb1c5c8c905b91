"""The running server."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from persistence.embedded.account import ServerAccount
from persistence.embedded.errors import EmbeddedPostgresFailed
from persistence.embedded.programs import Programs

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.01

_PROCESSES = Path("/proc")

_PID_LINE, _SOCKET_LINE, _STATUS_LINE = 0, 4, 7

# Reads until whoever started the server is gone, however it went, then asks the server for a fast shutdown.
_LIFELINE = 'read -r _; kill -INT "$1"'


@contextmanager
def running_server(
    account: ServerAccount, programs: Programs, data: Path, options: list[str], log: Path
) -> Iterator[int]:
    """A ready server's process id; it ends with the block, or with our process should that be killed."""
    deadline = time.monotonic() + _START_SECONDS
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "ab") as output:
        command = [str(programs / "postgres"), "-D", str(data), *options]
        server = account.popen(command, stdin=subprocess.DEVNULL, output=output)
    lifeline = None
    try:
        lifeline = account.popen(
            ["/bin/sh", "-c", _LIFELINE, "sh", str(server.pid)],
            stdin=subprocess.PIPE,
            output=subprocess.DEVNULL,
        )
        _wait_until_ready(server, data, log, deadline)
        yield server.pid
    finally:
        _stop(server)
        if lifeline is not None:
            lifeline.communicate()


def stop_orphan(account: ServerAccount, programs: Programs, data: Path) -> None:
    """End a server that outlived whoever started it, and forget one whose process id is another's by now."""
    lines = _pid_file_lines(data)
    if not lines:
        return
    pid = int(lines[_PID_LINE])
    if _is_server_of(data, pid, account):
        code, printed = account.run(programs / "pg_ctl", "stop", "-D", data, "-m", "fast", "-w", "-t", "60")
        if code != 0 and _pid_file_lines(data):
            raise EmbeddedPostgresFailed(
                f"A server left behind on {data} (process {pid}) does not stop: {printed}\n"
                f"  End it by hand: kill {pid}"
            )
    elif _is_alive(pid):
        (data / "postmaster.pid").unlink(missing_ok=True)


def running_socket_folder(data: Path) -> Path | None:
    """Where the server that has this data open listens, once it is ready."""
    lines = _pid_file_lines(data)
    if len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready":
        return Path(lines[_SOCKET_LINE])
    return None


def _wait_until_ready(server: "subprocess.Popen[bytes]", data: Path, log: Path, deadline: float) -> None:
    while server.poll() is None:
        lines = _pid_file_lines(data)
        if lines and int(lines[_PID_LINE]) == server.pid and running_socket_folder(data):
            return
        if time.monotonic() > deadline:
            raise EmbeddedPostgresFailed.with_log(
                f"The embedded PostgreSQL was not ready after {_START_SECONDS:.0f} seconds.",
                log,
                "A long recovery after a crash may need a second try.",
            )
        time.sleep(_POLL_SECONDS)
    raise EmbeddedPostgresFailed.with_log(
        f"The embedded PostgreSQL ended while starting (code {server.returncode}).",
        log,
        "Is the disk full, or /dev/shm too small? Otherwise move the home away and start afresh.",
    )


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """Fast shutdown, which ends every session in order; the immediate one where that takes too long."""
    for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        server.send_signal(request)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(_STOP_SECONDS)
            return


def _pid_file_lines(data: Path) -> list[str]:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
    return lines if lines and lines[_PID_LINE].isdigit() else []


def _is_server_of(data: Path, pid: int, account: ServerAccount) -> bool:
    """Whether a process is the server of this data, which is its working directory.

    Asked as the server's account: a container's root may not look into another account's processes.
    """
    if not _PROCESSES.exists():
        return _is_alive(pid)
    code, printed = account.run(
        "/bin/sh", "-c", 'cd -P -- "$1" && pwd -P', "sh", _PROCESSES / str(pid) / "cwd"
    )
    return code == 0 and printed == str(data.resolve())


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
