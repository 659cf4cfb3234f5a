//! What a database of SQLite holds that a rebuild must not change: references, numbers of rows, views, triggers.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::db::Notice;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Row;
use crate::program::shield::Shield;
use crate::run::session::Session;
use crate::sql::Reference;
use crate::sql::ReferenceAction;
use crate::sql::References;

/// How things stand at one moment; names are in lower case.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    tables: BTreeSet<String>,
    /// Which tables reference which, and how.
    pub(crate) references: References,
    /// Rows that refer to none, by their table and the one they refer to; without a number where they have none.
    orphans: BTreeMap<(String, String), Vec<Option<String>>>,
    /// Tables whose foreign keys cannot be checked, and why.
    unchecked: BTreeMap<String, String>,
    /// How many rows the tables have that reference a rebuilt one.
    rows: BTreeMap<String, u64>,
    /// Views, and tables with triggers, that cannot be used: what it is, and why.
    broken: BTreeMap<String, (String, String)>,
    /// Triggers and indexes of the rebuilt tables, each with its table.
    belongings: BTreeMap<String, (&'static str, String)>,
}

/// The events of a trigger.
const EVENTS: [&str; 3] = ["INSERT", "UPDATE", "DELETE"];

/// Everything in the schema of the main database.
const OBJECTS: &str = "SELECT type, name, tbl_name, sql IS NOT NULL FROM main.sqlite_schema";

/// Who references whom, and how.
const REFERENCES: &str = "SELECT m.name, f.\"table\", f.id, f.\"to\", f.on_delete, f.on_update \
     FROM main.sqlite_schema AS m, pragma_foreign_key_list(m.name, 'main') AS f WHERE m.type = 'table'";

/// The columns of every table that is referenced, as far as they are part of a key or computed.
const KEYS: &str = "SELECT m.name, c.name, c.pk, c.hidden FROM main.sqlite_schema AS m, \
     pragma_table_xinfo(m.name, 'main') AS c WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' \
     AND (c.pk > 0 OR c.hidden > 0)";

impl Picture {
    /// Looks at all of it.
    pub(crate) async fn take(session: &mut Session, shield: &Shield) -> Result<Self, Error> {
        let mut picture = Self { references: references(session).await?, ..Self::default() };
        let objects = session.select_one(OBJECTS).await?;
        let mut views = Vec::new();
        let mut triggers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in &objects {
            let (kind, name, table) = (text(row, 0), lower(row, 1), lower(row, 2));
            let mut belongs = |kind| picture.belongings.insert(name.clone(), (kind, table.clone()));
            match kind {
                "table" => {
                    picture.tables.insert(name);
                }
                "view" => views.push(name),
                "trigger" => {
                    if shield.tables.contains_key(&table) {
                        belongs("trigger");
                    }
                    triggers.entry(table).or_default().push(name);
                }
                // An index without a text is part of its table.
                "index" if shield.tables.contains_key(&table) && text(row, 3) == "1" => {
                    belongs("index");
                }
                _ => {}
            }
        }
        picture.look_at_references(session, shield).await?;
        if shield.tables.is_empty() {
            return Ok(picture); // as without rev, views may follow later
        }
        for view in views {
            let sql = format!("EXPLAIN SELECT * FROM main.{}", quoted(&view));
            picture.prepare(session, format!("view `{view}`"), "view", &sql).await?;
        }
        for (table, names) in triggers {
            picture.look_at_triggers(session, &table, &names).await?;
        }
        Ok(picture)
    }

    /// Counts rows, and finds those that refer to none.
    async fn look_at_references(&mut self, session: &mut Session, shield: &Shield) -> Result<(), Error> {
        for (child, references) in &self.references.of {
            let check = format!("PRAGMA main.foreign_key_check({})", quoted(child));
            match session.db.select(&[&check]).await {
                Ok(answers) => {
                    for row in answers.iter().flatten() {
                        let key = (child.clone(), lower(row, 2));
                        self.orphans.entry(key).or_default().push(row.get(1).cloned().flatten());
                    }
                }
                Err(failure) if failure.lost => return Err(session.failed(failure)),
                Err(failure) => {
                    self.unchecked.insert(child.clone(), failure.reason());
                }
            }
            if references.iter().any(|reference| shield.tables.contains_key(&reference.parent)) {
                let count = format!("SELECT count(*) FROM main.{}", quoted(child));
                let answer = session.select_one(&count).await?;
                let rows = answer.first().and_then(|row| text(row, 0).parse().ok()).unwrap_or_default();
                self.rows.insert(child.clone(), rows);
            }
        }
        for rows in self.orphans.values_mut() {
            rows.sort();
        }
        Ok(())
    }

