"""The pictures of a site: timelines and networks, drawn from the statements that a page has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import text

from output.page import Page
from pages.answers import ReportAnswer, ask, published
from pages.pictures.drawn_dates import pieces
from pages.pictures.network import hasty, star, without_title
from pages.pictures.network_facts import WEAKER, Network, NetworkActor, NetworkEdge, graph
from pages.pictures.timeline import Frame, Timeline
from pages.pictures.timeline_facts import Dated, left_out
from pages.pictures.timeline_lanes import Lane, lanes_to_draw
from pages.pictures.voices import without_title as voices_without_title
from pages.pictures.voices_facts import chains
from pages.site.addresses import relative
from pages.site.book import SiteBook
from pages.statements import Statement, Thing
from schema.vocabulary import FactKind, Modality

WIDE = Frame(1192, 2, 1190, 1172, 640)
NARROW = Frame(940, 2, 938, 924, 500)
"""Timelines as wide as a page, and beside the contents of one."""

MOST_MARKS = 150
"""Facts of one timeline."""

LEAST_AROUND, MOST_AROUND = 2, 10
"""Actors in the network around one, which has this width."""

AROUND = 892.0

MOST_ACTORS, MOST_ON_DEMAND = 40, 60
"""Actors in the network of all, at first and on demand."""

MOST_VOICES = 60
"""Voices in the picture of who relays whom."""

MOST_IN_LANE = 12
"""Facts in the lane of somebody else on the page of an actor."""

MARKED = (FactKind.EVENT, FactKind.QUOTE, FactKind.POSITION)

Shown = tuple[Lane, Sequence[Statement], str]
"""A lane with the facts that are shown in it, and a remark on those that aren't."""

UNDATED = """
    select
      case
        when fact_summaries.settled <> 'actual' then 'other'
        when fact_summaries.kind = 'quote' then 'statement'
        else 'happened'
      end as sort,
      count(*) as facts
    from fact_summaries
    left join events on events.id = fact_summaries.fact_id
    left join quotes on quotes.id = fact_summaries.fact_id
    where fact_summaries.kind in ('event', 'quote')
      and events.date is null
      and quotes.date is null
    group by sort
"""


