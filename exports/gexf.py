"""GEXF 1.3, for Gephi with its timeline: one file a graph (exports/graphs.py).

https://gexf.net. An edge holds at the times that its dates can mean, and always if it has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from exports.datapackage import ExportedFile
from exports.graphs import Attributes, Days, Edge, Graph, write_graphs
from exports.job import ExportJob
from exports.xml_text import Xml, plain

OWN = ("label", "weight", "start", "end")
"""Attributes for which the format has places of its own."""

TYPES = {"int": "integer"}
"""Types of attributes that the format names otherwise."""


def gexf(job: ExportJob) -> Iterator[ExportedFile]:
    """Write the graph of actors and that of voices."""
    return write_graphs(job, _file)


def _file(job: ExportJob, graph: Graph, xml: Xml) -> ExportedFile:
    name = f"{graph.name}.gexf"
    elements = 0
    timed = 'mode="dynamic" timeformat="date" timerepresentation="interval"'
    mode = timed if "start" in graph.edge else 'mode="static"'
    with (job.folder / name).open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write('<gexf xmlns="http://gexf.net/1.3" version="1.3">\n')
        file.write(f'  <graph {mode} defaultedgetype="directed">\n')
        for domain, attributes in (("node", graph.node), ("edge", graph.edge)):
            file.write(f'    <attributes class="{domain}">\n')
            for attribute, (type, _) in attributes.items():
                if attribute not in OWN:
                    file.write(
                        f'      <attribute id="{attribute}" title="{attribute}" '
                        f'type="{TYPES.get(type, type)}"/>\n'
                    )
            file.write("    </attributes>\n")
        file.write("    <nodes>\n")
        for key, *values in graph.nodes(job):
            elements += 1
            label, data = _data(graph.node, values, xml)
            file.write(f"      <node id={xml.quoted(key)}{label}>{data}</node>\n")
        file.write("    </nodes>\n    <edges>\n")
        for number, edge in enumerate(graph.edges(job), start=1):
            elements += 1
            file.write(f'      <edge id="{number}"{_edge(graph, edge, xml)}</edge>\n')
        file.write("    </edges>\n  </graph>\n</gexf>\n")
    return ExportedFile(name, elements)


def _edge(graph: Graph, edge: Edge, xml: Xml) -> str:
    own, data = _data(graph.edge, edge.values, xml)
    kind = dict(zip(graph.edge, edge.values, strict=True))["label"]  # keeps parallel edges apart
    ends = f" source={xml.quoted(edge.source)} target={xml.quoted(edge.target)}"
    spells = "".join(f"<spell{_days(days)}/>" for days in edge.times)
    return (
        f"{ends} kind={xml.quoted(kind)}{own}>{data}{f'<spells>{spells}</spells>' * bool(spells)}"
    )


def _days(days: Days) -> str:
    return "".join(
        f' {name}="{day}"' for name, day in zip(("start", "end"), days, strict=True) if day
    )


def _data(attributes: Attributes, values: Sequence[Any], xml: Xml) -> tuple[str, str]:
    """Return label and weight as attributes, and the elements of the other values."""
    own, others = "", ""
    for (name, (type, _)), value in zip(attributes.items(), values, strict=True):
        if value is None or name in ("start", "end"):
            continue
        text = xml.quoted(plain(value, type))
        if name in OWN:
            own += f" {name}={text}"
        else:
            others += f'<attvalue for="{name}" value={text}/>'
    return own, f"<attvalues>{others}</attvalues>" if others else ""
