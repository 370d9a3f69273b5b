r"""Escapes what could steer a terminal, reorder a line or hide in it."""

import re
from collections.abc import Callable

# Controls, surrogates, line and paragraph separators, directional marks, and characters that show
# nothing (soft hyphen, zero-width space, fillers, tags). The two joiners are not in this list:
# Persian words and emoji need them. They count as hidden only where they join nothing.
_HIDDEN = (
    r"\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)

_BLANK = re.compile(rf"[\s\u200c\u200d\u2800\ufe00-\ufe0f{_HIDDEN}]*")

_JOINED = rf"[^\x00-\x7e\u200c\u200d{_HIDDEN}]"
_UNSAFE = re.compile(rf"[{_HIDDEN}]|(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})")


def visible(text: str) -> str:
    r"""Return text that is safe to print: ESC becomes `\x1b`, a right-to-left override `\u202e`.

    The text's own backslashes stay single, so that paths and patterns remain readable. To tell `\n`
    from an escaped line end, use a format for programs.
    """
    return replace_unsafe(text, lambda character: character.encode("unicode_escape").decode())


def replace_unsafe(text: str, escape: Callable[[str], str]) -> str:
    """Return text in which `escape` has replaced every unsafe character."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(lambda match: escape(match[0]), text)


def is_blank(text: str) -> bool:
    """Return whether a reader sees nothing: no characters, or only spaces and hidden ones."""
    return _BLANK.fullmatch(text) is not None


def shortened(text: str, most: int = 80) -> str:
    """Return the beginning of a text that is too long for a message."""
    return text if len(text) <= most else f"{text[: most - 3]}..."
