"""A briefing: what matters about a subject, in sentences with notes, on a few pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup
from sqlalchemy import Connection, text

from output.wording import counted
from pages.answers import ReportAnswer, Row, ask
from pages.briefing.facts import PLANS, BriefFact, Facts, facts, in_order
from pages.briefing.footnotes import Footnotes
from pages.briefing.parts import Block, Brief, BriefSection, Bullets, Paragraph, Picture, Subject
from pages.briefing.prose import Code, Sentence, full_stop, plain, sentence, spoken, ties
from pages.pictures.timeline import inset
from pages.pictures.timeline_lanes import in_lanes, lanes
from pages.reader import StatementReader
from pages.statements import STATED, Statement
from schema.vocabulary import FactKind, Modality, RelationType

MOST, LEAST, CROWDED = 3, 2, 500
"""How many facts a list shows: usually, and if the subject has at least `CROWDED` facts.

A last sentence says how many more there are, and where.
"""

MOST_DRAWN = 9
"""Facts that the timeline shows."""

MOST_IN_LANE = 5
"""Facts in the lane of what an actor heads."""

COMPARISONS = (
    RelationType.AGREES_WITH,
    RelationType.DIFFERS_FROM,
    RelationType.DEPENDS_LESS_THAN,
    RelationType.MORE_COMMITTED_THAN,
    RelationType.STRONGER_THAN,
)
"""Types of ties that compare two actors."""


class BriefWriter:
    """Writes the parts that the briefings of all kinds of subjects have."""

    def __init__(self, connection: Connection, subject: Subject) -> None:
        self.connection = connection
        self.subject = subject
        self.statements = StatementReader(connection)
        self.notes = Footnotes(several=len(self.statements.documents) > 1)
        self.facts: Facts = facts(connection, subject.kind, subject.key)
        self.statements.equal_to |= self.facts.equal_to
        self.crowded = len(self.facts.all) >= CROWDED
        self.most = LEAST if self.crowded else MOST
        query = text("select key, sentence from relation_types")
        self.templates: dict[str, str] = {it[0]: it[1] for it in connection.execute(query)}
        self._last_date: str | None = None
        self.shown: set[int] = set()
        """The facts that some list has shown."""

    def read(self, chosen: Sequence[BriefFact]) -> list[Statement]:
        """Return facts as statements: in order of time, then of the text."""
        self.shown |= {fact.id for fact in chosen}
        return [*self.statements.read(in_order(chosen))]

    def command(self, report: str, *options: str) -> Code:
        """Return the command that shows the rest."""
        return Code(" ".join(["sourcebook", "report", report, *options]))

    def only(self) -> list[str]:
        """Return the option by which a report is narrowed to the subject."""
        kind, key = self.subject.kind, self.subject.key
        return [f"--{kind}", key] if kind else []

    def more(self, count: int, unit: str, command: Code) -> list[Block]:
        """Return a remark on how much a list leaves out, if it does."""
        if count <= 0:
            return []
        return [Paragraph([plain(f"{counted(count, f'more {unit}')}: ", command)], remark=True)]

    def bullets(
        self, chosen: Sequence[BriefFact], unit: str, command: Code, most: int = 0
    ) -> list[Block]:
        """Return the weightiest facts as a list, and how many more there are."""
        if not chosen:
            return []
        most = most or self.most
        items = [sentence(it, self.notes.refer) for it in self.read(chosen[:most])]
        return [Bullets(items), *self.more(len(chosen) - most, unit, command)]

    def leading(
        self, *choices: Callable[[BriefFact], bool], most: int = 1, only_stated: bool = True
    ) -> Iterator[Sentence]:
        """Yield for each choice the weightiest facts that fit: of those stated as facts, or all."""
        for fits in choices:
            chosen = [it for it in self.facts.where(fits) if not (only_stated and it.standing)]
            for it in self.statements.read([fact.id for fact in chosen[:most]]):
                yield spoken(it, self.notes.refer, dated=it.date != self._last_date)
                self._last_date = it.date

    def tied(self, fits: Callable[[BriefFact], bool]) -> list[Block]:
        """Return ties as running text, and how many more there are; comparisons are left out."""
        chosen = self.facts.where(
            lambda it: it.kind == FactKind.RELATION and it.type not in COMPARISONS and fits(it)
        )
        if not chosen:
            return []
        more = self.more(len(chosen) - 2 * self.most, "tie", self.command("ties", *self.only()))
        return [Paragraph(self._as_text(chosen)), *more]

    def _as_text(self, chosen: Sequence[BriefFact]) -> list[Sentence]:
        """Return the weightiest ties as sentences, the weightiest first."""
        shown = {it.id: it for it in self.read(chosen[: 2 * self.most])}
        ordered = [shown[fact.id] for fact in chosen[: 2 * self.most] if fact.id in shown]
        return ties(ordered, self.notes.refer, self.templates)

    def brief(self) -> Brief:
        """Return the briefing."""
        raise NotImplementedError

    # --- sections ---------------------------------------------------------------------------------

    def figures(self) -> Iterator[tuple[str, str]]:
        """Yield what the briefing rests on, in figures."""
        documents = self.facts.passages
        passages = sum(documents.values())
        if len(documents) == 1:
            query = text("select count(*) from passages where document_id = :id")
            total = self.connection.execute(query, {"id": next(iter(documents))}).scalar_one()
            yield "Rests on", f"1 document, {passages} of its {counted(total, 'passage')}"
        else:
            rests = f"{counted(len(documents), 'document')}, {counted(passages, 'passage')}"
            yield "Rests on", rests
        everything = self.facts.counted()
        others = Counter(_coarse(equals[0]) for equals in everything)
        stated = others.pop("", 0)
        if others:
            kinds = [f"{n:,} {word}" for word, n in others.most_common()]
            if stated:
                kinds.insert(0, f"{stated:,} stated or reported as facts")
            split = f": {', '.join(kinds)}"
        else:
            split = ", all stated or reported as facts" if stated else ""
        yield "Facts", f"{len(everything):,}{split}"
        counts: Counter[str] = Counter()
        for equals in everything:
            stated_as = {it for fact in equals for it in fact.certainties}
            counts.update([it for it in STATED if it in stated_as][:1])
        how = (f"{counts[it]:,} {word}" for it, word in STATED.items() if counts[it])
        yield "How they are stated", ", ".join(how).replace("stated flatly", "flatly")
        unnamed = sum(all(fact.unnamed for fact in equals) for equals in everything)
        named = sum(equals[0].named_origins > 1 for equals in everything)
        words = f"{counted(unnamed, 'fact')} on unnamed voices alone"
        yield (
            "How well sourced",
            f"{words}; {counted(named, 'fact')} from two or more named sources",
        )

    def when(self) -> BriefSection:
        """Return the timeline; an actor with few dates has lanes for those who stand with it."""
        given: dict[str, Any] = {}
        if self.subject.kind == "actor":
            given["actor"] = self.subject.key
        elif self.subject.kind == "document":
            given["document"] = [self.subject.key]
        answer = ask(self.connection, "timeline", given)
        command = self.command("timeline", *self.only())
        remark = ""
        if self.subject.kind == "actor":
            answer, remark = self._with_lanes(answer, given)
        section = self.drawn(answer, command, remark)
        undated = self.facts.where(lambda fact: fact.happened and fact.date is None)
        if undated and self.crowded:
            section.blocks.extend(self.more(len(undated), "undated event", command))
        elif undated:
            without = Paragraph([plain("Without a date:")])
            section.blocks.extend([without, *self.bullets(undated, "undated event", command, 2)])
        return section

    def _with_lanes(self, answer: ReportAnswer, given: dict[str, Any]) -> tuple[ReportAnswer, str]:
        """Return the timeline with what an actor heads, shortened, and with who acts for it."""
        answer = in_lanes(self.connection, answer, given)
        if not answer.lanes:
            return answer, ""
        rows, ids, remarks = [*answer.rows], self._ids(), []
        for lane in lanes(self.connection, self.subject.key):
            others = [row for row in rows if row["acting_for"] == lane.title]
            if lane.headed and others:
                there = facts(self.connection, "actor", lane.actor).all
                weights = {it.id: it.weight for it in there}
                shown = _heaviest(others, ids, weights, MOST_IN_LANE)
                rows = [row for row in rows if row not in others or row in shown]
                of = f"{len(shown)} of its {counted(len(others), 'other dated fact')}"
                remarks.append(f"{lane.title}: {of}, those with the most evidence.")
        return replace(answer, rows=rows), " ".join(remarks)

    def _ids(self) -> dict[str, int]:
        """Return the ids of what is dated, by the keys that reports print."""
        query = "select fact_id, cited_as from timeline where date is not null"
        return {it.cited_as: it.fact_id for it in self.connection.execute(text(query))}

    def drawn(self, answer: ReportAnswer, command: Code, remark: str = "") -> BriefSection:
        """Return a timeline of the weightiest of these rows."""
        dated = _dated(answer)
        if not dated:
            return BriefSection("When", [Paragraph([plain("No fact here has a date.")])])
        ids = self._ids()
        weights = {fact.id: fact.weight for fact in self.facts.all}
        most = MOST_DRAWN + MOST_IN_LANE * any(row["acting_for"] for row in dated)
        chosen = {row["event"] for row in _heaviest(dated, ids, weights, most)}
        rows = [row for row in answer.rows if row["event"] in chosen or row["date"] is None]
        lanes = {ids[row["event"]]: row["acting_for"] for row in rows if row["date"] is not None}
        statements = [*self.statements.read(lanes)]
        numbers = {it.key: self.notes.draw(it).n for it in statements}
        svg, left_out = inset(
            self.connection, replace(answer, rows=rows), lambda key: f"#n{numbers[key]}"
        )
        items = []
        for it in statements:
            lane = f" ({lanes[it.id]})" if lanes[it.id] else ""
            items.append(sentence(it, self.notes.draw, lane))
        caption = f"{left_out} A mark leads to its note.".lstrip()
        picture = Picture(Markup("".join(svg)), caption, items)  # noqa: S704 - ours
        blocks: list[Block] = [picture]
        if remark:
            blocks.append(Paragraph([plain(remark)], remark=True))
        if len(dated) > len(chosen):
            count = f"The {len(chosen)} of {len(dated):,} dated facts with the most evidence; all: "
            blocks.append(Paragraph([plain(count, command)], remark=True))
        return BriefSection("When", blocks)

    def differences(self) -> BriefSection:
        """Return how actors compare, what several sources state, and where voices differ."""
        agreed = self.facts.where(lambda fact: fact.named_origins > 1 and not fact.contested)
        contested = self.facts.where(lambda fact: fact.contested)
        blocks: list[Block] = []
        compared = self.facts.where(lambda fact: fact.type in COMPARISONS and not fact.contested)
        if compared:
            blocks.append(Paragraph(self._as_text(compared)))
            command = self.command("ties", *self.only())
            blocks += self.more(len(compared) - 2 * self.most, "comparison", command)
        if agreed:
            blocks.append(Paragraph([plain("Two or more named sources state this:")]))
            blocks += self.bullets(agreed, "fact", self.command("corroboration"), 2)
        else:
            blocks.append(
                Paragraph([plain("No fact here is stated by two or more named sources.")])
            )
        if contested:
            blocks.append(
                Paragraph([plain("Here voices differ, or a document doubts what it relays:")])
            )
            items = [self._contested(it) for it in self.read(contested[: self.most])]
            command = self.command("expectations", *self.only())
            blocks.append(Bullets(items))
            blocks += self.more(len(contested) - self.most, "disputed fact", command)
        else:
            blocks.append(Paragraph([plain("Nothing here is disputed between the voices.")]))
        return BriefSection("Where sources agree and differ", blocks)

    def _contested(self, statement: Statement) -> Sentence:
        """Return a fact with who has it otherwise."""
        others = [
            f"{piece.voices[0].words if piece.voices else piece.document.called}: {piece.how}"
            for piece in self.notes.evidence(statement)
            if piece.stance in ("doubts", "rejects") or piece.modality != statement.modality
        ]
        against = full_stop("; ".join(dict.fromkeys(others)))
        return sentence(statement, self.notes.refer, f" {against[:1].upper()}{against[1:]}")

    def unnamed(self) -> BriefSection:
        """Return what rests on unnamed voices alone."""
        title = "What rests on unnamed voices alone"
        chosen = self.facts.where(lambda fact: fact.unnamed and fact.kind != FactKind.LINK)
        if not chosen:
            return BriefSection(title, [Paragraph([plain("Nothing.")])])
        noted = {it.id for it in self.notes.facts}
        remaining = [fact for fact in chosen if fact.id not in noted]
        above = len(chosen) - len(remaining)
        words = counted(len(chosen), "fact")
        if above:
            words += f"; {above:,} of them above" if remaining else ", above"
        sentence = f"{words}."
        command = self.command("anonymous", "--only-support")
        return BriefSection(
            title, [Paragraph([plain(sentence)]), *self.bullets(remaining, "fact", command)]
        )

    def expected(self) -> BriefSection:
        """Return what was expected, and what came of it."""
        title = "What was expected, and what came of it"

        def event(fact: BriefFact) -> bool:
            return fact.kind == FactKind.EVENT and fact.id not in self.shown

        resolved = self.facts.where(
            lambda fact: (
                event(fact)
                and fact.settled in (Modality.ACTUAL, Modality.DENIED)
                and not fact.readings.isdisjoint(PLANS)
            )
        )
        denied = self.facts.where(
            lambda fact: (
                event(fact) and fact.settled == Modality.DENIED and fact.readings.isdisjoint(PLANS)
            )
        )
        pending = self.facts.where(
            lambda fact: event(fact) and fact.settled in (*PLANS, Modality.HYPOTHETICAL)
        )
        command = self.command("expectations", *self.only())
        parts = (
            (resolved, "An outcome is stated for this:"),
            (denied, "This is said not to be so, or ruled out:"),
            (pending, "No outcome is stated for this:"),
        )
        blocks: list[Block] = []
        for chosen, words in parts:
            if chosen:
                blocks.append(Paragraph([plain(words)]))
                blocks += self.bullets(chosen, "such event", command)
        if not blocks:
            blocks.append(Paragraph([plain("Nothing else was expected, as far as is coded.")]))
        return BriefSection(title, blocks)

    @property
    def title(self) -> str:
        """What the page is called."""
        return self.subject.name or "What is in this sourcebook"

    def finished(self, lead: list[Sentence], sections: list[BriefSection]) -> Brief:
        """Return the briefing; the notes are those that its text refers to."""
        return Brief(
            title=self.title,
            lead=lead,
            figures=[*self.figures()],
            sections=sections,
            notes=[*self.notes.notes()],
            documents=[*self.facts.passages],
            kept=self.statements.kept,
        )


def _coarse(fact: BriefFact) -> str:
    """Return in a word how a fact stands; nothing for what is stated as a fact."""
    if fact.standing is None:
        return ""
    if fact.standing.startswith("Draft"):
        return "drafted"
    if fact.settled == Modality.DENIED:
        return "denied or held unlikely"
    if fact.settled == Modality.HYPOTHETICAL:
        return "imagined"
    return fact.settled if fact.settled != Modality.ACTUAL else fact.standing.lower()


def _dated(answer: ReportAnswer) -> list[Row]:
    return [row for row in answer.rows if row["date"] is not None]


def _heaviest(
    rows: Sequence[Row], ids: dict[str, int], weights: dict[int, float], most: int
) -> Sequence[Row]:
    """Return the rows whose facts weigh most."""
    return sorted(rows, key=lambda row: -weights.get(ids[row["event"]], 0))[:most]
