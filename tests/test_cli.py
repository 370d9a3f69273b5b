"""The command line: what commands print, and their exit status.

Most commands run in this process. What only a process can show runs in one: streams, imports,
terminals, and one use of each kind.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from click.testing import CliRunner

from cli import LAZY, sourcebook
from tests.valid_coding import VALID_CODING

ROOT = Path(__file__).parent.parent
HEAVY = ("sqlalchemy", "alembic", "pydantic", "yaml", "tabulate", "rapidfuzz", "psycopg")


class Done(NamedTuple):
    """The exit status of a command, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str | Path, cwd: Path, **variables: str) -> Done:
    """Run a command in this process, in a directory of the test's own."""
    with contextlib.chdir(cwd):
        result = CliRunner(env={"SOURCEBOOK_DB": None, **variables}).invoke(
            sourcebook, [*map(str, arguments)], catch_exceptions=False
        )
    return Done(result.exit_code, result.stdout, result.stderr)


def run_process(*arguments: str | Path, cwd: Path) -> Done:
    """Run a command in a process of its own, as a user does."""
    environment = {key: value for key, value in os.environ.items() if key != "SOURCEBOOK_DB"}
    ended = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *map(str, arguments)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Done(ended.returncode, ended.stdout, ended.stderr)


def imported(command: list[str], cwd: Path) -> set[str]:
    """Run a command in a process of its own and say which heavy modules it has imported."""
    script = (
        "import sys, json\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        f"sys.argv = ['sourcebook', *{command!r}]\n"
        "import cli\n"
        "try:\n    cli.main()\n"
        "except SystemExit:\n    pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=cwd, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """The directory in which `init` was run, and what it printed."""
    folder = tmp_path_factory.mktemp("article")
    done = run_process("init", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, done


@pytest.fixture(scope="module")
def article(initialised: tuple[Path, Done]) -> Path:
    """A directory with a sourcebook.db that holds the shipped article."""
    return initialised[0]


# --- init, load, check ----------------------------------------------------------------------------


def test_init_says_what_it_made_and_again_that_nothing_changed(
    initialised: tuple[Path, Done],
) -> None:
    folder, first = initialised
    assert "sourcebook.db: created, schema sourcebook_" in first.stderr
    assert "stand-together-or-fall-apart: loaded\n" in first.stderr
    before = (folder / "sourcebook.db").read_bytes()
    second = run("init", cwd=folder)
    assert second.returncode == 0
    assert "nothing to upgrade" in second.stderr
    assert "stand-together-or-fall-apart: unchanged" in second.stderr
    assert second.stdout == first.stdout
    assert (folder / "sourcebook.db").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["sourcebook.db"]


def test_the_database_may_be_named_by_option_or_environment(tmp_path: Path) -> None:
    assert run("--db", "one.db", "migrate", cwd=tmp_path).returncode == 0
    assert run("migrate", cwd=tmp_path, SOURCEBOOK_DB="two.db").returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.db", "two.db"]


def test_load_lists_by_key_what_a_changed_coding_changes(tmp_path: Path) -> None:
    coding = tmp_path / "coding.yaml"
    coding.write_text(VALID_CODING, encoding="utf-8")
    run("migrate", cwd=tmp_path)
    first = run("load", "coding.yaml", cwd=tmp_path)
    assert (first.returncode, first.stdout) == (0, "")
    assert "harbour-talks: added 4 actors, 1 coding, 2 events" in first.stderr
    coding.write_text(VALID_CODING.replace("Sudland leaves", "Sudland goes"), encoding="utf-8")
    second = run("load", "coding.yaml", "--format", "json", cwd=tmp_path)
    assert json.loads(second.stdout) == [
        {"document": "harbour-talks", "action": "changed", "item": "event", "key": "walk-out"}
        | {"field": "title", "old_value": "Sudland leaves", "new_value": "Sudland goes"}
    ]
    assert "harbour-talks: changed 1 event" in second.stderr
    third = run("load", "coding.yaml", cwd=tmp_path)
    assert (third.returncode, third.stdout) == (0, "")
    assert "harbour-talks: unchanged" in third.stderr


def test_a_coding_with_errors_is_refused_whole(tmp_path: Path) -> None:
    run("migrate", cwd=tmp_path)
    before = (tmp_path / "sourcebook.db").read_bytes()
    coding = tmp_path / "coding.yaml"
    faulty = VALID_CODING.replace("place: port-ann", "place: port-anne").replace(
        "  - at: 1:60-80", "  - at: 1:60-180"
    )
    coding.write_text(faulty, encoding="utf-8")
    done = run("load", "coding.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert [line.split(": ")[1].split()[1] for line in lines[:-1]] == [
        "unknown-key",
        "locator-outside",
    ]
    assert lines[-1] == "Error: 2 faults; nothing was loaded"
    assert (tmp_path / "sourcebook.db").read_bytes() == before


def test_faults_say_whether_other_codings_were_loaded(tmp_path: Path) -> None:
    run("migrate", cwd=tmp_path)
    (tmp_path / "a.yaml").write_text(VALID_CODING, encoding="utf-8")
    other = VALID_CODING.replace("harbour-talks", "other-talks")
    (tmp_path / "b.yaml").write_text(other.replace("name: Ana", "name: Anna"), encoding="utf-8")
    missing = run("load", "a.yaml", "b.yaml", "missing.yaml", "--strict", cwd=tmp_path)
    assert missing.returncode == 1
    assert missing.stderr.splitlines()[-1] == "Error: 1 fault; nothing was loaded"
    conflict = run("load", "a.yaml", "b.yaml", cwd=tmp_path)
    assert conflict.stderr.splitlines()[-1] == "Error: 2 faults; nothing was loaded"
    mixed = run("load", "a.yaml", "missing.yaml", cwd=tmp_path)
    assert mixed.returncode == 1
    assert mixed.stderr.startswith("harbour-talks: added")
    assert mixed.stderr.splitlines()[-1] == "Error: 1 fault; nothing more was loaded"
    pinned = run("pin", "a.yaml", "--text", "missing.txt", cwd=tmp_path)
    assert pinned.stderr.splitlines()[-1] == "Error: 1 fault; nothing was changed"


@pytest.mark.parametrize(
    ("old", "new", "status", "counts"),
    [
        ("", "", 0, "no errors, no warnings, no notes"),
        ("  who: {doer: sudland-state}\n", "", 0, "no errors, no warnings, 1 note"),
        ("topics:\n", "topics:\n- {key: idle, label: Idle}\n", 3, "no errors, 1 warning, no notes"),
        ("place: port-ann", "place: nowhere", 1, "1 error, 1 warning, no notes"),
    ],
)
def test_the_exit_status_of_check_says_the_worst(
    tmp_path: Path, old: str, new: str, status: int, counts: str
) -> None:
    (tmp_path / "coding.yaml").write_text(VALID_CODING.replace(old, new, 1), encoding="utf-8")
    done = run("check", "coding.yaml", cwd=tmp_path)
    assert done.returncode == status
    assert done.stderr.strip() == counts
    assert len(done.stdout.splitlines()) == sum(
        int(part.split()[0].replace("no", "0")) for part in counts.split(", ")
    )


def test_check_gives_rows_in_every_format(tmp_path: Path) -> None:
    (tmp_path / "coding.yaml").write_text(VALID_CODING.replace("place: port-ann", "place: x"))
    done = run("check", "coding.yaml", "--format", "json", cwd=tmp_path)
    rows = json.loads(done.stdout)
    assert {"file", "line", "severity", "rule", "where", "message"} == set(rows[0])
    assert all(isinstance(row["line"], int) for row in rows)


def test_the_shipped_article_has_no_warning() -> None:
    shipped = sorted((ROOT / "articles").glob("*.yaml"))
    assert shipped
    done = run("check", *shipped, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_keep_text_needs_the_text(tmp_path: Path) -> None:
    done = run("load", "coding.yaml", "--keep-text", cwd=tmp_path)
    assert done.returncode == 2
    assert "--keep-text needs --text" in done.stderr


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "1e300", "-1", "9" * 5000, "x"])
@pytest.mark.parametrize("command", ["sql", "search", "report", "report actors"])
def test_a_number_that_makes_no_sense_is_refused(article: Path, command: str, value: str) -> None:
    options = {
        "sql": ("--timeout", "--limit", "--value-limit"),
        "search": ("--timeout", "--limit"),
    }
    words = {"sql": "select 1", "search": "army"}.get(command)
    for option in options.get(command, ("--timeout",)):
        done = run(*command.split(), *filter(None, [words]), option, value, cwd=article)
        assert (done.returncode, done.stdout) == (2, ""), option
        assert f"Error: Invalid value for '{option}': {value[:30]}" in done.stderr
        assert len(done.stderr) < 400  # what is too long to read is cut
        assert done.stderr.endswith("1,000,000,000\n")


@pytest.mark.parametrize("command", ["sql", "search", "report actors"])
def test_the_largest_number_is_accepted(article: Path, command: str) -> None:
    most = str(10**9)
    limits = {"sql": ["select 1", "--limit", most, "--value-limit", most]}
    limits["search"] = ["army", "--limit", most]
    done = run(*command.split(), *limits.get(command, []), "--timeout", most, cwd=article)
    assert done.returncode == 0, done.stderr
    assert done.stdout


BAD = {
    "missing": None,
    "empty": b"",
    "not-utf-8": VALID_CODING.encode().replace(b"Norland", b"Norl\xe4nd"),
    "malformed": b"format: [1\ncoder: x",
    "bomb": b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "tag": b"format: !!python/object/apply:os.system ['true']\n",
    "duplicate": VALID_CODING.encode() + b"coder: Again\n",
    "wrong-type": VALID_CODING.encode().replace(b"actors:\n- {key: ana", b"actors:\n- [key: ana"),
    "unknown": VALID_CODING.encode() + b"colour: red\n",
    "control": VALID_CODING.encode().replace(b"Ana Writer", b'"Ana \\e[31m Writer"'),
    "huge": b"# " + b"x" * 50_000_000,
}


@pytest.mark.parametrize("kind", sorted(BAD))
@pytest.mark.parametrize("command", ["load", "check"])
def test_bad_input_gets_a_message_and_no_traceback(
    article: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    command: str,
) -> None:
    before = (article / "sourcebook.db").read_bytes()
    (tmp_path / "sourcebook.db").write_bytes(before)
    content = BAD[kind]
    if content is not None:
        (tmp_path / "coding.yaml").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    environment = {"SOURCEBOOK_DB": None}
    done = CliRunner(env=environment).invoke(sourcebook, [command, "coding.yaml"])
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 1
    assert "coding.yaml" in done.output
    assert "\x1b" not in done.output
    assert (tmp_path / "sourcebook.db").read_bytes() == before


# --- the article's reports ------------------------------------------------------------------------

FIELDS = {
    "timeline": "event kind what date earliest latest precision words place who modality "
    "certainty source passage",
    "quotes": "quote speaker text directness date about through source passage",
    "actors": "actor name kind names events quotes",
    "sources": "source title kind anonymity through depth facts passage",
}


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_the_reports_give_their_fields(article: Path, name: str) -> None:
    done = run("report", name, "--format", "json", cwd=article)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert rows
    assert set(FIELDS[name].split()) <= set(rows[0])


def test_a_piped_table_is_not_cut(article: Path) -> None:
    rows = json.loads(run("report", "quotes", "--format", "json", cwd=article).stdout)
    table = run("report", "quotes", "--width", "0", "--columns", "all", cwd=article).stdout
    for row in rows:
        assert str(row["text"] or "") in table
    wrapped = run("report", "quotes", cwd=article).stdout
    assert max(map(len, wrapped.splitlines())) <= 100
    for row in rows:
        assert all(word in wrapped for word in str(row["what"]).split())


@pytest.mark.parametrize("name", ["putin", "Vladimir Putin", "vladimir-putin", "VLADIMIR PUTIN"])
def test_an_actor_is_found_by_key_name_or_alias(article: Path, name: str) -> None:
    by_name = run("report", "timeline", "--actor", name, "--format", "json", cwd=article)
    by_key = run("report", "timeline", "--actor", "vladimir-putin", "--format", "json", cwd=article)
    assert by_name.stdout == by_key.stdout
    assert len(json.loads(by_name.stdout)) > 5


def test_an_unknown_actor_gets_the_nearest_names(article: Path) -> None:
    done = run("report", "timeline", "--actor", "Solemani", cwd=article)
    assert done.returncode != 0
    assert "Soleimani" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_report_gets_the_nearest(article: Path) -> None:
    done = run_process("report", "timelin", cwd=article)
    assert done.returncode == 2
    assert "timeline" in done.stderr


def test_output_goes_to_a_file_whole(article: Path, tmp_path: Path) -> None:
    target = tmp_path / "actors.csv"
    done = run("report", "actors", "--format", "csv", "-o", target, cwd=article)
    assert (done.returncode, done.stdout) == (0, "")
    assert target.read_text(encoding="utf-8").startswith("name,kind,names,")


@pytest.mark.parametrize("command", [["--help"], ["report", "actors", "--format", "csv"]])
def test_a_full_disk_is_told_in_a_line(article: Path, command: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, str(ROOT / "cli.py"), *command],
            cwd=article,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_the_caller_has_closed_is_not_missed(article: Path, closed: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {closed}', "sh", sys.executable, ROOT / "cli.py", "report"],
        cwd=article,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_time_that_ends_before_it_begins_is_refused(article: Path) -> None:
    done = run("report", "timeline", "--from", "2016-01", "--to", "2015-01", cwd=article)
    assert done.returncode == 2
    assert "is before" in done.stderr


def test_columns_are_chosen_by_name(article: Path) -> None:
    chosen = run("report", "actors", "--columns", "name,kind", "--format", "csv", cwd=article)
    assert chosen.stdout.splitlines()[0] == "name,kind"
    unknown = run("report", "actors", "--columns", "naem", cwd=article)
    assert unknown.returncode == 2
    assert "there is no column 'naem'" in unknown.stderr


@pytest.mark.parametrize(
    ("options", "cells"),
    [
        (["csv"], ["'=1+1", "-0043", "-1.5", "'-1+1", "a;'@x"]),
        (["csv", "--raw"], ["=1+1", "-0043", "-1.5", "-1+1", "a;@x"]),
        (["tsv"], ["=1+1", "-0043", "-1.5", "-1+1", "a;@x"]),
    ],
)
def test_only_csv_protects_text_that_a_spreadsheet_would_run(
    article: Path, tmp_path: Path, options: list[str], cells: list[str]
) -> None:
    values = "'=1+1' as f, '-0043' as d, -1.5 as n, '-1+1' as m, 'a;@x' as s"
    own = tmp_path / "formulas.sql"
    types = {"f": "text", "d": "text", "n": "real", "m": "text", "s": "text"}
    columns = "".join(f"--   {name}  {type}  a value\n" for name, type in types.items())
    own.write_text(f"-- T\n-- Q?\n--\n-- Columns\n{columns}\nselect {values}\n")
    for command in (
        ["sql", f"select {values}"],
        ["report", "--reports", str(tmp_path), "formulas"],
    ):
        done = run(*command, "--format", *options, cwd=article)
        lines = done.stdout.splitlines()
        assert lines[1] == ("\t" if options == ["tsv"] else ",").join(cells)


def in_terminal(article: Path, *arguments: str) -> tuple[str, str]:
    """Run a command in a terminal of 100 columns; give what it printed, and what it said."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *arguments],
        cwd=article,
        env={**os.environ, "COLUMNS": "100"},
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(theirs)
        printed = printed_there(ours)
        message = process.stderr.read() if process.stderr else ""
    return printed, message


def printed_there(terminal: int) -> str:
    """Read what is printed in a terminal until nobody writes to it any more, and close it."""
    printed = b""
    with contextlib.suppress(OSError):  # how Linux ends it
        while chunk := os.read(terminal, 65_536):
            printed += chunk
    os.close(terminal)
    return printed.decode()


def test_a_terminals_table_leaves_out_details_and_says_so(article: Path) -> None:
    printed, message = in_terminal(article, "report", "timeline", "--actor", "soleimani")
    title, *lines = printed.splitlines()
    assert re.fullmatch(
        r"\x1b\[1mTIMELINE: Qassem Soleimani +4 of \d+ events and statements\x1b\[0m", title
    )
    assert len(title) == 100 + len("\x1b[1m\x1b[0m")
    assert max(map(len, lines)) <= 100
    assert not {"Key", "Kind", "Earliest", "Precision"} & set(" ".join(lines).split())
    assert "all columns, as stored: --format csv" in lines[-1]
    assert "stand-together" not in printed
    assert message == "› soleimani: understood as Qassem Soleimani\n"


def test_a_terminals_table_names_the_document_where_there_are_several(
    article: Path, tmp_path: Path
) -> None:
    both = tmp_path / "both"
    shutil.copytree(article, both)
    before, _ = in_terminal(both, "report", "quotes")
    loaded = run("load", ROOT / "docs" / "example.yaml", cwd=both)
    assert loaded.returncode == 0
    after, _ = in_terminal(both, "report", "quotes")
    shown = re.compile(r"^.*\bSource\b", re.MULTILINE)
    assert shown.search(before) is None
    assert "\nFrom Aron Lund, “Stand Together" in before.replace("\r", "")
    assert shown.search(after)
    assert "(stand-together-or-fall-apart)." in " ".join(after.split())
    alone, _ = in_terminal(both, "report", "quotes", "--speaker", "lavrov")
    assert shown.search(alone) is None
    assert "\nFrom Aron Lund, “Stand Together" in alone.replace("\r", "")


def test_no_format_steers_a_terminal(article: Path, tmp_path: Path) -> None:
    """Neither values nor names of columns do, by whatever name the terminal is opened."""
    query = "select char(27) || '[31m' || char(8238) as \"\x1b[32m\""
    mine = "select char(27) || '[31m' || char(8238) as text"
    (tmp_path / "evil.sql").write_text(
        f"-- Evil\n-- Is it?\n-- Columns\n--   text  text  x\n\n{mine}"
    )
    for command in (("sql", query), ("report", "--reports", str(tmp_path), "evil")):
        for format in ("csv", "tsv", "json", "jsonl"):
            ours, theirs = os.openpty()
            done = run(*command, "--format", format, "-o", os.ttyname(theirs), cwd=article)
            assert done.returncode == 0, (command, format)
            os.close(theirs)
            harmless(printed_there(ours), command, format)
            piped = run(*command, "--format", format, cwd=article).stdout
            assert ("\x1b[31m\u202e" in piped) == (format in ("csv", "tsv")), (command, format)
        harmless(in_terminal(article, *command, "--format", "csv")[0], command)
    harmless(in_terminal(article, "sql", query, "--format", "csv", "-o", "/dev/stdout")[0], "-o")


def harmless(printed: str, *case: object) -> None:
    """Check that a terminal got the hostile values, and that they don't steer it."""
    assert "[31m" in printed, case
    assert not set("\x1b\u202e") & set(printed), case


# --- what a command imports -----------------------------------------------------------------------


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    for command in (["load", "--help"], ["report", "--help"]):
        assert not imported(command, tmp_path) & set(HEAVY), command


def test_the_list_of_commands_imports_none_of_them(tmp_path: Path) -> None:
    modules = {
        module
        for module in imported(["--help"], tmp_path)
        if module.partition(".")[0] not in {*sys.stdlib_module_names, "click"}
        and not module.startswith("_")
    }
    output = {"output", "output.formats", "output.options", "output.wording"}
    assert modules == {"cli", "coding", "coding.console"} | output


@pytest.mark.parametrize("name", LAZY)
def test_a_command_says_the_same_of_itself_as_the_list(name: str) -> None:
    command = sourcebook.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.get_short_help_str(200) == LAZY[name][1]


def test_a_report_imports_no_migrations_and_no_intake(article: Path) -> None:
    modules = imported(["report", "timeline"], article)
    assert not modules & {"alembic", "pydantic", "yaml", "sqlalchemy.orm"}
    assert "sqlalchemy" in modules


def test_ctrl_c_during_the_first_imports_prints_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\n")
    ended = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "--help"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")


def test_a_coding_follows_its_text(tmp_path: Path) -> None:
    """After a paragraph was inserted every place is still valid; changed words are listed."""
    coding, text, new = (tmp_path / name for name in ("a.yaml", "text.txt", "new.txt"))
    coding.write_text((ROOT / "docs/example.yaml").read_text())
    text.write_text((ROOT / "docs/example.txt").read_text())
    new.write_text(f"A first paragraph.\n{text.read_text().replace('truce', 'ceasefire')}")
    before = coding.read_text()
    checked = run("check", coding, "--text", new, cwd=tmp_path)
    assert checked.returncode == 1
    moved = run("pin", coding, "--text", new, "--was", text, cwd=tmp_path)
    assert moved.returncode == 3, moved.stderr
    assert "no places pinned, " in moved.stderr
    assert "whose words have changed" in moved.stderr
    assert all("ceasefire" in line and ", was “" in line for line in moved.stdout.splitlines())
    back = run("pin", coding, "--text", text, "--was", new, cwd=tmp_path)
    assert back.returncode == 3
    assert coding.read_text() == before
    unpinned = run("unpin", coding, "--text", text, cwd=tmp_path)
    assert unpinned.returncode == 0
    assert '1 "' in coding.read_text()
    assert run("check", coding, cwd=tmp_path).returncode == 1
    again = run("pin", coding, "--text", text, cwd=tmp_path)
    assert again.returncode == 0
    assert run("check", coding, "--text", text, cwd=tmp_path).returncode != 1


def commands(ctx: click.Context) -> Iterator[click.Context]:
    """Yield a context for this command and for each below it."""
    yield ctx
    if isinstance(ctx.command, click.Group):
        for name in ctx.command.list_commands(ctx):
            command = ctx.command.get_command(ctx, name)
            assert command is not None
            yield from commands(click.Context(command, parent=ctx, info_name=name))


def test_no_command_takes_the_last_of_repeated_values() -> None:
    options = 0
    for ctx in commands(click.Context(sourcebook, info_name="sourcebook")):
        for option in ctx.command.params:
            if isinstance(option, click.Option) and not (option.multiple or option.is_flag):
                options += 1
                name = option.opts[-1]
                message = "accepted"
                try:
                    ctx.command.make_context(ctx.info_name, [name, "1", name, "2"], ctx.parent)
                except click.UsageError as error:
                    message = error.message
                assert f"give {name} once" in message, ctx.command_path
    assert options > 300


def test_every_command_says_where_the_database_is_named() -> None:
    root = click.Context(sourcebook, info_name="sourcebook")
    for ctx in commands(root):
        taken = [name for option in ctx.command.params for name in option.opts]
        if ctx.command is not sourcebook and "--db" not in taken:
            arguments = ctx.command_path.split()[1:]
            done = CliRunner().invoke(sourcebook, [*arguments, "--db", "my.db"])
            assert done.exit_code == 2
            hint = f"--db goes before the command: sourcebook --db … {' '.join(arguments)} …"
            assert hint in done.stderr
