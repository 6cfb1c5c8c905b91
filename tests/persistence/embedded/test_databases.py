"""The three roles and the databases they share."""

import psycopg
import pytest
from psycopg import errors

from persistence.embedded import EmbeddedPostgres, EmbeddedUrls, libpq_url

ROLES = ["callboard_app", "callboard_owner", "callboard_worker"]


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        return connection.execute(query).fetchall()


def do(url: str, statement: str) -> None:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        connection.execute(statement)


def url_of(urls: EmbeddedUrls, role: str) -> str:
    return {"owner": urls.owner, "application": urls.application, "worker": urls.worker}[role]


def test_the_roles_are_plain_and_members_of_nothing(server: EmbeddedPostgres) -> None:
    found = rows(
        server.superuser_url,
        "SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls "
        "FROM pg_roles WHERE rolname LIKE 'callboard%' ORDER BY rolname",
    )
    assert found == [(role, True, False, False, False, False, False) for role in ROLES]
    assert (
        rows(
            server.superuser_url,
            "SELECT 1 FROM pg_auth_members WHERE 'callboard_owner callboard_app callboard_worker' "
            "LIKE '%' || member::regrole || '%' OR roleid::regrole::text LIKE 'callboard%'",
        )
        == []
    )


def test_the_owner_owns_the_database_the_schema_and_the_extension(server: EmbeddedPostgres) -> None:
    owners = rows(
        server.urls.owner,
        "SELECT (SELECT datdba::regrole::text FROM pg_database WHERE datname = 'callboard'), "
        "(SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'), "
        "(SELECT extowner::regrole::text FROM pg_extension WHERE extname = 'btree_gist')",
    )
    assert owners == [("callboard_owner",) * 3]


def test_the_owner_can_make_the_extension_itself(server: EmbeddedPostgres) -> None:
    urls = server.create_database("without_extension")
    do(urls.owner, "DROP EXTENSION btree_gist")
    do(urls.owner, "CREATE EXTENSION IF NOT EXISTS btree_gist")
    do(
        urls.owner,
        "CREATE TABLE claim (resource_id uuid, during tstzrange, "
        "EXCLUDE USING gist (resource_id WITH =, during WITH &&))",
    )
    server.drop_database("without_extension")


@pytest.mark.parametrize("role", ["application", "worker"])
@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine ()", "CREATE SCHEMA mine", "CREATE TEMPORARY TABLE mine ()", "CREATE ROLE mine"],
)
def test_who_serves_and_who_works_create_nothing(server: EmbeddedPostgres, role: str, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        do(url_of(server.urls, role), statement)


@pytest.mark.parametrize("role", ["owner", "application", "worker"])
@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_the_servers_own_databases_are_closed(server: EmbeddedPostgres, role: str, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        rows(url_of(server.urls_of(database), role), "SELECT 1")


def test_a_stranger_does_not_enter(server: EmbeddedPostgres) -> None:
    do(server.superuser_url, "CREATE ROLE stranger LOGIN PASSWORD 'stranger'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(
            host=str(server.socket_folder), user="stranger", password="stranger", dbname="callboard"
        )
    do(server.superuser_url, "DROP ROLE stranger")


def test_a_copy_of_a_database_has_its_tables_grants_and_rights(server: EmbeddedPostgres) -> None:
    template = server.create_database("template of tests")
    do(template.owner, "CREATE TABLE hall AS SELECT 'Main' AS name")
    do(template.owner, "GRANT SELECT ON hall TO callboard_app")
    copy = server.create_database("copy", template="template of tests")
    do(copy.owner, "INSERT INTO hall VALUES ('Annex')")
    assert rows(copy.application, "SELECT name FROM hall ORDER BY name") == [("Annex",), ("Main",)]
    assert rows(template.application, "SELECT name FROM hall") == [("Main",)]
    with pytest.raises(errors.InsufficientPrivilege):
        do(copy.worker, "SELECT name FROM hall")
    server.drop_database("copy")
    with pytest.raises(psycopg.OperationalError, match='database "copy" does not exist'):
        rows(copy.owner, "SELECT 1")
    server.drop_database("template of tests")


def test_dropping_ends_the_sessions_inside(server: EmbeddedPostgres) -> None:
    urls = server.create_database("busy")
    with psycopg.connect(libpq_url(urls.owner), autocommit=True) as connection:
        server.drop_database("busy")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    server.drop_database("busy")
