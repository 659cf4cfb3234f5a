//! Closures, lineages, and the one order in which revisions run.

use petgraph::visit::Dfs;
use petgraph::visit::DfsPostOrder;
use petgraph::visit::EdgeFiltered;
use petgraph::visit::GraphRef;
use petgraph::visit::IntoNeighbors;
use petgraph::visit::Reversed;
use petgraph::visit::Visitable;

use crate::graph::dag::Link;
use crate::graph::dag::Node;
use crate::graph::dag::NodeSet;
use crate::graph::dag::RevisionGraph;
use crate::graph::set::RevisionSet;
use crate::id::RevisionId;

impl RevisionGraph {
    /// Returns these revisions and everything they grow from or depend on; ids that are not in the graph are ignored.
    pub fn ancestors<'i>(&self, ids: impl IntoIterator<Item = &'i RevisionId>) -> RevisionSet<'_> {
        let nodes = self.ancestor_nodes(ids.into_iter().filter_map(|id| self.node(id)));
        RevisionSet { graph: self, nodes }
    }

    /// Returns these revisions and everything that grows from or depends on them; unknown ids are ignored.
    pub fn descendants<'i>(&self, ids: impl IntoIterator<Item = &'i RevisionId>) -> RevisionSet<'_> {
        let nodes = self.descendant_nodes(ids.into_iter().filter_map(|id| self.node(id)));
        RevisionSet { graph: self, nodes }
    }

    /// Returns the ancestors and descendants of a revision by down revision alone: what `label@` narrows to.
    pub fn lineage(&self, id: &RevisionId) -> RevisionSet<'_> {
        let nodes = self.node(id).map_or_else(|| self.net.visit_map(), |node| self.lineage_nodes(node));
        RevisionSet { graph: self, nodes }
    }

    pub(super) fn ancestor_nodes(&self, starts: impl IntoIterator<Item = Node>) -> NodeSet {
        closure(&self.net, starts)
    }

    pub(super) fn descendant_nodes(&self, starts: impl IntoIterator<Item = Node>) -> NodeSet {
        closure(Reversed(&self.net), starts)
    }

    pub(super) fn down_ancestor_nodes(&self, starts: impl IntoIterator<Item = Node>) -> NodeSet {
        let down = EdgeFiltered::from_fn(&self.net, |edge| *edge.weight() == Link::Down);
        closure(&down, starts)
    }

    pub(super) fn down_descendant_nodes(&self, starts: impl IntoIterator<Item = Node>) -> NodeSet {
        let down = EdgeFiltered::from_fn(&self.net, |edge| *edge.weight() == Link::Down);
        closure(Reversed(&down), starts)
    }

    pub(super) fn lineage_nodes(&self, node: Node) -> NodeSet {
        let mut lineage = self.down_ancestor_nodes([node]);
        lineage.union_with(&self.down_descendant_nodes([node]));
        lineage
    }

    /// Returns what must run for `targets` (in file order) when `done` is there already.
    ///
    /// Depth first, parents before children in declared order, so that a branch is finished before the next begins.
    /// `done` must hold the ancestors of its members.
    pub(super) fn order(&self, targets: &[Node], done: &NodeSet) -> Vec<Node> {
        let mut search = DfsPostOrder::empty(&self.net);
        search.discovered.clone_from(done);
        search.finished.clone_from(done);
        let mut order = Vec::new();
        for &target in targets {
            search.move_to(target);
            while let Some(node) = search.next(&self.net) {
                order.push(node);
            }
        }
        order
    }
}

fn closure<G>(net: G, starts: impl IntoIterator<Item = Node>) -> NodeSet
where
    G: GraphRef + IntoNeighbors<NodeId = Node> + Visitable<NodeId = Node, Map = NodeSet>,
{
    let mut search = Dfs::empty(net);
    for start in starts {
        search.move_to(start);
        while search.next(net).is_some() {}
    }
    search.discovered
}

#[cfg(test)]
mod tests {
    use crate::graph::fixture::graph;

    use super::*;

    fn names(set: RevisionSet<'_>) -> String {
        set.iter().map(|revision| revision.id.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn check_order(text: &str, targets: &str, order: &str) {
        let graph = graph(text);
        let node = |name: &str| graph.node(&RevisionId::parse(name).unwrap()).unwrap();
        let targets: Vec<Node> = targets.split_whitespace().map(node).collect();
        let found = graph.order(&targets, &graph.net.visit_map());
        assert_eq!(found, order.split_whitespace().map(node).collect::<Vec<_>>(), "{text}");
    }

    #[test]
    fn ancestors_follow_dependencies_and_a_lineage_does_not() {
        let graph = graph("a; b < a; x + b; y < x");
        let (b, x) = (RevisionId::parse("b").unwrap(), RevisionId::parse("x").unwrap());
        assert_eq!(names(graph.ancestors([&x])), "a b x");
        assert_eq!(names(graph.descendants([&b])), "b x y");
        assert_eq!(names(graph.lineage(&x)), "x y");
        assert_eq!(names(graph.lineage(&b)), "a b");
    }

    #[test]
    fn parents_run_in_declared_order_and_a_branch_is_finished_before_the_next() {
        check_order("a; b < a; b2 < b; c < a; c2 < c; m < c2 b2", "m", "a c c2 b b2 m");
        check_order("a; x < a; y < a; x2 < x; y2 < y", "x2 y2", "a x x2 y y2");
        check_order("d; a; b < a + d", "b", "a d b");
    }
}
