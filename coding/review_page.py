"""A review as a page of its own: the words of each passage marked by what was coded from them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from itertools import pairwise

from coding.faults import quoted
from coding.reviewing import CodedWords, ReviewedPassage
from output.wording import counted
from schema.escape import visible

KINDS = {
    "event": ("#14507a", "#7fbbe6", "solid"),
    "quote": ("#5a3f8c", "#c4aef0", "solid"),
    "position": ("#96380f", "#f2a37c", "solid"),
    "relation": ("#2f6b2f", "#8fd08f", "double"),
    "control": ("#2f6b2f", "#8fd08f", "dashed"),
    "link": ("#545b65", "#a9b1ba", "double"),
    "name": ("#545b65", "#a9b1ba", "dotted"),
    "source": ("#545b65", "#a9b1ba", "dashed"),
    "elsewhere": ("#545b65", "#a9b1ba", "dashed"),
}
"""For each kind: the colour of its line in light and in dark, and the form of the line."""


def _style() -> str:
    light = "".join(f"--{kind}:{colours[0]};" for kind, colours in KINDS.items())
    dark = "".join(f"--{kind}:{colours[1]};" for kind, colours in KINDS.items())
    lines = "".join(
        f".{kind}{{border-color:var(--{kind});border-bottom-style:{line}}}"
        for kind, (*_, line) in KINDS.items()
    )
    return f""":root{{--bg:#fff;--ink:#16191d;--mut:#545b65;--rule:#d5d8dd;--warn:#96380f;{light}
color-scheme:light dark}}
@media screen and (prefers-color-scheme:dark){{:root{{--bg:#14171a;--ink:#eceef0;--mut:#a9b1ba;
--rule:#3a4047;--warn:#f2a37c;{dark}}}}}
*{{box-sizing:border-box}}
body{{margin:0 auto;max-width:76rem;padding:1.5rem;background:var(--bg);color:var(--ink);
font:15px/1.5 "Helvetica Neue",Arial,"Liberation Sans",sans-serif;overflow-wrap:anywhere}}
h1{{font:32px/1.2 Charter,Georgia,"Liberation Serif",serif;margin:.2em 0}}
section{{display:grid;grid-template-columns:3rem minmax(0,1fr) minmax(0,1fr);gap:0 1.2rem;
border-top:1px solid var(--rule);padding:1rem 0;break-inside:avoid}}
h2{{font-size:15px;margin:0;color:var(--mut)}}
.words{{font:17px/1.9 Charter,Georgia,"Liberation Serif",serif;margin:0;unicode-bidi:plaintext}}
.words span{{border-bottom-width:2px;padding-bottom:1px}}
.words .none{{border-bottom:1px dotted var(--rule);color:var(--mut)}}
.draft{{background:color-mix(in srgb,var(--warn) 14%,transparent)}}
ul{{list-style:none;margin:0;padding:0;font-size:14px}}
li{{margin:0 0 .6em;padding-left:.6em;border:solid;border-width:0 0 0 3px;unicode-bidi:plaintext}}
li b{{font-weight:600}} li q{{color:var(--mut);quotes:none}}
.state{{color:var(--warn);font-weight:600}} .note{{color:var(--mut);font-size:13.5px}}
{lines}
body:has(#open:checked) section:not(.open){{display:none}}
@media (max-width:640px){{body{{padding:1rem}}section{{display:block}}}}
@page{{size:A4;margin:14mm}}
@media print{{body{{padding:0;max-width:none;font-size:10pt}}label{{display:none}}}}
"""


STYLE = _style()
_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"


def review_page(title: str, passages: Sequence[ReviewedPassage]) -> Iterator[str]:
    """Yield a self-contained page; nothing is loaded from elsewhere, and data is never markup."""
    items = {(it.kind, it.line, it.says): it for part in passages for it in part.coded}.values()
    drafts, unsure = sum(it.draft for it in items), sum(it.unsure is not None for it in items)
    uncoded = sum(len(passage.uncoded) for passage in passages)
    yield f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Review: {_text(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{_text(title)}</h1>
<p>{counted(len(passages), "passage")}; {counted(drafts, "place")} drafted, {unsure} doubtful;
{counted(uncoded, "stretch | stretches")} from which nothing was coded.</p>
<p class="note">Underlined words are coded: """
    yield ", ".join(f'<span class="{kind}" style="">{kind}</span>' for kind in KINDS).replace(
        ' style=""', ""
    )
    yield """. Dotted grey words are not. Shaded words are drafts.</p>
<label><input type="checkbox" id="open"> only passages with drafts and doubts</label>
"""
    for passage in passages:
        yield from _passage(passage)
    yield "</body>\n</html>\n"


def _passage(passage: ReviewedPassage) -> Iterator[str]:
    state = ' class="open"' if passage.open else ""
    yield f'<section{state} id="p{passage.number}">\n<h2>¶{passage.number}</h2>\n'
    yield f'<p class="words">{"".join(_marked(passage))}</p>\n<ul>\n'
    for item in passage.coded:
        yield _item(item, passage.text[item.start : item.end])
    yield "</ul>\n</section>\n"


def _marked(passage: ReviewedPassage) -> Iterator[str]:
    """Yield the words of a passage; where stretches overlap, the shortest is the one shown."""
    cuts = {0, len(passage.text)}
    for start, end in [(it.start, it.end) for it in passage.coded] + passage.uncoded:
        cuts |= {min(start, len(passage.text)), min(end, len(passage.text))}
    ends = sorted(cuts)
    for start, end in pairwise(ends):
        words = _text(passage.text[start:end])
        over = [it for it in passage.coded if it.start <= start and end <= it.end]
        if over:
            item = min(over, key=lambda it: it.end - it.start)
            draft = " draft" if any(it.draft for it in over) else ""
            label = _text("; ".join(dict.fromkeys(f"{it.kind}: {it.says}" for it in over)))
            yield f'<span class="{item.kind}{draft}" title="{label}">{words}</span>'
        elif any(gap[0] <= start and end <= gap[1] for gap in passage.uncoded):
            yield f'<span class="none">{words}</span>'
        else:
            yield words


def _item(item: CodedWords, words: str) -> str:
    state = "draft" if item.draft else ""
    if item.unsure:
        state = f"{state}, unsure: {item.unsure}".removeprefix(", ")
    marked = f'<span class="state">{_text(state)}</span> ' if state else ""
    details = "".join(f"; {_text(detail)}" for detail in item.details)
    return (
        f'<li class="{item.kind}"><b>{item.kind}</b> {marked}{_text(item.says)}<br>'
        f"<q>{_text(quoted(words, 160))}</q>{details} "
        f'<span class="note">line {item.line}</span></li>\n'
    )


def _text(value: str) -> str:
    return escape(visible(value))
