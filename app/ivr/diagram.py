"""Mermaid diagrams of the flows, for readers of `ivr_flows/README.md`."""

from collections.abc import Iterator

from app.ivr.flow import Ask, Branch, Call, Do, End, Flow, Node, Say, Transfer
from app.ivr.graph import edges
from app.ivr.model import Book

_SHAPES = {
    Say: ('["', '"]'),
    Ask: ('[/"', '"/]'),
    Do: ('[["', '"]]'),
    Branch: ('{"', '"}'),
    Call: ('(["', '"])'),
    Transfer: ('>"', '"]'),
    End: ('(("', '"))'),
}


def diagrams(book: Book) -> str:
    """One Markdown section with a Mermaid diagram for each flow, the main flow first."""
    ordered = sorted(book.flows.values(), key=lambda flow: (flow.name != book.main, flow.name))
    return "\n".join(_section(flow) for flow in ordered)


def _section(flow: Flow) -> str:
    lines = [f"## {flow.title}", "", f"`{flow.name}.yaml`", "", "```mermaid", "flowchart TD", *_body(flow), "```", ""]
    return "\n".join(lines)


def _body(flow: Flow) -> Iterator[str]:
    for id_, node in flow.nodes.items():
        opening, closing = _SHAPES[type(node)]
        yield f"  {id_}_{opening}{_label(id_, node)}{closing}"
    yield f"  begin_(( )) --> {flow.start}_"
    for id_, node in flow.nodes.items():
        keys = {choice.name: f"{choice.key}: " for choice in node.choices} if isinstance(node, Ask) else {}
        for label, target in edges(node):
            shown = "" if label == "then" else f'|"{keys.get(label, "")}{label}"|'
            yield f"  {id_}_ -->{shown} {target}_"


def _label(id_: str, node: Node) -> str:
    match node:
        case Ask() if node.expects != "choices":
            return f"{id_}: {node.expects}?"
        case Do():
            return f"{id_}: {node.effect}"
        case Call():
            return f"{id_}: {node.flow}"
        case Transfer():
            return f"{id_} → {node.target}"
        case End():
            return node.outcome
        case _:
            return id_
