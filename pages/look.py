"""How a fact looks: the shape of its mark in a picture and of its tag on a page."""

from __future__ import annotations

from enum import Enum


class Look(Enum):
    """How a fact is stated, as its mark shows it: the classes of the mark, and its explanation."""

    SOLID = "", "stated, or reported, as a fact"
    ALLEGED = "dashed", "only alleged or rumoured"
    INFERRED = "thin", "only inferred"
    PLANNED = "planned", "intended or expected"
    PLANNED_ALLEGED = "planned dashed", "intended or expected, by an allegation"
    LOOSE = "dotted", "possible or imagined"
    CROSSED = "crossed", "did not happen, or is held unlikely"
    CROSSED_ALLEGED = "crossed dashed", "said not to happen"
    DRAFT = "drafted", "a draft that nobody has reviewed"

    @property
    def css(self) -> str:
        """Return the classes of its outline."""
        shapes = {"planned", "crossed"}
        return " ".join(part for part in self.value[0].split() if part not in shapes)

    @property
    def meaning(self) -> str:
        """Return what it means, for the legend."""
        return self.value[1]


WEAK = ("alleged", "rumoured", "inferred")


def look(modality: str | None, standing: str | None) -> Look:
    """Return how a fact looks, by its modality and the words in front of its sentence."""
    words = (standing or "").lower()
    if words.startswith("draft"):
        return Look.DRAFT
    if modality in ("possible", "hypothetical"):
        return Look.LOOSE
    if modality in ("intended", "expected"):
        return Look.PLANNED_ALLEGED if words.startswith(WEAK) else Look.PLANNED
    if modality == "denied":
        return Look.CROSSED_ALLEGED if words.startswith("said ") else Look.CROSSED
    if words.startswith("inferred"):
        return Look.INFERRED
    return Look.ALLEGED if words else Look.SOLID
