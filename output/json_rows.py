"""json and jsonl: every row an object, values with their types."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from output.page import Cell, Json, Page, cell_text
from schema.escape import replace_unsafe


def jsonl(page: Page) -> Iterator[str]:
    """Yield one object a line."""
    for line in _objects(page):
        yield line + "\n"


def json_document(page: Page) -> Iterator[str]:
    """Yield an array of rows, or an object of `meta`, `rows` and `citations` if there are any."""
    plain = not page.meta and page.citations is None
    meta = f'"meta": {_dumps(page.about)}, ' if page.meta else ""
    yield "[" if plain else f'{{{meta}"rows": ['
    yield from _separated(_objects(page))
    if page.citations is not None:
        yield '\n], "citations": ['
        yield from _separated(
            _dumps({"source": source, "citation": citation}) for source, citation in page.citations
        )
    yield "\n]\n" if plain else "\n]}\n"


def _separated(lines: Iterable[str]) -> Iterator[str]:
    separator = "\n"
    for line in lines:
        yield separator + line
        separator = ",\n"


def _objects(page: Page) -> Iterator[str]:
    names: list[str] = []
    for column in page.columns:  # an object has each name once: a second `id` becomes `id_2`
        name, n = column.name, 1
        while name in names:
            n += 1
            name = f"{column.name}_{n}"
        names.append(name)
    for row in page.rows:
        yield _dumps({name: _finite(value) for name, value in zip(names, row, strict=True)})


def _finite(value: Cell) -> Cell:
    return cell_text(value) if isinstance(value, float) and not math.isfinite(value) else value


def _from_driver(value: object) -> float | str:
    """Convert what a driver returns beyond cells: PostgreSQL's numeric, a date."""
    return float(value) if isinstance(value, Decimal) else str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_from_driver)


def _dumps(value: Mapping[str, Cell]) -> str:
    if Json in map(type, value.values()):
        encode = _ENCODER.encode
        members = (
            f"{encode(name)}: {cell if isinstance(cell, Json) else encode(cell)}"
            for name, cell in value.items()
        )
        encoded = f"{{{', '.join(members)}}}"
    else:
        encoded = _ENCODER.encode(value)
    # JSON's own escapes keep a terminal safe and lose nothing.
    return replace_unsafe(encoded, lambda character: json.dumps(character)[1:-1])
