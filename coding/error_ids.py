"""The errors that are not rules of coding/rules.py: id and what is required.

They occur while files are read, places pinned, texts compared and rows written. A test compares the
ids with the code; docs/format.md lists them.
"""

from __future__ import annotations

READING = {
    "unreadable": "The file exists, is a regular file and is not too large.",
    "not-utf-8": "The file is in UTF-8.",
    "control-character": "No character can control a terminal or hide text.",
    "not-yaml": "The coding is YAML, with keys and values at the top.",
    "not-plain": "There are no anchors, aliases, tags or second documents, and all keys are text.",
    "key-twice": "No key occurs twice in the same mapping.",
    "no-key": "Every value has a key.",
    "no-value": "Every key has a value.",
    "missing-field": "Required keys are present.",
    "unknown-field": "There are only keys that the format knows.",
    "not-in-vocabulary": "Values of closed lists are on the list.",
    "ill-formed": "Keys, dates, locators and numbers are well formed.",
}
"""Reading a coding or a text."""

VERIFYING = {
    "locator-outside": "A locator is inside its passage.",
    "other-text": "The passages of the text are those that were coded, in their order.",
    "other-words": "Words that are kept beside offsets are the words there.",
    "not-verbatim": "A quotation is exactly what its place says; each segment has its own place.",
    "name-not-in-passage": "A name is where its evidence says.",
    "words-not-in-passage": "Words of dates, hedges, numbers and lags are in the passages given.",
}
"""Comparing with the text (`--text`); the first needs only the measures in the coding."""

PINNING = {
    "bad-place": "A quoted place is the number of a passage and words in quotation marks.",
    "words-not-found": "The words of a quoted place are in its passage.",
    "words-ambiguous": "They occur there once, or a number says which are meant: (2nd).",
    "no-block": "The layout of the file allows `passages` to be rewritten.",
    "unwritable": "The coding is writable.",
}
"""Pinning (`sourcebook pin`)."""

LOADING = {
    "document-twice": "A document is coded by one of the files given.",
    "conflict": "Codings that introduce the same actor, place, topic or source agree about it.",
    "unknown-reference": "A row given by its key alone is introduced by a loaded coding.",
    "unknown-fact": "A fact referred to as `document:key` is loaded.",
    "still-in-use": "Nothing is removed that another loaded document uses.",
    "unknown-document": "A document to be dropped is loaded.",
    "link-twice": "Only one document codes a link between the same two; others add evidence to it.",
    "identifier-twice": "An identifier belongs to one actor, place or source of all codings.",
}
"""Loading: comparing with the database."""

COMPARING = {
    "likely-duplicate": "Two keys do not mean the same actor, place, topic or source (a warning).",
    "tie-elsewhere": "A tie that another document has is coded as `elsewhere` (a note).",
}
"""Comparing with other codings (`check` of several, or with --db), besides the above."""

REFUSALS = {**READING, **VERIFYING, **PINNING, **LOADING, **COMPARING}
