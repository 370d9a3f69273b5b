"""The coding format, version 1: the models that validate a coding file.

docs/format.md describes the format for coders; docs/coding.schema.json is generated from these
models. They check what is well formed; coding/rules.py checks that keys are known and dates fit.
"""

from __future__ import annotations

from math import ceil, floor
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from coding.values import (
    LARGEST,
    MAX_CHAIN,
    MAX_PASSAGE,
    MAX_PASSAGES,
    UNITS,
    AsTyped,
    Date,
    FactKey,
    Identifiers,
    Key,
    Keys,
    Length,
    Line,
    Lines,
    Places,
    composed,
)
from schema.vocabulary import (
    ActorKind,
    Anonymity,
    Certainty,
    ControlType,
    Directness,
    EventType,
    LinkType,
    Marks,
    Modality,
    NameKind,
    PlaceKind,
    PositionKind,
    RelationType,
    Role,
    SourceKind,
    Stance,
)

VERSION = 1


class Model(BaseModel):
    """The base of all models: no unknown keys, and immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_enum_values=False)

    def get(self, field: str, default: Any = None) -> Any:
        """Return the value of a field that not all kinds of items have."""
        return self.__dict__.get(field, default)  # for a missing one, getattr takes far longer


class CodedEvidence(Model):
    """What one voice says about a fact, and where."""

    at: Places
    through: Keys = Field(
        default=[],
        max_length=MAX_CHAIN,
        description="the chain of sources from the document inwards; none: the document itself",
    )
    modality: Modality | None = Field(
        default=None, description="what this voice says; default: the fact's own"
    )
    certainty: Certainty | None = Field(
        default=None,
        description="default: asserted in the document's own voice, else reported",
    )
    stance: Stance | None = Field(
        default=None, description="towards what is relayed; default there: neutral"
    )
    hedge: Line | None = Field(default=None, description="the hedging words, verbatim")
    words: Line | None = Field(default=None, description="the words of the date, verbatim")
    date: Date | None = Field(
        default=None, description="what the words say; default, with words: the fact's own date"
    )


class Count(Model):
    """An actor in a role, with a number of heads or things."""

    actor: Key
    count: Line | None = Field(default=None, description="the words of the number, verbatim")
    least: int | None = Field(default=None, ge=0, le=LARGEST)
    most: int | None = Field(default=None, ge=0, le=LARGEST)

    @model_validator(mode="after")
    def _in_order(self) -> Count:
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"least {self.least} is more than most {self.most}")
        if self.count is None and (self.least is not None or self.most is not None):
            raise ValueError("least and most need count, the words of the number")
        return self


def _counts(value: object) -> object:
    """Accept a key for an actor without a number, and a single actor for a list."""
    if isinstance(value, (str, dict)):
        value = [value]
    if isinstance(value, list):
        return [{"actor": item} if isinstance(item, str) else item for item in value]
    return value


Counts = Annotated[list[Count], BeforeValidator(_counts)]


class Credit(Model):
    """Who wrote or published a source: an actor, or a name that isn't coded as an actor."""

    actor: Key | None = None
    name: Line | None = Field(default=None, description="of somebody who isn't among the actors")

    @model_validator(mode="after")
    def _one_of_both(self) -> Credit:
        if (self.actor is None) == (self.name is None):
            raise ValueError("give either the key of an actor or a name")
        return self


Credits = Annotated[list[Credit], BeforeValidator(_counts)]


class Duration(Model):
    """How long something lasts, without dates."""

    words: Line = Field(description="the words that say so, verbatim")
    least: Length | None = None
    most: Length | None = None

    @property
    def days(self) -> tuple[int | None, int | None]:
        """The bounds in days."""
        least, most = self._days(self.least), self._days(self.most)
        return (
            None if least is None else floor(least),
            None if most is None else ceil(most),
        )

    @staticmethod
    def _days(length: str | None) -> float | None:
        number, _, unit = (length or "").partition(" ")
        return int(number) * UNITS[unit.removesuffix("s")] if length else None

    @model_validator(mode="after")
    def _in_order(self) -> Duration:
        least, most = self.days
        if least is not None and most is not None and least > most:
            raise ValueError(f"least {self.least} is more than most {self.most}")
        return self


