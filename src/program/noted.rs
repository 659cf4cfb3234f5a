//! What is noted of a statement before it runs, and what can be told by that afterwards; pure.

use serde::Deserialize;
use serde::Serialize;

use crate::db::DETACHING;
use crate::db::INVALID;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::part::Part;
use crate::program::there::There;
use crate::sql::Change;
use crate::sql::ObjectChange;
use crate::sql::ObjectKind;

/// What was noted of a statement; the script may be another one when it is settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Noted {
    /// `file:line:column`.
    pub(crate) place: String,
    /// Its beginning.
    pub(crate) statement: String,
    /// The connection's number on the server.
    pub(crate) connection: Option<String>,
    /// How the statement begins in the list of what the server runs.
    #[serde(default)]
    pub(crate) beginning: String,
    /// The objects it changes, and their definitions before; none when nobody can tell by them.
    pub(crate) objects: Vec<Before>,
    /// The tables without transactions whose rows it changes; whatever it does to them stays, also when it fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) kept: Vec<String>,
    /// Whether to run it twice is as good as once; it is noted only for what was there before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_repeatable: bool,
    /// What was there before of what it makes on a condition.
    #[serde(default, skip_serializing_if = "There::is_empty")]
    pub(crate) there: There,
    /// How many rows the connection had changed before it ran, where that tells whether it left some when it fails
    /// (SQLite).
    #[serde(skip)]
    pub(crate) changes: Option<u64>,
}

/// An object that a statement changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Before {
    /// Which, and what is done to it.
    #[serde(flatten)]
    pub(crate) object: ObjectChange,
    /// Its definition; nothing if it was not there.
    pub(crate) before: Option<String>,
}

/// What became of a statement.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It ran.
    Ran,
    /// It did not.
    NotRan,
    /// A concurrent index was begun, and is not valid.
    HalfBuilt,
    /// A partition was begun to be detached concurrently.
    HalfDetached,
    /// Some of the objects were dropped; these were not, and what there is to see if they cannot be.
    HalfDropped(Vec<ObjectChange>, Vec<String>),
    /// Neither; what there is to see.
    InDoubt(Vec<String>),
}

impl Noted {
    /// Returns whether rows stay that its statement changed, also when it fails or is stopped.
    pub(crate) fn keeps_rows(&self) -> bool {
        !self.kept.is_empty()
    }

    /// Judges by the definitions now, in the order of the objects.
    pub(crate) fn judge(&self, now: &[Option<String>]) -> Verdict {
        let pairs = || self.objects.iter().zip(now);
        let is_invalid = |definition: &Option<String>| definition.as_deref().is_some_and(|text| text.contains(INVALID));
        let all = |holds: &dyn Fn(&Before, &Option<String>) -> bool| {
            !self.objects.is_empty() && pairs().all(|(known, now)| holds(known, now))
        };
        let is_detaching = |text: &Option<String>| text.as_deref().is_some_and(|text| text.contains(DETACHING));
        if all(&|known, now| is_detaching(now) && !is_detaching(&known.before)) {
            return Verdict::HalfDetached;
        }
        let is_index = |known: &Before| known.object.kind == ObjectKind::Index;
        if all(&|known, now| is_index(known) && is_invalid(now) && *now != known.before) {
            // What was to be dropped can be dropped again.
            return match pairs().all(|(known, _)| known.object.change == Change::Appears && known.before.is_none()) {
                true => Verdict::HalfBuilt,
                false => Verdict::NotRan,
            };
        }
        if all(&|known, now| *now == known.before) {
            return Verdict::NotRan;
        }
        if all(&Before::is_done) {
            return Verdict::Ran;
        }
        let is_drop = self.objects.len() > 1
            && pairs().all(|(known, now)| known.is_dropped_alone() && (now.is_none() || *now == known.before));
        if is_drop && self.objects.iter().any(|known| known.before.is_none()) {
            return Verdict::NotRan; // it fails for what was not there, and what it dropped by then is what it is to drop
        }
        let told = |definition: &Option<String>| definition.clone().unwrap_or_else(|| "(not there)".to_owned());
        let seen = pairs().map(|(Before { object, before }, now)| {
            format!("`{}` before: {}\nnow: {}", object.name, told(before), told(now))
        });
        let seen = seen.collect();
        match is_drop {
            true => {
                let rest = pairs().filter(|(_, now)| now.is_some()).map(|(known, _)| known.object.clone());
                Verdict::HalfDropped(rest.collect(), seen)
            }
            false => Verdict::InDoubt(seen),
        }
    }
}

/// Returns whether a statement was refused before it came to the first row.
///
/// These are: no database is chosen, there is no such database, it cannot be parsed, there is no such table. All else
/// may be what a row, a trigger or a function ran into.
pub(crate) fn leaves_no_row(error: &Error) -> bool {
    match &*error.kind {
        ErrorKind::StatementFailed { code: Some(code), .. } => {
            matches!(code.as_str(), "1046" | "1049" | "1064" | "1146")
        }
        _ => false,
    }
}

impl Before {
    /// Returns whether its statement, if it names others, too, drops them one after another.
    fn is_dropped_alone(&self) -> bool {
        self.object.change == Change::Vanishes
            && matches!(self.object.kind, ObjectKind::Table | ObjectKind::View | ObjectKind::Sequence)
    }

