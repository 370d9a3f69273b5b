"""The table: it fits, lines up, and loses nothing."""

from itertools import repeat
from math import inf

import pytest
import tabulate
from hypothesis import example, given
from hypothesis import strategies as st
from wcwidth import iter_graphemes, wcswidth

from output.formats import Format
from output.page import Cell, Page, PageColumn, cell_text
from schema.escape import visible
from tests.render_cases import TEXTS, hostile, no_deadline, one_column, show


@no_deadline
@given(
    st.lists(st.tuples(hostile, hostile, st.none() | st.integers()), max_size=4),
    st.integers(20, 90),
)
@example([(value, value, 1) for value in TEXTS], 60)
@example([("叙" * 9, "", None)], 20)
def test_every_line_fits_the_terminal_and_lines_up(
    rows: list[tuple[str, str, int | None]], width: int
) -> None:
    page = Page([PageColumn("key"), PageColumn("text"), PageColumn("n", "integer")], rows)
    lines = show(page, Format.TABLE, width=width).removesuffix("\n").split("\n")
    assert all(wcswidth(line) <= width for line in lines)
    if not lines[0].startswith("-["):
        assert all(map(in_columns, lines, repeat(lines[1])))
    lines = show(page, Format.TABLE).splitlines()
    assert all(map(in_columns, lines, repeat(lines[1])))


def in_columns(line: str, rule: str) -> bool:
    """Whether a line is blank wherever the rule below the heading is, between two columns."""
    gaps = [n for n, mark in enumerate(rule) if mark == " "]
    place = 0
    for character in iter_graphemes(line):
        if place in gaps and character != " ":
            return False
        place += wcswidth(character)
    return place <= len(rule)


@no_deadline
@given(hostile, st.integers(5, 40))
@example("one two  three;  four", 8)
@example("Iran; Russia; Syria", 12)
@example("since 26 Aug 2015 or before", 8)
@example("\xa0", 5)
def test_wrapping_loses_nothing_but_the_blank_at_a_break(value: str, width: int) -> None:
    lines = show(one_column(value), Format.TABLE, width=width).split("\n")
    if lines[0].startswith("-["):
        parts = [line.split("|", 1)[1] for line in lines[1:-1]]
    else:
        parts = lines[2:]
    assert "".join("".join(parts).split()) == "".join(visible(value).split())


def body(page: Page, width: int | None) -> list[str]:
    return show(page, Format.TABLE, width=width).splitlines()[2:]


def test_text_is_wrapped_between_words_and_joined_values_are_kept_whole() -> None:
    page = one_column("Iran; the Syrian Arab Republic; Russia", "It was so; who said it, and when?")
    assert body(page, 26) == [
        "Iran;",
        "the Syrian Arab Republic;",
        "Russia",
        "",
        "It was so;",
        "who said it, and when?",
    ]


def test_a_word_that_is_too_long_is_broken_after_a_hyphen_if_it_has_one() -> None:
    assert body(one_column("aleppo-offensive-2015", "x" * 15), 14) == [
        "aleppo-",
        "offensive-2015",
        "",
        "xxxxxxxxxxxxxx",
        "x",
    ]


def test_a_long_word_is_not_broken_inside_what_is_read_as_one_character() -> None:
    heart = "❤\ufe0f"  # one place wide until its second half makes it two
    assert body(one_column("e\u0301" * 15, "x" * 13 + heart), 14) == [
        "e\u0301" * 14,
        "e\u0301",
        "",
        "xxxxxxxxxxxxx",
        heart,
    ]


@pytest.mark.parametrize("date", ["26 Aug 2015", "August 2015", "1 May 44 BC"])
def test_a_date_is_broken_only_where_it_is_wider_than_its_column(date: str) -> None:
    assert body(one_column(f"It was in Moscow on {date}, or so"), 20)[0] == "It was in Moscow on"
    first, second, *_ = body(one_column(f"It was on {date}, or so it seems"), 19)
    assert first == "It was on"
    assert second.startswith(date)
    assert body(one_column("between 26 September 2015 and then"), 12) == [
        "between 26",
        "September",
        "2015 and",
        "then",
    ]


def test_the_widest_column_gives_way_first() -> None:
    page = Page(
        [PageColumn("date"), PageColumn("title"), PageColumn("n", "integer"), PageColumn("note")],
        [("2015-10-14~", "a title of several words", 1234567, "and a note")],
    )
    assert body(page, 46) == [
        "2015-10-14~  a title of    1234567  and a note",
        "             several",
        "             words",
    ]
    assert body(page, 41) == [
        "2015-10-14~  a title   1234567  and a",
        "             of                 note",
        "             several",
        "             words",
    ]


def test_the_column_that_answers_gets_the_width_that_the_others_leave() -> None:
    page = Page(
        [
            PageColumn("date", "date"),
            PageColumn("who"),
            PageColumn("what", main=True),
            PageColumn("p", "passage"),
        ],
        [
            (
                "[2015-08-26..2015-09]",
                "Iran; the Syrian Arab Republic; Russia; Turkey",
                "It was some time before anybody understood what had happened",
                "¶1; ¶2; ¶10; ¶12",
            )
        ],
    )
    assert show(page, Format.TABLE, width=80).splitlines() == [
        "date               who              what                               p",
        "-----------------  ---------------  ---------------------------------  ---------",
        "between 26 Aug     Iran; the        It was some time before anybody    1, 2, 10,",
        "and 30 Sep 2015    Syrian Arab      understood what had happened       12",
        "                   Republic;",
        "                   Russia; Turkey",
    ]


