"""The tables of a sourcebook."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "sourcebook_0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

RELATION_TYPES = [
    ("ally-of", "is allied with", "is allied with", True),
    ("works-with", "works or coordinates with", "works or coordinates with", True),
    ("supports", "supports", "is supported by", False),
    (
        "sends-forces-for",
        "sends or keeps forces fighting for",
        "has forces fighting for it from",
        False,
    ),
    ("arms", "arms, pays or supplies", "is armed, paid or supplied by", False),
    ("protects", "shields", "is shielded by", False),
    ("patron-of", "is the patron of", "is a client or proxy of", False),
    ("aligned-with", "takes the side of", "has on its side", False),
    ("depends-on", "needs", "is needed by", False),
    ("influences", "has influence over", "is influenced by", False),
    ("controls", "controls, rules or governs", "is controlled, ruled or governed by", False),
    ("presses", "keeps urging or pressing", "is urged or pressed by", False),
    ("engages", "negotiates or talks with", "negotiates or talks with", True),
    ("opposes", "opposes or seeks to curtail", "is opposed by", False),
    ("fights", "is at war with or fights", "is at war with or fights", True),
    ("rival-of", "is a rival of", "is a rival of", True),
    ("threatens", "is a threat to", "is threatened by", False),
    ("heads", "heads, leads or commands", "is headed, led or commanded by", False),
    ("holds-post-in", "holds a post in, or speaks for", "has in a post", False),
    ("advises", "advises", "is advised by", False),
    ("member-of", "is a member of", "has as a member", False),
    ("part-of", "is a part or organ of", "has as a part or organ", False),
    ("belongs-to", "is of the nation, faith, family or community of", "has among its own", False),
    ("writes-for", "writes or works for", "publishes or employs", False),
    ("differs-from", "differs from", "differs from", True),
    ("agrees-with", "agrees with", "agrees with", True),
    ("depends-less-than", "depends less than", "depends more than", False),
    ("more-committed-than", "is more committed than", "is less committed than", False),
    ("stronger-than", "is stronger than", "is weaker than", False),
]


def upgrade() -> None:
    """Make the tables, and the types of relations."""
    op.create_table(
        "actors",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column("key", TEXT, nullable=False, comment="key, shared by all documents"),
        sa.Column(
            "name", TEXT, nullable=False, comment="heading in reports; need not stand in a text"
        ),
        sa.Column("kind", TEXT, nullable=False, comment="person, state, government, …"),
        sa.Column(
            "background",
            TEXT,
            nullable=True,
            comment="what the coder knows and the text does not say; no evidence stands behind it",
        ),
        sa.CheckConstraint("key <> ''", name=op.f("ck_actors_key_not_blank")),
        sa.CheckConstraint(
            "kind in ('person', 'state', 'government', 'armed-force', 'armed-group', 'organisation', 'outlet', 'institute', 'community', 'collective', 'unnamed')",
            name=op.f("ck_actors_kind"),
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_actors_name_not_blank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actors")),
        sa.UniqueConstraint("key", name=op.f("uq_actors_key")),
        comment="who acts, speaks or is spoken about; one row each, names in actor_names",
    )
    op.create_index(op.f("ix_actors_kind"), "actors", ["kind"], unique=False)
    op.create_table(
        "dates",
        sa.Column("edtf", TEXT, nullable=False, comment="the date in EDTF"),
        sa.Column(
            "earliest",
            TEXT,
            nullable=True,
            comment="first day that it can mean, YYYY-MM-DD; null where open, unknown or outside the years 0000 to 9999",
        ),
        sa.Column(
            "latest",
            TEXT,
            nullable=True,
            comment="last day that it can mean, YYYY-MM-DD; null where open, unknown or outside the years 0000 to 9999",
        ),
        sa.Column(
            "precision",
            TEXT,
            nullable=False,
            comment="day, month, season, year, decade, century; range: once within; span: from to",
        ),
        sa.Column(
            "qualifier",
            TEXT,
            nullable=True,
            comment="approximate (~), uncertain (?) or both (%); leaves the bounds as they are",
        ),
        sa.CheckConstraint(
            "precision in ('day', 'month', 'season', 'year', 'decade', 'century', 'range', 'span')",
            name=op.f("ck_dates_precision"),
        ),
        sa.CheckConstraint(
            "qualifier in ('approximate', 'uncertain', 'uncertain and approximate')",
            name=op.f("ck_dates_qualifier"),
        ),
        sa.CheckConstraint("earliest <= latest", name=op.f("ck_dates_in_order")),
        sa.CheckConstraint(
            "length(earliest) = 10 and length(latest) = 10", name=op.f("ck_dates_iso_days")
        ),
        sa.PrimaryKeyConstraint("edtf", name=op.f("pk_dates")),
        comment="dates as the text gives them (EDTF, ISO 8601-2), with their bounds",
    )
    op.create_index(op.f("ix_dates_earliest"), "dates", ["earliest"], unique=False)
    op.create_index(op.f("ix_dates_latest"), "dates", ["latest"], unique=False)
    op.create_table(
        "feeds",
        sa.Column("table_name", TEXT, nullable=False, comment="the table"),
        sa.Column("row_count", sa.Integer(), nullable=False, comment="how many rows it held"),
        sa.Column(
            "digest",
            TEXT,
            nullable=False,
            comment="64 bits in hexadecimal: the rows' hashes added up, whatever their order",
        ),
        sa.Column(
            "checksum",
            TEXT,
            nullable=True,
            comment="the same by a function of this engine's own, which is named; null: it has none",
        ),
        sa.Column(
            "source_checksum",
            TEXT,
            nullable=True,
            comment="the same by a function of the source's engine, which is named",
        ),
        sa.Column(
            "left_out",
            TEXT,
            nullable=True,
            comment="the column that was left out: text, unless fed with --keep-text",
        ),
        sa.Column("fed_at", TEXT, nullable=False, comment="when, UTC, ISO 8601 to the second"),
        sa.Column(
            "seal",
            TEXT,
            nullable=False,
            comment="a hash of the columns before it: it shows that nobody wrote over them",
        ),
        sa.CheckConstraint("length(digest) = 16", name=op.f("ck_feeds_digest_of_64_bits")),
        sa.CheckConstraint("row_count >= 0", name=op.f("ck_feeds_rows_counted")),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_feeds")),
        comment="where `feed` made this database: what it left in each table",
    )
    op.create_table(
        "places",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column("key", TEXT, nullable=False, comment="key, shared by all documents"),
        sa.Column("name", TEXT, nullable=False, comment="name in reports"),
        sa.Column("kind", TEXT, nullable=False, comment="city, country, region or site"),
        sa.Column(
            "within_id", sa.Integer(), nullable=True, comment="the larger place that it lies in"
        ),
        sa.CheckConstraint("key <> ''", name=op.f("ck_places_key_not_blank")),
        sa.CheckConstraint(
            "kind in ('city', 'country', 'region', 'site')", name=op.f("ck_places_kind")
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_places_name_not_blank")),
        sa.CheckConstraint("within_id <> id", name=op.f("ck_places_not_within_itself")),
        sa.ForeignKeyConstraint(
            ["within_id"], ["places.id"], name=op.f("fk_places_within_id_places")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("key", name=op.f("uq_places_key")),
        comment="where events take place",
    )
    op.create_index(op.f("ix_places_within_id"), "places", ["within_id"], unique=False)
    op.create_table(
        "relation_types",
        sa.Column("key", TEXT, nullable=False, comment="key"),
        sa.Column(
            "label", TEXT, nullable=False, comment="how it reads from the first actor to the second"
        ),
        sa.Column(
            "inverse", TEXT, nullable=False, comment="how it reads from the second to the first"
        ),
        sa.Column(
            "is_symmetric", sa.Boolean(), nullable=False, comment="whether it is the same both ways"
        ),
        sa.CheckConstraint("key <> ''", name=op.f("ck_relation_types_key_not_blank")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_relation_types")),
        comment="types of standing ties, with how they read from the other side",
    )
    op.create_table(
        "topics",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column("key", TEXT, nullable=False, comment="key, shared by all documents"),
        sa.Column("label", TEXT, nullable=False, comment="label in reports"),
        sa.CheckConstraint("key <> ''", name=op.f("ck_topics_key_not_blank")),
        sa.CheckConstraint("label <> ''", name=op.f("ck_topics_label_not_blank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sa.UniqueConstraint("key", name=op.f("uq_topics_key")),
        comment="what positions and comparisons are about",
    )
    op.create_table(
        "sources",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column(
            "key",
            TEXT,
            nullable=False,
            comment="key; of a named source shared by all documents, else unique in its document",
        ),
        sa.Column(
            "document_id",
            sa.Integer(),
            nullable=True,
            comment="the document that an unnamed source belongs to; null: named",
        ),
        sa.Column(
            "title", TEXT, nullable=False, comment="its title, or what it is in the coder's words"
        ),
        sa.Column(
            "kind", TEXT, nullable=False, comment="article, press-report, remarks, hearsay, …"
        ),
        sa.Column(
            "anonymity",
            TEXT,
            nullable=False,
            comment="named, unnamed, or voiceless: nobody is meant",
        ),
        sa.Column("language", TEXT, nullable=True, comment="BCP 47 language tag, of documents"),
        sa.Column("published", TEXT, nullable=True, comment="date of publication, EDTF"),
        sa.Column("url", TEXT, nullable=True, comment="web address"),
        sa.CheckConstraint(
            "(document_id is null) = (anonymity = 'named')",
            name=op.f("ck_sources_unnamed_in_its_document"),
        ),
        sa.CheckConstraint(
            "anonymity in ('named', 'unnamed', 'voiceless')", name=op.f("ck_sources_anonymity")
        ),
        sa.CheckConstraint("key <> ''", name=op.f("ck_sources_key_not_blank")),
        sa.CheckConstraint(
            "kind in ('article', 'book', 'press-report', 'institute-report', 'official-document', 'assessment', 'remarks', 'talk', 'hearsay', 'rumour')",
            name=op.f("ck_sources_kind"),
        ),
        sa.CheckConstraint("title <> ''", name=op.f("ck_sources_title_not_blank")),
        sa.CheckConstraint("document_id <> id", name=op.f("ck_sources_not_its_own_document")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["sources.id"], name=op.f("fk_sources_document_id_sources")
        ),
        sa.ForeignKeyConstraint(
            ["published"], ["dates.edtf"], name=op.f("fk_sources_published_dates")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("document_id", "key", name=op.f("uq_sources_document_id_key")),
        comment="anything that can be cited: documents, reports, remarks, rumours",
    )
    op.create_index(op.f("ix_sources_published"), "sources", ["published"], unique=False)
    op.create_index(
        "uq_sources_key_named",
        "sources",
        ["key"],
        unique=True,
        sqlite_where=sa.text("document_id is null"),
        postgresql_where=sa.text("document_id is null"),
    )
    op.create_table(
        "attributions",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column(
            "document_id",
            sa.Integer(),
            nullable=False,
            comment="the document that the chain starts from",
        ),
        sa.Column(
            "parent_id",
            sa.Integer(),
            nullable=True,
            comment="the voice that relays this one; null for the document itself",
        ),
        sa.Column("source_id", sa.Integer(), nullable=False, comment="whose voice this is"),
        sa.CheckConstraint(
            "(parent_id is null) = (source_id = document_id)",
            name=op.f("ck_attributions_root_is_document"),
        ),
        sa.CheckConstraint("parent_id < id", name=op.f("ck_attributions_after_its_parent")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["sources.id"], name=op.f("fk_attributions_document_id_sources")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id", "document_id"],
            ["attributions.id", "attributions.document_id"],
            name=op.f("fk_attributions_parent_id_document_id_attributions"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_attributions_source_id_sources")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attributions")),
        sa.UniqueConstraint(
            "document_id",
            "parent_id",
            "source_id",
            name=op.f("uq_attributions_document_id_parent_id_source_id"),
        ),
        sa.UniqueConstraint("id", "document_id", name=op.f("uq_attributions_id_document_id")),
        comment="chains of voices: the document; through it a report; through that …",
    )
    op.create_index(
        "ix_attributions_parent_id_document_id",
        "attributions",
        ["parent_id", "document_id"],
        unique=False,
    )
    op.create_index(op.f("ix_attributions_source_id"), "attributions", ["source_id"], unique=False)
    op.create_index(
        "uq_attributions_document_id_root",
        "attributions",
        ["document_id"],
        unique=True,
        sqlite_where=sa.text("parent_id is null"),
        postgresql_where=sa.text("parent_id is null"),
    )
    op.create_table(
        "codings",
        sa.Column(
            "document_id", sa.Integer(), nullable=False, comment="the document that it codes"
        ),
        sa.Column("file", TEXT, nullable=False, comment="name of the file, without its folders"),
        sa.Column(
            "hash",
            TEXT,
            nullable=False,
            comment="SHA-256 of what the coding holds, whatever its order, comments and file",
        ),
        sa.Column("coder", TEXT, nullable=False, comment="who coded it"),
        sa.Column("format", sa.Integer(), nullable=False, comment="version of the coding format"),
        sa.CheckConstraint("file <> ''", name=op.f("ck_codings_file_not_blank")),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_codings_sha256")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["sources.id"], name=op.f("fk_codings_document_id_sources")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_codings")),
        comment="the codings that were loaded, one a document",
    )
    op.create_table(
        "passages",
        sa.Column("document_id", sa.Integer(), nullable=False, comment="the document"),
        sa.Column("n", sa.Integer(), nullable=False, comment="number in the document, from 1: ¶n"),
        sa.Column(
            "section",
            sa.Integer(),
            nullable=True,
            comment="number of the heading that it stands under; a heading's own number",
        ),
        sa.Column(
            "length",
            sa.Integer(),
            nullable=False,
            comment="code points, after NFC and collapsed white space",
        ),
        sa.Column(
            "hash", TEXT, nullable=False, comment="SHA-256 of that text in UTF-8, hexadecimal"
        ),
        sa.Column(
            "text", TEXT, nullable=True, comment="that text; null unless loaded with --keep-text"
        ),
        sa.CheckConstraint("length >= 1", name=op.f("ck_passages_not_empty")),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_passages_sha256")),
        sa.CheckConstraint("n >= 1", name=op.f("ck_passages_from_one")),
        sa.CheckConstraint("section <= n", name=op.f("ck_passages_heading_before")),
        sa.ForeignKeyConstraint(
            ["document_id", "section"],
            ["passages.document_id", "passages.n"],
            name=op.f("fk_passages_document_id_section_passages"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["sources.id"], name=op.f("fk_passages_document_id_sources")
        ),
        sa.PrimaryKeyConstraint("document_id", "n", name=op.f("pk_passages")),
        comment="the non-empty lines of the documents: measures, and text only if kept",
    )
    op.create_index(
        "ix_passages_document_id_section", "passages", ["document_id", "section"], unique=False
    )
    op.create_table(
        "source_actors",
        sa.Column("source_id", sa.Integer(), nullable=False, comment="the source"),
        sa.Column("actor_id", sa.Integer(), nullable=False, comment="the actor"),
        sa.Column("role", TEXT, nullable=False, comment="author, publisher or voice"),
        sa.CheckConstraint(
            "role in ('author', 'publisher', 'voice')", name=op.f("ck_source_actors_role")
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_source_actors_actor_id_actors")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["sources.id"],
            name=op.f("fk_source_actors_source_id_sources"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("source_id", "actor_id", "role", name=op.f("pk_source_actors")),
        comment="who wrote, published or speaks through a source",
    )
    op.create_index(op.f("ix_source_actors_actor_id"), "source_actors", ["actor_id"], unique=False)
    op.create_table(
        "citations",
        sa.Column(
            "source_id", sa.Integer(), nullable=False, comment="the source that is pointed to"
        ),
        sa.Column("document_id", sa.Integer(), nullable=False, comment="the document that points"),
        sa.Column("n", sa.Integer(), nullable=False, comment="number in order, from 1"),
        sa.Column("passage", sa.Integer(), nullable=False, comment="number of the passage: ¶"),
        sa.Column("start_offset", sa.Integer(), nullable=False, comment="first character, from 0"),
        sa.Column("end_offset", sa.Integer(), nullable=False, comment="character after the last"),
        sa.CheckConstraint("n >= 1", name=op.f("ck_citations_from_one")),
        sa.CheckConstraint(
            "start_offset >= 0 and start_offset < end_offset", name=op.f("ck_citations_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["document_id", "passage"],
            ["passages.document_id", "passages.n"],
            name=op.f("fk_citations_document_id_passage_passages"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["sources.id"],
            name=op.f("fk_citations_source_id_sources"),
        ),
        sa.PrimaryKeyConstraint("source_id", "document_id", "n", name=op.f("pk_citations")),
        comment="where a document points to a source without resting a fact on it",
    )
    op.create_index(
        "ix_citations_document_id_passage", "citations", ["document_id", "passage"], unique=False
    )
    op.create_table(
        "facts",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column("kind", TEXT, nullable=False, comment="which table holds its columns"),
        sa.Column(
            "key", TEXT, nullable=False, comment="key, unique in its document; cited document:key"
        ),
        sa.Column(
            "document_id",
            sa.Integer(),
            nullable=False,
            comment="the document whose coding introduced it",
        ),
        sa.CheckConstraint("key <> ''", name=op.f("ck_facts_key_not_blank")),
        sa.CheckConstraint(
            "kind in ('event', 'quote', 'position', 'relation', 'link', 'name')",
            name=op.f("ck_facts_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["codings.document_id"], name=op.f("fk_facts_document_id_codings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
        sa.UniqueConstraint("document_id", "key", name=op.f("uq_facts_document_id_key")),
        sa.UniqueConstraint("id", "kind", name=op.f("uq_facts_id_kind")),
        comment="events, quotes, positions, relations, links and names: what needs evidence",
    )
    op.create_table(
        "introductions",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column(
            "document_id", sa.Integer(), nullable=False, comment="the document whose coding does"
        ),
        sa.Column("actor_id", sa.Integer(), nullable=True, comment="the actor"),
        sa.Column("place_id", sa.Integer(), nullable=True, comment="the place"),
        sa.Column("topic_id", sa.Integer(), nullable=True, comment="the topic"),
        sa.Column("source_id", sa.Integer(), nullable=True, comment="the source"),
        sa.CheckConstraint(
            "case when actor_id is null then 0 else 1 end + case when place_id is null then 0 else 1 end + case when topic_id is null then 0 else 1 end + case when source_id is null then 0 else 1 end = 1",
            name=op.f("ck_introductions_exactly_one"),
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_introductions_actor_id_actors")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["codings.document_id"],
            name=op.f("fk_introductions_document_id_codings"),
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["places.id"], name=op.f("fk_introductions_place_id_places")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_introductions_source_id_sources")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_introductions_topic_id_topics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introductions")),
        comment="which codings introduce which actor, place, topic or source",
    )
    op.create_index(
        op.f("ix_introductions_document_id"), "introductions", ["document_id"], unique=False
    )
    op.create_index(
        "uq_introductions_actor_id", "introductions", ["actor_id", "document_id"], unique=True
    )
    op.create_index(
        "uq_introductions_place_id", "introductions", ["place_id", "document_id"], unique=True
    )
    op.create_index(
        "uq_introductions_source_id", "introductions", ["source_id", "document_id"], unique=True
    )
    op.create_index(
        "uq_introductions_topic_id", "introductions", ["topic_id", "document_id"], unique=True
    )
    op.create_table(
        "loads",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column(
            "document_id", sa.Integer(), nullable=False, comment="the document that was loaded"
        ),
        sa.Column("loaded_at", TEXT, nullable=False, comment="when, UTC, ISO 8601 to the second"),
        sa.Column(
            "content_hash",
            TEXT,
            nullable=False,
            comment="SHA-256 of all that the database held after it, made from the codings' hashes",
        ),
        sa.CheckConstraint("length(content_hash) = 64", name=op.f("ck_loads_sha256")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["codings.document_id"], name=op.f("fk_loads_document_id_codings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loads")),
        comment="journal of the loads that changed something",
    )
    op.create_index(op.f("ix_loads_document_id"), "loads", ["document_id"], unique=False)
    op.create_table(
        "actor_names",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column(
            "kind",
            TEXT,
            server_default="name",
            nullable=False,
            comment="always name: with id the key of its fact",
        ),
        sa.Column("actor_id", sa.Integer(), nullable=False, comment="whose name it is"),
        sa.Column("name", TEXT, nullable=False, comment="the name as the text has it"),
        sa.Column(
            "name_kind",
            TEXT,
            nullable=False,
            comment="name, short, title, metonym, description or transliteration",
        ),
        sa.CheckConstraint("kind = 'name'", name=op.f("ck_actor_names_kind")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_actor_names_name_not_blank")),
        sa.CheckConstraint(
            "name_kind in ('name', 'short', 'title', 'metonym', 'description', 'transliteration')",
            name=op.f("ck_actor_names_name_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_actor_names_actor_id_actors")
        ),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["facts.id", "facts.kind"],
            name=op.f("fk_actor_names_id_kind_facts"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor_names")),
        comment="names of actors: in full, short, titles, metonyms, descriptions",
    )
    op.create_index("ix_actor_names_actor_id", "actor_names", ["actor_id"], unique=False)
    op.create_index("ix_actor_names_id_kind", "actor_names", ["id", "kind"], unique=False)
    op.create_index(op.f("ix_actor_names_name"), "actor_names", ["name"], unique=False)
    op.create_table(
        "changes",
        sa.Column("load_id", sa.Integer(), nullable=False, comment="the load"),
        sa.Column(
            "item",
            TEXT,
            nullable=False,
            comment="what it is: actor, source, event, quote, passage, …",
        ),
        sa.Column("key", TEXT, nullable=False, comment="its key"),
        sa.Column("action", TEXT, nullable=False, comment="added, changed or removed"),
        sa.CheckConstraint(
            "action in ('added', 'changed', 'removed')", name=op.f("ck_changes_action")
        ),
        sa.ForeignKeyConstraint(
            ["load_id"], ["loads.id"], name=op.f("fk_changes_load_id_loads"), ondelete="cascade"
        ),
        sa.PrimaryKeyConstraint("load_id", "item", "key", name=op.f("pk_changes")),
        comment="what each load added, changed and removed, by key",
    )
    op.create_table(
        "events",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column(
            "kind",
            TEXT,
            server_default="event",
            nullable=False,
            comment="always event: with id the key of its fact",
        ),
        sa.Column(
            "title", TEXT, nullable=False, comment="what happened, in a few words of the coder's"
        ),
        sa.Column("summary", TEXT, nullable=True, comment="the same in a sentence or two"),
        sa.Column(
            "event_type", TEXT, nullable=True, comment="PLOVER event type; null where none fits"
        ),
        sa.Column("modality", TEXT, nullable=False, comment="whether it is, all told"),
        sa.Column("date", TEXT, nullable=True, comment="when, all told; EDTF; null: undated"),
        sa.Column("place_id", sa.Integer(), nullable=True, comment="where"),
        sa.CheckConstraint(
            "event_type in ('agree', 'consult', 'support', 'cooperate', 'aid', 'concede', 'retreat', 'request', 'accuse', 'reject', 'threaten', 'protest', 'sanction', 'mobilize', 'coerce', 'assault')",
            name=op.f("ck_events_event_type"),
        ),
        sa.CheckConstraint("kind = 'event'", name=op.f("ck_events_kind")),
        sa.CheckConstraint(
            "modality in ('actual', 'intended', 'expected', 'possible', 'hypothetical', 'denied')",
            name=op.f("ck_events_modality"),
        ),
        sa.CheckConstraint("summary <> ''", name=op.f("ck_events_summary_not_blank")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_events_title_not_blank")),
        sa.ForeignKeyConstraint(["date"], ["dates.edtf"], name=op.f("fk_events_date_dates")),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["facts.id", "facts.kind"],
            name=op.f("fk_events_id_kind_facts"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["places.id"], name=op.f("fk_events_place_id_places")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        comment="what happened, goes on, was expected, or is only imagined",
    )
    op.create_index(op.f("ix_events_date"), "events", ["date"], unique=False)
    op.create_index(op.f("ix_events_event_type"), "events", ["event_type"], unique=False)
    op.create_index("ix_events_id_kind", "events", ["id", "kind"], unique=False)
    op.create_index(op.f("ix_events_modality"), "events", ["modality"], unique=False)
    op.create_index(op.f("ix_events_place_id"), "events", ["place_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column(
            "fact_id", sa.Integer(), nullable=False, comment="the fact that it is evidence for"
        ),
        sa.Column(
            "document_id", sa.Integer(), nullable=False, comment="the document that holds it"
        ),
        sa.Column(
            "n",
            sa.Integer(),
            nullable=False,
            comment="number for this fact in this document, from 1; of a quotation, 1 is its place",
        ),
        sa.Column(
            "attribution_id",
            sa.Integer(),
            nullable=False,
            comment="the voice that says it, and its chain",
        ),
        sa.Column("modality", TEXT, nullable=False, comment="whether it is, as this voice has it"),
        sa.Column("certainty", TEXT, nullable=False, comment="how it is told"),
        sa.Column(
            "stance",
            TEXT,
            nullable=True,
            comment="the document's attitude to what it relays; null in its own voice",
        ),
        sa.Column("hedge", TEXT, nullable=True, comment="the words that hedge it, verbatim"),
        sa.Column("date", TEXT, nullable=True, comment="when, as this voice has it; EDTF"),
        sa.Column("date_words", TEXT, nullable=True, comment="the words of that date, verbatim"),
        sa.CheckConstraint(
            "certainty in ('asserted', 'reported', 'alleged', 'rumoured', 'inferred')",
            name=op.f("ck_evidence_certainty"),
        ),
        sa.CheckConstraint("date_words <> ''", name=op.f("ck_evidence_date_words_not_blank")),
        sa.CheckConstraint("hedge <> ''", name=op.f("ck_evidence_hedge_not_blank")),
        sa.CheckConstraint(
            "modality in ('actual', 'intended', 'expected', 'possible', 'hypothetical', 'denied')",
            name=op.f("ck_evidence_modality"),
        ),
        sa.CheckConstraint(
            "stance in ('endorses', 'neutral', 'doubts', 'rejects')",
            name=op.f("ck_evidence_stance"),
        ),
        sa.CheckConstraint("n >= 1", name=op.f("ck_evidence_from_one")),
        sa.ForeignKeyConstraint(
            ["attribution_id", "document_id"],
            ["attributions.id", "attributions.document_id"],
            name=op.f("fk_evidence_attribution_id_document_id_attributions"),
        ),
        sa.ForeignKeyConstraint(["date"], ["dates.edtf"], name=op.f("fk_evidence_date_dates")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["sources.id"], name=op.f("fk_evidence_document_id_sources")
        ),
        sa.ForeignKeyConstraint(
            ["fact_id"], ["facts.id"], name=op.f("fk_evidence_fact_id_facts"), ondelete="cascade"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint(
            "fact_id", "document_id", "n", name=op.f("uq_evidence_fact_id_document_id_n")
        ),
        sa.UniqueConstraint("id", "document_id", name=op.f("uq_evidence_id_document_id")),
        comment="what one voice says of one fact; the words stand in spans",
    )
    op.create_index(
        "ix_evidence_attribution_id_document_id",
        "evidence",
        ["attribution_id", "document_id"],
        unique=False,
    )
    op.create_index(op.f("ix_evidence_date"), "evidence", ["date"], unique=False)
    op.create_index(op.f("ix_evidence_document_id"), "evidence", ["document_id"], unique=False)
    op.create_table(
        "participants",
        sa.Column("fact_id", sa.Integer(), nullable=False, comment="the fact"),
        sa.Column("actor_id", sa.Integer(), nullable=False, comment="the actor"),
        sa.Column(
            "role",
            TEXT,
            nullable=False,
            comment="of an event doer, receiver or neither; of a quote speaker, addressee, subject; of a position holder, object",
        ),
        sa.Column(
            "kind", TEXT, nullable=False, comment="the kind of the fact, which decides the roles"
        ),
        sa.Column("count_words", TEXT, nullable=True, comment="the words of the number, verbatim"),
        sa.Column(
            "count_least", sa.Integer(), nullable=True, comment="at least so many; null: not said"
        ),
        sa.Column(
            "count_most", sa.Integer(), nullable=True, comment="at most so many; null: not said"
        ),
        sa.CheckConstraint("count_words <> ''", name=op.f("ck_participants_count_words_not_blank")),
        sa.CheckConstraint(
            "kind = 'event' and role in ('doer', 'receiver', 'beneficiary', 'instrument', 'host', 'mediator', 'concerned') or kind = 'quote' and role in ('speaker', 'addressee', 'subject') or kind = 'position' and role in ('holder', 'object')",
            name=op.f("ck_participants_role_fits_kind"),
        ),
        sa.CheckConstraint(
            "count_least >= 0 and count_most >= 0 and count_least <= count_most",
            name=op.f("ck_participants_count_in_order"),
        ),
        sa.CheckConstraint(
            "count_words is not null or (count_least is null and count_most is null)",
            name=op.f("ck_participants_count_has_words"),
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_participants_actor_id_actors")
        ),
        sa.ForeignKeyConstraint(
            ["fact_id", "kind"],
            ["facts.id", "facts.kind"],
            name=op.f("fk_participants_fact_id_kind_facts"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("fact_id", "actor_id", "role", name=op.f("pk_participants")),
        comment="who takes part in which fact, as what",
    )
    op.create_index(
        "ix_participants_actor_id_role_fact_id",
        "participants",
        ["actor_id", "role", "fact_id"],
        unique=False,
    )
    op.create_index(
        "ix_participants_fact_id_kind", "participants", ["fact_id", "kind"], unique=False
    )
    op.create_table(
        "positions",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column(
            "kind",
            TEXT,
            server_default="position",
            nullable=False,
            comment="always position: with id the key of its fact",
        ),
        sa.Column("topic_id", sa.Integer(), nullable=False, comment="what it is on"),
        sa.Column(
            "position_kind", TEXT, nullable=False, comment="goal, priority, need, stake, fear, …"
        ),
        sa.Column("statement", TEXT, nullable=False, comment="the position in the coder's words"),
        sa.CheckConstraint("kind = 'position'", name=op.f("ck_positions_kind")),
        sa.CheckConstraint(
            "position_kind in ('goal', 'priority', 'need', 'stake', 'fear', 'constraint', 'capability', 'motive', 'framing', 'refusal', 'view')",
            name=op.f("ck_positions_position_kind"),
        ),
        sa.CheckConstraint("statement <> ''", name=op.f("ck_positions_statement_not_blank")),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["facts.id", "facts.kind"],
            name=op.f("fk_positions_id_kind_facts"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_positions_topic_id_topics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_positions")),
        comment="what actors want, fear, hold or refuse, by topic",
    )
    op.create_index("ix_positions_id_kind", "positions", ["id", "kind"], unique=False)
    op.create_index(op.f("ix_positions_topic_id"), "positions", ["topic_id"], unique=False)
    op.create_table(
        "relations",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column(
            "kind",
            TEXT,
            server_default="relation",
            nullable=False,
            comment="always relation: with id the key of its fact",
        ),
        sa.Column("from_actor_id", sa.Integer(), nullable=False, comment="the one actor"),
        sa.Column("type", TEXT, nullable=False, comment="the tie"),
        sa.Column("to_actor_id", sa.Integer(), nullable=False, comment="the other actor"),
        sa.Column("what", TEXT, nullable=True, comment="what for, on what, or as what (a post)"),
        sa.Column("topic_id", sa.Integer(), nullable=True, comment="what a comparison is on"),
        sa.Column("since", TEXT, nullable=True, comment="when it began; EDTF; null: not said"),
        sa.Column("until", TEXT, nullable=True, comment="when it ended; EDTF; null: not said"),
        sa.CheckConstraint("kind = 'relation'", name=op.f("ck_relations_kind")),
        sa.CheckConstraint("what <> ''", name=op.f("ck_relations_what_not_blank")),
        sa.CheckConstraint("from_actor_id <> to_actor_id", name=op.f("ck_relations_not_to_itself")),
        sa.ForeignKeyConstraint(
            ["from_actor_id"], ["actors.id"], name=op.f("fk_relations_from_actor_id_actors")
        ),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["facts.id", "facts.kind"],
            name=op.f("fk_relations_id_kind_facts"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(["since"], ["dates.edtf"], name=op.f("fk_relations_since_dates")),
        sa.ForeignKeyConstraint(
            ["to_actor_id"], ["actors.id"], name=op.f("fk_relations_to_actor_id_actors")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_relations_topic_id_topics")
        ),
        sa.ForeignKeyConstraint(
            ["type"], ["relation_types.key"], name=op.f("fk_relations_type_relation_types")
        ),
        sa.ForeignKeyConstraint(["until"], ["dates.edtf"], name=op.f("fk_relations_until_dates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relations")),
        comment="standing ties between two actors: read from, type, to",
    )
    op.create_index(
        "ix_relations_from_actor_id_type", "relations", ["from_actor_id", "type"], unique=False
    )
    op.create_index("ix_relations_id_kind", "relations", ["id", "kind"], unique=False)
    op.create_index(op.f("ix_relations_since"), "relations", ["since"], unique=False)
    op.create_index(
        "ix_relations_to_actor_id_type", "relations", ["to_actor_id", "type"], unique=False
    )
    op.create_index(op.f("ix_relations_topic_id"), "relations", ["topic_id"], unique=False)
    op.create_index(op.f("ix_relations_type"), "relations", ["type"], unique=False)
    op.create_index(op.f("ix_relations_until"), "relations", ["until"], unique=False)
    op.create_table(
        "event_links",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column(
            "kind",
            TEXT,
            server_default="link",
            nullable=False,
            comment="always link: with id the key of its fact",
        ),
        sa.Column("from_event_id", sa.Integer(), nullable=False, comment="the one event"),
        sa.Column(
            "type",
            TEXT,
            nullable=False,
            comment="follows, part-of, in-response-to, condition-of or instead-of",
        ),
        sa.Column("to_event_id", sa.Integer(), nullable=False, comment="the other event"),
        sa.Column("lag", TEXT, nullable=True, comment="how long between them, verbatim"),
        sa.CheckConstraint("kind = 'link'", name=op.f("ck_event_links_kind")),
        sa.CheckConstraint("lag <> ''", name=op.f("ck_event_links_lag_not_blank")),
        sa.CheckConstraint(
            "type in ('follows', 'part-of', 'in-response-to', 'condition-of', 'instead-of')",
            name=op.f("ck_event_links_type"),
        ),
        sa.CheckConstraint(
            "from_event_id <> to_event_id", name=op.f("ck_event_links_not_to_itself")
        ),
        sa.ForeignKeyConstraint(
            ["from_event_id"], ["events.id"], name=op.f("fk_event_links_from_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["facts.id", "facts.kind"],
            name=op.f("fk_event_links_id_kind_facts"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["to_event_id"], ["events.id"], name=op.f("fk_event_links_to_event_id_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_links")),
        sa.UniqueConstraint(
            "from_event_id",
            "type",
            "to_event_id",
            name=op.f("uq_event_links_from_event_id_type_to_event_id"),
        ),
        comment="how one event stands to another: read from, type, to",
    )
    op.create_index("ix_event_links_id_kind", "event_links", ["id", "kind"], unique=False)
    op.create_index(
        op.f("ix_event_links_to_event_id"), "event_links", ["to_event_id"], unique=False
    )
    op.create_table(
        "quotes",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="local number; means nothing elsewhere"
        ),
        sa.Column(
            "kind",
            TEXT,
            server_default="quote",
            nullable=False,
            comment="always quote: with id the key of its fact",
        ),
        sa.Column("text", TEXT, nullable=True, comment="the words in marks; null: none"),
        sa.Column("says", TEXT, nullable=True, comment="the whole statement in the coder's words"),
        sa.Column("directness", TEXT, nullable=False, comment="direct, partial or indirect"),
        sa.Column("marks", TEXT, nullable=False, comment="complete, damaged or none"),
        sa.Column("date", TEXT, nullable=True, comment="when it was said; EDTF; null: undated"),
        sa.Column(
            "occasion_id", sa.Integer(), nullable=True, comment="the event that was its occasion"
        ),
        sa.CheckConstraint(
            "(text is null) = (directness = 'indirect')",
            name=op.f("ck_quotes_words_if_not_indirect"),
        ),
        sa.CheckConstraint(
            "(text is null) = (marks = 'none')", name=op.f("ck_quotes_marks_if_words")
        ),
        sa.CheckConstraint(
            "directness in ('direct', 'partial', 'indirect')", name=op.f("ck_quotes_directness")
        ),
        sa.CheckConstraint("kind = 'quote'", name=op.f("ck_quotes_kind")),
        sa.CheckConstraint(
            "marks in ('complete', 'damaged', 'none')", name=op.f("ck_quotes_marks")
        ),
        sa.CheckConstraint("says <> ''", name=op.f("ck_quotes_says_not_blank")),
        sa.CheckConstraint(
            "says is not null or directness = 'direct'", name=op.f("ck_quotes_says_unless_direct")
        ),
        sa.CheckConstraint("text <> ''", name=op.f("ck_quotes_text_not_blank")),
        sa.ForeignKeyConstraint(["date"], ["dates.edtf"], name=op.f("fk_quotes_date_dates")),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["facts.id", "facts.kind"],
            name=op.f("fk_quotes_id_kind_facts"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["occasion_id"], ["events.id"], name=op.f("fk_quotes_occasion_id_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
        comment="utterances: direct, partial or indirect",
    )
    op.create_index(op.f("ix_quotes_date"), "quotes", ["date"], unique=False)
    op.create_index("ix_quotes_id_kind", "quotes", ["id", "kind"], unique=False)
    op.create_index(op.f("ix_quotes_occasion_id"), "quotes", ["occasion_id"], unique=False)
    op.create_table(
        "spans",
        sa.Column("evidence_id", sa.Integer(), nullable=False, comment="the evidence"),
        sa.Column("n", sa.Integer(), nullable=False, comment="number in the evidence, from 1"),
        sa.Column(
            "document_id", sa.Integer(), nullable=False, comment="the document, as in the evidence"
        ),
        sa.Column("passage", sa.Integer(), nullable=False, comment="number of the passage: ¶"),
        sa.Column(
            "start_offset",
            sa.Integer(),
            nullable=False,
            comment="first character, in code points of the normalised passage, from 0",
        ),
        sa.Column("end_offset", sa.Integer(), nullable=False, comment="character after the last"),
        sa.CheckConstraint("n >= 1", name=op.f("ck_spans_from_one")),
        sa.CheckConstraint(
            "start_offset >= 0 and start_offset < end_offset", name=op.f("ck_spans_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["document_id", "passage"],
            ["passages.document_id", "passages.n"],
            name=op.f("fk_spans_document_id_passage_passages"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id", "document_id"],
            ["evidence.id", "evidence.document_id"],
            name=op.f("fk_spans_evidence_id_document_id_evidence"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("evidence_id", "n", name=op.f("pk_spans")),
        comment="where evidence stands: passages and characters",
    )
    op.create_index(
        "ix_spans_document_id_passage", "spans", ["document_id", "passage"], unique=False
    )
    op.create_index(
        "ix_spans_evidence_id_document_id", "spans", ["evidence_id", "document_id"], unique=False
    )
    op.bulk_insert(
        sa.table(
            "relation_types",
            sa.column("key", TEXT),
            sa.column("label", TEXT),
            sa.column("inverse", TEXT),
            sa.column("is_symmetric", sa.Boolean),
        ),
        [
            {"key": key, "label": label, "inverse": inverse, "is_symmetric": symmetric}
            for key, label, inverse, symmetric in RELATION_TYPES
        ],
    )


def downgrade() -> None:
    """Drop the tables, those that point to others first."""
    for table in [
        "spans",
        "quotes",
        "event_links",
        "relations",
        "positions",
        "participants",
        "evidence",
        "events",
        "changes",
        "actor_names",
        "loads",
        "introductions",
        "facts",
        "citations",
        "source_actors",
        "passages",
        "codings",
        "attributions",
        "sources",
        "topics",
        "relation_types",
        "places",
        "feeds",
        "dates",
        "actors",
    ]:
        op.drop_table(table)
