"""Each promise broken by hand in a real database, and the exact finding."""

from __future__ import annotations

import pytest

from api.doctor.checks import CHECKS, FIRST
from persistence.migrate import newest_revision
from tests.api.doctor.conftest import Find, Surgery, filled

# The check, the surgery, and what is found: $names are of the scene.
BREAKS = [
    (
        "double-bookings",
        (
            "ALTER TABLE claims DROP CONSTRAINT claims_no_double_booking;"
            " UPDATE claims SET during = '$other_during' WHERE claim_id = '$claim'"
        ),
        [("$booking and $other", "both hold Ballroom from $other_start")],
    ),
    (
        "exclusion-constraint",
        "ALTER TABLE claims DROP CONSTRAINT claims_no_double_booking",
        [("claims", "the constraint claims_no_double_booking is missing, invalid or another one")],
    ),
    (
        "exclusion-constraint",
        (
            "ALTER TABLE claims DROP CONSTRAINT claims_no_double_booking; ALTER TABLE claims ADD CONSTRAINT"
            " claims_no_double_booking EXCLUDE USING gist (resource_id WITH =, during WITH &&)"
            " WHERE (enforced AND live)"
        ),
        [("claims", "the constraint claims_no_double_booking is missing, invalid or another one")],
    ),
    (
        "claims-present",
        "DELETE FROM claims WHERE claim_id = '$claim'",
        [("$booking", "does not claim Ballroom")],
    ),
    (
        "claims-agree",
        (
            "UPDATE claims SET during = tstzrange(lower(during), upper(during) + interval '1 minute'),"
            " owner_id = gen_random_uuid() WHERE claim_id = '$claim'"
        ),
        [("$booking", "claims Ballroom with another time, owner")],
    ),
    (
        "claims-agree",
        "UPDATE claims SET live = false, enforced = false WHERE claim_id = '$claim'",
        [("$booking", "claims Ballroom with another liveness")],
    ),
    (
        "claims-agree",
        "UPDATE claims SET is_hold = true, enforced = false WHERE claim_id = '$claim'",
        [("$booking", "claims Ballroom with another firmness")],
    ),
    (
        "claims-guarded",
        "UPDATE claims SET enforced = false WHERE claim_id = '$claim'",
        [("$booking", "its claim on Ballroom is not guarded")],
    ),
    (
        "claims-guarded",
        (
            "UPDATE claims SET resource_id = r.resource_id FROM resources r"
            " WHERE claim_id = '$claim' AND r.resource_type = 1 AND r.name = (SELECT min(name) FROM resources"
            " WHERE resource_type = 1); UPDATE resources SET name = 'Somebody' WHERE resource_type = 1"
        ),
        [("$booking", "its claim on Somebody is guarded and must not be")],
    ),
    (
        "blocked-flags",
        "UPDATE scheduled_events SET is_blocked = true WHERE scheduled_event_id = '$booking'",
        [("$booking", "is blocked by nothing")],
    ),
    (
        "blocks",
        (
            "INSERT INTO resource_availability SELECT gen_random_uuid(), '$hall', during, 'Flood', now(),"
            " gen_random_uuid() FROM scheduled_events WHERE scheduled_event_id = '$booking'"
        ),
        [("$booking", "Ballroom is closed: Flood; noted is None")],
    ),
    (
        "blocks",
        (
            "UPDATE scheduled_events SET is_blocked = true,"
            """ blocks = '[{"resource_id": "$hall", "reason": "closed"}]' """
            "WHERE scheduled_event_id = '$booking'"
        ),
        [("$booking", "Ballroom is open; noted is closed")],
    ),
    (
        "series-occur",
        "DELETE FROM scheduled_events WHERE series_id = '$series'",
        [("$series", "has none")],
    ),
    (
        "occurrence-times",
        (
            "UPDATE scheduled_events SET during = tstzrange(lower(during) + interval '1 hour', upper(during))"
            " WHERE scheduled_event_id = '$occurrence'"
        ),
        [("$series", "$original_start is at another instant than the zone's clock says")],
    ),
    (
        "occurrence-dates",
        (
            "UPDATE series SET first_start = first_start + interval '1 minute' WHERE series_id = '$series';"
            " UPDATE scheduled_events SET original_start = original_start + interval '1 minute'"
            " WHERE series_id = '$series' AND scheduled_event_id <> '$occurrence'"
        ),
        [("$series", "$original_start is no date of its rule")],
    ),
    (
        "revisions-count",
        "DELETE FROM revisions WHERE id = '$calendar'",
        [("$calendar", "has bookings and no revision")],
    ),
    (
        "conflicts",
        "DELETE FROM schedule_conflicts WHERE conflicting_event_id = '$earlier'",
        [("$later and $earlier", "clash (VenueConflict, Critical), which is not on record so")],
    ),
    (
        "conflicts",
        (
            "INSERT INTO schedule_conflicts (schedule_conflict_id, scheduled_event_id, conflicting_event_id,"
            " resource_id, conflict_type, conflict_level, status, detected_at)"
            " VALUES (gen_random_uuid(), '$booking', '$other', '$hall', 2, 4, 0, now())"
        ),
        [("$booking and $other", "do not clash any more (VenueConflict), by Rescheduled")],
    ),
    (
        "row-security",
        "ALTER TABLE events NO FORCE ROW LEVEL SECURITY; ALTER TABLE claims DISABLE ROW LEVEL SECURITY",
        [("claims", "is not enabled and forced"), ("events", "is not enabled and forced")],
    ),
    (
        "row-policies",
        (
            "ALTER POLICY events_owner ON events USING (false); DROP POLICY claims_worker ON claims;"
            " DROP POLICY suggestions_own ON suggestions"
        ),
        [
            ("claims", "has no policy for callboard_worker"),
            ("events", "has no policy for callboard_owner"),
            ("suggestions", "has no policy for callboard_app"),
        ],
    ),
    ("logins", "ALTER TABLE events OWNER TO callboard_app", [("callboard_app", "owns events")]),
    (
        "grants",
        (
            "GRANT SELECT ON events TO PUBLIC; GRANT DELETE ON audit_log TO callboard_app;"
            " GRANT TRUNCATE ON claims TO callboard_worker; REVOKE SELECT ON users FROM callboard_worker"
        ),
        [
            ("PUBLIC on events", "may SELECT"),
            ("callboard_app on audit_log", "may DELETE"),
            ("callboard_worker on claims", "may TRUNCATE"),
            ("callboard_worker on users", "may not SELECT"),
        ],
    ),
    (
        "functions",
        (
            "ALTER FUNCTION oldest_fact() RESET search_path;"
            " GRANT EXECUTE ON FUNCTION oldest_fact() TO PUBLIC;"
            " ALTER FUNCTION booking_is_live(uuid, timestamptz) OWNER TO postgres"
        ),
        [
            ("booking_is_live(uuid,timestamp with time zone)", "is not the owner's"),
            ("oldest_fact()", "has no fixed search_path and may be called by everybody"),
        ],
    ),
    (
        "schema-valid",
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'claims_resource_during'::regclass;"
            " ALTER TABLE users DISABLE TRIGGER users_end_feeds_and_exports;"
            " ALTER TABLE users ADD CONSTRAINT named CHECK (name <> '') NOT VALID"
        ),
        [
            ("claims_resource_during", "is not a valid index"),
            ("users.named", "is not validated"),
            ("users.users_end_feeds_and_exports", "is disabled"),
        ],
    ),
    (
        "sequence-whole",
        (
            "DELETE FROM outbox WHERE sequence IN (7, 8); UPDATE outbox SET published_at = NULL, outbox_id ="
            " '00000000-0000-0000-0000-000000000001' WHERE sequence = 20"
        ),
        [
            (
                "00000000-0000-0000-0000-000000000001",
                "is published without a number, or numbered without being published",
            ),
            ("facts after 6", "the next one is 9"),
        ],
    ),
    (
        "positions",
        (
            "UPDATE outbox SET sequence = sequence + 1000; DELETE FROM relay_positions WHERE name = 'redis';"
            " UPDATE outbox SET sequence = 9999 WHERE sequence = (SELECT max(sequence) FROM outbox);"
            " UPDATE relay_positions SET sequence = 5"
        ),
        [("published", "is at 5, facts at 9999"), ("redis", "is missing")],
    ),
    (
        "relay",
        (
            "UPDATE outbox SET published_at = NULL, sequence = NULL, occurred_at = '2026-01-01Z'"
            " WHERE sequence <= 2"
        ),
        [("2 facts", "wait since 2026-01-01 00:00:00+00")],
    ),
    (
        "jobs-alive",
        (
            "INSERT INTO procrastinate_jobs (id, queue_name, task_name, priority, status)"
            " VALUES (5, 'jobs', 'Lost', 0, 'doing')"
        ),
        [("job 5", "Lost has no worker")],
    ),
    (
        "jobs-done",
        (
            "INSERT INTO procrastinate_jobs (id, queue_name, task_name, priority, status, attempts)"
            " VALUES (6, 'jobs', 'Hopeless', 0, 'failed', 30)"
        ),
        [("job 6", "Hopeless failed 30 times")],
    ),
    (
        "webhooks",
        (
            "INSERT INTO webhooks (webhook_id, owner_id, role, url, fact_types, secret_number,"
            " created_at, version, failures, failing_since, disabled_at) SELECT id, gen_random_uuid(), 2, 'https://x',"
            " '{EventRescheduled}', 1, now(), 1, 1, '2026-01-01Z', off FROM (VALUES"
            " ('00000000-0000-0000-0000-00000000000a'::uuid, NULL),"
            " ('00000000-0000-0000-0000-00000000000b', '2026-01-02Z'::timestamptz)) AS one (id, off)"
        ),
        [
            ("00000000-0000-0000-0000-00000000000a", "fails since 2026-01-01 00:00:00+00"),
            ("00000000-0000-0000-0000-00000000000b", "is disabled since 2026-01-02 00:00:00+00"),
        ],
    ),
    (
        "jobs-on-time",
        (
            "DELETE FROM job_runs WHERE job <> 'RetentionJob'; UPDATE job_runs SET error = 'boom',"
            " started_at = '2040-01-01Z'; INSERT INTO job_runs SELECT gen_random_uuid(), job, NULL,"
            " '2040-01-01Z', 1"
            " FROM unnest(ARRAY['ConflictDetectionJob', 'ConflictEscalationJob', 'AvailabilityCleanupJob',"
            " 'RecurrenceExpansionJob', 'CalendarCacheWarmupJob', 'ExportCleanupJob',"
            " 'HoldUpkeepJob']) AS job"
        ),
        [("RetentionJob", "failed at 2040-01-01 00:00Z: boom")],
    ),
    (
        "schema",
        "COMMENT ON TABLE procrastinate_jobs IS '00.01'",
        [("procrastinate_jobs", "has not seen the library's newest migrations")],
    ),
    (
        "schema",
        "UPDATE alembic_version SET version_num = '0003'",
        [
            (
                "the schema",
                (
                    f"the database is at revision 0003, this code needs {newest_revision()};"
                    " run `callboard migrate` first"
                ),
            )
        ],
    ),
]


