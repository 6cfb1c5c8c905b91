"""The OpenAPI document: complete, consistent, and with examples that its own schemas allow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.bootstrap import bootstrap
from api.http.openapi import operations_of, without_unused
from api.http.openapi_examples import Examples
from api.http.openapi_story import FILES, STORY
from api.http.problems import ProblemResponse
from api.imports.formats import read_schedule
from api.imports.reading_options import ReadingOptions
from api.main import create_app
from api.settings import Settings
from tests.api.rights.matrix import PUBLIC

PREFIX = "#/components/schemas/"
JSON = "application/json"
Operation = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """As it is sent; nothing connects to the database named here."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), public_url="https://callboard.example")
    app = create_app(bootstrap(settings, "postgresql+psycopg://nobody@localhost/nowhere"))
    sent: dict[str, Any] = json.loads(json.dumps(app.openapi()))
    return sent


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> list[Operation]:
    """Each operation with its name, `GET /api/events`."""
    return [(f"{method.upper()} {path}", one) for path, method, one in operations_of(document)]


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Where (`request`, or a status), the media type and what is said of it."""
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield "request", media_type, content
    for status, response in operation["responses"].items():
        for media_type, content in response.get("content", {}).items():
            yield status, media_type, content


def references(value: Any) -> Iterator[str]:
    """Every `$ref` below a value."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and isinstance(value.get("$ref"), str):
        yield value["$ref"]
    for child in children:
        yield from references(child)


def used(document: dict[str, Any]) -> set[str]:
    """The schemas that paths reach, by way of other schemas too."""
    schemas, found = document["components"]["schemas"], set()
    ahead = [one.removeprefix(PREFIX) for one in references(document["paths"])]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead.extend(one.removeprefix(PREFIX) for one in references(schemas[name]))
    return found


