"""What a picture of voices draws: the chains of a document as a tree, and what came which way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, text

from output.wording import counted
from pages.answers import ReportAnswer, passages
from reports.voices import RELAYS, VOICES

DOCUMENT, NAMED = "document", "named"


class Step(NamedTuple):
    """A source where it stands in a chain: two chains of a document may hold the same one."""

    document: str
    source: str
    through: str


@dataclass
class VoiceNode:
    """A source in a chain, with the voices that it relays."""

    id: str
    """Key of the source; DOCUMENT:KEY if a document introduces it for itself."""
    title: str
    kind: str
    shape: str
    """document, named, unnamed or voiceless."""
    through: str
    passage: str = ""
    own: int = 0
    """Facts that rest on this very voice."""
    ways: int = 1
    """In how many chains of the picture it is."""
    relayed: list[VoiceNode] = field(default_factory=list)

    @property
    def facts(self) -> int:
        """Facts that came this way."""
        return self.own + sum(voice.facts for voice in self.relayed)

    @property
    def note(self) -> str:
        """Return what stands below its title."""
        parts = [self.kind.replace("-", " ")]
        if self.shape == DOCUMENT:
            parts.append(f"{counted(self.own, 'fact')} in its own voice")
        else:
            parts.append(self.passage)
        if self.ways > 1:
            parts.append(f"in {self.ways} chains")
        return " · ".join(parts)

    @property
    def explained(self) -> str:
        """Return all that a reader sees on hovering."""
        shape = "" if self.shape in (DOCUMENT, NAMED) else f", {self.shape}"
        rest = f"{counted(self.own, 'fact')} on its own word, {self.facts:,} this way"
        where = f" {self.passage}." if self.passage else ""
        return f"{self.title} ({self.kind.replace('-', ' ')}{shape}): {rest}.{where} {self.through}"

    def all(self) -> Iterator[VoiceNode]:
        """Yield the voice, and all that it relays."""
        yield self
        for voice in self.relayed:
            yield from voice.all()


@dataclass
class Chains:
    """The documents with their voices, and how many voices aren't drawn."""

    documents: Sequence[VoiceNode]
    left_out: int

    def caption(self) -> str:
        """Return what is drawn and what isn't, in sentences."""
        drawn = [voice for document in self.documents for voice in document.all()]
        voices = counted(len(drawn) - len(self.documents), "voice")
        lines = [f"{voices} of {counted(len(self.documents), 'document')}."]
        if self.left_out:
            fewer = counted(self.left_out, "voice")
            lines.append(f"Not drawn: {fewer} with fewer facts (--most).")
        return " ".join(lines)


def chains(connection: Connection, answer: ReportAnswer, most: int) -> Chains:
    """Return what an answer of the report `sources` holds: of the voices, those with most facts."""
    known = {row.id: row for row in connection.execute(text(VOICES))}
    relays = {
        Step(row.document, row.source, row.through): row for row in connection.execute(text(RELAYS))
    }
    rows = {Step(row["document"], row["source"], row["through"]): row for row in answer.rows}
    documents: dict[str, VoiceNode] = {}
    voices: dict[Step, VoiceNode] = {}

    def voice(step: Step, id: str) -> VoiceNode:
        """Return a voice, which is added below those that relay it."""
        if step in voices:
            return voices[step]
        row, relay = rows.get(step), relays.get(step)
        title, kind, anonymity = (
            (row["title"], row["kind"], row["anonymity"]) if row else known[id][1:4]
        )
        depth = row["depth"] if row else int(step.source != step.document or relay is not None)
        added = VoiceNode(id, title, kind, anonymity if depth else DOCUMENT, step.through)
        if row:
            added.own, added.passage = row["facts"], passages(row["passage"])
        voices[step] = added
        if relay:
            outer = Step(step.document, relay.relay, relay.relay_through)
            voice(outer, relay.to_id).relayed.append(added)
        elif depth:
            whole = step.through.removeprefix(f"{title}; ")
            voice(Step(step.document, step.document, whole), step.document).relayed.append(added)
        else:
            documents[step.document] = added
        return added

    inner = [step for step, row in rows.items() if row["depth"]]
    inner.sort(key=lambda step: (-rows[step]["facts"], step))
    for step in [*(step for step in rows if step not in inner), *inner[:most]]:
        named = rows[step]["anonymity"] == NAMED
        voice(step, step.source if named else f"{step.document}:{step.source}")
    ways = Counter(it.id for document in documents.values() for it in document.all())
    for it in voices.values():
        it.ways = ways[it.id]
        it.relayed.sort(key=lambda it: (-it.facts, it.title, it.id))
    order = sorted(documents.values(), key=lambda it: (-it.facts, it.id))
    return Chains(order, sum(step not in voices for step in inner))
