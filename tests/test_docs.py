"""The documentation is true: its generated parts are up to date, and its example is valid."""

from __future__ import annotations

import ast
import datetime
import importlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from coding import error_ids
from coding import format as coding_format
from coding.pinning import pin_file
from coding.reading import read_coding
from coding.validation import check_file
from docs import build
from docs.build import Shell, StaleError, filled
from docs.editor_schema import coding_schema
from docs.parts import PARTS, fenced
from schema import vocabulary
from schema.edtf import Edtf
from tests.valid_coding import VALID_CODING

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
FORMAT = (DOCS / "format.md").read_text(encoding="utf-8")
CODINGS = [DOCS / "example.yaml", *sorted((ROOT / "articles").glob("*.yaml"))]


# --- the builder ----------------------------------------------------------------------------------


def test_generated_parts_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    status = build.main(["--check"])
    assert status == 0, capsys.readouterr()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the builder reads and writes."""
    # The commands of these pages would take too long.
    ignored = shutil.ignore_patterns("__pycache__", "reports.md", "sql.md", "feeds.md")
    shutil.copytree(DOCS, tmp_path / "docs", ignore=ignored)
    monkeypatch.setattr(build, "ROOT", tmp_path)
    return tmp_path


def test_stale_parts_are_shown_and_then_rewritten(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = [checkout / "docs" / it for it in ("schema.md", "coding.schema.json", "format.md")]
    right = [page.read_text(encoding="utf-8") for page in pages]
    stale = [text.replace("hypothetical", "imaginary") for text in right]
    for page, before, text in zip(pages, right, stale, strict=True):
        assert text != before
        page.write_text(text, encoding="utf-8")
    assert build.main(["--check"]) == 1
    shown = capsys.readouterr()
    for page in pages:
        diff = shown.out.partition(f"--- docs/{page.name}")[2].partition("--- docs/")[0]
        assert "imaginary" in diff
    assert "make docs" in shown.err
    assert [page.read_text(encoding="utf-8") for page in pages] == stale
    assert build.main([]) == 0
    assert [page.read_text(encoding="utf-8") for page in pages] == right
    assert build.main(["--check"]) == 0


def test_text_between_two_marks_is_rewritten() -> None:
    page = "a\n\n<!-- part: x -->\nold\n<!-- end -->\n\nb\n<!-- a comment -->\n"
    new = page.replace("old", "<x>")
    assert filled(page, "p.md", {"part": lambda argument: f"<{argument}>\n"}) == new
    assert filled(new, "p.md", {"part": lambda argument: f"<{argument}>\n"}) == new


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<!-- nothing -->\n<!-- end -->\n", "there is no part nothing"),
        ("<!-- rules -->\n", "is not a pair"),
        ("<!-- end -->\n", "is not a pair"),
        ("<!-- rules -->\n\n<!-- rules -->\n<!-- end -->\n", "has no <!-- end -->"),
        ("<!-- vocabulary: Colour -->\n<!-- end -->\n", "there is no vocabulary Colour"),
        ("<!-- refusals: cooking -->\n<!-- end -->\n", "there are no refusals cooking"),
        ("<!-- coding: songs x -->\n<!-- end -->\n", "no section songs"),
        ("<!-- coding: events xyzzy -->\n<!-- end -->\n", "holds xyzzy"),
        ("<!-- text: 99 -->\n<!-- end -->\n", "the example has no ¶99"),
    ],
)
def test_a_part_that_cannot_be_generated_is_named(page: str, message: str) -> None:
    with pytest.raises(StaleError, match=re.escape(message)) as caught:
        filled(page, "p.md", PARTS)
    assert str(caught.value).startswith("p.md: ")


def test_a_fence_is_longer_than_any_fence_inside() -> None:
    assert fenced("text", "a\n````\nb\n").startswith("`````text\n")
    assert fenced("text", "a") == "```text\na\n```\n"


# --- commands -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(ROOT, tmp_path_factory.mktemp("shell"))


def test_a_command_is_shown_with_its_output(shell: Shell) -> None:
    output = shell.page("one")
    line = "sourcebook tables --format csv | head -n 3"
    command, head, *rows = output(line).removeprefix("```console\n").splitlines()
    assert (command, head) == (f"$ {line}", "name,kind,rows,meaning")
    assert [row.partition(",")[0] for row in rows] == ["actor_names", "actor_summaries", "```"]


def test_each_page_has_its_own_database(shell: Shell) -> None:
    first, second = shell.page("first"), shell.page("second")
    first("sourcebook load docs/example.yaml --text docs/example.txt")
    actors = "sourcebook report actors --format csv"
    assert "jonas-arvel" in first(actors)
    assert "jonas-arvel" not in second(actors)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("rm -rf docs", "write `sourcebook"),
        ("sourcebook tables | sort", "failed: "),
        ("sourcebook report nonsense", "nonsense"),
    ],
)
def test_a_command_that_fails_stops_the_builder(shell: Shell, line: str, message: str) -> None:
    page = f"<!-- output: {line} -->\n<!-- end -->\n"
    with pytest.raises(StaleError, match=re.escape(message)):
        filled(page, "p.md", {"output": shell.page("failing")})


# --- the example ----------------------------------------------------------------------------------


def test_the_example_has_no_fault() -> None:
    assert [
        str(fault) for fault in check_file(DOCS / "example.yaml", DOCS / "example.txt")[0]
    ] == []


def test_the_example_is_pinned(tmp_path: Path) -> None:
    path = shutil.copy(DOCS / "example.yaml", tmp_path)
    assert pin_file(Path(path), DOCS / "example.txt").places == 0
    assert Path(path).read_bytes() == (DOCS / "example.yaml").read_bytes()


def test_the_example_shows_every_kind_of_fact_and_the_hard_cases() -> None:
    coding, _lines = read_coding(DOCS / "example.yaml")
    assert all([coding.events, coding.links, coding.quotes, coding.positions, coding.relations])
    assert any(quote.text and len(quote.text) > 1 for quote in coding.quotes)
    assert any(len(quote.who.get(vocabulary.Role.SPEAKER, [])) > 1 for quote in coding.quotes)
    assert {quote.marks for quote in coding.quotes} >= {vocabulary.Marks.DAMAGED}
    assert {quote.directness for quote in coding.quotes} == set(vocabulary.Directness)
    modalities = {event.modality for event in coding.events}
    assert modalities >= {"actual", "expected", "possible", "denied", "hypothetical"}
    evidence = [piece for event in coding.events for piece in event.evidence]
    assert any(len(piece.through) > 1 for piece in evidence)
    assert {piece.certainty for piece in evidence} >= {"alleged", "rumoured"}
    assert any(name.kind == "metonym" for actor in coding.actors for name in actor.names)


def test_the_drafts_that_format_md_shows_can_be_pinned(tmp_path: Path) -> None:
    [drafts] = re.findall(r"```yaml\n(- at:.*?)```", FORMAT, re.DOTALL)
    path = tmp_path / "drafts.yaml"
    path.write_text(f"format: 1\ndocument: {{}}\nevidence:\n{drafts}", encoding="utf-8")
    assert pin_file(path, DOCS / "example.txt").places == 5


# --- docs/format.md -------------------------------------------------------------------------------


def test_format_md_names_every_key() -> None:
    def keys(part: Any) -> Iterator[str]:
        for model in [part, *part["$defs"].values()]:
            yield from model.get("properties", ())

    named = set(re.findall(r"`([a-z]+)`", FORMAT)) | set(re.findall(r"(\w+):", FORMAT))
    assert {*keys(coding_format.Coding.model_json_schema(by_alias=True))} - named == set()


def test_format_md_lists_every_vocabulary_of_the_format() -> None:
    listed = set(re.findall(r"<!-- vocabulary: (\w+) -->", FORMAT))
    defined = coding_format.Coding.model_json_schema()["$defs"]
    wanted = {name for name in defined if "enum" in defined[name]} | {"Role"}
    assert listed == wanted


def test_every_date_in_format_md_is_valid() -> None:
    table = FORMAT.partition("| the text says | `date` |")[2].partition("\n\n")[0]
    dates = re.findall(r"`([^`]+)`", table)
    assert len(dates) > 8
    for date in dates:
        assert Edtf.parse(date).text == date


def test_the_listed_error_ids_are_exactly_those_in_use() -> None:
    """An id is what is hyphened, or what a fault is made with, in the modules that refuse."""
    actual: set[str] = set()
    for path in (ROOT / "coding").glob("*.py"):
        if path.stem not in ("refusals", "rules", "format"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            words = {
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
            actual |= {word for word in words if re.fullmatch("[a-z]+(-[a-z0-9]+)+", word)}
            actual |= words & {"conflict", "unreadable", "unwritable"}
    assert actual == set(error_ids.REFUSALS)


# --- docs/coding.schema.json ----------------------------------------------------------------------

Loader = Callable[[str], Any]


def as_text(coding: str) -> Any:
    """Read YAML as the application does: every scalar is text."""
    return yaml.load(coding, Loader=yaml.CBaseLoader)  # noqa: S506 - it makes text alone


def as_editors_do(coding: str) -> Any:
    """Read YAML as editors do: with numbers and booleans; dates as text."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [plain(inner) for inner in value]
        return value.isoformat() if isinstance(value, datetime.date) else value

    return plain(yaml.load(coding, Loader=yaml.CSafeLoader))


