"""Derived tables, plain foreign keys, day numbers, the order of actors, and sentences for ties.

Every foreign key of two columns gets one of a single column beside it where one column finds the
row: other tools follow only those. SQLite can't add a constraint to a table, so there the table is
made again, with its rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from schema.edtf import Edtf

revision = "sourcebook_0004"
down_revision = "sourcebook_0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

TIES = (
    ("ally-of", "{from} {is|are} allied with {to}[ ({what})]", "friendly", False),
    ("works-with", "{from} {works|work} with {to}[ on {what}]", "friendly", False),
    ("supports", "{from} {supports|support} {to}[ ({what})]", "friendly", False),
    (
        "sends-forces-for",
        "{from} {has|have} forces fighting for {to}[ ({what})]",
        "friendly",
        False,
    ),
    (
        "arms",
        "{from} {arms, pays or supplies|arm, pay or supply} {to}[ ({what})]",
        "friendly",
        False,
    ),
    ("protects", "{from} {shields|shield} {to}[ ({what})]", "friendly", False),
    ("patron-of", "{from} {is the patron|are the patrons} of {to}[ ({what})]", "friendly", False),
    ("aligned-with", "{from} {takes|take} the side of {to}[ ({what})]", "friendly", False),
    ("depends-on", "{from} {depends|depend} on {to}[ for {what}]", "friendly", False),
    ("influences", "{from} {has|have} influence over {to}[ ({what})]", None, False),
    ("controls", "{from} {controls|control} {to}[ ({what})]", "structural", False),
    ("presses", "{from} {presses|press} {to}[ to {what}]", None, False),
    ("engages", "{from} {talks|talk} with {to}[ about {what}]", None, False),
    ("opposes", "{from} {opposes|oppose} {to}[ over {what}]", "hostile", False),
    ("fights", "{from} {fights|fight} {to}[ ({what})]", "hostile", False),
    ("rival-of", "{from} {is a rival|are rivals} of {to}[ ({what})]", "hostile", False),
    ("threatens", "{from} {threatens|threaten} {to}[ ({what})]", "hostile", False),
    ("heads", "{from} {heads|head} {to}[ as {what}]", "structural", True),
    ("holds-post-in", "{from} {serves|serve} {to}[ as {what}]", "structural", True),
    ("advises", "{from} {advises|advise} {to}[ on {what}]", "structural", True),
    ("member-of", "{from} {is a member|are members} of {to}[ ({what})]", "structural", True),
    ("part-of", "{from} {is|are} part of {to}[ ({what})]", "structural", True),
    ("belongs-to", "{from} {belongs|belong} to {to}[ ({what})]", "structural", False),
    (
        "writes-for",
        "{from} {writes or works|write or work} for {to}[ ({what})]",
        "structural",
        False,
    ),
    ("differs-from", "{from} {differs|differ} from {to}[ in {what}| on {topic}]", None, False),
    ("agrees-with", "{from} {agrees|agree} with {to}[ on {what}| on {topic}]", "friendly", False),
    (
        "depends-less-than",
        "{from} {depends|depend} less than {to}[ on {what}| ({topic})]",
        None,
        False,
    ),
    (
        "more-committed-than",
        "{from} {is|are} more committed than {to}[ to {what}| ({topic})]",
        None,
        False,
    ),
    ("stronger-than", "{from} {is|are} stronger than {to}[ in {what}| ({topic})]", None, False),
)
"""The types of ties: as a sentence, friendly or hostile or structural, whether one acts for the
other."""


def tie(position: int, otherwise: str) -> str:
    """Write an expression for what a column of `relation_types` holds by its key."""
    cases = " ".join(f"when '{row[0]}' then {literal(row[position])}" for row in TIES)
    return f"case key {cases} else {otherwise} end"


def literal(value: str | bool | None) -> str:
    """Write a value as SQL does."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else "'" + value.replace("'", "''") + "'"


def rank(table: str, owner: str) -> str:
    """Write an expression that numbers the actors of one owner and role by their keys."""
    return f"""(
      select count(*)
      from {table} as peers
      join actors as theirs on theirs.id = peers.actor_id
      where peers.{owner} = {table}.{owner}
        and peers.role = {table}.role
        and theirs.key <= (select key from actors where id = {table}.actor_id)
    )"""


