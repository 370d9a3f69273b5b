"""Folds text, so that spellings that people take for the same become equal.

Options, search, suggestions and completion compare folded text. It is computed here and never in
SQL, because engines disagree about letters.
"""

from __future__ import annotations

import re
import unicodedata

APOSTROPHES = "'`´‘’‛′ʹʻʼʽʾʿˈ՚׳＇"  # noqa: RUF001 - they look alike
"""Signs inside a word that people also leave out: Sana'a, Qur’an, ʿAli."""

HYPHENS = "-‐‑"  # noqa: RUF001 - they look alike
"""Signs between the parts of a word."""

LEAST_ROMANISED = 3
"""Letters that a name in another script needs: with fewer, too much would match by chance."""

# Letters that Arabic, Persian and Urdu keyboards write differently.
_ARABIC = dict(zip("ٱىیکةەہھ", "اييكهههه", strict=True))

# Invisible, though Unicode counts them as marks or letters; and what stretches Arabic words.
_INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u0640"

_DOT_INSIDE = re.compile(r"\.\w")
_INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}|(?<!\w)(?:[^\W\d_]\.)+[^\W\d_](?!\w)")


class _Letters(dict[int, str]):
    """What each character becomes, for `str.translate`; computed when it is first needed."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        # By itself an acute accent would become a space and a combining accent.
        parts = "'" if character == "\u00b4" else unicodedata.normalize("NFKD", character)
        self[code] = folded = "".join(map(_folded, parts))
        return folded


def _folded(character: str) -> str:
    """Fold one decomposed character; a separator becomes a space."""
    category = unicodedata.category(character)
    accent = unicodedata.combining(character)
    if character in APOSTROPHES or character in _INVISIBLE or category in ("Cf", "Me"):
        return ""
    # The other classes are vowels, tones and voicing, without which it would be another word.
    if accent in (1, 7) or 10 <= accent <= 36 or accent >= 200 or "\ufe00" <= character <= "\ufe0f":
        return ""
    if character == ".":
        return "."
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if category[0] == "M":
        return character
    if not character.isalnum():
        return " "
    letters = unicodedata.normalize("NFKD", character.casefold())
    return "".join(
        _ascii(letter) if _is_latin(letter) else _ARABIC.get(letter, letter) for letter in letters
    )


def _is_latin(letter: str) -> bool:
    return not letter.isascii() and unicodedata.name(letter, "").startswith("LATIN")


def _ascii(text: str) -> str:
    from anyascii import anyascii

    return anyascii(text).lower()


_LETTERS = _Letters()


def fold(text: str) -> str:
    """Return the words of a name, separated by spaces, without what people write differently.

    That is case, accents of any script, compatibility forms, invisible characters, apostrophes,
    strokes through letters, the dots of initials, and a "the" in front.
    """
    return words(text).removeprefix("the ")


def words(text: str) -> str:
    """Return a folded text; a "the" in front is kept."""
    letters = text.translate(_LETTERS)
    if _DOT_INSIDE.search(letters):
        letters = _INITIALS.sub(lambda match: match[0].replace(".", ""), letters)
    if not letters.isascii():
        letters = unicodedata.normalize("NFC", letters)
    return " ".join(letters.replace(".", " ").split())


def letters(text: str) -> str:
    """Return the folded letters and digits alone, which all ways of dividing the words share."""
    folded = text.translate(_LETTERS)
    if not folded.isascii():
        folded = unicodedata.normalize("NFC", folded)
    return folded.replace(".", "").replace(" ", "")


_APART = re.compile(f"[{re.escape(APOSTROPHES)}]")
_TOGETHER = re.compile(f"(?<=\\w)[{re.escape(HYPHENS)}](?=\\w)")


def foldings(text: str) -> list[str]:
    """Return a text folded in each way of dividing its words; a "the" in front is kept.

    "O'Hara" is one word or two; so is "co-operate". The way that `words` divides them comes first.
    """
    return list(dict.fromkeys([words(text), *other_foldings(text)]))


def other_foldings(text: str) -> list[str]:
    """Return the ways of dividing a text's words that are not that of `words`."""
    ways = []
    if _APART.search(text):
        ways.append(words(_APART.sub(" ", text)))
    if _TOGETHER.search(text):
        ways.append(words(_TOGETHER.sub("", text)))
    return ways


def romanised(text: str) -> str:
    """Return a text folded and in Latin letters: "Лавров" becomes "lavrov".

    Scripts that leave out vowels come without them, so this doesn't match every name.
    """
    return fold(_ascii(fold(text)))
