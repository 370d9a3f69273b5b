"""Names and words as a reader of the article types them, and what they find."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

import cli
from tests.databases import create, create_shipped


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sourcebook with the article that ships."""
    return create_shipped(tmp_path_factory.mktemp("names") / "sourcebook.db")


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
    message = understood(article, "report", "timeline", "--actor", name)
    assert message == f"› {name}: understood as {meant}"


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
    message = understood(article, "report", report, option, name)
    assert message.startswith(f"› {name}: understood as {meant}")


@pytest.mark.parametrize("name", ["iran", "The Quds Force", "bashar-al-assad"])
def test_nothing_is_said_of_a_heading(article: str, name: str) -> None:
    assert "understood" not in understood(article, "report", "timeline", "--actor", name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "President",
            "'President' may be\n  Bashar al-Assad (person, “Syrian President”)  bashar-",
        ),
        ("President", "\n  Vladimir Putin (person, “President”)          vladimir-putin\n"),
        ("air force", "\n  The Iranian air force (armed-force)  iranian-air-force\n"),
        ("air force", "\ngive one of these keys\n"),
        ("diplomat", "'diplomat' may be\n  An anonymous Russian diplomat (unnamed)  russian-dipl"),
        ("diplomat", "\n  Western diplomats (unnamed)              western-diplomats\n"),
        (
            "washington",
            (
                "a word of The Washington Institute for Near East Policy (institute), but means "
                "something else in “Washington and Moscow arrange a truce”; for the institute give "
                "washington-institute\n"
            ),
        ),
        ("lavrow", "there is no actor 'lavrow'; nearest: Sergei Lavrov (sergei-lavrov)"),
        ("xyzzy", "there is no actor 'xyzzy'; `sourcebook report actors` lists all\n"),
        ("usa", "there is no actor 'usa'; nearest: The United States (united-states), "),
    ],
)
def test_what_fits_several_or_nothing_is_refused(article: str, name: str, message: str) -> None:
    done = typed(article, "report", "timeline", "--actor", name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


@pytest.mark.parametrize(
    ("option", "listed"),
    [
        ("--place", "no place 'palmyra'; there are: Aleppo; Baghdad; Geneva; Iran; "),
        ("--topic", "no topic 'palmyra'; there are: Air power; An endgame for the war; "),
    ],
)
def test_where_nothing_is_near_a_message_says_what_there_is(
    article: str, option: str, listed: str
) -> None:
    assert listed in typed(article, "report", "timeline", option, "palmyra").stderr
    everything = typed(article, "report", "timeline", "palmyra").stderr
    assert "there is no place 'palmyra'; there is no " in everything


@pytest.mark.parametrize("name", ["Washington Institute", "spiegel", "nations"])
def test_a_word_of_a_body_s_name_finds_it_where_it_means_nothing_else(
    article: str, name: str
) -> None:
    assert "understood as" in understood(article, "report", "timeline", "--actor", name)


def test_many_candidates_are_listed_one_a_line(article: str) -> None:
    lines = typed(article, "report", "event", "putin").stderr.splitlines()
    assert lines[-15].endswith("'putin' may be")
    assert "  Putin and Khamenei meet (event)  " in "\n".join(lines[-14:-2])
    assert all(line.startswith("  ") and ":" not in line for line in lines[-14:-1])
    assert lines[-2] == "  and 9 more"


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "timeline", "--actor", "x" * 100_000],
        ["report", "actor", "x " * 50_000],
        ["report", "quotes", "x" * 100_000],
        ["report", "actor", "putin", "--actor", "x" * 100_000],
        ["report", "timeline", "--from", "x" * 100_000],
        ["report", "timeline", "--modality", "x" * 100_000],
        ["report", "network", "--at-least", "x" * 100_000],
        ["report", "x" * 100_000],
        ["report", "timeline", "--limit", "x" * 100_000],
        ["report", "timeline", "--columns", "x" * 100_000],
        ["passage", "x" * 100_000, "1"],
        ["passage", "1", "x" * 100_000],
        ["search", "--quote", "red", "--speaker", "x" * 100_000],
    ],
)
def test_a_very_long_name_is_not_repeated(article: str, arguments: list[str]) -> None:
    done = typed(article, *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr) < 2000


