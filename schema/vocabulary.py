"""The closed vocabularies: each value with its meaning, for CHECKs, the format and the docs.

Imports nothing of the project, and nothing heavier than enum.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Self


class Vocabulary(StrEnum):
    """A closed list of values, each with its meaning."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        """Return a member that is its value as text and has its meaning."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class ActorKind(Vocabulary):
    """What an actor is."""

    PERSON = "person", "one human being, named or not"
    STATE = "state", "a country as an actor"
    GOVERNMENT = "government", "a government, regime, ministry or other organ of state"
    ARMED_FORCE = "armed-force", "a state's armed force, service or branch"
    ARMED_GROUP = "armed-group", "fighters who are no state's regular force"
    ORGANISATION = "organisation", "an organisation, alliance, party or international body"
    OUTLET = "outlet", "a newspaper, magazine, agency, broadcaster or blog"
    INSTITUTE = "institute", "a research institute, think tank or university"
    COMMUNITY = "community", "a people, faith, family or other community"
    COLLECTIVE = "collective", "several actors spoken of as one"
    UNNAMED = "unnamed", "a person or persons whom the text does not name"


class PlaceKind(Vocabulary):
    """What a place is."""

    CITY = "city", "a city, town or village"
    COUNTRY = "country", "a country as a place"
    REGION = "region", "a province, a part of a country or a region of several"
    SITE = "site", "a building, base, front, air space or other site"


class SourceKind(Vocabulary):
    """What a source is."""

    ARTICLE = "article", "an article, analysis, essay or post"
    BOOK = "book", "a book"
    PRESS_REPORT = "press-report", "a report in a newspaper, magazine, agency or broadcast"
    INSTITUTE_REPORT = "institute-report", "a report of a research institute"
    OFFICIAL_DOCUMENT = "official-document", "an agreement, law, resolution, record or communiqué"
    ASSESSMENT = "assessment", "an assessment by intelligence or other services"
    REMARKS = "remarks", "what somebody said, wrote or announced, named or not"
    TALK = "talk", "a debate or opinion whose voices are not distinguished"
    HEARSAY = "hearsay", 'a bare "reportedly", "are said to": somebody said so, nobody says who'
    RUMOUR = "rumour", "what the text itself calls a rumour or speculation"


class Anonymity(Vocabulary):
    """Whether it is known who vouches."""

    NAMED = "named", "the text says who it is"
    UNNAMED = "unnamed", "somebody is pointed to, but not named"
    VOICELESS = "voiceless", "nobody is pointed to"


class SourceRole(Vocabulary):
    """What an actor is to a source."""

    AUTHOR = "author", "wrote it"
    PUBLISHER = "publisher", "published it"
    VOICE = "voice", "is whose words or judgement it is; a joint statement has two"


class FactKind(Vocabulary):
    """What needs evidence."""

    EVENT = "event", "something that happened, goes on, was expected or is only imagined"
    QUOTE = "quote", "an utterance"
    POSITION = "position", "what actors want, fear, hold or refuse on a topic"
    RELATION = "relation", "a lasting tie between two actors"
    LINK = "link", "how one event or utterance stands to another"
    NAME = "name", "a name of an actor"
    EVENT_NAME = "event-name", "a name of an event"
    CONTROL = "control", "that an actor holds, contests or besieges a place"


class Modality(Vocabulary):
    """Whether it is."""

    ACTUAL = "actual", "it is or was so"
    INTENDED = "intended", "somebody means or announces to do it"
    EXPECTED = "expected", "it is thought likely to come"
    POSSIBLE = "possible", "it may be or may have been so"
    HYPOTHETICAL = "hypothetical", "only imagined: if so, then; counterfactuals too"
    DENIED = "denied", "it is said not to be so, or not to have been done; failures too"


