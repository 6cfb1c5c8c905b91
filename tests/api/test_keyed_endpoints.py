"""What an endpoint may touch of the service while its messages share the transaction of a key."""

from __future__ import annotations

import ast
import inspect

import pytest

from api.http.endpoint import Endpoint
from api.main import _ENDPOINTS

HARMLESS = {"settings", "webhook_secrets", "address_guard"}
"""Parts of the service that neither open a transaction nor keep one waiting."""

Functions = dict[str, ast.AST]


def functions_in(source: str) -> Functions:
    """The functions of a module by name."""
    kinds = (ast.AsyncFunctionDef, ast.FunctionDef)
    return {node.name: node for node in ast.parse(source).body if isinstance(node, kinds)}


def touched(name: str, functions: Functions) -> set[str]:
    """The parts of `service` that a function uses, also by handing it on within its module."""
    parts: set[str] = set()
    known: set[ast.AST] = set()
    for node in ast.walk(functions[name]):
        match node:
            case ast.Attribute(value=ast.Name(id="service") as whole):
                parts.add(node.attr)
                known.add(whole)
            case ast.Call(func=ast.Name(id=called), args=[ast.Name(id="service") as whole, *_]) if (
                called in functions
            ):
                parts |= touched(called, functions)
                known.add(whole)
            case ast.Name(id="service") if node not in known:
                parts.add("service, handed elsewhere")
    return parts


def keyed() -> list[Endpoint]:
    """The endpoints that take a key."""
    return [
        route
        for included in _ENDPOINTS
        for route in getattr(getattr(included, "original_router", None), "routes", ())
        if isinstance(route, Endpoint) and route.takes_key
    ]


@pytest.mark.parametrize("route", keyed(), ids=lambda route: route.name)
def test_it_sends_over_the_bus_of_its_request(route: Endpoint) -> None:
    """Over `service.bus` would be a transaction of its own, while the key's holds a connection and waits."""
    module = inspect.getmodule(route.endpoint)
    assert module is not None
    assert touched(route.name, functions_in(inspect.getsource(module))) <= HARMLESS


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("await service.bus.send(1)", {"bus"}),
        ("await _other(service, 1)", {"sign_in"}),
        ("await elsewhere(service)", {"service, handed elsewhere"}),
        ("known = service", {"service, handed elsewhere"}),
        ("await bus.send(service.settings.time_zone)", {"settings"}),
    ],
)
def test_what_is_touched_is_seen(body: str, parts: set[str]) -> None:
    source = f"async def one(service, bus):\n    {body}\nasync def _other(service, _):\n    service.sign_in\n"
    assert touched("one", functions_in(source)) == parts


def test_most_writes_take_a_key() -> None:
    assert len(keyed()) > 30
