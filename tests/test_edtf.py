"""Dates: every example of the Library of Congress, planted faults, and what holds of any date."""

from __future__ import annotations

import contextlib
import datetime
import re
import time
import warnings

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema.edtf import MAX_LENGTH, Edtf, EdtfError, Precision, Qualifier
from schema.escape import visible

with warnings.catch_warnings():  # its own dependencies deprecate what it calls
    warnings.simplefilter("ignore")
    from edtf import parse_edtf

# The examples of the specification of 4 February 2019 (https://www.loc.gov/standards/datetime/),
# level by level; then those that ISO 8601-2:2019 adds and readings of our own.
LEVEL_0 = """
1985-04-12                1985-04-12 1985-04-12 day
1985-04                   1985-04-01 1985-04-30 month
1985                      1985-01-01 1985-12-31 year
1985-04-12T23:20:30       1985-04-12 1985-04-12 day
1985-04-12T23:20:30Z      1985-04-12 1985-04-12 day
1985-04-12T23:20:30-04    1985-04-12 1985-04-12 day
1985-04-12T23:20:30+04:30 1985-04-12 1985-04-12 day
1964/2008                 1964-01-01 2008-12-31 span
2004-06/2006-08           2004-06-01 2006-08-31 span
2004-02-01/2005-02-08     2004-02-01 2005-02-08 span
2004-02-01/2005-02        2004-02-01 2005-02-28 span
2004-02-01/2005           2004-02-01 2005-12-31 span
2005/2006-02              2005-01-01 2006-02-28 span
"""
LEVEL_1 = """
Y170000002     -          -          year
Y-170000002    -          -          year
2001-21        2001-03-01 2001-05-31 season
1984?          1984-01-01 1984-12-31 year   uncertain
2004-06~       2004-06-01 2004-06-30 month  approximate
2004-06-11%    2004-06-11 2004-06-11 day    uncertain and approximate
201X           2010-01-01 2019-12-31 decade
20XX           2000-01-01 2099-12-31 century
2004-XX        2004-01-01 2004-12-31 year
1985-04-XX     1985-04-01 1985-04-30 month
1985-XX-XX     1985-01-01 1985-12-31 year
1985-04-12/..  1985-04-12 -          span
1985-04/..     1985-04-01 -          span
1985/..        1985-01-01 -          span
../1985-04-12  -          1985-04-12 span
../1985-04     -          1985-04-30 span
../1985        -          1985-12-31 span
1985-04-12/    1985-04-12 -          span
1985-04/       1985-04-01 -          span
1985/          1985-01-01 -          span
/1985-04-12    -          1985-04-12 span
/1985-04       -          1985-04-30 span
/1985          -          1985-12-31 span
-1985          -          -          year
"""
LEVEL_2 = """
2001-34                     2001-04-01 2001-06-30 season
[1667,1668,1670..1672]      1667-01-01 1672-12-31 range
[..1760-12-03]              -          1760-12-03 range
[1760-12..]                 1760-12-01 -          range
[1760-01,1760-02,1760-12..] 1760-01-01 -          range
[1667,1760-12]              1667-01-01 1760-12-31 range
[..1984]                    -          1984-12-31 range
2004-06-11%                 2004-06-11 2004-06-11 day uncertain and approximate
2004-06~-11                 2004-06-11 2004-06-11 day approximate
2004?-06-11                 2004-06-11 2004-06-11 day uncertain
?2004-06-~11                2004-06-11 2004-06-11 day uncertain and approximate
2004-%06-11                 2004-06-11 2004-06-11 day uncertain and approximate
156X-12-25                  1560-12-25 1569-12-25 range
15XX-12-25                  1500-12-25 1599-12-25 range
XXXX-12-XX                  -          -          range
1XXX-XX                     1000-01-01 1999-12-31 range
1XXX-12                     1000-12-01 1999-12-31 range
1984-1X                     1984-10-01 1984-12-31 range
2004-06-~01/2004-06-~20     2004-06-01 2004-06-20 span approximate
2004-06-XX/2004-07-03       2004-06-01 2004-07-03 span
"""
ISO_AND_OURS = """
1984?/2004%           1984-01-01 2004-12-31 span uncertain and approximate
1984~/2004-06         1984-01-01 2004-06-30 span approximate
1984/2004-06~         1984-01-01 2004-06-30 span approximate
1984?/2004~           1984-01-01 2004-12-31 span uncertain and approximate
../1985-04-12?        -          1985-04-12 span uncertain
1985-04-12~/          1985-04-12 -          span approximate
2004-06?-~11          2004-06-11 2004-06-11 day  uncertain and approximate
~2004                 2004-01-01 2004-12-31 year approximate
[2015-09~,2015-10]    2015-09-01 2015-10-31 range approximate
[2015-09?..2015-10~]  2015-09-01 2015-10-31 range uncertain and approximate
2015-10-14~           2015-10-14 2015-10-14 day  approximate
2011/..               2011-01-01 -          span
[..2016-05-31]        -          2016-05-31 range
[2011..]              2011-01-01 -          range
[2015,2016]           2015-01-01 2016-12-31 range
[2016,2015]           2015-01-01 2016-12-31 range
[..2014,2016]         -          2016-12-31 range
[..2014,2016..]       -          -          range
[2015]                2015-01-01 2015-12-31 range
[..1986-05]           -          1986-05-31 range
2015-06/2015          2015-06-01 2015-12-31 span
2015/2015-06          2015-01-01 2015-06-30 span
2015-11-04/2015-11-04 2015-11-04 2015-11-04 span
2015-22/2015-23?      2015-06-01 2015-11-30 span uncertain
2015-23~              2015-09-01 2015-11-30 season approximate
2001-22               2001-06-01 2001-08-31 season
2001-23               2001-09-01 2001-11-30 season
2001-24               2001-12-01 2002-02-28 season
2003-24               2003-12-01 2004-02-29 season
1899-24               1899-12-01 1900-02-28 season
1999-24               1999-12-01 2000-02-29 season
2001-25               2001-03-01 2001-05-31 season
2001-26               2001-06-01 2001-08-31 season
2001-27               2001-09-01 2001-11-30 season
2001-28               2001-12-01 2002-02-28 season
2001-29               2001-09-01 2001-11-30 season
2001-30               2001-12-01 2002-02-28 season
2001-31               2001-03-01 2001-05-31 season
2001-32               2001-06-01 2001-08-31 season
2001-33               2001-01-01 2001-03-31 season
2001-35               2001-07-01 2001-09-30 season
2001-36               2001-10-01 2001-12-31 season
2001-37               2001-01-01 2001-04-30 season
2001-38               2001-05-01 2001-08-31 season
2001-39               2001-09-01 2001-12-31 season
2001-40               2001-01-01 2001-06-30 season
2001-41               2001-07-01 2001-12-31 season
199X-24               1990-12-01 2000-02-29 range
199X-XX               1990-01-01 1999-12-31 decade
19XX-XX-XX            1900-01-01 1999-12-31 century
XXXX-12-25            -          -          range
XXXX-02-29            -          -          range
XXXX-24               -          -          range
1XX3                  1003-01-01 1993-12-31 range
1560-XX-25            1560-01-25 1560-12-25 range
1560-X2               1560-02-01 1560-12-31 range
1560-0X               1560-01-01 1560-09-30 range
2004-06-3X            2004-06-30 2004-06-30 range
2004-02-X9            2004-02-09 2004-02-29 range
2003-02-X9            2003-02-09 2003-02-19 range
190X-02-29            1904-02-29 1908-02-29 range
2003-XX-31            2003-01-31 2003-12-31 range
2003-XX-3X            2003-01-30 2003-12-31 range
0000                  0000-01-01 0000-12-31 year
0000-02-29            0000-02-29 0000-02-29 day
000X                  0000-01-01 0009-12-31 decade
9999-12-31            9999-12-31 9999-12-31 day
-0001-24              -          0000-02-29 season
9999-24               9999-12-01 -          season
999X-30               9990-12-01 -          range
-0043/0010            -          0010-12-31 span
9990/Y10000           9990-01-01 -          span
[0010,-0043]          -          0010-12-31 range
[2015,Y10000]         2015-01-01 -          range
[9999-24,2001]        2001-01-01 -          range
?-0043-03-~15         -          -          day  uncertain and approximate
-0043?                -          -          year uncertain
~Y-10000              -          -          year approximate
2000-02               2000-02-01 2000-02-29 month
1900-02               1900-02-01 1900-02-28 month
1985-04-12T00:00:00-14:00 1985-04-12 1985-04-12 day
1985-06-30T23:59:60Z      1985-06-30 1985-06-30 day
1985-07-01T05:29:60+05:30 1985-07-01 1985-07-01 day
"""
# Both bounds outside the years 0000 to 9999.
OUTSIDE = {
    "day": "-0043-03-15 -0004-02-29 -0400-02-29 -0043-03-15T12:00:00Z",
    "month": "-0043-03 -0043-03-XX",
    "season": "-0043-24 -0043-34",
    "year": "-0043 -0043-XX -0043-XX-XX Y10000 Y-10000",
    "decade": "-004X -000X Y1700000X",
    "century": "-01XX -01XX-XX-XX -00XX Y-17000XX",
    "range": "-1XXX -XX00 -XXXX-12-25 -010X-02-29 Y1700X5 [-0010,-0043] [..-0043] [-0043..]",
    "span": "-0043-03-15/-0043-03 -01XX/-0199 -0100/-01XX -0043/.. /-0043 -0043/Y10000",
}


