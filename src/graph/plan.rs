//! Which steps lead from one state to another, with the rows each one writes.

use crate::direction::Direction;
use crate::error::ErrorKind;
use crate::graph::dag::Node;
use crate::graph::dag::RevisionGraph;
use crate::graph::resolve::Branch;
use crate::graph::resolve::Place;
use crate::graph::resolve::narrow;
use crate::graph::row_change::RowChange;
use crate::graph::state::State;
use crate::graph::state::Stepper;
use crate::graph::target::Anchor;
use crate::graph::target::Target;
use crate::id::Heads;
use crate::id::RevisionId;

/// What will be done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The heads before; rows that other rows imply are left out.
    pub from: Heads,
    /// The heads after.
    pub to: Heads,
    /// The steps; none when there is nothing to do.
    pub steps: Vec<Step>,
}

/// A revision that is run, or stamped, with what it does to the version table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The revision; of a stamp to `base`, the row that goes.
    pub revision: RevisionId,
    /// Which way.
    pub direction: Direction,
    /// The rows it writes.
    pub rows: RowChange,
}

impl RevisionGraph {
    /// Plans to apply what the target needs and the rows do not imply yet. Nothing to do is a plan without steps.
    pub fn plan_upgrade(&self, target: &Target, rows: &Heads) -> Result<Plan, ErrorKind> {
        self.check_way(target, Direction::Upgrade)?;
        let state = self.state(rows)?;
        let place = self.place(target, &state).map_err(|error| counted(error, '+'))?;
        let order = self.order(&place.nodes, &state.applied);
        let mut stepper = Stepper::new(self, &state.applied);
        let steps = order.into_iter().map(|node| self.step(node, Direction::Upgrade, stepper.up(node))).collect();
        Ok(self.plan(rows, &state, steps))
    }

    /// Plans to take off what grows from the target, and everything that grows from or depends on that.
    ///
    /// Other branches stay, and so do the dependencies of what is taken off.
    pub fn plan_downgrade(&self, target: &Target, rows: &Heads) -> Result<Plan, ErrorKind> {
        self.check_way(target, Direction::Downgrade)?;
        let state = self.state(rows)?;
        let place = self.place(target, &state).map_err(|error| counted(error, '-'))?;
        let roots = self.roots(target, &place, &state)?;
        let mut kept = state.applied.clone();
        kept.difference_with(&self.descendant_nodes(roots));
        let order = self.order(&state.heads, &kept);
        let mut stepper = Stepper::new(self, &state.applied);
        let down = |node| self.step(node, Direction::Downgrade, stepper.down(node));
        let steps = order.into_iter().rev().map(down).collect();
        Ok(self.plan(rows, &state, steps))
    }

    /// Returns the lowest revisions that a downgrade to this place takes off, whether applied or not.
    pub(super) fn roots(&self, target: &Target, place: &Place, state: &State) -> Result<Vec<Node>, ErrorKind> {
        if let Some(passed) = place.passed {
            // Of a branch that is not applied, what is below would go, and other branches with it.
            let unapplied =
                place.branch.as_ref().map(Branch::named).filter(|node| !state.applied.contains(node.index()));
            if let Some(node) = unapplied {
                return Err(ErrorKind::NotApplied { revision: self.id(node) });
            }
            return Ok(vec![passed]);
        }
        if target.needs_rows() && target.offset == 0 {
            return Ok(Vec::new());
        }
        let roots = match place.nodes[..] {
            [] => self.base_nodes(),
            [node] if state.applied.contains(node.index()) => self.child_nodes(node),
            [node] => return Err(ErrorKind::NotApplied { revision: self.id(node) }),
            ref several => {
                let revisions = self.ids_of(several);
                return Err(ErrorKind::SeveralRevisions { target: target.to_string(), revisions });
            }
        };
        Ok(narrow(roots, place.branch.as_ref()))
    }

    /// Refuses `-N` to an upgrade and `+N` to a downgrade.
    fn check_way(&self, target: &Target, direction: Direction) -> Result<(), ErrorKind> {
        let wrong = match direction {
            Direction::Upgrade => target.offset < 0,
            Direction::Downgrade => target.offset > 0,
            Direction::Stamp => false,
        };
        if !wrong || !matches!(target.anchor, Anchor::Current | Anchor::Here) {
            return Ok(());
        }
        self.branch(target)?;
        Err(ErrorKind::WrongWay { target: target.to_string(), direction })
    }

    fn step(&self, node: Node, direction: Direction, rows: RowChange) -> Step {
        Step { revision: self.id(node), direction, rows }
    }

