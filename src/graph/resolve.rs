//! What targets mean in this graph.

use petgraph::visit::Visitable;

use crate::error::ErrorKind;
use crate::graph::dag::Node;
use crate::graph::dag::NodeSet;
use crate::graph::dag::RevisionGraph;
use crate::graph::state::State;
use crate::graph::target::Anchor;
use crate::graph::target::Target;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::nearest::nearest;

/// Where a target leads.
pub(super) struct Place {
    /// The revisions; none is `base`.
    pub(super) nodes: Vec<Node>,
    /// What `label@` narrows to.
    pub(super) branch: Option<Branch>,
    /// The last revision on a walk down from the state of the database: the one that `-N` takes off.
    pub(super) passed: Option<Node>,
}

/// What becomes of a walk that comes to the end of the graph.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PastEnd {
    /// It is refused: a plan must not do less than was asked for.
    Refuse,
    /// It stops there: of a history, what there is is shown.
    Stop,
}

/// The lineage that `label@` names.
pub(super) struct Branch {
    name: String,
    /// The revision that is named.
    node: Node,
    lineage: NodeSet,
}

impl Branch {
    /// Returns the revision that the branch is named by.
    pub(super) fn named(&self) -> Node {
        self.node
    }

    pub(super) fn contains(&self, node: Node) -> bool {
        self.lineage.contains(node.index())
    }
}

/// Keeps the nodes of the branch, or all where there is none.
pub(super) fn narrow(mut nodes: Vec<Node>, branch: Option<&Branch>) -> Vec<Node> {
    nodes.retain(|&node| branch.is_none_or(|branch| branch.contains(node)));
    nodes
}

impl RevisionGraph {
    /// Returns the revisions that a target means: none for `base`, several for `heads` and for `current` with branches.
    ///
    /// `rows` matter only to targets that `need_rows`.
    pub fn resolve(&self, target: &Target, rows: &Heads) -> Result<Vec<RevisionId>, ErrorKind> {
        let state = if target.needs_rows() { self.state(rows)? } else { self.nothing_applied() };
        Ok(self.ids_of(&self.place(target, &state)?.nodes))
    }

    /// Returns the one revision that a target means.
    pub fn resolve_one(&self, target: &Target, rows: &Heads) -> Result<RevisionId, ErrorKind> {
        let mut revisions = self.resolve(target, rows)?;
        match revisions.len() {
            1 => Ok(revisions.remove(0)),
            0 => Err(ErrorKind::NoRevision {
                target: target.to_string(),
                at_base: target.needs_rows() && rows.is_empty(),
            }),
            _ => Err(ErrorKind::SeveralRevisions { target: target.to_string(), revisions }),
        }
    }

    pub(super) fn nothing_applied(&self) -> State {
        State { applied: self.net.visit_map(), heads: Vec::new() }
    }

    pub(super) fn place(&self, target: &Target, state: &State) -> Result<Place, ErrorKind> {
        self.place_or(target, state, PastEnd::Refuse)
    }

    pub(super) fn place_or(&self, target: &Target, state: &State, past_end: PastEnd) -> Result<Place, ErrorKind> {
        let branch = self.branch(target)?;
        let nodes = self.anchor(target, branch.as_ref(), state)?;
        if target.offset == 0 {
            return Ok(Place { nodes, branch, passed: None });
        }
        let start = self.single(target, nodes)?;
        let (end, passed) = self.walk(target, start, branch.as_ref(), past_end)?;
        let passed = passed.filter(|_| target.needs_rows());
        Ok(Place { nodes: end.into_iter().collect(), branch, passed })
    }

    /// Returns the lineage of the target's label; it is looked up always, so that a typo is an error even where the
    /// label would make no difference.
    pub(super) fn branch(&self, target: &Target) -> Result<Option<Branch>, ErrorKind> {
        let Some(name) = &target.label else { return Ok(None) };
        let node = self.named(name, None).map_err(|error| match error {
            ErrorKind::UnknownRevision { text, nearest } => ErrorKind::UnknownLabel { text, nearest },
            other => other,
        })?;
        Ok(Some(Branch { name: name.clone(), node, lineage: self.lineage_nodes(node) }))
    }

