"""The reports on actors and their relations, on invented articles, the same on both engines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from database.connect import writing
from reports.run import BadValueError, run
from tests.island_relations import island_relations
from tests.open_sourcebooks import OPEN, opened
from tests.shipped_reports import REPORTS

NAMES = ("actor", "dependence", "dyad", "event", "names", "network", "posts", "stances", "ties")

NEEDED: dict[str, dict[str, str]] = {
    "actor": {"actor": "alma"},
    "dyad": {"a": "alma", "b": "brim"},
    "event": {"event": "landing"},
}
"""What a report cannot do without."""

KEYS = ("fact", "key", "relation")
"""Columns that hold keys of facts."""

Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def made(new_sourcebook: Callable[[], str]) -> Iterator[str]:
    """A sourcebook with the islands and their relations."""
    database = new_sourcebook()
    with writing(database) as connection:
        island_relations(connection)
    yield from opened(database)


def ask(database: str, name: str, columns: str = "", /, **arguments: str) -> list[Row]:
    """Return these columns of a report's rows, all by default; keys without their document."""
    with run(OPEN[database], REPORTS[name], arguments) as page:
        names = [column.name for column in page.columns]
        wanted = [names.index(column) for column in columns.split() or names]
        keys = {names.index(column) for column in KEYS if column in names}
        return [tuple(bare(row[n]) if n in keys else row[n] for n in wanted) for row in page.rows]


def bare(key: Any) -> Any:
    """Return a key without the document in front of it."""
    return re.sub("^(bulletin|gazette):", "", key) if isinstance(key, str) else key


# --- every report ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_values_are_of_the_type_that_the_header_says(made: str, name: str) -> None:
    types = {"integer": int}
    columns = REPORTS[name].columns
    rows = ask(made, name, **NEEDED.get(name, {}))
    assert rows
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            assert value is None or type(value) is types.get(column.type, str), column.name


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_says_where_it_stands(made: str, name: str) -> None:
    document = "document" if name == "network" else "source"  # there, source is an actor
    rows = ask(made, name, f"{document} passage", **NEEDED.get(name, {}))
    known = rows[1:] if name == "actor" else rows  # its first row is the heading, which is no fact
    assert all(source and passage and "¶" in passage for source, passage in known)


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(NEEDED)))
def test_an_empty_database_gives_no_rows(empty_sourcebook: str, name: str) -> None:
    assert ask(empty_sourcebook, name) == []


def test_an_empty_database_says_that_it_has_no_event(empty_sourcebook: str) -> None:
    with pytest.raises(BadValueError, match="no event 'landing': the database has none"):
        ask(empty_sourcebook, "event", event="landing")


@pytest.mark.parametrize("name", ["actor", "dependence", "names", "network", "posts", "ties"])
def test_an_actor_is_found_by_any_name(made: str, name: str) -> None:
    assert ask(made, name, actor="the almans") == ask(made, name, actor="alma") != []


@pytest.mark.parametrize("name", ["dependence", "names", "network", "posts", "ties"])
def test_an_actor_with_nothing_gets_nothing(made: str, name: str) -> None:
    assert ask(made, name, actor="idle") == []


@pytest.mark.parametrize(
    ("name", "column"), [("actor", "key"), ("dyad", "fact"), ("ties", "relation")]
)
def test_keys_name_their_document_once_there_are_several(made: str, name: str, column: str) -> None:
    with run(OPEN[made], REPORTS[name], NEEDED.get(name, {})) as page:
        n = [field.name for field in page.columns].index(column)
        keys = {str(row[n]) for row in page.rows} - {"alma"}  # the actor itself
    assert {key.partition(":")[0] for key in keys} == {"bulletin", "gazette"}


# --- one actor ------------------------------------------------------------------------------------


def test_an_actor_with_nothing_is_still_somebody(made: str) -> None:
    assert ask(made, "actor", "part what how key", actor="idle") == [
        ("actor", "The Idle", "organisation", "idle")
    ]


