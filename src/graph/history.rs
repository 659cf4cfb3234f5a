//! The revisions between two targets, newest first.

use crate::error::ErrorKind;
use crate::graph::dag::Node;
use crate::graph::dag::RevisionGraph;
use crate::graph::range::Range;
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
    /// narrows the upper one too. Without `rows` a range that needs them is refused.
    pub fn history(&self, range: &Range, rows: Option<&Heads>) -> Result<Vec<&Revision>, ErrorKind> {
        let state = match rows {
            _ if !range.needs_rows() => self.nothing_applied(),
            Some(rows) => self.state(rows)?,
            None => {
                return Err(ErrorKind::Usage {
                    message: format!("`{range}` counts from a database, and there is none"),
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
                let upper = self.count(&range.upper, &range.lower, lower.clone())?;
                Ok((lower, self.narrowed(range, upper)?))
            }
            _ => Ok((self.end(&range.lower, Anchor::Base, state)?, self.upper(range, state)?)),
        }
    }

    fn end(&self, end: &Option<Target>, otherwise: Anchor, state: &State) -> Result<Vec<Node>, ErrorKind> {
        let target = end.clone().unwrap_or_else(|| Target::new(otherwise));
        Ok(self.place(&target, state)?.nodes)
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
        Ok(self.walk(target, start, branch.as_ref())?.0.into_iter().collect())
    }
}

fn bad_range(range: &Range) -> ErrorKind {
    let name = |end: &Option<Target>, otherwise: &str| end.as_ref().map_or(otherwise.to_owned(), Target::to_string);
    ErrorKind::BadRange { lower: name(&range.lower, "base"), upper: name(&range.upper, "heads") }
}
