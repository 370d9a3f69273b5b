"""Names of events, control of places, links of quotes, dates of positions, durations, identifiers.

Also the volume, issue and pages of a source, and its authors who aren't actors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "sourcebook_0008"
down_revision = "sourcebook_0007"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = "local number; means nothing elsewhere"

BEFORE = "'event', 'quote', 'position', 'relation', 'link', 'name'"
AFTER = f"{BEFORE}, 'event-name', 'control'"
NAME_KINDS = "'name', 'short', 'title', 'metonym', 'description', 'transliteration'"
LINK_TYPE = "follows, part-of, in-response-to, condition-of or instead-of"
LINK_TYPES = "'follows', 'part-of', 'in-response-to', 'condition-of', 'instead-of'"

COMMENTS = {
    "table facts": (
        "events, quotes, positions, relations, links and names: what needs evidence",
        "events, quotes, positions, relations, links, names …: what needs evidence",
    ),
    "column fact_summaries.kind": (
        "event, quote, position, relation, link or name",
        "event, quote, position, relation, link, name, event-name or control",
    ),
    "column evidence.certainty": ("how it is told", "how it is stated"),
    "column events.modality": ("whether it is, all told", "whether it happened, by all evidence"),
    "column events.date": (
        "when, all told; EDTF; null: undated",
        "when, by all evidence; EDTF; null: undated",
    ),
}
"""What has another comment, before and after."""

NEW_TABLES = ("event_names", "territorial_control", "source_credits", "identifiers")


def earlier() -> Any:
    """Return the revision that knows how to remake tables."""
    return context.script.get_revision("sourcebook_0004").module


def changes() -> list[Any]:
    """Return the tables that get columns."""
    module = earlier()
    added, change = module.Added, module.Change

    def text(name: str, comment: str) -> Any:
        return added(name, "TEXT", "null", comment, null=True)

    def days(bound: str) -> Any:
        comment = f"days that it lasts at {bound}; null: not said"
        return added(f"duration_{bound}_days", "INTEGER", "null", comment, null=True)

    columns = (
        text("duration_words", "the words that say how long it lasts, verbatim"),
        days("least"),
        days("most"),
    )
    return [
        change(
            "sources",
            (
                text("volume", "volume of the journal that it is in"),
                text("issue", "issue of the journal or newspaper"),
                text("pages", "its pages there, such as 12-34"),
            ),
            tuple(
                f"CONSTRAINT ck_sources_{name}_not_blank CHECK ({name} <> '')"
                for name in ("volume", "issue", "pages")
            ),
        ),
        change(
            "positions",
            (text("date", "when it was held; EDTF; null: undated"),),
            ("CONSTRAINT fk_positions_date_dates FOREIGN KEY(date) REFERENCES dates (edtf)",),
        ),
        *(
            change(
                table,
                columns,
                (
                    f"CONSTRAINT ck_{table}_duration_words_not_blank CHECK (duration_words <> '')",
                    (
                        f"CONSTRAINT ck_{table}_duration_in_order CHECK "
                        "(duration_least_days >= 0 and duration_most_days >= 0 "
                        "and duration_least_days <= duration_most_days)"
                    ),
                    (
                        f"CONSTRAINT ck_{table}_duration_has_words CHECK "
                        "(duration_words is not null "
                        "or (duration_least_days is null and duration_most_days is null))"
                    ),
                ),
            )
            for table in ("events", "relations")
        ),
    ]


def upgrade() -> None:
    """Add the tables and columns, and let links join quotes too."""
    if not op.get_context().as_sql:  # an empty database has had none since revision 0004
        earlier().drop_views()
    for change in changes():
        (earlier().remake if is_sqlite() else earlier().extend)(change)
    op.create_index(op.f("ix_positions_date"), "positions", ["date"])
    allow_kinds(BEFORE, AFTER)
    comment(after=True)
    remake_links(
        linked_facts,
        "id, kind, from_event_id, cast('event' as text) as from_kind, type, to_event_id, cast('event' as text) as to_kind, lag",
        "id, kind, from_fact_id, from_kind, type, to_fact_id, to_kind, lag",
    )
    names_and_control()
    credits_and_identifiers()


def downgrade() -> None:
    """Take it back; what the tables can't hold any longer is deleted."""
    earlier().drop_views()
    for table in NEW_TABLES:
        op.drop_table(table)
    lost = (
        "kind in ('event-name', 'control') or id in "
        "(select id from event_links where from_kind = 'quote' or to_kind = 'quote')"
    )
    facts = f"select id from facts where {lost}"
    evidence = f"select id from evidence where fact_id in ({facts})"
    for table in ("spans", "evidence_passages"):
        op.execute(f"delete from {table} where evidence_id in ({evidence})")
    for table in ("evidence", "fact_summaries", "fact_passages", "evidence_counts"):
        op.execute(f"delete from {table} where fact_id in ({facts})")
    op.execute(f"delete from facts where {lost}")
    remake_links(
        linked_events,
        "id, kind, from_fact_id, type, to_fact_id, lag",
        "id, kind, from_event_id, type, to_event_id, lag",
        "where from_kind = 'event' and to_kind = 'event'",
    )
    comment(after=False)
    allow_kinds(AFTER, BEFORE)
    op.drop_index(op.f("ix_positions_date"), "positions")
    for change in reversed(changes()):
        if is_sqlite():
            earlier().unmake(change)
            continue
        for constraint in change.constraints:
            op.execute(f"alter table {change.table} drop constraint {constraint.split()[1]}")
        for column in change.columns:
            op.execute(f"alter table {change.table} drop column {column.name}")


