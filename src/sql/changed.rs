//! The tables whose rows a statement of MariaDB or MySQL changes, as far as it names them.

use crate::sql::object::unquoted;
use crate::sql::reading::Reading;
use crate::sql::split::Statement;
use crate::sql::token::Token;
use crate::sql::token::TokenKind;
use crate::sql::words::telling;

/// The name of a table, as it stands in a statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableName {
    /// Its database, where the statement names it.
    pub schema: Option<String>,
    /// Its own name.
    pub name: String,
}

/// Returns the tables whose rows a statement of MySQL's family may change.
///
/// Of one that changes several, these are all that it joins; aliases are among them, which are no tables. Empty for
/// what is not understood, such as a `CALL`.
pub fn changed_tables(statement: &Statement) -> Vec<TableName> {
    named(statement.sql(), statement.reading)
}

fn named(sql: &str, reading: Reading) -> Vec<TableName> {
    let mut tables = Tables { sql, words: top_level(sql, reading), at: 0, found: Vec::new() };
    tables.read();
    let mut found = tables.found;
    found.sort();
    found.dedup();
    found
}

/// Words between the verb and the first table.
const MODIFIERS: [&str; 9] =
    ["low_priority", "high_priority", "delayed", "concurrent", "quick", "ignore", "local", "data", "xml"];

/// What ends the list of tables of an UPDATE or a DELETE.
const ENDS: [&str; 6] = ["set", "where", "order", "limit", "returning", "for"];

/// More tokens than stand before the last table; of a long INSERT, the rows need not be read.
const READ: usize = 65536;

struct Tables<'a> {
    sql: &'a str,
    words: Vec<Token>,
    at: usize,
    found: Vec<TableName>,
}

/// Returns the tokens that count and stand outside of all parentheses: inside are queries, columns and values.
fn top_level(sql: &str, reading: Reading) -> Vec<Token> {
    let mut depth = 0usize;
    let tokens = telling(sql, reading);
    let outside = tokens.take(READ).filter(|token| match &sql[token.range.clone()] {
        "(" => {
            depth += 1;
            false
        }
        ")" => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    outside.collect()
}

impl Tables<'_> {
    fn read(&mut self) {
        if self.take("with") {
            while !["insert", "update", "delete", "replace"].iter().any(|verb| self.is(verb)) {
                if self.at >= self.words.len() {
                    return;
                }
                self.at += 1;
            }
        }
        let is_load = self.take("load");
        let is_update = self.take("update");
        let is_delete = self.take("delete");
        let is_insert = self.take("insert") || self.take("replace");
        while MODIFIERS.iter().any(|word| self.take(word)) {}
        match () {
            () if is_insert => {
                self.take("into");
                self.table();
            }
            () if is_load => {
                while self.at < self.words.len() && !self.take("into") {
                    self.at += 1;
                }
                if self.take("table") {
                    self.table();
                }
            }
            () if is_update || is_delete => self.joined(),
            () => {}
        }
    }

    /// Reads tables, up to the end of their list; each stands first, or behind a comma or one of these words.
    fn joined(&mut self) {
        let mut is_next = true;
        while self.at < self.words.len() && !ENDS.iter().any(|word| self.is(word)) {
            if ["from", "using", "join", "straight_join", ","].iter().any(|word| self.take(word)) {
                is_next = true;
            } else if std::mem::take(&mut is_next) {
                self.table();
            } else {
                self.at += 1;
            }
        }
    }

    fn table(&mut self) {
        let Some(mut name) = self.name() else { return };
        let mut schema = None;
        while self.take(".") {
            let Some(next) = self.name() else { break }; // `t.*` of a DELETE
            schema = Some(std::mem::replace(&mut name, next));
        }
        self.found.push(TableName { schema, name });
    }

    fn name(&mut self) -> Option<String> {
        let token = self.words.get(self.at)?;
        let text = &self.sql[token.range.clone()];
        self.at += 1;
        match token.kind {
            TokenKind::Quoted => Some(unquoted(text)),
            TokenKind::Word => Some(text.to_owned()),
            _ => None,
        }
    }

    fn is(&self, text: &str) -> bool {
        let word = self.words.get(self.at).filter(|token| token.kind != TokenKind::Quoted);
        word.is_some_and(|token| self.sql[token.range.clone()].eq_ignore_ascii_case(text))
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    fn check(sql: &str, expected: &str) {
        let found = named(sql, Dialect::Mariadb.into()).into_iter().map(|table| match table.schema {
            Some(schema) => format!("{schema}.{}", table.name),
            None => table.name,
        });
        assert_eq!(found.collect::<Vec<_>>().join(" "), expected, "{sql}");
    }

    #[test]
    fn the_table_that_gets_rows_is_known() {
        check("INSERT INTO t VALUES (1)", "t");
        check("INSERT t SELECT * FROM u", "t");
        check("insert low_priority ignore into `s`.`a``b` (n) select n from u", "s.a`b");
        check("REPLACE INTO t SET n = 1", "t");
        check("LOAD DATA LOCAL INFILE 'x' IGNORE INTO TABLE s.t", "s.t");
        check("INSERT INTO t WITH x AS (SELECT 1) SELECT * FROM x ON DUPLICATE KEY UPDATE n = 2", "t");
    }

    #[test]
    fn settings_and_version_comments_make_no_difference() {
        check("SET STATEMENT max_statement_time = 60 FOR UPDATE t SET n = 1", "t");
        check("/*!50000 INSERT INTO t VALUES (1) */", "t");
        check("DELETE /*! QUICK */ FROM t", "t");
    }

    #[test]
    fn all_tables_of_a_join_are_known() {
        check("UPDATE t SET n = n + 1 WHERE n IN (SELECT n FROM u)", "t");
        check("UPDATE LOW_PRIORITY t a JOIN s.u AS b ON a.n = b.n, v SET a.n = 1", "t v s.u");
        check("DELETE FROM t WHERE n = 1", "t");
        check("DELETE QUICK t, u.* FROM s.t LEFT JOIN u ON t.n = u.n", "t u s.t");
        check("DELETE FROM t USING t INNER JOIN u", "t u");
        check("WITH x AS (SELECT 1) UPDATE t, x SET t.n = 1", "t x");
    }

    #[test]
    fn what_is_not_understood_names_none() {
        for sql in [
            "CALL p()",
            "DO SLEEP(1)",
            "SELECT * FROM t",
            "WITH x AS (SELECT 1) SELECT * FROM x",
            "UPDATE",
            "",
            "INSERT INTO 'x",
        ] {
            check(sql, "");
        }
    }
}
