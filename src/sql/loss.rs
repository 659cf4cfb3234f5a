//! Statements that take rows or values away for good, on any database.

use std::fmt;

use crate::dialect::Family;
use crate::sql::reading::Reading;
use crate::sql::split::Statement;
use crate::sql::token::Token;
use crate::sql::token::TokenKind;
use crate::sql::words::telling;

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
    /// Rows that a new key finds twice.
    Duplicates,
}

impl Loss {
    /// Returns what a statement takes away, as far as it says so itself: a routine that it calls is not looked into.
    pub fn of(statement: &Statement) -> Option<Self> {
        Self::said(statement.sql(), statement.reading, 0)
    }

    fn said(sql: &str, reading: Reading, depth: usize) -> Option<Self> {
        const DEEPEST: usize = 4;
        let mut tokens = telling(sql, reading).map(|token| &sql[token.range]);
        let first = tokens.next()?;
        let first = first.to_ascii_lowercase();
        match first.as_str() {
            "drop" => dropped(tokens),
            "create" => replaced(tokens),
            "truncate" => Some(Self::Rows),
            "alter" => altered_table(tokens),
            "delete" | "with" => {
                let words: Vec<&str> = telling(sql, reading).map(|token| &sql[token.range]).collect();
                deletes_all(&words).then_some(Self::Rows)
            }
            // They run what they explain, unless it is PostgreSQL's ANALYZE of a table.
            "explain" | "analyze" if depth < DEEPEST => explained(sql, reading, depth),
            "execute" | "prepare" if reading.family == Family::Mysql && depth < DEEPEST => {
                let literal = telling(sql, reading).find(|token| token.kind == TokenKind::String)?;
                Self::said(&unquoted(&sql[literal.range]), reading, depth + 1)
            }
            _ if reading.family == Family::Mysql && depth < DEEPEST && begins_block(sql, reading) => {
                in_block(sql, reading, depth)
            }
            _ => None,
        }
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
            Self::Duplicates => "deletes rows that the new key finds twice",
        })
    }
}

fn dropped<'t>(mut words: impl Iterator<Item = &'t str>) -> Option<Loss> {
    let what = words.next()?.to_ascii_lowercase();
    match what.as_str() {
        "table" | "tables" => Some(Loss::Table),
        "schema" | "database" => Some(Loss::Schema),
        "owned" => Some(Loss::Owned),
        _ => words.any(|word| word.eq_ignore_ascii_case("cascade")).then_some(Loss::Dependents),
    }
}

/// What MariaDB drops to make it anew, with what is in it, also when the new one cannot be made.
fn replaced<'t>(mut words: impl Iterator<Item = &'t str>) -> Option<Loss> {
    let mut next = |text: &str| words.next().is_some_and(|word| word.eq_ignore_ascii_case(text));
    if !(next("or") && next("replace")) {
        return None;
    }
    match words.next()?.to_ascii_lowercase().as_str() {
        "table" => Some(Loss::Table),
        "database" | "schema" => Some(Loss::Schema),
        _ => None,
    }
}

/// `ALTER TABLE`, with the words that MariaDB takes between the two.
fn altered_table<'t>(words: impl Iterator<Item = &'t str>) -> Option<Loss> {
    const BETWEEN: [&str; 3] = ["online", "offline", "ignore"];
    let mut ignores = false;
    let mut words = words.skip_while(|word| {
        ignores |= word.eq_ignore_ascii_case("ignore");
        BETWEEN.iter().any(|between| word.eq_ignore_ascii_case(between))
    });
    if !words.next()?.eq_ignore_ascii_case("table") {
        return None;
    }
    let words: Vec<&str> = words.collect();
    let adds_key =
        || words.iter().any(|word| word.eq_ignore_ascii_case("unique") || word.eq_ignore_ascii_case("primary"));
    altered(words.iter().copied()).or_else(|| (ignores && adds_key()).then_some(Loss::Duplicates))
}

/// What is explained is run by `EXPLAIN ANALYZE`, and by MariaDB's `ANALYZE`.
fn explained(sql: &str, reading: Reading, depth: usize) -> Option<Loss> {
    const STATEMENTS: [&str; 6] = ["delete", "with", "update", "insert", "replace", "merge"];
    let runs = telling(sql, reading).take(8).any(|token| sql[token.range].eq_ignore_ascii_case("analyze"));
    let mut tokens = telling(sql, reading).skip(1).take(16);
    let begins = |token: &Token| STATEMENTS.iter().any(|word| sql[token.range.clone()].eq_ignore_ascii_case(word));
    let start = tokens.find(begins)?.range.start;
    if runs { Loss::said(&sql[start..], reading, depth + 1) } else { None }
}

/// Whether it is a block or a control statement of MariaDB that is run where it stands.
fn begins_block(sql: &str, reading: Reading) -> bool {
    const BLOCKS: [&str; 7] = ["begin", "if", "case", "loop", "while", "repeat", "for"];
    let mut words = telling(sql, reading).map(|token| &sql[token.range]).take(3);
    let Some(first) = words.next() else { return false };
    let is_block = |word: &str| BLOCKS.iter().any(|block| word.eq_ignore_ascii_case(block));
    is_block(first) || (words.next() == Some(":") && words.next().is_some_and(is_block))
}

