//! Revisions whose scripts name other parents than those that they were applied with.

use std::collections::BTreeSet;
use std::fmt;

use crate::direction::Direction;
use crate::graph::Revision;
use crate::id::RevisionId;
use crate::journal::LastSteps;

/// A revision that somebody moved after it was applied here, onto one of which the history does not say that it ran.
///
/// It counts as applied, since a revision above it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedRevision {
    /// The revision.
    pub revision: RevisionId,
    /// Its parents when it was applied.
    pub then: Vec<String>,
    /// Its parents now.
    pub now: Vec<String>,
    /// Those of them that never ran here, as far as the history says.
    pub missing: Vec<String>,
}

impl MovedRevision {
    /// Compares the parents of an applied revision with those that the history has.
    pub(crate) fn find(revision: &Revision, last: &LastSteps) -> Option<Self> {
        let step = &last.get(&revision.id)?.step;
        if step.direction != Direction::Upgrade.as_str() {
            return None; // of a stamp, the parents are those of the day
        }
        let then: Vec<String> = step.parents().map(str::to_owned).collect();
        let now: Vec<String> = revision.down_revisions.iter().map(RevisionId::to_string).collect();
        let ran =
            |id: &&RevisionId| last.get(id).is_some_and(|last| last.step.direction != Direction::Downgrade.as_str());
        let known: BTreeSet<&String> = then.iter().collect();
        let new = revision.down_revisions.iter().filter(|id| !known.contains(&id.to_string()));
        let missing: Vec<String> = new.filter(|id| !ran(id)).map(RevisionId::to_string).collect();
        (!missing.is_empty()).then(|| Self { revision: revision.id.clone(), then, now, missing })
    }

    /// Returns what to do about it.
    pub fn hint(&self) -> String {
        let Self { revision, then, now, .. } = self;
        let below = now.first().map_or("base", String::as_str);
        let stamp = if then.is_empty() { "base".to_owned() } else { then.join(" ") };
        format!(
            "if {} did not run here: `rev downgrade {revision}@{below}`, then `rev stamp --purge {stamp}` and `rev upgrade`",
            names(&self.missing)
        )
    }
}

impl fmt::Display for MovedRevision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (revision, then, now) = (&self.revision, names(&self.then), names(&self.now));
        write!(f, "revision `{revision}` was applied with parent {then}; its script now says {now}")
    }
}

fn names(ids: &[String]) -> String {
    if ids.is_empty() {
        return "`none`".to_owned();
    }
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::journal::HistoryRow;

    /// Reads a history of `id direction parents` and checks what it says of `b`, which grows from `c` now.
    fn check(history: &[[&str; 3]], expected: Option<&str>) {
        let row = |[id, direction, parents]: &[&str; 3]| {
            let cells = ["1", id, direction, "done", "", "m", parents, "", "", "2026-11-20T09:12:44.000Z", "", "", ""];
            let cells = cells.into_iter().chain(["0.1.0", ""]);
            HistoryRow::from_row(&cells.map(|cell| (!cell.is_empty()).then(|| cell.to_owned())).collect()).unwrap()
        };
        let last: LastSteps = history.iter().map(row).collect();
        let revision = Revision {
            id: RevisionId::from_row("b"),
            down_revisions: vec![RevisionId::from_row("c")],
            depends_on: Vec::new(),
            labels: Vec::new(),
            message: String::new(),
            created: None,
            path: PathBuf::new(),
        };
        let found = MovedRevision::find(&revision, &last).map(|moved| format!("{moved}; {}", moved.hint()));
        assert_eq!(found.as_deref(), expected, "{history:?}");
    }

    #[test]
    fn a_revision_on_a_parent_that_never_ran_is_found() {
        let told = "revision `b` was applied with parent `a`; its script now says `c`; if `c` did not run here: `rev downgrade b@c`, then `rev stamp --purge a` and `rev upgrade`";
        check(&[["a", "upgrade", ""], ["b", "upgrade", "a"]], Some(told));
        check(&[["c", "upgrade", "a"], ["c", "downgrade", "a"], ["b", "upgrade", "a"]], Some(told));
        let base = told.replace("`a`", "`none`").replace("--purge a", "--purge base");
        check(&[["b", "upgrade", ""]], Some(&base));
    }

    #[test]
    fn what_ran_in_another_order_or_was_stamped_since_is_not() {
        check(&[["b", "upgrade", "a"], ["c", "upgrade", "a"]], None);
        check(&[["b", "upgrade", "a"], ["c", "stamp", "a"]], None);
        check(&[["b", "upgrade", "c"]], None);
        check(&[["b", "upgrade", "a"], ["b", "stamp", "c"]], None);
        check(&[["b", "upgrade", "a"], ["b", "downgrade", "a"]], None);
        check(&[], None);
    }
}
