"""Loading a coding: validated whole, written in one transaction, told by key.

The caller holds the transaction (database.connect.writing); whatever is raised leaves the
database as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from coding.changeset import PeerCoding, compare
from coding.cross_references import CrossReferences
from coding.faults import Fault, InvalidInputError, Severity
from coding.format import Coding
from coding.items import ItemKey, content_hash, digest, items_of, relation_key
from coding.reading import read_coding
from coding.rules import check
from coding.snapshot import Snapshot
from coding.text import read_text
from coding.verification import locator_faults, verify
from coding.writer import Writer
from coding.yaml_tree import Lines, Loc
from schema.escape import visible
from schema.vocabulary import Action

SHIPPED = Path(__file__).parent.parent / "articles"
"""The codings that come with the project."""


@dataclass(frozen=True)
class ValidatedCoding:
    """A coding that nothing stands against, with the text if it was given."""

    path: Path
    coding: Coding
    lines: Lines
    passages: list[str] | None
    remarks: list[Fault]
    """Warnings and notes."""


@dataclass(frozen=True)
class Loaded:
    """What a load did."""

    document: str
    changes: list[tuple[Action, ItemKey]]
    kept: int
    """Passages whose text was stored."""
    first: bool
    """Whether the document is new in the database."""

    def summary(self) -> str:
        """Count the changes by action and item: `added 3 events, 1 quote; removed 1 name`."""
        said = []
        for action in Action:
            counts = Counter(name.kind for done, name in self.changes if done is action)
            if counts:
                items = ", ".join(
                    f"{count} {kind if count == 1 else _plural(kind)}"
                    for kind, count in sorted(counts.items())
                )
                said.append(f"{action} {items}")
        return "; ".join(said)


def _plural(kind: str) -> str:
    return kind if kind == "elsewhere" else f"{kind}s"


def check_file(path: Path, text_path: Path | None = None) -> list[Fault]:
    """Give every fault of a coding, by itself and against its text, in the order of the file."""
    try:
        coding, lines = read_coding(path)
        passages = read_text(text_path) if text_path is not None else None
    except InvalidInputError as error:
        return error.faults
    return _faults(coding, lines, passages, text_path)


def read(path: Path, text_path: Path | None = None) -> ValidatedCoding:
    """Read a coding that is to be loaded. Raises InvalidInputError with all its errors."""
    coding, lines = read_coding(path)
    passages = read_text(text_path) if text_path is not None else None
    faults = _faults(coding, lines, passages, text_path)
    errors = [fault for fault in faults if fault.severity is Severity.ERROR]
    if errors:
        raise InvalidInputError(errors)
    return ValidatedCoding(path, coding, lines, passages, faults)


def _faults(
    coding: Coding, lines: Lines, passages: list[str] | None, text_path: Path | None
) -> list[Fault]:
    faults = check(coding, lines)
    if coding.passages:
        if passages is None or text_path is None:
            faults.extend(locator_faults(coding, lines))
        else:
            faults.extend(verify(coding, lines, passages, text_path))
    return sorted(set(faults))


def load(
    connection: Connection,
    proven: ValidatedCoding,
    *,
    keep_text: bool = False,
    together: Sequence[ValidatedCoding] = (),
) -> Loaded:
    """Bring the database to what the coding says; the same coding again changes nothing.

    `together` are all codings of the same command. They are compared with one another, not with
    what an earlier state of them has put into the database: so two that introduce the same actor
    can both be corrected. Raises InvalidInputError for conflicts with other codings, for
    references to missing rows, and for removed rows that other documents still use.
    """
    coding = proven.coding
    document = coding.document.key
    wanted = items_of(coding)
    stored = Snapshot(connection, document)

    def fault(name: ItemKey, rule: str, message: str) -> Fault:
        return proven.lines.fault(rule, _loc(coding, name), message)

    said = {
        other.coding.document.key: PeerCoding(visible(other.path.name), items_of(other.coding))
        for other in together
    }
    found, faults = compare(wanted, stored, said, fault)
    faults += CrossReferences(connection, stored, fault).faults(wanted, found)
    if faults:
        raise InvalidInputError(faults)
    number = stored.document_id
    if found:
        number = Writer(connection, stored, document).write(found, wanted)
    file, hashed = visible(proven.path.name), content_hash(wanted)
    if (file, hashed) != (stored.file, stored.hash):
        _complete(connection, number, file, hashed, coding)
    # A shared row may have been changed by another coding that was loaded together with this.
    if found or hashed != stored.hash:
        _journal(connection, number, found.listed())
    kept = 0
    if keep_text and proven.passages is not None and number is not None:
        kept = _keep_text(connection, number, proven.passages)
    return Loaded(document, found.listed(), kept, stored.hash is None)


SECTIONS = {"voice": "sources", "citation": "sources", "elsewhere": "elsewhere"}
"""Where items stand in a coding; the others in the plural of their kind."""


def _loc(coding: Coding, name: ItemKey) -> Loc:
    """Say where an item stands in the coding."""
    if name.key == coding.document.key and name.kind == "source":
        return ("document",)
    section = SECTIONS.get(name.kind, f"{name.kind}s")
    for i, one in enumerate(getattr(coding, section, ())):
        if name.key in (getattr(one, "key", None), getattr(one, "fact", None)):
            return (section, i)
        if name.kind == "link" and name.key == relation_key(one.origin, one.type, one.target):
            return (section, i)
    return (section,)


def _complete(
    connection: Connection, document: int | None, file: str, hashed: str, coding: Coding
) -> None:
    connection.execute(
        text(
            """
            update codings
            set file = :file, hash = :hash, coder = :coder, format = :format
            where document_id = :document
            """
        ),
        {
            "file": file,
            "hash": hashed,
            "coder": coding.coder,
            "format": coding.format,
            "document": document,
        },
    )


def _journal(
    connection: Connection, document: int | None, changes: list[tuple[Action, ItemKey]]
) -> None:
    codings = connection.execute(
        text(
            """
            select sources.key, codings.hash
            from codings
            join sources on sources.id = codings.document_id
            order by sources.key
            """
        )
    ).all()
    number = connection.execute(
        text(
            """
            insert into loads (document_id, loaded_at, content_hash)
            values (:document, :now, :hash)
            returning id
            """
        ),
        {
            "document": document,
            "now": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "hash": digest([key, coding] for key, coding in codings),
        },
    ).scalar_one()
    if not changes:
        return
    connection.execute(
        text(
            """
            insert into changes (load_id, item, key, action)
            values (:load, :item, :key, :action)
            """
        ),
        [
            {"load": number, "item": name.kind, "key": name.key, "action": str(action)}
            for action, name in changes
        ],
    )


def _keep_text(connection: Connection, document: int, passages: list[str]) -> int:
    """Store the passages' text where it is not there yet; give how many were."""
    stored = connection.execute(
        text(
            """
            update passages
            set text = :text
            where document_id = :document and n = :n and (text is null or text <> :text)
            """
        ),
        [
            {"text": passage, "document": document, "n": n}
            for n, passage in enumerate(passages, start=1)
        ],
    )
    return stored.rowcount
