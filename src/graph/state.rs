//! The state of a database, and what a step makes of it.

use std::collections::BTreeSet;

use petgraph::Direction::Incoming;

use crate::direction::Direction;
use crate::error::ErrorKind;
use crate::graph::dag::Node;
use crate::graph::dag::NodeSet;
use crate::graph::dag::RevisionGraph;
use crate::graph::row_change::RowChange;
use crate::graph::set::RevisionSet;
use crate::id::Heads;
use crate::id::RevisionId;

/// What is applied, by its heads in file order.
pub(super) struct State {
    pub(super) applied: NodeSet,
    pub(super) heads: Vec<Node>,
}

impl RevisionGraph {
    /// Returns everything the rows imply; rows that no script has are ignored.
    pub fn applied(&self, rows: &Heads) -> RevisionSet<'_> {
        self.ancestors(rows.iter())
    }

    /// Returns the rows that no script has.
    pub fn unknown_rows(&self, rows: &Heads) -> Vec<RevisionId> {
        rows.iter().filter(|id| self.node(id).is_none()).cloned().collect()
    }

    /// Returns the rows that no other row implies; those that no script has are left out.
    pub fn maximal(&self, rows: &Heads) -> Heads {
        self.known_state(rows).heads.iter().map(|&node| self.id(node)).collect()
    }

    /// Returns the heads after one step, which must be applicable to them.
    ///
    /// This is for a single step; a plan knows the change of each of its steps without asking again.
    pub fn heads_after(&self, heads: &Heads, revision: &RevisionId, direction: Direction) -> Heads {
        let mut state = self.known_state(heads);
        if let Some(node) = self.node(revision) {
            state.applied.set(node.index(), direction != Direction::Downgrade);
        }
        self.maximal_nodes(&state.applied).iter().map(|&node| self.id(node)).collect()
    }

    /// Reads the rows; one that no script has is an error.
    pub(super) fn state(&self, rows: &Heads) -> Result<State, ErrorKind> {
        match self.unknown_rows(rows).into_iter().next() {
            Some(revision) => Err(ErrorKind::UnknownRow { revision, applied: None, below: None }),
            None => Ok(self.known_state(rows)),
        }
    }

    fn known_state(&self, rows: &Heads) -> State {
        let mut heads: Vec<Node> = rows.iter().filter_map(|id| self.node(id)).collect();
        let applied = self.ancestor_nodes(heads.iter().copied());
        heads.retain(|&node| self.is_maximal(node, &applied));
        heads.sort_unstable();
        State { applied, heads }
    }

    /// Returns those of a set that no other of it names, in file order.
    pub(super) fn maximal_nodes(&self, applied: &NodeSet) -> Vec<Node> {
        applied.ones().map(Node::new).filter(|&node| self.is_maximal(node, applied)).collect()
    }

    fn is_maximal(&self, node: Node, applied: &NodeSet) -> bool {
        !self.net.neighbors_directed(node, Incoming).any(|child| applied.contains(child.index()))
    }
}

/// Takes steps one after another; each costs as much as the revision has parents, however large the graph is.
pub(super) struct Stepper<'g> {
    graph: &'g RevisionGraph,
    /// By how many applied revisions each one is named; an applied one that none names is a head.
    named_by: Vec<u32>,
}

impl<'g> Stepper<'g> {
    /// Begins at a state.
    pub(super) fn new(graph: &'g RevisionGraph, applied: &NodeSet) -> Self {
        let mut named_by = vec![0; graph.len()];
        for node in applied.ones().map(Node::new) {
            for named in graph.net.neighbors(node) {
                named_by[named.index()] += 1;
            }
        }
        Self { graph, named_by }
    }

    /// Applies a revision all of whose parents and dependencies are applied.
    pub(super) fn up(&mut self, node: Node) -> RowChange {
        let mut delete = BTreeSet::new();
        for named in self.graph.net.neighbors(node) {
            let count = &mut self.named_by[named.index()];
            if *count == 0 {
                delete.insert(self.graph.id(named));
            }
            *count += 1;
        }
        RowChange { delete, insert: BTreeSet::from([self.graph.id(node)]) }
    }

    /// Takes off a revision that no applied one names.
    pub(super) fn down(&mut self, node: Node) -> RowChange {
        let mut insert = BTreeSet::new();
        for named in self.graph.net.neighbors(node) {
            let count = &mut self.named_by[named.index()];
            *count -= 1;
            if *count == 0 {
                insert.insert(self.graph.id(named));
            }
        }
        RowChange { delete: BTreeSet::from([self.graph.id(node)]), insert }
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::fixture::graph;
    use crate::graph::fixture::heads;

    use super::*;

    fn check_maximal(text: &str, rows: &str, expected: &str) {
        assert_eq!(graph(text).maximal(&heads(rows)), heads(expected), "{text} at {rows}");
    }

    #[test]
    fn a_row_implied_by_another_is_not_a_head() {
        check_maximal("a; b < a; c", "a b c", "b c");
        check_maximal("a; b + a; c", "a b c", "b c");
        check_maximal("a; b < a", "a gone", "a");
    }

    #[test]
    fn rows_without_a_script_are_found() {
        let graph = graph("a; b < a");
        assert_eq!(graph.unknown_rows(&heads("b gone")), [RevisionId::from_row("gone")]);
        assert_eq!(graph.applied(&heads("b gone")).len(), 2);
        let error = graph.state(&heads("b gone")).err().unwrap();
        assert_eq!(error.code(), "unknown-row");
    }

    #[test]
    fn a_step_moves_the_heads() {
        let graph = graph("a; b < a; c < a; m < b c");
        let m = RevisionId::parse("m").unwrap();
        assert_eq!(graph.heads_after(&heads("b c"), &m, Direction::Upgrade), heads("m"));
        assert_eq!(graph.heads_after(&heads("m"), &m, Direction::Downgrade), heads("b c"));
    }
}