def test_all_that_is_known_of_an_actor(made: str) -> None:
    columns = "part key how date modality"
    assert ask(made, "actor", columns, actor="brim") == [
        ("actor", "brim", "state", None, None),
        ("name", "brim:Brim 100%_", "name", None, "actual"),
        ("name", "brim:the Palace", "metonym", None, "actual"),
        ("name", "brim:the regime", "description", None, "actual"),
        ("post", "envoy--holds-post-in--brim", "holds-post-in", None, "actual"),
        ("post", "0042--holds-post-in--brim", "holds-post-in", None, "expected"),
        ("tie", "alma--depends-on--brim", "depends-on", None, "actual"),
        ("tie", "brim--depends-on--alma", "depends-on", None, "denied"),
        ("tie", "brim--more-committed-than--alma", "more-committed-than", None, "actual"),
        ("tie", "zoe--depends-on--brim", "depends-on", None, "actual"),
        ("tie", "alma--ally-of--brim", "ally-of", None, "hypothetical"),
        ("position", "rest", "goal: The war", None, "actual"),
        ("position", "stalemate", "view: The war", None, "actual"),
        ("position", "ships", "need: Trade by sea", None, "actual"),
        ("position about", "lose", "fear: The war", None, "actual"),
        ("event", "storm", "doer", "2020-02-03", "actual"),
        ("event", "landing", "receiver", "2020-02-03", "actual"),
        ("event", "vow", "doer", "[..2020-03-10]", "actual"),
        ("event", "feast", "doer", "XXXX-12-25", "actual"),
        ("event", "peace", "doer", "2020-02", "expected"),
        ("quote by", "claim", "partial", "2020", "actual"),
        ("quote about", "speech", "subject", "2020-02-05", "actual"),
        ("quote about", "murmur", "addressee", None, "actual; denied"),
    ]


def test_every_role_in_an_event_is_named_once(made: str) -> None:
    roles: dict[str, str] = dict(ask(made, "actor", "key how", actor="alma"))
    assert roles["siege"] == "doer; host"


@pytest.mark.parametrize(("actor", "quote"), [("alma", "speech"), ("brim", "claim")])
def test_a_quote_by_an_actor_is_listed_once_even_if_it_is_about_it(
    made: str, actor: str, quote: str
) -> None:
    parts = [part for part, key in ask(made, "actor", "part key", actor=actor) if key == quote]
    assert parts == ["quote by"]


def test_facts_are_sentences_with_their_standing_and_the_words_in_marks(made: str) -> None:
    sentences: dict[str, str] = dict(ask(made, "actor", "key what", actor="brim"))
    assert sentences["claim"] == "Brim says that it never yields: “never”"
    assert sentences["peace"] == "Expected: Peace"
    assert sentences["rest"] == "Brim wants the rest"
    assert sentences["alma--depends-on--brim"] == "Alma depends on Brim for grain"
    assert sentences["brim:the Palace"] == "the Palace"


def test_nobody_is_not_asked_for(made: str) -> None:
    with pytest.raises(BadValueError, match="is required"):
        ask(made, "actor")


# --- one event ------------------------------------------------------------------------------------


def test_all_that_is_known_of_an_event(made: str) -> None:
    columns = "part key date modality certainty passage"
    landing = "bulletin ¶2; bulletin ¶6; bulletin ¶7; gazette ¶1"
    answer = "asserted; alleged; reported"
    assert ask(made, "event", columns, event="landing") == [
        ("What", "landing", "2020-02-03", "actual", answer, landing),
        ("Where", "port", None, "actual; possible", answer, landing),
        ("Doer", "alma", None, "actual; possible", answer, landing),
        ("Receiver", "brim", None, "actual; possible", answer, landing),
        ("Concerned", "0042", None, "actual; possible", answer, landing),
        ("Asserted", "bulletin", None, "actual", "asserted", "¶2; ¶6"),
        ("Possible, alleged", "wire", None, "possible", "alleged", "¶7"),
        ("Reported", "gazette", None, "actual", "reported", "¶1"),
        ("Answered by", "peace", "2020-02", "expected", "asserted", "¶6"),
        ("Follows", "siege", "2019-11/..", "actual", "asserted", "¶6"),
        ("Said there", "speech", "2020-02-05", "actual", "asserted", "¶4"),
        ("Meanwhile", "storm", "2020-02-03", "actual", "asserted", "¶2"),
        ("Order unknown", "vow", "[..2020-03-10]", "actual", "asserted", "¶5"),
    ]


