"""What a report's header may say, and which faults in it are found, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from output.page import PageColumn
from reports.catalogue import Catalogue, UnknownReportError, read
from reports.definition import Parameter, Report, ReportError, SqlLine, Type
from reports.header import parse
from tests.shipped_reports import REPORTS

WHOLE = """\
-- A title
-- A question that
-- takes two lines?
--
-- A note.
--
-- Another note
-- of two lines.
--
-- Parameters
--   who       actor                     only this one
--   since     date, first day           from then on, with a meaning
--                                       of two lines
--   until     date, last day            up to then
--   on        date, default 2016-05-31  on that day
--   side      left | right, default left  which side
--   so        choice of modality        only what is so
--   kind      choice of event type      only of this type
--   least     integer, default 3        at least so many
--   about     topic, required           about this
--
-- Columns
--   name      text, main, as Who, or what  a name
--   n_counted  integer, usually 0  a count:
--                       how many
--   share     real, detail  a share
--   date      date      when
--   source    documents, section  where
--   passage   passage   where, exactly
--
-- Legend
--   A sentence
--   of two lines.
--
--   Another sentence.

-- A comment with :nothing in it.
select
  name,  -- if any: not a condition
  n_counted,
  share,  -- :neither
  date, source, passage
from things
where least >= :least and side = :side and topic = :about and day = :on
  and actor = :who  -- if :who
  and modality = :so  -- if :so
  and kind = :kind  -- if :kind
  and day >= :since   --  if  :since
  and day <= :until  -- if :until
  and day is not null  -- if :since or :until
order by name;
"""


def test_a_header_says_it_all() -> None:
    parts = parse(Path("a.sql"), WHOLE)
    assert parts.title == "A title"
    assert parts.question == "A question that takes two lines?"
    assert parts.notes == ("A note.", "Another note of two lines.")
    actual = {parameter.name: parameter for parameter in parts.parameters}
    assert actual["who"] == Parameter("who", Type.ACTOR, "only this one")
    assert actual["since"] == Parameter(
        "since", Type.DATE, "from then on, with a meaning of two lines", day="first"
    )
    assert actual["side"].choices == ("left", "right")
    assert actual["side"].default == "left"
    assert "hypothetical" in actual["so"].choices
    assert "assault" in actual["kind"].choices
    assert actual["about"].required
    assert parts.columns == (
        PageColumn("name", "text", "a name", main=True, label="Who, or what"),
        PageColumn("n_counted", "integer", "a count: how many", usually="0", label="N counted"),
        PageColumn("share", "real", "a share", detail=True, label="Share"),
        PageColumn("date", "date", "when", label="Date"),
        PageColumn("source", "documents", "where", section=True, label="Source"),
        PageColumn("passage", "passage", "where, exactly", label="¶"),
    )
    assert parts.legend == ("A sentence of two lines.", "Another sentence.")


def test_lines_are_kept_for_what_is_given(tmp_path: Path) -> None:
    path = tmp_path / "whole.sql"
    path.write_text(WHOLE, encoding="utf-8")
    report = read(path)
    always = [line for line in report.lines if not line.when]
    assert report.statement(()) == "\n".join(line.sql for line in always)
    assert ":who" not in report.statement(())
    assert "day is not null" not in report.statement({"who"})
    for given in ("since", "until"):
        assert f":{given}" in report.statement({given})
        assert "day is not null" in report.statement({given})
    assert "--" not in report.statement({"who", "since"})
    assert SqlLine("  and actor = :who", frozenset({"who"})) in report.lines
    assert report.sql.startswith("-- A comment")


FLAGGED = """\
-- A title
-- A question?
--
-- Parameters
--   who           actor               only this one
--   document      document, repeated  only these
--   with_members  flag, with who      others too
--
-- Columns
--   name          text                a name

select name
from things
where true
  and replace(',' || :document || ',', listed, '') <> ',' || :document || ','  -- if :document
  and actor = :who  -- if :who
  and steps = 0  -- unless :with_members
  and steps < 9  -- if :with_members
