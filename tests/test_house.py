"""The rules of the house: who may import whom, what a file owes its reader, what never enters."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

# Imports point down. Only tests import tests, benchmarks, or what writes the docs.
MAY_IMPORT = {
    "cli": {
        "adhoc",
        "coding",
        "database",
        "exports",
        "feeds",
        "migrations",
        "output",
        "pages",
        "reports",
        "schema",
    },
    "adhoc": {"database", "output", "reports", "schema"},
    "coding": {"database", "migrations", "output", "schema"},
    "database": {"schema"},
    "exports": {"database", "migrations", "output", "reports", "schema"},
    "feeds": {"database", "migrations", "output", "reports", "schema"},
    "migrations": {"database", "schema"},
    "output": {"database", "schema"},
    "pages": {"database", "output", "reports", "schema"},
    "reports": {"database", "output", "schema"},
    "schema": set[str](),
    "sourcebook": {"adhoc", "database", "output", "reports", "schema"},
}
MODULES = {"cli", "sourcebook"}  # files of their own; the others are packages
OURS = {*MAY_IMPORT, "articles", "benchmarks", "docs", "tests"}

# What an installation may put at the top of its environment, beside other people's packages.
TOP_LEVEL = {
    "adhoc",
    "articles",
    "cli.py",
    "coding",
    "database",
    "exports",
    "feeds",
    "migrations",
    "output",
    "pages",
    "reports",
    "schema",
    "sourcebook.py",
}

DEV = "requirements-dev.lock"
LOCKS = tuple(ROOT / name for name in (DEV, "requirements-spark.lock", "requirements-system.lock"))

MOST_LINES = 600  # no file is longer

# They name the sentence around a thing, not the thing.
VAGUE = {"beside", "found", "held", "one", "said", "strangers", "told", "untold"}

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
    actual = (ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if name)
    return [path for path in actual if path.is_file()]


FILES = files()
PYTHON = [path for path in FILES if path.suffix == ".py"]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


class Outline(NamedTuple):
    """The docstring of a source file, its imports and names with their lines, and its classes.

    `from a import b` counts as `a` and `a.b`: `b` may be a module.
    """

    docstring: str | None
    imports: list[tuple[int, str]]
    names: list[tuple[int, str]]
    classes: list[str]


@cache
def outline(source: str) -> Outline:
    """Return the outline of a source file; several tests need that of every file."""
    tree = ast.parse(source)
    made = Outline(ast.get_docstring(tree), [], [], [])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            made.imports.extend((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." if node.level else str(node.module)
            made.imports.append((node.lineno, base))
            if not node.level:
                made.imports.extend((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            made.names.append((node.lineno, node.id if isinstance(node, ast.Name) else node.attr))
        elif isinstance(node, ast.arg):
            made.names.append((node.lineno, node.arg))
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            made.names.append((node.lineno, node.name))
            if isinstance(node, ast.ClassDef):
                made.classes.append(node.name)
    return made


def top_imports(source: str) -> set[tuple[int, str]]:
    """Return the line and the top package of every import."""
    imports = outline(source).imports
    return {(line, imported.partition(".")[0] or ".") for line, imported in imports}


def wrong_imports(package: str, source: str) -> list[str]:
    """List the imports of a source file in `package` that point up."""
    allowed = MAY_IMPORT[package] | {package}
    return [
        f"{line}: {package} imports {imported}"
        for line, imported in sorted(top_imports(source))
        if imported == "." or (imported in OURS and imported not in allowed)
    ]


def import_graph(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Return which module imports which, among the modules given with their source.

    Imports inside functions and for type checking count too.
    """
    return {
        module: {
            imported
            for _, imported in outline(source).imports
            if imported in sources and imported != module
        }
        for module, source in sources.items()
    }


def package_graph(graph: Mapping[str, set[str]], depth: int) -> dict[str, set[str]]:
    """Return which package imports which; deeper packages count as part of their parent.

    A package's own files and a sub-package of it count as two packages.
    """
    packages = {module.rpartition(".")[0] for module in graph}

    def package(module: str) -> str:
        actual = module if module in packages else module.rpartition(".")[0] or module
        return ".".join(actual.split(".")[:depth])

    between: dict[str, set[str]] = {}
    for module, imported in graph.items():
        mine = package(module)
        between.setdefault(mine, set()).update({*map(package, imported)} - {mine})
    return between