class Certainty(Vocabulary):
    """How it is stated."""

    ASSERTED = "asserted", "flat, in the document's own voice"
    REPORTED = "reported", "relayed neutrally"
    ALLEGED = "alleged", "relayed with distance, or from an unnamed voice"
    RUMOURED = "rumoured", "no voice stands behind it"
    INFERRED = "inferred", "concluded from something: seems, indicating"


class Stance(Vocabulary):
    """The document's own attitude to what it relays."""

    ENDORSES = "endorses", "takes it for true or adopts it"
    NEUTRAL = "neutral", "relays it and leaves it at that"
    DOUBTS = "doubts", "shows doubt"
    REJECTS = "rejects", "says that it is wrong"


class EventType(Vocabulary):
    """The event types of PLOVER (Open Event Data Alliance; Halterman et al. 2023)."""

    AGREE = "agree", "agree to do something, formally or not; announce such an agreement"
    CONSULT = "consult", "meet, visit, telephone, negotiate"
    SUPPORT = "support", "give diplomatic, moral or political support"
    COOPERATE = "cooperate", "work together in fact: militarily, in intelligence, in trade"
    AID = "aid", "provide material, military or humanitarian aid"
    CONCEDE = "concede", "yield, resign, ease, admit, grant a demand"
    RETREAT = "retreat", "withdraw or scale down forces, cease fire"
    REQUEST = "request", "ask, demand, urge, propose, press for"
    ACCUSE = "accuse", "blame, criticise, complain, denounce"
    REJECT = "reject", "refuse, block, veto, fail to give what was asked"
    THREATEN = "threaten", "threaten or warn"
    PROTEST = "protest", "demonstrate, strike, riot"
    SANCTION = "sanction", "break off or reduce relations or aid, expel, embargo"
    MOBILIZE = "mobilize", "raise, move or deploy forces without fighting yet"
    COERCE = "coerce", "repress, seize, blockade, arrest"
    ASSAULT = "assault", "use force: bomb, shell, attack, fight, kill"


class Directness(Vocabulary):
    """How an utterance is given."""

    DIRECT = "direct", "whole sentences in quotation marks"
    PARTIAL = "partial", "a few quoted words in the writer's sentence"
    INDIRECT = "indirect", "in other words, without quotation marks"


class Marks(Vocabulary):
    """The state of the quotation marks in the text."""

    COMPLETE = "complete", "opened and closed"
    DAMAGED = "damaged", "one mark is missing or misplaced in the text"
    NONE = "none", "no quotation marks"


class PositionKind(Vocabulary):
    """In which way a position is held: the verb that its statement continues."""

    GOAL = "goal", "wants … (to do it, or it to be done)"
    PRIORITY = "priority", "gives priority … (to it, to other things)"
    NEED = "need", "needs … (it, to have it)"
    STAKE = "stake", "has a stake … (in it)"
    FEAR = "fear", "fears … (it, that it happens)"
    CONSTRAINT = "constraint", "is constrained … (by it)"
    CAPABILITY = "capability", "has the ability … (to do it)"
    MOTIVE = "motive", "acts … (because of it, out of it)"
    FRAMING = "framing", "presents … (it as something)"
    REFUSAL = "refusal", "refuses … (to do or accept it)"
    VIEW = "view", "holds … (that it is so)"


class LinkType(Vocabulary):
    """How one event or utterance stands to another: read FROM, type, TO."""

    FOLLOWS = "follows", "came after it, with the lag in words where the text gives one"
    PART_OF = "part-of", "is a part of it"
    IN_RESPONSE_TO = "in-response-to", "was done because of it"
    CONDITION_OF = "condition-of", "had to be, or would have to be, for the other to be"
    INSTEAD_OF = "instead-of", "took or would take its place"


class LinkedKind(Vocabulary):
    """What a link joins."""

    EVENT = "event", "something that happened, goes on, was expected or is only imagined"
    QUOTE = "quote", "an utterance"


class ControlType(Vocabulary):
    """How an actor stands to a place that it controls, or wants to."""

    HOLDS = "holds", "holds it: governs it, or has forces throughout it"
    CONTESTS = "contests", "fights for it, or holds some of it against others"
    BESIEGES = "besieges", "surrounds it, and lets little or nothing through"


