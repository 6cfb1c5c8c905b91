"""Examples of the OpenAPI document's schemas, put together from one story."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SCHEMAS = "#/components/schemas/"


class Examples:
    """Makes an example of any schema; `untold` names the required fields that the story says nothing of."""

    def __init__(self, schemas: Mapping[str, Any], story: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self._story = story
        self.untold: set[str] = set()

    def of(self, schema: Mapping[str, Any], owner: str = "", field: str = "") -> Any:  # noqa: ANN401
        """A value that the schema allows. owner, field: of which object's which field it is."""
        if "examples" in schema:
            return schema["examples"][0]
        told = self._told(owner, field)
        if told is not None and self._allows(schema, told):
            return told
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(_SCHEMAS)
            return self.of(self._schemas[name], name, "" if "properties" in self._schemas[name] else field)
        if "properties" in schema:
            return self._object(schema, owner)
        return self._made_up(schema, owner, field)

    def _allows(self, schema: Mapping[str, Any], told: Any) -> bool:  # noqa: ANN401
        """Whether a field of this schema can say what the story has for fields of its name."""
        if "$ref" in schema:
            return self._allows(self._schemas[schema["$ref"].removeprefix(_SCHEMAS)], told)
        allowed = schema.get("enum", [schema["const"]] if "const" in schema else [told])
        return told in allowed and isinstance(told, dict) >= ("properties" in schema)

    def _told(self, owner: str, field: str) -> Any:  # noqa: ANN401
        return self._story.get(f"{owner}.{field}", self._story.get(field))

    def _object(self, schema: Mapping[str, Any], owner: str) -> dict[str, Any]:
        """Its required fields, and the others that the story tells of."""
        required = schema.get("required", ())
        return {
            name: self.of(field, owner, name)
            for name, field in schema["properties"].items()
            if name in required or self._told(owner, name) is not None
        }

    def _made_up(self, schema: Mapping[str, Any], owner: str, field: str) -> Any:  # noqa: ANN401
        """What the schema itself leads to."""
        for known in ("const", "default"):
            if known in schema:
                return schema[known]
        if "enum" in schema:
            return schema["enum"][0]
        for alternatives in (schema.get("anyOf"), schema.get("oneOf")):
            if alternatives:
                return self.of(_first(alternatives), owner, field)
        if schema.get("type") == "array":
            return [self.of(schema["items"], owner, field)]
        if schema.get("type") == "null":
            return None
        self.untold.add(f"{owner}.{field}")
        return {"integer": 1, "number": 1, "boolean": True, "object": {}}.get(schema.get("type", ""), field)


def _first(alternatives: list[dict[str, Any]]) -> dict[str, Any]:
    """The alternative that shows most: not null, where there is another."""
    return next((one for one in alternatives if one.get("type") != "null"), alternatives[0])