def import_circle(graph: Mapping[str, set[str]]) -> list[str]:
    """Return the members of an import circle, sorted; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return sorted(set(error.args[1]))
    return []


def modules() -> dict[str, str]:
    """Return the source of every module of the application, by dotted name."""
    return {
        name(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path.read_text(
            encoding="utf-8"
        )
        for path in PYTHON
        if path.relative_to(ROOT).parts[0].removesuffix(".py") in MAY_IMPORT
    }


def test_there_is_something_to_check() -> None:
    assert "tests/test_house.py" in map(name, PYTHON)


def test_imports_point_down_the_grain() -> None:
    wrong = []
    for path in PYTHON:
        package = path.relative_to(ROOT).parts[0].removesuffix(".py")
        if package in MAY_IMPORT:
            actual = wrong_imports(package, path.read_text(encoding="utf-8"))
            wrong += [f"{name(path)}:{fault}" for fault in actual]
    assert wrong == []


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("schema", "import coding"),
        ("schema", "from database.connect import locate"),
        ("output", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import reports.run"),
        ("feeds", "from exports import folder"),
        ("schema", "def f():\n    from reports.run import run"),
        ("reports", "from feeds import copy"),
        ("feeds", "import cli"),
        ("coding", "from . import format"),
        ("cli", "import tests.postgres"),
    ],
)
def test_an_import_against_the_grain_is_found(package: str, source: str) -> None:
    assert len(wrong_imports(package, source)) == 1


def test_no_files_import_one_another_in_a_circle() -> None:
    assert import_circle(import_graph(modules())) == []


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_no_packages_import_one_another_in_a_circle(depth: int) -> None:
    graph = import_graph(modules())
    assert max(module.count(".") for module in graph) < 3  # so that no package is deeper
    assert import_circle(package_graph(graph, depth)) == []


@pytest.mark.parametrize(
    "sources",
    [
        {"a": "import b", "b": "import a"},
        {"p.a": "from p.b import x", "p.b": "def f():\n    from p import c", "p.c": "import p.a"},
        {"a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import b", "b": "import a"},
    ],
)
def test_an_import_circle_is_found(sources: dict[str, str]) -> None:
    assert import_circle(import_graph(sources)) == sorted(sources)


@pytest.mark.parametrize(
    ("depth", "sources"),
    [
        (1, {"p.a": "import q.a", "p.b": "", "q.a": "", "q.b": "from p import b"}),
        (1, {"p.a": "import q.a", "p.r.b": "", "q.a": "", "q.b": "from p.r import b"}),
        (2, {"p.a": "from p.q import b", "p.q.b": "import p.c", "p.c": ""}),
        (2, {"p": "import p.q.a", "p.a": "", "p.q.a": "import p.a"}),
        (3, {"p.q.a": "from p.q.r import b", "p.q.r.b": "import p.q.c", "p.q.c": ""}),
    ],
)
def test_a_circle_of_packages_is_found_though_no_files_make_one(
    depth: int, sources: dict[str, str]
) -> None:
    graph = import_graph(sources)
    assert import_circle(graph) == []
    assert len(import_circle(package_graph(graph, depth))) == 2


def test_imports_without_a_circle_are_accepted() -> None:
    sources = {"a": "import b\nimport c", "b": "import c", "c": "import os"}
    assert import_circle(import_graph(sources)) == []


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
    modules = {f"{name}.py" for name in MODULES}
    assert shipped == {*modules, "articles", *(MAY_IMPORT.keys() - MODULES)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    """The wheel as `pip install` would build it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*build, "--directory", str(folder)], cwd=ROOT, check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    with ZipFile(path) as opened:
        yield opened


def test_the_wheel_carries_every_file_of_the_application(wheel: ZipFile) -> None:
    packed = {file for file in wheel.namelist() if ".dist-info/" not in file}
    tops = {"articles", *MAY_IMPORT, *(f"{name}.py" for name in MODULES)}
    assert packed == {name(path) for path in FILES if path.relative_to(ROOT).parts[0] in tops}
    assert {file.partition("/")[0] for file in packed} <= TOP_LEVEL
    kinds = {file.rpartition(".")[2] for file in packed}
    assert kinds == {
        "css",
        "html",
        "js",
        "mako",
        "md",
        "py",
        "sql",
        "svg",
        "typed",
        "yaml",
    }  # no leftovers


def test_every_package_in_the_wheel_carries_its_types(wheel: ZipFile) -> None:
    files = {(folder, file) for folder, _, file in (n.rpartition("/") for n in wheel.namelist())}
    packages = MAY_IMPORT.keys() - MODULES
    tops = {folder for folder, file in files if file == "__init__.py" and "/" not in folder}
    assert tops == packages
    assert {folder for folder, file in files if file == "py.typed"} == packages


def test_the_wheel_carries_the_readme(wheel: ZipFile) -> None:
    [file] = [file for file in wheel.namelist() if file.endswith(".dist-info/METADATA")]
    head, _, body = wheel.read(file).decode("utf-8").partition("\n\n")
    assert "Description-Content-Type: text/markdown" in head.splitlines()
    assert body == (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_file_says_what_it_is_for() -> None:
    outlines = {name(path): outline(path.read_text(encoding="utf-8")) for path in PYTHON}
    assert [n for n, it in outlines.items() if not it.docstring] == []


def test_no_file_is_too_long() -> None:
    # A migration is a record: it is not rearranged.
    read = [path for path in PYTHON if not name(path).startswith("migrations/versions/")]
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in read}
    assert {n: count for n, count in lines.items() if count > MOST_LINES} == {}


