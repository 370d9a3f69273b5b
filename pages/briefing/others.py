"""The briefings on a topic, on an event, and on a document or the whole sourcebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from sqlalchemy import Connection, text

from database.derived.sentences import within
from output.wording import counted, listed
from pages.answers import ask
from pages.briefing.actor import ActorWriter
from pages.briefing.briefing import LEAST, BriefWriter
from pages.briefing.facts import BriefFact
from pages.briefing.parts import Block, Brief, BriefSection, Bullets, Paragraph, Subject
from pages.briefing.prose import Code, Sentence, dated, full_stop, plain, sentence, spoken
from pages.statements import Statement
from pages.subjects import subject
from reports.references import references
from schema.vocabulary import FactKind, RelationType, Role, TieNature

AS_WHAT: dict[str, str] = {
    Role.DOER: "Who does it",
    Role.RECEIVER: "To whom it is done",
    Role.BENEFICIARY: "For whose good",
    Role.INSTRUMENT: "Who is sent or used",
    Role.HOST: "With or at whom",
    Role.MEDIATOR: "Who brings the sides together",
    Role.CONCERNED: "Whom it is about",
}

ACTORS = """
    select actors.id, actors.key, actors.name, actors.kind,
      count(distinct coalesce(evidence_counts.counted_as_id, parts.fact_id)) as facts
    from (
      select participants.actor_id, participants.fact_id from participants
      union
      select relations.from_actor_id, relations.id from relations
      union
      select relations.to_actor_id, relations.id from relations
    ) as parts
    join actors on actors.id = parts.actor_id
    left join evidence_counts on evidence_counts.fact_id = parts.fact_id
    where parts.fact_id in ({about})
    group by actors.id, actors.key, actors.name, actors.kind
    order by facts desc, actors.name, actors.key
"""

TOPICS = """
    select positions.id, topics.label
    from positions
    join topics on topics.id = positions.topic_id
"""

MOST_ACTORS = 6
"""Actors that the briefing on a document presents."""

# The tie that says who somebody is: a post; of a body who heads it, or what it is part of.
POST = """
    select relations.id
    from relations
    join evidence_counts on evidence_counts.fact_id = relations.id
    join fact_summaries on fact_summaries.fact_id = relations.id
    where fact_summaries.standing is null
      and (
        relations.from_actor_id = :id
          and relations.type in ('heads', 'holds-post-in', 'advises', 'part-of', 'belongs-to')
        or relations.to_actor_id = :id and relations.type = 'heads'
      )
    order by
      case relations.type when 'heads' then 1 when 'holds-post-in' then 2 else 3 end,
      evidence_counts.pieces desc nulls last, fact_summaries.key, relations.id
    limit 1
