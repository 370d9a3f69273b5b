"""The briefing on an actor."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial

from sqlalchemy import text

from database.derived.sentences import Named, several, within
from pages.briefing.briefing import BriefWriter
from pages.briefing.facts import ACTIVE, NOT_SO, BriefFact
from pages.briefing.parts import Block, Brief, BriefSection, Bullets, Paragraph
from pages.briefing.prose import Sentence, plain, sentence, series
from schema.vocabulary import ActorKind, FactKind, RelationType, TieNature

BODIES = {
    ActorKind.STATE,
    ActorKind.GOVERNMENT,
    ActorKind.ORGANISATION,
    ActorKind.OUTLET,
    ActorKind.INSTITUTE,
    ActorKind.ARMED_FORCE,
    ActorKind.ARMED_GROUP,
}
"""Kinds of actors about which one asks what they are, not who."""

POSTS = (RelationType.HEADS, RelationType.HOLDS_POST_IN, RelationType.ADVISES)
"""Types of ties that say who a person is."""

# Names in full, then titles, descriptions, metonyms; short ones say nothing new.
NAMES = """
    select actor_names.id, actor_names.name
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


class ActorWriter(BriefWriter):
    """Writes the briefing on an actor."""

    def brief(self) -> Brief:
        """Return it."""
        # Of whom little is known, whatever there is.
        lead = [*self._lead()] or [*self.leading(lambda _: True, most=2, only_stated=False)]
        sections = [
            self._who(),
            self._wants(),
            self.when(),
            self._statements(),
            self.differences(),
            self.unnamed(),
            self.expected(),
        ]
        return self.finished(lead, sections)

    @cached_property
    def _kind(self) -> str:
        query = text("select kind from actors where key = :key")
        return str(self.connection.execute(query, {"key": self.subject.key}).scalar_one())

    @property
    def _name(self) -> str:
        """Its name within a sentence."""
        return within(self.subject.name)

    def _verb(self, singular: str, plural: str) -> str:
        return plural if several([Named(self.subject.name, self._kind)]) else singular

    def _lead(self) -> Iterator[Sentence]:
        """Yield who it is, what it did, what it says or wants, and what is expected."""

        def event(fact: BriefFact) -> bool:
            return fact.kind == FactKind.EVENT and bool(fact.roles & ACTIVE)

        everything = self.facts.all
        if self._kind == ActorKind.PERSON:
            posts = [it for it in POSTS if any(fact.type == it for fact in everything)][:1]
            yield from self.leading(lambda it: it.type in posts and "from" in it.roles)
        else:
            yield from self.leading(
                lambda it: it.type == RelationType.HEADS,
                lambda it: it.nature == TieNature.FRIENDLY,
                lambda it: it.type == RelationType.DIFFERS_FROM,
            )
        quoted = any("speaker" in fact.roles for fact in everything)
        voice = "speaker" if quoted else "holder"
        happened = [it for it in everything if event(it) and it.happened and it.standing is None]
        dated = any(it.date for it in happened)
        yield from self.leading(lambda it: it in happened and (it.date is not None) == dated)
        if self._kind == ActorKind.PERSON:
            yield from self.leading(lambda it: voice in it.roles)
        yield from self.leading(lambda it: event(it) and it.settled in NOT_SO, only_stated=False)

    def _who(self) -> BriefSection:
        """Return its names, its posts, and its ties."""
        given = {"key": self.subject.key, "name": self.subject.name}
        names: dict[str, int] = {}
        for id, name in self.connection.execute(text(NAMES), given):
            first = names.setdefault(name, id)
            if first != id:
                self.statements.equal_to[id] = first
        called = [*self.statements.read([*names.values()][:4])]
        blocks: list[Block] = []
        if called:
            before = called[0].bare.partition("“")[0]
            items = [(it.bare.removeprefix(before), self.notes.refer(it)) for it in called]
            blocks.append(Paragraph([plain(before, *series(items, "."))]))
            command = self.command("names", "--actor", self.subject.key)
            blocks += self.more(len(names) - len(called), "name", command)
        for nature in (TieNature.STRUCTURAL, TieNature.FRIENDLY, None, TieNature.HOSTILE):
            blocks += self.tied(partial(_of_nature, nature))
        control = self.facts.where(lambda it: it.kind == FactKind.CONTROL)
        blocks += self.bullets(
            control, "place", self.command("control", "--actor", self.subject.key)
        )
        if not blocks:
            blocks.append(Paragraph([plain("No name, post or tie is coded.")]))
        who = "What" if self._kind in BODIES else "Who"
        return BriefSection(f"{who} {self._name} {self._verb('is', 'are')}", blocks)

    def _wants(self) -> BriefSection:
        """Return its positions, and those that others hold about it."""
        name = self._name
        holds = self.facts.where(lambda it: "holder" in it.roles)
        others = self.facts.where(lambda it: "object" in it.roles and "holder" not in it.roles)
        blocks = self.bullets(
            holds, "position", self.command("stances", "--a", self.subject.key), self.most + 2
        ) or [Paragraph([plain(f"Nobody says what {name} {self._verb('wants', 'want')}.")])]
        if others:
            blocks.append(Paragraph([plain(f"What others want of {name}, or hold about {name}:")]))
            blocks += self.bullets(others, "position", self.command("actor", self.subject.key), 2)
        wants = self._verb("wants, needs and fears", "want, need and fear")
        return BriefSection(f"What {name} {wants}", blocks)

    def _statements(self) -> BriefSection:
        """Return what it says, what is said for it, and what is said about it."""
        name, key = self._name, self.subject.key
        says = self.facts.where(lambda it: "speaker" in it.roles)
        about = self.facts.where(lambda it: it.kind == FactKind.QUOTE and "speaker" not in it.roles)
        blocks = self.bullets(says, "statement", self.command("quotes", "--speaker", key)) or [
            Paragraph([plain(f"Nobody quotes {name}.")])
        ]
        rows = self.connection.execute(text(SAID_FOR_IT), {"key": key}).all()
        if rows:
            # That somebody acts for another may itself be only alleged.
            doubtful = {it.fact_id: f" ({it.acting_for})" for it in rows if ": " in it.acting_for}
            shown = [*self.statements.read([it.fact_id for it in rows[:3]])]
            items = [sentence(it, self.notes.refer, doubtful.get(it.id, "")) for it in shown]
            blocks += [Paragraph([plain(f"Those who act for {name} say:")]), Bullets(items)]
            command = self.command("quotes", "--speaker", key, "--with-members")
            blocks += self.more(len(rows) - len(shown), "statement", command)
        if about:
            blocks.append(Paragraph([plain(f"Others say about {name}:")]))
            blocks += self.bullets(about, "statement", self.command("quotes", "--about", key))
        else:
            blocks.append(Paragraph([plain(f"Nobody is quoted about {name}.")]))
        return BriefSection(f"What {name} said, and what was said about {name}", blocks)


def _of_nature(nature: str | None, fact: BriefFact) -> bool:
    return fact.nature == nature