def test_an_event_says_who_says_so_and_who_takes_part_in_its_neighbours(made: str) -> None:
    rows = ask(made, "event", "section part what in_common", event="landing")
    assert [row[2] for row in rows if row[0] == "Who says so"] == [
        "The Bulletin",
        "Wire report",
        "The Gazette",
    ]
    assert [row[3] for row in rows if row[1] in NEIGHBOURS] == ["Alma, 1 more", "Brim"]


def test_linked_events_are_sentences_with_their_standing(made: str) -> None:
    rows = ask(made, "event", "section part what", event="landing")
    assert [row[1:] for row in rows if row[0] == "What belongs to it"] == [
        ("Answered by", "Expected: Peace"),
        ("Follows", "A siege"),
        ("Said there", 'Zoë Ångström and Alma say: “We "came", … and we stay; 100%”'),
    ]


@pytest.mark.parametrize("event", ["bulletin:landing", "landing"])
def test_an_event_is_found_by_either_key(made: str, event: str) -> None:
    assert {row[0] for row in ask(made, "event", event=event)} == {"bulletin:landing"}


@pytest.mark.parametrize("event", ["gazette:landing", "bulletin:", "speech", "%", "' or 1=1 --"])
def test_what_is_no_event_is_said_to_be_none(made: str, event: str) -> None:
    with pytest.raises(BadValueError, match=re.escape(f"there is no event {event!r}")):
        ask(made, "event", event=event)


def test_an_event_is_found_by_its_title_whatever_its_case(made: str) -> None:
    answer = ask(made, "event", event="alma lands in the port of BRIM")
    assert {row[0] for row in answer} == {"bulletin:landing"}


NEIGHBOURS = ("Before", "Meanwhile", "Order unknown", "After")


@pytest.mark.parametrize(
    ("event", "near", "actual"),
    [
        # Events that the text links to this one are not among its neighbours.
        ("landing", "9", ["storm", "vow"]),
        ("landing", "1", ["storm", "vow"]),  # one at the same time, one in unknown order
        ("peace", "0", []),
        ("dream", "9", []),  # undated
        ("feast", "9", []),  # on a Christmas Day
    ],
)
def test_neighbours_are_the_nearest(made: str, event: str, near: str, actual: list[str]) -> None:
    rows = ask(made, "event", "part key", event=event, near=near)
    assert [key for part, key in rows if part in NEIGHBOURS] == actual


@pytest.mark.parametrize(
    ("near", "actual"),
    [
        ("1", ["Before eve", "Order unknown spring", "After next"]),
        ("3", ["Before eve", "Before old", "Order unknown spring", "After next", "After later"]),
    ],
)
def test_before_and_after_go_by_days(made: str, near: str, actual: list[str]) -> None:
    rows = ask(made, "event", "part key", event="mid", near=near)
    assert [f"{part} {key}" for part, key in rows[-len(actual) :]] == actual
    assert rows[-len(actual) - 1][0] == "Asserted"


# --- names and posts ------------------------------------------------------------------------------


def test_each_voice_has_its_own_words(made: str) -> None:
    assert ask(made, "names", "name kind used_by times source passage", actor="brim") == [
        ("Brim 100%_", "name", "bulletin", 1, "bulletin", "¶3"),
        ("the Palace", "metonym", "bulletin", 1, "bulletin", "¶3"),
        ("the regime", "description", "bulletin", 3, "bulletin", "¶3; ¶9"),
        ("the regime", "description", "wire", 2, "bulletin", "¶7; ¶8"),
    ]


def test_names_of_all_stand_by_actor_and_kind(made: str) -> None:
    rows = ask(made, "names", "actor name used_by")
    assert rows[:4] == [
        ("alma", "Alma", "bulletin"),
        ("alma", "Alma", "gazette"),
        ("alma", "the Palace", "bulletin"),
        ("alma", "the Almans", "bulletin"),
    ]
    assert len(rows) == 9


POST = {"0042": "adviser", "zoe": "president", "envoy": "envoy", "consul": "consul"}


