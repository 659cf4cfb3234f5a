//! What is to be said of an upgrade that runs nothing, though nobody said that it shall not.

use std::collections::BTreeSet;

use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::id::RevisionId;
use crate::script::script::Script;
use crate::script::warning::Warning;
use crate::span::Span;

/// An upgrade that runs nothing, and should perhaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nothing {
    /// `empty-upgrade` or `nothing-for-dialect`.
    pub code: &'static str,
    /// What it is about, in the style of an error's message.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    revision: RevisionId,
    /// The first upgrade section.
    pub span: Span,
}

impl Script {
    /// Returns what is to be said of an upgrade that has no statements on any of `dialects`.
    ///
    /// A merge is meant to run nothing, and so is a section that says `empty`. What cannot be split is told as an error,
    /// and is not nothing.
    pub fn nothing_to_run(&self, dialects: &BTreeSet<Dialect>) -> Option<Nothing> {
        let none: Vec<Dialect> = dialects.iter().copied().filter(|dialect| self.runs_nothing(*dialect)).collect();
        let is_merge = self.header.down_revisions.len() > 1;
        if none.is_empty() || is_merge {
            return None;
        }
        let upgrade = self.sections.iter().find(|section| section.direction == Direction::Upgrade)?;
        let (id, span) = (&self.header.revision.value, self.span(&upgrade.directive));
        if Dialect::ALL.into_iter().all(|dialect| self.runs_nothing(dialect)) {
            let below = self.source.text[upgrade.directive.clone()].trim_end();
            return Some(Nothing {
                revision: id.clone(),
                code: "empty-upgrade",
                message: format!("revision `{id}` has nothing to run"),
                hint: format!("write its SQL below `{below}`, or say `-- rev: upgrade empty`"),
                span,
            });
        }
        let products: Vec<&str> = none.iter().map(|dialect| dialect.product()).collect();
        // `dialect=mysql` is MariaDB, too.
        let is_said = |dialect: &&Dialect| **dialect != Dialect::Mariadb || !none.contains(&Dialect::Mysql);
        let words: Vec<&str> = none.iter().filter(is_said).map(|dialect| dialect.as_str()).collect();
        let words = words.join(",");
        Some(Nothing {
            revision: id.clone(),
            code: "nothing-for-dialect",
            message: format!("revision `{id}` has nothing to run on {}", products.join(", ")),
            hint: format!(
                "write its SQL below `-- rev: upgrade dialect={words}`, or say `-- rev: upgrade empty dialect={words}`"
            ),
            span,
        })
    }

    fn runs_nothing(&self, dialect: Dialect) -> bool {
        let is_meant = self.sections_for(Direction::Upgrade, dialect).any(|section| section.is_empty);
        let sections = self.statements(Direction::Upgrade, dialect);
        !is_meant && sections.is_ok_and(|sections| sections.iter().all(|section| section.statements.is_empty()))
    }
}

impl From<Nothing> for Warning {
    fn from(nothing: Nothing) -> Self {
        let Nothing { code, message, hint, span, revision } = nothing;
        let later = format!("once applied, `rev redo {revision} --stored` runs it");
        // Not only what to write: an upgrade that finds the revision applied would not run it.
        let hint = hint.replacen(", or say", &format!(" ({later}), or say"), 1);
        Self { code, message: format!("{message}: {hint}"), span }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Source;

    /// Compares the code and the dialects of the message.
    fn check(header: &str, sections: &str, dialects: &[Dialect], expected: Option<&str>) {
        let text = format!("-- revision: a\n{header}\n{sections}");
        let script = Script::parse(Source::new("a.sql", text)).unwrap();
        let found = script.nothing_to_run(&dialects.iter().copied().collect());
        let found = found.map(|nothing| format!("{} {}", nothing.code, nothing.message));
        let found = found.map(|text| text.replace(" revision `a` has nothing to run", ""));
        assert_eq!(found.as_deref(), expected, "{sections}");
    }

    const SQLITE: &[Dialect] = &[Dialect::Sqlite];
    const POSTGRES: &[Dialect] = &[Dialect::Postgres];

    #[test]
    fn what_has_no_statement_anywhere_is_an_empty_upgrade() {
        for sections in [
            "-- rev: upgrade\n",
            "-- rev: upgrade\n\n-- rev: downgrade\nDROP TABLE t;\n",
            "-- rev: upgrade\n-- to do\n/* later */\n",
            "-- rev: upgrade\n;\n",
            "-- rev: upgrade\nBEGIN; COMMIT;\n",
            "-- rev: upgrade transaction=off\n",
            "-- rev: upgrade dialect=sqlite\n-- rev: upgrade dialect=postgres\n-- rev: upgrade dialect=mysql\n",
        ] {
            check("", sections, SQLITE, Some("empty-upgrade"));
        }
    }

    #[test]
    fn what_has_statements_for_others_only_is_nothing_for_this_one() {
        for sections in [
            "-- rev: upgrade dialect=postgres\nSELECT 1;\n",
            "-- rev: upgrade dialect=mysql,mariadb\nSELECT 1;\n",
            "-- rev: upgrade dialect=postgres\nSELECT 1;\n-- rev: upgrade dialect=sqlite\n-- to do\n",
            "-- rev: upgrade dialect=postgres\nSELECT 1;\n-- rev: upgrade\n",
        ] {
            check("", sections, SQLITE, Some("nothing-for-dialect on SQLite"));
        }
        let all = &Dialect::ALL;
        check(
            "",
            "-- rev: upgrade dialect=postgres\nSELECT 1;\n",
            all,
            Some("nothing-for-dialect on SQLite, MySQL, MariaDB"),
        );
        check("", "-- rev: upgrade dialect=mysql\n/*!50000 SELECT 1 */;\n", &[Dialect::Mysql], None);
        check("", "-- rev: upgrade dialect=postgres\nSELECT 1;\n", POSTGRES, None);
    }

    #[test]
    fn a_merge_and_what_says_so_are_meant() {
        check("-- down_revision: b, c\n", "-- rev: upgrade\n", SQLITE, None);
        check("-- down_revision: b\n", "-- rev: upgrade\n", SQLITE, Some("empty-upgrade"));
        check("", "-- rev: upgrade empty\n", &Dialect::ALL, None);
        let both = "-- rev: upgrade dialect=postgres\nSELECT 1;\n-- rev: upgrade empty dialect=sqlite\n";
        check("", both, &[Dialect::Sqlite, Dialect::Postgres], None);
        check("", both, &[Dialect::Mysql], Some("nothing-for-dialect on MySQL"));
        check("", "-- rev: upgrade empty\n-- rev: upgrade dialect=postgres\nSELECT 1;\n", &Dialect::ALL, None);
    }

    #[test]
    fn what_cannot_be_split_is_not_nothing() {
        check("", "-- rev: upgrade\nSELECT 'a\n", SQLITE, None);
        check("", "-- rev: upgrade\nCOMMIT;\n", SQLITE, None);
    }

    #[test]
    fn the_hint_names_the_sections_to_write() {
        let text = "-- revision: a\n-- rev: upgrade dialect=postgres\nSELECT 1;\n";
        let script = Script::parse(Source::new("a.sql", text)).unwrap();
        let nothing = script.nothing_to_run(&[Dialect::Mysql, Dialect::Mariadb].into()).unwrap();
        let hint = "write its SQL below `-- rev: upgrade dialect=mysql`, or say `-- rev: upgrade empty dialect=mysql`";
        assert_eq!(nothing.hint, hint);
        assert_eq!(nothing.span.to_string(), "a.sql:2:1");
    }
}
