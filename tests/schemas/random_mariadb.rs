//! Random small schemas of MariaDB and MySQL.

use crate::random::Choice;
use crate::support::Chance;

const TABLES: [&str; 7] = ["plain", "order", "Plain", "a b", "it's `odd`", "größe", "x\"y"];
const COLUMNS: [&str; 9] = ["a", "b", "select", "group", "a.b", "k`", "desc", "naïve", "x y"];

/// Types, and defaults of them.
const TYPES: [(&str, [&str; 2]); 14] = [
    ("int", ["1", "-7"]),
    ("bigint unsigned", ["0", "5"]),
    ("tinyint(1)", ["1", "0"]),
    ("smallint", ["7", "1"]),
    ("varchar(20)", ["'it''s'", "''"]),
    ("char(3) CHARACTER SET latin1", ["'a\\\\b'", "'x'"]),
    ("varchar(9) COLLATE utf8mb4_bin", ["'größe'", "'NULL'"]),
    ("decimal(8,2)", ["0.5", "-1"]),
    ("date", ["'2024-02-29'", "'1000-01-01'"]),
    ("datetime(3)", ["CURRENT_TIMESTAMP(3)", "CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)"]),
    ("timestamp NULL", ["NULL", "CURRENT_TIMESTAMP"]),
    ("enum('sad','it''s','o,k')", ["'sad'", "'o,k'"]),
    ("set('x','y')", ["'x'", "'x,y'"]),
    ("double", ["1.5", "0"]),
];

/// Types that take no plain default, and that no whole key is of.
const LONG: [&str; 4] = ["text", "json", "blob", "mediumtext COLLATE utf8mb4_bin"];

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

struct Table {
    name: &'static str,
    columns: Vec<&'static str>,
    has_id: bool,
}

/// Returns the statements of one.
pub fn schema(chance: &mut Chance) -> Vec<String> {
    let mut sql = Vec::new();
    let mut tables: Vec<Table> = Vec::new();
    for _ in 0..chance.below(5) {
        let name = chance.of(&TABLES);
        if !tables.iter().any(|table| table.name == name) {
            let made = table(name, chance, &mut sql, &tables);
            tables.push(made);
        }
    }
    if let (Some(table), true) = (tables.last(), chance.once_in(2)) {
        let (name, column) = (quoted(table.name), quoted(table.columns[0]));
        let how = chance.of(&["", "SQL SECURITY INVOKER ", "ALGORITHM = MERGE "]);
        sql.push(format!("CREATE {how}VIEW `a view` AS SELECT {column} AS `X`, {} AS n FROM {name}", chance.below(3)));
        if chance.once_in(2) {
            sql.push("CREATE VIEW `above` AS SELECT `X` FROM `a view` WHERE n > 0".to_owned());
        }
        if chance.once_in(3) {
            let set = chance.of(&["SET @n = 1", "BEGIN SET @n = 1; SET @m = 'it''s'; END"]);
            sql.push(format!("CREATE TRIGGER `t t` AFTER INSERT ON {name} FOR EACH ROW {set}"));
        }
    }
    if chance.once_in(4) {
        let body = chance.of(&["a * 2", "a + 1"]);
        sql.push(format!("CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC RETURN {body}"));
    }
    sql
}

fn table(name: &'static str, chance: &mut Chance, sql: &mut Vec<String>, others: &[Table]) -> Table {
    let has_id = chance.once_in(2);
    let mut lines = Vec::new();
    if has_id {
        lines.push(format!("id int NOT NULL {}PRIMARY KEY", chance.of(&["", "AUTO_INCREMENT "])));
    }
    let mut columns: Vec<&'static str> = Vec::new();
    let mut numbers = Vec::new();
    let mut first_is_long = false;
    for _ in 0..=chance.below(4) {
        let name = chance.of(&COLUMNS);
        if columns.contains(&name) {
            continue;
        }
        columns.push(name);
        let column = quoted(name);
        if chance.once_in(5) {
            first_is_long |= columns.len() == 1;
            lines.push(format!("{column} {}", chance.of(&LONG)));
            continue;
        }
        let (kind, defaults) = chance.of(&TYPES);
        let mut line = format!("{column} {kind}");
        let is_null = kind.ends_with(" NULL");
        if !is_null && chance.once_in(3) {
            line.push_str(" NOT NULL");
        }
        if chance.once_in(3) {
            line.push_str(&format!(" DEFAULT {}", chance.of(&defaults)));
        }
        if chance.once_in(5) {
            line.push_str(&format!(" COMMENT '{}'", chance.of(&["it''s", "größe", "-- x"])));
        }
        if chance.once_in(5) {
            line.push_str(" UNIQUE");
        }
        if kind == "int" {
            numbers.push(name);
        }
        lines.push(line);
    }
    if let Some(number) = numbers.first().map(|number| quoted(number)) {
        if chance.once_in(3) {
            let how = chance.of(&["STORED", "VIRTUAL"]);
            lines.push(format!("made int GENERATED ALWAYS AS ({number} * {}) {how}", chance.below(3)));
        }
        if chance.once_in(3) {
            lines.push(format!("CHECK ({number} {} 9)", chance.of(&["<", "<>"])));
        }
        if chance.once_in(3) {
            lines.push(format!("CONSTRAINT `is {}` CHECK ({number} > {})", others.len(), chance.below(2)));
        }
    }
    let keyed: Vec<_> = others.iter().filter(|other| other.has_id).collect();
    if let (false, true) = (keyed.is_empty(), chance.once_in(2)) {
        let other = keyed[chance.below(keyed.len() as u64) as usize];
        let rest = chance.of(&["", " ON DELETE CASCADE", " ON UPDATE SET NULL"]);
        let named = if chance.once_in(2) { format!("CONSTRAINT `of {}` ", others.len()) } else { String::new() };
        lines.push("ref int".to_owned());
        lines.push(format!("{named}FOREIGN KEY (ref) REFERENCES {} (id){rest}", quoted(other.name)));
    }
    let first = quoted(columns[0]);
    if chance.once_in(2) {
        let length = if first_is_long { "(5)" } else { "" };
        if !lines.iter().any(|line| line.starts_with(&format!("{first} json"))) {
            let unique = chance.of(&["", "UNIQUE "]);
            lines.push(format!("{unique}KEY {} ({first}{length})", chance.of(&["", "`by it`", "`key`"])));
        }
    }
    let options = chance.of(&["", " COMMENT = 'it''s'", " DEFAULT CHARSET = latin1", " ROW_FORMAT = COMPACT"]);
    let options =
        if lines.iter().any(|line| line.contains("größe") || line.contains("utf8mb4")) && options.contains("latin1") {
            ""
        } else {
            options
        };
    sql.push(format!("CREATE TABLE {} ({}){options}", quoted(name), lines.join(", ")));
    Table { name, columns, has_id }
}
