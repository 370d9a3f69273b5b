"""The command `site`: static pages of a sourcebook."""

from __future__ import annotations

from pathlib import Path

import click

from output.options import StrictCommand, failing


@click.command(cls=StrictCommand)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--base-url",
    metavar="URL",
    help="Where the site will be published (http or https): pages then name their lasting address.",
)
@click.option(
    "--title",
    help="The title of the site.  [default: that of the document, if there is only one]",
)
@click.pass_obj
@failing()
def site(db: str, folder: Path, base_url: str | None, title: str | None) -> None:
    """Write the sourcebook as static pages into the folder DIR.

    They open from disk (DIR/index.html) and from any web server, and load nothing from elsewhere.
    Every actor, event, source, topic, place and document has a page; each fact leads to the passage
    that states it.

    DIR must not exist, or must be empty or an earlier site, which is replaced. It is written whole
    or not at all. The same sourcebook makes the same bytes.
    """
    from database.connect import reading
    from database.errors import SourcebookError, how_to_install
    from pages.site.parts import External, external
    from schema.escape import visible

    url = base_url or ""
    if url and External(url, url) != external(url):
        raise click.UsageError("--base-url is an address of http or https, without spaces")
    if title is not None and not title.strip():
        raise click.UsageError("--title is empty; give a title, or leave the option out")
    try:
        from pages.site.site import SiteOptions, write_site
    except ModuleNotFoundError as error:
        package = str(error.name)
        raise SourcebookError(f"a site needs {package}: {how_to_install(package)}") from None
    options = SiteOptions(f"{url.rstrip('/')}/" if url else "", title or "")
    with reading(db) as connection:
        files = write_site(connection, folder, options)
    click.echo(visible(f"{folder}: {files:,} files; open {folder / 'index.html'}"), err=True)
