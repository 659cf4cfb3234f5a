//! Statements that take rows or values away for good, on any database.

use std::fmt;

use crate::dialect::Family;
use crate::sql::words::significant;

/// What a statement takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// A table with its rows.
    Table,
    /// A column with its values.
    Column,
    /// A part of a table with its rows.
    Partition,
    /// A schema or a database with its tables.
    Schema,
    /// All rows of a table.
    Rows,
    /// All that a role owns.
    Owned,
    /// Whatever depends on what is dropped.
    Dependents,
}

impl Loss {
    /// Returns what a statement takes away, as far as it says so itself: a routine that it calls is not looked into.
    pub fn of(sql: &str, family: Family) -> Option<Self> {
        let mut words = significant(sql, 0..sql.len(), family);
        let first = words.next()?;
        let is = |word: &str| first.eq_ignore_ascii_case(word);
        if is("drop") {
            return dropped(words);
        }
        if is("truncate") {
            return Some(Self::Rows);
        }
        if is("alter") {
            return words.next().filter(|word| word.eq_ignore_ascii_case("table")).and_then(|_| altered(words));
        }
        if is("delete") || is("with") {
            let words: Vec<&str> = significant(sql, 0..sql.len(), family).collect();
            return deletes_all(&words).then_some(Self::Rows);
        }
        None
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "drops a table with its rows",
            Self::Column => "drops a column with its values",
            Self::Partition => "drops or empties a partition",
            Self::Schema => "drops all tables of a schema",
            Self::Rows => "deletes all rows of a table",
            Self::Owned => "drops all that a role owns",
            Self::Dependents => "drops all that depends on it, too",
        })
    }
}

fn dropped<'t>(mut words: impl Iterator<Item = &'t str>) -> Option<Loss> {
    let what = words.next()?.to_ascii_lowercase();
    match what.as_str() {
        "table" => Some(Loss::Table),
        "schema" | "database" => Some(Loss::Schema),
        "owned" => Some(Loss::Owned),
        _ => words.any(|word| word.eq_ignore_ascii_case("cascade")).then_some(Loss::Dependents),
    }
}

/// What `DROP` in an `ALTER TABLE` names that is no column.
const NO_COLUMN: [&str; 10] =
    ["constraint", "default", "not", "expression", "identity", "index", "key", "primary", "foreign", "check"];

/// Looks at each action of an `ALTER TABLE`; what stands in parentheses is a definition.
fn altered<'t>(words: impl Iterator<Item = &'t str>) -> Option<Loss> {
    let mut depth = 0usize;
    let mut before = String::new();
    for word in words {
        match word {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 {
            continue;
        }
        let word = word.to_ascii_lowercase();
        let found = match (before.as_str(), word.as_str()) {
            ("drop" | "truncate", "partition") => Some(Loss::Partition),
            ("drop", what) => (!NO_COLUMN.contains(&what)).then_some(Loss::Column),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        before = word;
    }
    None
}

/// Returns whether some `DELETE`, which may stand in a `WITH`, has neither a `WHERE` nor a `LIMIT` of its own.
fn deletes_all(words: &[&str]) -> bool {
    let mut depth = 0usize;
    // The depths at which a `DELETE` has begun that had no condition yet.
    let mut open: Vec<usize> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let is = |wanted: &str| word.eq_ignore_ascii_case(wanted);
        if *word == "(" {
            depth += 1;
        } else if *word == ")" {
            if open.last() == Some(&depth) {
                return true;
            }
            depth = depth.saturating_sub(1);
        } else if is("where") || is("limit") {
            open.pop_if(|begun| *begun == depth);
        } else if is("delete") && begins_statement(words, at) {
            open.push(depth);
        }
    }
    !open.is_empty()
}

/// Returns whether the word at `at` is a verb, and not a name or a part of `ON DELETE` or `THEN DELETE`.
fn begins_statement(words: &[&str], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| words.get(before)) else { return true };
    let follows = words.get(at + 1).is_some_and(|word| word.eq_ignore_ascii_case("from"));
    follows && matches!(*before, "(" | ")")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &str, expected: Option<Loss>) {
        for family in [Family::Sqlite, Family::Postgres, Family::Mysql] {
            assert_eq!(Loss::of(sql, family), expected, "{family:?}: {sql}");
        }
    }

    #[test]
    fn what_is_dropped_with_rows_in_it_is_lost() {
        check("DROP TABLE t", Some(Loss::Table));
        check("/* x */ drop table if exists a.t, u", Some(Loss::Table));
        check("DROP SCHEMA s", Some(Loss::Schema));
        check("DROP OWNED BY r", Some(Loss::Owned));
        check("DROP TYPE mood CASCADE", Some(Loss::Dependents));
        for sql in ["DROP VIEW t", "DROP INDEX t", "DROP TEMPORARY TABLE t", "CREATE TABLE t (n INT)", "", "COMMIT"] {
            check(sql, None);
        }
    }

    #[test]
    fn columns_and_partitions_are_told_from_what_holds_no_values() {
        check("ALTER TABLE t DROP COLUMN a", Some(Loss::Column));
        check("ALTER TABLE t ADD COLUMN b INT DEFAULT (1), DROP IF EXISTS a", Some(Loss::Column));
        check("ALTER TABLE t DROP a", Some(Loss::Column));
        check("ALTER TABLE t TRUNCATE PARTITION p", Some(Loss::Partition));
        check("ALTER TABLE t DROP PARTITION p", Some(Loss::Partition));
        for rest in ["CONSTRAINT c", "PRIMARY KEY", "FOREIGN KEY f", "INDEX i", "KEY i", "CHECK c"] {
            check(&format!("ALTER TABLE t DROP {rest}"), None);
        }
        check("ALTER TABLE t ALTER COLUMN a DROP NOT NULL, ALTER b DROP DEFAULT", None);
        check("ALTER TABLE t ADD COLUMN a INT CHECK (a <> 'drop')", None);
        check("ALTER VIEW v RENAME TO w", None);
    }

    #[test]
    fn rows_are_lost_where_no_condition_spares_any() {
        check("TRUNCATE t", Some(Loss::Rows));
        check("TRUNCATE TABLE t", Some(Loss::Rows));
        check("DELETE FROM t", Some(Loss::Rows));
        check("DELETE FROM t WHERE a IN (SELECT 1)", None);
        check("DELETE FROM t LIMIT 10", None);
        check("DELETE FROM t USING (SELECT a FROM u WHERE b) x", Some(Loss::Rows));
        check("WITH x AS (DELETE FROM t RETURNING a) SELECT * FROM x WHERE a", Some(Loss::Rows));
        check("WITH x AS (DELETE FROM t WHERE b RETURNING a) SELECT * FROM x", None);
        check("WITH x AS (SELECT 1 WHERE 2) DELETE FROM t", Some(Loss::Rows));
        check("WITH x AS (SELECT 1) DELETE FROM t WHERE a IN (SELECT * FROM x)", None);
        check("WITH d AS (SELECT \"delete\" FROM t) SELECT * FROM d", None);
    }
}
