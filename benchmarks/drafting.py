"""Measures how well `draft` drafts; docs/drafting.md holds the figures.

python -m benchmarks.drafting --text ARTICLE      the article that ships, against its coding
python -m benchmarks.drafting --corpus DIR        a corpus in PolNeAR's layout: text/, attributions/
python -m benchmarks.drafting --timeml DIR        documents in TimeML (.tml), for dates

Each is measured with the model and without it (--no-model only without). Corpora stay outside the
repository, and --cache DIR keeps their parses there.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from coding.date_finder import finder
from coding.drafting.date_resolver import Outlook, Resolver
from coding.drafting.parse import Parse, Parser, Token, parser
from coding.drafting.quotations import analyse
from coding.drafting.speech import doubt
from coding.format import Coding
from coding.languages import language
from coding.load import SHIPPED
from coding.reading import read_coding
from coding.text import passages as passages_of
from coding.text import read_text
from coding.values import spans
from schema.edtf import Edtf, EdtfError

OVERLAPS = (0.3, 0.8)
"""Which part of all the letters of both must be in both, for two spans to be the same."""

Letters = frozenset[int]
"""The places of the letters of a span in its text."""


class Attribution(NamedTuple):
    """What a source says, as letters."""

    content: Letters
    source: Letters
    sure: bool = True


@dataclass
class Annotated:
    """A text, and what people found in it."""

    name: str
    text: str
    attributions: list[Attribution]
    marked: list[tuple[Letters, Letters]]
    """Contents in quotation marks, each with its source."""


def overlap(a: Letters, b: Letters) -> float:
    """Return which part of the letters of both is in both."""
    return len(a & b) / len(a | b) if a or b else 0.0


def letters(text: str, ranges: Iterable[tuple[int, int]]) -> Letters:
    """Return the places of letters and digits in these ranges."""
    return frozenset(i for a, b in ranges for i in range(a, min(b, len(text))) if text[i].isalnum())


# --- PolNeAR's layout -----------------------------------------------------------------------------


def corpus(folder: Path) -> Iterator[Annotated]:
    """Yield the texts of a corpus; of several annotators of a text, the first."""
    for path in sorted((folder / "text").glob("*.txt")):
        with path.open(encoding="utf-8", newline="") as file:  # offsets count every character
            text = file.read()
        annotations = sorted((folder / "attributions").glob(f"{path.stem}_*.ann"))
        if not annotations or len(unicodedata.normalize("NFC", text)) != len(text):
            continue
        yield _annotated(path.stem, text, annotations[0].read_text(encoding="utf-8"))


def _annotated(name: str, text: str, standoff: str) -> Annotated:
    ranges: dict[str, list[tuple[int, int]]] = {}
    attributions, marked = [], []
    for line in standoff.splitlines():
        key, _, rest = line.partition("\t")
        if re.fullmatch(r"T\d+", key):  # words in it may break over lines
            places = rest.partition("\t")[0].partition(" ")[2].split(";")
            ranges[key] = [(int(a), int(b)) for a, b in map(str.split, places)]
        elif re.fullmatch(r"E\d+", key):
            parts = [part.split(":") for part in rest.split()]
            content, source = (
                [
                    place
                    for role, of in parts
                    if role.startswith(wanted)
                    for place in ranges.get(of, ())
                ]
                for wanted in ("Content", "Source")
            )
            letters_of = letters(text, source)
            attributions.append(Attribution(letters(text, content), letters_of))
            marked += [
                (letters(text, [place]), letters_of) for place in content if in_marks(text, place)
            ]
    return Annotated(name, text, attributions, marked)


def in_marks(text: str, place: tuple[int, int]) -> bool:
    """Whether a stretch is one quotation in double marks, with nothing else."""
    words = text[slice(*place)].rstrip(" .,;")
    return (
        len(words) > 8
        and words[0] in '"“'
        and words[-1] in '"”'
        and not set(words[1:-1]) & {'"', "“", "”"}
    )


# --- measuring attributions -----------------------------------------------------------------------


def measured(texts: Iterable[Annotated], parse: Parser | None, cache: Path | None) -> Counter[str]:
    """Return counts of what was found in the texts, and what was right."""
    counts: Counter[str] = Counter()
    for annotated in texts:
        counts["texts"] += 1
        _count(counts, annotated, *_drafted(annotated, parse, cache))
    return counts


def _drafted(
    annotated: Annotated, parse: Parser | None, cache: Path | None
) -> tuple[list[Attribution], list[list[Letters]]]:
    """Return what the rules find: attributions, and the stretches of each quotation in marks."""
    passages = passages_of(annotated.text)
    places = [_places(annotated.text, passage, n) for n, passage in _positions(annotated, passages)]

    def at(number: int, span: tuple[int, int]) -> Letters:
        inside = places[number - 1][slice(*span)]
        return frozenset(i for i in inside if annotated.text[i].isalnum())

    parses = _parses(passages, parse, cache) if parse else None
    items, marked = analyse(passages, parses, language("en"))
    attributions = [
        Attribution(
            frozenset().union(*(at(*part) for part in item.content)),
            at(item.passage, item.source) if item.source else frozenset(),
            doubt(item) is None,
        )
        for item in items
        if item.inside is None
    ]
    stretches = [[at(s.passage, (s.start, s.end)) for s in item.stretches] for item in marked]
    return attributions, stretches


def _positions(annotated: Annotated, passages: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where each passage begins in the text."""
    at = 0
    for passage in passages:
        at = annotated.text.index(passage.split(" ", 1)[0], at)
        yield at, passage
        at += len(passage)


