"""The briefings: on an actor, a topic, an event, a document, or everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from sqlalchemy import Connection, text

from database.derived.sentences import Named, several, within
from output.page import counted, listed
from pages.answers import ask
from pages.brief import MOST, Block, Brief, Bullets, Paragraph, Section, Subject, Writer
from pages.brief_facts import ACTIVE, NOT_SO, Fact
from pages.brief_prose import (
    Code,
    Sentence,
    dated,
    full_stop,
    plain,
    sentence,
    series,
    spoken,
    ties,
)
from pages.statements import Statement, subject
from reports.references import references
from schema.vocabulary import ActorKind, FactKind, Role, TieNature

POSTS = ("heads", "holds-post-in", "advises")
"""Types of ties that say who somebody is."""

COMPARISONS = (
    "agrees-with",
    "differs-from",
    "depends-less-than",
    "more-committed-than",
    "stronger-than",
)
"""Types of ties that compare two actors."""

NOT_PERSONS = {
    ActorKind.STATE,
    ActorKind.GOVERNMENT,
    ActorKind.ORGANISATION,
    ActorKind.OUTLET,
    ActorKind.INSTITUTE,
    ActorKind.ARMED_FORCE,
    ActorKind.ARMED_GROUP,
}

AS_WHAT: dict[str, str] = {
    Role.DOER: "Who does it",
    Role.RECEIVER: "To whom it is done",
    Role.BENEFICIARY: "For whose good",
    Role.INSTRUMENT: "Who is sent or used",
    Role.HOST: "With or at whom",
    Role.MEDIATOR: "Who brings the sides together",
    Role.CONCERNED: "Whom it is about",
}

MOST_TIES = 10

# Names in full, then titles, descriptions, metonyms; short ones say nothing new.
NAMES = """
    select actor_names.id
    from actors
    join actor_names on actor_names.actor_id = actors.id
    where actors.key = :key
      and actor_names.name <> :name
      and actor_names.name_kind <> 'short'
    order by
      case actor_names.name_kind when 'name' then 1 when 'title' then 2 when 'description' then 3
        when 'metonym' then 4 else 5 end,
      length(actor_names.name) desc, actor_names.name, actor_names.id
"""

SAID_FOR_IT = """
    select participation.fact_id, min(participation.acting_for) as acting_for
    from participation
    join fact_summaries on fact_summaries.fact_id = participation.fact_id
    where participation.actor = :key
      and participation.steps > 0
      and participation.role = 'speaker'
      and not exists (
        select 1
        from participants
        join actors on actors.id = participants.actor_id
        where participants.fact_id = participation.fact_id
          and actors.key = :key
      )
    group by participation.fact_id, fact_summaries.document, fact_summaries.paragraph,
      fact_summaries.start
    order by fact_summaries.document, fact_summaries.paragraph, fact_summaries.start,
      participation.fact_id
"""

# What an actor is at the head of, or part of: the tie with the most evidence.
POST = """
    select relations.id
    from actors
    join relations on relations.from_actor_id = actors.id
    join relation_types on relation_types.key = relations.type
    join evidence_counts on evidence_counts.fact_id = relations.id
    join facts on facts.id = relations.id
    where actors.key = :key
      and relation_types.nature = 'structural'
    order by
      case relations.type when 'heads' then 1 when 'holds-post-in' then 2 else 3 end,
      evidence_counts.pieces desc nulls last, facts.key, relations.id
    limit 1
"""

ACTORS = """
    select actors.key, actors.name, actors.kind, count(*) as facts
    from (
      select participants.actor_id, participants.fact_id from participants
      union
      select relations.from_actor_id, relations.id from relations
      union
      select relations.to_actor_id, relations.id from relations
    ) as parts
    join actors on actors.id = parts.actor_id
    where parts.fact_id in ({about})
    group by actors.key, actors.name, actors.kind
    order by count(*) desc, actors.name, actors.key
