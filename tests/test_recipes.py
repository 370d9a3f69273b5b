"""The recipes answer alike on every engine, and docs/sql.md shows what they answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from adhoc.recipes import Recipe, recipes
from adhoc.session import Session
from cli import sourcebook
from tests.databases import on_sqlite

PAGE = (Path(__file__).parent.parent / "docs" / "sql.md").read_text(encoding="utf-8")
RECIPES = recipes()


def printed(database: str, *arguments: str) -> str:
    result = CliRunner().invoke(sourcebook, ["--db", database, *arguments])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def rows_in(page: str, question: str) -> str:
    """Return the table below a question."""
    [section] = re.findall(
        rf"^### {re.escape(question)}\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL
    )
    return "".join(re.findall(r"^\|.*\n", section, re.MULTILINE))


def test_there_are_a_dozen() -> None:
    assert len({recipe.question for recipe in RECIPES}) >= 12
    assert all(recipe.question.endswith("?") and recipe.explanation for recipe in RECIPES)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.question)
def test_a_recipe_answers_alike_on_every_engine(shipped: str, recipe: Recipe) -> None:
    rows = printed(shipped, "sql", "--format", "markdown", recipe.sql)
    assert rows.count("\n") > 3
    assert rows == rows_in(PAGE, recipe.question)


@on_sqlite
def test_the_recipes_read_copies_too(shipped: str, fed_file: Path, on_spark: str) -> None:
    with (
        Session(shipped) as original,
        Session(str(fed_file)) as on_duckdb,
        Session(on_spark) as spark,
    ):
        for recipe in RECIPES:
            expected = answer(original, recipe.sql)
            assert answer(on_duckdb, recipe.sql) == expected, recipe.question
            assert answer(spark, recipe.sql) == expected, recipe.question


def answer(session: Session, query: str) -> tuple[list[str], list[tuple[object, ...]]]:
    with session.ask(query) as result:
        return [column.name for column in result.columns], list(result.rows)
