"""The style and the script of our HTML pages, and the policy that admits them and nothing else."""

from base64 import b64encode
from hashlib import sha256

# A heading sticks to the top only if no element around the table scrolls; so nothing may be wider
# than the window. Long words break in cells marked `long`. On a phone each row becomes a list.
STYLE = """
:root { --bg: #fff; --ink: #16191d; --mut: #545b65; --rule: #d5d8dd; --soft: #f3f4f2;
  --link: #0b5394; color-scheme: light dark }
@media screen and (prefers-color-scheme: dark) { :root { --bg: #14171a; --ink: #eceef0;
  --mut: #a9b1ba; --rule: #3a4047; --soft: #1e2226; --link: #8cc1ee } }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { margin: 0 auto; max-width: 84rem; padding: 1.6rem 1.8rem 3rem; background: var(--bg);
  color: var(--ink); font: 15px/1.45 "Helvetica Neue", Arial, "Liberation Sans", sans-serif;
  overflow-wrap: break-word }
h1 { font: 36px/1.12 Charter, "Bitstream Charter", Georgia, "Liberation Serif", serif;
  margin: .2em 0 .3em }
h2 { font-size: 20px; line-height: 1.25; margin: 2em 0 .5em; padding-top: .5em;
  border-top: 2px solid var(--ink) }
h3 { font-size: 16px; margin: 1.6em 0 .4em }
p { margin: 0 0 .5em; max-width: 60rem }
.lead { font-size: 20px; line-height: 1.4 }
.note, footer, nav span, output { color: var(--mut); font-size: 13.5px }
a { color: var(--link); overflow-wrap: anywhere }
nav ol { padding-left: 1.8em; columns: 22rem; column-gap: 2.6em }
code { font-size: 13px }
nav li { break-inside: avoid; margin: .2em 0 }
nav span { display: block }
label { display: inline-block; margin: .8em 0 0; max-width: 100% }
input { font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--mut);
  padding: .3em .5em; width: 20rem; max-width: 100% }
input:focus-visible, button:focus-visible, summary:focus-visible { outline: 3px solid var(--link) }
output { margin-left: .6em }
table { border-collapse: separate; border-spacing: 0; width: 100%; margin: .8em 0 1.2em;
  font-size: 14.5px }
th { position: sticky; top: 0; background: var(--bg); text-align: start; vertical-align: bottom;
  font-size: 12.5px; color: var(--mut); padding: .5em .9em .3em 0;
  border-bottom: 1.5px solid var(--ink) }
td { padding: .42em .9em .42em 0; border-bottom: 1px solid var(--rule); vertical-align: top;
  unicode-bidi: plaintext; white-space: pre-wrap }
th:last-child, td:last-child { padding-right: 0 }
th.main { width: 40% }
.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap }
.long { overflow-wrap: anywhere; min-width: 7rem }
.many td, .many th { padding-right: .6em; font-size: 12px }
.many .long { min-width: 4.5rem }
.crowded td, .crowded th { overflow-wrap: anywhere; white-space: pre-wrap }
.many.crowded .long { min-width: 0 }
button { all: unset; cursor: pointer; font-weight: bold }
[aria-sort=ascending] button::after { content: " \\25B2" }
[aria-sort=descending] button::after { content: " \\25BC" }
summary { cursor: pointer; color: var(--link); padding: .35em 0 }
dl { margin: .4em 0 1em; max-width: 60rem }
dt { font-weight: bold }
dd { margin: 0 0 .3rem 1rem }
[hidden] { display: none !important }
@media screen and (max-width: 1199px) {
  .many td, .many th { overflow-wrap: anywhere; white-space: pre-wrap }
  .many .long { min-width: 0 }
}
@media screen and (min-width: 1000px), print {
  .few th.main { width: 100% }
  .few .short { white-space: nowrap }
  .few .mid { min-width: 9rem }
}
@media screen and (min-width: 1200px) { .few .mid { min-width: 13rem } }
@media screen and (max-width: 640px) {
  body { padding: 1rem 16px 2rem }
  h1 { font-size: 30px }
  .lead { font-size: 18px }
  label, input { display: block; width: 100% }
  table, thead, tbody, tr, td { display: block }
  thead tr { display: flex; flex-wrap: wrap; gap: 0 1em }
  thead tr::before { content: "Sort by"; font-size: 12.5px; padding: .5em 0 }
  th, th.main, .many th { position: static; border: 0; width: auto; padding: .5em 0;
    font-size: 12.5px }
  tbody tr { border-top: 1px solid var(--rule); padding: .6em 0 }
  td, .many td { border: 0; padding: .1em 0; text-align: start; font-size: 15px;
    overflow-wrap: anywhere }
  .number { text-align: start }
  td.main { font-weight: bold }
  td:not(.main)::before { content: attr(data-label) " "; color: var(--mut); font-size: 12.5px }
  td:empty { display: none }
}
@page { size: A4; margin: 15mm }
@page wide { size: A4 landscape; margin: 12mm }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt }
  h1 { font-size: 24pt }
  h2 { font-size: 13pt }
  h2, h3 { break-after: avoid }
  .lead { font-size: 13pt }
  .wide { page: wide }
  table { font-size: 9pt }
  th { position: static; font-size: 8.6pt }
  thead { display: table-header-group }
  tr, li, dd { break-inside: avoid }
  .many td, .many th { font-size: 7.5pt }
  body:not(.filtered) label, details:not([open]) { display: none }
  a { color: inherit; text-decoration: none }
  .note, footer, dl { font-size: 8.8pt }
}
"""