# --- names without an option ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (["actor", "putin"], ["actor", "--actor", "putin"]),
        (["actor", "ali", "khamenei"], ["actor", "--actor", "ali-khamenei"]),
        (["ACTOR", "putin"], ["actor", "--actor", "putin"]),
        (["dyad", "iran", "russia"], ["dyad", "--a", "iran", "--b", "russia"]),
        (["dyad", "iran", "--b", "russia"], ["dyad", "--a", "iran", "--b", "russia"]),
        (["dyad", "russia", "--a", "iran"], ["dyad", "--a", "iran", "--b", "russia"]),
        (["event", "putin visits tehran"], ["event", "--event", "putin-visits-tehran"]),
        (["event", "putin", "tehran", "visits"], ["event", "--event", "putin-visits-tehran"]),
        (["Own_Voice"], ["own-voice"]),
    ],
)
def test_what_a_report_needs_can_be_given_without_its_option(
    article: str, names: list[str], options: list[str]
) -> None:
    short = typed(article, "report", *names, "--format", "csv")
    assert (short.exit_code, short.stdout) == (
        0,
        typed(article, "report", *options, "--format", "csv").stdout,
    )


def test_a_report_suggests_the_options_that_a_name_may_belong_to(article: str) -> None:
    done = typed(article, "report", "quotes", "lavrov")
    assert (done.exit_code, done.stdout) == (2, "")
    program = f"sourcebook --db {article} report"
    first, *options, last = [line.removeprefix("› ") for line in done.stderr.splitlines()]
    assert first == (
        "“lavrov” fits Sergei Lavrov (person), but quotes needs an option for it. Did you mean"
    )
    assert [line.partition(": ")[0] for line in options] == [
        f"    {program} quotes --speaker lavrov  1 row",
        f"    {program} quotes --about lavrov    no rows",
    ]
    assert last == f"Or everything on this actor: {program} actor lavrov"


def test_two_actors_are_for_another_report(article: str) -> None:
    dyad = f"sourcebook --db {article} report dyad iran"
    done = typed(article, "report", "ties", "iran", "russia")
    assert done.exit_code == 2
    assert done.stderr.endswith(f"\n› Or everything between two actors: {dyad} russia\n")
    done = typed(article, "report", "stances", "iran", "khamenei")
    assert done.stderr.endswith(f"; for two actors: {dyad} khamenei\n")
    for names in (["iran", "tehran"], ["iran", "xyzzy"]):
        assert " dyad " not in typed(article, "report", "stances", *names).stderr


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (["actor", "xyzzy"], "'ACTOR'"),
        (["actor", "--actor", "xyzzy"], "'--actor'"),
        (["actor", "president"], "'ACTOR'"),
        (["event", "xyzzy"], "'EVENT'"),
        (["dyad", "iran", "xyzzy"], "'B'"),
        (["dyad", "xyzzy", "--a", "iran"], "'B'"),
        (["dyad", "iran", "--a", "xyzzy"], "'--a'"),
    ],
)
def test_an_error_names_the_argument_or_the_option_as_it_was_given(
    article: str, arguments: list[str], where: str
) -> None:
    done = typed(article, "report", *arguments)
    assert done.exit_code == 2
    assert f"\nError: Invalid value for {where}: " in done.stderr