def _places(text: str, passage: str, at: int) -> list[int]:
    """Return the place in the text of each character of a passage."""
    places = []
    for character in passage:
        while character != " " and text[at].isspace():
            at += 1
        places.append(at)
        at += 1
    return places


def _parses(passages: Sequence[str], parse: Parser, cache: Path | None) -> list[Parse]:
    if cache is None:
        return parse(passages)
    path = cache / f"{sha256(chr(10).join(passages).encode()).hexdigest()}.json"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([item.tokens for item in parse(passages)]), encoding="utf-8")
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [Parse([Token(*token) for token in tokens]) for tokens in rows]


def _count(
    counts: Counter[str],
    annotated: Annotated,
    attributions: Sequence[Attribution],
    marked: Sequence[Sequence[Letters]],
) -> None:
    gold = annotated.attributions
    counts["found"] += len(attributions)
    counts["gold"] += len(gold)
    counts["sure"] += sum(item.sure for item in attributions)
    pairs = sorted(
        (
            (overlap(a.content, b.content), i, j)
            for i, a in enumerate(attributions)
            for j, b in enumerate(gold)
            if a.content & b.content
        ),
        reverse=True,
    )
    for least in OVERLAPS:
        taken: set[tuple[str, int]] = set()
        for shared, i, j in pairs:
            if shared < least or {("found", i), ("gold", j)} & taken:
                continue
            taken |= {("found", i), ("gold", j)}
            right = overlap(attributions[i].source, gold[j].source) >= OVERLAPS[0]
            right = right or not (attributions[i].source or gold[j].source)
            counts[f"right {least}"] += 1
            counts[f"right {least} with source"] += right
            if least == OVERLAPS[0] and attributions[i].sure:
                counts["sure right"] += 1
                counts["sure right with source"] += right
    for content, source in annotated.marked:
        counts["marked"] += 1
        same = [item for item in marked for part in item if overlap(content, part) >= OVERLAPS[1]]
        counts["marked found"] += bool(same)
        if source:
            counts["speakers"] += 1
            holder = [
                item for item in attributions if len(content & item.content) > len(content) / 2
            ]
            counts["speakers right"] += any(overlap(a.source, source) >= 0.3 for a in holder[:1])