def read(table: str) -> list[tuple[str, str | None, str | None, str, str | None]]:
    rows = []
    for line in table.strip().splitlines():
        text, earliest, latest, precision, *qualifier = line.split()
        known = [None if day == "-" else day for day in (earliest, latest)]
        rows.append((text, known[0], known[1], precision, " ".join(qualifier) or None))
    return rows


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision", "qualifier"),
    read(LEVEL_0 + LEVEL_1.lstrip() + LEVEL_2.lstrip() + ISO_AND_OURS.lstrip()),
)
def test_examples(
    text: str, earliest: str | None, latest: str | None, precision: str, qualifier: str | None
) -> None:
    date = Edtf.parse(text)
    assert (date.text, date.earliest, date.latest) == (text, earliest, latest)
    assert (date.precision, date.qualifier) == (precision, qualifier)
    assert isinstance(date.precision, Precision)
    assert date.qualifier is None or isinstance(date.qualifier, Qualifier)


@pytest.mark.parametrize(
    ("text", "precision"), [(text, key) for key in OUTSIDE for text in OUTSIDE[key].split()]
)
def test_examples_outside_the_years_that_text_can_order(text: str, precision: str) -> None:
    assert Edtf.parse(text) == Edtf(text, None, None, Precision[precision.upper()], None)


