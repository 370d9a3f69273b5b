"""Dates in words: as the table says, never more precise than the date, and back again."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schema.date_words import date_in_words, edtf_of
from schema.edtf import MONTHS, Edtf, EdtfError
from tests.render_cases import harmless, hostile, no_deadline

WORDS = {
    "2015-08-26": "26 Aug 2015",
    "2015-11": "November 2015",
    "2015": "2015",
    "2015-21": "spring 2015",
    "2015-24": "winter 2015",
    "2015-25": "spring 2015 (northern)",
    "2015-32": "winter 2015 (southern)",
    "2015-33": "1st quarter of 2015",
    "2015-36": "4th quarter of 2015",
    "2015-39": "3rd third of 2015",
    "2015-41": "2nd half of 2015",
    "201X": "the 2010s",
    "19XX": "1900 to 1999",
    "2015-08-XX": "August 2015",
    "2015-XX-XX": "2015",
    "2015-10-14~": "about 14 Oct 2015",
    "2015-10~": "about October 2015",
    "1966~": "about 1966",
    "2015-10?": "October 2015 (uncertain)",
    "2015-10%": "about October 2015 (uncertain)",
    "2015-~10": "about October 2015",
    "2015-08-26/2015-09-30": "26 Aug to 30 Sep 2015",
    "2011/2015": "2011 to 2015",
    "2011~/2015": "about 2011 to 2015",
    "2011/2015~": "2011 to about 2015",
    "2015-10~/2015-12": "about October to December 2015",
    "2015-05~/2015-05-20": "about May to 20 May 2015",
    "2015-10?/2015-12?": "October 2015 (uncertain) to December 2015 (uncertain)",
    "2011/..": "since 2011",
    "1966~/..": "since about 1966",
    "../2016-05~": "until about May 2016",
    "2011/": "from 2011, end not known",
    "/2016": "to 2016, beginning not known",
    "[2015-08-26..2015-09-29]": "between 26 Aug and 29 Sep 2015",
    "[2015-08-26..2015-09]": "between 26 Aug and 30 Sep 2015",
    "[2015-08..2015-09-29]": "between 1 Aug and 29 Sep 2015",
    "[2016-02..2016-05]": "between Feb and May 2016",
    "[2015-12-20..2016-01-10]": "between 20 Dec 2015 and 10 Jan 2016",
    "[2016-05-02..2016-05-10]": "between 2 and 10 May 2016",
    "[2016-05-01..2016-05-10]": "early May 2016",
    "[2016-03-11..2016-03-20]": "mid-March 2016",
    "[2015-09-21..2015-09-30]": "late September 2015",
    "[2016-02-21..2016-02-29]": "late February 2016",
    "[2015-09-21..2015-09]": "late September 2015",
    "[..2016-02]": "in or before February 2016",
    "[1966-05..]": "in or after May 1966",
    "[2015-10,2015-12]": "October or December 2015",
    "[2015-10,2015-12,2017]": "October 2015, December 2015 or 2017",
    "{2015-10,2015-12}": "October and December 2015",
    "{2015-10..2015-12}": "every month from October to December 2015",
    "{2011..2013,2015}": "every year from 2011 to 2013 and 2015",
    "-0043": "44 BC",
    "-0043-03-15": "15 Mar 44 BC",
    "-0043-03-15/-0042-04-01": "15 Mar 44 BC to 1 Apr 43 BC",
    "0000": "1 BC",
    "0014": "AD 14",
    "0476": "476",
    "Y17000": "the year 17000",
    "Y-11999/Y17000~": "12000 BC to about the year 17000",
    "Y-11999": "12000 BC",
    "Y1700000X": "Y1700000X",
    "1950S2": "1950S2",
    "156X-12-25": "156X-12-25",
    "19XX/20XX": "19XX/20XX",
    "1985-04-12T23:20:30Z": "1985-04-12T23:20:30Z",
    "{2015-05..}": "{2015-05..}",
    "": "",
    "yesterday": "yesterday",
}


@pytest.mark.parametrize(("edtf", "words"), WORDS.items())
def test_a_date_in_words(edtf: str, words: str) -> None:
    assert date_in_words(edtf) == words


def test_running_text_has_whole_months_and_ties_have_a_beginning() -> None:
    assert date_in_words("2016-05-31", full=True) == "31 May 2016"
    assert (
        date_in_words("[2015-08-26..2015-09-29]", full=True)
        == "between 26 August and 29 September 2015"
    )
    assert date_in_words("[2016-02..2016-05]", full=True) == "between February and May 2016"
    assert date_in_words("[..2016-02]", tie=True) == "since February 2016 or earlier"
    assert date_in_words("[1966-05..]", tie=True) == "since May 1966 or later"


_YEARS = st.integers(-9999, 9999).map(lambda year: f"-{-year:04}" if year < 0 else f"{year:04}")
_MONTHS = st.integers(1, 12).map("-{:02}".format)
_PARTS = st.one_of(
    st.just(""),
    _MONTHS,
    st.integers(21, 41).map("-{}".format),
    st.tuples(_MONTHS, st.integers(1, 28).map("-{:02}".format)).map("".join),
    st.just("-XX"),
    st.tuples(_MONTHS, st.just("-XX")).map("".join),
)
_SINGLE = st.builds(
    lambda year, part, mark: f"{year}{part}{mark}", _YEARS, _PARTS, st.sampled_from(["", *"?~%"])
)
_DATES = st.one_of(
    _SINGLE,
    st.tuples(_SINGLE, _SINGLE).map("/".join),
    st.tuples(_SINGLE, _SINGLE).map(lambda sides: f"[{'..'.join(sides)}]"),
    st.tuples(_SINGLE, _SINGLE, _SINGLE).map(lambda sides: f"[{','.join(sides)}]"),
    _SINGLE.map("{}/..".format),
    _SINGLE.map("[..{}]".format),
    _SINGLE.map("[{}..]".format),
)

_DAY = re.compile(rf"\b[0-9]{{1,2}} (?:{'|'.join(MONTHS)}|{'|'.join(m[:3] for m in MONTHS)})\b")


@no_deadline
@given(_DATES)
def test_words_are_never_more_precise_than_the_date(edtf: str) -> None:
    """No day and no month appears that isn't in the date or a bound of it; doubt stays doubt."""
    words = date_in_words(edtf)
    try:
        date = Edtf.parse(edtf)
    except EdtfError:
        assert words == edtf
        return
    if words == edtf:
        return
    if not re.search(r"-[0-9]{2}-[0-9]{2}", edtf):
        assert not _DAY.search(words)
    if not re.search(r"-(0[1-9]|1[0-2])", edtf[1:].replace("[-", "[")):
        assert not any(month[:3] in words for month in MONTHS)
    assert ("about" in words) == bool(re.search("[~%]", edtf))
    assert ("uncertain" in words) == bool(re.search("[?%]", edtf))
    if date.earliest is None and date.first_day is None:
        assert re.search(r"^(until|in or before|to) ", words)


