//! Which parent of a revision gives way when it moves, and whether it can.

use crate::error::ErrorKind;
use crate::graph::dag::RevisionGraph;
use crate::graph::target::Target;
use crate::id::Heads;
use crate::id::RevisionId;

/// A revision that shall grow from something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The revision.
    pub revision: RevisionId,
    /// The parent that gives way; nothing when it is a base.
    pub from: Option<RevisionId>,
    /// What takes its place; nothing makes it a base.
    pub to: Option<RevisionId>,
    /// Its parents before.
    pub parents_before: Vec<RevisionId>,
    /// Its parents after.
    pub parents_after: Vec<RevisionId>,
}

impl RevisionGraph {
    /// Finds out what moving `revision` onto a target means, or why it cannot be.
    ///
    /// Of a merge's parents, the one that the target contains gives way: that side moved on, the others stay.
    pub fn resolve_move(&self, revision: &RevisionId, onto: &Target, rows: &Heads) -> Result<Move, ErrorKind> {
        let refused = |reason| Err(ErrorKind::CannotRebase { revision: revision.clone(), reason });
        let to = match &self.resolve(onto, rows)?[..] {
            [] => None,
            [to] => Some(to.clone()),
            several => {
                let (target, revisions) = (onto.to_string(), several.to_vec());
                return Err(ErrorKind::SeveralRevisions { target, revisions });
            }
        };
        if let Some(to) = &to {
            if to == revision {
                return refused("it cannot grow from itself".to_owned());
            }
            if self.descendants([revision]).contains(to) {
                return refused(format!("`{to}` grows from it or depends on it, so they would go in a circle"));
            }
        }
        let before = self.get(revision).map_or_else(Vec::new, |revision| revision.down_revisions.clone());
        let from = match &before[..] {
            [] => None,
            [only] => Some(only.clone()),
            several => match self.side(several, to.as_ref()) {
                Ok(side) => Some(side),
                Err(reason) => return refused(reason),
            },
        };
        let after = match &from {
            Some(from) => before.iter().map(|it| if it == from { to.clone() } else { Some(it.clone()) }).collect(),
            None => vec![to.clone()],
        };
        let parents_after: Vec<RevisionId> = after.into_iter().flatten().collect();
        if let Some(to) = to.as_ref().filter(|to| parents_after.iter().filter(|it| it == to).count() > 1) {
            return refused(format!("it is a merge and grows from `{to}` already"));
        }
        Ok(Move { revision: revision.clone(), from, to, parents_before: before, parents_after })
    }

    /// Returns the one parent that the target is or grows from.
    fn side(&self, parents: &[RevisionId], to: Option<&RevisionId>) -> Result<RevisionId, String> {
        let Some(to) = to else {
            return Err("it is a merge, which nothing but its own parents can take the place of".to_owned());
        };
        let below = self.down_ancestor_nodes(self.node(to));
        let contained = |id: &&RevisionId| self.node(id).is_some_and(|node| below.contains(node.index()));
        match &parents.iter().filter(contained).collect::<Vec<_>>()[..] {
            [side] => Ok((*side).clone()),
            [] => Err(format!("it is a merge, and `{to}` grows from none of its parents, so which one gives way?")),
            _ => Err(format!("it is a merge, and `{to}` grows from several of its parents, so which one gives way?")),
        }
    }

    /// Builds the graph as it is after the move.
    pub fn moved(&self, change: &Move) -> Result<Self, Vec<ErrorKind>> {
        let mut revisions = self.revisions().to_vec();
        if let Some(revision) = revisions.iter_mut().find(|revision| revision.id == change.revision) {
            revision.down_revisions.clone_from(&change.parents_after);
        }
        Self::build(revisions).map_err(|problems| problems.into_iter().map(|problem| problem.kind).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::fixture::graph;
    use crate::graph::fixture::heads;

    use super::*;

    /// Checks the parents after a move, or the refusal.
    fn check(text: &str, revision: &str, onto: &str, expected: &str) {
        let graph = graph(text);
        let revision = RevisionId::parse(revision).unwrap();
        let found = match graph.resolve_move(&revision, &onto.parse().unwrap(), &heads("")) {
            Ok(change) => {
                let after = graph.moved(&change).unwrap().get(&revision).unwrap().down_revisions.clone();
                assert_eq!(after, change.parents_after);
                after.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(" ")
            }
            Err(ErrorKind::CannotRebase { reason, .. }) => reason,
            Err(error) => error.code().to_owned(),
        };
        assert_eq!(found, expected, "{revision} onto {onto} in {text}");
    }

    #[test]
    fn a_branch_moves_to_another_parent() {
        let text = "a; b < a; x < a; y < x";
        check(text, "x", "b", "b");
        check(text, "x", "a", "a");
        check(text, "x", "base", "");
        check(text, "a", "base", "");
        check("a; b", "b", "a", "a");
    }

    #[test]
    fn what_would_make_a_circle_is_refused() {
        let text = "a; b < a; x < a; y < x; z + y";
        check(text, "x", "x", "it cannot grow from itself");
        check(text, "x", "y", "`y` grows from it or depends on it, so they would go in a circle");
        check(text, "x", "z", "`z` grows from it or depends on it, so they would go in a circle");
    }

    #[test]
    fn a_target_must_be_one_revision() {
        check("a; b < a; x < a", "x", "heads", "several-revisions");
        check("a; b < a; x < a", "x", "head", "multiple-heads");
        check("a; b < a; x < a", "x", "nope", "unknown-revision");
        check("ab; ac < ab; x", "x", "a", "ambiguous-prefix");
    }

    #[test]
    fn of_a_merge_the_side_that_moved_on_gives_way() {
        let text = "a; b < a; c < a; m < b c; d < b; e; f < b c";
        check(text, "m", "d", "d c");
        check(text, "m", "b", "b c");
        check(text, "m", "f", "it is a merge, and `f` grows from several of its parents, so which one gives way?");
        check(text, "m", "e", "it is a merge, and `e` grows from none of its parents, so which one gives way?");
        check(text, "m", "base", "it is a merge, which nothing but its own parents can take the place of");
    }
}