    /// Returns where the target begins, in file order; nothing is `base`.
    fn anchor(&self, target: &Target, branch: Option<&Branch>, state: &State) -> Result<Vec<Node>, ErrorKind> {
        match &target.anchor {
            Anchor::Base => Ok(Vec::new()),
            Anchor::Name(name) => Ok(vec![self.named(name, branch)?]),
            Anchor::Current | Anchor::Here => Ok(self.current(branch, state)),
            Anchor::Heads => Ok(self.heads_in(branch)),
            Anchor::Head => {
                let heads = self.heads_in(branch);
                if heads.len() > 1 {
                    return Err(ErrorKind::MultipleHeads {
                        target: target.to_string(),
                        heads: self.ids_of(&heads),
                        instead: None,
                    });
                }
                Ok(heads)
            }
        }
    }

    /// Returns the heads of the graph, or those of a lineage, where only down revisions count: a branch whose head
    /// another branch depends on can still grow.
    fn heads_in(&self, branch: Option<&Branch>) -> Vec<Node> {
        match branch {
            None => self.head_nodes(),
            Some(branch) => {
                let members = branch.lineage.ones().map(Node::new);
                members.filter(|&node| self.child_nodes(node).is_empty()).collect()
            }
        }
    }

    /// Returns the rows, or those of a lineage; if it has none, what of it other rows imply.
    fn current(&self, branch: Option<&Branch>, state: &State) -> Vec<Node> {
        let rows = narrow(state.heads.clone(), branch);
        let Some(branch) = branch.filter(|_| rows.is_empty()) else { return rows };
        let mut implied = branch.lineage.clone();
        implied.intersect_with(&state.applied);
        self.maximal_nodes(&implied)
    }

    /// Finds a revision by id, label or unique prefix; in a branch, prefixes look only there and names must be there.
    fn named(&self, name: &str, branch: Option<&Branch>) -> Result<Node, ErrorKind> {
        let inside = |node: Node| match branch {
            Some(branch) if !branch.contains(node) => {
                Err(ErrorKind::NotInBranch { label: branch.name.clone(), revision: self.id(node) })
            }
            _ => Ok(node),
        };
        if let Some(&node) = self.ids.get(name).or_else(|| self.labels.get(name)) {
            return inside(node);
        }
        let begins = |node: &Node| self.revision(*node).id.as_str().starts_with(name);
        let candidates: Vec<Node> = self.net.node_indices().filter(begins).collect();
        let near = narrow(candidates.clone(), branch);
        match (&near[..], &candidates[..]) {
            (&[node], _) => Ok(node),
            ([], &[node]) => inside(node),
            ([], []) => Err(self.unknown(name)),
            ([], several) | (several, _) => {
                Err(ErrorKind::AmbiguousPrefix { prefix: name.to_owned(), candidates: self.ids_of(several) })
            }
        }
    }

    fn unknown(&self, name: &str) -> ErrorKind {
        let ids = self.revisions.iter().map(|revision| revision.id.as_str());
        let words = ["head", "heads", "base", "current"];
        let small = name.to_lowercase();
        if let Some(word) = words.into_iter().find(|word| *word == small) {
            return ErrorKind::UnknownRevision { text: name.to_owned(), nearest: Some(word.to_owned()) };
        }
        let known = words.into_iter().chain(ids).chain(self.labels.keys().map(AsRef::as_ref));
        ErrorKind::UnknownRevision { text: name.to_owned(), nearest: nearest(name, known).map(str::to_owned) }
    }

    /// Returns the one revision to walk from, or nothing for `base`.
    pub(super) fn single(&self, target: &Target, nodes: Vec<Node>) -> Result<Option<Node>, ErrorKind> {
        if nodes.len() <= 1 {
            return Ok(nodes.first().copied());
        }
        let (text, revisions) = (target.to_string(), self.ids_of(&nodes));
        Err(match target.anchor {
            Anchor::Current | Anchor::Here => ErrorKind::AmbiguousCurrent { target: text, rows: revisions },
            _ => ErrorKind::MultipleHeads { target: text, heads: revisions, instead: None },
        })
    }