def vague_names(source: str) -> list[str]:
    """List the names in a source file that don't say what they hold."""
    return [f"{line}: {name}" for line, name in outline(source).names if name.strip("_") in VAGUE]


def test_a_name_says_what_it_holds() -> None:
    # A migration is a record: it is not rewritten.
    read = [path for path in PYTHON if not name(path).startswith("migrations/versions/")]
    sources = {name(path): path.read_text(encoding="utf-8") for path in read}
    assert {n: vague for n, source in sources.items() if (vague := vague_names(source))} == {}


@pytest.mark.parametrize(
    "source",
    ["found = 1", "def f(told): ...", "[one for one in x]", "def held(): ...", "self._said = 1"],
)
def test_a_vague_name_is_found(source: str) -> None:
    assert len(vague_names(source)) == 1


def classes_of_one_name(sources: Mapping[str, str]) -> list[str]:
    """List the public classes that share their name with another, each with its module."""
    modules: dict[str, list[str]] = defaultdict(list)
    for module, source in sources.items():
        for name in outline(source).classes:
            if not name.startswith("_"):
                modules[name].append(module)
    return [f"{name}: {', '.join(where)}" for name, where in modules.items() if len(where) > 1]


def test_no_two_classes_have_the_same_name() -> None:
    # A migration is a record: it keeps the tables of its day.
    sources = modules().items()
    now = {name: source for name, source in sources if not name.startswith("migrations.versions.")}
    assert classes_of_one_name(now) == []


def test_classes_of_the_same_name_are_found() -> None:
    sources = {
        "p.a": "class Row: ...\nclass _Own: ...",
        "p.b": "def f():\n    class Row: ...\nclass Rows: ...",
        "q": "class _Own: ...",
    }
    assert classes_of_one_name(sources) == ["Row: p.a, p.b"]


def test_no_file_knows_a_machine() -> None:
    actual = []
    for path in FILES:
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            text = line.decode("utf-8", errors="replace")
            if MACHINE.search(text) or str(ROOT) in text:
                actual.append(f"{name(path)}:{number}: {text.strip()[:80]}")
    assert actual == []


# --- versions -------------------------------------------------------------------------------------


def requirements() -> list[str]:
    """Return every requirement of pyproject.toml, word for word."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    actual: list[str] = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for group in (project["project"]["optional-dependencies"], project["dependency-groups"]):
        for more in group.values():
            actual += more
    return actual


@pytest.mark.parametrize("requirement", requirements())
def test_a_dependency_has_a_floor_and_a_reason(requirement: str) -> None:
    assert ">=" in requirement
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    [*actual] = [line for line in lines if f'"{requirement}"' in line]
    assert actual
    for line in actual:
        reason = line.partition(f'"{requirement}"')[2].partition("# ")[2]
        assert reason.strip(), f"pyproject.toml does not say what {requirement} is for"


def test_what_the_application_imports_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        asked += extra
    declared = {canonicalize_name(Requirement(requirement).name) for requirement in asked}
    declared.add(canonicalize_name("pydantic-core"))  # pydantic's other half, at one exact version
    declared.add(canonicalize_name("MarkupSafe"))  # Jinja2's other half, by the same people
    installed = packages_distributions()
    foreign = {
        (imported, name(path))
        for path in PYTHON
        if path.relative_to(ROOT).parts[0].removesuffix(".py") in MAY_IMPORT
        for _, imported in top_imports(path.read_text(encoding="utf-8"))
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
    for lock in LOCKS:
        for line in lock.read_text(encoding="utf-8").splitlines():
            if line and not line.lstrip().startswith("#"):
                package, _, exact = line.partition(";")[0].strip().partition("==")
                locked[canonicalize_name(package)] = exact
    version = locked.get(canonicalize_name(asked.name))
    assert version, f"{asked.name} is not locked: run `make lock`"
    assert asked.specifier.contains(version), f"{asked.name} is locked at {version}: `make lock`"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_place_to_download_from(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|--(?:index|extra|find|trusted)", text)


def test_make_installs_the_development_packages_from_wheels_alone() -> None:
    """Nothing is compiled, so `make test` needs no compiler."""
    planned = subprocess.run(
        ["make", "--dry-run", "--always-make", ".venv/.developed"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    [install] = [line for line in planned.stdout.splitlines() if f"--requirement {DEV}" in line]
    assert "--only-binary=:all:" in install


def test_a_clean_clone_has_what_make_and_continuous_integration_use() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    tracked = set(listed.stdout.splitlines())
    used = subprocess.run(
        ["make", "--dry-run", "--always-make", "report", "test", "test-system", "docs", "bench"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout + (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    files = set(re.findall(r"(?<![\w./-])\w[\w/-]*\.(?:py|lock|toml)\b", used))
    modules = {name.replace(".", "/") for name in re.findall(r"-m ((?:docs|benchmarks)\S*)", used)}
    assert {DEV, "tests/browser.py"} <= files
    assert files <= tracked
    assert all({f"{name}.py", f"{name}/__main__.py"} & tracked for name in modules)
