//! Builds the graph, or says everything that is wrong with it.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::OnceLock;

use petgraph::algo::kosaraju_scc;
use petgraph::algo::toposort;
use petgraph::visit::Visitable;

use crate::error::ErrorKind;
use crate::graph::dag::Link;
use crate::graph::dag::Net;
use crate::graph::dag::Node;
use crate::graph::dag::RevisionGraph;
use crate::graph::problem::Field;
use crate::graph::problem::GraphProblem;
use crate::graph::revision::Revision;
use crate::id::Label;
use crate::id::RevisionId;
use crate::nearest::nearest;

/// Each suggestion looks at every name, so a folder of nothing but broken parents gets them for its first problems only.
const SUGGESTIONS: usize = 50;

impl RevisionGraph {
    /// Links the revisions, given in file order, or returns every problem at once, in file order.
    ///
    /// A parent that another parent already implies is legal and harmless.
    pub fn build(revisions: Vec<Revision>) -> Result<Self, Vec<GraphProblem>> {
        let mut linker = Linker::new(&revisions);
        linker.name_ids();
        linker.name_labels();
        linker.link();
        linker.find_cycles();
        let Linker { ids, labels, net, mut problems, .. } = linker;
        if !problems.is_empty() {
            problems.sort_by_key(|problem| (problem.revision, problem.field));
            return Err(problems);
        }
        Ok(Self { revisions, net, ids, labels, label_sets: OnceLock::new() })
    }
}

struct Linker<'r> {
    revisions: &'r [Revision],
    ids: HashMap<RevisionId, Node>,
    labels: BTreeMap<Label, Node>,
    net: Net,
    problems: Vec<GraphProblem>,
}

impl<'r> Linker<'r> {
    fn new(revisions: &'r [Revision]) -> Self {
        let mut net = Net::with_capacity(revisions.len(), revisions.len());
        for _ in revisions {
            net.add_node(());
        }
        let ids = HashMap::with_capacity(revisions.len());
        Self { revisions, ids, labels: BTreeMap::new(), net, problems: Vec::new() }
    }

    fn report(&mut self, revision: usize, field: Field, kind: ErrorKind) {
        self.problems.push(GraphProblem { kind, revision, field });
    }

