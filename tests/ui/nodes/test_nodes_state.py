"""How a node is: the quick way says the same as the thorough one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.cluster import Power
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.node import Node, NodeState
from tiepoint.ui.viewmodels import nodes_rows, nodes_state
from tiepoint.ui.viewmodels.nodes_rows import node_row
from tiepoint.ui.viewmodels.nodes_state import FRESH_S, STUCK_S, NodeContext, NodeMachine, due_after, is_usual, judged

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_ages_s = st.sampled_from(
    (-3600.0, 0.0, 1.0, FRESH_S - 0.1, FRESH_S, 8.0, 20.0, STUCK_S - 11, STUCK_S - 1, STUCK_S + 1)
)
_times = st.one_of(st.none(), _ages_s.map(lambda age_s: NOW - timedelta(seconds=age_s)))
_nodes = st.builds(
    Node,
    id=st.just(NodeId("node-012")),
    host=st.just("node-012"),
    state=st.sampled_from(NodeState),
    job=st.sampled_from((None, JobId("20261122-a-000000"))),
    heard=_times,
    version=st.sampled_from(("", "1", "2")),
    task_since=_times,
    last_line=_times,
    notice=st.sampled_from(("", "Evicted at 14:07")),
)
_contexts = st.builds(
    NodeContext,
    now=st.just(NOW),
    version=st.sampled_from(("", "1")),
    is_stale=st.booleans(),
    machines=st.sampled_from(({}, {"node-012": NodeMachine("node-012", Power.RUNNING)})),
)


@given(_nodes, _contexts)
def test_a_usual_node_is_judged_as_any_other(node: Node, context: NodeContext) -> None:
    quick = judged(node, context), due_after(node, context), node_row(node, context).source
    with mock.patch.object(nodes_state, "is_usual", _never), mock.patch.object(nodes_rows, "is_usual", _never):
        assert (judged(node, context), due_after(node, context), node_row(node, context).source) == quick


def _never(_node: Node, _context: NodeContext) -> bool:
    return False


def test_most_nodes_of_a_busy_cluster_are_usual() -> None:
    node = Node(NodeId("a"), "a", NodeState.BUSY, JobId("20261122-a-000000"), heard=NOW, last_line=NOW)
    assert is_usual(node, NodeContext(NOW))