def report(counts: Counter[str]) -> None:
    """Print the figures of a corpus."""
    print(f"{counts['texts']} texts, {counts['gold']} attributions, {counts['found']} drafted")
    for least in OVERLAPS:
        for what in (f"right {least}", f"right {least} with source"):
            precision, recall = (counts[what] / max(1, counts[n]) for n in ("found", "gold"))
            f = 2 * counts[what] / max(1, counts["found"] + counts["gold"])
            print(f"{what:24} P {precision:.3f}  R {recall:.3f}  F {f:.3f}")
    for part, whole in (
        ("marked found", "marked"),
        ("speakers right", "speakers"),
        ("sure right", "sure"),
        ("sure right with source", "sure"),
    ):
        print(f"{part:24} {counts[part] / max(1, counts[whole]):.3f} of {counts[whole]} {whole}")


# --- dates ----------------------------------------------------------------------------------------

_TAG = re.compile(r"<(/?)(\w+)([^>]*)>|([^<]+)")
_SEASONS = {"SP": "21", "SU": "22", "FA": "23", "WI": "24"}


def timeml(folder: Path) -> Counter[str]:
    """Return how many date words of TimeML documents were found, and how many values are right."""
    counts: Counter[str] = Counter()
    for path in sorted(folder.glob("**/*.tml")):
        document = path.read_text(encoding="utf-8")
        published = re.search(r'<DCT>.*?value="(\d{4}-\d\d-\d\d)', document, re.DOTALL)
        body = re.search(r"<TEXT>(.*)</TEXT>", document, re.DOTALL)
        if not published or not body:
            continue
        counts["texts"] += 1
        text, gold = _timexes(body[1])
        dates = list(_dates(text, date.fromisoformat(published[1])))
        counts["gold"] += len(gold)
        counts["found"] += len(dates)
        for start, end, kind, value, part in gold:
            hit = next((item for item in dates if item[0] < end and start < item[1]), None)
            if hit is None:
                continue
            dates.remove(hit)
            counts["right"] += 1
            if kind == "DATE":
                counts["dates"] += 1
                counts["values"] += _same(hit[2], hit[3], value, part)
    return counts


def _timexes(body: str) -> tuple[str, list[tuple[int, int, str, str, bool]]]:
    text, gold, start, about = "", [], 0, {}
    for match in _TAG.finditer(body):
        if match[4]:
            text += html.unescape(match[4])
        elif match[2] == "TIMEX3" and not match[1]:
            start, about = len(text), dict(re.findall(r'(\w+)="([^"]*)"', match[3]))
        elif match[2] == "TIMEX3":
            gold.append((start, len(text), about["type"], about["value"], "mod" in about))
    return text, gold


def _dates(text: str, published: date) -> Iterator[tuple[int, int, str, str | None]]:
    outlook, resolver = Outlook(language("en")), Resolver(published)
    at = 0
    for line in text.split("\n"):
        for item in finder("en").find(line):
            resolved = resolver.resolve(item, outlook.future(line, item.start))
            yield at + item.start, at + item.end, item.kind, resolved.date
        at += len(line) + 1


def _same(kind: str, drafted: str | None, value: str, part: bool) -> bool:
    """Whether a date has the bounds of TimeML's value; "early May" may be a part of May."""
    if value.endswith("_REF"):
        return drafted is None and kind == "now"
    if week := re.fullmatch(r"(\d{4})-W(\d\d)", value):
        days = [date.fromisocalendar(int(week[1]), int(week[2]), day) for day in (1, 7)]
        value = f"[{days[0]}..{days[1]}]"
    value = re.sub(r"-(SP|SU|FA|WI)$", lambda match: f"-{_SEASONS[match[1]]}", value)
    value = re.sub(r"T.*", "", value) + "X" * max(0, 4 - len(value))
    try:
        wanted, ours = Edtf.parse(value), Edtf.parse(drafted or "")
    except EdtfError:
        return False
    if part and ours.earliest and ours.latest and wanted.earliest and wanted.latest:
        return wanted.earliest <= ours.earliest and ours.latest <= wanted.latest
    return (wanted.earliest, wanted.latest) == (ours.earliest, ours.latest)


