"""`draw timeline` and `draw network`: labels that never overlap, and marks that say what is so."""

from __future__ import annotations

import re
import resource
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

import cli
from benchmarks.generate import generate
from database.connect import writing
from pages.look import Look, look
from pages.pictures.axis import Axis, calendar_day, day_in_words, day_number
from pages.pictures.drawn_dates import End, Piece, pieces
from pages.pictures.lettering import balanced, width, wrap
from pages.pictures.packing import PackedRows
from schema.edtf import Edtf
from tests.databases import create, on_sqlite
from tests.island_relations import at, tie
from tests.picture_geometry import SVG, Picture, cut, hidden, overlaps
from tests.sourcebook_builder import SourcebookBuilder

HOSTILE = '<script>alert(1)</script> & "x" \u202eevil\u202c \x1b[31m ]]> &amp; \uffff'
EDTF = (
    *("2015-08-26", "2015-11", "2015", "2015-23", "2015-35", "201X", "19XX", "2015-08-XX"),
    *("2015-10-14~", "2015-10~", "1966~", "2015-10?", "2015-10%", "2015-~10", "2011~/2015"),
    *("2015-08-26/2015-09-30", "2011/..", "1966~/..", "../2016-05~", "2011/", "/2016"),
    *("[2015-08-26..2015-09-29]", "[..2016-02]", "[1966-05..]", "[2015-10,2015-12]", "-0043"),
    *("-0043-03-15", "156X-12-25", "Y17000"),
)
MODALITIES = ("actual", "intended", "expected", "possible", "hypothetical", "denied")


def draw(database: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli.sourcebook, ["--db", database, "draw", *arguments])


