"""What schemathesis is told: which things there are, so that it gets past 404, and what it checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.api.bookings import at
from tests.api.people import OTHER_CUSTOMER, STAFF
from tests.api.rights.calls import KINDS
from tests.api.rights.world import ROLES, World

LIKELY = 0.8
"""How often a field has something that is there."""

_FIELDS = {
    **{f"{place}.{name}": kind for name, kind in KINDS.items() for place in ("path", "query", "body")},
    **dict.fromkeys(("body.ownerId", "body.resourceIds[*]", "body.resources[*].resourceId"), "resource"),
    **dict.fromkeys(("body.allOf[*].anyOf[*]", "query.resourceId"), "resource"),
    **dict.fromkeys(("path.userId", "query.userId", "body.organizerId", "body.escalatedTo"), "person"),
    **dict.fromkeys(("query.from", "body.from", "body.startDateTime", "body.window.from"), "start"),
    **dict.fromkeys(("query.to", "body.to", "body.endDateTime", "body.window.to"), "end"),
    "body.timeZone": "zone",
    "path.originalStart": "occurrence",
    "query.seriesId": "series",
    "query.scheduledEventId": "schedule",
}
"""The kind of what a field has, by where it is."""

_PATHS_LIKE_IDS = (
    "/api/events/stream",
    "/api/schedules/bulk",
    "/api/schedules/conflicts",
    "/api/schedules/conflicts/detect",
    "/api/schedules/suggestions",
)
"""Of other methods the last part is taken for an id: a 400 and no 405."""


def plan(world: World, role: str) -> dict[str, Any]:
    """The configuration of a run on behalf of a role."""
    known: dict[str, list[str]] = {}
    for (kind, row), identifier in world.ids.items():
        if row in {f"own/{role}", "granted", "hidden"}:
            known.setdefault(kind, []).append(identifier)
    known["person"] = [str(viewer.user_id) for viewer in (ROLES[role], STAFF, OTHER_CUSTOMER)]
    known["start"] = [at(hour, day=day) for day in (40, 41) for hour in (8, 9)]
    known["end"] = [at(hour, day=day) for day in (41, 42) for hour in (10, 11)]
    known["zone"] = ["UTC", "Europe/Berlin"]
    return {
        # What is valid by the schema may still clash, lie in the past or be another's.
        "checks": {"positive_data_acceptance": {"enabled": False}},
        "dictionaries": {kind: {"values": values} for kind, values in known.items()},
        "parameters": {
            field: {"dictionary": kind, "probability": LIKELY}
            for field, kind in _FIELDS.items()
            if kind in known
        },
        "operations": [
            {"include-path": path, "checks": {"unsupported_method": {"enabled": False}}}
            for path in _PATHS_LIKE_IDS
        ],
    }


def write_plan(path: Path, world: World, role: str) -> None:
    """As the TOML that schemathesis reads: inline tables are as good as any."""
    path.write_text("".join(f"{key} = {_toml(value)}\n" for key, value in plan(world, role).items()))


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)} = {_toml(one)}' for key, one in value.items())}}}"
    return f"[{', '.join(map(_toml, value))}]" if isinstance(value, list) else json.dumps(value)
