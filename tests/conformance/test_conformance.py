"""docs/conformance.md says what is true of the code and of the tests."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections import Counter
from datetime import timedelta
from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest
from pydantic.alias_generators import to_camel

import domain.enums
import domain.errors
import domain.facts
from api.bootstrap import bootstrap
from api.http.problems import STATUSES, status_of
from api.http.wire import wire_name
from api.main import create_app
from api.routes import ROUTES
from api.settings import Settings
from domain.enums import Role
from domain.facts import Fact
from domain.policy import Policy
from tests.conformance.contract import DTO_FIELDS, SECTIONS
from tests.conformance.named_tests import exists, names_in
from tests.conformance.page import PAGE, ROOT, rows, rows_of, section

PIECES_OF_WORK = {
    "bookings and conflicts",
    "time and calendars",
    "running it",
    "the solver in depth",
    "analytics",
    "load, faults and attack",
}
CONTRACT_ROUTES = "Endpoints of the contract"
DESIGN_ROUTES = "Endpoints of the design"
METHODS = {"get", "put", "post", "delete", "patch"}


@pytest.fixture(scope="module")
def openapi(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The application's own description; nothing connects to the database named here."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    return create_app(bootstrap(settings, "postgresql+psycopg://nobody@localhost/nowhere")).openapi()


def routes_of(openapi: dict[str, Any]) -> set[str]:
    return {
        f"{method.upper()} {path}"
        for path, operations in openapi["paths"].items()
        for method in operations
        if method in METHODS
    }


def test_no_row_stands_twice() -> None:
    assert [
        key for key, times in Counter((row.section, row.identifier) for row in rows()).items() if times > 1
    ] == []


@pytest.mark.parametrize("name", SECTIONS)
def test_all_that_the_contract_names_has_a_row(name: str) -> None:
    assert set(SECTIONS[name]) - section(name).keys() == set()


def test_what_the_contract_counts_has_rows() -> None:
    counted = {"Cache entries": 4, "Validation": 6, "Integrations": 11}
    assert {name: len(section(name)) for name in counted} == counted


def test_a_built_row_names_tests_that_exist_or_a_command() -> None:
    wrong = {}
    for row in rows():
        if row.is_built:
            missing = [one for one in row.references if not (exists(one) or _is_command(one))]
            if missing or not row.references:
                wrong[str(row)] = missing
    assert wrong == {}


def test_only_figures_and_integrations_are_shown_by_commands() -> None:
    commanded = {row.section for row in rows() if any(_is_command(one) for one in row.references)}
    assert commanded <= {"Figures", "Integrations"}


def test_a_planned_row_names_its_piece_of_work() -> None:
    wrong = {
        str(row): row.shown_by
        for row in rows()
        if not row.is_built
        and not (row.status == "planned" and row.shown_by.removeprefix("planned: ") in PIECES_OF_WORK)
    }
    assert wrong == {}


def test_every_route_has_a_row_and_every_built_route_is_served(openapi: dict[str, Any]) -> None:
    documented = section(CONTRACT_ROUTES, DESIGN_ROUTES)
    served = routes_of(openapi)
    assert served - documented.keys() == set()
    assert {name for name, row in documented.items() if row.is_built} - served == set()


def test_every_fact_has_a_row_with_its_payload() -> None:
    documented = section("Facts")
    payloads = {
        kind.__name__: ", ".join(to_camel(field.name) for field in dataclasses.fields(kind))
        for kind in Fact.__subclasses__()
    }
    assert {name: documented[name].what for name in payloads if name in documented} == payloads
    assert {name for name, row in documented.items() if row.is_built} - payloads.keys() == set()


def test_every_error_has_a_row_with_its_status() -> None:
    documented = section("Errors")
    mapped = {kind.__name__: str(status) for kind, (status, _) in STATUSES.items()}
    assert {name: documented[name].what for name in mapped if name in documented} == mapped
    for name, row in documented.items():
        if row.is_built:
            error: type[domain.errors.CallboardException] = getattr(domain.errors, name)
            assert str(status_of(error.__new__(error))[0]) == row.what, name


def test_every_threshold_has_a_row_with_its_setting() -> None:
    documented = section("Thresholds")
    assert set(documented) == {field.name for field in dataclasses.fields(Policy)}
    defaults = Settings().policy
    for name, row in documented.items():
        found = re.match(r"`CALLBOARD_(\w+)`, ([\d.]+)(?: (minutes|hours|days|%))?", row.what)
        assert found is not None, row.what
        assert found[1].lower() in Settings.model_fields, row.what
        assert _amount(found[2], found[3]) == getattr(defaults, name), row.what
        assert getattr(Policy(), name) == getattr(defaults, name)


def test_every_enumeration_has_the_contracts_integers() -> None:
    for name, row in section("Enumerations").items():
        kind: type[IntEnum] = getattr(domain.enums, name)
        members = ", ".join(f"{_wire_name(member)} {member.value}" for member in kind)
        assert members == row.what, name


def test_every_rule_in_the_code_has_a_row_and_every_built_rule_is_in_the_code() -> None:
    documented = section("Rules")
    coded = _rules_in(ROOT / "domain")
    assert coded - documented.keys() == set()
    everywhere = coded.union(*(_rules_in(ROOT / package) for package in ("api", "persistence")))
    # Detection within seconds of scheduling is no function: it is in the booking's own transaction.
    assert {name for name, row in documented.items() if row.is_built} - everywhere <= {"SCH-014"}


def test_every_built_command_and_query_is_carried_by_the_bus() -> None:
    built = {name for name, row in section("Commands and queries").items() if row.is_built}
    assert built - {message.__name__ for message in ROUTES} == set()


def test_every_role_has_rows() -> None:
    named = {identifier.partition(":")[0] for identifier in section("Roles and access")}
    assert named == {role.name for role in Role} | {"Anyone", "Rows"}


def test_every_field_of_a_contract_dto_has_a_row(openapi: dict[str, Any]) -> None:
    schemas = openapi["components"]["schemas"]
    documented: dict[str, dict[str, bool]] = {}
    for identifier, row in section("DTO fields").items():
        name, _, field = identifier.partition(".")
        documented.setdefault(name, {})[field] = row.is_built
    for name in documented.keys() & schemas.keys():
        served = set(schemas[name]["properties"])
        assert served - documented[name].keys() == set(), name
        assert {field for field, is_built in documented[name].items() if is_built} - served == set(), name
    unserved = documented.keys() - schemas.keys()
    assert [name for name in unserved if any(documented[name].values())] == []


def test_fields_of_a_contract_dto_come_in_its_order(openapi: dict[str, Any]) -> None:
    schemas = openapi["components"]["schemas"]
    assert "ConflictDetailDto" in schemas
    for name, fields in DTO_FIELDS.items():
        served = list(schemas.get(name, {"properties": ()})["properties"])
        owed = [field for field in fields.split() if field in served]
        assert [field for field in served if field in owed] == owed, name


def test_readme_lists_every_setting_with_its_default() -> None:
    table = dict(
        re.findall(r"^\| `CALLBOARD_(\w+)` \| ([^|]+?) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    )
    defaults = {name.upper(): field.default for name, field in Settings.model_fields.items()}
    assert set(table) == set(defaults)
    for name, default in defaults.items():
        text = ",".join(default) if isinstance(default, tuple) else default
        shown = "none" if default in (None, ()) else f"`{text}`"
        assert table[name].partition(":")[0] == shown, name


def test_contributing_names_every_package_of_the_house() -> None:
    table = re.findall(r"^\| `([\w/]+)/` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    packages = {"domain", "solver", "persistence", "tests", "benchmarks", "deploy", "docs"}
    packages |= {f"api/{path.parent.name}" for path in (ROOT / "api").glob("*/*.py")}
    assert set(table) == packages


def test_links_between_documents_lead_somewhere() -> None:
    pages = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
    broken = {
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    }
    assert broken == set()


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[^)]+)\)", (folder / "README.md").read_text())
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
    for name in listed:
        text = (folder / name).read_text()
        assert text.startswith(f"# {int(name[:4])}. "), name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], name


def test_a_malformed_row_is_refused() -> None:
    with pytest.raises(ValueError, match="four cells"):
        rows_of("## A\n| `x` | y | built |")
    with pytest.raises(ValueError, match="not code"):
        rows_of("## A\n| x | y | built | `z` |")


def test_rows_know_their_section_and_their_references() -> None:
    (row,) = rows_of(
        "# P\n## A\n\n| id | w | status | test |\n|---|---|---|---|\n| `x` | y | built | `a::b`, `c::d` |"
    )
    assert (row.section, row.identifier, row.what, row.is_built) == ("A", "x", "y", True)
    assert row.references == ["a::b", "c::d"]


def test_tests_are_found_without_importing_them() -> None:
    methods = "class TestA:\n    def test_b(self): ...\n    def other(self): ...\n"
    source = methods + "async def test_c(): ...\ndef helper(): ..."
    assert set(names_in(source)) == {"TestA::test_b", "test_c"}
    assert exists("tests/conformance/test_conformance.py::test_tests_are_found_without_importing_them")
    assert not exists("tests/conformance/test_conformance.py::test_that_nobody_wrote")
    assert not exists("tests/conformance/test_nowhere.py::test_no_row_stands_twice")
    assert not exists("api/main.py::create_app")


def test_the_page_has_no_empty_section() -> None:
    headings = re.findall(r"^## (.+)$", PAGE.read_text(), re.MULTILINE)
    assert set(headings) == {row.section for row in rows()}


def _is_command(reference: str) -> bool:
    """`make bench BENCH=name` with such a benchmark, or a target of the Makefile."""
    bench = re.fullmatch(r"make bench BENCH=(\w+)", reference)
    if bench is not None:
        return (ROOT / "benchmarks" / f"{bench[1]}.py").is_file()
    target = re.fullmatch(r"make (\w+)", reference)
    return target is not None and f"\n{target[1]}:" in (ROOT / "Makefile").read_text()


def _amount(number: str, unit: str | None) -> object:
    match unit:
        case "minutes" | "hours" | "days":
            return timedelta(**{unit: int(number)})
        case "%":
            return int(number) / 100
        case _:
            return int(number)


def _wire_name(member: IntEnum) -> str:
    name = wire_name(member)
    return "None" if name == "NONE" else name


def _rules_in(package: Path) -> set[str]:
    """The rules named in docstrings; `SCH-001..005` names five."""
    found: set[str] = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.update(re.findall(r"SCH-\d{3}", ast.get_docstring(node) or ""))
    return found
