"""Pages to render: the hardest values, and any text."""

import io
import unicodedata

from hypothesis import settings
from hypothesis import strategies as st

from output.formats import Format, render
from output.page import Cell, Page, PageColumn

no_deadline = settings(deadline=None)  # a busy machine is no failure

HARD: list[tuple[str, Cell, int | None, float | None]] = [
    ("0042", "a key with zeros", 42, 1.2),
    ("1.20", "a text that looks like a number", -5, 1e300),
    ("80,443", "two ports", 2**63, 0.1),
    ("2015-10-14~", "an EDTF date", 0, -0.0),
    ("formula", "=cmd()", None, float("nan")),
    ("formula, hidden", " \u200b\uff1d1+1", None, float("inf")),
    ("at, plus, minus", "@a +b -c", None, float("-inf")),
    ("null", None, None, None),
    ("empty", "", 0, 0.0),
    ("truth", True, 1, 1.0),
    ("emoji", "👩\u200d💻 ❤️ 🇮🇷 👍🏽", 1, None),
    ("Arabic", "حزب الله", 2, None),
    ("Persian, with its joiner", "نیم\u200cفصل", 3, None),
    ("Hebrew, overridden", "שלום \u202eevil\u202c", 4, None),
    ("isolates and marks", "\u2066x\u2069 a\u200eb\u061c", 5, None),
    ("combining", "e\u0301 a\u0308\u0323 Z\u0351\u036b", 6, None),
    ("wide", "叙利亚的俄伊联盟", 7, None),
    ("zero width", "pass\u200bword ad\u200dmin so\u00adft \ufeff", 8, None),
    ("line ends", "one\ntwo\r\nthree\u2028four\x85five", 9, None),
    ("tab and backslash", "a\tb\\tc\\", 10, None),
    ("blanks", "  two before, two after  ", 11, None),
    ("markup", "a|b `code` *bold* _it_ ~~no~~ $x$ [l](http://e.org) &amp;", 12, None),
    ("links", "https://e.org www.e.org a@e.org @user #12 <http://e.org>", 13, None),
    ("script", '<script>alert("x")</script><img src=x onerror=y>', 14, None),
    ("NUL and ESC", "\0 \x1b[31mred\x1b[0m \x9b2J \x7f \x07", 15, None),
    ("half a pair", "\ud83d.", 16, None),
    ("long word", "https://example.org/" + "very-long/" * 8 + "x" * 60, 17, None),
    ("several", "Iran; Russia; the Syrian Arab Republic; Hezbollah; " * 2, 18, None),
    ("quotes", """He said "so", 'thus' and “this”""", 19, None),
]
TEXTS = [value for _, value, _, _ in HARD if isinstance(value, str)]
PAGE = Page(
    (
        PageColumn("key", meaning="which case"),
        PageColumn("<value> | text"),
        PageColumn("n", "integer", "a count"),
        PageColumn("x", "real"),
    ),
    HARD,
    title="Hard <values>",
    question="Does every value\ncome out as it went in?",
    meta={"content hash": "sha256:0<1", "database": "sourcebook.db"},
)


def show(page: Page, format: Format, *, width: int | None = None, raw: bool = False) -> str:
    out = io.StringIO()
    rows = render(page, format, out, width=width, raw=raw)
    assert rows == len(list(page.rows))
    return out.getvalue()


def one_column(*values: Cell) -> Page:
    return Page((PageColumn("value"),), [(value,) for value in values])


INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2060\u2064\u3164\ufeff\uffa0"


def harmless(written: str) -> bool:
    """Whether text has nothing that steers a terminal, reorders a line or hides."""
    return not any(
        unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(c)
        in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        or c in INVISIBLE
        or 0xE0000 <= ord(c) < 0xE1000
        for c in written
        if c != "\n"
    )


hostile = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from(
            "\0\x1b\x9b\n\r\t\u202e\u2066\u2069\u200d\u200c\ufe0f\u0301|\\;- " + INVISIBLE
        ),
        st.sampled_from("👩💻🏽🇮🇷❤م叙e"),
    ),
    max_size=60,
)
