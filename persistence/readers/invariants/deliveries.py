"""Facts on their way, webhooks, and the queue of jobs (DESIGN section 3)."""

from persistence.readers.invariants.invariant import Invariant

_WORKER = "See that a worker runs (`callboard worker`), and what its log says."
_AFTER_RESTORE = "After a restoration flush Redis; otherwise report this as a bug of Callboard."

DELIVERIES = (
    Invariant(
        "sequence-whole",
        "The public sequence of facts has no gaps",
        "Receivers that count should ask for the facts from there on again. Report this as a bug.",
        """
        SELECT 'facts after ' || sequence, 'the next one is ' || following FROM (
            SELECT sequence, lead(sequence) OVER (ORDER BY sequence) AS following
            FROM outbox WHERE sequence IS NOT NULL
        ) f WHERE following > sequence + 1
        UNION ALL
        SELECT outbox_id::text, 'is published without a number, or numbered without being published'
        FROM outbox WHERE (published_at IS NULL) <> (sequence IS NULL)
        """,
    ),
    Invariant(
        "positions",
        "Every sink is where facts have been published, or before",
        _AFTER_RESTORE,
        """
        SELECT p.name, 'is at ' || p.sequence || ', facts at ' || newest.sequence
        FROM relay_positions p, (
            SELECT greatest((SELECT max(sequence) FROM outbox),
                            (SELECT sequence FROM relay_positions WHERE name = 'published')) AS sequence
        ) newest
        WHERE CASE p.name WHEN 'published' THEN p.sequence < newest.sequence
                          ELSE p.sequence > newest.sequence END
        UNION ALL
        SELECT name, 'is missing' FROM unnest(ARRAY['published', 'redis', 'notices']) AS name
        WHERE NOT EXISTS (SELECT FROM relay_positions p WHERE p.name = name.name)
        """,
    ),
    Invariant(
        "relay",
        "Facts are published within a minute",
        _WORKER,
        """
        SELECT count(*) || ' facts', 'wait since ' || min(occurred_at) FROM outbox
        WHERE published_at IS NULL AND occurred_at < :now - interval '1 minute' HAVING count(*) > 0
        """,
    ),
    Invariant(
        "jobs-alive",
        "Every job that is being done is done by a worker that lives",
        "A worker takes it over by itself. " + _WORKER,
        """
        SELECT 'job ' || j.id,
               j.task_name || CASE WHEN w.id IS NULL THEN ' has no worker' ELSE ' has a silent worker' END
        FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
        WHERE j.status = 'doing' AND (
            w.id IS NULL
            OR w.last_heartbeat < now() - make_interval(secs => CAST(:silence AS double precision)))
        """,
    ),
    Invariant(
        "jobs-done",
        "No job has failed for good",
        "See the worker's log for why; then delete it from procrastinate_jobs, or set its status to 'todo'.",
        "SELECT 'job ' || id, task_name || ' failed ' || attempts || ' times'"
        " FROM procrastinate_jobs WHERE status = 'failed'",
    ),
    Invariant(
        "webhooks",
        "Every webhook takes what it is sent",
        "Its owner finds the reason in GET /api/webhooks, and enables it again with PUT when it answers.",
        """
        SELECT webhook_id::text, CASE WHEN disabled_at IS NOT NULL THEN 'is disabled since ' || disabled_at
                                      ELSE 'fails since ' || failing_since END
        FROM webhooks WHERE disabled_at IS NOT NULL OR failing_since < :now - interval '1 hour'
        """,
    ),
)
"""In the order in which they are best dealt with."""