    fn name_ids(&mut self) {
        for (index, revision) in self.revisions.iter().enumerate() {
            match self.ids.entry(revision.id.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(Node::new(index));
                }
                Entry::Occupied(first) => {
                    let other = self.revisions[first.get().index()].path.clone();
                    let kind = ErrorKind::DuplicateId { revision: revision.id.clone(), other };
                    self.report(index, Field::Revision, kind);
                }
            }
        }
    }

    fn name_labels(&mut self) {
        let revisions = self.revisions;
        for (index, revision) in revisions.iter().enumerate() {
            for (place, label) in revision.labels.iter().enumerate() {
                if self.ids.contains_key(label.as_str()) {
                    self.report(index, Field::BranchLabel(place), ErrorKind::LabelIsId { label: label.clone() });
                }
                let node = *self.labels.entry(label.clone()).or_insert(Node::new(index));
                if node.index() != index {
                    let other = revisions[node.index()].id.clone();
                    let kind = ErrorKind::DuplicateLabel { label: label.clone(), other };
                    self.report(index, Field::BranchLabel(place), kind);
                }
            }
        }
    }

    fn link(&mut self) {
        let revisions = self.revisions;
        let mut named_by = vec![usize::MAX; revisions.len()]; // who was the last to name it: finds names given twice
        for (index, revision) in revisions.iter().enumerate() {
            for (place, parent) in revision.down_revisions.iter().enumerate() {
                match self.ids.get(parent) {
                    Some(&node) => self.add(index, node, Link::Down, Field::DownRevision(place), &mut named_by),
                    None => {
                        let nearest = self.suggest(parent.as_str());
                        let (revision, parent) = (revision.id.clone(), parent.to_string());
                        let kind = ErrorKind::MissingParent { revision, parent, nearest };
                        self.report(index, Field::DownRevision(place), kind);
                    }
                }
            }
            for (place, name) in revision.depends_on.iter().enumerate() {
                match self.ids.get(name.as_str()).or_else(|| self.labels.get(name.as_str())) {
                    Some(&node) => self.add(index, node, Link::Dependency, Field::DependsOn(place), &mut named_by),
                    None => {
                        let nearest = self.suggest(name);
                        let (revision, dependency) = (revision.id.clone(), name.clone());
                        let kind = ErrorKind::MissingDependency { revision, dependency, nearest };
                        self.report(index, Field::DependsOn(place), kind);
                    }
                }
            }
        }
    }

    fn add(&mut self, index: usize, node: Node, link: Link, field: Field, named_by: &mut [usize]) {
        if node.index() == index {
            let revision = self.revisions[index].id.clone();
            return self.report(index, field, ErrorKind::SelfLoop { revision });
        }
        if std::mem::replace(&mut named_by[node.index()], index) != index {
            self.net.add_edge(Node::new(index), node, link);
        }
    }

    fn suggest(&self, name: &str) -> Option<String> {
        if self.problems.len() >= SUGGESTIONS {
            return None;
        }
        let ids = self.revisions.iter().map(|revision| revision.id.as_str());
        nearest(name, ids.chain(self.labels.keys().map(Label::as_str))).map(str::to_owned)
    }

    /// Reports one circle of each knot; both algorithms keep their own stack, so a long chain is no danger.
    fn find_cycles(&mut self) {
        if toposort(&self.net, None).is_ok() {
            return;
        }
        let knots = kosaraju_scc(&self.net).into_iter().filter(|knot| knot.len() > 1);
        for knot in knots {
            let circle = self.circle(&knot);
            let revisions = circle.iter().map(|node| self.revisions[node.index()].id.clone()).collect();
            let field = self.field(circle[0], circle[1]);
            self.report(circle[0].index(), field, ErrorKind::Cycle { revisions });
        }
    }

    /// Returns revisions of the knot of which each names the next, and the last the first; the first in file order leads.
    fn circle(&self, knot: &[Node]) -> Vec<Node> {
        let mut inside = self.net.visit_map();
        inside.extend(knot.iter().map(|node| node.index()));
        let mut path: Vec<Node> = Vec::new();
        let mut place: HashMap<Node, usize> = HashMap::new();
        let mut node = knot.iter().min().copied();
        while let Some(here) = node {
            if let Some(&start) = place.get(&here) {
                path.drain(..start);
                break;
            }
            place.insert(here, path.len());
            path.push(here);
            node = self.net.neighbors(here).filter(|named| inside.contains(named.index())).last();
        }
        let first = path.iter().enumerate().min_by_key(|(_, node)| **node).map_or(0, |(place, _)| place);
        path.rotate_left(first);
        path
    }

    fn field(&self, from: Node, to: Node) -> Field {
        let (from, to) = (&self.revisions[from.index()], &self.revisions[to.index()]);
        let down = from.down_revisions.iter().position(|id| *id == to.id).map(Field::DownRevision);
        let names_it = |name: &String| *name == *to.id.as_str() || to.labels.iter().any(|label| label.as_str() == name);
        down.or_else(|| from.depends_on.iter().position(names_it).map(Field::DependsOn)).unwrap_or(Field::Revision)
    }
}

#[cfg(test)]
mod tests {

    use crate::graph::fixture::revisions;
    use crate::graph::fixture::try_graph;
    use crate::graph::problem::Field::BranchLabel;
    use crate::graph::problem::Field::DependsOn;
    use crate::graph::problem::Field::DownRevision;

    use super::*;

