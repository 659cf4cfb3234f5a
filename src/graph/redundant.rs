//! Parents that say nothing new.

use crate::graph::dag::Node;
use crate::graph::dag::RevisionGraph;
use crate::id::RevisionId;

/// A down revision that another down revision of the same revision grows from, or that is named twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedundantParent {
    /// The revision that names it.
    pub revision: RevisionId,
    /// Which of its down revisions, from 0.
    pub place: usize,
    /// The parent that could be left out.
    pub parent: RevisionId,
    /// The parent that implies it; the same one when it is named twice.
    pub implied_by: RevisionId,
}

impl RevisionGraph {
    /// Returns every parent that could be left out without a change of the graph's meaning, in file order.
    ///
    /// Only down revisions count: a merge with a branch that the other parent merely depends on does mean something.
    pub fn redundant_parents(&self) -> Vec<RedundantParent> {
        let mut search = Search::new(self);
        let merges = self.net.node_indices().filter(|&node| self.revision(node).down_revisions.len() > 1);
        merges.flat_map(|node| search.redundant(node)).collect()
    }
}

/// Looks below the parents of one merge after another; each look goes no deeper than the lowest of them.
struct Search<'g> {
    graph: &'g RevisionGraph,
    /// The place of each revision in an order with parents before children.
    rank: Vec<usize>,
    /// The number of the look that last came by; it saves clearing the marks.
    seen: Vec<u32>,
    look: u32,
}

impl<'g> Search<'g> {
    fn new(graph: &'g RevisionGraph) -> Self {
        let all: Vec<Node> = graph.net.node_indices().collect();
        let mut rank = vec![0; graph.len()];
        for (place, node) in graph.order(&all, &graph.nothing_applied().applied).into_iter().enumerate() {
            rank[node.index()] = place;
        }
        Self { graph, rank, seen: vec![0; graph.len()], look: 0 }
    }

    fn redundant(&mut self, merge: Node) -> Vec<RedundantParent> {
        let graph = self.graph;
        let revision = graph.revision(merge);
        let parents: Vec<Node> = revision.down_revisions.iter().filter_map(|id| graph.node(id)).collect();
        let below = self.below(&parents, &parents);
        let mut found = Vec::new();
        for (place, &parent) in parents.iter().enumerate() {
            let is_repeated = parents[..place].contains(&parent);
            if !is_repeated && !below.contains(&parent) {
                continue;
            }
            let implies = |other: &&Node| **other != parent && self.below(&[**other], &[parent]).contains(&parent);
            let implied_by = if is_repeated { parent } else { parents.iter().find(implies).copied().unwrap_or(parent) };
            let (parent, implied_by) = (graph.id(parent), graph.id(implied_by));
            found.push(RedundantParent { revision: revision.id.clone(), place, parent, implied_by });
        }
        found
    }

    /// Returns those of `wanted` that one of `starts` grows from.
    fn below(&mut self, starts: &[Node], wanted: &[Node]) -> Vec<Node> {
        let lowest = wanted.iter().map(|node| self.rank[node.index()]).min().unwrap_or(0);
        self.look += 1;
        let mut open = starts.to_vec();
        while let Some(node) = open.pop() {
            for parent in self.graph.parent_nodes(node) {
                if self.rank[parent.index()] >= lowest && self.seen[parent.index()] != self.look {
                    self.seen[parent.index()] = self.look;
                    open.push(parent);
                }
            }
        }
        wanted.iter().copied().filter(|node| self.seen[node.index()] == self.look).collect()
    }
}

#[cfg(test)]
mod tests {

    use crate::graph::fixture::graph;

    /// Checks what is redundant, as `revision: parent by implied_by`.
    fn check(text: &str, expected: &[&str]) {
        let found = graph(text).redundant_parents();
        let found = found.iter().map(|it| format!("{}: {} by {}", it.revision, it.parent, it.implied_by));
        assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn a_parent_below_another_parent_is_redundant() {
        check("a; b < a; c < b; m < a c", &["m: a by c"]);
        check("m < c a; c < b; b < a; a", &["m: a by c"]);
        check("a; b < a; m < a b; n < m b a", &["m: a by b", "n: b by m", "n: a by m"]);
    }

    #[test]
    fn a_merge_of_two_sides_is_not() {
        check("a; b < a; c < a; m < b c; d < b; n < m d", &[]);
        check("a; b + a; m < a b", &[]); // only a dependency leads there
    }

    #[test]
    fn a_parent_that_stands_twice_is_redundant() {
        check("a; b < a a", &["b: a by a"]);
    }

    #[test]
    fn many_merges_of_long_branches_come_to_an_end() {
        let mut text = String::from("a0; b0");
        for n in 1..2000 {
            text.push_str(&format!("; a{n} < a{} b{}; b{n} < b{}", n - 1, n - 1, n - 1));
        }
        let graph = graph(&text);
        assert_eq!(graph.redundant_parents(), []);
    }
}