def _all_or_reference(*required: str) -> Any:
    """Return a validator: all required columns, or only the key of another coding's row."""

    def whole(self: Model) -> Model:
        given = self.model_fields_set - {"key", "names", "at", "draft", "unsure"}
        missing = [name for name in required if name not in given]
        if given and missing:
            raise ValueError(
                f"needs {' and '.join(missing)}; or write only the key, to refer to what "
                "another coding introduces"
            )
        return self

    return model_validator(mode="after")(whole)


class Reviewable(Model):
    """What `draft` may have suggested, until a person has reviewed it."""

    draft: bool = Field(
        default=False, description="drafted by rules and not reviewed yet; remove it after review"
    )
    unsure: Line | None = Field(default=None, description="why it is a guess")


class CodedFact(Reviewable):
    """A fact has evidence."""

    evidence: list[CodedEvidence] = Field(
        default=[], description="at least one, or the check no-evidence fails"
    )


class CodedName(CodedFact):
    """A name of an actor or event; its evidence is where the text uses it."""

    name: Line
    kind: NameKind = NameKind.NAME


class CodedActor(Reviewable):
    """A person, state, force, group, body, community or voice."""

    key: Key
    name: Line | None = Field(
        default=None, description="its heading; without it, another coding introduces the actor"
    )
    kind: ActorKind | None = None
    background: Line | None = Field(
        default=None, description="the coder's own knowledge, not from the text"
    )
    identifiers: Identifiers = {}
    names: list[CodedName] = []

    _whole = _all_or_reference("name", "kind")


class CodedPlace(Reviewable):
    """A place where things happen."""

    key: Key
    name: Line | None = None
    kind: PlaceKind | None = None
    within: Key | None = None
    identifiers: Identifiers = {}

    _whole = _all_or_reference("name", "kind")


class CodedTopic(Reviewable):
    """What positions and comparisons are about."""

    key: Key
    label: Line | None = None


class CodedSource(Reviewable):
    """Something the document relies on or points to."""

    key: Key
    title: Line | None = Field(default=None, description="its title, or what it is in our words")
    kind: SourceKind | None = None
    anonymity: Anonymity = Anonymity.NAMED
    authors: Credits = []
    publishers: Credits = []
    voices: Keys = []
    published: Date | None = None
    url: AsTyped | None = None
    volume: Line | None = Field(default=None, description="of the journal that it is in")
    issue: Line | None = Field(default=None, description="of the journal or newspaper")
    pages: Line | None = Field(default=None, description="its pages there, such as 12-34")
    identifiers: Identifiers = {}
    at: Places | None = Field(
        default=None, description="where the document points to it without using it"
    )

    _whole = _all_or_reference("title", "kind")


class CodedDocument(Model):
    """The text that the file codes."""

    key: Key
    title: Line
    kind: SourceKind = SourceKind.ARTICLE
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    authors: Credits = []
    publishers: Credits = []
    published: Date
    url: AsTyped | None = None
    volume: Line | None = None
    issue: Line | None = None
    pages: Line | None = None
    identifiers: Identifiers = {}


class CodedPassage(Model):
    """The length and hash of a passage, which identify the text; `pin` writes them."""

    length: int = Field(ge=1, le=MAX_PASSAGE, description="in code points, normalised")
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="SHA-256 of the normalised passage in UTF-8"
    )
    heading: bool = False


class CodedEvent(CodedFact):
    """Something that happened, is going on, was expected, or is only imagined."""

    key: Key
    title: Line
    summary: Line | None = None
    type: EventType | None = Field(default=None, description="a PLOVER type, if one fits")
    modality: Modality = Modality.ACTUAL
    date: Date | None = None
    duration: Duration | None = Field(default=None, description="how long, if no dates say so")
    place: Key | None = None
    names: list[CodedName] = []
    who: dict[
        Literal[
            Role.DOER,
            Role.RECEIVER,
            Role.BENEFICIARY,
            Role.INSTRUMENT,
            Role.HOST,
            Role.MEDIATOR,
            Role.CONCERNED,
        ],
        Counts,
    ] = {}


