"""An invented letter and a draft of its coding, for tests of pinning and verification."""

from __future__ import annotations

from pathlib import Path

from coding.faults import Fault
from coding.pinning import pin
from coding.reading import parse_coding
from coding.text import passages
from coding.verification import verify

TEXT = """\
The letter of 😀 the envoy

The envoy came at night, “tired and cold,” as he said, “but alive.” The envoy slept.

Nobody knows "why" he came … or went; three men, it is said, saw him two weeks later in May.

An envoy: a man of the kingdom. Zoë’s café was shut.
"""
PASSAGES = passages(TEXT)
TEXT_PATH = Path("text.txt")
HEAD = """\
format: 1
coder: A. Coder
document: {key: d, title: A letter, language: en, published: 2016-05}
"""
DRAFT = (
    HEAD
    + """\
passages: []  # pin fills it
# the people
actors:
- key: envoy
  name: The envoy   # the man himself
  kind: person
  names:
  - name: envoy
    evidence:
    - at: 1 "envoy"
    - {at: '4 "An envoy"'}
    - {at: 2 "envoy came"}
    - at: "2 \\"envoy  slept\\", 1"   # both
sources:
- {key: letter, title: Another letter, kind: remarks, at: 3}
events:
- key: visit
  title: The visit
  who: {doer: [{actor: envoy, count: three men}]}
  evidence:
  - at: 3 "three men … said",
        4 "Zoë’s ... shut"
    hedge: it is said
    words: in May
  - at: 2:0-3
links:
- {from: visit, type: follows, to: visit, lag: two weeks later, evidence: [{at: '3 "two … in"'}]}
quotes:
- key: tired
  text: ["tired and cold", but alive]
  says: He was tired.
  directness: partial
  evidence:
  - at: 2 "tired and cold", 2 "but alive"
- key: why
  text: why
  says: Nobody knows it.
  directness: partial
  evidence:
  - at: 3 "\\"why\\" he"
"""
)


def pinned(source: str, text: list[str] = PASSAGES) -> str:
    return pin(source, text, Path("c.yaml")).text


def proven(source: str, text: list[str] = PASSAGES) -> list[Fault]:
    coding, lines = parse_coding(source, "c.yaml")
    return verify(coding, lines, text, TEXT_PATH)
