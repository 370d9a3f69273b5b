"""Writes the pages of a site from templates, in which data never becomes markup."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from output.progress import Progress
from output.staging import StagingError
from pages.rendering import html_templates, styles_of, template_text
from pages.site.addresses import Addresses, relative
from pages.site.parts import External, Link, PageText, merged
from pages.statements import Statement
from schema.date_words import date_in_words
from schema.escape import visible

ASSETS = {
    "site.css": ("page.css", "site/site.css", "site/pictures.css"),
    "site.js": ("site/site.js", "site/pictures.js"),
    "icon.svg": ("site/icon.svg",),
}
"""The files that pages load, and what they are made of; pictures add their style to the first."""

MANIFEST = "site.json"
MAX_BYTES = 2**28
"""Size of a manifest that is read: a million files have some fifty million bytes."""

POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{what}-src 'self' file:" for what in ("script", "style", "img")),
        "form-action 'self' file:",
        "base-uri 'none'",
    ]
)
"""What a page may load: the site's own files, from a server or from disk, and nothing else."""

_STYLE = re.compile(r"<style>.*?</style>\n?", re.DOTALL)


@dataclass
class Site:
    """What all pages share, and what has been written."""

    folder: Path
    addresses: Addresses
    title: str
    base_url: str
    content: str
    cited: Sequence[Link]
    """The documents that a footer cites: those of a small sourcebook."""
    several: bool
    """Whether there are several documents, which evidence then names."""
    kept: str
    """Whether the texts are kept, in a sentence."""
    navigation: Sequence[Link]
    involved: Callable[[Statement, str], Sequence[Link]]
    """Returns links to all that has a page and that a fact is about, but the page of this path."""
    progress: Progress = field(default_factory=Progress)
    files: dict[str, None] = field(default_factory=dict)
    """The files written, in their order."""
    _styles: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._environment = html_templates()
        self._environment.tests |= {
            "external": lambda value: isinstance(value, External),
            "word": lambda value: isinstance(value, str) and re.fullmatch(r"\w{1,16}", value),
            "link": lambda value: isinstance(value, Link),
            "statement": lambda value: isinstance(value, Statement),
        }
        self._environment.globals |= {
            "site": self,
            "policy": Markup(POLICY),  # noqa: S704 - ours
            "address": self.addresses.fact,
            "involved": self.involved,
            "in_words": date_in_words,
            "merged": merged,
            "several": self.several,
        }

    def page(self, page: PageText, template: str = "page", **context: Any) -> None:
        """Write a page."""

        def url(address: str) -> str:
            return relative(page.path, address)

        markup = self._environment.get_template(f"site/{template}.html").render(
            page=page, url=url, **context
        )
        self.file(page.path, markup)
        self.progress.advance(1)

    def pages(self, pages: Iterable[PageText]) -> None:
        """Write pages as they come."""
        for page in pages:
            self.page(page)

    def file(self, path: str, text: str) -> None:
        """Write a file. Raises StagingError if two keys have one address."""
        if path in self.files:
            raise StagingError(visible(f"{path}: two keys have this address; rename one"))
        self.files[path] = None
        target = self.folder / path
        try:
            target.write_text(text, encoding="utf-8", newline="\n")
        except FileNotFoundError:
            target.parent.mkdir(parents=True)
            target.write_text(text, encoding="utf-8", newline="\n")

    def picture(self, svg: Iterable[str]) -> Markup:
        """Return a picture as a part of a page; its style goes to the site's own file."""
        text = "".join(svg)
        self._styles.update(dict.fromkeys(styles_of(text)))
        return Markup(_STYLE.sub("", text, count=1))  # noqa: S704 - the picture escapes its texts

    def finish(self) -> None:
        """Write what pages load, and the manifest by which the next run knows the files."""
        for name, parts in ASSETS.items():
            styles = self._styles if name.endswith(".css") else ()
            self.file(f"assets/{name}", "".join([*map(template_text, parts), *styles]))
        self.files[MANIFEST] = None
        manifest = {"sourcebook": {"site": self.content}, "files": sorted(self.files)}
        text = json.dumps(manifest, indent=0)
        (self.folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def site_files(folder: Path) -> set[str]:
    """Return the files that an earlier site left in a folder, if one did."""
    path = folder / MANIFEST
    try:
        # A link or a pipe is not from a site.
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
            return set()
        manifest = json.loads(path.read_bytes())
        manifest["sourcebook"]["site"]  # another program's file has none
        return set(map(str, manifest["files"]))
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return set()
