"""`draft` says what happened, who did it to whom, and what an author thinks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from coding.drafting.compose import Composer
from coding.drafting.parse import parser
from coding.languages import language

Sections = dict[str, list[dict[str, Any]]]


def composed(*passages: str, author: str | None = None) -> Sections:
    """Return the sections drafted from a text that was published on Wednesday, 5 May 2021."""
    day = date(2021, 5, 5)
    return Composer(passages, language("en"), parser("en"), [], day, author).compose()


@pytest.mark.parametrize(
    ("sentence", "title"),
    [
        ("Jonas Arvel left Tarn and sold his boat.", "Jonas Arvel leaves Tarn and sells his boat"),
        ("Two men of Jonas Arvel carried nets.", "Two men of Jonas Arvel carry nets"),
        ("Jonas Arvel was elected in a hurry.", "Jonas Arvel is elected in a hurry"),
        ("Jonas Arvel has left the island.", "Jonas Arvel has left the island"),
        ("Jonas Arvel tried his luck.", "Jonas Arvel tries his luck"),
        (
            "In May 2020 Jonas Arvel made his mid-March announcement of a strike again.",
            "Jonas Arvel makes his mid-March announcement of a strike again",
        ),
    ],
)
def test_a_title_is_in_the_present_tense(sentence: str, title: str) -> None:
    (event,) = composed(sentence)["events"]
    assert event["title"] == title


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        (
            "Jonas Arvel arrested Irena Dasko on Tuesday.",
            {"doer": "jonas-arvel", "receiver": "irena-dasko"},
        ),
        (
            "Irena Dasko was arrested by Jonas Arvel on Tuesday.",
            {"doer": "jonas-arvel", "receiver": "irena-dasko"},
        ),
        (
            "Jonas Arvel and Irena Dasko left the island on Tuesday.",
            {"doer": ["jonas-arvel", "irena-dasko"]},
        ),
    ],
)
def test_an_event_names_who_does_it_and_who_undergoes_it(
    sentence: str, who: dict[str, object]
) -> None:
    (event,) = composed(sentence)["events"]
    assert event["who"] == who


def test_a_body_of_a_country_is_an_actor_that_its_noun_stands_for() -> None:
    sections = composed("The Russian delegation met. The delegation sold the boat on Tuesday.")
    assert ("russian-delegation", "organisation") in {
        (actor["key"], actor["kind"]) for actor in sections["actors"]
    }
    assert sections["events"][-1]["who"] == {"doer": "russian-delegation"}


def test_a_noun_stands_for_nobody_if_two_actors_end_with_it() -> None:
    text = "The Russian delegation met the German delegation. The delegation sold it on Tuesday."
    assert "who" not in composed(text)["events"][-1]


def test_a_country_that_somebody_is_president_of_is_a_state() -> None:
    sections = composed("The president of France left in a hurry. It rained in Germany.")
    (state,) = (actor for actor in sections["actors"] if actor["name"] == "France")
    assert (state["kind"], "unsure" in state) == ("state", False)
    assert [place["name"] for place in sections["places"]] == ["Germany"]


def test_the_post_before_a_name_is_a_relation() -> None:
    sections = composed("The German team’s coach, Jonas Arvel, left the island on Tuesday.")
    (relation,) = sections["relations"]
    assert (relation["from"], relation["to"]) == ("jonas-arvel", "german-team")
    assert relation["what"] == "coach"


def test_what_will_happen_is_an_expected_event() -> None:
    (event,) = composed("Jonas Arvel will leave the island for good.")["events"]
    assert event["modality"] == "expected"
    assert event["unsure"] == "is it an event worth coding?"


def test_since_opens_an_interval() -> None:
    (event,) = composed("Since 2011, Jonas Arvel has fished in the Sound.")["events"]
    assert (event["date"], event["evidence"][0]["words"]) == ("2011/..", "Since 2011")


def test_a_sentence_begins_behind_an_abbreviation() -> None:
    text = "Jonas Arvel left Washington D.C. on Monday. He came to Washington D.C. The rain fell."
    first, second = composed(text)["events"][:2]
    assert first["evidence"][0]["at"] == "1:0-42"
    assert second["evidence"][0]["at"] == "1:44-69"


def test_what_an_author_who_says_i_judges_is_a_view() -> None:
    passages = ["I know the Sound. The raid by Jonas Arvel was unacceptable. Is it fair? It rains."]
    sections = composed(*passages, author="irena-dasko")
    (view,) = (it for it in sections["positions"] if it["evidence"][0]["at"].startswith("1:18"))
    assert (view["kind"], view["who"]) == (
        "view",
        {"holder": "irena-dasko", "object": "jonas-arvel"},
    )
    assert not any("fair" in it["statement"] for it in sections["positions"])
    assert composed("The raid was unacceptable.", author="irena-dasko")["positions"] == []