class NameKind(Vocabulary):
    """What sort of name it is."""

    NAME = "name", "the name in full"
    SHORT = "short", "a shorter form, a surname, an abbreviation, an adjective used as a name"
    TITLE = "title", "a post or rank used as a name"
    METONYM = "metonym", "a name of something else that stands for the actor"
    DESCRIPTION = "description", "words that describe the actor"
    TRANSLITERATION = "transliteration", "the name in another script or spelling"


class Role(Vocabulary):
    """As what an actor takes part in a fact."""

    DOER = "doer", "does it, alone or with others; both sides of what is done together"
    RECEIVER = "receiver", "has it done to it, for better or worse"
    BENEFICIARY = "beneficiary", "it is done for its good, though not to it"
    INSTRUMENT = "instrument", "is sent or used to do it"
    HOST = "host", "it takes place at or with it"
    MEDIATOR = "mediator", "brings the sides together"
    CONCERNED = "concerned", "it is about it; neither doer nor receiver"
    SPEAKER = "speaker", "says it"
    ADDRESSEE = "addressee", "is spoken to"
    SUBJECT = "subject", "is spoken about"
    HOLDER = "holder", "holds the position"
    OBJECT = "object", "the position is about it"


_ROLES = tuple(Role)

ROLES_OF: dict[FactKind, tuple[Role, ...]] = {
    FactKind.EVENT: _ROLES[: _ROLES.index(Role.SPEAKER)],
    FactKind.QUOTE: (Role.SPEAKER, Role.ADDRESSEE, Role.SUBJECT),
    FactKind.POSITION: (Role.HOLDER, Role.OBJECT),
}
"""Which roles a kind of fact has; kinds that are not here have no participants."""


class Action(Vocabulary):
    """What a load did to an item."""

    ADDED = "added", "was not there before"
    CHANGED = "changed", "was there, and differs now"
    REMOVED = "removed", "was there, and is no longer in the coding"


class LoadAction(Vocabulary):
    """What was done with a document."""

    LOADED = "loaded", "its coding was loaded"
    DROPPED = "dropped", "its coding was removed, with all that only it used"


class RelationType(Vocabulary):
    """The lasting ties, read FROM, type, TO."""

    ALLY_OF = "ally-of", "is allied with"
    WORKS_WITH = "works-with", "works or coordinates with"
    SUPPORTS = "supports", "supports (what for or with: what)"
    SENDS_FORCES_FOR = "sends-forces-for", "sends or keeps forces fighting for"
    ARMS = "arms", "arms, pays or supplies"
    PROTECTS = "protects", "shields, militarily or diplomatically"
    PATRON_OF = "patron-of", "is the patron of; the other is its client or proxy"
    ALIGNED_WITH = "aligned-with", "takes the side of, without a formal tie"
    DEPENDS_ON = "depends-on", "needs (for what: what)"
    INFLUENCES = "influences", "has influence over"
    CONTROLS = "controls", "controls, rules or governs"
    PRESSES = "presses", "keeps urging or pressing (to what: what)"
    ENGAGES = "engages", "negotiates or talks with"
    OPPOSES = "opposes", "opposes or seeks to curtail"
    FIGHTS = "fights", "is at war with or fights"
    RIVAL_OF = "rival-of", "is a rival of"
    THREATENS = "threatens", "is a threat to"
    HEADS = "heads", "heads, leads or commands (as what: what)"
    HOLDS_POST_IN = "holds-post-in", "holds a post in, or speaks for (which post: what)"
    ADVISES = "advises", "advises (on what: what)"
    MEMBER_OF = "member-of", "is a member of"
    PART_OF = "part-of", "is a part or organ of"
    BELONGS_TO = "belongs-to", "is of the nation, faith, family or community of"
    WRITES_FOR = "writes-for", "writes or works for"
    DIFFERS_FROM = "differs-from", "differs from (on what: topic)"
    AGREES_WITH = "agrees-with", "agrees with (on what: topic)"
    DEPENDS_LESS_THAN = "depends-less-than", "depends less on it than (on what: what, topic)"
    MORE_COMMITTED_THAN = "more-committed-than", "has more at stake in it, or wants it more, than"
    STRONGER_THAN = "stronger-than", "is stronger, better or more effective than (in what: what)"