@pytest.mark.parametrize(
    ("on", "adviser", "president"),
    [
        (None, "over", "held"),
        ("2017-12-31", None, None),  # nobody yet
        ("2018-01-01", "open", None),  # in 2018: which day is not said
        ("2018-12-31", "held", None),
        ("2019-05-15", "held", "open"),
        ("2019-12-01", "held", "held"),
        ("2019-12-02", "open", "held"),  # until some day in December
        ("2020-01-01", None, "held"),
        ("2020-06-30", None, "held"),
        ("2020-07-01", None, "open"),  # the document knows no more
    ],
)
def test_a_post_is_held_on_a_day_by_what_is_said(
    made: str, on: str | None, adviser: str | None, president: str | None
) -> None:
    rows = ask(made, "posts", "relation status", **({"on": on} if on else {}))
    status: dict[str, str] = dict(rows)
    assert len(rows) == len(status)
    assert status.pop("0042--advises--alma", None) == adviser
    assert status.pop("zoe--heads--alma", None) == president
    # Undated ones are never held, whatever the day; what is expected never reads as so.
    assert status == {
        "envoy--holds-post-in--brim": "attested",
        "0042--holds-post-in--brim": "expected",
    }


def test_an_undated_post_says_when_it_is_attested(made: str) -> None:
    columns = "holder post whom status day attested passage"
    assert ask(made, "posts", columns, actor="envoy", on="2001-01-01") == [
        (
            "an envoy",
            "envoy",
            "Brim",
            "attested",
            "2001-01-01",
            "2020-03-01; 2020-06",
            "bulletin ¶8; gazette ¶2",
        )
    ]


def test_undated_posts_stand_apart_from_those_of_the_day(made: str) -> None:
    parts: dict[str, str] = dict(ask(made, "posts", "relation part", on="2020-01-01"))
    assert "Dated" in parts.values()
    assert parts["envoy--holds-post-in--brim"] == (
        "Undated: attested only for the day of the document"
    )


@pytest.mark.parametrize("year", ["2019", "45 BC", "-0043-03"])
def test_a_post_is_on_a_day_and_not_in_a_year(made: str, year: str) -> None:
    with pytest.raises(BadValueError, match="not a day"):
        ask(made, "posts", on=year)


# --- between actors -------------------------------------------------------------------------------


def test_ties_are_asked_for_by_actor_and_type(made: str) -> None:
    assert ask(made, "ties", "from_name tie to_name", type="depends-on", actor="alma") == [
        ("Alma", "depends-on", "Brim"),
        ("Brim", "depends-on", "Alma"),
    ]
    natures = ask(made, "ties", "tie nature", actor="zoe")
    assert natures == [
        ("depends-on", "friendly"),
        ("depends-on", "friendly"),
        ("depends-on", "friendly"),
        ("heads", "structural"),
    ]
    assert len(ask(made, "ties", actor="alma")) == 6
    assert len(ask(made, "ties", type="depends-on")) == 5
    assert len(ask(made, "ties")) == 11


def test_dependence_is_mutual_if_both_are_so(made: str) -> None:
    columns = "who whom what mutual how about modality"
    everything = ask(made, "dependence", columns)
    assert everything == [
        (
            "O'Hara; drop table actors; --",
            "Zoë Ångström",
            "protection",
            "yes",
            "tie",
            None,
            "actual",
        ),
        ("Zoë Ångström", "O'Hara; drop table actors; --", "advice", "yes", "tie", None, "actual"),
        ("Alma", "Brim", "grain", "unsettled", "tie", None, "actual"),
        ("Brim", "Alma", "harbours", "unsettled", "tie", None, "denied"),
        ("Zoë Ångström", "Brim", None, "no", "tie", None, "actual"),
        ("Brim", None, "the ships", None, "need", "Alma", "actual"),
    ]
    assert ask(made, "dependence", columns, actor="alma") == [
        *everything[2:4],
        everything[5],
    ]
    assert ask(made, "dependence", columns, actor="zoe") == [*everything[:2], everything[4]]


STANCES = [
    ("Trade by sea", "position", "Brim", "Brim needs the ships", "need", "¶8"),
    (
        "The war",
        "differ",
        "Brim; Alma",
        "Brim is more committed than Alma to pride",
        "more-committed-than",
        "¶5",
    ),
    ("The war", "position", "Alma", "Alma wants the win", "goal", "¶5"),
    ("The war", "position", "Alma", "Alma fears the lose", "fear", "¶6"),
    ("The war", "meet", "Alma; Brim", "Alma and Brim hold the stalemate", "view", "¶7"),
    ("The war", "position", "Brim", "Brim wants the rest", "goal", "¶4"),
]