class Added(NamedTuple):
    """A new column, and what it holds in rows that are there."""

    name: str
    type: str
    value: str
    comment: str
    null: bool = False


class Change(NamedTuple):
    """What a table gets."""

    table: str
    columns: tuple[Added, ...]
    constraints: tuple[str, ...]


def plain(table: str, column: str, target: str, *, cascade: bool = False) -> str:
    """Write a foreign key of one column."""
    return (
        f"CONSTRAINT fk_{table}_{column}_{target} FOREIGN KEY({column}) REFERENCES {target} (id)"
        f"{' ON DELETE cascade' if cascade else ''}"
    )


ORDER = "number in its role, from 1, in the coder's order"
DAY = (
    "{} day that it can mean, in any year, BCE too: days from 1 January of the year 0 (1 BCE), "
    "Gregorian; null where open or unknown"
)

CHANGES = (
    Change(
        "dates",
        (
            Added("first_day", "BIGINT", "null", DAY.format("first"), null=True),
            Added("last_day", "BIGINT", "null", DAY.format("last"), null=True),
        ),
        ("CONSTRAINT ck_dates_days_in_order CHECK (first_day <= last_day)",),
    ),
    Change(
        "relation_types",
        (
            Added(
                "sentence",
                "TEXT",
                tie(1, "'{from} ' || label || ' {to}[ ({what})]'"),
                "how it reads as a sentence: {from}, {to}, {what}, {topic} are filled in, {a|b} is "
                "the verb of one or of several, and of [a|b] the first is used that can be filled",
            ),
            Added(
                "nature",
                "TEXT",
                tie(2, "null"),
                "friendly, hostile or structural; null: none of these, or it depends",
                null=True,
            ),
            Added(
                "acts_for",
                "BOOLEAN",
                tie(3, "false"),
                "whether the first actor acts for the second",
            ),
        ),
        (
            "CONSTRAINT ck_relation_types_sentence_not_blank CHECK (sentence <> '')",
            (
                "CONSTRAINT ck_relation_types_nature CHECK "
                "(nature in ('friendly', 'hostile', 'structural'))"
            ),
        ),
    ),
    Change(
        "source_actors",
        (Added("n", "INTEGER", rank("source_actors", "source_id"), ORDER),),
        ("CONSTRAINT ck_source_actors_from_one CHECK (n >= 1)",),
    ),
    Change(
        "participants",
        (Added("n", "INTEGER", rank("participants", "fact_id"), ORDER),),
        (
            "CONSTRAINT ck_participants_from_one CHECK (n >= 1)",
            plain("participants", "fact_id", "facts", cascade=True),
        ),
    ),
    *(
        Change(table, (), (plain(table, "id", "facts", cascade=True),))
        for table in ("events", "event_links", "quotes", "positions", "relations", "actor_names")
    ),
    Change("attributions", (), (plain("attributions", "parent_id", "attributions"),)),
    Change("citations", (), (plain("citations", "document_id", "sources"),)),
    Change("evidence", (), (plain("evidence", "attribution_id", "attributions"),)),
    Change(
        "spans",
        (),
        (
            plain("spans", "document_id", "sources"),
            plain("spans", "evidence_id", "evidence", cascade=True),
        ),
    ),
)


def upgrade() -> None:
    """Change the tables, and create those for what is derived.

    The views are dropped: those of the newest schema are created when all revisions are done.
    """
    drop_views()
    if op.get_bind().dialect.name == "sqlite":
        for change in CHANGES:
            remake(change)
    else:
        for change in CHANGES:
            extend(change)
    op.create_index(op.f("ix_dates_first_day"), "dates", ["first_day"])
    op.create_index(op.f("ix_dates_last_day"), "dates", ["last_day"])
    op.drop_index("ix_relations_from_actor_id_type", "relations")
    op.create_index(
        "ix_relations_from_actor_id_type_to_actor_id",
        "relations",
        ["from_actor_id", "type", "to_actor_id"],
    )
    if not op.get_context().as_sql:  # without a connection there are no rows
        number_days()
    derived()