class CodedQuote(CodedFact):
    """An utterance; its first evidence is the place of the quoted words, if there are any."""

    key: Key
    text: Lines | None = Field(
        default=None, description="the words in marks; a list if the writer interrupts them"
    )
    says: Line | None = Field(default=None, description="the whole statement, in our words")
    directness: Directness = Directness.INDIRECT
    marks: Marks | None = None
    date: Date | None = None
    occasion: FactKey | None = Field(default=None, description="the event at which it was said")
    who: dict[Literal[Role.SPEAKER, Role.ADDRESSEE, Role.SUBJECT], Counts] = {}

    @model_validator(mode="after")
    def _words_fit(self) -> CodedQuote:
        if (self.text is None) != (self.directness is Directness.INDIRECT):
            raise ValueError("text is for direct and partial quotes; an indirect one has only says")
        if self.says is None and self.directness is not Directness.DIRECT:
            raise ValueError("says is required unless the quote is direct")
        if (self.marks is Marks.NONE) and self.text is not None:
            raise ValueError("a text in marks has marks: complete or damaged")
        if self.marks not in (None, Marks.NONE) and self.text is None:
            raise ValueError("marks need text")
        return self


class CodedPosition(CodedFact):
    """What one or more actors want, fear, believe or refuse, on a topic."""

    key: Key
    topic: Key
    kind: PositionKind
    statement: Line
    date: Date | None = Field(default=None, description="when it was held")
    who: dict[Literal[Role.HOLDER, Role.OBJECT], Counts]

    @field_validator("who")
    @classmethod
    def _has_holder(cls, who: dict[Role, list[Count]]) -> dict[Role, list[Count]]:
        if not who.get(Role.HOLDER):
            raise ValueError("needs a holder")
        return who


class CodedRelation(CodedFact):
    """A lasting tie between two actors."""

    model_config = ConfigDict(populate_by_name=True)

    key: Key | None = Field(default=None, description="default: from--type--to")
    origin: Key = Field(alias="from")
    type: RelationType
    target: Key = Field(alias="to")
    what: Line | None = Field(default=None, description="what for, on what, as what")
    topic: Key | None = None
    since: Date | None = None
    until: Date | None = None
    duration: Duration | None = Field(default=None, description="how long, if no dates say so")


class CodedControl(CodedFact):
    """That an actor holds, contests or besieges a place."""

    model_config = ConfigDict(populate_by_name=True)

    key: Key | None = Field(default=None, description="default: actor--type--place")
    origin: Key = Field(alias="actor")
    type: ControlType
    target: Key = Field(alias="place")
    part: Line | None = Field(default=None, description="which part of it, in our words")
    since: Date | None = None
    until: Date | None = None


class CodedLink(CodedFact):
    """How one event or quote relates to another."""

    model_config = ConfigDict(populate_by_name=True)

    key: Key | None = Field(default=None, description="default: from--type--to")
    origin: FactKey = Field(alias="from")
    type: LinkType
    target: FactKey = Field(alias="to")
    lag: Line | None = Field(default=None, description="the words of the lag, verbatim")


class Elsewhere(CodedFact):
    """What this document says about a fact that another coding introduced."""

    fact: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*:[^:].*$", max_length=400),
        AfterValidator(composed),
    ] = Field(description="document:key")


class Coding(Model):
    """One coding file: what one document says."""

    format: Literal[1] = Field(description="the version of this format")
    coder: Line
    document: CodedDocument
    passages: list[CodedPassage] = Field(default=[], max_length=MAX_PASSAGES)
    topics: list[CodedTopic] = []
    places: list[CodedPlace] = []
    actors: list[CodedActor] = []
    sources: list[CodedSource] = []
    events: list[CodedEvent] = []
    links: list[CodedLink] = []
    quotes: list[CodedQuote] = []
    positions: list[CodedPosition] = []
    relations: list[CodedRelation] = []
    control: list[CodedControl] = []
    elsewhere: list[Elsewhere] = []

    @field_validator("format", mode="before")
    @classmethod
    def _version(cls, value: object) -> object:
        return 1 if value == "1" else value