def test_every_precision_and_qualifier_has_an_example() -> None:
    rows = read(LEVEL_0 + LEVEL_1.lstrip() + LEVEL_2.lstrip())
    assert {row[3] for row in rows} == set(Precision)
    assert {row[4] for row in rows} - {None} == set(Qualifier)


NO_DATE = "leave it out where none is known"
REFUSALS = {
    # days and months that do not exist
    "1900-02-29": "1900-02-29 is not a day: February 1900 has 28 days",
    "2015-04-31": "2015-04-31 is not a day: April 2015 has 30 days",
    "2015-11-00": "2015-11-00 is not a day: November 2015 has 30 days",
    "2015-02-3X": "2015-02-3X is not a day: February 2015 has 28 days",
    "2015-00": "months are 01 to 12, parts of a year 21 to 41",
    "2015-42": "parts of a year 21 to 41",
    "2015-2X": "no such month",
    # reversed
    "2002/2001": "2002/2001 ends before it begins",
    "[2016..2015]": "2016..2015 ends before it begins",
    "[2010,2016-05-31..2016-04]": "2016-05-31..2016-04 ends before it begins",
    # of level 2, what is not read
    "1950S2": "write 19XX, 195X or [1940..1960]",
    "{1960,1961-12}": "give each its own fact",
    # other standards, older drafts, slips of the hand
    "20151104": "write 2015-11-04",
    "201511": "write 2015-11",
    "-00430315": "write -0043-03-15",
    "201": "write 201X for the decade",
    "20": "the century is 20XX",
    "2015/16": "each date begins with a year of four digits",
    "2015-308": "EDTF has no days of the year",
    "2011-2013": "write 2011/2013 for 'from, to', [2011..2013] for 'once, within'",
    "2015/11/04": "a day is written 2015-11-04",
    "2011..": "write 2011/.. for 'from then on', [2011..] for 'once, then or later'",
    "..2016-05": "write ../2016-05 for 'until then', [..2016-05] for 'once, then or earlier'",
    "..2004-06-01/2004-06-20": "write ../2004-06-01",
    "2004-06-01/unknown": "nothing for unknown",
    "open/2004": "write .. for open",
    "2004?~": "write 2004%",
    "2004-06~?": "write 2004-06%",
    "2015, 2016": "no spaces",
    " 2015": "no spaces",
    "2015\n": "no spaces and no line breaks",
    "2015\u00a0": "no spaces",
    "\uff12\uff10\uff11\uff15": "(U+FF12) is not used in EDTF",
    "٢٠١٥": "(U+0662) is not used in EDTF",
    "2015–2016": "– (U+2013) is not used in EDTF",
    "\ud800": "(U+D800) is not used in EDTF",
    "2015\u202e": "(U+202E) is not used in EDTF",
    "2015\x00": "(U+0000) is not used in EDTF",
    "autumn": "write YYYY, YYYY-MM or YYYY-MM-DD",
    # times
    "1985-04-12T23:20": "1985-04-12T23:20:30",
    "1985-04-12T23:20:30.5": "1985-04-12T23:20:30, then nothing, Z, +04 or +04:30",
    "1985-04-12T23:20:30Z?": "then nothing, Z",
    "1985-04-12T24:00:00": "midnight is 00:00:00 of the next day",
    "1985-04-12T23:20:60": "leap second",
    # nothing and too much
    "": "leave the date out",
    "1" * (MAX_LENGTH + 1): "256 characters are too long for a date (limit 255)",
}
# Reasons that several texts share.
ALIKE = {
    "1900-02-29 is not a day": "1900-02-29/1901 [1900-02-29..] 1900-02-29T12:00:00Z",
    "no day of the calendar fits that": "XXXX-02-30 1XXX-02-30 19X1-02-29 -01X1-02-29 -XXXX-02-30",
    "months are 01 to 12": "2015-13 2015-20 -0043-13 -0043-00",
    "is a season or other part of a year, which has no days": "2015-21-05 2015-24-XX -0043-21-05",
    NO_DATE: "XXXX XXXX-XX XXXX-XX-XX -XXXX -XXXX-XX ../.. /.. ../ /",
    "every member of a set names a date": "[] [..] [2015,,2016] [2015,]",
    "every one of these dates": "{1667,1668,1670..1672} {..1984}",
    "a set that begins with [ ends with ]": "[2015 [2015]~ [2014..2015]/2016",
    "a set is the whole date": "2015] 2013/[2014..2015] [2013,[2014..2015]]",
    "only the first member of a set is open before": "[2015..,2016] [2015,..2016]",
    "not EDTF": "- -- 2015--11 2015-11-04-05 [2015/2016] [2015...2016] [-0043/0010]",
    "EDTF has no weeks": "2015-W45-3 2015W45",
    "months and days have two digits": "2015-1-4 2015-11-4 -0043-3-15",
    "a capital X": "199u 199x 2015-1u 19ux-xx 199x~",
    "nothing follows the last hyphen: write 2015": "2015- 2015-11- 2015-/2016",
    "nothing follows the last hyphen: write -0043-03": "-0043-03-",
    "a year has four digits: leave the date out where none is known": "0 5 0/2015 [0..2015]",
    "one mark of ? ~ % in one place": "2004?? 2004-06?-?~11",
    "times run from 00:00:00 to 23:59:59": "1985-04-12T23:60:00 1985-04-12T23:20:61",
    "a time of day cannot be in an interval or": "1985-04-12T23:20:30/.. [1985-04-12T23:20:30..]",
    "zones are at most 14 hours": "1985-04-12T23:20:30+15 1985-04-12T23:20:30+04:60",
    # years before 0000 and of more than four digits
    "ends before it begins": "2015-11-05/2015-11-04 2015-12/2015-23 2002~/2001? -0010/-0043 "
    "-0043-03-15/-0043-03-14 [-0010..-0043] 0000/-0001 -0099/-01XX -01XX/-0200 Y10000/9999 "
    "Y100000/Y99999 -9999/Y-10000 [2015,Y10001..Y10000] [-0043,2002..2001]",
    "-0100-02-29 is not a day: February -0100 has 28 days": "-0100-02-29 [..-0100-02-29]",
    "-0043-02-29 is not a day": "-0043-02-29/0010 -0043-02-29T12:00:00",
    "the year 0 has no minus": "-0000 ?-0000-03 -0000-01-01T12:00:00 -0043/-0000 Y-00000",
    "Y is for years of more than four digits: write 2015": "Y2015 Y02015 [Y2015..]",
    "of more than four digits: write -0043": "Y-0043 Y-00043",
    "after Y come all digits of a year": "Y0170000002 Y17000-03 Y17000-XX Y1XXXX Y-17E7",
    "a year of more than four digits begins with Y: write Y-17000": "-17000 -17000/2015",
    "write Y17000/.. for 'from then on', [Y17000..] for 'once, then or later'": "Y17000..",
    "significant digits are not read": "-0150S2 Y171010000S3 Y3388E2S3",
    "44 BC is -0043, with four digits: 1 BC is 0000": "-43 -43? -43-03-15 44BC",
    "a day and time are": "1985-04T23:20:30 -0043T12:00:00 -0043-03T12:00:00",
}
REFUSALS |= {text: reason for reason in ALIKE for text in ALIKE[reason].split()}