    /// Prepares a statement for each event; that compiles the triggers that would fire, also those behind them.
    async fn look_at_triggers(&mut self, session: &mut Session, table: &str, names: &[String]) -> Result<(), Error> {
        let columns = format!("SELECT name FROM pragma_table_xinfo({}, 'main') WHERE hidden = 0", literal(table));
        let columns = match session.db.select(&[&columns]).await {
            Ok(answers) => answers.into_iter().flatten().collect(),
            Err(failure) if failure.lost => return Err(session.failed(failure)),
            Err(_) => Vec::new(), // a view that cannot be used has none; what is prepared below says why
        };
        let set: Vec<String> =
            columns.iter().map(|row| quoted(text(row, 0))).map(|name| format!("{name} = {name}")).collect();
        let name = quoted(table);
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let what = match names.as_slice() {
            [one] => format!("trigger {one} of `{table}`"),
            _ => format!("one of the triggers {} of `{table}`", names.join(", ")),
        };
        for event in EVENTS {
            let sql = match event {
                "INSERT" => format!("EXPLAIN INSERT INTO main.{name} DEFAULT VALUES"),
                "UPDATE" if set.is_empty() => format!("EXPLAIN SELECT * FROM main.{name}"),
                "UPDATE" => format!("EXPLAIN UPDATE main.{name} SET {}", set.join(", ")),
                _ => format!("EXPLAIN DELETE FROM main.{name}"),
            };
            self.prepare(session, what.clone(), &format!("{event} {table}"), &sql).await?;
        }
        Ok(())
    }

    async fn prepare(&mut self, session: &mut Session, what: String, event: &str, sql: &str) -> Result<(), Error> {
        match session.db.execute_all(&[sql]).await {
            Ok(_) => {}
            Err(at) if at.failure.lost => return Err(session.failed(at.failure)),
            Err(at) => {
                // The names of triggers may change, so they are no part of what is compared.
                let key = if event == "view" { what.clone() } else { event.to_owned() };
                self.broken.insert(key, (what, at.failure.reason()));
            }
        }
        Ok(())
    }

    /// Returns what is worse in `after`.
    pub(crate) fn worse(&self, after: &Self, shield: &Shield) -> Vec<ErrorKind> {
        let rebuilt = shield.names();
        let mut problems = Vec::new();
        for (table, before) in &self.rows {
            let rows = after.rows.get(table).copied();
            let is_gone = rows.is_none() && !after.tables.contains(table);
            // A table that the script drops, of which it takes rows, or that references nothing rebuilt any more, is
            // not watched.
            let is_meant = is_gone && shield.gone.contains(table) || shield.thinned.contains(table);
            if is_meant || rows.is_none() && !is_gone {
                continue;
            }
            let rows = rows.unwrap_or_default();
            if rows < *before {
                problems.push(ErrorKind::RebuildLostRows {
                    table: table.clone(),
                    rebuilt: rebuilt.clone(),
                    before: *before,
                    after: rows,
                });
            }
        }
        problems.extend(after.orphans.iter().filter_map(|(key, rows)| self.new_orphans(key, rows, shield)));
        for (table, reason) in after.unchecked.iter().filter(|(table, _)| !self.unchecked.contains_key(*table)) {
            problems.push(broke(&format!("a foreign key of `{table}`"), &rebuilt, reason));
        }
        // A parent that the script drops for good is missed on purpose; rows that refer to it are found above.
        let is_meant = |parent: &str| shield.gone.contains(parent) && !shield.tables.contains_key(parent);
        let fresh = after
            .dangling()
            .difference(&self.dangling())
            .filter(|(_, parent)| !is_meant(parent))
            .copied()
            .collect::<Vec<_>>();
        for (child, parent) in fresh {
            let reason = format!("there is no table `{parent}`");
            problems.push(broke(&format!("a foreign key of `{child}`"), &rebuilt, &reason));
        }
        for (key, (what, reason)) in &after.broken {
            if !self.broken.contains_key(key) {
                problems.push(broke(what, &rebuilt, reason));
            }
        }
        problems
    }

