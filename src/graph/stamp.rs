//! Writing rows as if the steps had been run.

use std::collections::BTreeSet;

use crate::direction::Direction;
use crate::error::ErrorKind;
use crate::graph::dag::Node;
use crate::graph::dag::RevisionGraph;
use crate::graph::plan::Plan;
use crate::graph::plan::Step;
use crate::graph::row_change::RowChange;
use crate::graph::state::State;
use crate::graph::target::Target;
use crate::id::Heads;
use crate::id::RevisionId;

/// Whether a stamp starts from the rows that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purge {
    /// It starts from the rows; one that no script has is an error.
    Keep,
    /// It starts from no rows: all are deleted, unknown ones included.
    All,
}

impl RevisionGraph {
    /// Plans to write the rows that `upgrade` would leave for a target that is not applied, and `downgrade` for one
    /// that is; target after target.
    ///
    /// Each revision that is stamped is a step; a stamp to `base` has a step for each row that goes.
    pub fn plan_stamp(&self, targets: &[Target], rows: &Heads, purge: Purge) -> Result<Plan, ErrorKind> {
        let mut state = match purge {
            Purge::Keep => self.state(rows)?,
            Purge::All => self.nothing_applied(),
        };
        let from = match purge {
            Purge::Keep => self.rows_of(&state),
            Purge::All => rows.clone(),
        };
        let mut stamper = Stamper { written: rows.clone(), steps: Vec::new() };
        for target in targets {
            if purge == Purge::All && target.needs_rows() {
                let message = format!("`{target}` counts from the rows, which `--purge` takes away");
                return Err(ErrorKind::Usage { message, hint: None });
            }
            self.stamp(target, &mut state, &mut stamper)?;
        }
        let to = self.rows_of(&state);
        if purge == Purge::All && stamper.written != to {
            stamper.remove(&to); // nothing was stamped, or nothing that is not there already
        }
        Ok(Plan { from, to, steps: stamper.steps })
    }

    fn stamp(&self, target: &Target, state: &mut State, stamper: &mut Stamper) -> Result<(), ErrorKind> {
        let place = self.place(target, state)?;
        let missing = |node: &Node| !state.applied.contains(node.index());
        let missing: Vec<Node> = place.nodes.iter().copied().filter(missing).collect();
        for &node in &missing {
            state.applied.union_with(&self.ancestor_nodes([node]));
            self.settle(state);
            stamper.write(self.id(node), &self.rows_of(state));
        }
        if !missing.is_empty() || place.nodes.len() > 1 {
            return Ok(());
        }
        let before = state.heads.clone();
        let roots = self.roots(target, &place, state)?;
        state.applied.difference_with(&self.descendant_nodes(roots));
        self.settle(state);
        match place.nodes.first() {
            _ if state.heads == before => {}
            Some(&node) => stamper.write(self.id(node), &self.rows_of(state)),
            None => stamper.remove(&self.rows_of(state)),
        }
        Ok(())
    }

    fn settle(&self, state: &mut State) {
        state.heads = self.maximal_nodes(&state.applied);
    }

    fn rows_of(&self, state: &State) -> Heads {
        state.heads.iter().map(|&node| self.id(node)).collect()
    }
}

/// The steps so far, and the version table as they leave it.
struct Stamper {
    written: Heads,
    steps: Vec<Step>,
}

impl Stamper {
    fn write(&mut self, revision: RevisionId, rows: &Heads) {
        let delete = self.written.0.difference(&rows.0).cloned().collect();
        let insert = rows.0.difference(&self.written.0).cloned().collect();
        self.push(revision, RowChange { delete, insert });
    }

    /// Adds a step for each row that goes; what comes to light below them is written with the last.
    fn remove(&mut self, rows: &Heads) {
        let gone: Vec<RevisionId> = self.written.0.difference(&rows.0).cloned().collect();
        let mut insert: BTreeSet<RevisionId> = rows.0.difference(&self.written.0).cloned().collect();
        for (left, row) in (0..gone.len()).rev().zip(gone) {
            let insert = if left == 0 { std::mem::take(&mut insert) } else { BTreeSet::new() };
            self.push(row.clone(), RowChange { delete: BTreeSet::from([row]), insert });
        }
    }