@pytest.mark.parametrize(("text", "reason"), REFUSALS.items())
def test_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(EdtfError, match=re.escape(reason)) as caught:
        Edtf.parse(text)
    message = str(caught.value)
    assert message == visible(message)
    assert len(message) < 200


@pytest.mark.parametrize("given", [None, 2015, datetime.date(2015, 11, 4), b"2015", ["2015"]])
def test_what_yaml_makes_of_an_unquoted_date_is_refused(given: object) -> None:
    with pytest.raises(EdtfError, match=r"a date is text, not \w+: put it in quotes"):
        Edtf.parse(given)  # type: ignore[arg-type]


def test_what_a_refusal_says_to_write_is_read() -> None:
    advised = {
        word.rstrip(",")
        for reason in REFUSALS.values()
        if "write " in reason and "YYYY" not in reason
        for word in reason.split("write ")[1].split()
        if re.fullmatch(r"[\[./0-9XY-].+[\]0-9X%.],?", word)
    }
    assert len(advised) > 10
    for text in advised - {".."}:
        assert Edtf.parse(text).text == text


def test_the_slowest_text_is_read_quickly() -> None:
    # 255 characters of the patterns with most days to try; a regex that backtracks or a pattern
    # that is counted out day by day would take seconds.
    members = ["XXX1-02-29", "XX0X-02-29", "1XXX-02-30", "XXXX-XX-3X", "XXXX-02-30"]
    members += [f"-{member}" for member in members] + [f"Y{'9' * 7}XX"]
    start = time.perf_counter()
    for member in members:
        with contextlib.suppress(EdtfError):
            Edtf.parse("[" + ",".join([member] * 23) + "]")
    for filler in ("-", "9", "X", "?", ".", ",", "[", "/", "T", "?-", "-99", "E", "u"):
        for text in ("2015" + filler * 250, filler * 250, "[" + filler * 250, filler * 250 + "!"):
            with pytest.raises(EdtfError):
                Edtf.parse(text[:MAX_LENGTH])
    assert time.perf_counter() - start < 2


