"""How the OpenAPI document describes errors: one schema, and an example of each kind."""

from __future__ import annotations

from typing import Any

from api.dto.link import LinkDto
from api.dto.suggestion import SuggestionDto
from api.http.problems import ProblemResponse, problem_body
from api.http.wire import Wire

_SCHEMAS = "#/components/schemas/"

_MEANINGS = {
    400: "The request is not valid; `errors` names the fields",
    401: "No valid bearer token",
    403: "The caller's role or grants do not allow this",
    404: "There is no such thing, or the caller may not know of it",
    409: "Not possible in the present state",
    410: "What was asked for is not kept any more",
    412: "Changed since the version in If-Match",
    413: "The body is larger than the service takes",
    415: "The body is of a type that is not taken here",
    422: "The time slot is not available",
    429: "Too many attempts; try again after Retry-After",
    503: "The service is busy, or a part of it does not answer now; try again",
}

_EXAMPLES: dict[int, tuple[str, str, dict[str, list[Any]] | None]] = {
    400: (
        "Validation Failed",
        "endDateTime: must be after startDateTime",
        {"endDateTime": ["must be after startDateTime"]},
    ),
    401: ("Authentication Required", "Send a bearer token in the Authorization header", None),
    403: ("Forbidden", "This needs the role Manager", None),
    404: ("Not Found", "There is no such thing", None),
    409: ("Not Possible Now", "This has bookings ahead; remove them first", None),
    410: (
        "Facts Cleared Away",
        "Facts before 4180 are not kept any more; go on with Last-Event-ID 4179",
        None,
    ),
    412: ("Changed Meanwhile", "This has changed since version 3; it is at version 4", None),
    413: ("Too Large", "The body is over 10,000,000 bytes", None),
    415: (
        "Unsupported Media Type",
        "Send the schedule as text/calendar",
        {"Content-Type": ["Send the schedule as text/calendar"]},
    ),
    422: ("Time Slot Unavailable", "The Ballroom is closed then: The floor is polished", None),
    429: ("Too Many Attempts", "Too many attempts to sign in; wait 15 minutes", None),
    503: ("Busy", "The service is busy; try again shortly", None),
}
"""Title, detail and errors, by status."""

_CLASH = (
    "Scheduling Conflict",
    "The selected time slot conflicts with an existing event",
    {
        "ConflictingEvents": [
            {
                "eventId": "0197a6d1-5e33-7a08-b7c1-4f60e9d2a815",
                "scheduledEventId": "0197a6d2-9e47-7a16-b5d0-28c41f6a7d93",
                "eventTitle": "Rotary Dinner",
                "startDateTime": "2030-03-16T18:00:00Z",
                "endDateTime": "2030-03-16T23:00:00Z",
                "conflictType": "VenueConflict",
                "conflictLevel": "Critical",
            }
        ]
    },
)

_HEADERS = {
    401: {"WWW-Authenticate": {"description": "How to sign in", "schema": {"const": "Bearer"}}},
    429: {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}},
    503: {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}},
}


class Problem(Wire):
    """An error (RFC 9457). errors: what is wrong, by field; of a clash, the ConflictingEvents.

    suggestions: ways out of a clash. moreSuggestions: where to ask for them when there was no time to look.
    items: of many bookings asked for at once, those that cannot be made, each with its own problem.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: dict[str, list[Any]] | None = None
    suggestions: list[SuggestionDto] | None = None
    more_suggestions: LinkDto | None = None
    items: list[ItemProblem] | None = None


class ItemProblem(Wire):
    """What is wrong with one of many bookings. index: its position in the request."""

    index: int
    status: int
    problem: Problem


def problem_docs(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint that can answer with these, besides those that all can."""
    return {
        status: {
            "description": _MEANINGS[status],
            **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
            "content": {ProblemResponse.media_type: {"schema": {"$ref": f"{_SCHEMAS}{Problem.__name__}"}}},
        }
        for status in sorted(statuses)
    }


def problem_examples(status: int, path: str, suggestion: dict[str, Any] | None) -> dict[str, Any]:
    """Examples of a status at a path. suggestion: of a 409, a way out, where bookings can clash."""
    title, detail, errors = _EXAMPLES[status]
    examples = {title: {"value": problem_body(path, status, title, detail, errors)}}
    if status == 409 and suggestion is not None:
        title, detail, errors = _CLASH
        more = {"suggestions": [suggestion]}
        examples = {title: {"value": problem_body(path, status, title, detail, errors, more)}, **examples}
    return {title.replace(" ", ""): example for title, example in examples.items()}
