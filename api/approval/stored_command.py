"""A message as a JSON document, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter


def command_document(command: object) -> dict[str, Any]:
    """The fields of a message that is a dataclass."""
    document: dict[str, Any] = TypeAdapter(type(command)).dump_python(command, mode="json")
    return document


def command_from(kind: type, document: Mapping[str, Any]) -> Any:  # noqa: ANN401 - of the kind
    """The message of a document."""
    return TypeAdapter(kind).validate_python(dict(document), strict=False)