# --- what holds of any date ---------------------------------------------------------------------


@st.composite
def days(draw: st.DrawFn) -> str:
    return draw(st.dates()).isoformat()


def components(text: str) -> list[str]:
    """Split a date into year, month and day; a minus belongs to its year."""
    return re.split("(?<=[0-9X])-", text)


def placed(text: str, chosen: list[str]) -> str:
    """Put the chosen marks before and after the components of a date, as far as they go."""
    marks = iter(chosen)
    return "-".join(next(marks, "") + part + next(marks, "") for part in components(text))


def written(year: int) -> str:
    return f"Y{year}" if abs(year) > 9999 else f"{'-' * (year < 0)}{abs(year):04}"


masks = st.from_regex(
    r"-?([0-9]|X){4}(-((0[1-9X]|1[0-2X]|X[0-9X])(-([0-2X][1-9X]|3[0X]))?|2[1-9]|3[0-9]|4[01]))?"
    r"|Y-?[1-9][0-9]{2,6}([0-9]|X){2}",
    fullmatch=True,
)
plain = st.one_of(days(), masks)
marks = st.lists(st.sampled_from(["", "", "?", "~", "%"]), max_size=6)
marked = st.builds(placed, plain, marks)
sides = st.one_of(marked, st.sampled_from(["", ".."]))
sets = st.lists(
    st.one_of(marked, st.builds("{}..{}".format, marked, marked)), min_size=1, max_size=4
)
candidates = st.one_of(
    marked,
    st.builds("{}/{}".format, sides, sides),
    st.builds(
        lambda before, members, after: f"[{before}{','.join(members)}{after}]",
        st.sampled_from(["", ".."]),
        sets,
        st.sampled_from(["", ".."]),
    ),
)


