//! What a new revision may grow from, and be called.

use crate::error::ErrorKind;
use crate::graph::dag::Node;
use crate::graph::dag::RevisionGraph;
use crate::graph::target::Anchor;
use crate::graph::target::Target;
use crate::id::Heads;
use crate::id::Label;
use crate::id::RevisionId;

/// Whether a revision from which others grow already may be a parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Splice {
    /// It is refused, since a branch would begin unnoticed.
    Refuse,
    /// A branch shall begin there.
    Allow,
}

impl RevisionGraph {
    /// Returns the parents of a new revision, each once and in the order of the targets; none makes it a base.
    ///
    /// A revision may be a parent when nothing grows from it by down revision: one that another merely depends on can
    /// still grow.
    pub fn resolve_parents(
        &self,
        targets: &[Target],
        rows: &Heads,
        splice: Splice,
    ) -> Result<Vec<RevisionId>, ErrorKind> {
        let mut parents: Vec<Node> = Vec::new();
        for target in targets {
            let state = if target.needs_rows() { self.state(rows)? } else { self.nothing_applied() };
            for node in self.place(target, &state)?.nodes {
                if splice == Splice::Refuse && !self.child_nodes(node).is_empty() {
                    return Err(ErrorKind::NotAHead { revision: self.id(node) });
                }
                if !parents.contains(&node) {
                    parents.push(node);
                }
            }
        }
        Ok(self.ids_of(&parents))
    }

    /// Returns that the revisions were joined before, if they were, and where first.
    fn already_joined(&self, targets: &[Target], rows: &Heads) -> Option<ErrorKind> {
        let mut revisions: Vec<RevisionId> = Vec::new();
        for target in targets {
            revisions.extend(self.resolve(target, rows).ok()?);
        }
        let nodes: Vec<Node> = revisions.iter().filter_map(|id| self.node(id)).collect();
        let joins = |merge: &Node| {
            let below = self.down_ancestor_nodes([*merge]);
            nodes.iter().all(|node| node != merge && below.contains(node.index()))
        };
        let merges = self.net.node_indices().filter(|node| self.revision(*node).down_revisions.len() > 1);
        let first = merges.filter(joins).min_by_key(|node| self.down_ancestor_nodes([*node]).count_ones(..))?;
        (nodes.len() > 1).then(|| ErrorKind::AlreadyJoined { revisions, merge: self.id(first) })
    }

    /// Returns the parents of a merge: at least two, of which none grows from another.
    pub fn resolve_merge(
        &self,
        targets: &[Target],
        rows: &Heads,
        splice: Splice,
    ) -> Result<Vec<RevisionId>, ErrorKind> {
        let mut parents = self.resolve_parents(targets, rows, splice).map_err(|error| match error {
            ErrorKind::NotAHead { .. } => self.already_joined(targets, rows).unwrap_or(error),
            other => other,
        })?;
        let grows_above = |id: &RevisionId| {
            let above = self.down_descendant_nodes(self.node(id));
            parents.iter().any(|other| other != id && self.node(other).is_some_and(|node| above.contains(node.index())))
        };
        let real: Vec<RevisionId> = parents.iter().filter(|id| !grows_above(id)).cloned().collect();
        parents = real;
        if parents.len() < 2 { Err(ErrorKind::NothingToMerge { revisions: parents }) } else { Ok(parents) }
    }

    /// Returns how a new script names a dependency: a label stays the label, all else becomes the full id.
    pub fn resolve_dependency(&self, target: &Target, rows: &Heads) -> Result<String, ErrorKind> {
        if let Target { label: None, anchor: Anchor::Name(name), offset: 0 } = target
            && self.labels.contains_key(name.as_str())
        {
            return Ok(name.clone());
        }
        self.resolve_one(target, rows).map(|id| id.to_string())
    }