    /// Returns whether the object is what the statement makes of it.
    fn is_done(&self, now: &Option<String>) -> bool {
        let overloads = matches!(self.object.kind, ObjectKind::Function | ObjectKind::Procedure);
        match self.object.change {
            Change::Appears => now.is_some() && *now != self.before && (self.before.is_none() || overloads),
            Change::Vanishes => self.before.is_some() && now.is_none(),
            Change::Differs => self.before.is_some() && *now != self.before,
        }
    }
}

/// Returns whether it is the first statement of a part that failed.
pub(crate) fn is_of_first(error: &Error, part: &Part) -> bool {
    let mut statements = part.statements();
    match (&error.span, statements.next()) {
        (Some(span), Some(first)) => statements.next().is_none() || span.range.start < first.span.range.end,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each object as `kind change before now`; `-` stands for one that is not there.
    fn check(objects: &[(ObjectKind, Change, &str, &str)], expected: &str) {
        let text = |text: &str| (text != "-").then(|| text.to_owned());
        let object = |kind, change| ObjectChange { kind, schema: None, name: "t".into(), table: None, change };
        let before = objects
            .iter()
            .map(|(kind, change, before, _)| Before { object: object(*kind, *change), before: text(before) });
        let noted = Noted {
            place: "a.sql:1:1".into(),
            statement: "X".into(),
            connection: None,
            beginning: "X".into(),
            objects: before.collect(),
            kept: Vec::new(),
            is_repeatable: false,
            there: There::default(),
            changes: None,
        };
        let now: Vec<_> = objects.iter().map(|(.., now)| text(now)).collect();
        let verdict = match noted.judge(&now) {
            Verdict::Ran => "ran",
            Verdict::NotRan => "not ran",
            Verdict::HalfBuilt => "half built",
            Verdict::HalfDetached => "half detached",
            Verdict::HalfDropped(..) => "half dropped",
            Verdict::InDoubt(_) => "in doubt",
        };
        assert_eq!(verdict, expected, "{objects:?}");
        let again: Noted = serde_json::from_str(&serde_json::to_string(&noted).unwrap()).unwrap();
        assert_eq!(again, noted);
    }

    use Change::*;
    use ObjectKind::*;

    #[test]
    fn what_is_as_it_was_did_not_run() {
        check(&[(Table, Appears, "-", "-")], "not ran");
        check(&[(Table, Vanishes, "t", "t")], "not ran");
        check(&[(Table, Differs, "t", "t")], "not ran");
        check(&[(Table, Vanishes, "t", "t"), (Table, Vanishes, "u", "u")], "not ran");
    }

    #[test]
    fn what_changed_as_the_statement_changes_it_ran() {
        check(&[(Table, Appears, "-", "t")], "ran");
        check(&[(Table, Vanishes, "t", "-")], "ran");
        check(&[(Table, Differs, "t", "u")], "ran");
        check(&[(Table, Differs, "t", "-")], "ran");
        check(&[(Table, Vanishes, "t", "-"), (Table, Vanishes, "u", "-")], "ran");
    }

    #[test]
    fn a_partition_that_is_being_detached_is_detached_to_the_end() {
        check(&[(Table, Differs, "1 2", "1 2 (detach pending)")], "half detached");
        check(&[(Table, Differs, "1 2 (detach pending)", "1 2 (detach pending)")], "not ran");
        check(&[(Table, Differs, "1 2 (detach pending)", "1")], "ran");
    }

    #[test]
    fn what_was_dropped_in_part_is_dropped_to_the_end() {
        check(&[(Table, Vanishes, "t", "-"), (Table, Vanishes, "u", "u")], "half dropped");
        check(&[(View, Vanishes, "t", "t"), (View, Vanishes, "u", "-"), (View, Vanishes, "w", "w")], "half dropped");
        check(&[(Sequence, Vanishes, "t", "-"), (Sequence, Vanishes, "u", "u")], "half dropped");
        for kind in [Table, View, Sequence] {
            check(&[(kind, Vanishes, "t", "-"), (kind, Vanishes, "-", "-"), (kind, Vanishes, "u", "u")], "not ran");
            check(&[(kind, Vanishes, "t", "-"), (kind, Vanishes, "-", "-")], "not ran");
        }
        check(&[(Table, Vanishes, "t", "-"), (Table, Vanishes, "-", "n")], "in doubt");
        check(&[(Table, Vanishes, "t", "-"), (Table, Vanishes, "u", "v")], "in doubt");
        check(&[(Table, Vanishes, "t", "-"), (Table, Appears, "-", "-")], "in doubt");
    }

    #[test]
    fn anything_else_is_in_doubt() {
        check(&[(Table, Vanishes, "t", "u")], "in doubt");
        check(&[(Table, Appears, "t", "u")], "in doubt");
        check(&[], "in doubt");
    }

    #[test]
    fn an_index_that_is_not_valid_is_built_again() {
        check(&[(Index, Appears, "-", "i\n(invalid)")], "half built");
        check(&[(Index, Vanishes, "i", "i\n(invalid)")], "not ran");
        check(&[(Index, Appears, "i\n(invalid)", "i\n(invalid)")], "not ran");
    }
}