def parsed(text: str) -> Edtf:
    try:
        return Edtf.parse(text)
    except EdtfError:
        assume(False)
        raise


def is_day(text: str) -> bool:
    """Whether ISO 8601 has that day; Python's calendar lacks the year 0, a leap year like 2000."""
    year = "2000" if text.startswith("0000") else text[:4]
    return datetime.date.fromisoformat(year + text[4:]).isoformat()[4:] == text[4:]


loose = st.from_regex("Y?-?[0-9X]{4,6}(-[0-9X]{2}){0,2}", fullmatch=True)


@given(st.one_of(st.text(), st.text("0123456789X-/.,[]{}?~%TZ:YES+ux \n"), loose, candidates))
@settings(max_examples=100)
def test_any_text_is_a_date_or_refused_in_one_line(text: str) -> None:
    try:
        date = Edtf.parse(text)
    except EdtfError as error:
        message = str(error)
    else:
        assert date.text == text
        return
    assert message.encode() == visible(message).encode()


@given(candidates)
def test_bounds_are_days_in_order(text: str) -> None:
    date = parsed(text)
    for bound in (date.earliest, date.latest):
        assert bound is None or is_day(bound)
    if date.earliest and date.latest:
        assert date.earliest <= date.latest


@given(days())
def test_a_day_is_itself(day: str) -> None:
    assert Edtf.parse(day) == Edtf(day, day, day, Precision.DAY, None)


@given(plain, marks)
def test_marks_set_the_qualifier_and_move_no_bound(text: str, chosen: list[str]) -> None:
    bare, marked = parsed(text), parsed(placed(text, chosen))
    used = set("".join(chosen[: 2 * len(components(text))]))
    assert (marked.earliest, marked.latest, marked.precision) == (
        bare.earliest,
        bare.latest,
        bare.precision,
    )
    assert bare.qualifier is None
    uncertain, approximate = bool(used & {"?", "%"}), bool(used & {"~", "%"})
    qualifiers = ((None, Qualifier.APPROXIMATE), (Qualifier.UNCERTAIN, Qualifier.BOTH))
    assert marked.qualifier is qualifiers[uncertain][approximate]


@given(masks, st.data())
def test_every_completion_lies_within_and_the_bounds_are_two_of_them(
    mask: str, data: st.DataObject
) -> None:
    date = parsed(mask)
    year, month, day = (*components(mask), "", "")[:3]
    parts = [re.sub("X", lambda _: data.draw(st.sampled_from("0123456789")), year)]
    for part, most in ((month, 12), (day, 31)):
        numbers = [f"{n:02}" for n in range(1, most + 1)] if "X" in part else [part]
        fitting = [n for n in numbers if re.fullmatch(part.replace("X", "."), n)]
        parts.append(data.draw(st.sampled_from(fitting)))
    filled = "-".join(filter(None, parts))
    completion = parsed(filled)  # some do not exist: 1999-02-29 of 199X-02-29
    for both in (f"{mask}/{filled}", f"{filled}/{mask}"):
        assert Edtf.parse(both).text == both  # neither begins after the other ends, in any year
    if "XXXX" in year:
        assert (date.earliest, date.latest) == (None, None)
        return
    division = month.isdigit() and int(month) > 12
    for bound in (date.earliest, date.latest):
        assert bound is None or division or re.match(mask.replace("X", "[0-9]"), bound)
    assert (date.earliest is None) == (completion.earliest is None) == (year[0] in "-Y")
    assert date.latest is not None or division or year[0] in "-Y"
    assert (date.earliest or "") <= (completion.earliest or "")
    assert (completion.latest or "") <= (date.latest or "9999-12-31")


@given(st.integers(-9999, 9999), st.integers(1, 12), st.integers(1, 31))
def test_a_day_exists_in_any_year_as_in_the_calendar_of_400_years(
    year: int, month: int, day: int
) -> None:
    text = f"{written(year)}-{month:02}-{day:02}"
    try:
        datetime.date(2000 + year % 400, month, day)
    except ValueError:
        with pytest.raises(EdtfError, match=f"^{text} is not a day"):
            Edtf.parse(text)
    else:
        bound = text if year >= 0 else None
        assert Edtf.parse(text) == Edtf(text, bound, bound, Precision.DAY, None)