def test_blank_lines_separate_rows_where_most_of_them_wrap() -> None:
    rows = ["one two three", "one", "two"]
    assert body(one_column(*rows), 8) == ["one two", "three", "one", "two"]
    assert body(one_column(*rows, "one two four", "one two five"), 8).count("") == 4


def test_a_terminal_too_narrow_for_the_columns_gets_blocks() -> None:
    page = Page(
        [PageColumn("date"), PageColumn("title")],
        [("2015-10-14~", "a title of words"), (None, "b")],
    )
    assert show(page, Format.TABLE, width=15) == (
        "-[ 1 ]---------\n"
        "date  | 2015-\n"
        "      | 10-14~\n"
        "title | a title\n"
        "      | of\n"
        "      | words\n"
        "-[ 2 ]---------\n"
        "date  |\n"
        "title | b\n"
    )


def test_a_long_name_leaves_room_for_its_values() -> None:
    page = Page([PageColumn("a name of words"), PageColumn("b")], [("self-government", "four")])
    assert show(page, Format.TABLE, width=17).splitlines() == [
        "-[ 1 ]-----------",
        "a name   | self-",
        "of words | govern",
        "         | ment",
        "b        | four",
    ]


def test_without_a_width_nothing_is_wrapped() -> None:
    assert body(one_column("word " * 300 + "."), None) == ["word " * 300 + "."]


def test_the_look_is_that_of_tabulate() -> None:
    page = Page(
        [PageColumn("name"), PageColumn("number", "integer"), PageColumn("text")],
        [("x", 1, "one twos four abs cd"), ("叙利亚", 20000, None), (" y", None, "0042")],
    )
    rows = [[cell_text(value) for value in row] for row in page.rows]
    drawn = tabulate.tabulate(
        rows,
        headers=[column.name for column in page.columns],
        tablefmt="simple",
        colalign=("left", "right", "left"),
        disable_numparse=True,
        preserve_whitespace=True,
    )
    expected = [line.rstrip() for line in drawn.split("\n")]
    assert show(page, Format.TABLE).splitlines() == expected


# What tabulate measures by itself and a terminal in its place: signs without a letter before them,
# one of them newer than Python's own tables, wide letters, Arabic, Persian, and emoji.
MEASURED = [
    *("\u093e", "\u0301x", "\u094d\u0915", "\ufe0f", "\u102b", "\u0cf3", "one \u093e two \u0301"),
    *("叙利亚的俄伊联盟", "حزب الله", "نیم\u200cفصل", "👍🏽", "❤\ufe0f", "", "  0042 ", "a |b"),
    *("one two three; four", "one-two-three-four-five-six-seven", *TEXTS),
]


@pytest.mark.parametrize("width", [None, 100, 45])
def test_what_tabulate_lays_out_and_what_follows_are_one_table(width: int | None) -> None:
    some: list[tuple[Cell, ...]] = [(value, n * 9, value) for n, value in enumerate(MEASURED)]
    filler: list[tuple[Cell, ...]] = [("filler", None, "")] * (1000 - len(some))
    page = Page(
        [PageColumn("a name"), PageColumn("n", "integer"), PageColumn("text")], some + filler + some
    )
    lines = show(page, Format.TABLE, width=width).splitlines()
    assert all(map(in_columns, lines, repeat(lines[1])))
    assert len(lines[1]) <= (width or inf)
    rows = lines[2:]
    count = next(n for n, line in enumerate(rows) if "filler" in line)
    assert rows[:count] == rows[-count:]
    assert count >= len(some)


@pytest.mark.parametrize("sign", ["\u093e", "\u0301", "\u0cf3", "\ufe0f"])
def test_a_sign_without_a_letter_is_carried_by_a_blank(sign: str) -> None:
    assert body(one_column(sign + "x"), None) == [f" {sign}x"]


def test_a_heading_is_broken_where_a_value_would_be() -> None:
    page = Page([PageColumn("corroboration by others"), PageColumn("b")], [("x y", "and so on")])
    assert show(page, Format.TABLE, width=24).splitlines()[:3] == [
        "corroboration  b",
        "by others",
        "-------------  ---------",
    ]


def test_values_further_down_are_never_cut_and_numbers_never_broken() -> None:
    rows = [(1, "short")] * 1000 + [(10**12, "considerably longer")]
    page = Page([PageColumn("n", "integer"), PageColumn("text")], rows)
    assert body(page, 40)[-4:] == [
        "   1  short",
        "1000000000000  consider",
        "               ably",
        "               longer",
    ]
    assert body(page, None)[-1] == "1000000000000  considerably longer"


def test_the_first_rows_are_laid_out_as_the_later_ones() -> None:
    columns = [
        PageColumn("n", "integer"),
        PageColumn("key"),
        PageColumn("x", "real"),
        PageColumn("title"),
    ]
    page = Page(columns, [(n, "k", 0.5, "one title") for n in range(2000)])
    lines = show(page, Format.TABLE, width=80).splitlines()
    assert lines[-1] == lines[2].replace("   0  k", "1999  k")