    /// Makes the plan of the steps; the first one also deletes the rows that others imply.
    fn plan(&self, rows: &Heads, state: &State, mut steps: Vec<Step>) -> Plan {
        let from: Heads = state.heads.iter().map(|&node| self.id(node)).collect();
        let mut to = from.clone();
        for step in &steps {
            step.rows.apply(&mut to);
        }
        if let Some(first) = steps.first_mut() {
            first.rows.delete_also(rows.iter().filter(|row| !from.contains(row)).cloned());
        }
        Plan { from, to, steps }
    }
}

/// Takes a number that is no id for so many steps whose sign was forgotten.
fn counted(error: ErrorKind, sign: char) -> ErrorKind {
    const LONGEST: usize = 3; // an id that was cut off is longer
    match error {
        ErrorKind::UnknownRevision { text, nearest: None }
            if text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            ErrorKind::UnknownRevision { nearest: Some(format!("{sign}{text}")), text }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::fixture::check_plan;
    use crate::graph::fixture::graph;
    use crate::graph::fixture::heads;

    use super::*;

    fn check_upgrade(text: &str, rows: &str, target: &str, expected: &str) {
        check_plan(graph(text).plan_upgrade(&target.parse().unwrap(), &heads(rows)), expected, &[text, rows, target]);
    }

    fn check_downgrade(text: &str, rows: &str, target: &str, expected: &str) {
        check_plan(graph(text).plan_downgrade(&target.parse().unwrap(), &heads(rows)), expected, &[text, rows, target]);
    }

    const DIAMOND: &str = "a; b < a; c < a; m < b c";

    #[test]
    fn an_upgrade_applies_what_the_target_needs() {
        check_upgrade(DIAMOND, "", "head", "a b c m => m");
        check_upgrade(DIAMOND, "b", "m", "c m => m");
        check_upgrade(DIAMOND, "b c", "m", "m => m");
        check_upgrade(DIAMOND, "m", "heads", " => m");
        check_upgrade(DIAMOND, "m", "b", " => m");
        check_upgrade(DIAMOND, "b", "base", " => b");
        check_upgrade("", "", "head", " => base");
    }

    #[test]
    fn a_merge_replaces_both_branches() {
        let plan = graph(DIAMOND).plan_upgrade(&"m".parse().unwrap(), &heads("b c")).unwrap();
        assert_eq!(plan.steps[0].rows, RowChange { delete: heads("b c").0, insert: heads("m").0 });
    }

    #[test]
    fn a_dependency_loses_its_row_and_gets_it_back() {
        let graph = graph("a; x + a");
        let up = graph.plan_upgrade(&"x".parse().unwrap(), &heads("a")).unwrap();
        assert_eq!(up.steps[0].rows, RowChange { delete: heads("a").0, insert: heads("x").0 });
        let down = graph.plan_downgrade(&"x@base".parse().unwrap(), &heads("x")).unwrap();
        assert_eq!(down.steps[0].rows, RowChange { delete: heads("x").0, insert: heads("a").0 });
    }

    #[test]
    fn parents_that_imply_each_other_are_counted_right() {
        check_upgrade("r; s < r; t; m < t + s r", "", "m", "t r s m => m");
        check_upgrade("a; b + a; c; m < a b c", "", "m", "a b c m => m");
        check_downgrade("a; b < a; x + a b; o", "x o", "x@base", "x => b, o");
    }

    #[test]
    fn rows_that_others_imply_go_with_the_next_write() {
        let graph = graph("a; b < a; c < b");
        let up = graph.plan_upgrade(&"head".parse().unwrap(), &heads("a b")).unwrap();
        assert_eq!(up.from, heads("b"));
        assert_eq!(up.steps[0].rows, RowChange { delete: heads("a b").0, insert: heads("c").0 });
        let down = graph.plan_downgrade(&"-1".parse().unwrap(), &heads("b c")).unwrap();
        assert_eq!(down.steps[0].rows, RowChange { delete: heads("c").0, insert: heads("").0 }); // `b` is there already
        assert!(graph.plan_upgrade(&"b".parse().unwrap(), &heads("a b")).unwrap().steps.is_empty());
    }

    #[test]
    fn a_downgrade_takes_off_what_grows_from_the_target_and_what_depends_on_that() {
        check_downgrade(DIAMOND, "m", "a", "m c b => a");
        check_downgrade(DIAMOND, "m", "base", "m c b a => base");
        check_downgrade(DIAMOND, "m", "b", "m => b, c");
        check_downgrade("a; b < a; x; y < x + b", "y", "a", "y b => a, x");
        check_downgrade("a; b < a; x; y < x + b", "y", "x", "y => b, x"); // the dependency stays
        check_downgrade("a; b < a; c < a", "b c", "b", " => b, c");
    }

    #[test]
    fn a_downgrade_stays_on_the_side_of_its_label() {
        let text = "a : lib; b < a : one; c < a : two; o";
        check_downgrade(text, "b c", "one@a", "b => c");
        check_downgrade(text, "b c o", "one@base", "c b a => o");
        check_downgrade(text, "b c o", "base", "o c b a => base");
        check_downgrade(text, "b c", "one@-1", "b => c");
        check_downgrade(text, "b", "lib@-1", "b => a"); // a label below the fork steers too
        check_downgrade(text, "b c", "one@head", " => b, c");
        check_downgrade(text, "b c", "one@c", "not-in-branch");
        check_downgrade(text, "b c", "tow@base", "unknown-label");
    }

    #[test]
    fn minus_one_takes_off_the_row_and_nothing_beside_it() {
        check_downgrade("a; b < a; c < a; x + c", "b x", "b@-1", "b => x");
        check_downgrade("a; b < a : shop; c < a", "c", "b@-1", "not-applied");
        check_downgrade("a; b < a : shop; c < a", "c", "shop@-1", "not-applied");
        check_downgrade("a; b < a : shop; c < a", "c", "shop@current-1", "not-applied");
        check_downgrade("a; b < a : shop; c < a", "a", "b@-1", "not-applied"); // `a` is not of its branch alone
        check_downgrade("a; b < a; d < b; c < b", "c", "d@-1", "not-applied");
        check_downgrade("a; b < a; x + b", "x", "b@-1", "x b => a"); // applied, as what another needs
        check_downgrade("a; b < a; x; y < x + b", "y", "-2", "y x => b");
        check_downgrade("a; b < a", "b", "-3", "walked-too-far");
        check_downgrade("a; b < a", "", "-1", "walked-too-far");
        check_downgrade(DIAMOND, "b c", "-1", "ambiguous-current");
        check_downgrade(DIAMOND, "m", "-1", "ambiguous-walk");
        check_downgrade(DIAMOND, "m", "b@-1", "m => b, c");
    }

    #[test]
    fn a_downgrade_to_what_is_not_applied_is_refused_and_to_an_applied_one_is_not() {
        check_downgrade(DIAMOND, "b", "c", "not-applied");
        check_downgrade(DIAMOND, "b", "head", "not-applied");
        check_downgrade(DIAMOND, "b", "b", " => b");
        check_downgrade("a; x + a", "x", "a", " => x"); // applied, though not a row
        check_downgrade(DIAMOND, "", "base", " => base");
        check_downgrade("a; b", "a b", "heads", "several-revisions");
    }

    #[test]
    fn a_number_without_a_sign_is_taken_for_steps() {
        let nearest = |found: Result<Plan, ErrorKind>| match found.unwrap_err() {
            ErrorKind::UnknownRevision { nearest, .. } => nearest.unwrap_or_default(),
            other => other.to_string(),
        };
        let graph = graph("a; b < a");
        let target = |text: &str| text.parse().unwrap();
        assert_eq!(nearest(graph.plan_downgrade(&target("1"), &heads("b"))), "-1");
        assert_eq!(nearest(graph.plan_upgrade(&target("02"), &heads("b"))), "+02");
        assert_eq!(nearest(graph.plan_upgrade(&target("HEAD"), &heads("b"))), "head");
        assert_eq!(nearest(graph.plan_downgrade(&target("Base"), &heads("b"))), "base");
        assert_eq!(nearest(graph.plan_downgrade(&target("2026"), &heads("b"))), "");
    }

    #[test]
    fn each_command_has_its_way() {
        check_upgrade(DIAMOND, "b", "-1", "wrong-way");
        check_downgrade(DIAMOND, "b", "+1", "wrong-way");
        check_downgrade(DIAMOND, "b", "nope@+1", "unknown-label");
        check_upgrade(DIAMOND, "b", "+0", " => b");
        check_downgrade(DIAMOND, "b c", "-0", " => b, c");
        check_upgrade(DIAMOND, "b", "current", " => b");
    }

    #[test]
    fn a_row_that_no_script_has_stops_every_plan() {
        check_upgrade(DIAMOND, "gone", "head", "unknown-row");
        check_downgrade(DIAMOND, "b gone", "base", "unknown-row");
    }

    #[test]
    fn a_step_over_a_merge_brings_what_the_merge_needs() {
        check_upgrade(DIAMOND, "b", "+1", "c m => m");
        check_upgrade("a; b < a; x; y < x", "", "+1", "ambiguous-walk");
        check_upgrade("a; b < a", "", "+2", "a b => b");
    }
}
