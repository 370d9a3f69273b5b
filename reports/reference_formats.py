"""References as text to paste, and for bibliography programs: BibTeX, RIS and CSL-JSON.

None of them changes a name, a title or a date: what a format would read as markup is escaped, and a
date that it can't hold is written in words.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from output.wording import listed
from reports.references import Creator, Reference
from schema.date_words import date_in_words
from schema.edtf import MONTHS
from schema.escape import replace_unsafe, visible
from schema.vocabulary import SourceKind

# CSL's type, BibTeX's entry and RIS's type; where a kind has none of its own, the general one.
TYPES: dict[str, tuple[str, str, str]] = {
    SourceKind.ARTICLE: ("article", "misc", "GEN"),
    SourceKind.BOOK: ("book", "book", "BOOK"),
    SourceKind.PRESS_REPORT: ("article-newspaper", "misc", "NEWS"),
    SourceKind.INSTITUTE_REPORT: ("report", "techreport", "RPRT"),
    SourceKind.OFFICIAL_DOCUMENT: ("document", "misc", "GEN"),
    SourceKind.ASSESSMENT: ("document", "misc", "GEN"),
}
OTHERWISE = ("document", "misc", "GEN")
ON_THE_WEB = ("webpage", "misc", "ELEC")
"""An article with an address."""
IN_A_JOURNAL = ("article-journal", "article", "JOUR")
"""An article with a volume or an issue; who published it is the journal."""

PUBLISHED_BY = {
    "article": "journal",
    "book": "publisher",
    "techreport": "institution",
    "misc": "howpublished",
}
"""The field of a BibTeX entry for who published it."""

_PLAIN = re.compile(r"((?!0000)[0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?([?~%]?)")


def plain(references: Iterable[Reference]) -> Iterator[str]:
    """Yield citations to paste, one a line."""
    for reference in references:
        yield f"{_line(reference.text())}.\n"


def bibtex(references: Iterable[Reference]) -> Iterator[str]:
    """Yield entries that BibTeX and biblatex read, in UTF-8.

    Titles and names of institutions have braces of their own, so that no style changes their
    capitals or takes them apart. `date` is for biblatex, which reads EDTF; BibTeX has `year`.
    """
    taken: set[str] = set()
    for reference in references:
        type = _types(reference)[1]
        fields = {
            "author": " and ".join(map(_bibtex_name, reference.authors)),
            "title": _braced(reference.title),
            PUBLISHED_BY[type]: f"{{{_tex(_publisher(reference))}}}"
            if reference.publishers
            else "",
            "volume": _tex(reference.volume),
            "number": _tex(reference.issue),
            "pages": re.sub("-+", "--", _tex(reference.pages)),
            **_bibtex_date(reference.published),
            **{scheme: _tex(value) for scheme, value in reference.identifiers.items()},
            "url": _address(reference.url),
            "note": _tex(_sentence(reference.note())),
        }
        lines = [
            f"  {name} = {value if name == 'month' else f'{{{value}}}'}"
            for name, value in fields.items()
            if value
        ]
        entry = f"@{type}{{{_unique(reference.key, taken)}"
        yield ",\n".join([entry, *lines]) + "\n}\n"


def _unique(key: str, taken: set[str]) -> str:
    """Return a key that BibTeX can read, and that no other has even without regard to case."""
    plain = re.sub(r"[^\w:.+/-]", "-", key)
    label, n = plain, 1
    while label.casefold() in taken:
        n += 1
        label = f"{plain}-{n}"
    taken.add(label.casefold())
    return label


def _bibtex_name(creator: Creator) -> str:
    parts = creator.family_and_given()
    # Unless it is in braces, `and` separates two names.
    if parts is None or re.search(r"\band\b", creator.name, re.IGNORECASE):
        return _braced(creator.name)
    return ", ".join(map(_tex, parts))


def _bibtex_date(edtf: str) -> dict[str, str]:
    if not edtf:
        return {}
    match = _PLAIN.fullmatch(edtf)
    if match is None:
        return {"year": _tex(date_in_words(edtf, full=True))}
    year, month, _, mark = match.groups()
    fields = {"date": edtf, "year": _tex(date_in_words(edtf, full=True)) if mark else year}
    return fields | ({"month": MONTHS[int(month) - 1][:3].lower()} if month and not mark else {})


# A brace counts for BibTeX even behind a backslash, so braces are written as commands.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)


def _braced(text: str) -> str:
    return f"{{{_tex(text)}}}" if text else ""


def _tex(text: str) -> str:
    return _line(text).translate(_TEX)


def ris(references: Iterable[Reference]) -> Iterator[str]:
    """Yield RIS, a line for each field, and an empty line between two sources."""
    for n, reference in enumerate(references):
        fields = [
            ("TY", _types(reference)[2]),
            ("ID", reference.key),
            *(("AU", _ris_name(author)) for author in reference.authors),
            ("TI", reference.title),
            *(
                ("T2" if reference.in_journal else "PB", publisher.name)
                for publisher in reference.publishers
            ),
            ("VL", reference.volume),
            ("IS", reference.issue),
            *zip(("SP", "EP"), reference.pages.split("-", 1), strict=False),
            *_ris_date(reference.published),
            ("DO", reference.doi),
            ("SN", reference.identifiers.get("isbn") or reference.identifiers.get("issn", "")),
            ("UR", _address(reference.url).replace(";", "%3B")),  # separates two addresses
            ("LA", reference.language),
            ("N1", _sentence(reference.note())),
        ]
        lines = [f"{tag}  - {_line(value)}" for tag, value in fields if value]
        yield "\n" * bool(n) + "\n".join([*lines, "ER  - "]) + "\n"


def _ris_name(creator: Creator) -> str:
    return ", ".join(creator.family_and_given() or (creator.name,))


def _ris_date(edtf: str) -> Iterator[tuple[str, str]]:
    """Yield year and date; after its third slash RIS has room for words."""
    if not edtf:
        return
    year, month, day, mark = match.groups() if (match := _PLAIN.fullmatch(edtf)) else ("",) * 4
    if year:
        yield "PY", year
    words = "" if year and not mark else date_in_words(edtf, full=True)
    yield "DA", f"{year}/{month or ''}/{day or ''}/{words}"


def csl_json(references: Iterable[Reference]) -> Iterator[str]:
    """Yield CSL-JSON, an array of items, as Zotero, Pandoc and citeproc read it."""
    items = [
        {
            "id": reference.key,
            "type": _types(reference)[0],
            "author": [_csl_name(author) for author in reference.authors],
            "title": reference.title,
            "container-title" if reference.in_journal else "publisher": _publisher(reference),
            "volume": reference.volume,
            "issue": reference.issue,
            "page": reference.pages,
            "issued": _csl_date(reference.published),
            **{scheme.upper(): value for scheme, value in reference.identifiers.items()},
            "URL": reference.url,
            "language": reference.language,
            "note": _sentence(reference.note()),
        }
        for reference in references
    ]
    filled = [{name: value for name, value in item.items() if value} for item in items]
    written = json.dumps(filled, ensure_ascii=False, indent=2) + "\n"
    yield "\n".join(
        replace_unsafe(line, lambda character: json.dumps(character)[1:-1])
        for line in written.split("\n")
    )


def _csl_name(creator: Creator) -> dict[str, str]:
    parts = creator.family_and_given()
    return {"literal": creator.name} if parts is None else {"family": parts[0], "given": parts[1]}


def _csl_date(edtf: str) -> dict[str, Any]:
    match = _PLAIN.fullmatch(edtf)
    if match is None or match[4] not in ("", "~"):
        return {"literal": date_in_words(edtf, full=True)} if edtf else {}
    parts = [int(part) for part in match.groups()[:3] if part]
    return {"date-parts": [parts]} | ({"circa": True} if match[4] else {})


def _types(reference: Reference) -> tuple[str, str, str]:
    if reference.in_journal:
        return IN_A_JOURNAL
    if reference.kind == SourceKind.ARTICLE and reference.url:
        return ON_THE_WEB
    return TYPES.get(reference.kind, OTHERWISE)


def _publisher(reference: Reference) -> str:
    return listed([publisher.name for publisher in reference.publishers])


def _sentence(note: str) -> str:
    return f"{note[0].upper()}{note[1:]}." if note else ""


def _line(text: str) -> str:
    return visible(" ".join(text.split()))


def _address(url: str) -> str:
    """Return an address in which only what an address may hold is left as it is."""
    return quote(_line(url), safe="".join(map(chr, range(33, 127))).translate(_UNWISE))


_UNWISE = str.maketrans("", "", '"<>\\^`{|}')

WRITERS = {"text": plain, "bibtex": bibtex, "ris": ris, "csl-json": csl_json}
"""What writes each format of `cite`."""