/// Looks at each statement of a block, wherever one can begin in it.
fn in_block(sql: &str, reading: Reading, depth: usize) -> Option<Loss> {
    const BEFORE: [&str; 7] = [";", "then", "else", "do", "begin", "atomic", "loop"];
    const BEGINS: [&str; 9] = ["drop", "create", "truncate", "alter", "delete", "with", "execute", "prepare", "set"];
    let tokens: Vec<Token> = telling(sql, reading).collect();
    let text = |token: &Token| &sql[token.range.clone()];
    tokens.windows(2).find_map(|two| {
        let is = |token: &Token, words: &[&str]| words.iter().any(|word| text(token).eq_ignore_ascii_case(word));
        if !is(&two[0], &BEFORE) || !is(&two[1], &BEGINS) {
            return None;
        }
        let start = two[1].range.start;
        let end = tokens.iter().find(|token| token.range.start > start && token.kind == TokenKind::Semicolon);
        let end = end.map_or(sql.len(), |token| token.range.start);
        Loss::said(&sql[start..end], reading, depth + 1)
    })
}

/// Returns what a string of MySQL stands for, as far as words are looked for in it.
fn unquoted(literal: &str) -> String {
    let quote = literal.chars().next_back().unwrap_or('\'');
    let inner = literal.trim_start_matches(|c: char| c != quote);
    let inner = inner.get(1..inner.len().saturating_sub(1)).unwrap_or_default();
    inner.replace(&format!("{quote}{quote}"), &quote.to_string())
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
            ("drop" | "truncate" | "discard", "partition") => Some(Loss::Partition),
            ("discard", "tablespace") => Some(Loss::Rows),
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
    use crate::dialect::Dialect;
    use crate::span::Source;
    use crate::sql::split::split;

    fn found(dialect: Dialect, sql: &str) -> Option<Loss> {
        let statements = split(&Source::new("a.sql", sql), 0..sql.len(), dialect).unwrap();
        statements.first().and_then(Loss::of)
    }

    fn check(sql: &str, expected: Option<Loss>) {
        for dialect in Dialect::ALL {
            assert_eq!(found(dialect, sql), expected, "{dialect:?}: {sql}");
        }
    }

    fn check_mariadb(sql: &str, expected: Option<Loss>) {
        assert_eq!(found(Dialect::Mariadb, sql), expected, "{sql}");
    }

    #[test]
    fn what_mariadb_hides_behind_other_words_is_seen() {
        check_mariadb("ALTER ONLINE TABLE t DROP COLUMN m", Some(Loss::Column));
        check_mariadb("ALTER ONLINE IGNORE TABLE t DROP PARTITION p", Some(Loss::Partition));
        check_mariadb("ALTER IGNORE TABLE t ADD UNIQUE KEY k (a)", Some(Loss::Duplicates));
        check_mariadb("ALTER IGNORE TABLE t ADD KEY k (a)", None);
        check_mariadb("ALTER TABLE t DISCARD TABLESPACE", Some(Loss::Rows));
        check_mariadb("/*!50001 DROP TABLE IF EXISTS u */", Some(Loss::Table));
        check_mariadb("/*!50001 DROP*//*!50001 TABLE u */", Some(Loss::Table));
        check_mariadb("/*M!100100 TRUNCATE */ u", Some(Loss::Rows));
        check_mariadb("DROP /*! TABLE */ u", Some(Loss::Table));
        check_mariadb("DROP TABLES u, v", Some(Loss::Table));
        check_mariadb("CREATE OR REPLACE TABLE t (n INT)", Some(Loss::Table));
        check_mariadb("CREATE OR REPLACE VIEW t AS SELECT 1", None);
        check_mariadb("SET STATEMENT max_statement_time = 9 FOR DELETE FROM t", Some(Loss::Rows));
        check_mariadb("SET STATEMENT max_statement_time = 9 FOR DELETE FROM t WHERE n = 1", None);
        check_mariadb("ANALYZE FORMAT=JSON DELETE FROM t", Some(Loss::Rows));
        check_mariadb("ANALYZE TABLE t", None);
        check_mariadb("EXECUTE IMMEDIATE 'DROP TABLE t'", Some(Loss::Table));
        check_mariadb("PREPARE s FROM \"TRUNCATE t\"", Some(Loss::Rows));
        check_mariadb("BEGIN NOT ATOMIC IF 1 THEN DROP TABLE t; END IF; END", Some(Loss::Table));
        check_mariadb("IF 1 THEN SELECT 1; ELSE DELETE FROM t; END IF", Some(Loss::Rows));
        check_mariadb("l: LOOP TRUNCATE t; LEAVE l; END LOOP", Some(Loss::Rows));
        check_mariadb("BEGIN NOT ATOMIC DELETE FROM t WHERE n = 1; SELECT 2; END", None);
        check_mariadb("CREATE PROCEDURE p() BEGIN DROP TABLE t; END", None);
    }

    #[test]
    fn what_postgres_runs_while_it_explains_is_seen() {
        let check = |sql: &str, expected| assert_eq!(found(Dialect::Postgres, sql), expected, "{sql}");
        check("EXPLAIN (ANALYZE, BUFFERS) DELETE FROM t", Some(Loss::Rows));
        check("EXPLAIN DELETE FROM t", None);
        check("CREATE OR REPLACE FUNCTION t() RETURNS int AS 'SELECT 1' LANGUAGE sql", None);
    }

    #[test]
    fn what_is_dropped_with_rows_in_it_is_lost() {
        check("DROP TABLE t", Some(Loss::Table));
        check("/* x */ drop table if exists a.t, u", Some(Loss::Table));
        check("CREATE OR REPLACE TABLE t (n INT)", Some(Loss::Table));
        check("create or /* x */ replace database d", Some(Loss::Schema));
        check("CREATE OR REPLACE TEMPORARY TABLE t (n INT)", None);
        check("CREATE OR REPLACE VIEW t AS SELECT 1", None);
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
