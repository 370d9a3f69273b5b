"""Measures how much of a reviewed coding its draft had already written.

python -m benchmarks.reviewing DRAFT CODING TEXT

A line is the draft's if it is unchanged, apart from `draft: true` and `unsure`, which a review
takes away. Lines are compared in order, so a line that was moved counts as written by hand.
"""

from __future__ import annotations

import re
import sys
from difflib import SequenceMatcher
from pathlib import Path

_REVIEW = re.compile(r',? ?(?:draft: true|unsure: (?:"(?:[^"\\]|\\.)*"|[^,}\n]*))(?=[,}\n]|$)')


def lines(path: Path) -> list[str]:
    """Return the lines of a coding without comments, blank lines and marks of review."""
    text = _REVIEW.sub("", path.read_text(encoding="utf-8"))
    return [line for line in text.split("\n") if line.strip() and not line.startswith("#")]


def main() -> None:
    """Print the figures of one coding."""
    draft, coding, text = map(Path, sys.argv[1:])
    reviewed = lines(coding)
    matcher = SequenceMatcher(None, lines(draft), reviewed, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    words = len(text.read_text(encoding="utf-8").split())
    written = len(reviewed) - same
    print(f"{same} of {len(reviewed)} lines are the draft's ({same / len(reviewed):.0%})")
    print(f"{written} lines by hand for {words} words ({written / words:.2f} a word)")


if __name__ == "__main__":
    main()