    /// Returns an error if there are rows among these that were no orphans before.
    fn new_orphans(
        &self,
        (table, parent): &(String, String),
        after: &[Option<String>],
        shield: &Shield,
    ) -> Option<ErrorKind> {
        let mut before = self.orphans.get(&(table.clone(), parent.clone())).cloned().unwrap_or_default();
        let mut fresh = Vec::new();
        // Rows of a rebuilt table may have got other numbers, so they are only counted.
        let are_counted = shield.tables.contains_key(table) || after.iter().any(Option::is_none);
        if are_counted {
            fresh.extend(after.iter().skip(before.len()).cloned());
        } else {
            for row in after {
                match before.binary_search(row) {
                    Ok(at) => {
                        before.remove(at);
                    }
                    Err(_) => fresh.push(row.clone()),
                }
            }
        }
        let row = fresh.first()?.clone();
        Some(ErrorKind::RebuildOrphans { table: table.clone(), parent: parent.clone(), row, rows: fresh.len() })
    }

    /// Returns the references to tables that are not there.
    fn dangling(&self) -> BTreeSet<(&str, &str)> {
        let pairs = self.references.of.iter().flat_map(|(child, references)| {
            references.iter().map(move |reference| (child.as_str(), reference.parent.as_str()))
        });
        pairs.filter(|(_, parent)| !self.tables.contains(*parent)).collect()
    }

    /// Returns what to tell of triggers and indexes that went with an old table, and that nobody made again.
    pub(crate) fn left_behind(&self, after: &Self, shield: &Shield) -> Vec<Notice> {
        let is_lost = |name: &str| !after.belongings.contains_key(name) && !shield.dropped.contains(name);
        let lost = self.belongings.iter().filter(|(name, _)| is_lost(name));
        lost.map(|(name, (kind, table))| Notice {
            severity: "warning".to_owned(),
            message: format!(
                "{kind} `{name}` went with the old table `{table}`, and the script does not make it again"
            ),
        })
        .collect()
    }
}

/// Asks which tables reference which, and how.
pub(crate) async fn references(session: &mut Session) -> Result<References, Error> {
    let mut found: BTreeMap<(String, String), Reference> = BTreeMap::new();
    for row in session.select_one(REFERENCES).await? {
        let reference = found.entry((lower(&row, 0), lower(&row, 2))).or_insert_with(|| Reference {
            parent: lower(&row, 1),
            columns: Vec::new(),
            on_delete: ReferenceAction::of(text(&row, 4)),
            on_update: ReferenceAction::of(text(&row, 5)),
        });
        // Without a column it means the primary key.
        reference.columns.extend(row.get(3).cloned().flatten().map(|column| column.to_ascii_lowercase()));
    }
    let mut references = References::default();
    for ((child, _), reference) in found {
        references.of.entry(child).or_default().insert(reference);
    }
    for row in session.select_one("SELECT name FROM main.sqlite_schema WHERE type = 'table'").await? {
        references.keys.entry(lower(&row, 0)).or_default();
    }
    for row in session.select_one(KEYS).await? {
        let key = references.keys.entry(lower(&row, 0)).or_default();
        let columns = if text(&row, 2) == "0" { &mut key.computed } else { &mut key.primary };
        columns.insert(lower(&row, 1));
    }
    Ok(references)
}

fn broke(what: &str, rebuilt: &str, reason: &str) -> ErrorKind {
    ErrorKind::RebuildBroke { what: what.to_owned(), rebuilt: rebuilt.to_owned(), reason: reason.to_owned() }
}

fn text(row: &Row, at: usize) -> &str {
    row.get(at).and_then(Option::as_deref).unwrap_or_default()
}

fn lower(row: &Row, at: usize) -> String {
    text(row, at).to_ascii_lowercase()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