years = st.one_of(st.integers(-50, 50), st.integers(-20_000, 20_000), st.integers())


@given(years, years)
def test_years_are_in_order_and_bounds_where_text_has_their_order(a: int, b: int) -> None:
    span, within = f"{written(a)}/{written(b)}", f"[{written(a)}..{written(b)}]"
    for text in (span, within):
        if a > b:
            with pytest.raises(EdtfError, match="ends before it begins"):
                Edtf.parse(text)
        else:
            date = Edtf.parse(text)
            assert date.earliest == (f"{a:04}-01-01" if 0 <= a <= 9999 else None)
            assert date.latest == (f"{b:04}-12-31" if 0 <= b <= 9999 else None)


@given(marked, marked)
def test_a_span_and_a_range_have_the_same_bounds(a: str, b: str) -> None:
    start, end = parsed(a), parsed(b)
    span, within = parsed(f"{a}/{b}"), parsed(f"[{a}..{b}]")
    assert (span.earliest, span.latest) == (within.earliest, within.latest)
    assert (span.earliest, span.latest) == (start.earliest, end.latest)
    assert (span.precision, within.precision) == (Precision.SPAN, Precision.RANGE)
    assert span.qualifier == within.qualifier


@given(marked, marked)
def test_what_ends_before_it_begins_is_refused_in_every_form(a: str, b: str) -> None:
    start, end = parsed(a), parsed(b)
    if start.earliest and end.latest and start.earliest > end.latest:
        for text in (f"{a}/{b}", f"[{a}..{b}]"):
            with pytest.raises(EdtfError, match="ends before it begins"):
                Edtf.parse(text)


# --- an independent reading ---------------------------------------------------------------------

# Where edtf 5.0.2 is right, or does not fail: no winters and southern seasons, no marks on seasons,
# no open sides, impossible days or reversed intervals, no X before a known digit; and in intervals
# and sets no seasons and no `2004-XX`.
seasons = ["21", "22", "23", "25", "26", "27", *map(str, range(33, 42))]
season_dates = st.builds("{:04}-{}".format, st.integers(0, 9999), st.sampled_from(seasons))
dates = st.one_of(
    days(),
    st.from_regex("[0-9]{4}-(0[1-9]|1[0-2])(-XX)?", fullmatch=True),
    st.from_regex("[0-9]{2}([0-9]{2}|[0-9]X|XX)|[0-9]{4}-XX-XX", fullmatch=True),
)
years_of_months = st.from_regex("[0-9]{4}-XX", fullmatch=True)
marked_dates = st.builds(
    "{}{}".format, st.one_of(dates, years_of_months), st.sampled_from(["", "?", "~", "%"])
)


# Before 0000 it is wrong on `-0043-XX`, which it ends in January.
far_dates = st.from_regex(
    r"-[0-9]{3}[1-9](-(0[1-9]|1[0-2]))?|-[1-9]([0-9]{2}X|[0-9]XX)|Y-?[1-9][0-9]{4,8}",
    fullmatch=True,
)


def other_reading(text: str) -> tuple[str | None, str | None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        date = parse_edtf(text)
        bounds = [date.lower_strict(), date.upper_strict()]
    lower, upper = (
        f"{day.tm_year:04}-{day.tm_mon:02}-{day.tm_mday:02}" if 0 <= day.tm_year <= 9999 else None
        for day in bounds
    )
    return lower, upper


@given(st.one_of(marked_dates, season_dates, far_dates))
@settings(deadline=None)
def test_edtf_reads_the_same_days(text: str) -> None:
    date = Edtf.parse(text)
    assert (date.earliest, date.latest) == other_reading(text)


@given(dates, dates)
@settings(max_examples=8)  # the other reading takes a tenth of a second
def test_edtf_reads_the_same_intervals_and_sets(a: str, b: str) -> None:
    a, b = sorted([a, b])
    assume((Edtf.parse(a).latest or "") < (Edtf.parse(b).earliest or ""))
    span = Edtf.parse(f"{a}/{b}")
    assert (span.earliest, span.latest) == other_reading(f"{a}/{b}")
    within = Edtf.parse(f"[{a},{b}]")
    assert (within.earliest, within.latest) == other_reading(f"[{a},{b}]")
