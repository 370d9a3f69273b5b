"""`draft` tells names from dates, quotations and the first words of sentences, in any language."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from coding.drafting.compose import Composer
from coding.drafting.parse import parser
from coding.languages import language

Sections = dict[str, list[dict[str, Any]]]


def composed(code: str, *passages: str) -> Sections:
    """Return the sections drafted from a text that was published on Wednesday, 5 May 2021."""
    day = date(2021, 5, 5)
    return Composer(passages, language(code), parser(code), [], day).compose()


def voices(sections: Sections) -> list[str | None]:
    """Return the name of each quote's speaker, in order."""
    names = {actor["key"]: actor["name"] for actor in sections["actors"]}
    return [names.get(quote.get("who", {}).get("speaker")) for quote in sections["quotes"]]


def test_an_outlet_is_not_joined_to_whom_its_report_is_about() -> None:
    sections = composed("en", "According to the Daily Report, Sudland refused to sign.")
    assert [actor["name"] for actor in sections["actors"]] == ["Daily Report", "Sudland"]
    (quote,) = sections["quotes"]
    assert (quote["says"], quote["who"]["speaker"]) == ("Sudland refused to sign.", "daily-report")


def test_a_title_keeps_an_adjective_of_time() -> None:
    sections = composed("en", "Nordia closed the harbour for a decades-long repair in 2019.")
    (event,) = sections["events"]
    assert event["title"] == "Nordia closes the harbour for a decades-long repair"
    assert event["duration"] == {"words": "decades-long", "least": "2 decades"}


def test_the_first_word_of_a_sentence_is_no_name_if_the_text_writes_it_small() -> None:
    text = "Nordia asked for a lease of the harbour. Harbour fees rose."
    sections = composed("en", "Harbour deal divides the Sound", text)
    assert "Harbour" not in {actor["name"] for actor in sections["actors"]}
    assert "Nordia" in {actor["name"] for actor in sections["actors"]}


@pytest.mark.parametrize(
    ("code", "text", "speakers"),
    [
        ("es", "«No vamos a firmarlo nunca», afirmó el 3 de mayo de 2021.", [None]),
        ("fr", "« Nous attendons la pluie », a affirmé le 3 mai 2021.", [None]),
        ("de", "„Wir warten auf den Regen“, sagte am 3. Mai 2021.", [None]),
        ("de", "„Wir warten“, sagte am Montag die Ministerin Irena Dasko.", ["Irena Dasko"]),
        (
            "es",
            "«No vamos a firmarlo», afirmó el 3 de mayo de 2021 la ministra Irena Dasko.",
            ["Irena Dasko"],
        ),
        ("ar", "قال يوناس أرفيل يوم الاثنين: «لن نوقع على هذا الاتفاق».", ["يوناس أرفيل"]),
        ("ru", "Вчера Ирена Даско заявила: «Мы будем ждать дождя».", ["Ирена Даско"]),
        ("en", "“We will wait for the rain,” said on Monday.", [None]),
    ],
)
def test_no_date_speaks(code: str, text: str, speakers: list[str | None]) -> None:
    assert voices(composed(code, text)) == speakers


@pytest.mark.parametrize(
    ("code", "text", "speaker"),
    [
        ("ru", "«Мы уходим» сказал Йонас Арвель. Он добавил: «Мы не вернёмся».", "Йонас Арвель"),
        (
            "de",
            "„Wir gehen“, sagte Jonas Arvel. Er fügte hinzu: „Es wird Zeit.“ Dann ging er.",
            "Jonas Arvel",
        ),
        (
            "fr",
            "« Nous partons », a dit Jonas Arvel. Il a ajouté : « C’est fini. » Puis il partit.",
            "Jonas Arvel",
        ),
        (
            "ar",
            "قال الوزير يوناس أرفيل : «لن نوقع أبدا». وأضاف: «سننتظر المطر غدا».",
            "يوناس أرفيل",
        ),
    ],
)
def test_who_adds_something_is_whoever_spoke_before(code: str, text: str, speaker: str) -> None:
    sections = composed(code, text)
    assert voices(sections) == [speaker, speaker]
    (actor,) = sections["actors"]
    assert actor["kind"] == "person"


def test_a_pronoun_in_a_passage_of_its_own_is_the_last_man_named() -> None:
    sections = composed("ru", "«Мы уходим» сказал Йонас Арвель.", "Он добавил: «Мы не вернёмся».")
    assert voices(sections) == ["Йонас Арвель"] * 2
    assert sections["quotes"][1]["unsure"].endswith("is “Он” Йонас Арвель?")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "She sailed the “Harbour Star” and read the “Daily Planet”. It rained."),
        ("de", "Sie lasen „Warten Auf Regen“."),
        ("fr", "Ils ont lu « Le Grand Port »."),
        ("ru", "Они читали «Тихий Дон Великий», и «мы ждём дождя» тоже."),
        ("ar", "قرأوا «لن نوقع على الاتفاق» أمس."),
    ],
)
def test_what_is_in_marks_as_a_whole_is_no_name(code: str, text: str) -> None:
    names = {actor["name"] for actor in composed(code, text)["actors"]}
    assert not {name for name in names if len(name) > len("To Tarn")}


def test_keys_of_names_in_other_scripts_can_be_read() -> None:
    sections = composed("ru", "«Мы уходим» сказал Йонас Арвель.")
    assert sections["actors"][0]["key"] == "yonas-arvel"
    assert sections["quotes"][0]["key"] == "arvel-my-ukhodim"


def test_according_to_begins_a_statement_in_spanish() -> None:
    (quote,) = composed("es", "Según Irena Dasko, Nordia no quiere firmar.")["quotes"]
    assert quote["says"] == "Nordia no quiere firmar."


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        (
            "وقال وزير الخارجية والمغتربين في حكومة تصريف الأعمال يوناس أرفيل: «لن نوقع».",
            "يوناس أرفيل",
            "person",
        ),
        (
            "وقال وزير الخارجية السوري يوناس الأرفيل إن «بلاده لن توقع على الاتفاق».",
            "يوناس الأرفيل",
            "person",
        ),
        (
            "قال المتحدث باسم وزارة الدفاع يوناس أرفيل في بيان: «لن نوقع على الاتفاق».",
            "يوناس أرفيل",
            "person",
        ),
        (
            "وأكد نائب رئيس مجلس الوزراء الشيخ يوناس بن عبد الرحمن آل أرفيل، أن «الاتفاق ملغى».",
            "يوناس بن عبد الرحمن آل أرفيل",
            "person",
        ),
        (
            "وأوضح الناطق الرسمي باسم الحكومة خلال مؤتمر صحفي: «لن نوقع على الاتفاق».",
            "الناطق الرسمي باسم الحكومة",
            "unnamed",
        ),
    ],
)
def test_a_speaker_in_arabic_is_named_behind_a_long_title(text: str, name: str, kind: str) -> None:
    sections = composed("ar", text)
    assert voices(sections) == [name]
    assert [actor["kind"] for actor in sections["actors"]] == [kind]
