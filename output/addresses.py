"""The addresses in a citation that become links in html and markdown."""

import re
from collections.abc import Iterator

from schema.escape import visible

# No quotation mark, bracket or backslash, which end an address in a sentence or in markup, and no
# punctuation at its end.
_ADDRESS = re.compile(r"https?://[^\s<>\"“”\\]*[^\s<>\"“”\\.,;:!?)\]']")


def with_addresses(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text in their order, and whether each is an http or https address."""
    end = 0
    for match in _ADDRESS.finditer(text):
        address = match[0]
        if visible(address) != address:  # it hides something
            continue
        yield text[end : match.start()], False
        yield address, True
        end = match.end()
    yield text[end:], False
