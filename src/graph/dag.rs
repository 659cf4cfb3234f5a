//! The revisions and how they hang together; immutable, and valid once built.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::OnceLock;

use petgraph::Direction::Incoming;
use petgraph::Direction::Outgoing;
use petgraph::graph::DiGraph;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use petgraph::visit::Visitable;

use crate::graph::label_sets::LabelSets;
use crate::graph::revision::Revision;
use crate::id::Label;
use crate::id::RevisionId;

/// Why one revision names another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// It is a down revision.
    Down,
    /// It is a dependency only.
    Dependency,
}

/// The place of a revision in file order.
pub(super) type Node = NodeIndex<u32>;

/// From each revision to those it names, in declared order: down revisions, then dependencies.
pub(super) type Net = DiGraph<(), Link, u32>;

/// Some of the nodes, a bit each.
pub(super) type NodeSet = <Net as Visitable>::Map;

/// The graph of all revisions. File order is the order of the list it was built from, and breaks every tie.
#[derive(Debug, Clone)]
pub struct RevisionGraph {
    pub(super) revisions: Vec<Revision>,
    pub(super) net: Net,
    pub(super) ids: HashMap<RevisionId, Node>,
    pub(super) labels: BTreeMap<Label, Node>,
    pub(super) label_sets: OnceLock<LabelSets>,
}

impl RevisionGraph {
    /// Returns how many revisions there are.
    pub fn len(&self) -> usize {
        self.revisions.len()
    }

    /// Returns whether there is no revision.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// Returns all revisions in file order.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// Returns the revision that has exactly this id.
    pub fn get(&self, id: &RevisionId) -> Option<&Revision> {
        self.node(id).map(|node| self.revision(node))
    }

    /// Returns the revision that declares exactly this label.
    pub fn labelled(&self, label: &Label) -> Option<&Revision> {
        self.labels.get(label).map(|&node| self.revision(node))
    }

    /// Returns every label with the revision that declares it.
    pub fn labels(&self) -> impl Iterator<Item = (&Label, &Revision)> {
        self.labels.iter().map(|(label, &node)| (label, self.revision(node)))
    }

    /// Returns the revisions that no other names as parent or dependency, in file order.
    pub fn heads(&self) -> Vec<&Revision> {
        self.list(self.head_nodes())
    }

    /// Returns whether no other revision names this one.
    pub fn is_head(&self, id: &RevisionId) -> bool {
        self.node(id).is_some_and(|node| self.net.neighbors_directed(node, Incoming).next().is_none())
    }

    /// Returns the revisions without a down revision, in file order.
    pub fn bases(&self) -> Vec<&Revision> {
        self.list(self.base_nodes())
    }

    /// Returns the revisions that grow from `id` (by down revision), in file order.
    pub fn children(&self, id: &RevisionId) -> Vec<&Revision> {
        self.node(id).map_or_else(Vec::new, |node| self.list(self.child_nodes(node)))
    }

    /// Returns the revisions that name `id` as a dependency, in file order.
    pub fn dependents(&self, id: &RevisionId) -> Vec<&Revision> {
        self.node(id).map_or_else(Vec::new, |node| self.list(self.linked(node, Incoming, Link::Dependency)))
    }

    /// Returns the revisions that `id` depends on, in declared order; one that is also a down revision is left out.
    pub fn dependencies(&self, id: &RevisionId) -> Vec<&Revision> {
        self.node(id).map_or_else(Vec::new, |node| self.list(self.linked(node, Outgoing, Link::Dependency)))
    }

    /// Returns the revisions that several others grow from, in file order.
    pub fn branch_points(&self) -> Vec<&Revision> {
        self.list(self.net.node_indices().filter(|&node| self.forks(node)))
    }

    /// Returns whether several revisions grow from this one.
    pub fn is_branch_point(&self, id: &RevisionId) -> bool {
        self.node(id).is_some_and(|node| self.forks(node))
    }

