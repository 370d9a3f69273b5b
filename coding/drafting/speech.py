"""Finds who said or thinks what, in a parsed passage: source, cue and content.

A cue is a verb, noun or adjective of the word lists. Its source is its subject, or that of the
clause that it hangs on; its content is its clause, or for some cues its object. Words in quotation
marks are joined to these by `quotations`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coding.drafting.parse import Parse
from coding.drafting.plain import forms
from coding.languages import Language, alternatives

Range = tuple[int, int]
"""Where words begin and end in a passage."""

SUBJECT = ("nsubj", "nsubjpass", "csubj", "expl")
CLAUSE = ("ccomp", "xcomp")
_PLEONASTIC = {"it", "there", "this", "that"}
_EDGES = frozenset(",.;:–—-()[] ")


@dataclass
class DraftedAttribution:
    """What one voice says, thinks or wants, as ranges of a passage."""

    passage: int
    cue: Range | None
    lemma: str
    kind: str
    """The word list of its cue, such as `say` or `goal`."""
    source: Range | None
    content: list[tuple[int, Range]]
    """Passage and range of each part."""
    quoted: list[int] = field(default_factory=list)
    """Which stretches in marks belong to it, by their number in the text."""
    direct: bool = False
    """Whether whole sentences in marks belong to it."""
    unsure: str | None = None
    antecedent: Range | None = None
    """The antecedent, if the source is a relative pronoun."""
    frame: str = "marks"
    """How its content hangs on its cue: marks, clause, infinitive, object, around, according."""
    inside: DraftedAttribution | None = None
    """The attribution whose content it is part of."""


SHORT = 40
"""Fewer characters that somebody is said to say may be only a part of it."""

LONG = 120
"""More characters that name a source may be more than its name."""


def doubt(item: DraftedAttribution) -> str | None:
    """Return why an attribution is a guess; None if it is rarely wrong."""
    if item.unsure:
        return item.unsure
    if item.source is None:
        return "who says it?"
    if item.frame == "marks":
        return "who says it is taken from the words beside the marks"
    if item.kind != "say" or item.frame not in ("clause", "according"):
        return "is it said, and by whom?"
    if item.source[1] - item.source[0] > LONG:
        return "who says it? too many words name them"
    if sum(end - start for _, (start, end) in item.content) < SHORT:
        return "is that all that is said?"
    return None


class Cues:
    """The cue lists of a language."""

    KINDS = ("say", "view", "goal", "fear", "refusal")

    def __init__(self, language: Language) -> None:
        self.clause = {kind: frozenset(language.words(kind)) for kind in self.KINDS}
        self.object = {kind: frozenset(language.words(f"{kind}_of")) for kind in self.KINDS}
        self.marks_only = frozenset(language.words("marks_only"))
        self.forms = forms(language, [*language.words("say"), *language.words("marks_only")])
        self.according = alternatives(language.words("according"))
        self.nouns = frozenset(language.words("nouns"))
        self.adjectives = frozenset(language.words("adjectives"))
        self.passive = frozenset(language.words("passive"))
        self.prepositions = frozenset(language.words("prepositions_of"))
        self.subjects = {word.casefold() for word in language.words("pronouns")} - {"who"}
        self.that = frozenset(language.words("that"))
        self.speaker_ends = alternatives(language.words("speaker_ends"))
        self.days = set(language.spellings("weekdays"))
        self.phrases = [tuple(words.split()) for words in language.words("according")]


class Speech:
    """Finds the attributions of one passage by its parse."""

    def __init__(self, parse: Parse, cues: Cues, number: int) -> None:
        self.parse = parse
        self.tokens = parse.tokens
        self.cues = cues
        self.number = number

    def find(self) -> list[DraftedAttribution]:
        """Return the attributions, in the order of their cues."""
        return [*self._by_verb(), *self._by_noun(), *self._by_adjective(), *self._according()]

    # --- cues --------------------------------------------------------------------------------

    def _by_verb(self) -> Iterator[DraftedAttribution]:
        for i, token in enumerate(self.tokens):
            if token.pos not in ("VERB", "AUX") or not token.lemma.isalpha():
                continue
            content, kind, frame = self._verb_content(i)
            if not content:
                continue
            source, antecedent = self.source(i)
            if source is None and token.dep not in ("advcl", "acl", "pcomp", "xcomp", "ROOT"):
                continue
            attribution = self._attribution(i, self._cue(i), kind, source, antecedent, content)
            attribution.frame = frame
            if not self.parse.children(i, "nsubj"):
                attribution.unsure = "who says it is taken from the clause around it"
            yield attribution

    def _verb_content(self, i: int) -> tuple[list[int], str, str]:
        """Return the tokens of what a verb introduces, and the list that the verb is on."""
        lemma = self.tokens[i].lemma
        for kind in Cues.KINDS:
            by_clause = lemma in self.cues.clause[kind]
            if by_clause:
                clauses = [
                    child
                    for child in self.parse.children(i, *CLAUSE)
                    if self._is_content(i, child, kind)
                ]
                if clauses:
                    frame = "clause" if self.tokens[clauses[0]].dep == "ccomp" else "infinitive"
                    return self._members(clauses, i), kind, frame
                if self.tokens[i].dep == "parataxis":
                    head = self.tokens[i].head
                    if head != i and kind in ("say", "view"):
                        return self.parse.subtree(head, without=[i]), kind, "around"
        for kind in Cues.KINDS:
            if lemma in self.cues.object[kind]:
                objects = self._objects(i)
                if objects:
                    return self._members(objects, i), kind, "object"
        if self.parse.children(i, "nsubjpass") and not self.parse.children(i, "agent"):
            for kind in ("say", "view"):
                if lemma in self.cues.clause[kind] | self.cues.object[kind]:
                    content = self.parse.subtree(
                        i, without=self.parse.children(i, "aux", "auxpass")
                    )
                    return [node for node in content if node != i], kind, "passive"
        return [], "", ""

    def _is_content(self, i: int, child: int, kind: str) -> bool:
        dep, token = self.tokens[child].dep, self.tokens[child]
        if dep == "xcomp":
            if kind == "say":
                return any(
                    self.tokens[c].lemma == "to" for c in self.parse.children(child, "aux")
                ) and not self.parse.children(i, "nsubjpass")
            return token.tag in ("VB", "VBG", "VBN") or kind == "view"
        if kind == "goal":
            return any(self.tokens[c].lemma in ("to", "that") for c in self.parse.children(child))
        return True

    def _objects(self, i: int) -> list[int]:
        objects = self.parse.children(i, "dobj", "oprd", "attr")
        prepositions = [
            child
            for child in self.parse.children(i, "prep", "agent")
            if self.tokens[child].lemma in self.cues.prepositions
            and self.tokens[child].dep == "prep"
            and self.parse.children(child, "pobj", "pcomp")
        ]
        if objects:
            later = [
                child
                for child in prepositions
                if self.tokens[child].lemma in ("for", "as", "of", "about", "over", "against")
            ]
            clauses = self.parse.children(i, "xcomp", "ccomp")
            return [*objects, *later, *clauses]
        if self.parse.children(i, "nsubjpass"):
            if self.parse.children(i, "agent"):
                return self.parse.children(i, "nsubjpass")
            return []
        return [child for child in prepositions if self.tokens[child].lemma not in ("in", "at")][:1]

    def _by_noun(self) -> Iterator[DraftedAttribution]:
        for i, token in enumerate(self.tokens):
            if token.pos != "NOUN" or token.lemma not in self.cues.nouns:
                continue
            clauses = [
                child
                for child in self.parse.children(i, "acl", "ccomp")
                if any(self.tokens[c].lemma in ("that", "to") for c in self.parse.children(child))
                and self.tokens[child].tag != "VBG"
            ]
            frame = "noun"
            if not clauses:
                frame = "noun-of"
                clauses = [
                    child
                    for child in self.parse.children(i, "prep")
                    if self.tokens[child].lemma in self.cues.prepositions
                    and self.parse.children(child, "pobj", "pcomp")
                    and self.tokens[child].lemma not in ("in", "at", "from", "with", "by")
                ][:1]
            if not clauses:
                continue
            owners = self.parse.children(i, "poss")
            source = self._span(self.parse.subtree(owners[0])) if owners else None
            if source is None:
                head = self.tokens[i].head
                if self.tokens[head].pos == "VERB" and self.tokens[i].dep == "dobj":
                    source, _ = self.source(head)
            if source is None:
                continue
            cue = (token.start, token.end)
            attribution = self._attribution(i, cue, "noun", source, None, self._members(clauses, i))
            attribution.frame = frame
            yield attribution

    def _by_adjective(self) -> Iterator[DraftedAttribution]:
        for i, token in enumerate(self.tokens):
            if token.lemma not in self.cues.adjectives or token.dep not in (
                "acomp",
                "ROOT",
                "conj",
            ):
                continue
            if token.pos not in ("ADJ", "VERB"):
                continue
            clauses = self.parse.children(i, "ccomp", "xcomp", "prep")
            clauses = [
                c
                for c in clauses
                if self.tokens[c].dep != "prep" or self.tokens[c].lemma in self.cues.prepositions
            ]
            if not clauses:
                continue
            head = self.tokens[i].head if token.dep == "acomp" else i
            source, antecedent = self.source(head)
            if source is None or self._text(source).lower() in _PLEONASTIC:
                continue
            cue = (min(self.tokens[head].start, token.start), token.end)
            content = self._members(clauses[:1], i)
            attribution = self._attribution(i, cue, "adjective", source, antecedent, content)
            attribution.frame = "adjective"
            yield attribution

    def _according(self) -> Iterator[DraftedAttribution]:
        words = [token.text.lower() for token in self.tokens]
        for phrase in self.cues.phrases:
            for i in range(len(words) - len(phrase)):
                if tuple(words[i : i + len(phrase)]) != phrase:
                    continue
                last = i + len(phrase) - 1
                objects = self.parse.children(last, "pobj")
                if not objects:
                    continue
                source = self._span(self.parse.subtree(objects[0]))
                here = set(self.parse.subtree(i)) | set(self.parse.subtree(last))
                sentence = [
                    j
                    for j, token in enumerate(self.tokens)
                    if token.sentence == self.tokens[i].sentence and j not in here
                ]
                if i > sentence[0] if sentence else False:
                    before = [j for j in sentence if j < i]
                    sentence = before if len(before) > 3 else sentence
                cue = (self.tokens[i].start, self.tokens[last].end)
                attribution = self._attribution(i, cue, "say", source, None, sentence)
                attribution.frame = "according"
                yield attribution

    # --- sources -----------------------------------------------------------------------------

    def source(self, i: int, depth: int = 0) -> tuple[Range | None, Range | None]:
        """Return the subject of a verb, and the antecedent if that is a relative pronoun."""
        if depth > 4:
            return None, None
        passive = self.parse.children(i, "nsubjpass")
        if passive or (self.tokens[i].tag == "VBN" and self.tokens[i].dep == "acl"):
            return self._agent(i, passive), None
        for subject in self.parse.children(i, "nsubj"):
            token = self.tokens[subject]
            if token.tag in ("WP", "WDT") and self.tokens[i].dep == "relcl":
                antecedent = self._span(self.parse.subtree(self.tokens[i].head, without=[i]))
                if token.tag == "WDT":
                    return antecedent, None
                return (token.start, token.end), antecedent
            return self._span(self.parse.subtree(subject)), None
        return self._governor(i, depth) if self.tokens[i].head != i else (None, None)

    def _agent(self, i: int, passive: Sequence[int]) -> Range | None:
        """Return who says it or, for a few verbs, who hears it."""
        for agent in self.parse.children(i, "agent"):
            for noun in self.parse.children(agent, "pobj"):
                return self._span(self.parse.subtree(noun))
        if passive and self.tokens[i].lemma in self.cues.passive:
            return self._span(self.parse.subtree(passive[0]))
        return None

    def _governor(self, i: int, depth: int) -> tuple[Range | None, Range | None]:
        """Return the subject of the clause that a verb without a subject hangs on."""
        token, above = self.tokens[i], self.tokens[i].head
        if token.dep in ("conj", "advcl", "xcomp", "pcomp", "ccomp", "dep"):
            while self.tokens[above].pos in ("ADP", "ADJ") and self.tokens[above].head != above:
                above = self.tokens[above].head
            if token.dep == "xcomp" and token.tag == "VB":
                for noun in self.parse.children(above, "dobj"):
                    return self._span(self.parse.subtree(noun, without=[i])), None
            if self.tokens[above].pos in ("VERB", "AUX"):
                return self.source(above, depth + 1)
        elif token.dep == "acl" and token.tag == "VBG" and self.tokens[above].pos != "VERB":
            return self._span(self.parse.subtree(above, without=[i])), None
        return None, None

    # --- spans -------------------------------------------------------------------------------

    def _cue(self, i: int) -> Range:
        parts = [
            child
            for child in self.parse.children(i, "aux", "auxpass", "neg", "prt")
            if abs(child - i) < 4
        ]
        members = [*parts, i]
        return self.tokens[min(members)].start, self.tokens[max(members)].end

    def _members(self, roots: Sequence[int], cue: int) -> list[int]:
        members = {node for root in roots for node in self.parse.subtree(root)}
        members.discard(cue)
        return sorted(members)

    def _span(self, nodes: Sequence[int]) -> Range | None:
        """Return where these tokens are, without punctuation at the ends."""
        nodes = list(nodes)
        while nodes and (
            self.tokens[nodes[0]].text in _EDGES or self.tokens[nodes[0]].pos == "SPACE"
        ):
            del nodes[0]
        while nodes and (
            self.tokens[nodes[-1]].text in _EDGES or self.tokens[nodes[-1]].pos == "SPACE"
        ):
            del nodes[-1]
        if not nodes:
            return None
        return self.tokens[nodes[0]].start, self.tokens[nodes[-1]].end

    def _text(self, span: Range) -> str:
        return " ".join(t.text for t in self.tokens if span[0] <= t.start < span[1])

    def _attribution(
        self,
        i: int,
        cue: Range,
        kind: str,
        source: Range | None,
        antecedent: Range | None,
        content: Sequence[int],
    ) -> DraftedAttribution:
        runs: list[list[int]] = []
        for node in content:
            if runs and node == runs[-1][-1] + 1:
                runs[-1].append(node)
            else:
                runs.append([node])
        spans = [span for run in runs if (span := self._span(run))]
        return DraftedAttribution(
            self.number,
            cue,
            self.tokens[i].lemma,
            kind,
            source,
            [(self.number, span) for span in spans],
            antecedent=antecedent,
        )
