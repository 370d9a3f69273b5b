"""GraphML, for networkx, igraph, Gephi and others: one file a graph (exports/graphs.py)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from exports.datapackage import ExportedFile
from exports.graphs import Attributes, Graph, write_graphs
from exports.job import ExportJob
from exports.xml_text import Xml


def graphml(job: ExportJob) -> Iterator[ExportedFile]:
    """Write the graph of actors and that of voices."""
    return write_graphs(job, _file)


def _file(job: ExportJob, graph: Graph, xml: Xml) -> ExportedFile:
    name = f"{graph.name}.graphml"
    elements = 0
    with (job.folder / name).open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write('<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
        for domain, attributes in (("node", graph.node), ("edge", graph.edge)):
            for attribute, (type, meaning) in attributes.items():
                file.write(
                    f'  <key id="{domain}-{attribute}" for="{domain}" attr.name="{attribute}" '
                    f'attr.type="{type}"><desc>{escape(meaning)}</desc></key>\n'
                )
        file.write(f'  <graph id="{graph.name}" edgedefault="directed">\n')
        for key, *values in graph.nodes(job):
            elements += 1
            data = _data("node", graph.node, values, xml)
            file.write(f"    <node id={xml.quoted(key)}>{data}</node>\n")
        for number, edge in enumerate(graph.edges(job), start=1):
            elements += 1
            ends = f"source={xml.quoted(edge.source)} target={xml.quoted(edge.target)}"
            data = _data("edge", graph.edge, edge.values, xml)
            file.write(f'    <edge id="e{number}" {ends}>{data}</edge>\n')
        file.write("  </graph>\n</graphml>\n")
    return ExportedFile(name, elements)


def _data(domain: str, attributes: Attributes, values: Sequence[Any], xml: Xml) -> str:
    """Return the elements of the attributes whose values are not null."""
    return "".join(
        f'<data key="{domain}-{name}">{xml.text(value, type)}</data>'
        for (name, (type, _)), value in zip(attributes.items(), values, strict=True)
        if value is not None
    )
