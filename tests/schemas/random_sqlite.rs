//! Random small schemas of SQLite: written again as they are read, and turned into each other with their rows.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use rev::catalog::Catalog;
use rev::catalog::Level;

use crate::reading::assert_equal;
use crate::reading::catalog;
use crate::reading::lead;
use crate::support::Kind;
use crate::support::TestDatabase;

const TABLES: [&str; 8] = ["plain", "order", "ORDER", "a b", "it's \"odd\"", "größe", "[x]", "select"];
const COLUMNS: [&str; 10] = ["a", "select", "Group", "group", "a.b", "k\"", "desc", "like", "naïve", "x y"];
const TYPES: [&str; 5] = ["INTEGER", "TEXT", "REAL", "INT", "ANY"];

/// Choices, one after the other; nothing special where none are left.
struct Choices<'c>(std::slice::Iter<'c, u8>);

impl Choices<'_> {
    fn of(&mut self, many: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default()) % many
    }

    fn is(&mut self) -> bool {
        self.of(2) == 1
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A schema as SQL, and the columns with a value of one row of each table.
#[derive(Default)]
struct Schema {
    sql: Vec<String>,
    rows: Vec<String>,
    columns: BTreeMap<&'static str, Vec<&'static str>>,
}

fn schema(choices: &[u8]) -> Schema {
    let mut choices = Choices(choices.iter());
    let mut schema = Schema::default();
    let mut names: Vec<&'static str> = Vec::new();
    let mut referenced: Vec<&'static str> = Vec::new();
    for _ in 0..choices.of(4) {
        let name = TABLES[choices.of(TABLES.len())];
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name);
            table(name, &mut choices, &mut schema, &mut referenced);
        }
    }
    if let (true, Some(name)) = (choices.is(), names.first()) {
        let column = quoted(schema.columns[name][0]);
        let name = quoted(name);
        schema.sql.push(format!(
            "CREATE VIEW \"a view\" AS SELECT {column} AS \"X\" FROM {name} WHERE ({column} > {})",
            choices.of(2)
        ));
        if choices.is() {
            schema.sql.push(format!(
                "CREATE TRIGGER \"t t\" AFTER INSERT ON {name} BEGIN UPDATE {name} SET {column} = {column} {} 0; END",
                ["+", "-"][choices.of(2)]
            ));
        }
    }
    schema
}

fn table(name: &'static str, choices: &mut Choices<'_>, schema: &mut Schema, others: &mut Vec<&'static str>) {
    let is_strict = choices.is();
    let mut columns: Vec<&'static str> = Vec::new();
    let mut lines = Vec::new();
    let has_id = choices.is();
    if has_id {
        others.push(name);
        lines.push(format!("id INTEGER PRIMARY KEY{}", if choices.is() { " AUTOINCREMENT" } else { "" }));
    }
    for _ in 0..=choices.of(4) {
        let column = COLUMNS[choices.of(COLUMNS.len())];
        if columns.iter().any(|known| known.eq_ignore_ascii_case(column)) {
            continue;
        }
        let declared = match TYPES[choices.of(TYPES.len())] {
            "ANY" if !is_strict => "varchar(9)",
            declared => declared,
        };
        let mut line = format!("{} {declared}", quoted(column));
        for (what, text) in
            [(choices.of(4), " NOT NULL"), (choices.of(4), " DEFAULT 1"), (choices.of(5), " COLLATE NOCASE")]
        {
            if what == 1 {
                line.push_str(text);
            }
        }
        match choices.of(8) {
            1 => line.push_str(" UNIQUE"),
            2 => line.push_str(&format!(" CHECK ({} <> {})", quoted(column), choices.of(2) + 7)),
            3 => line.push_str(&format!(" CONSTRAINT {0} CHECK ({0} <> 9 or {0} is null)", quoted(column))),
            _ => {}
        }
        lines.push(line);
        columns.push(column);
    }
    let first = quoted(columns[0]);
    if choices.of(4) == 1 {
        lines.push(format!("made INTEGER AS ({first} * {}) {}", choices.of(3), ["VIRTUAL", "STORED"][choices.of(2)]));
    }
    if choices.of(3) == 1 && !others.is_empty() {
        let other = quoted(others[choices.of(others.len())]);
        lines.push(format!("ref INTEGER REFERENCES {other}{}", ["", " ON DELETE CASCADE"][choices.of(2)]));
    }
    if !has_id && choices.is() {
        lines.push(format!("PRIMARY KEY ({first})"));
    }
    let form = if is_strict { " STRICT" } else { "" };
    schema.sql.push(format!("CREATE TABLE {} ({}){form}", quoted(name), lines.join(", ")));
    if choices.is() {
        let unique = if choices.is() { "UNIQUE " } else { "" };
        let condition = if choices.is() { format!(" WHERE {first} > 0") } else { String::new() };
        let index = quoted(&format!("i {name}"));
        schema.sql.push(format!("CREATE {unique}INDEX {index} ON {} ({first}){condition}", quoted(name)));
    }
    let listed: Vec<_> = columns.iter().map(|column| quoted(column)).collect();
    let ones = vec!["1"; columns.len()].join(", ");
    schema.rows.push(format!("INSERT INTO {} ({}) VALUES ({ones})", quoted(name), listed.join(", ")));
    schema.columns.insert(name, columns);
}

fn made(schema: &Schema) -> TestDatabase {
    let database = TestDatabase::quick(Kind::Sqlite);
    for sql in &schema.sql {
        database.try_query(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }
    database
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn schemas_turn_into_each_other(before in vec(any::<u8>(), 0..90), after in vec(any::<u8>(), 0..90)) {
        let (before, after) = (schema(&before), schema(&after));
        let (database, other) = (made(&before), made(&after));
        let (old, new) = (catalog(&database), catalog(&other));
        prop_assert_eq!(&old.unread, &Vec::new());
        let copy = TestDatabase::quick(Kind::Sqlite);
        lead(&copy, &Catalog::empty(old.dialect, &old.version), &old, Level::Exact);
        assert_equal(&old, &catalog(&copy), Level::Exact);
        for row in &before.rows {
            database.try_query(row).unwrap();
        }
        lead(&database, &old, &new, Level::Exact);
        assert_equal(&new, &catalog(&database), Level::Exact);
        for (table, columns) in &before.columns {
            let Some(there) = after.columns.get(table) else { continue };
            for column in columns.iter().filter(|column| there.contains(column)) {
                let kept = database.query(&format!("SELECT {0} + 0 = 1 FROM {1}", quoted(column), quoted(table)));
                prop_assert_eq!(kept, [["1"]], "{}.{}", table, column);
            }
        }
        lead(&database, &new, &old, Level::Logical);
        assert_equal(&old, &catalog(&database), Level::Logical);
    }
}
