//! Which steps lead from one state to another, with the rows each one writes.

use std::collections::BTreeSet;

use crate::direction::Direction;
use crate::error::ErrorKind;
use crate::graph::dag::Node;
use crate::graph::dag::RevisionGraph;
use crate::graph::resolve::Place;
use crate::graph::resolve::narrow;
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

/// The exact change of the version table that a step makes: the rows it deletes are there before, the others not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowChange {
    /// The rows to delete.
    pub delete: BTreeSet<RevisionId>,
    /// The rows to insert.
    pub insert: BTreeSet<RevisionId>,
}

impl RowChange {
    /// Makes the change to `rows`.
    pub fn apply(&self, rows: &mut Heads) {
        rows.0.retain(|row| !self.delete.contains(row));
        rows.0.extend(self.insert.iter().cloned());
    }

    /// Adds rows to delete; one that is inserted as well simply stays.
    fn delete_also(&mut self, rows: impl IntoIterator<Item = RevisionId>) {
        for row in rows {
            if !self.insert.remove(&row) {
                self.delete.insert(row);
            }
        }
    }
}

impl RevisionGraph {
    /// Plans to apply what the target needs and the rows do not imply yet. Nothing to do is a plan without steps.
    pub fn plan_upgrade(&self, target: &Target, rows: &Heads) -> Result<Plan, ErrorKind> {
        self.check_way(target, Direction::Upgrade)?;
        let state = self.state(rows)?;
        let place = self.place(target, &state)?;
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
        let place = self.place(target, &state)?;
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
