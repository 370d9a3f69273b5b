"""What else a file is refused for, besides the rules of coding/rules.py: id and meaning.

These are found where files are read, drafts pinned, texts compared and rows written; all of them
are errors. A test holds the ids to the code, docs/format.md lists them.
"""

from __future__ import annotations

READING = {
    "unreadable": "The file is there, a regular file, and not larger than is read.",
    "not-utf-8": "The file is UTF-8.",
    "control-character": "No character steers a terminal or hides what is written.",
    "not-yaml": "The coding is YAML, made of keys and values.",
    "not-plain": "No anchors, aliases, tags, second documents, or keys that are no text.",
    "key-twice": "A mapping has each of its keys once.",
    "no-key": "A value has a key.",
    "no-value": "A key has a value, or is left out.",
    "missing-field": "What is required is there.",
    "unknown-field": "There are no keys but those of the format.",
    "not-in-vocabulary": "A value of a closed list is on the list.",
    "ill-formed": "Keys, dates, locators and numbers are written as the format says.",
}
"""Found in the coding or the text by itself."""

PROVING = {
    "locator-outside": "A locator lies in its passage.",
    "other-text": "The text is the one that was coded, passage by passage.",
    "not-verbatim": "A quotation is at its place, letter by letter; each segment has its own.",
    "name-not-in-passage": "A name stands where its evidence says.",
    "words-not-in-passage": "Words of dates, hedges, numbers and lags are in the passages named.",
}
"""Found with the text (`--text`); the first also without it, from the measures in the coding."""

PINNING = {
    "bad-draft": "A draft of a locator is a passage and words in quotation marks.",
    "draft-not-found": "The words of a draft stand in its passage.",
    "draft-ambiguous": "They stand there once.",
    "no-block": "The file is laid out so that `passages` can be rewritten.",
    "unwritable": "The coding may be written to.",
}
"""Found by `sourcebook pin`."""

LOADING = {
    "conflict": "Codings that introduce the same actor, place, topic or source agree on it.",
    "unknown-reference": "What is referred to by its key alone is in a coding that is loaded.",
    "unknown-fact": "A fact of another document, referred to as `document:key`, is loaded.",
    "still-in-use": "What another coding in the database rests on does not go.",
    "link-twice": "A link between two events is coded by one document; others add evidence.",
}
"""Found by comparison with what is in the database."""

REFUSALS = {**READING, **PROVING, **PINNING, **LOADING}
