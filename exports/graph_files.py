"""GraphML, for networkx, igraph and others, and GEXF 1.3, for Gephi: one file a graph.

exports/graphs.py says what they hold. In GEXF (https://gexf.net) an edge holds at the times that
its dates can mean, which Gephi's timeline shows, and always if it has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from exports.datapackage import ExportedFile
from exports.graphs import GRAPHS, Attributes, Days, Edge, Graph
from exports.job import ExportJob

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold, not even escaped."""

# A reader of XML takes these for spaces, or for the end of a line or of an attribute.
ESCAPES = {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;", '"': "&quot;"}

OWN = ("label", "weight", "start", "end")
"""Attributes for which GEXF has places of its own."""

GEXF_TYPES = {"int": "integer"}
"""Types of attributes that GEXF names otherwise."""


class Xml:
    """Writes values as XML; counts the characters that it escapes in its own way."""

    escaped = 0

    def text(self, value: Any, type: str = "string") -> str:
        """Return a value as the content of an element or, between quotation marks, an attribute."""
        plain = str(bool(value)).lower() if type == "boolean" else str(value)  # SQLite has 0 and 1
        valid, count = FORBIDDEN.subn(lambda it: it[0].encode("unicode_escape").decode(), plain)
        self.escaped += count
        return escape(valid, ESCAPES)


Layout = Callable[[Graph, Iterable[Sequence[Any]], Iterable[Edge], Xml], Iterator[str]]
"""Yields the lines of a file that holds the nodes and edges of a graph."""


def graphml(job: ExportJob) -> Iterator[ExportedFile]:
    """Write the graph of actors and that of voices as GraphML."""
    return _graphs(job, _graphml)


def gexf(job: ExportJob) -> Iterator[ExportedFile]:
    """Write the graph of actors and that of voices as GEXF."""
    return _graphs(job, _gexf)


def _graphs(job: ExportJob, layout: Layout) -> Iterator[ExportedFile]:
    """Write each graph, and say on stderr what is left out or escaped."""
    job.require_valid()
    xml = Xml()
    for graph in GRAPHS:
        name, elements = f"{graph.name}.{job.format}", 0
        with (job.folder / name).open("w", encoding="utf-8", newline="\n") as file:
            file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
            for line in layout(graph, graph.nodes(job), graph.edges(job), xml):
                file.write(f"{line}\n")
                elements += line.lstrip().startswith(("<node ", "<edge "))
        yield ExportedFile(name, elements)
    job.report_left_out()
    if xml.escaped:
        job.report(rf"{xml.escaped} characters that XML cannot hold are written as \x00")


# --- GraphML --------------------------------------------------------------------------------------


def _graphml(
    graph: Graph, nodes: Iterable[Sequence[Any]], edges: Iterable[Edge], xml: Xml
) -> Iterator[str]:
    def data(domain: str, attributes: Attributes, values: Sequence[Any]) -> str:
        return "".join(
            f'<data key="{domain}-{name}">{xml.text(value, type)}</data>'
            for (name, (type, _)), value in zip(attributes.items(), values, strict=True)
            if value is not None
        )

    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for domain, attributes in (("node", graph.node), ("edge", graph.edge)):
        for name, (type, meaning) in attributes.items():
            key = f'id="{domain}-{name}" for="{domain}" attr.name="{name}" attr.type="{type}"'
            yield f"  <key {key}><desc>{escape(meaning)}</desc></key>"
    yield f'  <graph id="{graph.name}" edgedefault="directed">'
    for key, *values in nodes:
        yield f'    <node id="{xml.text(key)}">{data("node", graph.node, values)}</node>'
    for number, edge in enumerate(edges, start=1):
        ends = f'source="{xml.text(edge.source)}" target="{xml.text(edge.target)}"'
        yield f'    <edge id="e{number}" {ends}>{data("edge", graph.edge, edge.values)}</edge>'
    yield "  </graph>"
    yield "</graphml>"


# --- GEXF -----------------------------------------------------------------------------------------


def _gexf(
    graph: Graph, nodes: Iterable[Sequence[Any]], edges: Iterable[Edge], xml: Xml
) -> Iterator[str]:
    def data(attributes: Attributes, values: Sequence[Any]) -> tuple[str, str]:
        """Return label and weight as attributes, and the elements of the other values."""
        own, others = "", ""
        for (name, (type, _)), value in zip(attributes.items(), values, strict=True):
            if value is None or name in ("start", "end"):
                continue
            if name in OWN:
                own += f' {name}="{xml.text(value, type)}"'
            else:
                others += f'<attvalue for="{name}" value="{xml.text(value, type)}"/>'
        return own, f"<attvalues>{others}</attvalues>" if others else ""

    timed = 'mode="dynamic" timeformat="date" timerepresentation="interval"'
    mode = timed if "start" in graph.edge else 'mode="static"'
    yield '<gexf xmlns="http://gexf.net/1.3" version="1.3">'
    yield f'  <graph {mode} defaultedgetype="directed">'
    for domain, attributes in (("node", graph.node), ("edge", graph.edge)):
        yield f'    <attributes class="{domain}">'
        for name, (type, _) in attributes.items():
            if name not in OWN:
                type = GEXF_TYPES.get(type, type)
                yield f'      <attribute id="{name}" title="{name}" type="{type}"/>'
        yield "    </attributes>"
    yield "    <nodes>"
    for key, *values in nodes:
        own, others = data(graph.node, values)
        yield f'      <node id="{xml.text(key)}"{own}>{others}</node>'
    yield "    </nodes>"
    yield "    <edges>"
    label = list(graph.edge).index("label")
    for number, edge in enumerate(edges, start=1):
        own, others = data(graph.edge, edge.values)
        ends = f'source="{xml.text(edge.source)}" target="{xml.text(edge.target)}"'
        kind = f'kind="{xml.text(edge.values[label])}"'  # keeps parallel edges apart
        spells = "".join(f"<spell{_days(days)}/>" for days in edge.times)
        others += f"<spells>{spells}</spells>" if spells else ""
        yield f'      <edge id="{number}" {ends} {kind}{own}>{others}</edge>'
    yield "    </edges>"
    yield "  </graph>"
    yield "</gexf>"


def _days(days: Days) -> str:
    return "".join(
        f' {name}="{day}"' for name, day in zip(("start", "end"), days, strict=True) if day
    )
