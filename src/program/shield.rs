//! What a part does that rebuilds a table, and the steps of the shield around it; pure.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::span::Span;
use crate::sql::Effect;
use crate::sql::Rebuild;
use crate::sql::References;
use crate::sql::RowChange;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::foreign_keys;
use crate::sql::significant;
use crate::sql::unquoted;

/// A part of a revision for SQLite that builds tables anew, or that switches foreign keys off itself.
///
/// `DROP TABLE` deletes the rows of the table first, and with foreign keys on that reaches into the tables that
/// reference it. The setting cannot be changed inside of a transaction, so it must be known before one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shield {
    /// The tables that are rebuilt, by their names in lower case, each with the statement that drops the old one.
    pub tables: BTreeMap<String, Span>,
    /// Where the script switches foreign keys off, for all of the section or some of it.
    pub off: Option<Span>,
    /// Names of tables that are dropped or renamed away.
    pub gone: BTreeSet<String>,
    /// Names of triggers and indexes that are dropped on purpose.
    pub dropped: BTreeSet<String>,
    /// Names that tables have on the way of which the script takes rows on purpose.
    pub thinned: BTreeSet<String>,
    /// The statements that make, change and drop tables, or change rows that were there.
    watched: Vec<Watched>,
    /// The renames, by their index among the statements, that must not reach into other tables, views and triggers.
    pub(crate) quiet_renames: BTreeSet<usize>,
}

/// A statement that may change who references whom, or what is referenced.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Watched {
    sql: String,
    span: Span,
    is_quiet: bool,
    /// Whether the script itself has foreign keys off here, so that it wants nothing to follow.
    is_off: bool,
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
    /// Returns the shield that the statements of a transaction need, if they build a table anew or say that foreign
    /// keys are to be off; `is_off` before them, if earlier statements of the script have switched them off.
    pub(crate) fn of(statements: &[Statement], is_off: bool) -> Option<Self> {
        let texts: Vec<&str> = statements.iter().map(Statement::sql).collect();
        let off = statements.iter().find(|statement| foreign_keys_of(statement) == Some(false));
        let rebuild = Rebuild::find(&texts);
        if rebuild.is_none() && off.is_none() {
            return None; // nearly all sections end here
        }
        let off = off.map(|statement| statement.span.clone());
        let Rebuild { tables, gone, mut quiet_renames } = rebuild.unwrap_or_else(|| Rebuild::without_any(&texts));
        let span = |(name, index): (String, usize)| Some((name, statements.get(index)?.span.clone()));
        let tables = tables.into_iter().filter_map(span).collect();
        // A script that sets it knows what it wants.
        let sets_it = |statement: &Statement| {
            statement.kind == StatementKind::Session
                && statement.sql().to_ascii_lowercase().contains("legacy_alter_table")
        };
        if statements.iter().any(sets_it) {
            quiet_renames.clear();
        }
        let dropped = texts.iter().filter_map(|sql| dropped_object(sql)).collect();
        let thinned = thinned_tables(&texts);
        let mut is_off = is_off;
        let mut watched = Vec::new();
        for (index, statement) in statements.iter().enumerate() {
            is_off = foreign_keys_of(statement).map_or(is_off, |on| !on);
            if is_watched(statement.sql()) {
                let (sql, span) = (statement.sql().to_owned(), statement.span.clone());
                watched.push(Watched { sql, span, is_quiet: quiet_renames.contains(&index), is_off });
            }
        }
        Some(Self { tables, off, gone, dropped, thinned, watched, quiet_renames })
    }

    /// Returns an error for each table of which rows are changed that others would follow, were foreign keys on;
    /// `references` are those before the part, and become those after it.
    ///
    /// What is not there any more at the end cannot lose anything.
    pub(crate) fn parent_changes(&self, references: &mut References) -> Vec<Error> {
        let mut after = references.clone();
        self.watched.iter().for_each(|one| after.follow(&one.sql, one.is_quiet));
        let mut found: BTreeMap<String, Error> = BTreeMap::new();
        for one in &self.watched {
            let change = if one.is_off { None } else { RowChange::of(&one.sql) };
            if let Some(change) = change.filter(|change| references.carry(change, |child| after.of.contains_key(child)))
            {
                let kind = ErrorKind::ParentChangedInRebuild { table: change.table.clone(), rebuilt: self.names() };
                found.entry(change.table).or_insert_with(|| Error::from(kind).at(one.span.clone()));
            }
            references.follow(&one.sql, one.is_quiet);
        }
        found.into_values().collect()
    }

    /// Returns whether it has statements that change rows with foreign keys off, though the script wants them on.
    pub(crate) fn changes_rows(&self) -> bool {
        self.watched.iter().any(|one| !one.is_off && RowChange::of(&one.sql).is_some())
    }

    /// Returns the names of the tables that are rebuilt, for people.
    pub fn names(&self) -> String {
        if self.tables.is_empty() {
            return "a table".to_owned();
        }
        let names: Vec<String> = self.tables.keys().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    }

    /// Returns why foreign keys are off, for people.
    pub fn reason(&self) -> String {
        match self.tables.is_empty() {
            true => "as the script says".to_owned(),
            false => format!("while {} is rebuilt", self.names()),
        }
    }

    /// Returns the statement that is to blame for all of it.
    pub(crate) fn span(&self) -> Option<&Span> {
        self.tables.values().next().or(self.off.as_ref())
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

fn foreign_keys_of(statement: &Statement) -> Option<bool> {
    if statement.kind == StatementKind::Session { foreign_keys(statement.sql()) } else { None }
}

/// Returns whether a statement makes, alters or drops a table, or changes rows that were there.
fn is_watched(sql: &str) -> bool {
    let first = significant(sql, 0..sql.len(), Family::Sqlite).next();
    first.is_some_and(|word| word.eq_ignore_ascii_case("alter")) || Effect::of(sql).is_some()
}

/// Returns the tables, by all of their names, from which a statement takes rows on purpose.
fn thinned_tables(statements: &[&str]) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = statements.iter().filter_map(|sql| thinned(sql)).collect();
    for sql in statements {
        if let Some(Effect::Rename { from, to }) = Effect::of(sql)
            && (found.contains(&from) || found.contains(&to))
        {
            found.extend([from, to]);
        }
    }
    found
}