def test_a_suggestion_keeps_the_other_options_and_can_be_pasted(
    article: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCEBOOK_DB", article)
    done = CliRunner().invoke(
        cli.sourcebook, ["report", "timeline", "vladimir", "putin", "--modality", "actual"]
    )
    assert done.exit_code == 2
    command, _, rest = done.stderr.splitlines()[1].removeprefix("›     ").partition("  ")
    assert command == "sourcebook report timeline --modality actual --actor 'vladimir putin'"
    count = len(typed(article, *shlex.split(command)[1:], "--format", "jsonl").stdout.splitlines())
    assert rest.startswith(f"{count} rows: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report", "quotes", "direct"], "fits a directness, but quotes needs an option"),
        (
            ["report", "quotes", "xyzzy"],
            "only with --speaker, --about, --place, --document or --topic; there is no actor",
        ),
        (["report", "quotes", "president"], "; 'president' may be\n  Bashar al-Assad (person"),
        (["report", "stances", "geneva"], "fits The Geneva talks and a political transition ("),
        (["report", "summary", "x"], "summary takes no name; leave 'x' out"),
        (["report", "gaps", "x"], "gaps takes a name only with --document; there is no"),
        (["report", "changes", "x"], "changes takes a name only with"),
        (["report", "dyad", "iran"], "give a second actor: B in `sourcebook report dyad A B`"),
        (["report", "event"], "give an event: EVENT in `sourcebook report event EVENT`"),
        (
            ["report", "actor", "putin", "--actor", "lavrov"],
            (
                "--actor is given already; leave out 'putin' or that; for two actors: sourcebook "
                "report dyad A B"
            ),
        ),
        (["report", "dyad", "a", "--a", "b", "--b", "c"], "--a and --b are given already; leave"),
        (
            ["report", "timeline", "--actor", "putin", "--actor", "lavrov"],
            "give --actor once; for two actors: sourcebook report dyad A B",
        ),
        (["report", "dyad", "--a", "putin", "--a", "lavrov"], "give --a once\n"),
        (["report", "timeline", "--from", "2015", "--from", "2016"], "give --from once\n"),
        (["report", "timeline", "--limit", "1", "--limit", "2"], "give --limit once\n"),
        (["search", "--quote", "red", "--speaker", "a", "--speaker", "b"], "give --speaker once"),
        (["passage", "1", "--format", "csv", "--format", "json"], "give --format once"),
        (["report", "network", "--at-least", "-5"], "'--at-least': -5 is less than 0"),
        (["report", "event", "putin-visits-tehran", "--near", "-1"], "-1 is less than 0"),
        (["report", "attributions", "--least", "-1"], "-1 is less than 0"),
        (["report", "corroboration", "--least", "-1"], "-1 is less than 0"),
        (["report", "dyad", "a", "b", "c"], "dyad takes A B, and got 3 names; put a name of"),
        (["report", "actor"], "give an actor: ACTOR in `sourcebook report actor ACTOR`"),
        (["timeline", "--from", "2015"], "report timeline --from 2015`?"),
        (["Timeline"], "report timeline`?"),
        (["timelime"], "No such command 'timelime'."),
    ],
)
def test_wrong_usage_gets_a_hint(article: str, arguments: list[str], message: str) -> None:
    done = typed(article, *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["report", "actor", "lavr"], "sergei-lavrov"),
        (["report", "dyad", "iran", "lund"], "aron-lund"),
        (["report", "dyad", "--b", "iran", "lund"], "aron-lund"),
        (["report", "event", "putin-vis"], "putin-visits-tehran"),
    ],
)
def test_names_without_an_option_are_completed(article: str, words: list[str], key: str) -> None:
    complete = ShellComplete(cli.sourcebook, {}, "sourcebook", "_SOURCEBOOK_COMPLETE")
    items = complete.get_completions(["--db", article, *words[:-1]], words[-1])
    assert [item.value for item in items] == [key]
    assert complete.get_completions(["--db", article, "report", "quotes"], "lavr") == []


# --- words that are searched for ------------------------------------------------------------------


def searched(article: str, *words: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(
        typed(article, "search", *words, "--format", "json").stdout
    )
    return rows


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["lavrov", "assad"], {"lavrov-not-an-ally", "lavrov-assad-no-ally"}),
        (["velayati", "red", "line"], {"velayati-red-line"}),
        (["lavrov", "ally"], {"lavrov-not-an-ally"}),
        (["us", "truce"], {"truce-february-2016"}),
        (["khamenei", "putin", "agreement"], {"putin-khamenei-complete-agreement"}),
    ],
)
def test_a_search_covers_speakers_holders_and_all_who_take_part(
    article: str, words: list[str], keys: set[str]
) -> None:
    assert keys <= {row["key"] for row in searched(article, *words)}


def test_a_hit_says_whose_word_it_is(article: str) -> None:
    [hit] = searched(article, "lavrov", "ally", "--kind", "quote")
    assert hit["what"].startswith("Sergei Lavrov says that Russia backs Assad against terror and")
    assert "“Assad is not an ally for us." in hit["what"]
    assert (hit["voice"], hit["passage"]) == ("Sergei Lavrov, early May 2016", "¶4")


@pytest.mark.parametrize(
    ("cited", "speaker", "verdict", "quotation"),
    [
        ("Assad is not an ally for us", "lavrov", "verbatim", "Assad is not an ally for us. Yes, "),
        ("“it is none of the Americans' business”", None, "verbatim", "it is none of the Americ"),
        (
            "Assad is no ally for us",
            "lavrov",
            "nearly",
            "Assad is [-no-] {+not an+} ally for us",
        ),
        ("Red line", "velayati", "nearly", "[-Red-] {+red+} line"),
        ("red line", "lavrov", "verbatim, by another speaker", "red line"),
        (
            "Assad remains a red line in all this",
            "velayati",
            "partly",
            "[-Assad remains a-] red line [-in all this-]",
        ),
        ("should come to the talks in Geneva", None, "only in the coder's words", "Assad should"),
        ("we will never leave Syria", None, None, ""),
    ],
)
def test_a_quotation_is_checked(
    article: str, cited: str, speaker: str | None, verdict: str | None, quotation: str
) -> None:
    options = ["--speaker", speaker] if speaker else []
    done = typed(article, "search", "--quote", cited, *options, "--format", "json")
    assert done.exit_code == 0
    rows = json.loads(done.stdout)
    assert [row["verdict"] for row in rows[:1]] == ([verdict] if verdict else [])
    assert all(row["quotation"].startswith(quotation) for row in rows[:1])
    unsure = verdict in (None, "partly", "only in the coder's words")
    assert ("is not kept, so it couldn't be searched; keep it with `" in done.stderr) is unsure
    assert ("› not among the quotations; the text of stand-" in done.stderr) is (verdict is None)


