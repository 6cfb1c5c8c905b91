"""Bookings and what they claim (DESIGN 4.3, 4.4, 4.7). Changes of resources reach what is still to come."""

from persistence.readers.invariants.invariant import Invariant

DETECT = "Run `callboard job ConflictDetectionJob`."
REPORT = "Report this as a bug of Callboard; until it is understood, restore a backup from before."

BOOKINGS = (
    Invariant(
        "double-bookings",
        "No two bookings hold the same single venue at the same time",
        "Move or cancel one of the two, then create the constraint claims_no_double_booking again.",
        """
        SELECT a.scheduled_event_id || ' and ' || b.scheduled_event_id,
               'both hold ' || r.name || ' from ' || greatest(lower(a.during), lower(b.during))
        FROM claims a
        JOIN claims b ON b.resource_id = a.resource_id AND b.claim_id > a.claim_id AND b.during && a.during
        JOIN resources r ON r.resource_id = a.resource_id
        WHERE a.enforced AND b.enforced
        """,
    ),
    Invariant(
        "exclusion-constraint",
        "The database itself refuses double bookings",
        "End double bookings, then add the constraint as in persistence/migrations/sql/0001_tables.sql.",
        """
        SELECT 'claims', 'the constraint claims_no_double_booking is missing, invalid or another one'
        WHERE NOT EXISTS (
            SELECT FROM pg_constraint c JOIN pg_index i ON i.indexrelid = c.conindid
            WHERE c.conrelid = 'claims'::regclass AND c.conname = 'claims_no_double_booking'
              AND i.indisvalid AND i.indisready AND i.indislive
              AND pg_get_constraintdef(c.oid)
                  = 'EXCLUDE USING gist (resource_id WITH =, during WITH &&) WHERE (enforced)'
        )
        """,
    ),
    Invariant(
        "claims-present",
        "Every booking claims the resource its calendar is of",
        REPORT,
        """
        SELECT b.scheduled_event_id::text, 'does not claim ' || r.name
        FROM scheduled_events b
        JOIN calendars k ON k.calendar_id = b.calendar_id AND k.owner_type <= 2
        JOIN resources r ON r.resource_id = k.owner_id
        WHERE b.status <> 4 AND lower(b.during) > :now
          AND NOT EXISTS (SELECT FROM claims c
                          WHERE c.scheduled_event_id = b.scheduled_event_id AND c.resource_id = r.resource_id)
        """,
    ),
    Invariant(
        "claims-agree",
        "Every claim is held as its booking is: when, by whom, and whether at all",
        REPORT,
        """
        SELECT b.scheduled_event_id::text, 'claims ' || r.name || ' with another ' || wrong
        FROM claims c
        JOIN scheduled_events b ON b.scheduled_event_id = c.scheduled_event_id
        JOIN resources r ON r.resource_id = c.resource_id
        CROSS JOIN LATERAL (SELECT concat_ws(', ',
            CASE WHEN c.live <> (b.status <> 4) THEN 'liveness' END,
            CASE WHEN b.status <> 4 AND lower(b.during) > :now AND c.during <> tstzrange(
                lower(b.during) - make_interval(mins => r.setup_minutes),
                upper(b.during) + make_interval(mins => r.teardown_minutes)) THEN 'time' END,
            CASE WHEN b.status <> 4 AND c.is_hold <> (b.status = 0) THEN 'firmness' END,
            CASE WHEN b.status = 0 AND c.hold_expires_at IS DISTINCT FROM b.hold_expires_at THEN 'expiry' END,
            CASE WHEN c.calendar_id <> b.calendar_id THEN 'calendar' END,
            CASE WHEN c.owner_id <> b.owner_id THEN 'owner' END) AS wrong) w
        WHERE wrong <> ''
        """,
    ),
    Invariant(
        "claims-guarded",
        "Claims on single venues that clash with nothing are guarded against double booking, and no others",
        DETECT + " If it stays, change the resource's quantity and back: that judges its claims anew.",
        """
        SELECT c.scheduled_event_id::text, 'its claim on ' || r.name
               || CASE WHEN c.enforced THEN ' is guarded and must not be' ELSE ' is not guarded' END
        FROM claims c
        JOIN resources r ON r.resource_id = c.resource_id
        JOIN calendars k ON k.calendar_id = c.calendar_id
        WHERE c.live AND NOT c.is_hold AND lower(c.during) > :now
          AND CASE WHEN r.resource_type <> 0 OR r.quantity > 1 OR k.allow_overbooking THEN c.enforced
                   ELSE NOT c.enforced AND NOT EXISTS (
                       SELECT FROM claims o
                       WHERE o.resource_id = c.resource_id AND o.during && c.during
                         AND o.claim_id <> c.claim_id AND o.live AND NOT o.is_hold) END
        """,
    ),
    Invariant(
        "blocked-flags",
        "A booking is marked blocked exactly when something is noted that blocks it",
        "Change the resource's working hours and back: that judges its bookings anew.",
        """
        SELECT scheduled_event_id::text,
               CASE WHEN is_blocked THEN 'is blocked by nothing' ELSE 'is not blocked' END
        FROM scheduled_events WHERE is_blocked <> (blocks IS NOT NULL)
        """,
    ),
    Invariant(
        "series-occur",
        "Every series has occurrences",
        REPORT,
        """
        SELECT s.series_id::text, 'has none' FROM series s
        WHERE NOT EXISTS (SELECT FROM scheduled_events b WHERE b.series_id = s.series_id)
        """,
    ),
    Invariant(
        "revisions-count",
        "What cached answers show is counted: every calendar with bookings has a revision",
        "Run SELECT bump_revisions(...) as docs/operations.md says under Redis.",
        """
        SELECT k.calendar_id::text, 'has bookings and no revision' FROM calendars k
        WHERE EXISTS (SELECT FROM scheduled_events b WHERE b.calendar_id = k.calendar_id)
          AND NOT EXISTS (SELECT FROM revisions r WHERE r.kind = 0 AND r.id = k.calendar_id)
        """,
    ),
)
"""In the order in which they are best dealt with."""