def downgrade() -> None:
    """Take it all back, and create the views of revision 0002 again."""
    drop_views()
    for table in re.findall(r"^(\w+) ", DERIVED, re.MULTILINE):
        op.drop_table(table)
    op.drop_index("ix_relations_from_actor_id_type_to_actor_id", "relations")
    op.create_index("ix_relations_from_actor_id_type", "relations", ["from_actor_id", "type"])
    op.drop_index(op.f("ix_dates_last_day"), "dates")
    op.drop_index(op.f("ix_dates_first_day"), "dates")
    for change in reversed(CHANGES):
        if op.get_bind().dialect.name == "sqlite":
            unmake(change)
            continue
        for constraint in change.constraints:
            op.execute(f"alter table {change.table} drop constraint {constraint.split()[1]}")
        for column in change.columns:
            op.execute(f"alter table {change.table} drop column {column.name}")
    context.script.get_revision("sourcebook_0002").module.upgrade()


def drop_views() -> None:
    """Drop all views, those of revision 0002 that read others first."""
    views = [*VIEWS_OF_0002]
    if not op.get_context().as_sql:
        there = set(sa.inspect(op.get_bind()).get_view_names())
        views = [name for name in views if name in there] + sorted(there - {*views})
    for name in views:
        op.execute(f"drop view {name}")


VIEWS_OF_0002 = (
    *("words", "located", "told", "stances", "ties", "quotations", "timeline", "grounds"),
    *("known_as", "pointers", "chains"),
)
"""Those that read others first."""


# --- PostgreSQL -----------------------------------------------------------------------------------


def extend(change: Change) -> None:
    """Add columns and constraints to a table."""
    for column in change.columns:
        collated = ' collate "C"' if column.type == "TEXT" else ""
        op.execute(f"alter table {change.table} add column {column.name} {column.type}{collated}")
        op.execute(f"update {change.table} set {column.name} = {column.value}")
        if not column.null:
            op.execute(f"alter table {change.table} alter column {column.name} set not null")
        comment = literal(column.comment)
        op.execute(f"comment on column {change.table}.{column.name} is {comment}")
    for constraint in change.constraints:
        op.execute(f"alter table {change.table} add {constraint}")


# --- SQLite ---------------------------------------------------------------------------------------


def definitions(condition: str) -> list[tuple[str, str]]:
    """Return names and definitions from SQLite's schema, the oldest first."""
    query = "select name, sql from sqlite_schema where sql is not null and {} order by rowid"
    return [(row[0], row[1]) for row in op.get_bind().exec_driver_sql(query.format(condition))]


def parts(change: Change) -> tuple[str, str]:
    """Write new columns and new constraints as SQLAlchemy does, each after a comma."""
    columns = (f"{one.name} {one.type}{'' if one.null else ' NOT NULL'}" for one in change.columns)
    return "".join(f"\t{one}, \n" for one in columns), "".join(
        f", \n\t{one}" for one in change.constraints
    )


def remake(change: Change) -> None:
    """Make a table again, with more columns and constraints."""
    columns, constraints = parts(change)
    [(_, sql)] = definitions(f"name = '{change.table}'")
    before, mark, after = sql.partition("\tCONSTRAINT")
    after = after.rstrip().removesuffix(")").rstrip()
    values = [f"{one.value} as {one.name}" for one in change.columns]
    refill(change.table, f"{before}{columns}{mark}{after}{constraints}\n)", values)


def unmake(change: Change) -> None:
    """Make a table again as it was before."""
    columns, constraints = parts(change)
    [(_, sql)] = definitions(f"name = '{change.table}'")
    for part in (columns, constraints):
        sql = sql.replace(part, "", 1)
    refill(change.table, sql, without={one.name for one in change.columns})


def refill(table: str, sql: str, values: Sequence[str] = (), without: Collection[str] = ()) -> None:
    """Replace a table by one of another definition that holds its rows."""
    indexes = definitions(f"type = 'index' and tbl_name = '{table}'")
    connection = op.get_bind()
    names = [row[1] for row in connection.exec_driver_sql(f"pragma table_info({table})")]
    kept = ", ".join([f'"{name}"' for name in names if name not in without] + list(values))
    for statement in (
        f"create temporary table kept as select {kept} from {table}",
        f"drop table {table}",
        sql,
        f"insert into {table} select * from kept",
        "drop table kept",
        *(index for _, index in indexes),
    ):
        connection.exec_driver_sql(statement)