    /// Checks all problems: the revision, the field, and the message.
    fn check(graph: &str, problems: &[(usize, Field, &str)]) {
        let found = try_graph(graph).err().unwrap_or_default();
        let found: Vec<_> = found.iter().map(|p| (p.revision, p.field, p.kind.to_string())).collect();
        let expected: Vec<_> = problems.iter().map(|(r, f, m)| (*r, *f, (*m).to_owned())).collect();
        assert_eq!(found, expected, "{graph}");
    }

    #[test]
    fn every_problem_is_reported_at_once_in_file_order() {
        check(
            "a : x; b < nope; c + gone; a < c; d < d : x; e : c",
            &[
                (1, DownRevision(0), "revision `b` grows from `nope`, which no script has"),
                (2, DependsOn(0), "revision `c` depends on `gone`, which no script has"),
                (3, Field::Revision, "revision `a` is also in versions/a.sql"),
                (4, DownRevision(0), "revision `d` names itself as its parent or dependency"),
                (4, BranchLabel(0), "label `x` is also declared by revision `a`"),
                (5, BranchLabel(0), "label `c` is also the id of a revision"),
            ],
        );
    }

    #[test]
    fn a_missing_parent_suggests_the_nearest_name() {
        let problems = try_graph("abcdef12; b < abcdef21").unwrap_err();
        let ErrorKind::MissingParent { nearest, .. } = &problems[0].kind else { panic!("{problems:?}") };
        assert_eq!(nearest.as_deref(), Some("abcdef12"));
    }

    #[test]
    fn a_circle_is_told_whole_from_its_first_file() {
        check(
            "z; b < c; c < d; d < b; e < d",
            &[(1, DownRevision(0), "these revisions grow from each other in a circle: `b`, `c`, `d`")],
        );
    }

    #[test]
    fn a_circle_through_a_label_is_found_too() {
        check(
            "a + shop; b < a : shop",
            &[(0, DependsOn(0), "these revisions grow from each other in a circle: `a`, `b`")],
        );
    }

    #[test]
    fn each_knot_is_reported_once() {
        let problems = try_graph("a < b c; b < a; c < a; x < y; y < x").unwrap_err();
        assert_eq!(problems.len(), 2);
    }

    #[test]
    fn a_parent_implied_by_another_is_harmless() {
        check("a; b < a; c < b a", &[]);
        check("a; b < a; c < b b + b a", &[]);
    }

    #[test]
    fn names_of_labels_given_twice_by_one_revision_are_harmless() {
        check("a : x x", &[]);
    }

    #[test]
    fn a_hundred_thousand_in_a_chain_and_ten_thousand_parents_are_ordinary() {
        let mut chain = revisions("r0");
        let mut wide = Vec::new();
        for index in 1..100_000 {
            let mut revision = revisions(&format!("r{index}")).remove(0);
            revision.down_revisions.push(chain[index - 1].id.clone());
            chain.push(revision);
        }
        let mut merge = revisions("m").remove(0);
        for index in 0..10_000 {
            wide.push(revisions(&format!("p{index}")).remove(0));
            merge.down_revisions.push(wide[index].id.clone());
        }
        wide.push(merge);
        assert_eq!(RevisionGraph::build(chain).unwrap().heads().len(), 1);
        assert_eq!(RevisionGraph::build(wide).unwrap().heads().len(), 1);
    }

    #[test]
    fn a_circle_of_a_hundred_thousand_is_told_and_not_fallen_into() {
        let mut circle = revisions("r0");
        for index in 1..100_000 {
            let mut revision = revisions(&format!("r{index}")).remove(0);
            revision.down_revisions.push(circle[index - 1].id.clone());
            circle.push(revision);
        }
        let last = circle[99_999].id.clone();
        circle[0].down_revisions.push(last);
        let problems = RevisionGraph::build(circle).unwrap_err();
        let [GraphProblem { kind: ErrorKind::Cycle { revisions }, .. }] = &problems[..] else { panic!() };
        assert_eq!(revisions.len(), 100_000);
    }
}