class TieNature(Vocabulary):
    """What kind of tie it is between two actors."""

    FRIENDLY = "friendly", "support, alliance or need"
    HOSTILE = "hostile", "opposition, rivalry or war"
    STRUCTURAL = "structural", "a post, a part or a membership"


class Unnamed(Vocabulary):
    """How much of a fact's evidence comes through an unnamed voice."""

    ALL = "all", "every piece of evidence"
    SOME = "some", "some pieces of evidence, not all"
    NONE = "none", "no piece of evidence"


class Outcome(Vocabulary):
    """What came of something that was expected, threatened, denied or imagined."""

    CAME_TO_PASS = "came to pass", "it is stated as a fact"
    DID_NOT_HAPPEN = "did not happen", "it is denied"
    RULED_OUT = "ruled out", "it is denied, and held impossible"
    UNLIKELY = "held unlikely", "it is denied, with words that leave some chance"
    EXPECTED = "expected", "it is expected"
    INTENDED = "intended", "somebody intends it"
    POSSIBLE = "possible", "it is possible"
    IMAGINED = "imagined", "it is only imagined"
    ALLEGED = "alleged", "it is only alleged, inferred or rumoured"
    DISPUTED = "disputed", "one voice says so, and another that it is not so"
    THREATENED = "threatened", "it is a threat, and the threat was made"


class RelationLabel(NamedTuple):
    """How a tie reads from either side and in a sentence, and what follows from it."""

    label: str
    inverse: str
    symmetric: bool
    sentence: str
    """`{a|b}` is the verb of one or of several actors; of `[a|b]` the first that has its value."""
    nature: TieNature | None
    acts_for: bool
    """Whether the first actor acts for the second."""


FRIENDLY, HOSTILE, STRUCTURAL = TieNature


def _tie(
    label: str,
    inverse: str | None,
    sentence: str,
    nature: TieNature | None = None,
    *,
    acts_for: bool = False,
) -> RelationLabel:
    """Return a label; without an inverse, the tie reads the same both ways."""
    symmetric = inverse is None
    return RelationLabel(
        label, inverse or label, symmetric, f"{{from}} {sentence}", nature, acts_for
    )