    /// Returns whether this revision has several down revisions.
    pub fn is_merge_point(&self, id: &RevisionId) -> bool {
        self.node(id).is_some_and(|node| self.parent_nodes(node).len() > 1)
    }

    pub(super) fn node(&self, id: &RevisionId) -> Option<Node> {
        self.ids.get(id).copied()
    }

    pub(super) fn revision(&self, node: Node) -> &Revision {
        &self.revisions[node.index()]
    }

    pub(super) fn id(&self, node: Node) -> RevisionId {
        self.revision(node).id.clone()
    }

    pub(super) fn ids_of(&self, nodes: &[Node]) -> Vec<RevisionId> {
        nodes.iter().map(|&node| self.id(node)).collect()
    }

    pub(super) fn head_nodes(&self) -> Vec<Node> {
        self.net.externals(Incoming).collect()
    }

    pub(super) fn base_nodes(&self) -> Vec<Node> {
        self.net.node_indices().filter(|&node| self.parent_nodes(node).is_empty()).collect()
    }

    /// Returns the down revisions in declared order.
    pub(super) fn parent_nodes(&self, node: Node) -> Vec<Node> {
        self.linked(node, Outgoing, Link::Down)
    }

    /// Returns the revisions that grow from this one, in file order.
    pub(super) fn child_nodes(&self, node: Node) -> Vec<Node> {
        self.linked(node, Incoming, Link::Down)
    }

    fn forks(&self, node: Node) -> bool {
        self.net.edges_directed(node, Incoming).filter(|edge| *edge.weight() == Link::Down).nth(1).is_some()
    }

    /// petgraph lists the newest edge first, and edges are added in declared and file order: hence the reversal.
    fn linked(&self, node: Node, direction: petgraph::Direction, link: Link) -> Vec<Node> {
        let mut nodes: Vec<Node> = self
            .net
            .edges_directed(node, direction)
            .filter(|edge| *edge.weight() == link)
            .map(|edge| if direction == Incoming { edge.source() } else { edge.target() })
            .collect();
        nodes.reverse();
        nodes
    }

    fn list(&self, nodes: impl IntoIterator<Item = Node>) -> Vec<&Revision> {
        nodes.into_iter().map(|node| self.revision(node)).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::fixture::graph;
    use crate::graph::revision::Revision;
    use crate::id::RevisionId;

    fn names(revisions: Vec<&Revision>) -> String {
        revisions.iter().map(|revision| revision.id.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn id(text: &str) -> RevisionId {
        RevisionId::parse(text).unwrap()
    }

    #[test]
    fn a_head_is_named_by_nobody_neither_as_parent_nor_as_dependency() {
        let graph = graph("a; b < a; x; y < x + b");
        assert_eq!(names(graph.heads()), "y");
        assert!(!graph.is_head(&id("b")));
    }

    #[test]
    fn children_are_in_file_order_and_parents_as_declared() {
        let graph = graph("a; b < a; c < a; m < c b + a");
        assert_eq!(names(graph.children(&id("a"))), "b c");
        assert_eq!(names(graph.bases()), "a");
        assert_eq!(names(graph.branch_points()), "a");
        assert_eq!(names(graph.dependents(&id("a"))), "m");
        assert_eq!(names(graph.dependencies(&id("m"))), "a");
        assert!(graph.is_merge_point(&id("m")) && graph.is_branch_point(&id("a")));
        let node = graph.node(&id("m")).unwrap();
        assert_eq!(graph.ids_of(&graph.parent_nodes(node)), [id("c"), id("b")]);
    }

    #[test]
    fn a_label_can_be_a_dependency() {
        let graph = graph("a : shop; x + shop");
        assert_eq!(names(graph.dependencies(&id("x"))), "a");
    }

    #[test]
    fn a_dependency_that_is_a_parent_too_counts_once() {
        let graph = graph("a; b < a a + a");
        assert_eq!(names(graph.dependencies(&id("b"))), "");
        assert!(!graph.is_merge_point(&id("b")));
    }
}
