"""How does the overall project become a graph file that Gephi reads (GEXF 1.3)?"""

from xml.etree import ElementTree as ET

from data.countries import eu_or_unknown
from matcher.overall.project import OverallProject
from service.exports.clean import clean

_NODE = ("stream", "country", "organisation", "name", "links")
_EDGE = ("stream", "new")


def overall_gexf(project: OverallProject) -> bytes:
    """Return the outlines as nodes and the links as edges, weighted by their strength; the run id is in the
    meta."""
    root = ET.Element("gexf", {"xmlns": "http://gexf.net/1.3", "version": "1.3"})
    meta = ET.SubElement(root, "meta")
    ET.SubElement(meta, "creator").text = "Konsort"
    ET.SubElement(meta, "description").text = clean(
        f"Overall project of call {project.call}, run {project.run}"
    )
    graph_element = ET.SubElement(root, "graph", {"defaultedgetype": "undirected", "mode": "static"})
    _columns(graph_element, "node", _NODE)
    _columns(graph_element, "edge", _EDGE)
    nodes = ET.SubElement(graph_element, "nodes")
    for p in project.participants:
        node = ET.SubElement(nodes, "node", {"id": clean(p.outline), "label": clean(p.title)})
        _values(node, (p.stream, eu_or_unknown(p.country), p.organisation, p.name, p.links))
    edges = ET.SubElement(graph_element, "edges")
    for k, link in enumerate(project.links):
        attributes = {
            "id": str(k),
            "source": link.a,
            "target": link.b,
            "weight": f"{max(link.strength, 1e-4):.4f}",
        }
        edge = ET.SubElement(edges, "edge", {name: clean(value) for name, value in attributes.items()})
        _values(edge, (link.stream or "", link.new))
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body


def _columns(parent: ET.Element, kind: str, names: tuple[str, ...]) -> None:
    columns = ET.SubElement(parent, "attributes", {"class": kind})
    types = {"links": "integer", "new": "boolean"}
    for k, name in enumerate(names):
        ET.SubElement(columns, "attribute", {"id": str(k), "title": name, "type": types.get(name, "string")})


def _values(parent: ET.Element, values: tuple[object, ...]) -> None:
    container = ET.SubElement(parent, "attvalues")
    for k, value in enumerate(values):
        shown = str(value).lower() if isinstance(value, bool) else clean(value)
        ET.SubElement(container, "attvalue", {"for": str(k), "value": shown})