@no_deadline
@given(_SINGLE)
@example("0000-12-31")
@example("2015-41")
@example("Y12000~")
@example("Y-11999")
def test_what_is_read_of_the_words_of_a_single_date_is_that_date(edtf: str) -> None:
    words = date_in_words(edtf)
    try:
        date = Edtf.parse(edtf)
    except EdtfError:
        return
    if "(" in words:  # of doubt and of hemispheres EDTF alone can speak
        return
    again = Edtf.parse(edtf_of(words))
    assert (again.first_day, again.last_day) == (date.first_day, date.last_day)
    assert again.qualifier == date.qualifier


@no_deadline
@given(st.one_of(hostile, st.text("0123456789-/.[]{},XY~?% BCadjulyerth")))
def test_whatever_is_typed_is_a_date_or_refused_in_one_line(typed: str) -> None:
    assert harmless(date_in_words(typed)) or date_in_words(typed) == typed
    message = ""
    try:
        Edtf.parse(edtf_of(typed))
    except EdtfError as error:
        message = str(error)
    assert harmless(message)
    assert "\n" not in message


@pytest.mark.parametrize(
    ("typed", "edtf"),
    {
        "July 2015": "2015-07",
        " july,  2015 ": "2015-07",
        "Sept. 2015": "2015-09",
        "2015-7": "2015-07",
        "2015-7-3": "2015-07-03",
        "26 August 2015": "2015-08-26",
        "Aug 26, 2015": "2015-08-26",
        "autumn 2015": "2015-23",
        "fall 2015": "2015-23",
        "late 2015": "[2015-09..2015-12]",
        "early 2015": "[2015-01..2015-04]",
        "mid-2015": "[2015-05..2015-08]",
        "late September 2015": "[2015-09-21..2015-09]",
        "mid-March 2016": "[2016-03-11..2016-03-20]",
        "the third quarter of 2015": None,
        "third quarter of 2015": "2015-35",
        "2nd half 2015": "2015-41",
        "the 1960s": "196X",
        "44 BC": "-0043",
        "44 bce": "-0043",
        "1 BC": "0000",
        "0 BC": None,
        "10000 BC": "-9999",
        "10001 BC": "Y-10000",
        "5 March 12000 BC": None,
        "15 March 44 BC": "-0043-03-15",
        "-0043": "-0043",
        "AD 14": "0014",
        "about 1966": "1966~",
        "2011/..": "2011/..",
        "Y12000": "Y12000",
        "31 February 2015": None,
        "Smarch 2015": None,
        "12 July 13 2015": None,
        "15": None,
        "soon": None,
    }.items(),
)
def test_dates_are_read_as_people_type_them(typed: str, edtf: str | None) -> None:
    if edtf is None:
        with pytest.raises(EdtfError):
            edtf_of(typed)
    else:
        assert edtf_of(typed) == edtf
