"""Roles and databases of the embedded server."""

import psycopg
from psycopg import Connection, sql

from persistence.embedded.note import ClusterNote
from persistence.embedded.urls import libpq_url

SUPERUSER = "postgres"
OWNER = "callboard_owner"
APPLICATION = "callboard_app"
WORKER = "callboard_worker"
DATABASE = "callboard"

_ROLE_LIMITS = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS")


def connect(url: str) -> Connection:
    """A connection on which each statement is its own transaction, as CREATE DATABASE needs."""
    return psycopg.connect(libpq_url(url), autocommit=True)


def create_roles(connection: Connection, note: ClusterNote) -> None:
    """Make the three login roles, members of nothing, and shut the server's own databases to them."""
    passwords = {
        OWNER: note.owner_password,
        APPLICATION: note.application_password,
        WORKER: note.worker_password,
    }
    for role, password in passwords.items():
        connection.execute(
            sql.SQL("CREATE ROLE {} {} PASSWORD {}").format(
                sql.Identifier(role), _ROLE_LIMITS, sql.Literal(password)
            )
        )
    for database in ("postgres", "template1"):
        connection.execute(
            sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database))
        )


def create_database(connection: Connection, name: str, template: str | None, *, durable: bool) -> None:
    """Make a database that is the owner's and that the three roles alone may enter.

    template: a database to copy whole; nobody may be connected to it.
    """
    database = sql.Identifier(name)
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY {}").format(
            database,
            sql.Identifier(OWNER),
            sql.Identifier(template or "template0"),
            sql.SQL("WAL_LOG" if durable else "FILE_COPY"),
        )
    )
    connection.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}, {}").format(
            database, sql.Identifier(OWNER), sql.Identifier(APPLICATION), sql.Identifier(WORKER)
        )
    )


def prepare_schema(connection: Connection) -> None:
    """Give a fresh database's schema and btree_gist to the owner; the other roles create nothing there."""
    owner = sql.Identifier(OWNER)
    connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
    connection.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
    connection.execute(sql.SQL("SET ROLE {}").format(owner))
    connection.execute(sql.SQL("CREATE EXTENSION btree_gist SCHEMA public"))


def drop_database(connection: Connection, name: str) -> None:
    """Drop a database, ending the sessions in it."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