@pytest.mark.parametrize(
    ("name", "statements", "expected"), BREAKS, ids=[f"{one[0]}-{n}" for n, one in enumerate(BREAKS)]
)
async def test_what_is_broken_is_found(
    name: str,
    statements: str,
    expected: list[tuple[str, str]],
    surgery: Surgery,
    scene: dict[str, str],
    find: Find,
) -> None:
    assert await find(name) == []
    surgery(filled(statements, scene))
    wanted = [(filled(subject, scene), filled(detail, scene)) for subject, detail in expected]
    assert sorted(await find(name)) == sorted(wanted)


HOLD = """
WITH gone AS (
    UPDATE scheduled_events SET status = 0, hold_expires_at = now() - interval '$minutes minutes'
    WHERE scheduled_event_id = '$booking'
)
INSERT INTO schedule_conflicts (schedule_conflict_id, scheduled_event_id, conflicting_event_id, resource_id,
    conflict_type, conflict_level, status, detected_at)
VALUES (gen_random_uuid(), '$booking', '$other', '$hall', 0, 1, 0, now())
"""


@pytest.mark.parametrize(("minutes", "number"), [("1", 0), ("60", 1)])
async def test_conflicts_of_a_hold_may_outlive_it_until_detection_comes_by(
    minutes: str, number: int, surgery: Surgery, scene: dict[str, str], find: Find
) -> None:
    surgery(filled(HOLD, {**scene, "minutes": minutes}))
    over = ("{booking} and {other}".format(**scene), "do not clash any more (TimeOverlap), by EventCancelled")
    assert await find("conflicts") == [over] * number


async def test_a_healthy_venue_has_no_findings(find: Find) -> None:
    assert {check.name: found for check in (FIRST, *CHECKS) if (found := await find(check.name))} == {}