def test_a_quotation_is_looked_for_in_a_text_that_is_kept(tmp_path: Path) -> None:
    database = create(tmp_path / "kept.db")
    example = Path(__file__).parent.parent / "docs" / "example"
    load = ["load", f"{example}.yaml", "--text", f"{example}.txt", "--keep-text"]
    assert typed(database, *load).exit_code == 0
    text = example.with_suffix(".txt").read_text(encoding="utf-8")
    passage = max(text.split("\n\n"), key=len)
    every = passage.split()
    cited = " ".join(every[15:20])
    done = typed(database, "search", "--quote", cited, "--speaker", "hallin", "--format", "json")
    [row] = json.loads(done.stdout)
    assert row["verdict"] == "in the text, not coded as a quotation"
    assert row["speaker"] == "Mira Hallin"
    assert row["quotation"] == f"…{' '.join(every[5:30])}…"
    done = typed(database, "search", "--quote", "we will never leave the moon")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "› nowhere: neither a quotation nor a text has these words, or nearly\n"


@pytest.mark.parametrize(
    ("other_script", "latin"),
    [
        ("Путин", "putin"),
        ("Лав*", "lav*"),
        ("Путин Иран", "putin iran"),
        ("Путин damascus", "putin damascus"),
        ('"Владимир Путин"', '"vladimir putin"'),
    ],
)
def test_words_in_another_script_find_what_they_find_in_latin_letters(
    article: str, other_script: str, latin: str
) -> None:
    def hits(words: str) -> list[tuple[str, str]]:
        actual = typed(article, "search", words, "--format", "json", "--limit", "500")
        return sorted((row["kind"], row["what"]) for row in json.loads(actual.stdout))

    assert hits(other_script) == hits(latin) != []


@pytest.mark.parametrize(
    ("words", "lines", "title"),
    [
        (
            ["withdrawn"],
            [
                "nothing contains “withdrawn”; nearest: withdrawing, withdraws, withdrawal",
                "shown is what contains withdraw*",
            ],
            "SEARCH: withdraw* ",
        ),
        (
            ["putin", "withdrawn"],
            [
                "nothing contains all these words; “putin” alone: 65 hits",
                "nothing contains “withdrawn”; nearest: withdrawing, withdraws, withdrawal",
                "shown is what contains putin* withdraw*",
            ],
            "SEARCH: putin* withdraw* ",
        ),
        (["xyzzy"], ["nothing contains “xyzzy”"], ""),
        (
            ["xyzzy", "putin"],
            [
                "nothing contains all these words; “putin” alone: 65 hits",
                "nothing contains “xyzzy”",
            ],
            "",
        ),
        (
            ["Путин", "Лавров"],
            ["nothing contains all these words; “Путин” alone: 65 hits; “Лавров” alone: 5 hits"],
            "",
        ),
        (["Россия"], ["nothing contains “Россия”; nearest: russia"], ""),
        (["Асад"], ["nothing contains “Асад”; nearest: assad, assads, alassad"], ""),
        (["Αθήνα"], ["nothing contains “Αθήνα”"], ""),
    ],
)
def test_a_search_without_hits_says_why_and_shows_the_beginnings_of_the_words(
    article: str, words: list[str], lines: list[str], title: str
) -> None:
    done = typed(article, "search", *words)
    assert done.exit_code == 0
    *message, not_kept = done.stderr.splitlines()
    assert message == [f"› {line}" for line in lines]
    assert not_kept.startswith("› passages: ")
    assert done.stdout.startswith(title)
    assert bool(done.stdout) == bool(title)


def test_a_program_gets_only_rows_with_the_words_that_it_asked_for(article: str) -> None:
    done = typed(article, "search", "withdrawn", "--format", "json")
    assert json.loads(done.stdout) == []
    assert "› try withdraw* (3 rows)\n" in done.stderr
