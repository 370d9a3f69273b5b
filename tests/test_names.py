"""Names of actors, topics, places, events and documents, as a reader of the article types them."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

import cli
from tests.databases import create


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sourcebook with the article that ships."""
    database = create(tmp_path_factory.mktemp("names") / "sourcebook.db")
    assert CliRunner().invoke(cli.sourcebook, ["--db", database, "init"]).exit_code == 0
    return database


def typed(database: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli.sourcebook, ["--db", database, *arguments])


def understood(article: str, *arguments: str) -> str:
    """Return the first line of stderr of a command that succeeds."""
    done = typed(article, *arguments, "--format", "json")
    assert done.exit_code == 0, done.stderr
    return done.stderr.splitlines()[0]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("lavrov", "Sergei Lavrov"),
        ("LAVROV SERGEI", "Sergei Lavrov"),
        ("Лавров", "Sergei Lavrov"),
        ("lund", "Aron Lund"),
        ("quds", "The Quds Force"),
        ("us", "The United States (“U.S.”)"),
        ("U.S.", "The United States"),
        ("u.s", "The United States (“U.S.”)"),
        ("america", "The United States (“American”)"),
        ("un", "The United Nations"),
        ("tehran", "Iran"),
        ("khamenei", "Ali Khamenei"),
        ("supreme leader", "Ali Khamenei (“Iran’s supreme leader”)"),
        ("syrian president", "Bashar al-Assad"),
        ("al\u2011assad", "Bashar al-Assad"),
        ("bash", "Bashar al-Assad"),
    ],
)
def test_any_usual_name_finds_the_actor(article: str, name: str, meant: str) -> None:
    said = understood(article, "report", "timeline", "--actor", name)
    assert said == f"› {name}: understood as {meant}"  # noqa: RUF001 - a mark


@pytest.mark.parametrize(
    ("report", "option", "name", "meant"),
    [
        ("event", "--event", "tehran putin", "“Putin visits Tehran”"),
        ("stances", "--topic", "geneva", "“The Geneva talks and a political transition”"),
        ("coverage", "--document", "lund", "“Stand Together or Fall Apart: The"),
        ("coverage", "--document", "fall apart", "“Stand Together or Fall Apart: The"),
    ],
)
def test_words_find_everything_else_too(
    article: str, report: str, option: str, name: str, meant: str
) -> None:
    said = understood(article, "report", report, option, name)
    assert said.startswith(f"› {name}: understood as {meant}")  # noqa: RUF001 - a mark


@pytest.mark.parametrize("name", ["iran", "The Quds Force", "bashar-al-assad"])
def test_nothing_is_said_of_a_heading(article: str, name: str) -> None:
    assert "understood" not in understood(article, "report", "timeline", "--actor", name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("President", "bashar-al-assad: Bashar al-Assad (person, “Syrian President”)"),
        ("President", "vladimir-putin: Vladimir Putin (person, “President”)"),
        ("air force", "iranian-air-force: The Iranian air force (armed-force)"),
        ("air force", "; give one of these keys"),
        ("lavrow", "there is no actor 'lavrow'; nearest: Sergei Lavrov (sergei-lavrov)"),
        ("xyzzy", "there is no actor 'xyzzy'"),
        ("usa", "there is no actor 'usa'; nearest: The United States (united-states), "),
    ],
)
def test_what_fits_several_or_nothing_is_refused(article: str, name: str, message: str) -> None:
    done = typed(article, "report", "timeline", "--actor", name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr.splitlines()[-1]