"""


def test_a_flag_chooses_lines() -> None:
    report = parse(Path("a.sql"), FLAGGED)
    actual = {parameter.name: parameter for parameter in report.parameters}
    assert actual["document"].repeated
    assert actual["with_members"] == Parameter(
        "with_members", Type.FLAG, "others too", needs=("who",)
    )
    assert actual["with_members"].optional
    without, given = report.statement({"who"}), report.statement({"who", "with_members"})
    assert "steps = 0" in without
    assert "steps < 9" not in without
    assert "steps = 0" not in given
    assert "steps < 9" in given


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("flag, with who", "flag, with her", 7, "with her: there is no such parameter"),
        ("flag, with who", "flag, required", 7, "required: after a comma"),
        ("flag, with who", "flag, default x", 7, "a flag has no default"),
        ("document, repeated", "actor, repeated", 6, "repeated: after a comma"),
        ("steps = 0", "steps = :with_members", 17, ":with_members is a flag: use it in `-- if"),
        ("-- unless :with_members", "-- unless :least", 17, ":least is not a parameter"),
    ],
)
def test_a_fault_of_a_flag_names_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert FLAGGED.count(old) == 1
    path = tmp_path / "flagged.sql"
    path.write_text(FLAGGED.replace(old, new), encoding="utf-8")
    with pytest.raises(ReportError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert message in str(caught.value)


def test_line_ends_marks_and_tabs_of_other_editors_are_read(tmp_path: Path) -> None:
    path = tmp_path / "whole.sql"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert read(path).columns == parse(Path("a.sql"), WHOLE).columns
    tabs = WHOLE.replace("--   n_counted  integer, ", "--   n_counted\t\tinteger, ")
    assert parse(Path("a.sql"), tabs).columns == parse(Path("a.sql"), WHOLE).columns


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (WHOLE, "", 1, "begin with a comment: `-- Title`"),
        (WHOLE, "select 1", 1, "begin with a comment: `-- Title`"),
        ("-- A question that\n-- takes two lines?\n", "--\n", 2, "after the title, write the"),
        ("-- Columns\n", "-- Column\n", 22, "separated by two spaces or more"),
        ("-- Columns\n", "-- Parameters\n", 22, "Parameters appears twice"),
        ("   who       actor     ", "   who actor     ", 11, "expected name, type and meaning"),
        ("   who       actor     ", "   Who       actor     ", 11, "Who is not a name"),
        (
            "   who       actor     ",
            "   who       person    ",
            11,
            "person is not a type of parameter",
        ),
        (
            "   who       actor     ",
            "   who       choice    ",
            11,
            "choice is not a type of parameter",
        ),
        ("   who       actor     ", "   format    actor     ", 11, "has an option --format"),
        ("   who       actor     ", "   so        actor     ", 17, "so appears twice"),
        ("date, last day ", "date, last, day", 14, "last: after a comma"),
        ("actor           ", "actor, first day", 11, "first day: after a comma"),
        ("topic, required  ", "topic, other than x", 20, "other than x: there is no such"),
        ("topic, required  ", "topic, required,  ", 20, "required,: after a comma"),
        ("choice of modality", "choice of moods   ", 17, "moods is not a vocabulary"),
        ("choice of modality", "choice of self    ", 17, "self is not a vocabulary"),
        ("integer, default 3", "integer, default x", 19, "the default: 'x' is not a whole number"),
        ("right, default left", "right, default top", 16, "the default: 'top' is none of left,"),
        ("default 2016-05-31", "default 2016-05   ", 15, "the default: 2016-05: not a day"),
        ("topic, required  ", "topic, required, default x  ", 20, "is never required"),
        ("n_counted  integer", "n_counted  number", 24, "number is not a type of column: text"),
        ("n_counted  integer", "name  integer", 24, "name appears twice"),
        ("usually 0", "rarely 0", 24, "rarely 0: after a comma write detail, main, section"),
        (WHOLE[WHOLE.index("\n\n") :], "\n", 37, "write a query"),
        ("select\n", "delete\n", 37, "write a query"),
        ("order by name;", "order by :nome;", 51, ":nome is not a parameter of the header"),
        ("-- if :who\n", "-- if :whom\n", 45, ":whom is not a parameter of the header"),
        ("  -- if :who\n", "\n", 45, ":who is optional: end the line in `-- if :who`"),
        ("-- if :who\n", "-- if who\n", 45, ":who is optional: end the line in `-- if :who`"),
        ("-- if :who\n", "-- if :so\n", 45, ":who is optional: end the line in `-- if :who`"),
        ("-- if :who\n", "-- if :who or :so\n", 45, ":who is optional"),
        ("-- if :who\n", "-- if :who and :so\n", 45, "write the condition as `-- if :a`"),
        ("not null  -- if :since", "not null  -- if :least", 50, ":least always has a value"),
        ("actor = :who  -- if :who", "actor = actor", 11, "the SQL never uses :who"),
        ("order by name;", "order by 'name;", 51, "' is never closed"),
        ("order by name;", "order by name /*", 51, "/* is never closed"),
        ("order by name;", "order by name; select 2;", 51, "remove what follows the semicolon"),
    ],
)
def test_a_fault_names_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert WHOLE.count(old) == 1
    path = tmp_path / "whole.sql"
    path.write_text(WHOLE.replace(old, new), encoding="utf-8")
    with pytest.raises(ReportError) as caught:
        read(path)
    error = str(caught.value)
    assert error.startswith(f"{path}:{line}: ")
    assert message in error
    assert "\n" not in error


@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
def test_reports_that_ship_are_laid_out_to_be_read(report: Report) -> None:
    """And a body has at most 120 lines: a longer one is a program, not a query."""
    path = report.path
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) - lines.index("") - 1 <= 120, path.name
    for number, line in enumerate(lines, 1):
        assert len(line) <= 100, f"{path.name}:{number}"
        assert line == line.rstrip(), f"{path.name}:{number}"


def test_a_file_that_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "bytes.sql").write_bytes(b"-- T\xff\n")
    (tmp_path / "folder.sql").mkdir()
    catalogue = Catalogue((tmp_path,))
    with pytest.raises(ReportError, match=r"bytes\.sql: is not UTF-8"):
        catalogue.report("bytes")
    with pytest.raises(ReportError, match=r"folder\.sql: is a directory"):
        catalogue.report("folder")


def test_a_name_belongs_to_one_file(tmp_path: Path) -> None:
    (tmp_path / "quotes.sql").write_text("-- Mine", encoding="utf-8")
    (tmp_path / "bare.sql").write_text("-- Mine", encoding="utf-8")
    (tmp_path / ".#mine.sql").write_text("-- An editor's", encoding="utf-8")
    (tmp_path / "my own.sql").write_text("-- Mine", encoding="utf-8")
    (tmp_path / "other.txt").write_text("-- Not one", encoding="utf-8")
    both = Catalogue.of(tmp_path)
    assert set(both.files) == {*Catalogue().files, "bare", "my own"}
    assert both.report("timeline").name == "timeline"
    with pytest.raises(ReportError, match=r"quotes\.sql: there is already a report quotes; rename"):
        both.report("quotes")
    with pytest.raises(ReportError, match=r"my own\.sql: the name of a report has only"):
        both.report("my own")
    faults = [str(report) for report in both.each() if isinstance(report, ReportError)]
    assert [fault.rpartition("/")[2].split(": ")[0] for fault in faults] == [
        "bare.sql:2",
        "my own.sql",
        "quotes.sql",
    ]


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"none: no such file or directory; name another"):
        assert Catalogue((tmp_path / "none",)).files


def test_an_unknown_report_gets_the_nearest() -> None:
    with pytest.raises(UnknownReportError, match=r"no report 'timelines'; nearest: timeline"):
        Catalogue().report("timelines")
    with pytest.raises(UnknownReportError, match=r"no report '\./timeline'"):
        Catalogue().report("./timeline")