/// Returns the table from which a statement takes rows on purpose, or into which it copies some: a `WHERE` says so.
fn thinned(sql: &str) -> Option<String> {
    let mut words = significant(sql, 0..sql.len(), Family::Sqlite);
    let first = words.next()?.to_ascii_lowercase();
    if !matches!(first.as_str(), "insert" | "create" | "delete" | "with" | "replace" | "update") {
        return None;
    }
    if let Some(change) = RowChange::of(sql).filter(|change| change.deletes && first != "create") {
        return Some(change.table);
    }
    let mut depth = 0usize;
    let mut selects = false;
    let mut plain = Vec::new();
    for word in words {
        match word {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if word.eq_ignore_ascii_case("select") => selects = true,
            _ if word.eq_ignore_ascii_case("where") && selects => {
                let name = plain
                    .iter()
                    .position(|word: &&str| ["into", "table"].contains(&word.to_ascii_lowercase().as_str()))?;
                let name = if plain.get(name + 2) == Some(&".") { name + 3 } else { name + 1 };
                return plain.get(name).map(|name| unquoted(name));
            }
            _ if !selects => plain.push(word),
            _ => {}
        }
    }
    None
}

/// Returns the trigger or index that a statement drops.
fn dropped_object(sql: &str) -> Option<String> {
    let mut words = significant(sql, 0..sql.len(), Family::Sqlite).take(9);
    let is_drop = words.next()?.eq_ignore_ascii_case("drop");
    let what = words.next()?;
    let is_object = ["trigger", "index"].iter().any(|word| what.eq_ignore_ascii_case(word));
    if is_drop && is_object { words.last().map(unquoted) } else { None }
}
