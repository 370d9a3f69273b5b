"""Writes an SVG picture: its style, texts of a known width, shapes and links. It runs no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from pages.pictures.lettering import width, wrap
from schema.escape import visible

SIZES = {
    "title": 20.0,
    "note": 13.0,
    "head": 13.0,
    "label": 13.0,
    "small": 11.5,
    "year": 11.5,
    "name": 13.0,
    "onstate": 13.0,
    "count-text": 11.5,
    "part": 16.0,
}
"""Size of the letters of each class of text; those that are bold are in BOLD."""

BOLD = {"title", "head", "year", "count-text", "part"}

LIGHT = (
    "--bg:#fff;--ink:#16191d;--mut:#545b65;--rule:#d5d8dd;--soft:#f3f4f2;--happened:#14507a;"
    "--said:#5a3f8c;--other:#96380f;--link:#0b5394"
)
DARK = (
    "--bg:#14171a;--ink:#eceef0;--mut:#a9b1ba;--rule:#3a4047;--soft:#1e2226;--happened:#7fbbe6;"
    "--said:#c4aef0;--other:#f2a37c;--link:#8cc1ee"
)
STYLE = f"""
.picture{{{LIGHT};font-family:"Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif}}
@media screen and (prefers-color-scheme:dark){{.picture{{{DARK}}}}}
.picture text{{fill:var(--ink);font-size:13px;paint-order:stroke;stroke:var(--bg);stroke-width:3px;
stroke-linejoin:round}}
.picture .part{{font-size:16px;font-weight:700}}
.picture .title{{font-size:20px;font-weight:700}} .picture .head{{font-weight:700}}
.picture .note{{fill:var(--mut)}} .picture .small{{fill:var(--mut);font-size:11.5px}}
.picture .year{{fill:var(--mut);font-size:11.5px;font-weight:700}}
.picture a:hover .label,.picture a:focus .label,.picture g:target .label{{
text-decoration:underline}}
.picture .page{{fill:var(--bg)}} .picture .rule{{stroke:var(--rule);fill:none}}
.picture .line{{stroke:var(--ink);fill:none}}
"""


_NOT_IN_XML = dict.fromkeys((0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")


def number(value: float) -> str:
    """Return a number as short as a picture needs it: a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


class Drawing:
    """A picture that grows downwards; elements are drawn in the order of the calls."""

    def __init__(self, width: float, name: str, *, ids: bool = True) -> None:
        self.width = width
        self.name = name
        """What the ids of its parts begin with, so that a page may hold several pictures."""
        self._ids = ids
        self._parts: list[str] = []

    def add(self, markup: str) -> None:
        """Add markup, whose texts are escaped."""
        self._parts.append(markup)

    def uses(self, id: str) -> bool:
        """Return whether something is filled with what has this id."""
        return any(f'"url(#{id})"' in part for part in self._parts)

    def text(
        self, x: float, y: float, text: str, kind: str = "label", *, end: bool = False
    ) -> None:
        """Write one line of text that begins, or ends, at x. It takes the width measured for it."""
        shown = visible(text)
        taken = width(shown, SIZES[kind], bold=kind in BOLD)
        if not shown.strip():
            return
        anchor = ' text-anchor="end"' if end else ""
        self.add(
            f'<text class="{kind}"{anchor} x="{number(x)}" y="{number(y)}" '
            f'textLength="{number(taken)}" lengthAdjust="spacingAndGlyphs">{markup(shown)}</text>'
        )

    def lines(self, x: float, y: float, text: str, kind: str, limit: float, height: float) -> float:
        """Write a text on as many lines as it needs; return where the next line would be."""
        for line in wrap(visible(text), limit, SIZES[kind], bold=kind in BOLD):
            self.text(x, y, line, kind)
            y += height
        return y

    def path(self, d: str, css: str, more: str = "") -> None:
        """Draw a path."""
        self.add(f'<path class="{css}" d="{d}"{more}/>')

    def rect(
        self, x: float, y: float, width: float, height: float, css: str, rx: float = 0
    ) -> None:
        """Draw a rectangle."""
        round = f' rx="{number(rx)}"' if rx else ""
        self.add(
            f'<rect class="{css}" x="{number(x)}" y="{number(y)}" width="{number(width)}" '
            f'height="{number(height)}"{round}/>'
        )

    def open_group(self, key: str, title: str, link: str, **data: str) -> None:
        """Begin a mark and its label: they link to a fact, and say on hovering what it is.

        `data` is what scripts of a page need to know of it.
        """
        id = f' id="{markup(key)}"' if self._ids else ""
        self.add(f"<g{id}{attributes(data)}>")
        self.open_link(link, title)

    def close_group(self) -> None:
        """End it."""
        self.close_link()
        self.add("</g>")

    def open_link(self, link: str, title: str) -> None:
        """Begin what links to an address, and says on hovering where it leads."""
        self.add(f'<a href="{markup(link)}"><title>{markup(visible(title))}</title>')

    def close_link(self) -> None:
        """End it."""
        self.add("</a>")

    def finished(
        self, height: float, title: str, description: str, style: str = "", defs: str = ""
    ) -> Iterable[str]:
        """Yield the picture, line by line."""
        size = f"{number(self.width)} {number(height)}"
        wide, high = size.split()
        yield (
            f'<svg class="picture" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" '
            f'width="{wide}" height="{high}" role="group" '
            f'aria-labelledby="{self.name}-title {self.name}-desc">\n'
            f'<title id="{self.name}-title">{markup(visible(title))}</title>\n'
            f'<desc id="{self.name}-desc">{markup(visible(description))}</desc>\n'
            f"<style>{STYLE}{style}</style>\n"
        )
        if defs:
            yield f"<defs>{defs}</defs>\n"
        yield f'<rect class="page" width="{wide}" height="{high}"/>\n'
        for part in self._parts:
            yield f"{part}\n"
        yield "</svg>\n"


def attributes(data: Mapping[str, str]) -> str:
    """Return attributes for the scripts of a page: data-NAME."""
    return "".join(f' data-{name}="{markup(value)}"' for name, value in data.items())


def markup(text: str) -> str:
    """Return text for an element or an attribute; XML has no place for two of the characters."""
    return escape(text, quote=True).translate(_NOT_IN_XML)