    /// Walks the target's offset from `start`; returns the end (nothing for `base`) and the revision before it.
    pub(super) fn walk(
        &self,
        target: &Target,
        start: Option<Node>,
        branch: Option<&Branch>,
        past_end: PastEnd,
    ) -> Result<(Option<Node>, Option<Node>), ErrorKind> {
        let wanted = target.offset.unsigned_abs();
        let (mut at, mut passed) = (start, None);
        for reached in 0..wanted {
            let next = match (target.offset > 0, at) {
                (true, Some(node)) => self.child_nodes(node),
                (true, None) => self.base_nodes(),
                (false, Some(node)) => self.parent_nodes(node),
                (false, None) => Vec::new(),
            };
            let bottom = next.is_empty() && target.offset < 0 && at.is_some();
            let from = at;
            at = match narrow(next, branch)[..] {
                [one] => Some(one),
                [] if bottom => None,
                [] if past_end == PastEnd::Stop => break,
                [] => {
                    let reason = self.end_of_walk(target, from, reached);
                    return Err(ErrorKind::WalkedTooFar { target: target.to_string(), reason });
                }
                ref several => {
                    let candidates = self.ids_of(several);
                    return Err(ErrorKind::AmbiguousWalk { target: target.to_string(), candidates, instead: None });
                }
            };
            passed = from;
        }
        Ok((at, passed))
    }