def is_sqlite() -> bool:
    """Whether the database is SQLite, which can't change a table."""
    return op.get_context().dialect.name == "sqlite"


def allow_kinds(before: str, after: str) -> None:
    """Let facts have these kinds."""
    for table in ("facts", "fact_summaries"):
        old, new = (f"CHECK (kind in ({kinds}))" for kinds in (before, after))
        if is_sqlite():
            [(_, sql)] = earlier().definitions(f"name = '{table}'")
            earlier().refill(table, sql.replace(old, new, 1))
            continue
        op.execute(f"alter table {table} drop constraint ck_{table}_kind")
        op.execute(f"alter table {table} add constraint ck_{table}_kind {new}")


def comment(*, after: bool) -> None:
    """Change comments of earlier revisions."""
    for what, texts in COMMENTS.items():
        if not is_sqlite():
            op.execute(f"comment on {what} is {earlier().literal(texts[after])}")


# --- links ----------------------------------------------------------------------------------------


def remake_links(create: Any, old: str, new: str, where: str = "") -> None:
    """Make the table of links again, with its rows."""
    op.execute(f"create temporary table kept as select {old} from event_links {where}")
    op.drop_table("event_links")
    create()
    op.execute(f"insert into event_links ({new}) select * from kept")
    op.execute("drop table kept")


def linked_events() -> None:
    """Make the table of links between events, as revision 0004 left it."""
    op.create_table(
        "event_links",
        *fact("event_links", "link"),
        sa.Column("from_event_id", sa.Integer(), nullable=False, comment="the one event"),
        sa.Column("type", TEXT, nullable=False, comment=LINK_TYPE),
        sa.Column("to_event_id", sa.Integer(), nullable=False, comment="the other event"),
        sa.Column("lag", TEXT, nullable=True, comment="how long between them, verbatim"),
        check("event_links", "lag_not_blank", "lag <> ''"),
        check("event_links", "type", f"type in ({LINK_TYPES})"),
        check("event_links", "not_to_itself", "from_event_id <> to_event_id"),
        refers("event_links", "from_event_id", "events"),
        refers("event_links", "to_event_id", "events"),
        sa.UniqueConstraint(
            "from_event_id",
            "type",
            "to_event_id",
            name=op.f("uq_event_links_from_event_id_type_to_event_id"),
        ),
        comment="how one event stands to another: read from, type, to",
    )
    index("event_links", "id", "kind")
    index("event_links", "to_event_id")


def linked_facts() -> None:
    """Make the table of links between events and quotes."""
    ends: list[Any] = []
    for end, meaning in (("from", "one"), ("to", "other")):
        ends += [
            sa.Column(
                f"{end}_fact_id",
                sa.Integer(),
                nullable=False,
                comment=f"the {meaning} event or quote",
            ),
            sa.Column(
                f"{end}_kind",
                TEXT,
                nullable=False,
                comment="which of the two it is: event or quote",
            ),
            check("event_links", f"{end}_kind", f"{end}_kind in ('event', 'quote')"),
            refers("event_links", f"{end}_fact_id", "facts"),
            sa.ForeignKeyConstraint(
                [f"{end}_fact_id", f"{end}_kind"],
                ["facts.id", "facts.kind"],
                name=op.f(f"fk_event_links_{end}_fact_id_{end}_kind_facts"),
            ),
        ]
    op.create_table(
        "event_links",
        *fact("event_links", "link"),
        *ends[:2],
        sa.Column("type", TEXT, nullable=False, comment=LINK_TYPE),
        *ends[2:],
        sa.Column("lag", TEXT, nullable=True, comment="how long between them, verbatim"),
        check("event_links", "lag_not_blank", "lag <> ''"),
        check("event_links", "type", f"type in ({LINK_TYPES})"),
        check("event_links", "not_to_itself", "from_fact_id <> to_fact_id"),
        sa.UniqueConstraint(
            "from_fact_id",
            "type",
            "to_fact_id",
            name=op.f("uq_event_links_from_fact_id_type_to_fact_id"),
        ),
        comment="how an event or utterance stands to another: read from, type, to",
    )
    index("event_links", "id", "kind")
    index("event_links", "from_fact_id", "from_kind")
    index("event_links", "to_fact_id", "to_kind")


# --- new tables -----------------------------------------------------------------------------------


