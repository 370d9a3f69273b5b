"""The rules of the house: who may import whom, what a file owes its reader, what never enters."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

# Imports point down the grain. Nobody but a test imports tests, benchmarks or what writes the docs.
MAY_IMPORT = {
    "cli": {"feeds", "intake", "migrations", "queries", "reports", "schema"},
    "feeds": {"migrations", "reports", "schema"},
    "queries": {"reports", "schema"},
    "intake": {"migrations", "schema"},
    "reports": {"schema"},
    "migrations": {"schema"},
    "schema": set[str](),
}
OURS = {*MAY_IMPORT, "articles", "benchmarks", "docs", "tests"}

LINES = 400  # a file rarely passes this
MOST_LINES = 600  # and never this

# Where somebody's files are, on their own machine. (Written so that it does not match itself.)
MACHINE = re.compile(
    r"(?<![\w.~/<-])/(?:root|work|home/\w+|Users/\w+|private/tmp)/|\b[A-Z]:\\Users\\", re.ASCII
)


def files() -> list[Path]:
    """Return every file that is tracked, or would be if all were added now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    found = (ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if name)
    return [path for path in found if path.is_file()]


FILES = files()
PYTHON = [path for path in FILES if path.suffix == ".py"]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the top package of every import, wherever in the file it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." if node.level else str(node.module).partition(".")[0]


def wrong_imports(package: str, source: str) -> list[str]:
    """Say which imports of a source, standing in the package, go against the grain."""
    allowed = MAY_IMPORT[package] | {package}
    return [
        f"{line}: {package} imports {imported}"
        for line, imported in imports(ast.parse(source))
        if imported == "." or (imported in OURS and imported not in allowed)
    ]


def test_there_is_something_to_check() -> None:
    assert "tests/test_house.py" in map(name, PYTHON)


def test_imports_point_down_the_grain() -> None:
    wrong = []
    for path in PYTHON:
        package = path.relative_to(ROOT).parts[0].removesuffix(".py")
        if package in MAY_IMPORT:
            found = wrong_imports(package, path.read_text(encoding="utf-8"))
            wrong += [f"{name(path)}:{fault}" for fault in found]
    assert wrong == []


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("schema", "import intake"),
        ("schema", "def f():\n    from reports.run import run"),
        ("reports", "from feeds import copy"),
        ("feeds", "import cli"),
        ("intake", "from . import format"),
        ("cli", "import tests.postgres"),
    ],
)
def test_an_import_against_the_grain_is_found(package: str, source: str) -> None:
    assert len(wrong_imports(package, source)) == 1


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("cli", "from reports import run\nimport schema.models, os"),
        ("schema", "from schema import dates\nimport sqlalchemy"),
    ],
)
def test_an_import_along_the_grain_is_let_through(package: str, source: str) -> None:
    assert wrong_imports(package, source) == []


def test_every_package_of_the_application_is_shipped() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])
    assert shipped == {"cli.py", "articles", *(MAY_IMPORT.keys() - {"cli"})}


def test_a_wheel_carries_every_file_of_the_application(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(
        [*build, "--directory", str(tmp_path)], cwd=ROOT, check=True, capture_output=True
    )
    [wheel] = tmp_path.glob("*.whl")
    packed = {n for n in ZipFile(wheel).namelist() if ".dist-info/" not in n}
    tops = {"articles", "cli.py", *MAY_IMPORT}
    assert packed == {name(path) for path in FILES if path.relative_to(ROOT).parts[0] in tops}
    kinds = {path.rpartition(".")[2] for path in packed}
    assert kinds == {"mako", "py", "sql", "yaml"}  # and nothing left lying there


def test_a_file_says_what_it_is_for() -> None:
    trees = {name(path): ast.parse(path.read_text(encoding="utf-8")) for path in PYTHON}
    assert [n for n, tree in trees.items() if not ast.get_docstring(tree)] == []


def test_files_are_short() -> None:
    # A migration is a record, as Alembic writes it: no reader's page, and not to be rearranged.
    read = [path for path in PYTHON if not name(path).startswith("migrations/versions/")]
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in read}
    assert {n: count for n, count in lines.items() if count > MOST_LINES} == {}
    long = {n: count for n, count in lines.items() if count > LINES}
    assert len(long) <= max(1, len(lines) // 10), f"more than one file in ten is long: {long}"


def test_no_file_knows_a_machine() -> None:
    found = []
    for path in FILES:
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            text = line.decode("utf-8", errors="replace")
            if MACHINE.search(text) or str(ROOT) in text:
                found.append(f"{name(path)}:{number}: {text.strip()[:80]}")
    assert found == []


# --- versions -------------------------------------------------------------------------------------


def requirements() -> list[str]:
    """Return every requirement of pyproject.toml, word for word."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[str] = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for group in (project["project"]["optional-dependencies"], project["dependency-groups"]):
        for more in group.values():
            found += more
    return found


@pytest.mark.parametrize("requirement", requirements())
def test_a_dependency_has_a_floor_and_a_reason(requirement: str) -> None:
    assert ">=" in requirement
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    [*found] = [line for line in lines if f'"{requirement}"' in line]
    assert found
    for line in found:
        reason = line.partition(f'"{requirement}"')[2].partition("# ")[2]
        assert reason.strip(), f"pyproject.toml does not say what {requirement} is for"


def test_what_the_application_imports_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        asked += extra
    declared = {canonicalize_name(Requirement(requirement).name) for requirement in asked}
    declared.add(canonicalize_name("pydantic-core"))  # pydantic's other half, at one exact version
    installed = packages_distributions()
    foreign = {
        (imported, name(path))
        for path in PYTHON
        if path.relative_to(ROOT).parts[0].removesuffix(".py") in MAY_IMPORT
        for _, imported in imports(ast.parse(path.read_text(encoding="utf-8")))
        if imported not in OURS | sys.stdlib_module_names
    }
    undeclared = {
        f"{where}: {imported}"
        for imported, where in foreign
        if declared.isdisjoint(map(canonicalize_name, installed.get(imported, [])))
    }
    assert undeclared == set()


@pytest.mark.parametrize("requirement", requirements())
def test_the_lock_holds_what_pyproject_asks_for(requirement: str) -> None:
    asked = Requirement(requirement)
    locked = {}
    for line in (ROOT / "requirements-dev.lock").read_text(encoding="utf-8").splitlines():
        if line and not line.lstrip().startswith("#"):
            package, _, exact = line.partition(";")[0].strip().partition("==")
            locked[canonicalize_name(package)] = exact
    version = locked.get(canonicalize_name(asked.name))
    assert version, f"{asked.name} is not locked: run `make lock`"
    assert asked.specifier.contains(version), f"{asked.name} is locked at {version}: `make lock`"


def test_the_lock_names_no_place_to_download_from() -> None:
    text = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|--(?:index|extra|find|trusted)", text)