def report_dates(counts: Counter[str]) -> None:
    """Print the figures of dates."""
    precision, recall = (counts["right"] / max(1, counts[n]) for n in ("found", "gold"))
    f = 2 * counts["right"] / max(1, counts["found"] + counts["gold"])
    print(f"{counts['texts']} texts, {counts['gold']} expressions of time")
    print(f"{'date words':24} P {precision:.3f}  R {recall:.3f}  F {f:.3f}")
    print(
        f"{'values right':24} {counts['values'] / max(1, counts['dates']):.3f} of the dates found"
    )


# --- the article ----------------------------------------------------------------------------------


def article(text_path: Path, parse: Parser | None) -> Counter[str]:
    """Return what was found of the reviewed coding's quotes and dates."""
    coding, _lines = read_coding(next(SHIPPED.glob("*.yaml")))
    passages = read_text(text_path)
    attributions, marked = analyse(passages, parse(passages) if parse else None, language("en"))
    counts: Counter[str] = Counter()
    stretches = {(s.passage, s.start) for item in marked for s in item.stretches}
    for quote in coding.quotes:
        places = spans(quote.evidence[0].at)
        kind = "in marks" if quote.text else "indirect"
        counts[kind] += 1
        if quote.text:
            counts["in marks, found"] += all((p.passage, p.start) in stretches for p in places)
        counts[f"{kind}, with a source"] += any(
            item.source
            and number == places[0].passage
            and a < (places[0].end or 0)
            and (places[0].start or 0) < b
            for item in attributions
            for number, (a, b) in item.content
        )
    _article_dates(counts, coding, passages)
    return counts


def _article_dates(counts: Counter[str], coding: Coding, passages: Sequence[str]) -> None:
    resolver = Resolver(date.fromisoformat(coding.document.published))
    outlook = Outlook(language("en"))
    drafted = {}
    for number, passage in enumerate(passages, start=1):
        for item in finder("en").find(passage):
            resolved = resolver.resolve(item, outlook.future(passage, item.start))
            drafted[number, item.words] = resolved.date
    reviewed = {
        (spans(piece.at)[0].passage, piece.words): piece.date or getattr(fact, "date", None)
        for fact in (*coding.events, *coding.quotes)
        for piece in fact.evidence
        if piece.words
    }
    for (passage_number, words), value in reviewed.items():
        counts["date words"] += 1
        hits = [day for (n, w), day in drafted.items() if n == passage_number and w in words]
        counts["date words, found"] += bool(hits)
        counts["date words, same date"] += value in hits


def main() -> None:
    """Measure what was asked for, and print it."""
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.drafting",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--text", type=Path, help="the text of the article")
    options.add_argument("--corpus", type=Path, help="a folder with text/ and attributions/")
    options.add_argument("--timeml", type=Path, help="a folder with .tml files")
    options.add_argument("--cache", type=Path, help="where parses are kept")
    options.add_argument("--no-model", action="store_true", help="measure only without the model")
    chosen = options.parse_args()
    for with_model in (False,) if chosen.no_model else (True, False):
        parse = parser("en") if with_model else None
        print(f"\n{'With' if parse else 'Without'} the model")
        if chosen.corpus:
            report(measured(corpus(chosen.corpus), parse, chosen.cache))
        if chosen.text:
            for what, count in sorted(article(chosen.text, parse).items()):
                print(f"{what:24} {count}")
    if chosen.timeml:
        report_dates(timeml(chosen.timeml))


if __name__ == "__main__":
    main()