RELATIONS: dict[RelationType, RelationLabel] = {
    RelationType.ALLY_OF: _tie(
        "is allied with", None, "{is|are} allied with {to}[ ({what})]", FRIENDLY
    ),
    RelationType.WORKS_WITH: _tie(
        "works or coordinates with", None, "{works|work} with {to}[ on {what}]", FRIENDLY
    ),
    RelationType.SUPPORTS: _tie(
        "supports", "is supported by", "{supports|support} {to}[ ({what})]", FRIENDLY
    ),
    RelationType.SENDS_FORCES_FOR: _tie(
        "sends or keeps forces fighting for",
        "has forces fighting for it from",
        "{has|have} forces fighting for {to}[ ({what})]",
        FRIENDLY,
    ),
    RelationType.ARMS: _tie(
        "arms, pays or supplies",
        "is armed, paid or supplied by",
        "{arms, pays or supplies|arm, pay or supply} {to}[ ({what})]",
        FRIENDLY,
    ),
    RelationType.PROTECTS: _tie(
        "shields", "is shielded by", "{shields|shield} {to}[ ({what})]", FRIENDLY
    ),
    RelationType.PATRON_OF: _tie(
        "is the patron of",
        "is a client or proxy of",
        "{is the patron|are the patrons} of {to}[ ({what})]",
        FRIENDLY,
    ),
    RelationType.ALIGNED_WITH: _tie(
        "takes the side of", "has on its side", "{takes|take} the side of {to}[ ({what})]", FRIENDLY
    ),
    RelationType.DEPENDS_ON: _tie(
        "needs", "is needed by", "{depends|depend} on {to}[ for {what}]", FRIENDLY
    ),
    RelationType.INFLUENCES: _tie(
        "has influence over", "is influenced by", "{has|have} influence over {to}[ ({what})]"
    ),
    RelationType.CONTROLS: _tie(
        "controls, rules or governs",
        "is controlled, ruled or governed by",
        "{controls|control} {to}[ ({what})]",
        STRUCTURAL,
    ),
    RelationType.PRESSES: _tie(
        "keeps urging or pressing", "is urged or pressed by", "{presses|press} {to}[ to {what}]"
    ),
    RelationType.ENGAGES: _tie(
        "negotiates or talks with", None, "{talks|talk} with {to}[ about {what}]"
    ),
    RelationType.OPPOSES: _tie(
        "opposes or seeks to curtail",
        "is opposed by",
        "{opposes|oppose} {to}[ over {what}]",
        HOSTILE,
    ),
    RelationType.FIGHTS: _tie(
        "is at war with or fights", None, "{fights|fight} {to}[ ({what})]", HOSTILE
    ),
    RelationType.RIVAL_OF: _tie(
        "is a rival of", None, "{is a rival|are rivals} of {to}[ ({what})]", HOSTILE
    ),
    RelationType.THREATENS: _tie(
        "is a threat to", "is threatened by", "{threatens|threaten} {to}[ ({what})]", HOSTILE
    ),
    RelationType.HEADS: _tie(
        "heads, leads or commands",
        "is headed, led or commanded by",
        "{heads|head} {to}[ as {what}]",
        STRUCTURAL,
        acts_for=True,
    ),
    RelationType.HOLDS_POST_IN: _tie(
        "holds a post in, or speaks for",
        "has in a post",
        "{serves|serve} {to}[ as {what}]",
        STRUCTURAL,
        acts_for=True,
    ),
    RelationType.ADVISES: _tie(
        "advises", "is advised by", "{advises|advise} {to}[ on {what}]", STRUCTURAL, acts_for=True
    ),
    RelationType.MEMBER_OF: _tie(
        "is a member of",
        "has as a member",
        "{is a member|are members} of {to}[ ({what})]",
        STRUCTURAL,
    ),
    RelationType.PART_OF: _tie(
        "is a part or organ of",
        "has as a part or organ",
        "{is|are} part of {to}[ ({what})]",
        STRUCTURAL,
        acts_for=True,
    ),
    RelationType.BELONGS_TO: _tie(
        "is of the nation, faith, family or community of",
        "has among its own",
        "{belongs|belong} to {to}[ ({what})]",
        STRUCTURAL,
        acts_for=True,
    ),
    RelationType.WRITES_FOR: _tie(
        "writes or works for",
        "publishes or employs",
        "{writes or works|write or work} for {to}[ ({what})]",
        STRUCTURAL,
    ),
    RelationType.DIFFERS_FROM: _tie(
        "differs from", None, "{differs|differ} from {to}[ in {what}| on {topic}]"
    ),
    RelationType.AGREES_WITH: _tie(
        "agrees with", None, "{agrees|agree} with {to}[ on {what}| on {topic}]", FRIENDLY
    ),
    RelationType.DEPENDS_LESS_THAN: _tie(
        "depends less than",
        "depends more than",
        "{depends|depend} less than {to}[ on {what}| ({topic})]",
    ),
    RelationType.MORE_COMMITTED_THAN: _tie(
        "is more committed than",
        "is less committed than",
        "{is|are} more committed than {to}[ to {what}| ({topic})]",
    ),
    RelationType.STRONGER_THAN: _tie(
        "is stronger than", "is weaker than", "{is|are} stronger than {to}[ in {what}| ({topic})]"
    ),
}
