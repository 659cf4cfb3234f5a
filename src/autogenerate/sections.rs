//! The sections of a script from statements.

use crate::dialect::Dialect;
use crate::diff::Commit;
use crate::diff::Refusal;
use crate::diff::Step;
use crate::schemas::statement_text;

/// What there is for one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// Statements.
    Steps(Vec<Step>),
    /// None can be written.
    Refused(Vec<Refusal>),
}

/// Writes the sections of one direction, `word`; `remarks` come first, as comments.
pub(super) fn section(word: &str, way: &Way, remarks: &[String], dialect: Dialect) -> String {
    let mut text = String::new();
    match way {
        Way::Refused(refusals) => {
            text.push_str(&format!("-- rev: {word} irreversible\n\n"));
            remarks.iter().for_each(|remark| comment(&mut text, remark));
            for Refusal { identity, reason } in refusals {
                comment(&mut text, &format!("no statement is known for {identity}: {reason}"));
            }
            comment(&mut text, "Take out the word `irreversible`, and write here what takes it back.");
        }
        Way::Steps(steps) => {
            // rev itself keeps SQLite's references out of the way while a table is built anew.
            let is_written = |step: &&Step| dialect != Dialect::Sqlite || !step.sql.starts_with("PRAGMA ");
            let steps: Vec<_> = steps.iter().filter(is_written).collect();
            let mut is_off = false;
            text.push_str(&format!("-- rev: {word}\n"));
            if !remarks.is_empty() {
                text.push('\n');
            }
            remarks.iter().for_each(|remark| comment(&mut text, remark));
            for (index, step) in steps.iter().enumerate() {
                let is_alone = match step.commit {
                    Commit::Together => false,
                    // What nothing follows need not be committed before that.
                    Commit::First => steps[index + 1..].iter().any(|later| later.commit == Commit::Together),
                    Commit::Alone => true,
                };
                if is_alone != is_off {
                    let option = if is_alone { " transaction=off" } else { "" };
                    match index {
                        0 => {
                            text = text.replacen(&format!("-- rev: {word}\n"), &format!("-- rev: {word}{option}\n"), 1)
                        }
                        _ => text.push_str(&format!("\n-- rev: {word}{option}\n")),
                    }
                    is_off = is_alone;
                }
                text.push('\n');
                text.push_str(&statement_text(step, dialect));
            }
        }
    }
    text
}

fn comment(text: &mut String, remark: &str) {
    for line in remark.lines() {
        text.push_str(format!("-- {line}").trim_end());
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::catalog::Identity;
    use crate::catalog::Kind;
    use crate::diff::Does;

    fn step(sql: &str) -> Step {
        Step::new(Does::Alter, &Arc::new(Identity::new(Kind::Table, None, "t")), sql)
    }

    fn first(sql: &str) -> Step {
        Step { commit: Commit::First, ..step(sql) }
    }

    #[test]
    fn what_must_be_committed_before_the_rest_has_a_section_of_its_own() {
        let write = |steps| section("upgrade", &Way::Steps(steps), &[], Dialect::Postgres);
        assert_eq!(write(vec![step("A"), step("B")]), "-- rev: upgrade\n\nA;\n\nB;\n");
        let expected = "-- rev: upgrade\n\nA;\n\n-- rev: upgrade transaction=off\n\nB;\n\n-- rev: upgrade\n\nC;\n";
        assert_eq!(write(vec![step("A"), first("B"), step("C")]), expected);
        let expected = "-- rev: upgrade transaction=off\n\nB;\n\n-- rev: upgrade\n\nC;\n";
        assert_eq!(write(vec![first("B"), step("C")]), expected);
        assert_eq!(write(vec![first("A"), first("B")]), "-- rev: upgrade\n\nA;\n\nB;\n");
        let alone = Step { commit: Commit::Alone, ..step("B") };
        let expected = "-- rev: upgrade\n\nA;\n\n-- rev: upgrade transaction=off\n\nB;\n";
        assert_eq!(write(vec![step("A"), alone]), expected);
    }

    #[test]
    fn what_does_not_hold_is_said_first() {
        let remarks = ["not proved: table t differs".to_owned()];
        let text = section("downgrade", &Way::Steps(vec![step("A")]), &remarks, Dialect::Sqlite);
        assert_eq!(text, "-- rev: downgrade\n\n-- not proved: table t differs\n\nA;\n");
        let identity = Arc::new(Identity::new(Kind::Table, None, "t"));
        let refused = Way::Refused(vec![Refusal { identity, reason: "it is odd".to_owned() }]);
        let text = section("downgrade", &refused, &[], Dialect::Sqlite);
        assert!(
            text.starts_with("-- rev: downgrade irreversible\n\n-- no statement is known for table t: it is odd\n")
        );
    }
}