"""


def briefing(connection: Connection, about: Subject) -> Brief:
    """Return the briefing on a subject."""
    writers: dict[str, type[BriefWriter]] = {
        "actor": ActorWriter,
        "topic": TopicWriter,
        "event": EventWriter,
    }
    return writers.get(about.kind, WholeWriter)(connection, about).brief()


class TopicWriter(BriefWriter):
    """Writes the briefing on a topic."""

    def brief(self) -> Brief:
        """Return it."""
        positions = self.facts.where(lambda it: it.kind == FactKind.POSITION)
        compared = self.facts.where(lambda it: it.kind == FactKind.RELATION)
        holders = {
            part.key
            for it in self.statements.read([fact.id for fact in positions])
            for part in it.participants
            if part.role == "holder"
        }
        holding = f"{counted(len(holders), 'actor')} {'holds' if len(holders) == 1 else 'hold'}"
        comparing = f"{counted(len(compared), 'comparison')} between actors"
        are = "is" if len(compared) == 1 else "are"
        number = counted(len(positions), "position")
        lead = [plain(f"On this topic {holding} {number}, and {comparing} {are} made.")]
        lead += self.leading(lambda it: it.kind == FactKind.RELATION)
        lead += self.leading(lambda it: it.kind == FactKind.POSITION, most=2)
        command = self.command("stances", *self.only())
        blocks = self.bullets(positions, "position", command, 14)
        sections = [
            BriefSection(
                "Who wants, fears or holds what",
                blocks or [Paragraph([plain("Nobody holds a position on it.")])],
            ),
            self.differences(),
            self.unnamed(),
        ]
        return self.finished(lead, sections)


class EventWriter(BriefWriter):
    """Writes the briefing on an event."""

    @cached_property
    def _events(self) -> list[Statement]:
        """The event; several, if documents share its key."""
        return self.read(self.facts.where(lambda it: it.kind == FactKind.EVENT))

    @property
    def title(self) -> str:
        """Its title, with its standing in front."""
        return " / ".join(dict.fromkeys(it.sentence for it in self._events))

    def brief(self) -> Brief:
        """Return it."""
        events = self._events
        lead = [*self._lead(events)]
        command = self.command("event", self.subject.key)
        links = self.facts.where(lambda it: it.kind == FactKind.LINK)
        quotes = self.facts.where(lambda it: it.kind == FactKind.QUOTE)
        sections = [
            BriefSection("What each voice says", [Bullets([*self._voices(events)])]),
            BriefSection("Who takes part, and where", [Paragraph([*self._parts(events)])]),
            self._timeline(events),
            BriefSection(
                "How it is linked to other events",
                self.bullets(links, "link", command, 10)
                or [Paragraph([plain("It is linked to no other event.")])],
            ),
            BriefSection(
                "What was said on the occasion",
                self.bullets(quotes, "statement", command)
                or [Paragraph([plain("No statement is coded.")])],
            ),
        ]
        return self.finished(lead, sections)

    def _lead(self, events: Sequence[Statement]) -> Iterator[Sentence]:
        """Yield what happened, or did not, how many voices speak of it, and what it hangs with."""
        for it in events:
            if it.summary:
                yield sentence(it, self.notes.refer, f" {full_stop(it.summary)}")
            else:
                yield spoken(it, self.notes.refer)
            voices = {piece.chain for piece in it.evidence}
            places = {
                (piece.document.key, place.n) for piece in it.evidence for place in piece.passages
            }
            speak = "speaks" if len(voices) == 1 else "speak"
            yield plain(
                f"{counted(len(voices), 'voice').capitalize()} {speak} of it, in "
                f"{counted(len(places), 'passage')}."
            )
        yield from self.leading(lambda it: it.kind == FactKind.LINK)

    def _voices(self, events: Sequence[Statement]) -> Iterator[Sentence]:
        """Yield what each piece of evidence has, with the words of its date."""
        for it in events:
            for piece in it.evidence:
                when = f"; dated “{piece.date_words}”" if piece.date_words else ""
                words = f" “{piece.words}”" if piece.words else ""
                chain = f"{piece.chain[:1].upper()}{piece.chain[1:]}"
                yield plain(f"{chain}: {piece.how}{when} ({piece.where}).{words}")

    def _parts(self, events: Sequence[Statement]) -> Iterator[Sentence]:
        """Yield who takes part as what, and where it is, behind the tag of the event."""
        for it in events:
            parts = []
            for role, words in AS_WHAT.items():
                names = [part.name for part in it.participants if part.role == role]
                if names:
                    parts.append(f"{words}: {listed([names[0], *map(within, names[1:])])}.")
            parts += [f"Place: {thing.name}." for thing in it.related if thing.kind == "place"]
            sentence = " ".join(parts) or "Nobody is coded as taking part."
            yield Sentence((sentence,), it.tag, it.css)

    def _timeline(self, events: Sequence[Statement]) -> BriefSection:
        """Return it among the events that it is linked to, and the nearest of the same actors."""
        near = {it.key for it in self.statements.read([fact.id for fact in self.facts.all])}
        for row in ask(self.connection, "event", {"event": self.subject.key}).rows:
            if row["section"].startswith(("What belongs", "Before")):
                near |= {row["key"], str(row["key"]).partition(":")[2]}
        near |= {it.key for it in events}
        answer = ask(self.connection, "timeline", {})
        rows = [row for row in answer.rows if row["event"] in near and row["date"] is not None]
        command = self.command("event", self.subject.key)
        section = self.drawn(replace(answer, rows=rows), command)
        if len(rows) > len(events):
            words = "With what it is linked to, and the nearest events of the same actors:"
            section.blocks.insert(0, Paragraph([plain(words)]))
        return section


class WholeWriter(BriefWriter):
    """Writes the briefing on a document, or on everything."""

    def brief(self) -> Brief:
        """Return it."""
        lead = [*self._lead()]
        positions = self.facts.where(lambda it: it.kind == FactKind.POSITION)
        quotes = self.facts.where(lambda it: it.kind == FactKind.QUOTE)
        control = self.facts.where(lambda it: it.kind == FactKind.CONTROL)
        only = self.only()
        none: list[Block] = [Paragraph([plain("No tie is coded.")])]
        sections = [
            self._actors(),
            BriefSection(
                "How the actors stand to one another",
                [
                    *(self.tied(lambda it: it.nature != TieNature.STRUCTURAL) or none),
                    *self.bullets(control, "place", self.command("control", *only)),
                ],
            ),
            BriefSection(
                "What they want, and what they say",
                [
                    *self._by_topic(positions),
                    *self.bullets(quotes, "statement", self.command("quotes", *only)),
                ]
                or [Paragraph([plain("No position or statement is coded.")])],
            ),
            self.when(),
            self.differences(),
            self.unnamed(),
            self.expected(),
            self._sources(),
        ]
        return self.finished(lead, sections)

    def _lead(self) -> Iterator[Sentence]:
        """Yield what it is, what happened, how the actors stand, and what is disputed."""
        ids = [*self.facts.passages]
        for source in references(self.connection, ids) if len(ids) == 1 else ():
            kind = source.kind.replace("-", " ")
            by = listed([author.name for author in source.authors])
            publishers = listed([publisher.name for publisher in source.publishers])
            when = dated(source.published) if source.published else ""
            parts = [
                f"“{source.title}” is {'an' if kind[:1] in 'aeiou' else 'a'} {kind}",
                f" by {by}" if by else "",
                ", published" if publishers or when else "",
                f" by {publishers}" if publishers else "",
                f" {when[:1].lower()}{when[1:]}" if when else "",
            ]
            yield plain(f"{''.join(parts)}.")
        if len(ids) > 1:
            yield plain(f"This briefing rests on {counted(len(ids), 'document')}.")
        yield from self.leading(
            lambda it: it.nature == TieNature.FRIENDLY,
            lambda it: it.type == RelationType.DIFFERS_FROM,
            lambda it: it.happened and it.date is not None,
        )
        contested = self.leading(
            lambda it: it.kind == FactKind.EVENT and it.contested, only_stated=False
        )
        yield from contested

    def _by_topic(self, positions: Sequence[BriefFact]) -> Iterator[Block]:
        """Yield the weightiest positions on the topics that have most, and how many more."""
        on: dict[str, list[BriefFact]] = {}
        topics = dict(map(tuple, self.connection.execute(text(TOPICS))))
        for fact in positions:
            on.setdefault(topics[fact.id], []).append(fact)
        largest = sorted(on, key=lambda topic: (-len(on[topic]), topic))[: self.most]
        for topic in largest:
            yield Paragraph([plain(f"{topic} ({counted(len(on[topic]), 'position')}):")])
            yield from self.bullets(on[topic][:LEAST], "", Code())
        more = len(positions) - sum(len(on[topic][:LEAST]) for topic in largest)
        yield from self.more(more, "position", self.command("stances", *self.only()))

    def _actors(self) -> BriefSection:
        """Return the main actors, each with the tie that says who it is."""
        about, given = subject(self.subject.kind, self.subject.key)
        rows = self.connection.execute(text(ACTORS.format(about=about)), given).all()
        items = []
        for row in rows[:MOST_ACTORS]:
            ids = [*self.connection.execute(text(POST), {"id": row.id}).scalars()]
            kind = row.kind.replace("-", " ")
            who = plain(f"{row.name} ({kind}, {counted(row.facts, 'fact')}).")
            posts = [sentence(it, self.notes.refer) for it in self.statements.read(ids)]
            pieces = [piece for it in posts for piece in (" ", *it.pieces)]
            items.append(replace(who, pieces=(*who.pieces, *pieces)))
        more = self.more(len(rows) - len(items), "actor", self.command("actors"))
        return BriefSection("Who it is about", [Bullets(items), *more])

    def _sources(self) -> BriefSection:
        """Return the voices on whose word most rests."""
        given = {"document": [self.subject.key]} if self.subject.kind else {}
        rows = [row for row in ask(self.connection, "sources", given).rows if row["depth"]]
        rows.sort(key=lambda row: -row["facts"])
        items = []
        for row in rows[:4]:
            unnamed = "" if row["anonymity"] == "named" else ", unnamed"
            title, count = self.notes.title(row["title"]), counted(row["facts"], "fact")
            items.append(plain(f"{title} ({count}{unnamed})."))
        blocks: list[Block] = [Bullets(items)] if items else []
        blocks += self.more(len(rows) - len(items), "voice", self.command("sources"))
        return BriefSection(
            "Whom it relays most", blocks or [Paragraph([plain("It relays no other voice.")])]
        )
