"""Queries to learn from: questions that analysts have, each with its SQL, in recipes.sql."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple


class Recipe(NamedTuple):
    """A question, how the query answers it, and the query."""

    question: str
    explanation: str
    sql: str


def recipes() -> list[Recipe]:
    """Return all recipes in the order of the file."""
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    return [_recipe(part) for part in re.findall(r"^(--.*?;)$", text, re.MULTILINE | re.DOTALL)]


def _recipe(part: str) -> Recipe:
    lines = part.split("\n")
    comment = [line.removeprefix("-- ") for line in lines if line.startswith("--")]
    return Recipe(comment[0], " ".join(comment[1:]), "\n".join(lines[len(comment) :]))
