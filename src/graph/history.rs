//! The revisions between two targets, newest first.

use crate::error::ErrorKind;
use crate::graph::dag::Node;
use crate::graph::dag::RevisionGraph;
use crate::graph::range::Range;
use crate::graph::resolve::PastEnd;
use crate::graph::resolve::narrow;
use crate::graph::revision::Revision;
use crate::graph::state::State;
use crate::graph::target::Anchor;
use crate::graph::target::Target;
use crate::id::Heads;

impl RevisionGraph {
    /// Returns the revisions of a range, newest first; an end that is empty is as far as the graph goes.
    ///
    /// From `base`, these are the upper end and all it needs; from a revision, what grows from it up to the upper end,
    /// itself included. `-N` below counts from the upper end, `+N` above from the lower one. A label on the lower end
    /// narrows the upper one too. A walk that comes to the end of the graph stops there. Without `rows` a range that needs them is refused.
    pub fn history(&self, range: &Range, rows: Option<&Heads>) -> Result<Vec<&Revision>, ErrorKind> {
        let state = match rows {
            _ if !range.needs_rows() => self.nothing_applied(),
            Some(rows) => self.state(rows)?,
            None => {
                return Err(ErrorKind::Usage {
                    message: format!("`{range}` counts from a database, and there is none"),
                    hint: None,
                });
            }
        };
        let (lower, upper) = self.ends(range, &state)?;
        let mut shown = self.ancestor_nodes(upper.iter().copied());
        if !lower.is_empty() {
            let below = self.down_ancestor_nodes(upper.iter().copied());
            if !lower.iter().any(|node| below.contains(node.index())) {
                return Err(bad_range(range));
            }
            shown.intersect_with(&self.down_descendant_nodes(lower));
        }
        let order = self.order(&upper, &self.nothing_applied().applied).into_iter().rev();
        Ok(order.filter(|node| shown.contains(node.index())).map(|node| self.revision(node)).collect())
    }

    fn ends(&self, range: &Range, state: &State) -> Result<(Vec<Node>, Vec<Node>), ErrorKind> {
        match (range.counts_from_upper(), range.counts_from_lower()) {
            (true, false) => {
                let upper = self.upper(range, state)?;
                Ok((self.count(&range.lower, &range.upper, upper.clone())?, upper))
            }
            (false, true) => {
                let lower = self.end(&range.lower, Anchor::Base, state)?;
                // The lower end's label says which way the upper one goes.
                let label = range.lower.as_ref().and_then(|lower| lower.label.clone());
                let above = range.upper.clone().map(|upper| Target { label: upper.label.clone().or(label), ..upper });
                let upper = self.count(&above, &range.lower, lower.clone())?;
                Ok((lower, self.narrowed(range, upper)?))
            }
            _ => Ok((self.end(&range.lower, Anchor::Base, state)?, self.upper(range, state)?)),
        }
    }

    fn end(&self, end: &Option<Target>, otherwise: Anchor, state: &State) -> Result<Vec<Node>, ErrorKind> {
        let target = end.clone().unwrap_or_else(|| Target::new(otherwise));
        Ok(self.place_or(&target, state, PastEnd::Stop)?.nodes)
    }

    fn upper(&self, range: &Range, state: &State) -> Result<Vec<Node>, ErrorKind> {
        if let (Some(lower), None) = (&range.lower, &range.upper) {
            let heads = Target { label: lower.label.clone(), ..Target::new(Anchor::Heads) };
            return self.end(&Some(heads), Anchor::Heads, state);
        }
        let upper = self.end(&range.upper, Anchor::Heads, state)?;
        self.narrowed(range, upper)
    }

    /// Keeps what is in the lineage of the lower end's label.
    fn narrowed(&self, range: &Range, upper: Vec<Node>) -> Result<Vec<Node>, ErrorKind> {
        let Some(lower) = &range.lower else { return Ok(upper) };
        let branch = self.branch(lower)?;
        let narrowed = narrow(upper.clone(), branch.as_ref());
        if narrowed.is_empty() && !upper.is_empty() { Err(bad_range(range)) } else { Ok(narrowed) }
    }

    /// Walks the offset of one end from where the other one is.
    fn count(&self, end: &Option<Target>, other: &Option<Target>, starts: Vec<Node>) -> Result<Vec<Node>, ErrorKind> {
        let Some(target) = end else { return Ok(starts) };
        let branch = self.branch(target)?;
        let narrowed = narrow(starts.clone(), branch.as_ref());
        if let (Some(&start), true, Some(label)) = (starts.first(), narrowed.is_empty(), &target.label) {
            return Err(ErrorKind::NotInBranch { label: label.clone(), revision: self.id(start) });
        }
        let from = other.clone().unwrap_or_else(|| Target::new(Anchor::Heads));
        let start = self.single(&from, narrowed)?;
        Ok(self.walk(target, start, branch.as_ref(), PastEnd::Stop)?.0.into_iter().collect())
    }
}