def names_and_control() -> None:
    """Make the tables of two new kinds of facts."""
    op.create_table(
        "event_names",
        *fact("event_names", "event-name"),
        sa.Column("event_id", sa.Integer(), nullable=False, comment="whose name it is"),
        sa.Column("name", TEXT, nullable=False, comment="the name as the text has it"),
        sa.Column(
            "name_kind",
            TEXT,
            nullable=False,
            comment="name, short, title, metonym, description or transliteration",
        ),
        check("event_names", "name_kind", f"name_kind in ({NAME_KINDS})"),
        check("event_names", "name_not_blank", "name <> ''"),
        refers("event_names", "event_id", "events"),
        comment="names of events: in full, short, descriptions",
    )
    index("event_names", "id", "kind")
    index("event_names", "event_id")
    index("event_names", "name")
    op.create_table(
        "territorial_control",
        *fact("territorial_control", "control"),
        sa.Column("actor_id", sa.Integer(), nullable=False, comment="who does so"),
        sa.Column("type", TEXT, nullable=False, comment="holds, contests or besieges"),
        sa.Column("place_id", sa.Integer(), nullable=False, comment="the place"),
        sa.Column(
            "part",
            TEXT,
            nullable=True,
            comment="which part of the place, in the coder's words; null: all of it, or not said",
        ),
        sa.Column("since", TEXT, nullable=True, comment="when it began; EDTF; null: not said"),
        sa.Column("until", TEXT, nullable=True, comment="when it ended; EDTF; null: not said"),
        check("territorial_control", "type", "type in ('holds', 'contests', 'besieges')"),
        check("territorial_control", "part_not_blank", "part <> ''"),
        refers("territorial_control", "actor_id", "actors"),
        refers("territorial_control", "place_id", "places"),
        refers("territorial_control", "since", "dates", "edtf"),
        refers("territorial_control", "until", "dates", "edtf"),
        comment="who holds, contests or besieges which place",
    )
    index("territorial_control", "id", "kind")
    for column in ("actor_id", "place_id", "since", "until"):
        index("territorial_control", column)


def credits_and_identifiers() -> None:
    """Make the tables of authors who aren't actors, and of identifiers."""
    op.create_table(
        "source_credits",
        sa.Column("source_id", sa.Integer(), nullable=False, comment="the source"),
        sa.Column("role", TEXT, nullable=False, comment="author, publisher or voice"),
        sa.Column(
            "n",
            sa.Integer(),
            nullable=False,
            comment="number in its role, from 1, in the coder's order; source_actors has the others",
        ),
        sa.Column("name", TEXT, nullable=False, comment="the name"),
        check("source_credits", "role", "role in ('author', 'publisher', 'voice')"),
        check("source_credits", "from_one", "n >= 1"),
        check("source_credits", "name_not_blank", "name <> ''"),
        refers("source_credits", "source_id", "sources", gone="cascade"),
        sa.PrimaryKeyConstraint("source_id", "role", "n", name=op.f("pk_source_credits")),
        comment="who wrote or published a source and isn't coded as an actor",
    )
    owners = ("actor", "place", "source")
    op.create_table(
        "identifiers",
        sa.Column("id", sa.Integer(), nullable=False, comment=ID),
        *(
            sa.Column(f"{owner}_id", sa.Integer(), nullable=True, comment=f"the {owner}")
            for owner in owners
        ),
        sa.Column(
            "scheme", TEXT, nullable=False, comment="the catalogue: wikidata, viaf, doi, isbn, …"
        ),
        sa.Column("identifier", TEXT, nullable=False, comment="the identifier there"),
        check(
            "identifiers",
            "exactly_one",
            " + ".join(f"case when {owner}_id is null then 0 else 1 end" for owner in owners)
            + " = 1",
        ),
        check("identifiers", "scheme_not_blank", "scheme <> ''"),
        check("identifiers", "identifier_not_blank", "identifier <> ''"),
        *(refers("identifiers", f"{owner}_id", f"{owner}s", gone="cascade") for owner in owners),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identifiers")),
        comment="identifiers of actors, places and sources in other catalogues",
    )
    for owner in owners:
        index("identifiers", f"{owner}_id")
        condition = sa.text(f"{owner}_id is not null")
        op.create_index(
            f"uq_identifiers_scheme_identifier_{owner}",
            "identifiers",
            ["scheme", "identifier"],
            unique=True,
            sqlite_where=condition,
            postgresql_where=condition,
        )


def fact(table: str, kind: str) -> Sequence[Any]:
    """Make what ties a table to the facts of a kind."""
    meaning = f"always {kind}: with id the key of its fact"
    return (
        sa.Column("id", sa.Integer(), nullable=False, comment=ID),
        sa.Column("kind", TEXT, nullable=False, server_default=kind, comment=meaning),
        check(table, "kind", f"kind = '{kind}'"),
        refers(table, "id", "facts", gone="cascade"),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["facts.id", "facts.kind"],
            name=op.f(f"fk_{table}_id_kind_facts"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    """Make a CHECK."""
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def refers(
    table: str, column: str, target: str, key: str = "id", gone: str | None = None
) -> sa.ForeignKeyConstraint:
    """Make a foreign key of one column."""
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.{key}"], name=name, ondelete=gone)


def index(table: str, *columns: str) -> None:
    """Make an index on columns."""
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