class SitePictures:
    """Draws timelines and networks for pages; every mark leads to its fact."""

    def __init__(self, book: SiteBook) -> None:
        self._connection = book.connection
        self._statements = book.statements
        self._addresses = book.addresses
        self._published = published(book.connection)

    def timeline(
        self,
        path: str,
        title: str,
        statements: Sequence[Statement],
        frame: Frame = WIDE,
        *,
        whole: bool = False,
        others: Sequence[Shown] = (),
    ) -> tuple[Iterable[str], str]:
        """Return the SVG of the dated facts among these, and what it leaves out.

        `whole` says that they are all dated facts of the sourcebook. `others` are in lanes of
        their own.
        """
        data = Dated(self._published)
        if whole:
            data.undated.update(dict(map(tuple, self._connection.execute(text(UNDATED)))))
        own = [
            ("", it)
            for it in statements
            if it.kind in MARKED and (it.date or it.kind != FactKind.POSITION)
        ]
        theirs = [(lane.title, it) for lane, facts, _ in others for it in facts]
        links = {}
        for lane, it in [*own, *theirs]:
            links[it.key] = relative(path, self._addresses.fact(it))
            data.add(it, lane)
        notes = {lane.title: lane.note for lane, *_ in others}
        heading = f"Timeline: {title}" if notes else title
        answer = ReportAnswer((), Page((), (), heading, f"The dates of {title}."), {}, notes)
        svg = Timeline(data, answer, links.__getitem__, frame).without_title()
        remarks = [remark for *_, remark in others if remark]
        return svg, " ".join([*left_out(data, answer), *remarks])

    def lanes(self, actor: str, own: Sequence[Statement]) -> Sequence[Shown]:
        """Return what is in the lanes of an actor with these facts; nothing if dates are many."""
        dated = sum(it.date is not None and it.kind in MARKED for it in own)
        shown = []
        for lane, facts in lanes_to_draw(self._connection, actor, {it.id for it in own}, dated):
            drawable = [it for it in self._statements.read(sorted(facts)) if pieces(it.date or "")]
            drawable.sort(key=lambda it: -len(it.evidence))
            remark = ""
            if len(drawable) > MOST_IN_LANE:
                count = f"{MOST_IN_LANE} of {len(drawable):,} facts, with the most evidence"
                remark = f"{lane.title}: {count}."
            if drawable:
                shown.append((lane, drawable[:MOST_IN_LANE], remark))
        return shown

    def around(
        self, path: str, actor: NetworkActor, statements: Sequence[Statement]
    ) -> tuple[Iterable[str], str] | None:
        """Return the SVG of an actor's ties and joint events, and its caption; None: too few."""
        actors: dict[str, NetworkActor] = {}
        edges: dict[str, NetworkEdge] = {}
        links: dict[str, str] = {}
        for it in statements:
            tie = it.kind == FactKind.RELATION
            happened = it.kind == FactKind.EVENT and it.modality == Modality.ACTUAL
            if it.standing not in (None, *WEAKER) or not (tie or happened):
                continue
            for part in it.participants:
                if part.key == actor.key:
                    continue
                actors[part.key] = NetworkActor(part.key, part.name, part.kind)
                first, second = sorted((actor.key, part.key))
                edge = edges.setdefault(part.key, NetworkEdge(first, second))
                edge.stated |= it.standing is None
                if tie:
                    _add_tie(edge, it)
                    links.setdefault(it.key, self._addresses.fact(it))
                else:
                    edge.events += it.standing is None
                    edge.alleged += it.standing is not None
        chosen = sorted(edges, key=lambda key: (-_weight(edges[key]), key))[:MOST_AROUND]
        if len(chosen) < LEAST_AROUND:
            return None
        shown = sorted(chosen, key=lambda key: (edges[key].events, key))
        data = Network(
            {actor.key: actor, **{key: actors[key] for key in chosen}},
            [edges[key] for key in shown],
            *(len(actors), 0, 0, 0),
        )
        more = len(edges) - len(chosen)
        caption = f"Those with whom {actor.name} is tied or takes part in events."
        caption += f" {more:,} more aren’t drawn." if more else ""

        def link(key: str) -> str:
            address = links.get(key) or self._addresses.thing(Thing("actor", key, ""))
            return relative(path, address)

        return without_title(data, actor.name, caption, link, star, AROUND), caption

    def network(
        self, path: str, ties: Mapping[str, str], *, everybody: bool = False
    ) -> tuple[Iterable[str], str]:
        """Return the SVG of all actors' ties and joint events, and its caption.

        `ties` are addresses of ties, by their keys. With `everybody`, actors with one are there.
        """
        tied, acting = (ask(self._connection, name, {}) for name in ("ties", "network"))
        most = MOST_ON_DEMAND if everybody else MOST_ACTORS
        data = graph(self._connection, tied, acting, most, singles=everybody)
        caption = data.caption(everybody=everybody, options=False)

        def link(key: str) -> str:
            address = ties.get(key) or self._addresses.thing(Thing("actor", key, ""))
            return relative(path, address)

        if everybody:
            svg = without_title(data, "Network", caption, link, hasty, name="everybody")
        else:
            svg = without_title(data, "Network", caption, link)
        return svg, caption

    def voices(self, path: str) -> tuple[Iterable[str], str]:
        """Return the SVG of who relays whom, and its caption."""
        data = chains(self._connection, ask(self._connection, "sources", {}), MOST_VOICES)

        def link(key: str) -> str:
            return relative(path, self._addresses.source(key))

        return voices_without_title(data, link), data.caption()


def _weight(edge: NetworkEdge) -> int:
    return 3 * len(edge.sentences) + edge.events


def _add_tie(edge: NetworkEdge, it: Statement) -> None:
    edge.sentences.append(f"{it.sentence} ({it.where})")
    edge.natures.add(it.nature)
    edge.key = edge.key or it.key