    /// Refuses an id that a revision or a label has already.
    pub fn check_new_id(&self, id: &RevisionId) -> Result<(), ErrorKind> {
        if let Some(revision) = self.get(id) {
            return Err(ErrorKind::DuplicateId { revision: id.clone(), other: revision.path.clone() });
        }
        match self.labels.get_key_value(id.as_str()) {
            Some((label, _)) => Err(ErrorKind::LabelIsId { label: label.clone() }),
            None => Ok(()),
        }
    }

    /// Refuses a label that a revision has already, as its label or as its id.
    pub fn check_new_label(&self, label: &Label) -> Result<(), ErrorKind> {
        if self.ids.contains_key(label.as_str()) {
            return Err(ErrorKind::LabelIsId { label: label.clone() });
        }
        match self.labelled(label) {
            Some(other) => Err(ErrorKind::DuplicateLabel { label: label.clone(), other: other.id.clone() }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::fixture::graph;

    use super::*;

    const GRAPH: &str = "a; b < a : shop; c < a; x + b : extra";

    type Resolve = fn(&RevisionGraph, &[Target], &Heads, Splice) -> Result<Vec<RevisionId>, ErrorKind>;

    fn check(resolve: Resolve, targets: &str, splice: Splice, expected: &str) {
        let list: Vec<Target> = targets.split_whitespace().map(|target| target.parse().unwrap()).collect();
        let found = match resolve(&graph(GRAPH), &list, &Heads::empty(), splice) {
            Ok(ids) => ids.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(" "),
            Err(error) => error.code().to_owned(),
        };
        assert_eq!(found, expected, "{targets}");
    }

    #[test]
    fn a_new_revision_grows_from_a_head_or_says_splice() {
        let check = |targets, splice, expected| check(RevisionGraph::resolve_parents, targets, splice, expected);
        check("head", Splice::Refuse, "multiple-heads");
        check("base", Splice::Refuse, "");
        check("c", Splice::Refuse, "c");
        check("a", Splice::Refuse, "not-a-head");
        check("a", Splice::Allow, "a");
        check("shop@head", Splice::Refuse, "b"); // `x` depends on it, and yet it can grow
        check("extra@head-1", Splice::Refuse, "");
        check("c c", Splice::Refuse, "c");
    }

    #[test]
    fn a_merge_joins_two_that_do_not_grow_from_each_other() {
        let check = |targets, splice, expected| check(RevisionGraph::resolve_merge, targets, splice, expected);
        check("heads", Splice::Refuse, "c x");
        check("c shop", Splice::Refuse, "c b");
        check("x shop", Splice::Refuse, "x b");
        check("c c", Splice::Refuse, "nothing-to-merge");
        check("c", Splice::Refuse, "nothing-to-merge");
        check("a c", Splice::Refuse, "not-a-head");
        check("a c", Splice::Allow, "nothing-to-merge");
    }

    #[test]
    fn a_dependency_keeps_its_label_and_completes_its_id() {
        let check = |target: &str, expected: &str| {
            let found = graph("abc : shop; d").resolve_dependency(&target.parse().unwrap(), &Heads::empty());
            assert_eq!(found.unwrap_or_else(|error| error.code().to_owned()), expected);
        };
        check("shop", "shop");
        check("ab", "abc");
        check("shop@head", "abc");
        check("heads", "several-revisions");
    }

    #[test]
    fn new_names_are_new_among_ids_and_labels() {
        let code = |result: Result<(), ErrorKind>| result.map_or_else(|error| error.code(), |()| "new");
        let id = |text: &str| code(graph(GRAPH).check_new_id(&text.parse().unwrap()));
        let label = |text: &str| code(graph(GRAPH).check_new_label(&text.parse().unwrap()));
        assert_eq!([id("z"), id("a"), id("shop")], ["new", "duplicate-id", "label-is-id"]);
        assert_eq!([label("z"), label("a"), label("shop")], ["new", "label-is-id", "duplicate-label"]);
    }
}
