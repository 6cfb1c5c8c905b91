"""The OpenAPI document: every schema is used, and every reference leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

from api.http.openapi import without_unused

PREFIX = "#/components/schemas/"


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


async def test_every_schema_is_used_and_every_reference_resolves(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    assert [one for one in references(document) if not one.startswith(PREFIX)] == []
    assert {one.removeprefix(PREFIX) for one in references(document)} - schemas.keys() == set()
    assert schemas.keys() - used(document) == set()


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
