//! The statements of a script for one direction and dialect, with everything refused that can be known beforehand.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::script::frame::Frames;
use crate::script::frame::take_frames;
use crate::script::script::Script;
use crate::script::section::Section;
use crate::script::section::TransactionMode;
use crate::script::warning::Warning;
use crate::span::Source;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::split;
use crate::sql::summary;

/// A section with the statements to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledSection<'a> {
    /// Where they come from, and how they run.
    pub section: &'a Section,
    /// What is sent, in order.
    pub statements: Vec<Statement>,
    /// What the author should know.
    pub warnings: Vec<Warning>,
    /// The statements, by index, that the script runs with foreign keys off, by `PRAGMA foreign_keys` (SQLite).
    pub without_keys: BTreeSet<usize>,
}

impl Script {
    /// Splits and checks the sections that run in `direction` on `dialect`; every problem of them is reported.
    pub fn statements(&self, direction: Direction, dialect: Dialect) -> Result<Vec<CompiledSection<'_>>, Vec<Error>> {
        let mut compiled = Vec::new();
        let mut errors = Vec::new();
        for section in self.sections_for(direction, dialect) {
            match compile(self, section, dialect) {
                Ok(section) => compiled.push(section),
                Err(problems) => errors.extend(problems),
            }
        }
        if errors.is_empty() { Ok(compiled) } else { Err(errors) }
    }
}

fn compile<'a>(script: &Script, section: &'a Section, dialect: Dialect) -> Result<CompiledSection<'a>, Vec<Error>> {
    let Body { statements, warnings, without_keys } =
        compile_body(&script.source, section.body.clone(), section.transaction, dialect)?;
    Ok(CompiledSection { section, statements, warnings, without_keys })
}

/// What a section holds, as [`CompiledSection`] has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) statements: Vec<Statement>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) without_keys: BTreeSet<usize>,
}

/// Reads a piece of a file as a section whose statements run so.
pub(crate) fn compile_body(
    source: &Arc<Source>,
    range: Range<usize>,
    transaction: TransactionMode,
    dialect: Dialect,
) -> Result<Body, Vec<Error>> {
    let mut statements = split(source, range, dialect.family())?;
    let frames = match transaction {
        TransactionMode::Transactional => take_frames(&mut statements, dialect),
        TransactionMode::Off => Frames::default(),
    };
    let Frames { warnings, mut errors, without_keys } = frames;
    errors.extend(statements.iter().filter_map(|statement| refusal(statement, transaction, dialect)));
    errors.sort_by_key(|error| error.span.as_ref().map(|span| span.range.start));
    if errors.is_empty() { Ok(Body { statements, warnings, without_keys }) } else { Err(errors) }
}