# --- both -----------------------------------------------------------------------------------------


def number_days() -> None:
    """Compute the day numbers of the dates that are there."""
    connection = op.get_bind()
    dates = sa.table("dates", *map(sa.column, ("edtf", "first_day", "last_day")))
    rows = [
        {"text": date.text, "first": date.first_day, "last": date.last_day}
        for date in map(Edtf.parse, connection.scalars(sa.select(dates.c.edtf)))
    ]
    if rows:
        connection.execute(
            dates.update()
            .where(dates.c.edtf == sa.bindparam("text"))
            .values(first_day=sa.bindparam("first"), last_day=sa.bindparam("last")),
            rows,
        )


# A table and what it holds; its columns: part of the key or not, type (with ? where null is allowed),
# the table that it refers to with what happens when the row goes, whether indexed; what it holds.
DERIVED = """\
evidence_passages | where each piece of evidence is
  key evidence_id integer > evidence cascade | the evidence
  passage text | its passages in the order of its words: ¶3; ¶4
  paragraph integer | number of the passage of its first words
  start integer | first character of these words, from 0
fact_summaries | each fact in a sentence, with its evidence
  key fact_id integer > facts cascade | the fact
  kind text | event, quote, position, relation, link or name
  key text | its key, unique in the document that introduced it
  introduced_by text | key of the document that introduced it
  sentence text | the fact as a sentence that can be quoted alone: with its subject, and with its standing in front
  standing text? | the words in front of the sentence (Alleged, Did not happen, …); null: stated or reported as a fact
  statement text | the same without its standing: title of an event, position without its holder, …; does not show whether it is so
  settled text? | modality of an event as the coder settled it; of other facts, that of their first evidence
  modality text? | modalities of its evidence
  certainty text? | certainties of its evidence
  hedge text? | the words that hedge it, verbatim
  words text? | the words of its date, verbatim
  who text? | headings of all who take part in an event or quote, doers or speakers first
  speaker text? | headings of the speakers of a quote
  addressee text? | headings of those it is addressed to
  about text? | headings of those a quote is about
  holder text? | headings of the holders of a position
  object text? | headings of those a position is about
  attribution_id integer? > attributions set null indexed | the chain of voices it came through; null: several, or no evidence
  chain text? | its chains of voices, joined by " | ", where there are several
  source text? | keys of the documents that state it
  passage text? | where: ¶n, after the key of the document if several documents state it
  document text? | key of the first document that states it, by key: for sorting
  paragraph integer? | number of its first passage there: for sorting
  start integer? | first character of its evidence in that passage, from 0: for sorting
  unnamed text? | whether all, some or none of its evidence comes through an unnamed voice
fact_passages | which passage is evidence for which fact
  key document_id integer > sources | the document
  key passage integer | number of the passage: ¶
  key fact_id integer > facts cascade indexed | the fact
  start integer | first character in the passage that is evidence for it, from 0
  pieces integer | pieces of evidence for it there
evidence_counts | what vouches for each fact, in figures
  key fact_id integer > facts cascade | the fact
  counted_as_id integer? > facts set null indexed | the fact it is counted as: of equal ties the first, by document and key; otherwise itself
  pieces integer? | pieces of evidence, of equal ties together; null, as all that follows: counted with another
  documents integer? | documents that state it
  relayed integer? | pieces of evidence that a document has from another voice
  origins integer? | different sources at the inner ends of its chains, the documents included
  named_origins integer? | how many of these origins are named
  origin_id integer? > sources set null indexed | its origin, if it has just one
passage_coverage | how much of each passage is evidence
  key document_id integer > sources | the document
  key passage integer | number of the passage: ¶
  characters integer | characters that are evidence for some fact
  facts integer | facts that have evidence there
attribution_chains | chains of voices, in words
  key attribution_id integer > attributions cascade | the voice in its chain
  depth integer | voices between it and the document; 0: the latter
  chain text | titles from this voice to the document, innermost first
  anonymity text | named, if all voices in the chain are; otherwise unnamed or voiceless
  passage text? | where the document draws on it, or on voices that it relays: ¶n
attribution_ancestors | which voice came through which
  key attribution_id integer > attributions cascade | the voice
  key ancestor_id integer > attributions cascade indexed | itself, or a voice that it came through
  distance integer | steps between the two; 0: itself
citation_passages | where documents point to sources
  key document_id integer > sources cascade | the document that points
  key source_id integer > sources cascade indexed | the source that it points to
  passage text | where: ¶n
memberships | who acts for whom, through which ties, and when
  key member_id integer > actors cascade | the actor who acts for the other
  key whole_id integer > actors cascade indexed | the actor whom it acts for
  key n integer | number of the path, from 1, the shortest first
  path text | document:key of each tie from the member to the whole, joined by "; "
  steps integer | how many ties the path has
  standing text? | Alleged, Disputed, …: the weakest of its ties; null: all are stated as facts
  earliest text? | first day on which all its ties can hold, YYYY-MM-DD; null: open or not stated
  latest text? | last day on which all its ties can hold, YYYY-MM-DD; null: open or not stated
  first_day bigint? | earliest as a day number
  last_day bigint? | latest as a day number
actor_summaries | actors with all their names
  key actor_id integer > actors cascade | the actor
  names text | every name that the texts use: in full, then short ones, then others
"""