    /// Says why a walk cannot go on from `at`, after so many steps.
    fn end_of_walk(&self, target: &Target, at: Option<Node>, reached: u32) -> String {
        let revisions = if reached == 1 { "revision" } else { "revisions" };
        let are = if reached == 1 { "is" } else { "are" };
        let counts_rows = target.needs_rows();
        match (target.offset > 0, reached, at) {
            (true, 0, Some(node)) if self.child_nodes(node).is_empty() => {
                format!("nothing follows `{}`, which is a head", self.revision(node).id)
            }
            (true, 0, Some(node)) => format!("nothing of that branch follows `{}`", self.revision(node).id),
            (true, 0, None) => "there are no revisions to go up to".to_owned(),
            (true, 1, _) => "only 1 revision follows".to_owned(),
            (true, _, _) => format!("only {reached} revisions follow"),
            (false, 0, _) if counts_rows => "nothing is applied".to_owned(),
            (false, 0, _) => "nothing is below it".to_owned(),
            (false, _, _) if counts_rows => format!("only {reached} {revisions} {are} applied"),
            (false, _, _) => format!("only {reached} {revisions} {are} there"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::fixture::graph;
    use crate::graph::fixture::heads;

    /// Two lines, the second with a label in the middle, joined by a merge; `x1` needs `b2`.
    const GRAPH: &str = "a1; b1 < a1; b2 < b1; c1 < a1; c2 < c1 : shop; c3 < c2; x1 + b2 : extra; y10 < x1";

    fn check(text: &str, rows: &str, target: &str, expected: &str) {
        let found = graph(text).resolve(&target.parse().unwrap(), &heads(rows));
        let found = match found {
            Ok(revisions) => revisions.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(" "),
            Err(error) => format!("{}: {error}", error.code()),
        };
        assert_eq!(found, expected, "{target} at {rows:?} in {text}");
    }

    #[test]
    fn head_is_the_single_head_and_heads_are_all() {
        check("a; b < a", "", "head", "b");
        check("", "", "head", "");
        check(GRAPH, "", "heads", "c3 y10");
        check(GRAPH, "", "head", "multiple-heads: `head` means a single head, but there are 2: `c3`, `y10`");
        check("a; b < a; x + b", "", "head", "x"); // `b` is what `x` needs
    }

    #[test]
    fn a_label_narrows_to_its_lineage_and_an_id_works_as_one() {
        check(GRAPH, "", "shop", "c2");
        check(GRAPH, "", "shop@head", "c3");
        check(GRAPH, "", "c@head", "ambiguous-prefix: `c` begins several ids: `c1`, `c2`, `c3`");
        check(GRAPH, "", "b1@head", "b2"); // what depends on it does not count: the branch can still grow
        check(GRAPH, "", "a1@heads", "b2 c3");
        check(GRAPH, "", "shop@base", "");
        check(GRAPH, "", "shop@b2", "not-in-branch: revision `b2` is not in the branch of `shop`");
        check(GRAPH, "", "shop@y", "not-in-branch: revision `y10` is not in the branch of `shop`");
    }

    #[test]
    fn a_typo_in_a_label_is_an_error_even_where_the_label_makes_no_difference() {
        check(GRAPH, "", "shpo@base", "unknown-label: no label or revision is called `shpo`");
        check(GRAPH, "", "shpo@+0", "unknown-label: no label or revision is called `shpo`");
        check("a", "", "nope@a", "unknown-label: no label or revision is called `nope`");
    }

    #[test]
    fn a_prefix_needs_no_minimum_length_and_looks_at_ids_only() {
        check(GRAPH, "", "y", "y10");
        check(GRAPH, "", "b", "ambiguous-prefix: `b` begins several ids: `b1`, `b2`");
        check(GRAPH, "", "sho", "unknown-revision: no revision or label is called `sho`");
        check(GRAPH, "", "shop@c", "ambiguous-prefix: `c` begins several ids: `c1`, `c2`, `c3`");
        check("ab1; ab2 < ab1; ax; c < ax", "", "c@a", "ax"); // in a branch only its own count
        check("a; ab < a", "", "a", "a"); // a whole id is no prefix
    }

    #[test]
    fn an_offset_walks_by_down_revisions() {
        check(GRAPH, "", "b2-1", "b1");
        check(GRAPH, "", "b2-3", "");
        check(GRAPH, "", "b2-4", "walked-too-far: `b2-4` goes too far: only 3 revisions are there");
        check(GRAPH, "", "c1+2", "c3");
        check(GRAPH, "", "c1+3", "walked-too-far: `c1+3` goes too far: only 2 revisions follow");
        check(GRAPH, "", "a1+1", "ambiguous-walk: `a1+1` could go more than one way: `b1`, `c1`");
        check(GRAPH, "", "shop@a1+1", "c1");
        check(GRAPH, "", "shop@base+2", "c1");
        check(GRAPH, "", "base+1", "ambiguous-walk: `base+1` could go more than one way: `a1`, `x1`");
        check(GRAPH, "", "base-1", "walked-too-far: `base-1` goes too far: nothing is below it");
        check(GRAPH, "", "shop@head-1", "c2");
        check(GRAPH, "", "heads-1", "multiple-heads: `heads-1` means a single head, but there are 2: `c3`, `y10`");
        check(
            "a",
            "",
            "a+2147483647",
            "walked-too-far: `a+2147483647` goes too far: nothing follows `a`, which is a head",
        );
    }

    #[test]
    fn nothing_before_the_offset_is_the_current_revision() {
        check(GRAPH, "b1", "+1", "b2");
        check(GRAPH, "b1", "-1", "a1");
        check(GRAPH, "b1", "current-2", "");
        check(GRAPH, "b1 c1", "current", "b1 c1");
        check(GRAPH, "b1 c1", "+0", "b1 c1");
        check(
            GRAPH,
            "b1 c1",
            "+1",
            "ambiguous-current: `+1` counts from the current revision, but the database has several: `b1`, `c1`",
        );
        check(GRAPH, "b1 c1", "shop@+1", "c2");
        check(GRAPH, "", "shop@+1", "a1");
        check(GRAPH, "a1", "shop@+1", "c1");
        check(GRAPH, "x1", "b1@current", "b2"); // no row there, but `x1` implies it
        check("a; b < a", "b gone", "-1", "unknown-row: the database is at revision `gone`, which no script has");
    }
}