    fn push(&mut self, revision: RevisionId, rows: RowChange) {
        if !rows.delete.is_empty() || !rows.insert.is_empty() {
            rows.apply(&mut self.written);
            self.steps.push(Step { revision, direction: Direction::Stamp, rows });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::fixture::check_plan;
    use crate::graph::fixture::graph;
    use crate::graph::fixture::heads;

    use super::*;

    fn plan(text: &str, rows: &str, targets: &str, purge: Purge) -> Result<Plan, ErrorKind> {
        let targets: Vec<Target> = targets.split_whitespace().map(|target| target.parse().unwrap()).collect();
        graph(text).plan_stamp(&targets, &heads(rows), purge)
    }

    fn check(text: &str, rows: &str, targets: &str, expected: &str) {
        check_plan(plan(text, rows, targets, Purge::Keep), expected, &[text, rows, targets]);
    }

    fn check_purge(text: &str, rows: &str, targets: &str, expected: &str) {
        check_plan(plan(text, rows, targets, Purge::All), expected, &[text, rows, targets]);
    }

    const GRAPH: &str = "a; b1 < a; b2 < b1; c < a; m < b2 c : joined; x + b1";

    #[test]
    fn a_stamp_leaves_the_rows_of_an_upgrade_or_a_downgrade() {
        check(GRAPH, "", "b1", "b1 => b1");
        check(GRAPH, "b1", "m", "m => m");
        check(GRAPH, "m", "b1", "b1 => b1, c"); // the other side of the merge is not forgotten
        check(GRAPH, "x", "b1", " => x"); // nor is what depends on it
        check(GRAPH, "x", "a", "a => a");
        check(GRAPH, "m", "m", " => m");
        check(GRAPH, "b1", "heads", "m x => m, x");
    }

    #[test]
    fn several_targets_are_taken_from_left_to_right() {
        check(GRAPH, "", "a b1", "a b1 => b1");
        check(GRAPH, "", "b1 a", "b1 a => a");
        check(GRAPH, "b2 c", "b1 b1", "b1 => b1, c");
        check(GRAPH, "", "b1 c", "b1 c => b1, c");
    }

    #[test]
    fn a_stamp_to_base_has_a_step_for_each_row_that_goes() {
        check(GRAPH, "m x", "base", "m x => base");
        check("a; o; x < o + a : lib", "x", "lib@base", "x => a");
        check(GRAPH, "", "base", " => base");
    }

    #[test]
    fn offsets_count_from_the_rows() {
        check(GRAPH, "b2", "-1", "b1 => b1");
        check(GRAPH, "b1", "+1", "b2 => b2");
        check(GRAPH, "b1 c", "+1", "ambiguous-current");
    }

    #[test]
    fn an_unknown_row_is_an_error_until_it_is_purged() {
        check(GRAPH, "gone", "b1", "unknown-row");
        check_purge(GRAPH, "gone", "b1", "b1 => b1");
        check_purge(GRAPH, "gone b1", "b1", "b1 => b1");
        check_purge(GRAPH, "b1", "b1", " => b1");
        check_purge(GRAPH, "gone m", "base", "gone m => base");
        check_purge(GRAPH, "b1", "-1", "usage");
    }

    #[test]
    fn each_step_says_which_rows_it_writes() {
        let step = |delete, insert| RowChange { delete: heads(delete).0, insert: heads(insert).0 };
        let rows = |plan: Plan| plan.steps.into_iter().map(|step| step.rows).collect::<Vec<_>>();
        assert_eq!(rows(plan(GRAPH, "m", "b1", Purge::Keep).unwrap()), [step("m", "b1 c")]);
        assert_eq!(rows(plan(GRAPH, "gone b1", "b1", Purge::All).unwrap()), [step("gone", "")]);
        assert_eq!(rows(plan(GRAPH, "", "heads", Purge::Keep).unwrap()), [step("", "m"), step("", "x")]);
    }
}
