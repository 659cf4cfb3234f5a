//! What a part does that builds a table anew, and the steps of the shield around it; pure.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::script::CompiledSection;
use crate::span::Span;
use crate::sql::Effect;
use crate::sql::Rebuild;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::significant;
use crate::sql::unquoted;

/// A part of a revision for SQLite that builds tables anew.
///
/// `DROP TABLE` deletes the rows of the table first, and with foreign keys on that reaches into the tables that
/// reference it. The setting cannot be changed inside of a transaction, so it must be known before one begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shield {
    /// The tables that are built anew, by their names in lower case, each with the statement that drops the old one.
    pub tables: BTreeMap<String, Span>,
    /// Where the script itself runs a statement with foreign keys off.
    pub asked: Option<Span>,
    /// The tables of which rows are changed or deleted, though the script has foreign keys on there; each with the first
    /// statement that does it.
    pub changed: BTreeMap<String, Span>,
    /// Names of tables that are dropped or renamed away.
    pub gone: BTreeSet<String>,
    /// Names of triggers and indexes that are dropped on purpose.
    pub dropped: BTreeSet<String>,
    /// The renames, by their index among the statements, that must not reach into other tables, views and triggers.
    pub(crate) quiet_renames: BTreeSet<usize>,
}

/// A step of the shield.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shielding {
    /// Switches foreign keys off, before the transaction begins.
    Raise,
    /// Notes what must stay, right after it began.
    Note(Box<Shield>),
    /// Lets a rename leave other tables, views and triggers as they are: they mean the name, not the table.
    QuietRename,
    /// Lets renames reach everywhere again.
    LoudRename,
    /// Compares with what was noted, before the commit.
    Check,
    /// Puts the setting back, after the commit.
    Lower,
}

impl Shield {
    /// Returns the shield that the statements of a transaction need, if they build a table anew.
    pub(crate) fn of(statements: &[Statement]) -> Option<Self> {
        let texts: Vec<&str> = statements.iter().map(Statement::sql).collect();
        let Rebuild { tables, changed, gone, mut quiet_renames } = Rebuild::find(&texts)?;
        let spans = |names: BTreeMap<String, usize>| {
            let span = |(name, index): (String, usize)| Some((name, statements.get(index)?.span.clone()));
            names.into_iter().filter_map(span).collect()
        };
        // A script that sets it knows what it wants.
        let sets_it = |statement: &Statement| {
            statement.kind == StatementKind::Session
                && statement.sql().to_ascii_lowercase().contains("legacy_alter_table")
        };
        if statements.iter().any(sets_it) {
            quiet_renames.clear();
        }
        let dropped = texts.iter().filter_map(|sql| dropped_object(sql)).collect();
        Some(Self { tables: spans(tables), asked: None, changed: spans(changed), gone, dropped, quiet_renames })
    }

    /// Returns the shield that a section needs: it builds a table anew, or has foreign keys off itself.
    ///
    /// A script that switches them off wants no change of a row to reach other tables; elsewhere it counts on that.
    pub(crate) fn of_section(section: &CompiledSection<'_>) -> Option<Self> {
        let found = Self::of(&section.statements);
        let Some(first) = section.without_keys.first() else { return found };
        let mut shield = found.unwrap_or_default();
        shield.asked = section.statements.get(*first).map(|statement| statement.span.clone());
        shield.changed.clear();
        let others = section.statements.iter().enumerate().filter(|(index, _)| !section.without_keys.contains(index));
        for (_, statement) in others {
            if let Some(Effect::Change(table)) = Effect::of(statement.sql()) {
                shield.changed.entry(table).or_insert_with(|| statement.span.clone());
            }
        }
        Some(shield)
    }

    /// Returns an error for each of `parents`, which others reference, of which rows are changed.
    pub(crate) fn parent_changes(&self, parents: &BTreeSet<String>) -> Vec<Error> {
        let changed = self.changed.iter().filter(|(table, _)| parents.contains(*table));
        let error = |(table, span): (&String, &Span)| {
            let kind = ErrorKind::ParentChangedInRebuild { table: table.clone(), rebuilt: self.names() };
            Error::from(kind).at(span.clone())
        };
        changed.map(error).collect()
    }

    /// Returns the names of the tables that are built anew, for people.
    pub fn names(&self) -> String {
        if self.tables.is_empty() {
            return "the database".to_owned();
        }
        let names: Vec<String> = self.tables.keys().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    }
}

impl Shielding {
    /// Returns the statement that is sent for it as it is, if one is.
    pub fn sql(&self) -> Option<&'static str> {
        match self {
            Self::Raise => Some("PRAGMA foreign_keys = OFF"),
            Self::QuietRename => Some("PRAGMA legacy_alter_table = ON"),
            Self::LoudRename => Some("PRAGMA legacy_alter_table = OFF"),
            Self::Lower => Some("PRAGMA foreign_keys = ON"),
            Self::Note(_) | Self::Check => None,
        }
    }
}

/// Returns the trigger or index that a statement drops.
fn dropped_object(sql: &str) -> Option<String> {
    let mut words = significant(sql, 0..sql.len(), Family::Sqlite).take(9);
    let is_drop = words.next()?.eq_ignore_ascii_case("drop");
    let what = words.next()?;
    let is_object = ["trigger", "index"].iter().any(|word| what.eq_ignore_ascii_case(word));
    if is_drop && is_object { words.last().map(unquoted) } else { None }
}
