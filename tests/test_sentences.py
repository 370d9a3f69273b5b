"""Facts as sentences: a position with its verb, a tie with what fits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from coding.load import SHIPPED, load
from coding.validation import read
from database.connect import reading, writing
from database.derived.sentences import Named, position, quote, tie
from schema.vocabulary import RELATIONS, PositionKind, RelationType
from tests.databases import on_sqlite

EXAMPLE = Path(__file__).parent.parent / "docs" / "example.yaml"

IRAN = Named("Iran", "state")
RUSSIA = Named("Russia", "state")
LUND = Named("Aron Lund", "person")


@pytest.mark.parametrize(
    ("kind", "statement", "sentence"),
    [
        (PositionKind.GOAL, "to keep the port", "Iran wants to keep the port"),
        (PositionKind.GOAL, "The port should stay open.", "Iran wants the port to stay open"),
        (PositionKind.GOAL, "Everything should stay open.", "Iran wants everything to stay open"),
        (PositionKind.FEAR, "a winter of empty nets", "Iran fears a winter of empty nets"),
        (PositionKind.FEAR, "The war may go on.", "Iran fears that the war may go on"),
        (PositionKind.MOTIVE, "The grain is needed.", "Iran acts because the grain is needed"),
        (PositionKind.REFUSAL, "to give in", "Iran refuses to give in"),
        (PositionKind.REFUSAL, "No deal.", "Iran refuses: no deal"),
        (PositionKind.VIEW, "that it is over", "Iran holds that it is over"),
        (PositionKind.CONSTRAINT, "by its debts", "Iran is constrained by its debts"),
    ],
)
def test_a_statement_continues_the_verb_of_its_kind(
    kind: PositionKind, statement: str, sentence: str
) -> None:
    assert position([IRAN], kind, statement) == sentence


def test_several_holders_take_the_verb_in_the_plural() -> None:
    assert position([IRAN, RUSSIA], PositionKind.CAPABILITY, "to win") == (
        "Iran and Russia have the ability to win"
    )


@pytest.mark.parametrize(
    ("speakers", "says", "sentence"),
    [
        ([IRAN], "Iran will not yield.", "Iran says that it will not yield"),
        ([IRAN, RUSSIA], "Iran and Russia agree.", "Iran and Russia say that they agree"),
        ([IRAN], "Iranians will not yield.", "Iran says that Iranians will not yield"),
        ([LUND], "Aron Lund is right.", "Aron Lund says that Aron Lund is right"),
        ([IRAN], "Iran Air will fly.", "Iran says that Iran Air will fly"),
        ([IRAN], "WHO will come.", "Iran says that WHO will come"),
        ([IRAN], "As-Safir is wrong.", "Iran says that As-Safir is wrong"),
        ([IRAN], "All-out war looms.", "Iran says that all-out war looms"),
        ([], "All is lost.", "It is said that all is lost"),
    ],
)
def test_a_statement_on_its_speaker_does_not_repeat_the_name(
    speakers: list[Named], says: str, sentence: str
) -> None:
    assert quote(speakers, says, None) == sentence


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        *(("The Houthis", "are"), ("Basij militias", "are"), ("The Lebanese Armed Forces", "are")),
        *(("The Revolutionary Guard Corps", "is"), ("Hamas", "is"), ("ISIS", "is")),
    ],
)
def test_the_verb_after_a_group_has_its_number(name: str, verb: str) -> None:
    sentence = position([Named(name, "armed-group")], PositionKind.CONSTRAINT, "by its debts")
    assert sentence == f"{name} {verb} constrained by its debts"


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        *(("The White Helmets", "say"), ("The Democrats of Velmora", "say")),
        *(("The United Nations", "says"), ("The Red Cross", "says"), ("The Arab League", "says")),
        *(("The League of Arab States", "says"), ("Doctors Without Borders", "says")),
        *(("A union of fishermen", "says"), ("The fishermen’s union", "says")),
    ],
)
def test_an_organisation_named_as_many_takes_the_verb_in_the_plural(name: str, verb: str) -> None:
    speakers = [Named(name, "organisation")]
    assert quote(speakers, "The war is over.", None) == f"{name} {verb} that the war is over"


@pytest.mark.parametrize(
    ("what", "topic", "sentence"),
    [
        ("the war", "Syria", "Iran differs from Russia in the war"),
        (None, "Syria", "Iran differs from Russia on Syria"),
        (None, None, "Iran differs from Russia"),
    ],
)
def test_a_tie_says_what_it_is_about_once(
    what: str | None, topic: str | None, sentence: str
) -> None:
    template = RELATIONS[RelationType.DIFFERS_FROM].sentence
    assert tie(template, {"from": IRAN, "to": RUSSIA}, {"what": what, "topic": topic}) == sentence


@on_sqlite
@pytest.mark.parametrize("path", [*SHIPPED.glob("*.yaml"), EXAMPLE], ids=lambda path: path.stem)
def test_every_sentence_of_our_own_codings_reads_alone(database: str, path: Path) -> None:
    """None begins with a pronoun; every position continues its verb."""
    with writing(database) as connection:
        load(connection, read(path))
    with reading(database) as connection:
        rows = connection.execute(
            sa.text("select kind, standing, sentence from fact_summaries")
        ).all()
    assert rows
    for kind, standing, sentence in rows:
        fact = sentence.removeprefix(f"{standing}: ")
        assert re.match("(He|She|They|It(?! is said)|His|Her|Their|Its)\\b", fact) is None, sentence
        if kind in ("position", "relation"):
            assert ":" not in fact, sentence
