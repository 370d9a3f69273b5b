"""Whatever stands in a sourcebook arrives as it is; what a target cannot hold is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connect import reading
from feeds.postgresql import csv
from tests.databases import Files
from tests.feed_targets import Place, altering, content, fed, load, on_postgresql, refusal
from tests.test_feed_digest import HOSTILE

TEXT = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
)


def write(source: str, texts: list[str | None], integers: list[int]) -> None:
    """Put texts where a null may stand and where none may, and numbers."""
    with altering(source) as connection:
        connection.exec_driver_sql("delete from passages where document_id = 2 and n > 1")
        for n, text in enumerate(texts, start=2):
            connection.exec_driver_sql(
                "insert into passages (document_id, n, length, hash, text) values (2, ?, ?, ?, ?)",
                (n, integers[n % len(integers)], "0" * 64, text),
            )
            if text:
                connection.exec_driver_sql(
                    "update sources set title = ?, url = ? where id = 2", (text, text)
                )
                connection.exec_driver_sql("update codings set file = ?, coder = ?", (text, text))


@on_postgresql
@settings(
    deadline=None, max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    texts=st.lists(st.one_of(st.none(), TEXT), min_size=1, max_size=60),
    integers=st.lists(st.integers(1, 2**31 - 1), min_size=1, max_size=3),
)
def test_rows_go_there_and_back(
    source: str, copy: Place, files: Files, texts: list[str | None], integers: list[int]
) -> None:
    write(source, texts, integers)
    fed(source, copy, keep_text=True, replace=True)
    back = Place(files.empty())
    fed(copy.url, back, keep_text=True)
    with reading(source) as ours, reading(back.database) as theirs:
        assert content(ours) == content(theirs)


def test_hostile_values_arrive_as_they_are(source: str, copy: Place) -> None:
    write(source, [None, *HOSTILE], [1, 70_000])
    assert fed(source, copy, keep_text=True, replace=True, verify=True).summary == "replaced"
    with reading(copy.url) as connection:
        query = "select text from passages where document_id = 2 and n > 1 order by n"
        assert connection.exec_driver_sql(query).scalars().all() == [None, *HOSTILE]


def test_hostile_values_are_brought_as_they_are(source: str, copy: Place) -> None:
    load(source, 2)
    write(source, ["", *HOSTILE], [7])
    assert fed(source, copy, keep_text=True).summary == "updated"
    with reading(copy.url) as connection:
        query = "select text from passages where document_id = 2 and n > 1 order by n"
        assert connection.exec_driver_sql(query).scalars().all() == ["", *HOSTILE]


# --- what cannot be held --------------------------------------------------------------------------

# More of what no column may hold is in test_export_files.py: it is found where rows are read.
LIMITS = {
    "update events set title = 'a' || char(0) || 'b' where id = 7": (
        "events, id 7: title holds a NUL"
    ),
    "update quotes set says = cast(x'eda080' as text)": (
        "quotes, id 2: says holds bytes that are not UTF-8"
    ),
    "update spans set end_offset = 3000000000 where evidence_id = 2": (
        "spans, evidence_id 2, n 1: end_offset holds 3000000000, which is too large"
    ),
    "update spans set end_offset = 'far' where evidence_id = 2": (
        "spans, evidence_id 2, n 1: end_offset holds far, which is not a whole number"
    ),
}

RULES = {
    "update events set title = '' where id = 7": (
        "events, id 7: title \"\" breaks the rule title <> ''"
    ),
    "update spans set start_offset = 9, end_offset = 8 where evidence_id = 2": (
        "spans, evidence_id 2, n 1: start_offset 9, end_offset 8 breaks the rule "
        "start_offset >= 0 and start_offset < end_offset"
    ),
    "update actors set kind = 'dragon' where id = 2": (
        'actors, id 2: kind "dragon" breaks the rule kind in ('
    ),
}


def refused_after(statement: str, small: str, files: Files, place: Place) -> str:
    """Feed a source in which somebody switched CHECKs off and ran this; return the message."""
    source = files.copy(small)
    with altering(source) as connection:
        connection.exec_driver_sql("pragma ignore_check_constraints = on")
        connection.exec_driver_sql(statement)
    message = refusal(source, place, replace=True)
    files.remove(source)
    return message.removeprefix(f"{source}: ")


@on_postgresql
def test_what_postgresql_cannot_hold_is_named(small: str, copy: Place, files: Files) -> None:
    before = copy.stored_rows()
    for statement, fault in LIMITS.items():
        message = refused_after(statement, small, files, copy)
        assert message == f"{fault}; correct it there and try again"
    assert copy.stored_rows() == before


def test_what_breaks_a_rule_is_named(small: str, copy: Place, files: Files) -> None:
    before = copy.stored_rows()
    for statement, fault in RULES.items():
        message = refused_after(statement, small, files, copy)
        assert message.startswith(fault)
        assert message.endswith("; correct it there and try again")
    assert copy.stored_rows() == before


def test_what_must_not_be_null_is_named(source: str, copy: Place) -> None:
    with altering(source) as connection:
        connection.exec_driver_sql("pragma writable_schema = on")
        connection.exec_driver_sql(
            "update sqlite_schema set sql = replace(sql, 'label TEXT NOT NULL', 'label TEXT') "
            "where name = 'topics'"
        )
    with altering(source) as connection:
        connection.exec_driver_sql("update topics set label = null where id = 1")
    message = refusal(source, copy, replace=True)
    assert message.startswith(f"{source}: topics, id 1: label holds null, which it must not")


@on_postgresql
def test_what_a_key_does_not_allow_is_named(source: str, copy: Place) -> None:
    with altering(source) as connection:
        connection.exec_driver_sql("drop index uq_sources_key_named")
        connection.exec_driver_sql("update sources set key = (select max(key) from sources)")
    message = refusal(source, copy, replace=True)
    assert "uq_sources_key_named" in message
    assert ": Key (key)=(" in message


@pytest.mark.parametrize("statement", [sql for sql in LIMITS if "eda0" in sql or "char(0)" in sql])
def test_what_is_no_text_is_named_in_sqlite(small: str, files: Files, statement: str) -> None:
    source, place = shutil.copyfile(small, files.empty()), Place(files.empty())
    with altering(source) as connection:
        connection.exec_driver_sql(statement)
    message = refusal(source, place)
    assert message == f"{source}: {LIMITS[statement]}; correct it there and try again"
    assert not Path(place.database).exists()


# --- rows as csv ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (b'[1,"a",null]', b'1,"a",null\n'),
        (b'[1,"null",""]', b'1,"null",""\n'),
        (b'["]\\n[","x"]', b'"]\n[","x"\n'),
        (b'["a\\"b","c\\\\d","\\u001f"]', b'"a\\"b","c\\\\d","\x1f"\n'),
        ('["é😀"]'.encode(), '"é😀"\n'.encode()),
    ],
)
def test_a_row_becomes_csv(line: bytes, row: bytes) -> None:
    assert csv([line]) == row
    assert csv([line, b"[2]", line]) == row + b"2\n" + row