fn bad_range(range: &Range) -> ErrorKind {
    let name = |end: &Option<Target>, otherwise: &str| end.as_ref().map_or(otherwise.to_owned(), Target::to_string);
    ErrorKind::BadRange { lower: name(&range.lower, "base"), upper: name(&range.upper, "heads") }
}

#[cfg(test)]
mod tests {
    use crate::graph::fixture::graph;
    use crate::graph::fixture::heads;

    const GRAPH: &str = "a; b < a; c < b : shop; d < c; e < b; x + c; y < x : extra";

    fn check(text: &str, rows: &str, range: &str, expected: &str) {
        let graph = graph(text);
        let found = match graph.history(&range.parse().unwrap(), Some(&heads(rows))) {
            Ok(revisions) => revisions.iter().map(|revision| revision.id.as_str()).collect::<Vec<_>>().join(" "),
            Err(error) => error.code().to_owned(),
        };
        assert_eq!(found, expected, "{range} at {rows:?} in {text}");
    }

    #[test]
    fn the_whole_history_is_newest_first_and_finishes_a_branch_before_the_next() {
        check(GRAPH, "", ":", "y x e d c b a");
        check("", "", ":", "");
    }

    #[test]
    fn a_range_holds_its_lower_end_and_what_grows_from_it() {
        check(GRAPH, "", "b:d", "d c b");
        check(GRAPH, "", "b:", "e d c b");
        check(GRAPH, "", ":c", "c b a");
        check(GRAPH, "", "base:x", "x c b a"); // from the base it is all that is needed
        check(GRAPH, "", "c:c", "c");
        check(GRAPH, "", "d:c", "bad-range");
        check(GRAPH, "", "c:y", "bad-range"); // `y` needs it, but does not grow from it
        check(GRAPH, "", "d:base", "bad-range");
        check(GRAPH, "", ":base", "");
    }

    #[test]
    fn labels_narrow_both_ends() {
        check(GRAPH, "", "shop:shop@head", "d c");
        check(GRAPH, "", "shop@base:", "d c b a");
        check(GRAPH, "", "extra@base:", "y x c b a");
        check(GRAPH, "", "shop@base:y", "bad-range");
        check(GRAPH, "", "shpo@base:", "unknown-label");
    }

    #[test]
    fn minus_n_counts_from_the_upper_end_and_plus_n_from_the_lower() {
        check(GRAPH, "d", "-2:current", "d c b");
        check(GRAPH, "d", "-1:d", "d c");
        check(GRAPH, "", "shop@-1:", "d c");
        check(GRAPH, "", "-1:", "multiple-heads");
        check(GRAPH, "a", "current:+1", "b a");
        check(GRAPH, "", "a:+2", "ambiguous-walk");
        check(GRAPH, "", "a:shop@+2", "c b a");
        check(GRAPH, "", "shop@a:+2", "c b a");
        check(GRAPH, "", "a:extra@+2", "not-in-branch");
        check(GRAPH, "", "base:shop@+2", "b a");
        check(GRAPH, "b", "-1:shop@+1", "c b a"); // both: from the database
        check(GRAPH, "", "-4:d", "d c b a");
        check(GRAPH, "", "-50:d", "d c b a"); // as many as there are
        check(GRAPH, "", "c:c+9", "d c");
        check(GRAPH, "d", ":-9", "");
    }

    #[test]
    fn current_may_stand_at_both_ends() {
        check(GRAPH, "d e", "current:current", "e d");
        check(GRAPH, "d e", ":current", "e d c b a");
        check(GRAPH, "", ":current", "");
        check(GRAPH, "c", "current:", "d c");
        check(GRAPH, "gone", ":current", "unknown-row");
        check(GRAPH, "gone", "a:", "e d c b a"); // the rows do not matter to it
    }

    #[test]
    fn a_range_that_needs_a_database_is_refused_without_one() {
        let error = graph(GRAPH).history(&":current".parse().unwrap(), None).unwrap_err();
        assert_eq!(error.to_string(), "`:current` counts from a database, and there is none");
        assert!(graph(GRAPH).history(&"-1:d".parse().unwrap(), None).is_ok());
    }
}