/// Returns why a statement cannot be part of the section.
fn refusal(statement: &Statement, transaction: TransactionMode, dialect: Dialect) -> Option<Error> {
    let sql = statement.sql();
    let kind = match statement.kind {
        StatementKind::Begin | StatementKind::Commit | StatementKind::TransactionControl => {
            ErrorKind::TransactionControl { statement: summary(sql, dialect.family()), reason: None }
        }
        StatementKind::NeedsNoTransaction(name) if transaction == TransactionMode::Transactional => {
            ErrorKind::NeedsNoTransaction { statement: name.into() }
        }
        _ if sql.contains('\0') => ErrorKind::ControlCharacter { what: "statement" },
        _ => return None,
    };
    Some(Error::from(kind).at(statement.span.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(sections: &str) -> Script {
        Script::parse(Source::new("a.sql", format!("-- revision: a\n{sections}"))).unwrap()
    }

    /// Compares the statements of the upgrade, and its warnings behind `!`, with `expected`.
    fn check(dialect: Dialect, sections: &str, expected: &[&str]) {
        let script = script(sections);
        let compiled = script.statements(Direction::Upgrade, dialect).unwrap();
        let shown = compiled.iter().flat_map(|section| {
            let statements = section.statements.iter().map(|statement| statement.sql().to_owned());
            statements.chain(section.warnings.iter().map(|warning| format!("!{} {}", warning.code, warning.span)))
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    fn check_errors(dialect: Dialect, sections: &str, expected: &[&str]) {
        let script = script(sections);
        let errors = script.statements(Direction::Upgrade, dialect).expect_err("something is refused");
        assert_eq!(errors.iter().map(Error::to_string).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn frames_are_accepted_and_not_sent() {
        check(
            Dialect::Postgres,
            "-- rev: upgrade\nBEGIN;\nSELECT 1;\nCOMMIT;\n-- rev: upgrade\nSELECT 2\n",
            &["SELECT 1", "!transaction-not-sent a.sql:3:1", "SELECT 2"],
        );
        check(Dialect::Sqlite, "-- rev: upgrade\nBEGIN; END;", &["!transaction-not-sent a.sql:3:1"]);
        check(
            Dialect::Postgres,
            "-- rev: upgrade\nSET a = 1; START TRANSACTION; SELECT 1; COMMIT; SELECT 2; BEGIN; SELECT 3; END; SELECT 4;",
            &["SET a = 1", "SELECT 1", "SELECT 2", "SELECT 3", "SELECT 4", "!transaction-not-sent a.sql:3:12"],
        );
    }

    #[test]
    fn any_other_transaction_control_is_refused() {
        check_errors(
            Dialect::Postgres,
            "-- rev: upgrade\nBEGIN;\nSELECT 1; SAVEPOINT a;\nCOMMIT;\n-- rev: upgrade\nSELECT 1; COMMIT\n",
            &[
                "a.sql:4:11: `SAVEPOINT a` controls the transaction, which is rev's own part",
                "a.sql:7:11: `COMMIT` controls the transaction, which is rev's own part: the script began no transaction",
            ],
        );
        check_errors(
            Dialect::Sqlite,
            "-- rev: upgrade transaction=off\nBEGIN; COMMIT\n",
            &[
                "a.sql:3:1: `BEGIN` controls the transaction, which is rev's own part",
                "a.sql:3:8: `COMMIT` controls the transaction, which is rev's own part",
            ],
        );
    }

    #[test]
    fn half_a_frame_is_refused() {
        check_errors(
            Dialect::Postgres,
            "-- rev: upgrade\nBEGIN; SELECT 1; BEGIN; COMMIT; BEGIN",
            &[
                "a.sql:3:18: `BEGIN` controls the transaction, which is rev's own part: a transaction is open already",
                "a.sql:3:33: `BEGIN` controls the transaction, which is rev's own part: no `COMMIT` follows, so that a client would keep nothing of it",
            ],
        );
    }

    #[test]
    fn what_holds_up_to_a_commit_only_would_hold_for_longer_without_it() {
        for (sql, what) in [
            ("SET LOCAL search_path = x", "it ends what `SET LOCAL` set"),
            ("SET CONSTRAINTS ALL DEFERRED", "it ends what `SET CONSTRAINTS` set"),
            ("SELECT set_config('a.b', 'c', true)", "it ends what `set_config(…, true)` set"),
            ("CREATE TEMP TABLE t (a int) ON COMMIT DROP", "it is what `ON COMMIT` waits for"),
            ("ALTER TYPE e ADD VALUE 'x'", "what `ADD VALUE` added can only be used after it"),
        ] {
            let frame = format!("-- rev: upgrade\nBEGIN; {sql}; COMMIT;");
            check(Dialect::Postgres, &frame, &[sql, "!transaction-not-sent a.sql:3:1"]);
            let at = 3 + "BEGIN; ".len() + sql.len();
            let expected = format!(
                "a.sql:3:{at}: `COMMIT` controls the transaction, which is rev's own part: {what} (line 3), and statements follow"
            );
            let columns = sql.chars().count() + "BEGIN; ; ".len() + 1;
            check_errors(
                Dialect::Postgres,
                &format!("{frame} SELECT 1"),
                &[&expected.replace(&format!(":3:{at}:"), &format!(":3:{columns}:"))],
            );
        }
        let stays = "-- rev: upgrade\nBEGIN; SELECT pg_catalog.set_config('search_path', '', false); COMMIT; SELECT 1";
        check(
            Dialect::Postgres,
            stays,
            &["SELECT pg_catalog.set_config('search_path', '', false)", "SELECT 1", "!transaction-not-sent a.sql:3:1"],
        );
    }

    #[test]
    fn on_mysql_each_statement_is_kept_anyway() {
        check(
            Dialect::Mariadb,
            "-- rev: upgrade\nSET AUTOCOMMIT=0; INSERT INTO t VALUES (1); commit; BEGIN; START TRANSACTION; DELETE FROM t; COMMIT; COMMIT",
            &["SET AUTOCOMMIT=0", "INSERT INTO t VALUES (1)", "DELETE FROM t", "!transaction-not-sent a.sql:3:45"],
        );
        let kept = "no `COMMIT` follows, so that a client would keep nothing of it";
        for begin in ["SET autocommit = 0", "/*!40101 SET @@SESSION.autocommit=OFF */", "START TRANSACTION"] {
            check_errors(
                Dialect::Mysql,
                &format!("-- rev: upgrade\n{begin}; INSERT INTO t VALUES (1); SELECT 1"),
                &[&format!("a.sql:3:1: `{begin}` controls the transaction, which is rev's own part: {kept}")],
            );
        }
        for sound in [
            "SET autocommit = 0; CREATE TABLE t (a int)",
            "SET autocommit = 0; INSERT INTO t VALUES (1); SET autocommit = 1",
            "SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, @@AUTOCOMMIT=0; INSERT INTO t VALUES (1); SET AUTOCOMMIT=@OLD_AUTOCOMMIT",
            "SET GLOBAL autocommit = 0; INSERT INTO t VALUES (1)",
            "SET @autocommit = 0; INSERT INTO t VALUES (1)",
        ] {
            check(Dialect::Mysql, &format!("-- rev: upgrade\n{sound}"), &sound.split("; ").collect::<Vec<_>>());
        }
        check_errors(
            Dialect::Mysql,
            "-- rev: upgrade\nSTART TRANSACTION; INSERT INTO t VALUES (1); ROLLBACK; COMMIT",
            &["a.sql:3:46: `ROLLBACK` controls the transaction, which is rev's own part"],
        );
    }

    #[test]
    fn what_cannot_be_in_a_transaction_needs_the_option() {
        let index = "CREATE INDEX CONCURRENTLY i ON t (a)";
        check(Dialect::Postgres, &format!("-- rev: upgrade transaction=off\n{index};"), &[index]);
        check_errors(
            Dialect::Postgres,
            &format!("-- rev: upgrade\n{index};"),
            &["a.sql:3:1: `CREATE INDEX CONCURRENTLY` cannot run inside a transaction"],
        );
    }

    /// Compares the statements that run with foreign keys off, by their numbers, with `expected`.
    fn check_keys(sections: &str, expected: &[usize]) {
        let script = script(&format!("-- rev: upgrade\n{sections}"));
        let compiled = script.statements(Direction::Upgrade, Dialect::Sqlite).unwrap();
        assert_eq!(compiled[0].without_keys.iter().copied().collect::<Vec<_>>(), expected, "{sections}");
    }

    #[test]
    fn foreign_keys_are_off_where_the_script_says_so() {
        check_keys("PRAGMA foreign_keys=off; BEGIN; SELECT 1; COMMIT; PRAGMA foreign_keys=on; SELECT 2", &[1]);
        check_keys("SELECT 1; PRAGMA main.foreign_keys(0); SELECT 2; PRAGMA 'foreign_keys' = 'no'; SELECT 3", &[2, 4]);
        check_keys("PRAGMA foreign_keys; SELECT 1", &[]);
        check_keys("PRAGMA foreign_keys = 1; SELECT 1", &[]);
        check_keys("PRAGMA foreign_keys = OFF; PRAGMA foreign_keys = ON", &[]);
    }

    #[test]
    fn a_pragma_without_effect_is_told() {
        check(
            Dialect::Sqlite,
            "-- rev: upgrade\nBEGIN; PRAGMA foreign_keys = OFF;\nPRAGMA foreign_keys; COMMIT",
            &[
                "PRAGMA foreign_keys = OFF",
                "PRAGMA foreign_keys",
                "!transaction-not-sent a.sql:3:1",
                "!pragma-without-effect a.sql:3:8",
            ],
        );
        check_keys("BEGIN; PRAGMA foreign_keys = OFF; SELECT 1; COMMIT", &[]);
    }

    #[test]
    fn a_server_would_stop_reading_at_a_nul() {
        check_errors(
            Dialect::Sqlite,
            "-- rev: upgrade\nSELECT '\0'",
            &["a.sql:3:1: a statement holds a control character"],
        );
    }

    #[test]
    fn only_the_sections_of_the_dialect_are_read() {
        check(
            Dialect::Mariadb,
            "-- rev: upgrade dialect=postgres\n\\x '\n-- rev: upgrade dialect=mysql\nSELECT 1 # '\n",
            &["SELECT 1"],
        );
    }
}