def test_each_position_has_a_row_with_its_holder(made: str) -> None:
    columns = "topic how holder sentence kind passage"
    assert ask(made, "stances", columns) == STANCES
    # Of two actors, what both hold comes before what each holds.
    shared = [row for row in STANCES if row[1] == "meet"]
    others = [row for row in STANCES if row[1] != "meet"]
    wanted = others[:2] + shared + others[2:]
    assert ask(made, "stances", columns, a="alma", b="brim") == wanted
    assert ask(made, "stances", columns, a="brim", b="alma") == wanted
    assert ask(made, "stances", columns, a="alma", b="brim", topic="The war") == wanted[1:]


def test_stances_of_one_actor_are_its_own_and_comparisons_with_it(made: str) -> None:
    assert ask(made, "stances", "how sentence", a="alma") == [
        ("differ", "Brim is more committed than Alma to pride"),
        ("position", "Alma wants the win"),
        ("position", "Alma fears the lose"),
        ("position", "Alma and Brim hold the stalemate"),
    ]


def test_stances_on_other_topics_and_of_others_are_left_out(made: str) -> None:
    rows = ask(made, "stances", "holder how", a="alma", b="idle")
    assert rows == [("Alma", "position"), ("Alma", "position"), ("Alma; Brim", "position")]


@pytest.mark.parametrize("report", ["dyad", "stances"])
def test_an_actor_is_not_compared_with_itself(made: str, report: str) -> None:
    with pytest.raises(BadValueError, match="both are alma; name somebody else"):
        ask(made, report, a="alma", b="Alma")


def test_what_passed_between_two_stands_in_order(made: str) -> None:
    assert ask(made, "dyad", "fact kind direction date modality", a="alma", b="brim") == [
        ("storm", "event", "Alma and Brim", "2020-02-03", "actual"),
        ("landing", "event", "Alma to Brim", "2020-02-03", "actual"),
        ("speech", "quote", "Alma to Brim", "2020-02-05", "actual"),
        ("lose", "position", "Alma to Brim", None, "actual"),
        ("stalemate", "position", "Alma and Brim", None, "actual"),
        ("ships", "position", "Brim to Alma", None, "actual"),
        ("alma--depends-on--brim", "relation", "Alma to Brim", None, "actual"),
        ("brim--depends-on--alma", "relation", "Brim to Alma", None, "denied"),
        ("brim--more-committed-than--alma", "relation", "Brim to Alma", None, "actual"),
        ("alma--ally-of--brim", "relation", "Alma and Brim", None, "hypothetical"),
    ]  # not the murmur, which an envoy addresses to Brim about Alma
    assert ask(made, "dyad", "fact", a="alma", b="brim", dated="yes") == [
        ("storm",),
        ("landing",),
        ("speech",),
    ]


def test_a_dyad_is_the_same_from_both_sides(made: str) -> None:
    first = ask(made, "dyad", "fact what source passage", a="alma", b="brim")
    assert ask(made, "dyad", "fact what source passage", a="brim", b="alma") == first


def test_edges_count_events_once_and_roles_by_direction(made: str) -> None:
    edges = [
        ("alma", "brim", 2, 1, 1, 0),
        ("cape", "dune", 2, 1, 0, 1),
        ("0042", "alma", 1, 0, 0, 0),
        ("0042", "brim", 1, 0, 0, 0),
    ]
    columns = "source target weight together forth back"
    assert ask(made, "network", columns) == edges
    assert ask(made, "network", columns, actor="brim") == [edges[0], edges[3]]
    assert ask(made, "network", columns, at_least="2") == edges[:2]
    assert ask(made, "network", columns, modality="expected") == []


def test_edges_say_where_their_events_are_stated(made: str) -> None:
    landing = ("bulletin; gazette", "bulletin ¶2; bulletin ¶6; bulletin ¶7; gazette ¶1")
    rows = ask(made, "network", "source target document passage")
    assert rows == [
        ("alma", "brim", *landing),
        ("cape", "dune", "bulletin", "¶8"),
        ("0042", "alma", *landing),
        ("0042", "brim", *landing),
    ]