LOADERS = pytest.mark.parametrize("load", [as_text, as_editors_do])


def wrong(coding: Any) -> list[str]:
    """List the errors that the published schema finds in a coding."""
    published = json.loads((DOCS / "coding.schema.json").read_text(encoding="utf-8"))
    return [error.message for error in Draft202012Validator(published).iter_errors(coding)]


def test_the_published_schema_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(coding_schema())


@pytest.mark.parametrize("path", CODINGS, ids=lambda path: path.stem)
def test_our_codings_match_the_published_schema(path: Path) -> None:
    assert wrong(as_editors_do(path.read_text(encoding="utf-8"))) == []


def test_a_coding_read_as_text_matches_the_published_schema_too() -> None:
    assert wrong(as_text(CODINGS[0].read_text(encoding="utf-8"))) == []


@LOADERS
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Sudland leaves", "title: 1984"),
        ("title: Sudland leaves", "title: no"),
        ("  date: 2020-03-03~", "  date: 2020"),
        ("  date: 2020-03-03~", "  date: 2020-03-03"),
        ("text: it was over", "text: [it was, over]"),
        ("doer: sudland-state", "doer: [{actor: sudland-state, count: 3 men, least: 3}]"),
        ("doer: sudland-state", "doer: {actor: sudland-state, count: 3, least: 3, most: 3}"),
        ("at: 1:60-80", 'at: 1 "first words … last \\" words", 2:0-9, 3'),
        ("at: 1:60-80", "at: 1"),
        ("heading: true", "heading: false"),
    ],
)
def test_the_published_schema_accepts_valid_values(old: str, new: str, load: Loader) -> None:
    assert old in VALID_CODING
    assert wrong(load(VALID_CODING.replace(old, new))) == []