# Rows are sorted by value, nulls last in both directions; a cell may carry a number to sort by.
# The filter wants every word somewhere in a row, in any case, with or without accents.
SCRIPT = """
const tables = Array.from(document.querySelectorAll("table"));
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const th = button.parentElement;
    const sign = th.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of th.parentElement.cells) other.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
    const body = th.closest("table").tBodies[0];
    const rows = Array.from(body.rows, (row) => {
      const cell = row.cells[th.cellIndex];
      const value = cell.hasAttribute("data-n") ? Number(cell.getAttribute("data-n"))
        : cell.classList.contains("number") ? Number(cell.textContent) : cell.textContent;
      return { row, value, last: cell.hasAttribute("data-null") || Number.isNaN(value) };
    });
    const before = (a, b) => typeof a === typeof b ? a < b : typeof a === "number";
    rows.sort((a, b) => a.last - b.last
      || sign * (before(b.value, a.value) - before(a.value, b.value)));
    for (const { row } of rows) body.append(row);
  });
}
const plain = (text) => text.normalize("NFKD").replace(/\\p{M}/gu, "").toLowerCase();
const box = document.querySelector("input");
if (box) box.addEventListener("input", () => {
  const words = plain(box.value).split(/\\s+/).filter(Boolean);
  let shown = 0, all = 0;
  for (const table of tables) {
    let here = 0;
    for (const row of table.tBodies[0].rows) {
      const text = plain(row.textContent);
      row.hidden = !words.every((word) => text.includes(word));
      here += !row.hidden;
      all += 1;
    }
    table.parentElement.hidden = words.length > 0 && here === 0;
    shown += here;
  }
  document.querySelector("output").textContent = words.length ? `${shown} of ${all} rows` : "";
  document.body.classList.toggle("filtered", words.length > 0);
});
"""


def _hash(code: str) -> str:
    """Return the hash by which the page's policy admits this style or script, and no other."""
    return f"'sha256-{b64encode(sha256(code.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; script-src {_hash(SCRIPT)}; style-src {_hash(STYLE)}; "
    "base-uri 'none'; form-action 'none'"
)
"""What a page may load and run: its own style and script, nothing else, and it reaches nobody."""
