"""Who may do what, as the database has it (DESIGN 4.8)."""

from persistence.readers.invariants.invariant import Invariant

_MIGRATIONS = "Somebody changed it by hand: undo that. persistence/migrations/sql has it as it should be."
_TABLES = """
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""
# Counters and the library's queue: rows that say nothing of anybody.
_GUARDED = f"""
    {_TABLES} AND c.relname NOT IN ('alembic_version', 'revisions', 'relay_positions')
    AND c.relname NOT LIKE 'procrastinate\\_%'
"""

RIGHTS = (
    Invariant(
        "row-security",
        "Row-level security is enabled and forced on every table",
        _MIGRATIONS,
        f"SELECT c.relname, 'is not enabled and forced' {_GUARDED}"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
    ),
    Invariant(
        "row-policies",
        "Owner and worker see every row of every table, and the application sees some of what it may ask",
        _MIGRATIONS,
        f"""
        SELECT c.relname, 'has no policy for ' || login {
            _GUARDED.replace(
                "WHERE",
                '''
            CROSS JOIN unnest(ARRAY['callboard_owner', 'callboard_worker', 'callboard_app'])
            AS login WHERE''',
                1,
            )
        }
          AND NOT EXISTS (
              SELECT FROM pg_policies p
              WHERE p.schemaname = 'public' AND p.tablename = c.relname AND login = ANY (p.roles)
                AND (login = 'callboard_app' OR p.cmd = 'ALL' AND p.qual = 'true' AND p.with_check = 'true'))
          AND (login <> 'callboard_app'
               OR has_table_privilege(login, c.oid, 'SELECT, INSERT, UPDATE, DELETE'))
        """,  # noqa: S608
    ),
    Invariant(
        "logins",
        "No login is more than it has to be, and the application owns nothing",
        "ALTER ROLE ... NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB; REVOKE the membership;"
        " ALTER ... OWNER TO callboard_owner.",
        """
        SELECT r.rolname, 'is a superuser, passes row-level security or makes roles or databases'
        FROM pg_roles r
        WHERE r.rolname IN ('callboard_owner', 'callboard_app', 'callboard_worker')
          AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication)
        UNION ALL
        SELECT m.member::regrole::text, 'is a member of ' || m.roleid::regrole FROM pg_auth_members m
        WHERE m.member::regrole::text IN ('callboard_owner', 'callboard_app', 'callboard_worker')
        UNION ALL
        SELECT c.relowner::regrole::text, 'owns ' || c.relname FROM pg_class c
        WHERE c.relowner::regrole::text IN ('callboard_app', 'callboard_worker')
          AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        UNION ALL
        SELECT login, 'is missing'
        FROM unnest(ARRAY['callboard_owner', 'callboard_app', 'callboard_worker']) AS login
        WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = login)
        """,
    ),
    Invariant(
        "grants",
        "Logins may do with tables what the migrations say, and everybody else nothing",
        _MIGRATIONS,
        f"""
        SELECT grantee || ' on ' || relname, 'may ' || privilege_type FROM (
            SELECT c.relname, a.privilege_type,
                   CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
            FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        ) g
        WHERE grantee NOT IN ('callboard_owner', 'callboard_app', 'callboard_worker')
           OR grantee <> 'callboard_owner' AND privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
           OR grantee = 'callboard_app' AND (relname, privilege_type) IN (
               VALUES ('audit_log', 'UPDATE'), ('audit_log', 'DELETE'), ('outbox', 'SELECT'),
                   ('outbox', 'UPDATE'), ('outbox', 'DELETE'), ('revisions', 'INSERT'),
                   ('revisions', 'UPDATE'), ('revisions', 'DELETE'), ('relay_positions', 'INSERT'),
                   ('relay_positions', 'UPDATE'), ('relay_positions', 'DELETE'),
                   ('schedule_conflicts', 'INSERT'), ('schedule_conflicts', 'DELETE'),
                   ('job_runs', 'SELECT'), ('archived_closures', 'SELECT'))
        UNION ALL
        SELECT 'callboard_worker on ' || c.relname, 'may not SELECT' {_TABLES}
          AND NOT has_table_privilege('callboard_worker', c.oid, 'SELECT')
        """,  # noqa: S608
    ),
    Invariant(
        "functions",
        "Functions that look past row policies have a fixed search path and are granted by name",
        _MIGRATIONS,
        """
        SELECT p.oid::regprocedure::text, concat_ws(' and ',
            CASE WHEN NOT fixed THEN 'has no fixed search_path' END,
            CASE WHEN open THEN 'may be called by everybody' END,
            CASE WHEN NOT owned THEN 'is not the owner''s' END)
        FROM pg_proc p CROSS JOIN LATERAL (SELECT
            EXISTS (SELECT FROM unnest(p.proconfig) one WHERE one LIKE 'search_path=%') AS fixed,
            p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0) AS open,
            p.proowner::regrole::text = 'callboard_owner' AS owned) told
        WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND NOT (fixed AND NOT open AND owned)
        """,
    ),
    Invariant(
        "schema-valid",
        "Every index, constraint and trigger is valid and in force",
        "REINDEX INDEX, ALTER TABLE ... VALIDATE CONSTRAINT or ALTER TABLE ... ENABLE TRIGGER, by name.",
        """
        SELECT i.indexrelid::regclass::text, 'is not a valid index' FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
        WHERE NOT (i.indisvalid AND i.indisready AND i.indislive)
        UNION ALL
        SELECT c.conrelid::regclass || '.' || c.conname, 'is not validated' FROM pg_constraint c
        WHERE c.connamespace = 'public'::regnamespace AND NOT c.convalidated
        UNION ALL
        SELECT t.tgrelid::regclass || '.' || t.tgname, 'is disabled' FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = 'public'::regnamespace
        WHERE t.tgenabled NOT IN ('O', 'A')
        """,
    ),
)
"""In the order in which they are best dealt with."""