def test_it_is_an_openapi_document(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_it_says_whose_it_is_where_it_is_and_under_which_licence(document: dict[str, Any]) -> None:
    assert document["info"].keys() == {"title", "version", "summary", "description", "contact", "license"}
    assert document["info"]["license"] == {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
    assert document["servers"] == [{"url": "https://callboard.example"}]


def test_every_schema_is_used_and_every_reference_resolves(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert [one for one in references(document) if not one.startswith(PREFIX)] == []
    assert {one.removeprefix(PREFIX) for one in references(document)} - schemas.keys() == set()
    assert schemas.keys() - used(document) == set()


def test_every_operation_has_a_name_a_summary_a_description_and_a_described_group(
    document: dict[str, Any], operations: list[Operation]
) -> None:
    names = [one["operationId"] for _, one in operations]
    assert sorted(names) == sorted(set(names))
    assert [name for name in names if not name.isalpha() or not name[0].islower()] == []
    assert [name for name, one in operations if not one.get("summary") or not one.get("description")] == []
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert {tag for _, one in operations for tag in one["tags"]} == described
    assert [name for name, one in operations if len(one["tags"]) != 1] == []


def test_every_parameter_is_described(operations: list[Operation]) -> None:
    missing = {
        f"{name}: {parameter['name']}"
        for name, one in operations
        for parameter in one.get("parameters", ())
        if not parameter.get("description")
    }
    assert missing == set()


def test_every_operation_but_the_public_ones_wants_a_bearer_token(
    document: dict[str, Any], operations: list[Operation]
) -> None:
    (scheme,) = document["components"]["securitySchemes"].items()
    assert (scheme[0], scheme[1]["type"], scheme[1]["scheme"]) == ("bearer", "http", "bearer")
    assert {name for name, one in operations if one.get("security") != [{"bearer": []}]} == PUBLIC


def test_what_any_call_can_meet_is_documented(operations: list[Operation]) -> None:
    """401 and 403 by the token, 503 by the load, 400 by what is sent, 413 by its size."""
    for name, one in operations:
        statuses = {int(status) for status in one["responses"]}
        if " /api/" in name:
            assert {401, 403, 503} - statuses == set(), name
        if "requestBody" in one:
            assert {400, 413} - statuses == set(), name
        if any(parameter["name"] == "if-match" for parameter in one.get("parameters", ())):
            assert 412 in statuses, name
        assert {status for status in statuses if status >= 500} <= {503}, name


def test_every_error_is_the_one_problem(operations: list[Operation]) -> None:
    for name, one in operations:
        for status, response in one["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == [ProblemResponse.media_type], (name, status)
                schema = response["content"][ProblemResponse.media_type]["schema"]
                assert schema == {"$ref": f"{PREFIX}Problem"}, (name, status)


def test_every_body_and_answer_has_an_example(operations: list[Operation]) -> None:
    """Files that are no text have none."""
    binary = {
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "multipart/form-data",
    }
    missing = {
        (name, where, media_type)
        for name, one in operations
        for where, media_type, content in contents(one)
        if media_type not in binary and not content.get("example") and not content.get("examples")
    }
    assert missing == set()


def test_every_example_is_what_its_schema_allows(
    document: dict[str, Any], operations: list[Operation]
) -> None:
    wrong = []
    for name, one in operations:
        for where, media_type, content in contents(one):
            if media_type not in {JSON, ProblemResponse.media_type}:
                continue
            schema = {**content["schema"], "components": document["components"]}
            validator = OAS31Validator(schema, format_checker=OAS31Validator.FORMAT_CHECKER)
            shown = [content["example"]] if "example" in content else []
            for example in [*shown, *(each["value"] for each in content.get("examples", {}).values())]:
                wrong += [(name, where, str(error)) for error in validator.iter_errors(example)]
    assert wrong == []


def test_every_problem_tells_of_its_own_status_and_path(operations: list[Operation]) -> None:
    for name, one in operations:
        for where, media_type, content in contents(one):
            if media_type == ProblemResponse.media_type:
                for example in content["examples"].values():
                    assert example["value"]["status"] == int(where), name
                    assert "{" not in example["value"]["instance"], name


def test_a_refused_booking_is_shown_with_what_it_clashes_with_and_a_way_out(
    operations: list[Operation],
) -> None:
    conflict = dict(operations)["POST /api/schedules"]["responses"]["409"]
    refused = conflict["content"][ProblemResponse.media_type]["examples"]["SchedulingConflict"]["value"]
    (rival,) = refused["errors"]["ConflictingEvents"]
    assert (rival["eventTitle"], rival["conflictType"]) == ("Rotary Dinner", "VenueConflict")
    (suggestion,) = refused["suggestions"]
    assert suggestion["apply"] == {"method": "POST", "href": f"/api/suggestions/{suggestion['id']}/apply"}


def test_the_story_tells_of_every_required_field(document: dict[str, Any]) -> None:
    """A new field gets its line in api/http/openapi_story.py; else its example would say nothing."""
    schemas = document["components"]["schemas"]
    examples = Examples(schemas, STORY)
    for name in schemas.keys() - {"Problem"}:
        examples.of({"$ref": PREFIX + name})
    assert examples.untold == set()


@pytest.mark.parametrize(
    ("media_type", "file_name"),
    [
        ("text/csv", "plan.csv"),
        ("text/calendar", "plan.ics"),
        ("application/xml", "plan.xml"),
        ("text/xml", "plan.xml"),
    ],
)
def test_files_shown_can_be_imported(media_type: str, file_name: str) -> None:
    options = ReadingOptions(ZoneInfo("Europe/Berlin"), {}, 365)
    (row,) = read_schedule(file_name, FILES[media_type].encode(), options).rows
    assert (row.title, row.room, row.start.strftime("%d %H:%M")) == ("Spring Concert", "Ballroom", "16 19:00")


def test_a_field_that_is_not_told_of_is_named() -> None:
    schema = {
        "Hall": {
            "properties": {"name": {"type": "string"}, "seats": {"type": "integer"}},
            "required": ["name", "seats"],
        }
    }
    examples = Examples(schema, {"Hall.name": "Ballroom"})
    assert examples.of({"$ref": PREFIX + "Hall"}) == {"name": "Ballroom", "seats": 1}
    assert examples.untold == {"Hall.seats"}


def test_an_optional_field_is_shown_when_it_is_told_of() -> None:
    properties = {"name": {"type": "string"}, "note": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
    schema = {"properties": properties, "required": ["name"]}
    assert Examples({}, {"name": "Ballroom"}).of(schema) == {"name": "Ballroom"}
    told = {"name": "Ballroom", "note": "upstairs"}
    assert Examples({}, told).of(schema) == told
    assert Examples({}, told | {"Hall.note": None}).of(schema, "Hall") == {"name": "Ballroom"}


def test_what_only_the_unused_use_goes_with_them() -> None:
    def to(*names: str) -> dict[str, Any]:
        return {"anyOf": [{"$ref": PREFIX + name} for name in names]}

    told_apart = {"oneOf": [], "discriminator": {"mapping": {"d": PREFIX + "D"}}}
    kept = {"A": to("B"), "B": to("B", "C"), "C": told_apart}
    document = {
        "paths": {"/a": {"get": to("A")}},
        "components": {"schemas": {**kept, "D": {}, "E": to("F", "A"), "F": to("E")}, "securitySchemes": {}},
    }
    assert without_unused(document)["components"] == {"schemas": {**kept, "D": {}}, "securitySchemes": {}}


def test_a_document_without_schemas_stays_as_it_is() -> None:
    assert without_unused({"paths": {}}) == {"paths": {}}
