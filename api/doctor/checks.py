"""Everything that the doctor looks at, in this order."""

from __future__ import annotations

from api.doctor import house, jobs, timetable
from api.doctor.check import Check
from persistence.readers.invariants.bookings import BOOKINGS, DETECT, REPORT
from persistence.readers.invariants.deliveries import DELIVERIES
from persistence.readers.invariants.rights import RIGHTS

FIRST = Check(
    "schema",
    "The database has this version's schema, and the job queue's tables are its library's",
    "Run `callboard migrate`, or start the Callboard that the database was migrated by.",
    house.schema,
)
"""Without which nothing else can be looked at."""

CHECKS = (
    *(Check.of(one) for one in BOOKINGS),
    Check(
        "conflicts",
        "Every clash ahead is on record as a conflict, and every conflict on record is one",
        DETECT,
        timetable.conflicts_out_of_line,
    ),
    Check(
        "blocks",
        "A coming booking is noted to be blocked exactly by what is closed then",
        "Change the resource's working hours and back: that judges its bookings anew.",
        timetable.blocks_out_of_line,
    ),
    Check(
        "occurrence-times",
        "Coming occurrences are when the clocks of their zones say",
        "Run `callboard job RecurrenceExpansionJob`.",
        timetable.occurrences_out_of_step,
    ),
    Check(
        "occurrence-dates",
        "Coming occurrences are on dates of their series' rules",
        REPORT,
        timetable.occurrences_out_of_rule,
    ),
    *(Check.of(one) for one in RIGHTS),
    *(Check.of(one) for one in DELIVERIES),
    Check(
        "jobs-on-time",
        "Every job ran when it was last due",
        "See that a worker runs; `callboard job NAME` does one now.",
        jobs.schedules_kept,
    ),
    Check(
        "files",
        "The store has every exported file, and no other",
        "Whose file is gone makes it again. Files that nobody knows of can be deleted.",
        house.files,
    ),
    Check(
        "storage",
        "The store of exported files can be written to",
        "See CALLBOARD_STORAGE_URL, whose the folder is or the store's credentials, and if the disk is full.",
        house.storage,
    ),
    Check(
        "redis",
        "Redis answers, where one is set",
        "See CALLBOARD_REDIS_URL and that Redis runs.",
        house.redis,
    ),
    Check(
        "clocks",
        "This machine and PostgreSQL go by the same time",
        "Set both by NTP: holds expire and tokens end by the clock.",
        house.clocks,
    ),
    Check(
        "issuer-key",
        "The key that signs tokens is its owner's alone",
        "chmod 600 it; if somebody may have read it, delete it and start anew: every token is then void.",
        house.key,
    ),
    Check(
        "oidc",
        "The issuer of CALLBOARD_OIDC_ISSUER publishes its keys, where one is set",
        "See the address, and that this machine may reach it.",
        house.foreign_issuer,
    ),
)
