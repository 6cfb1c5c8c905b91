"""The tests there are, without running or importing them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.conformance.page import ROOT


def names_in(source: str) -> Iterator[str]:
    """The tests of a file as pytest names them, without their parameters."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from (f"{node.name}::{name}" for name in _functions(node.body))
    yield from _functions(ast.parse(source).body)


def _functions(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name


@cache
def _tests_in(path: Path) -> frozenset[str]:
    return frozenset(names_in(path.read_text()))


def exists(reference: str) -> bool:
    """Whether `path::name` is a test of this repository."""
    path, _, name = reference.partition("::")
    file = ROOT / path
    return file.is_relative_to(ROOT / "tests") and file.is_file() and name in _tests_in(file)