"""

MOST_ACTORS = 6
"""Actors that the briefing of a document presents."""


def brief(connection: Connection, about: Subject) -> Brief:
    """Return the briefing on a subject."""
    writers = {"actor": ActorWriter, "topic": TopicWriter, "event": EventWriter}
    return writers.get(about.kind, WholeWriter)(connection, about).brief()


class ActorWriter(Writer):
    """Writes the briefing on an actor."""

    def brief(self) -> Brief:
        """Return it."""
        lead = [*self._lead()]
        sections = [
            self._who(),
            self.when(),
            self._wants(),
            self._said(),
            self.differences(self._comparisons()),
            self.unnamed(),
            self.expected(),
        ]
        return self.finished(self.subject.name, lead, sections)

    def _lead(self) -> Iterator[Sentence]:
        """Yield who it is, what it did, what it says or wants, and what is expected."""
        choices = (
            lambda it: it.type in POSTS and "from" in it.roles and it.standing is None,
            lambda it: it.happened and it.date and it.standing is None and it.roles & ACTIVE,
            self._voice,
            lambda it: it.kind == FactKind.EVENT and it.settled in NOT_SO and it.roles & ACTIVE,
        )
        for fits in choices:
            for statement in self.statements.read([it.id for it in self.facts.where(fits)[:1]]):
                yield spoken(statement, self.notes.refer)

    def _voice(self, fact: Fact) -> bool:
        """Return whether it is what the actor says or wants: what it is quoted with, if it is."""
        quoted = any("speaker" in it.roles for it in self.facts.all)
        role = "speaker" if quoted and self._kind == ActorKind.PERSON else "holder"
        return fact.standing is None and role in fact.roles

    @cached_property
    def _kind(self) -> str:
        query = text("select kind from actors where key = :key")
        return str(self.connection.execute(query, {"key": self.subject.key}).scalar_one())

    def _verb(self, one: str, many: str) -> str:
        return many if several([Named(self.subject.name, self._kind)]) else one

    def _who(self) -> Section:
        """Return its names, its posts, and its ties."""
        name = self.subject.name
        who = "What" if self._kind in NOT_PERSONS else "Who"
        are = self._verb("is", "are")
        names = text(NAMES)
        found = self.connection.execute(names, {"key": self.subject.key, "name": name}).scalars()
        called = [*self.statements.read([*found][:MOST])]
        blocks: list[Block] = []
        if called:
            before = called[0].bare.partition("“")[0]
            items = [(it.bare.removeprefix(before), self.notes.refer(it)) for it in called]
            blocks.append(Paragraph([plain(before, *series(items, "."))]))

        def tie(fact: Fact, *natures: str | None) -> bool:
            own = fact.kind == FactKind.RELATION and fact.type not in COMPARISONS
            return own and fact.nature in natures

        for natures in ([TieNature.STRUCTURAL], [TieNature.FRIENDLY], [TieNature.HOSTILE, None]):
            chosen = self.facts.where(lambda it, natures=natures: tie(it, *natures))
            blocks += self.tied(chosen)
        blocks = blocks or [Paragraph([plain("No names, posts or ties are coded.")])]
        return Section(f"{who} {within(name)} {are}", blocks)

    def tied(self, chosen: Sequence[Fact]) -> list[Block]:
        """Return ties as running text, and how many more there are."""
        if not chosen:
            return []
        statements = sorted(
            self.read(chosen[:MOST_TIES]), key=lambda it: [fact.id for fact in chosen].index(it.id)
        )
        sentences = ties(statements, self.notes.refer, self.templates)
        more = self.more(len(chosen) - MOST_TIES, "tie", self.command("ties", *self.only()))
        return [Paragraph(sentences), *more]

    def _comparisons(self) -> list[Sentence]:
        chosen = self.facts.where(lambda it: it.type in COMPARISONS and not it.contested)
        return ties(self.read(chosen[:MOST_TIES]), self.notes.refer, self.templates)

    def _wants(self) -> Section:
        """Return its positions, and those that others hold about it."""
        command = self.command("stances", "--a", self.subject.key)
        holds = self.facts.where(lambda it: "holder" in it.roles)
        others = self.facts.where(lambda it: "object" in it.roles and "holder" not in it.roles)
        blocks = self.bullets(holds, "position", command)
        name = within(self.subject.name)
        if not blocks:
            blocks.append(Paragraph([plain(f"Nobody says what {name} wants.")]))
        if others:
            blocks.append(Paragraph([plain(f"What others want of {name}, or hold about {name}:")]))
            command = self.command("actor", self.subject.key)
            blocks += self.bullets(others, "position", command, 4)
        return Section(
            f"What {name} {self._verb('wants, needs and fears', 'want, need and fear')}", blocks
        )

    def _said(self) -> Section:
        """Return what it says, what is said for it, and what is said about it."""
        name, key = within(self.subject.name), self.subject.key
        says = self.facts.where(lambda it: "speaker" in it.roles)
        about = self.facts.where(lambda it: it.kind == FactKind.QUOTE and "speaker" not in it.roles)
        blocks = self.bullets(says, "statement", self.command("quotes", "--speaker", key))
        if not blocks:
            blocks.append(Paragraph([plain(f"Nobody quotes {name}.")]))
        rows = self.connection.execute(text(SAID_FOR_IT), {"key": key}).all()
        if rows:
            blocks.append(Paragraph([plain(f"Those who act for {name} say:")]))
            # That somebody acts for another may itself be only alleged.
            doubtful = {it.fact_id: f" ({it.acting_for})" for it in rows if ": " in it.acting_for}
            shown = [*self.statements.read([it.fact_id for it in rows[:4]])]
            blocks.append(
                Bullets([sentence(it, self.notes.refer, doubtful.get(it.id, "")) for it in shown])
            )
            command = self.command("quotes", "--speaker", key, "--with-members")
            blocks += self.more(len(rows) - len(shown), "statement", command)
        if about:
            blocks.append(Paragraph([plain(f"Others say about {name}:")]))
            blocks += self.bullets(about, "statement", self.command("quotes", "--about", key))
        else:
            blocks.append(Paragraph([plain(f"Nobody is quoted about {name}.")]))
        return Section(f"What {name} said, and what was said about {name}", blocks)


class TopicWriter(Writer):
    """Writes the briefing on a topic."""

    def brief(self) -> Brief:
        """Return it."""
        positions = self.facts.where(lambda it: it.kind == FactKind.POSITION)
        compared = self.facts.where(lambda it: it.kind == FactKind.RELATION)
        holders = self.statements.read([it.id for it in positions])
        names = {part.key for it in holders for part in it.participants if part.role == "holder"}
        lead = [
            plain(
                f"On this topic {counted(len(names), 'actor')} "
                f"{'holds' if len(names) == 1 else 'hold'} {counted(len(positions), 'position')}, "
                f"and {counted(len(compared), 'comparison')} between actors "
                f"{'is' if len(compared) == 1 else 'are'} made."
            )
        ]
        for fact in [*compared[:1], *positions[:2]]:
            lead += [spoken(it, self.notes.refer) for it in self.statements.read([fact.id])]
        command = self.command("stances", *self.only())
        held = self.bullets(positions, "position", command, 14)
        held = held or [Paragraph([plain("Nobody holds a position on it.")])]
        comparisons = self.read([it for it in compared if not it.contested][:12])
        sections = [
            Section("Who wants, fears or holds what", held),
            self.differences(ties(comparisons, self.notes.refer, self.templates)),
            self.unnamed(),
        ]
        return self.finished(self.subject.name, lead, sections)


class EventWriter(Writer):
    """Writes the briefing on an event."""

    def brief(self) -> Brief:
        """Return it."""
        events = self.facts.where(lambda it: it.kind == FactKind.EVENT)
        statements = self.read(events)
        lead = []
        for it in statements:
            lead.append(spoken(it, self.notes.refer))
            if it.summary and it.standing is None:
                lead.append(plain(full_stop(it.summary)))
            voices = {piece.chain for piece in it.evidence}
            places = len(
                {(piece.document.key, p.n) for piece in it.evidence for p in piece.passages}
            )
            lead.append(
                plain(
                    f"{counted(len(voices), 'voice').capitalize()} "
                    f"{'speaks' if len(voices) == 1 else 'speak'} of it, in "
                    f"{counted(places, 'passage')}."
                )
            )
        command = self.command("event", self.subject.key)
        links = self.facts.where(lambda it: it.kind == FactKind.LINK)
        quotes = self.facts.where(lambda it: it.kind == FactKind.QUOTE)
        linked = self.bullets(links, "link", command, 10)
        sections = [
            Section("What each voice says", [Bullets([*self._voices(statements)])]),
            Section("Who takes part, and where", [Paragraph([*self._parts(statements)])]),
            self._timeline(statements, command),
            Section(
                "How it is linked to other events",
                linked or [Paragraph([plain("It is linked to no other event.")])],
            ),
            Section(
                "What was said on the occasion",
                self.bullets(quotes, "statement", command)
                or [Paragraph([plain("No statement is coded.")])],
            ),
        ]
        return self.finished(self.subject.name, lead, sections)

    def _voices(self, statements: Sequence[Statement]) -> Iterator[Sentence]:
        """Yield what each piece of evidence has, with the words of its date."""
        for it in statements:
            for piece in it.evidence:
                when = f", dated “{piece.date_words}”" if piece.date_words else ""
                words = f" “{piece.words}”" if piece.words else ""
                chain = f"{piece.chain[:1].upper()}{piece.chain[1:]}"
                yield plain(f"{chain}: {piece.how}{when} ({piece.where}).{words}")

    def _parts(self, statements: Sequence[Statement]) -> Iterator[Sentence]:
        """Yield who takes part as what, and where it is."""
        for it in statements:
            for role in Role:
                names = [part.name for part in it.participants if part.role == role]
                if names:
                    names = [names[0], *map(within, names[1:])]
                    yield plain(f"{AS_WHAT[role]}: {listed(names)}.")
            for thing in it.related:
                if thing.kind == "place":
                    yield plain(f"Place: {thing.name}.")

    def _timeline(self, statements: Sequence[Statement], command: Code) -> Section:
        """Return the event among those that it is linked to, and what was said on its occasion."""
        near = {it.key for it in statements}
        for it in self.statements.read([fact.id for fact in self.facts.all]):
            near |= {it.key, *(thing.key for thing in it.related if thing.kind == "event")}
        answer = ask(self.connection, "timeline", {})
        rows = [row for row in answer.rows if row["event"] in near]
        dated = [row for row in rows if row["date"] is not None]
        return self.drawn(replace(answer, rows=rows), dated, command)


class WholeWriter(Writer):
    """Writes the briefing on a document, or on everything."""

    def brief(self) -> Brief:
        """Return it."""
        lead = [*self._lead()]
        relations = self.facts.where(
            lambda it: (
                it.kind == FactKind.RELATION
                and it.nature != TieNature.STRUCTURAL
                and not it.contested
            )
        )
        tied = ties(self.read(relations[:MOST_TIES]), self.notes.refer, self.templates)
        positions = self.facts.where(lambda it: it.kind == FactKind.POSITION)
        quotes = self.facts.where(lambda it: it.kind == FactKind.QUOTE)
        documents = self.only()
        sections = [
            self._actors(),
            self.when(),
            Section(
                "How the actors stand to one another",
                [
                    Paragraph(tied or [plain("No tie is coded.")]),
                    *self.more(len(relations) - MOST_TIES, "tie", self.command("ties", *documents)),
                ],
            ),
            Section(
                "What they want, and what they say",
                [
                    *self.bullets(positions, "position", self.command("stances", *documents)),
                    *self.bullets(quotes, "statement", self.command("quotes", *documents)),
                ]
                or [Paragraph([plain("No position or statement is coded.")])],
            ),
            self.differences(),
            self.unnamed(),
            self.expected(),
        ]
        return self.finished(self.subject.name, lead, sections)

    def _lead(self) -> Iterator[Sentence]:
        """Yield what it is, what happened, who differs from whom, and what is disputed."""
        ids = [*self.facts.passages]
        for source in references(self.connection, ids) if len(ids) == 1 else ():
            by = listed([author.name for author in source.authors])
            where = listed([publisher.name for publisher in source.publishers])
            when = dated(source.published) if source.published else ""
            published = (f" by {where}" * bool(where)) + f" {when[:1].lower()}{when[1:]}"
            kind = source.kind.replace("-", " ")
            article = "an" if kind[:1] in "aeiou" else "a"
            by = f" by {by}" if by else ""
            yield plain(
                f"“{source.title}” is {article} {kind}{by}, published{published.rstrip()}."
                if where or when
                else f"“{source.title}” is {article} {kind}{by}."
            )
        if len(ids) > 1:
            yield plain(f"This briefing rests on {counted(len(ids), 'document')}.")
        choices = (
            lambda it: it.happened and it.date and it.standing is None,
            lambda it: it.type == "differs-from" and it.standing is None,
            lambda it: it.type == "works-with" and it.standing is None,
            lambda it: it.kind == FactKind.EVENT and it.contested,
        )
        for fits in choices:
            for it in self.statements.read([it.id for it in self.facts.where(fits)[:1]]):
                yield spoken(it, self.notes.refer)

    def _actors(self) -> Section:
        """Return the main actors, each with the post or tie that says who it is."""
        about, given = subject(self.subject.kind, self.subject.key)
        rows = self.connection.execute(text(ACTORS.format(about=about)), given).all()
        items = []
        for row in rows[:MOST_ACTORS]:
            [*post] = self.statements.read(
                [*self.connection.execute(text(POST), {"key": row.key}).scalars()]
            )
            who = f"{row.name} ({counted(row.facts, 'fact')})"
            if post:
                items.append(sentence(post[0], self.notes.refer, f" {counted(row.facts, 'fact')}."))
            else:
                items.append(plain(f"{who}: {row.kind.replace('-', ' ')}."))
        return Section(
            "Who it is about",
            [Bullets(items), *self.more(len(rows) - len(items), "actor", self.command("actors"))],
        )