@cache
def svg(database: str, *arguments: str) -> str:
    """Return a picture of a sourcebook that nobody changes."""
    result = draw(database, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def picture(database: str, *arguments: str) -> Picture:
    return Picture(svg(database, *arguments))


def words(drawn: Picture) -> str:
    return " ".join(text.what for text in drawn.texts)


def group(drawn: Picture, key: str) -> ET.Element:
    [actual] = [it for it in drawn.root.iter(f"{SVG}g") if it.get("id") == key]
    return actual


def classes(drawn: Picture, key: str) -> set[str]:
    return {name for mark in group(drawn, key).iter() for name in mark.get("class", "").split()}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("pictures") / "large.db"
    generate(path, events=1_000)
    return str(path)


@pytest.fixture(scope="module")
def every_date(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Each kind of date and each way of stating an event, under hostile titles."""
    database = create(tmp_path_factory.mktemp("pictures") / "dates.db")
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        for n in range(9):
            book.actor(f"a{n}", f"{'Wide ' * n}{HOSTILE}{n}", "person" if n % 2 else "state")
        book.document("paper", HOSTILE, 3)
        for n, date in enumerate(EDTF):
            evidence = {"voice": "paper", "at": [(1, n)], "date_words": "then"}
            book.date(date)
            book.event(f"d{n}", f"{date} {HOSTILE}", evidence, date=date, doer={f"a{n % 9}", "a0"})
        for n, modality in enumerate(MODALITIES):
            for m, certainty in enumerate(("asserted", "alleged", "inferred")):
                book.event(
                    f"{modality}-{certainty}",
                    f"{modality} {certainty}",
                    {
                        "voice": "paper",
                        "at": [(2, 10 * n + m)],
                        "certainty": certainty,
                        "modality": modality,
                        "date_words": "then",
                    },
                    date="2015-11",
                    modality=modality,
                )
        evidence = {"voice": "paper", "at": [(3, 0)], "date_words": "then"}
        book.quote("speech", evidence, says="it rains", date="2015-08-26", speaker=["a1"])
    return database


# --- geometry -------------------------------------------------------------------------------------


def assert_legible(drawn: Picture) -> None:
    """No text covers another or is cut, and no mark covers a text of another."""
    assert len(drawn.texts) > 20
    assert overlaps(drawn.texts) == []
    assert cut(drawn) == []
    labels = [text for text in drawn.texts if text.owner]
    assert overlaps(labels, drawn.marks()) == []


@on_sqlite
def test_the_labels_of_the_articles_timeline_stay_apart(shipped: str) -> None:
    assert_legible(picture(shipped, "timeline"))


@on_sqlite
@pytest.mark.parametrize("arguments", [["--actor", "iran"], ["--actor", "iran", "--with-members"]])
def test_the_labels_of_an_actors_timeline_stay_apart(shipped: str, arguments: list[str]) -> None:
    assert_legible(picture(shipped, "timeline", *arguments))


def test_the_labels_of_a_thousand_events_stay_apart(large: str) -> None:
    drawn = picture(large, "timeline")
    assert_legible(drawn)
    assert len({text.owner for text in drawn.texts}) > 900


def test_each_year_of_a_long_timeline_has_an_axis(large: str) -> None:
    drawn = picture(large, "timeline")
    counts = [
        int(match[1])
        for text in drawn.texts
        if (match := re.fullmatch(r"\d{4}(?: to \d{4})?: (\d+) facts?", text.what))
    ]
    assert len(counts) > 10
    labels = {text.owner for text in drawn.texts if text.owner and "years-" not in text.owner}
    [total] = re.findall(r"(\d+) dated facts", words(drawn))
    assert len(labels) == int(total)
    assert 0.8 * int(total) < sum(counts) <= int(total)  # the rest are long spans
    ids = {element.get("id") for element in drawn.root.iter()}
    links = [link.get("href", "") for link in drawn.root.iter(f"{SVG}a")]
    years = [link for link in links if link.startswith("#timeline-years-")]
    assert len(years) > 10
    assert {link[1:] for link in years} <= ids
    assert re.search(r"¶[0-9, ]+ and [0-9]+ documents? more", words(drawn))


def test_labels_of_every_kind_of_date_stay_apart(every_date: str) -> None:
    assert_legible(picture(every_date, "timeline"))


@pytest.mark.parametrize("fault", ["overlap", "cut", "mark"])
def test_the_geometry_finds_what_is_wrong(every_date: str, fault: str) -> None:
    markup = svg(every_date, "timeline")
    drawn = Picture(markup)
    text = next(text for text in drawn.texts if text.owner == "d0")
    planted = {
        "overlap": f'<text class="label" x="{text.left}" y="{text.bottom}" textLength="9">x</text>',
        "cut": f'<text class="label" x="{drawn.width - 5}" y="9" textLength="9">x</text>',
        "mark": f'<g id="z"><rect x="{text.left}" y="{text.top}" width="9" height="9"/></g>',
    }[fault]
    with pytest.raises(AssertionError):
        assert_legible(Picture(markup.replace("</svg>", f"{planted}</svg>")))


@on_sqlite
def test_the_articles_network_is_legible(shipped: str) -> None:
    drawn = picture(shipped, "network")
    assert_boxes_apart(drawn)
    assert drawn.width == 1280
    boxes = [box for box in drawn.of_class("box") if box.owner]
    # Two ties or joint events, or one and a person: the two are tied once and act together.
    assert "36 of 63 actors" in words(drawn)
    assert len(boxes) == 36
    assert "iranian-special-forces" in {box.owner for box in boxes}
    assert overlaps(drawn.of_class("count"), boxes) == []
    assert overlaps(drawn.of_class("cross"), boxes) == []
    edges = [edge for edge in drawn.of_class("edge") if edge.owner]
    assert len(edges) > 60


@on_sqlite
def test_no_edge_of_the_articles_network_passes_under_a_foreign_box(shipped: str) -> None:
    assert hidden(picture(shipped, "network")) == []


def test_a_large_network_is_legible(large: str) -> None:
    drawn = picture(large, "network")
    assert hidden(drawn) == []
    assert_boxes_apart(drawn)
    assert len([box for box in drawn.of_class("box") if box.owner]) == 40
    assert "with fewer than these (--most)" in words(drawn)


@on_sqlite
def test_the_articles_voices_are_legible(shipped: str) -> None:
    drawn = picture(shipped, "voices")
    assert_boxes_apart(drawn)
    boxes = {box.owner: box for box in drawn.of_class("voice") if box.owner}
    assert len(boxes) == 35
    assert drawn.width == 1280
    document = "stand-together-or-fall-apart"
    relay, inner = boxes["der-spiegel-report"], boxes[f"{document}:russian-diplomat-remarks"]
    assert inner.right < relay.left < relay.right < boxes[document].left
    assert relay.top <= inner.top < inner.bottom <= relay.bottom


def test_the_voices_of_many_documents_are_legible(large: str) -> None:
    drawn = picture(large, "voices", "--most", "30")
    assert_boxes_apart(drawn)
    assert "Not drawn: " in words(drawn)
    assert re.search(r" in \d+ chains", words(drawn))


def assert_boxes_apart(drawn: Picture) -> None:
    assert overlaps(drawn.texts) == []
    assert cut(drawn) == []
    boxes = [box for kind in ("box", "voice") for box in drawn.of_class(kind) if box.owner]
    assert overlaps(boxes) == []
    around = {box.owner: box for box in boxes}
    for text in drawn.texts:
        box = around.get(text.owner)
        if box and not text.what.isdecimal():  # the number of a line is beside the box
            assert box.left <= text.left, text
            assert text.right <= box.right, text
            assert box.top <= text.top, text
            assert text.bottom <= box.bottom, text


# --- what a picture says --------------------------------------------------------------------------


@on_sqlite
def test_each_label_has_its_date_in_words_and_its_passages(shipped: str) -> None:
    drawn = picture(shipped, "timeline")
    labels: dict[str, list[str]] = {}
    for text in drawn.texts:
        labels.setdefault(text.owner, []).append(text.what)
    labels.pop("")
    assert f"{len(labels)} dated facts" in words(drawn)
    assert all(" · ¶" in " ".join(lines) for lines in labels.values())
    assert labels["soleimani-visits-moscow-july-2015"][-1] == "July 2015 · ¶10"


@on_sqlite
def test_a_timeline_says_what_it_leaves_out(shipped: str) -> None:
    message = words(picture(shipped, "timeline"))
    left_out = r"Not drawn, because undated: \d+ things that happened, \d+ things intended, "
    assert re.search(rf"dated facts\. {left_out}.*, \d+ statements\.", message)
    assert "Undated facts aren't drawn" in words(picture(shipped, "timeline", "--from", "2016"))


def test_a_date_that_cannot_be_drawn_is_counted(every_date: str) -> None:
    drawn = picture(every_date, "timeline")
    assert "Not drawn, because their dates can't be: 2 facts." in words(drawn)
    assert {f"d{n}" for n in range(len(EDTF) - 2)} <= {text.owner for text in drawn.texts}


def test_what_is_not_so_differs_in_shape(every_date: str) -> None:
    """Without its colour, no mark of one kind looks like that of another."""
    drawn = picture(every_date, "timeline")
    colours = {"happened", "said", "other"}
    shapes = {}
    for modality, certainty in (
        *((modality, "asserted") for modality in ("actual", "intended", "possible", "denied")),
        ("actual", "alleged"),
        ("actual", "inferred"),
        ("intended", "alleged"),
    ):
        marks = group(drawn, f"{modality}-{certainty}").iter()
        shape = [
            (mark.tag, tuple(sorted(set(mark.get("class", "").split()) - colours)), mark.get("rx"))
            for mark in marks
            if mark.tag in (f"{SVG}rect", f"{SVG}path")
        ]
        shapes[modality, certainty] = tuple(shape)
    assert len(set(shapes.values())) == len(shapes), shapes


def test_only_what_is_stated_as_a_fact_is_solid(every_date: str) -> None:
    drawn = picture(every_date, "timeline")
    for modality in MODALITIES:
        for certainty in ("asserted", "alleged", "inferred"):
            solid = modality == "actual" and certainty == "asserted"
            assert ("hollow" not in classes(drawn, f"{modality}-{certainty}")) == solid


@on_sqlite
def test_nothing_reaches_beyond_the_day_of_publication(shipped: str) -> None:
    drawn = picture(shipped, "timeline")
    [line] = {mark.left for mark in drawn.shapes if mark.what == "line" and mark.left == mark.right}
    assert max(mark.right for mark in drawn.marks()) <= line + 1


@on_sqlite
def test_a_picture_takes_the_options_of_its_report(shipped: str) -> None:
    result = draw(shipped, "timeline", "--actor", "soleimani")
    drawn = Picture(result.stdout)
    owners = {text.owner for text in drawn.texts if text.owner}
    assert owners >= {"soleimani-returns-to-moscow", "soleimani-putin-tete-a-tete"}
    assert "putin-visits-tehran" not in owners
    assert "Timeline: Qassem Soleimani" in words(drawn)
    assert "Undated statements aren't drawn either" in words(drawn)
    assert "› actor soleimani" in result.stderr or "Soleimani" in result.stderr


@on_sqlite
def test_lanes_keep_apart_who_acts_for_an_actor(shipped: str) -> None:
    drawn = picture(shipped, "timeline", "--actor", "iran", "--with-members")
    assert "What Iran takes part in" in words(drawn)
    assert "Ali Khamenei for Iran Ali Khamenei heads Iran as supreme leader · ¶2" in words(drawn)
    far = "Qassem Soleimani heads the Quds Force as commander · ¶10; The Quds Force is part of Iran"
    assert f"Qassem Soleimani for Iran {far}" in words(drawn)


@pytest.fixture(scope="module")
def namesakes(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A state for which two men of the same name act: each travels, and the two meet."""
    database = create(tmp_path_factory.mktemp("pictures") / "namesakes.db")
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        book.document("log", "The Log", 1)
        book.actor("realm", "Realm", "state")
        for n, key in enumerate(("hassan-elder", "hassan-younger")):
            book.actor(key, "Ali Hassan", "person")
            tie(book, key, "holds-post-in", "realm", at((1, n), voice="log"), what=f"envoy {n}")
            book.event(
                f"trip-{n}", f"Trip {n}", at((1, 9 + n), voice="log"), date=f"201{n}", doer=[key]
            )
        book.event(
            "meeting",
            "A meeting",
            at((1, 20), voice="log"),
            date="2015",
            doer=["hassan-elder", "hassan-younger"],
        )
    return database


@pytest.mark.parametrize("members", [(), ("--with-members",)], ids=["few dates", "members"])
def test_two_actors_of_one_name_have_a_lane_each(namesakes: str, members: tuple[str, ...]) -> None:
    drawn = picture(namesakes, "timeline", "--actor", "realm", *members)
    tops = {text.what: text.top for text in drawn.texts}
    elder, younger = (f"Ali Hassan for Realm (hassan-{which})" for which in ("elder", "younger"))
    assert tops[elder] < tops["Trip 0"] < tops[younger] < tops["Trip 1"]
    for n in range(2):
        assert f"envoy {n}" in words(drawn)


@on_sqlite
def test_an_actor_with_few_dates_gets_lanes(shipped: str) -> None:
    result = draw(shipped, "timeline", "--actor", "khamenei")
    assert "left out" not in result.stderr
    assert "fewer than 10 dated facts: in lanes of their own, also those of Iran" in result.stderr
    drawn = Picture(result.stdout)
    assert_legible(drawn)
    assert "4 dated facts, and 22 in lanes" in words(drawn)
    tops = {text.what: text.top for text in drawn.texts}
    own, iran, velayati = (
        tops[title]
        for title in (
            "What Ali Khamenei takes part in",
            "Iran, which Ali Khamenei heads",
            "Ali Akbar Velayati for Ali Khamenei",
        )
    )
    assert own < tops["Putin and Khamenei meet"] < iran
    assert iran < tops["Iran attacks in the area of Aleppo"] < velayati
    assert velayati < tops["Velayati visits Russia again"]
    assert "Ali Akbar Velayati advises Ali Khamenei on foreign policy · ¶2" in tops


@on_sqlite
def test_an_actor_with_many_dates_gets_no_lanes(shipped: str) -> None:
    assert "What Russia takes part in" not in words(
        picture(shipped, "timeline", "--actor", "russia")
    )


@on_sqlite
def test_a_network_takes_options(shipped: str) -> None:
    drawn = picture(shipped, "network", "--actor", "iran")
    assert "Network: Iran" in words(drawn)
    edges = [edge.owner for edge in drawn.of_class("edge") if edge.owner]
    assert all("iran" in edge.split("--") for edge in edges)
    ties = words(picture(shipped, "network", "--type", "heads"))
    assert "Only ties." in ties
    assert "Only joint events." in words(picture(shipped, "network", "--at-least", "2"))


@on_sqlite
def test_voices_differ_by_shape_and_take_options(shipped: str) -> None:
    drawn = picture(shipped, "voices")
    document = "stand-together-or-fall-apart"
    assert "document" in classes(drawn, document)
    assert "named" in classes(drawn, "der-spiegel-report")
    assert "unnamed" in classes(drawn, f"{document}:russian-diplomat-remarks")
    assert "voiceless" in classes(drawn, f"{document}:talk-of-2015")
    assert "pointed" in classes(drawn, "russian-syrian-agreement")
    assert "pointed" not in classes(drawn, "der-spiegel-report")
    rumoured = picture(shipped, "voices", "--certainty", "rumoured")
    assert "What rests on" not in words(rumoured)
    assert len(rumoured.of_class("voice")) < len(drawn.of_class("voice"))


@on_sqlite
def test_an_edge_that_is_only_alleged_is_dashed(shipped: str) -> None:
    drawn = picture(shipped, "network")
    assert "dashed" in classes(drawn, "islamic-state--syrian-army")
    assert "dashed" not in classes(drawn, "iran--russia")


@on_sqlite
@pytest.mark.parametrize("arguments", [("timeline",), ("network", "--most", "12"), ("voices",)])
def test_the_same_data_make_the_same_bytes(
    shipped: str, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, file = svg(shipped, *arguments), tmp_path / "x.svg"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert draw(shipped, *arguments, "-o", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8") == before


@on_sqlite
@pytest.mark.parametrize("which", ["timeline", "network", "voices"])
def test_a_picture_has_a_title_a_description_and_links(shipped: str, which: str) -> None:
    drawn = picture(shipped, which)
    ids = [element.get("id") for element in drawn.root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    named = drawn.root.attrib["aria-labelledby"].split()
    texts = {element.get("id"): element.text for element in drawn.root}
    assert all(texts[name] for name in named)
    links = list(drawn.root.iter(f"{SVG}a"))
    assert len(links) > 30
    assert all(link.attrib["href"].startswith("#") for link in links)
    assert all(link.find(f"{SVG}title") is not None for link in links)


# --- hostile data ---------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["timeline", "network", "voices"])
def test_hostile_names_change_nothing(every_date: str, which: str) -> None:
    result = draw(every_date, which)
    assert result.exit_code == 0, result.output
    drawn = Picture(result.stdout)
    assert {element.tag.removeprefix(SVG) for element in drawn.root.iter()} <= {
        *("svg", "title", "desc", "style", "defs", "linearGradient", "stop", "rect", "path"),
        *("circle", "text", "g", "a"),
    }
    assert not set(result.stdout) & set("\u202e\u202c\x1b\uffff")
    assert "evil" in result.stdout


def test_a_sourcebook_without_facts_makes_a_picture(tmp_path: Path) -> None:
    database = create(tmp_path / "empty.db")
    for which in ("timeline", "network"):
        assert draw(database, which).exit_code == 0


@on_sqlite
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["timeline", "-o", "x.png"], "write FILE.svg"),
        (["timeline", "--actor", "nobody-here"], "--actor"),
        (["timeline", "--from", "2016", "--to", "2015"], "swap them"),
        (["network", "--most", "1"], "from 2 to"),
    ],
)
def test_wrong_usage_is_one_line(shipped: str, arguments: list[str], message: str) -> None:
    result = draw(shipped, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


# --- parts ----------------------------------------------------------------------------------------


def test_a_thousand_events_take_less_than_two_seconds(large: str) -> None:
    draw(large, "timeline")  # what is imported isn't counted
    before = resource.getrusage(resource.RUSAGE_SELF)
    draw(large, "timeline")
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


def test_pieces_of_dates() -> None:
    day = Edtf.parse("2015-10-14").first_day
    assert pieces("2015-10-14~") == (Piece(day, day, End.ABOUT, End.ABOUT, day=True),)
    [lasting] = pieces("2011~/..")
    assert (lasting.begin, lasting.end, lasting.once) == (End.ABOUT, End.ONGOING, False)
    [unknown] = pieces("/2016")
    assert (unknown.begin, unknown.end) == (End.UNKNOWN, End.EXACT)
    [opened] = pieces("[..2016-02]")
    assert (opened.first, opened.begin, opened.once) == (None, End.OPEN, True)
    assert [piece.once for piece in pieces("[2015-10,2015-12]")] == [True, True]
    [within] = pieces("2015-08-XX")
    assert within.once
    assert pieces("Y17000") == pieces("1950S2") == pieces("156X-12-25") == ()


def test_how_a_fact_looks_follows_its_standing() -> None:
    assert look("actual", None) is Look.SOLID
    assert look("actual", "Rumoured") is Look.ALLEGED
    assert look("actual", "Inferred") is Look.INFERRED
    assert look("expected", "Alleged expectation") is Look.PLANNED_ALLEGED
    assert look("hypothetical", "Imagined") is Look.LOOSE
    assert look("denied", "Ruled out") is Look.CROSSED
    assert look("denied", "Said not to happen") is Look.CROSSED_ALLEGED
    assert look("actual", "Draft") is look("intended", "Draft, intended") is Look.DRAFT


@pytest.mark.parametrize("date", ["-4000-02-28", "-0043-03-15", "0000-02-29", "2016-05-31"])
def test_days_have_their_numbers(date: str) -> None:
    number = Edtf.parse(date).first_day
    assert number is not None
    year, month, day = calendar_day(number)
    assert f"{year:05}-{month:02}-{day:02}" == date or f"{year:04}-{month:02}-{day:02}" == date
    assert day_number(year, month, day) == number


def test_days_in_words() -> None:
    assert day_in_words(day_number(-43, 3, 15)) == "15 Mar 44 BC"


@pytest.mark.parametrize("days", [1, 20, 300, 4_000, 200_000, 5_000_000])
def test_ticks_of_an_axis_are_apart(days: int) -> None:
    first = day_number(2016, 5, 17)
    axis = Axis.over(first, first + days, 24, 1238)
    ticks = [x for x, _, _ in axis.ticks()]
    assert 1 <= len(ticks) <= 24
    assert all(b - a > 40 for a, b in pairwise(ticks))
    assert axis.x(first) >= 24
    assert axis.x(first + days + 1) == 1238


def test_boxes_go_to_the_first_free_place() -> None:
    rows = PackedRows(gap=2)
    assert [rows.place(0, 10, 2), rows.place(5, 9, 1), rows.place(20, 30, 1)] == [0, 2, 0]
    assert rows.place(12, 18, 3) == 0
    rows.close(3)
    assert rows.place(0, 40, 2) == 4


def test_lines_are_no_wider_than_asked() -> None:
    text = "Supercalifragilisticexpialidocious " * 3 + "叙利亚" * 40
    for lines in (wrap(text, 120, 13), balanced(text, 120, 13)):
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(width(line, 13) <= 120 for line in lines)
    assert width("Iran", 1000) == 278 + 333 + 556 + 556
