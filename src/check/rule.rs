//! The rules of `check`: a new one is a line here, a function, and a row in docs/check.md.

use crate::check::applied::AppliedView;
use crate::check::applied::edited;
use crate::check::applied::moved;
use crate::check::applied::unknown_row;
use crate::check::files::GraphView;
use crate::check::files::ScriptView;
use crate::check::files::empty_message;
use crate::check::files::empty_upgrade;
use crate::check::files::label_shadows_id;
use crate::check::files::missing_downgrade;
use crate::check::files::multiple_heads;
use crate::check::files::not_a_script;
use crate::check::files::nothing_for_dialect;
use crate::check::files::pragma_without_effect;
use crate::check::files::redundant_parent;
use crate::check::files::transaction_not_sent;
use crate::check::files::unread_script;
use crate::check::finding::Finding;
use crate::check::finding::Remark;
use crate::check::finding::Severity;
use crate::check::model::model_ahead;
use crate::check::rebuild::Rebuilds;
use crate::check::rebuild::parent_changed_in_rebuild;
use crate::check::rebuild::unshielded_rebuild;
use crate::check::reference::ReferenceView;
use crate::check::reference::changed_revision;
use crate::check::reference::deleted_revision;
use crate::check::reference::stale_parent;
use crate::diff::Difference;
use crate::script::Listing;
use crate::typed;

/// Something that is legal and may still be wrong; whoever means it can allow it.
#[derive(Debug)]
pub struct Rule {
    /// The slug of its findings.
    pub code: &'static str,
    /// How bad its findings are.
    pub severity: Severity,
    /// What it looks for, in one line.
    pub summary: &'static str,
    pub(crate) look: Look,
}

/// What a rule looks at.
#[derive(Debug)]
pub(crate) enum Look {
    /// One script after another.
    Script(fn(&ScriptView<'_>) -> Vec<Remark>),
    /// The files in the folders.
    Listing(fn(&Listing) -> Vec<Remark>),
    /// What the scripts build anew on SQLite.
    Rebuilds(fn(&Rebuilds) -> Vec<Remark>),
    /// The graph, if it is sound.
    Graph(fn(&GraphView<'_>) -> Vec<Remark>),
    /// The database, if it is asked.
    Applied(fn(&AppliedView<'_>) -> Vec<Remark>),
    /// In what the scripts and the model differ, if that is asked.
    Model(fn(&[Difference]) -> Vec<Remark>),
    /// What git has, if it is asked.
    Reference(fn(&ReferenceView<'_>) -> Vec<Remark>),
}

/// Every rule, in the order in which they look at the same thing.
pub const RULES: &[Rule] = &[
    warning("empty-message", "a revision has no message", Look::Script(empty_message)),
    warning("missing-downgrade", "a revision has no downgrade for a database", Look::Script(missing_downgrade)),
    warning("empty-upgrade", "a revision has nothing to run, and does not say so", Look::Script(empty_upgrade)),
    warning(
        "nothing-for-dialect",
        "a revision has nothing to run on one database, and something on another",
        Look::Script(nothing_for_dialect),
    ),
    warning("transaction-not-sent", "a section has its own BEGIN and COMMIT", Look::Script(transaction_not_sent)),
    warning("pragma-without-effect", "a pragma does nothing in a transaction", Look::Script(pragma_without_effect)),
    error(
        "unshielded-rebuild",
        "SQLite: a table is rebuilt, and rows of others would go with it",
        Look::Rebuilds(unshielded_rebuild),
    ),
    error(
        "parent-changed-in-rebuild",
        "SQLite: a section that rebuilds a table changes rows that others reference",
        Look::Rebuilds(parent_changed_in_rebuild),
    ),
    warning("not-a-script", "a file in a script folder is no script", Look::Listing(not_a_script)),
    warning(
        "unread-script",
        "a script is not read: it is in a subfolder, or its name ends in `.SQL`",
        Look::Listing(unread_script),
    ),
    error("multiple-heads", "the graph has several heads", Look::Graph(multiple_heads)),
    warning("redundant-parent", "a parent is implied by another parent", Look::Graph(redundant_parent)),
    warning("label-shadows-id", "a label is the beginning of an id", Look::Graph(label_shadows_id)),
    error("edited", "a script was edited after it was applied", Look::Applied(edited)),
    error("moved", "a revision was moved onto one that never ran on the database", Look::Applied(moved)),
    error("unknown-row", "the database is at a revision that no script has", Look::Applied(unknown_row)),
    error("model-ahead", "the model is not what the scripts make", Look::Model(model_ahead)),
    error("deleted-revision", "a revision that git has is gone", Look::Reference(deleted_revision)),
    error("changed-revision", "a revision is not what git has", Look::Reference(changed_revision)),
    error("stale-parent", "a new revision's parent is no head of what git has", Look::Reference(stale_parent)),
];

impl Rule {
    /// Makes a finding of a remark.
    pub(crate) fn finding(&self, remark: Remark) -> Finding {
        let Remark { message, span, file, revision, hint } = remark;
        let hint = hint.map(typed::in_commands);
        Finding { code: self.code, severity: self.severity, message, span, file, revision, hint }
    }
}

const fn warning(code: &'static str, summary: &'static str, look: Look) -> Rule {
    Rule { code, severity: Severity::Warning, summary, look }
}

const fn error(code: &'static str, summary: &'static str, look: Look) -> Rule {
    Rule { code, severity: Severity::Error, summary, look }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_check_has_a_row_for_each_rule() {
        let page = include_str!("../../docs/check.md");
        for rule in RULES {
            let severity = if rule.severity == Severity::Error { "error" } else { "warning" };
            let row = format!("| `{}` | {severity} | {} |", rule.code, rule.summary);
            assert!(page.contains(&row), "docs/check.md has no row\n{row}");
        }
        let rows = page.lines().filter(|line| line.ends_with(" |") && line.starts_with("| `")).count();
        assert_eq!(rows, RULES.len());
    }
}