CHECKS = {
    "fact_summaries": {
        "kind": "kind in ('event', 'quote', 'position', 'relation', 'link', 'name')",
        "settled": "settled in ('actual', 'intended', 'expected', 'possible', 'hypothetical', "
        "'denied')",
        "unnamed": "unnamed in ('all', 'some', 'none')",
        "one_chain_or_several": "attribution_id is null or chain is null",
    },
    "attribution_chains": {"anonymity": "anonymity in ('named', 'unnamed', 'voiceless')"},
    "memberships": {"from_one": "n >= 1 and steps >= 1"},
}
OF_PASSAGES = ("fact_passages", "passage_coverage")
TYPES: dict[str, TypeEngine[Any]] = {
    "integer": sa.Integer(),
    "bigint": sa.BigInteger(),
    "text": TEXT,
}
COLUMN = re.compile(
    r"  (?P<key>key )?(?P<name>\w+) (?P<type>\w+)(?P<null>\?)?"
    r"(?: > (?P<target>\w+)(?: (?P<gone>cascade|set null))?)?(?P<indexed> indexed)? \| (?P<comment>.+)"
)


def derived() -> None:
    """Make the derived tables, empty: `migrate` fills them once the schema is the newest."""
    for section in re.split(r"\n(?=\w)", DERIVED.rstrip()):
        head, *lines = section.split("\n")
        table, comment = head.split(" | ")
        columns = [match.groupdict() for line in lines if (match := COLUMN.fullmatch(line))]
        op.create_table(table, *parts_of(table, columns), comment=f"derived: {comment}")
        for column in columns:
            if column["indexed"]:
                name = column["name"]
                op.create_index(op.f(f"ix_{table}_{name}"), table, [name])


def parts_of(table: str, columns: Sequence[dict[str, str | None]]) -> Iterator[SchemaItem]:
    """Make the columns and constraints of a derived table."""
    for column in columns:
        yield sa.Column(
            column["name"],
            TYPES[str(column["type"])],
            nullable=bool(column["null"]),
            comment=column["comment"],
        )
    for name, condition in CHECKS.get(table, {}).items():
        yield sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
    for column in columns:
        if target := column["target"]:
            name = str(column["name"])
            yield sa.ForeignKeyConstraint(
                [name],
                [f"{target}.id"],
                name=op.f(f"fk_{table}_{name}_{target}"),
                ondelete=column["gone"],
            )
    if table in OF_PASSAGES:
        yield sa.ForeignKeyConstraint(
            ["document_id", "passage"],
            ["passages.document_id", "passages.n"],
            name=op.f(f"fk_{table}_document_id_passage_passages"),
            ondelete="cascade",
        )
    keys = [str(column["name"]) for column in columns if column["key"]]
    yield sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{table}"))
