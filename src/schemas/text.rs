//! Statements as a file of SQL that rev and the servers' own programs run.

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::diff::Step;
use crate::span::Source;
use crate::sql::split;

/// Writes the statements, each with its `;` and a blank line between.
pub fn sql_text(steps: &[Step], dialect: Dialect) -> String {
    let mut text = String::new();
    // What a failed copy leaves must not be dropped: the sqlite3 program would go on behind an error.
    if dialect == Dialect::Sqlite && steps.iter().any(|step| step.sql.starts_with("DROP TABLE")) {
        text.push_str(".bail on\n");
    }
    for step in steps {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&statement_text(step, dialect));
    }
    if text.is_ascii() { text } else { encoding(dialect).to_owned() + &text }
}

/// Writes one statement with its `;`, below what it destroys and what is to be known of it.
pub fn statement_text(step: &Step, dialect: Dialect) -> String {
    let mut text = String::new();
    for (word, note) in [("destructive: ", &step.destroys), ("", &step.note)] {
        for line in note.iter().flat_map(|note| note.lines()) {
            text.push_str(&format!("-- {word}{line}\n"));
        }
    }
    let sql = step.sql.trim_end();
    match needs_delimiter(sql, dialect) {
        true => {
            let delimiter = ["//", "$$", ";;", "~~~"].into_iter().find(|one| !sql.contains(one)).unwrap_or("~~~~~");
            text.push_str(&format!("DELIMITER {delimiter}\n{sql}{delimiter}\nDELIMITER ;\n"));
        }
        false => text.push_str(&format!("{sql};\n")),
    }
    text
}

/// Says in which characters it is written: the servers' own programs take it for those of the terminal or the database.
fn encoding(dialect: Dialect) -> &'static str {
    match dialect.family() {
        Family::Sqlite => "",
        Family::Postgres => "SET client_encoding = 'UTF8';\n\n",
        Family::Mysql => "SET NAMES utf8mb4;\n\n",
    }
}

/// The programs of MariaDB and MySQL end a statement at the first `;`, also inside of a body.
fn needs_delimiter(sql: &str, dialect: Dialect) -> bool {
    if dialect.family() != Family::Mysql || !sql.contains(';') {
        return false;
    }
    let source = Source::new("statement", sql.to_owned());
    split(&source, 0..sql.len(), dialect)
        .map_or(true, |found| found.iter().any(|one| one.is_compound) || found.len() > 1)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::catalog::Identity;
    use crate::catalog::Kind;
    use crate::diff::Does;

    fn step(sql: &str) -> Step {
        Step::new(Does::Create, &Arc::new(Identity::new(Kind::Table, None, "t")), sql)
    }

    #[test]
    fn a_failed_copy_of_sqlite_ends_the_script() {
        let text = sql_text(&[step("INSERT INTO n SELECT * FROM t"), step("DROP TABLE t")], Dialect::Sqlite);
        assert_eq!(text, ".bail on\n\nINSERT INTO n SELECT * FROM t;\n\nDROP TABLE t;\n");
    }

    #[test]
    fn other_letters_than_those_of_ascii_are_announced() {
        let check = |dialect, expected: &str| {
            assert_eq!(sql_text(&[step("SELECT 'ü'")], dialect), format!("{expected}SELECT 'ü';\n"));
        };
        check(Dialect::Postgres, "SET client_encoding = 'UTF8';\n\n");
        check(Dialect::Mariadb, "SET NAMES utf8mb4;\n\n");
        check(Dialect::Mysql, "SET NAMES utf8mb4;\n\n");
        check(Dialect::Sqlite, "");
        assert_eq!(sql_text(&[step("SELECT 'u'")], Dialect::Mariadb), "SELECT 'u';\n");
    }

    #[test]
    fn each_statement_has_its_end() {
        let mut dropped = step("DROP TABLE t");
        dropped.destroys = Some("the rows of `t`".to_owned());
        let text = sql_text(&[step("CREATE TABLE t (a int)"), dropped], Dialect::Postgres);
        assert_eq!(text, "CREATE TABLE t (a int);\n\n-- destructive: the rows of `t`\nDROP TABLE t;\n");
        let body = step("CREATE PROCEDURE p() BEGIN SELECT 1; END");
        let expected = "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;\n";
        assert_eq!(sql_text(&[body], Dialect::Mariadb), expected);
        assert_eq!(sql_text(&[step("SELECT ';'")], Dialect::Mysql), "SELECT ';';\n");
    }
}
