//! What the one query answers.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::journal::Row;

/// What the query answers, by what the rows are about; tables by their names.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) version: String,
    /// The modules of virtual tables that are there, in lower case.
    pub(super) modules: BTreeSet<String>,
    pub(super) entries: Vec<Entry>,
    pub(super) forms: BTreeMap<String, Form>,
    pub(super) columns: BTreeMap<String, Vec<Column>>,
    /// How many foreign keys each table has.
    pub(super) keys: BTreeMap<String, BTreeSet<String>>,
    /// How many of its indexes are of constraints.
    pub(super) constraints: BTreeMap<String, usize>,
}

/// A row of the schema.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) table: String,
    /// Nothing for the index of a constraint.
    pub(super) sql: Option<String>,
}

/// What SQLite says of a table as a whole.
#[derive(Debug)]
pub(super) struct Form {
    /// `table`, `view`, `virtual` or `shadow`.
    pub(super) kind: String,
    pub(super) is_without_rowid: bool,
    pub(super) is_strict: bool,
}

/// What SQLite says of a column.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) is_key: bool,
    pub(super) is_generated: bool,
}

impl Rows {
    pub(super) fn of(rows: impl Iterator<Item = Row>) -> Self {
        let mut read = Self::default();
        for row in rows {
            read.add(row);
        }
        read
    }

    fn add(&mut self, row: Row) {
        let mut cells = row.into_iter();
        let mut cell = || cells.next().flatten();
        let mut text = || cell().unwrap_or_default();
        match &*text() {
            "version" => self.version = text(),
            "module" => drop(self.modules.insert(text().to_ascii_lowercase())),
            "object" => {
                let (kind, name, table) = (text(), text(), text());
                self.entries.push(Entry { kind, name, table, sql: Some(text()).filter(|sql| !sql.is_empty()) });
            }
            "form" => {
                let (name, kind) = (text(), text());
                let form = Form { kind, is_without_rowid: text() == "1", is_strict: text() == "1" };
                self.forms.insert(name, form);
            }
            "column" => {
                let (table, name) = (text(), text());
                let column = Column { name, is_key: text() != "0", is_generated: matches!(&*text(), "2" | "3") };
                self.columns.entry(table).or_default().push(column);
            }
            "key" => drop(self.keys.entry(text()).or_default().insert(text())),
            "index" => {
                let (table, _, origin) = (text(), text(), text());
                *self.constraints.entry(table).or_default() += usize::from(origin != "c");
            }
            _ => {}
        }
    }
}
