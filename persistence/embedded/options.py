"""How the embedded server is set up."""

from pathlib import Path

from persistence.embedded.urls import PORT


def server_options(socket_folder: Path, max_connections: int, *, durable: bool) -> list[str]:
    """The server's settings on its command line, so that a newer Callboard's settings reach an older cluster.

    durable: false trades safety against a crash of the machine for speed; for tests only.
    """
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "max_connections": str(max_connections),
        "shared_buffers": "128MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %u@%d ",
        "logging_collector": "off",
        "log_destination": "stderr",
    }
    if not durable:
        settings |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
        }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def initdb_options(superuser: str, password_file: Path, *, durable: bool) -> list[str]:
    """How a cluster is made: UTF-8 in PostgreSQL's own collation, so that it sorts alike on every machine."""
    return [
        f"--username={superuser}",
        f"--pwfile={password_file}",
        "--auth-local=scram-sha-256",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        *([] if durable else ["--no-sync", "--wal-segsize=1"]),
        # Stretching protects guessable passwords; ours are 256 random bits, and each connection pays for it.
        "--set=scram_iterations=1",
    ]