@LOADERS
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("format: 1", "format: 2"),
        ("coder: Tests", "author: Tests"),
        ("  place: port-ann", "  plaice: port-ann"),
        ("kind: goal", "kind: gaol"),
        ("who: {holder:", "who: {speaker:"),
        ("key: talks", "key: The Talks"),
        ("doer: sudland-state", "doer: Sud Land"),
        ("at: 1:60-80", "at: 1:60"),
        ("  statement: to have the harbour\n", ""),
        ("  date: 2020-03-03~", "  date:"),
        ("length: 100", "length: many"),
        ("events:", "events: none\nold:"),
    ],
)
def test_the_published_schema_refuses_invalid_values(old: str, new: str, load: Loader) -> None:
    assert old in VALID_CODING
    assert wrong(load(VALID_CODING.replace(old, new))) != []


def test_the_published_schema_explains_values_and_roles() -> None:
    defined = coding_schema()["$defs"]
    marks = defined["Marks"]
    assert dict(zip(marks["enum"], marks["enumDescriptions"], strict=True)) == {
        mark.value: mark.meaning for mark in vocabulary.Marks
    }
    roles = defined["CodedQuote"]["properties"]["who"]["properties"]
    assert roles["speaker"]["description"] == vocabulary.Role.SPEAKER.meaning


# --- Markdown on GitHub ---------------------------------------------------------------------------

BLOCKS = re.MULTILINE | re.DOTALL
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])


def slug(heading: str) -> str:
    """Return the anchor that GitHub makes for a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(path: Path) -> list[str]:
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=BLOCKS)
    return [slug(heading) for heading in re.findall("^#+ (.+)$", text, re.MULTILINE)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_have_targets(path: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=BLOCKS)
    dead = []
    for target in re.findall(r"(?<!`)\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        if "://" in target:
            continue
        page = path.parent / file if file else path
        if not page.exists() or (anchor and anchors(page).count(anchor) != 1):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_tables_render_as_tables(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    github = importlib.import_module("cmarkgfm")  # it has no types
    unsafe = importlib.import_module("cmarkgfm.cmark").Options.CMARK_OPT_UNSAFE
    html = github.github_flavored_markdown_to_html(text, options=unsafe)
    written = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=BLOCKS)
    rules = [line for line in written.splitlines() if re.fullmatch(r"\|(?: :?-+:? \|)+", line)]
    assert html.count("<table>") == len(rules)
    for table in re.findall("<table>.*?</table>", html, re.DOTALL):
        widths = {len(re.findall("<t[dh][ >]", row)) for row in table.split("<tr>")[1:]}
        assert len(widths) == 1
        assert "<del>" not in table
    rows = [line for line in written.splitlines() if line.startswith("|")]
    assert html.count("<tr>") == len(rows) - len(rules)
