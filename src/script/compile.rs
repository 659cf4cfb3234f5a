//! The statements of a script for one direction and dialect, with everything refused that can be known beforehand.

use std::ops::Range;
use std::sync::Arc;

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::script::frame::take_frames;
use crate::script::script::Script;
use crate::script::section::Section;
use crate::script::section::TransactionMode;
use crate::script::warning::Warning;
use crate::span::Source;
use crate::sql::Following;
use crate::sql::Reading;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::split_following;
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
}

impl Script {
    /// Splits and checks the sections that run in `direction` on `dialect`; every problem of them is reported.
    pub fn statements(&self, direction: Direction, dialect: Dialect) -> Result<Vec<CompiledSection<'_>>, Vec<Error>> {
        self.statements_as(direction, dialect, dialect.into())
    }

    /// Does so as a server reads the text that was asked; modes that one section sets hold for the next.
    pub fn statements_as(
        &self,
        direction: Direction,
        dialect: Dialect,
        reading: Reading,
    ) -> Result<Vec<CompiledSection<'_>>, Vec<Error>> {
        let mut compiled = Vec::new();
        let mut errors = Vec::new();
        let mut following = Following::new(reading);
        for section in self.sections_for(direction, dialect) {
            match compile(self, section, dialect, &mut following) {
                Ok(section) => compiled.push(section),
                Err(problems) => errors.extend(problems),
            }
        }
        if errors.is_empty() { Ok(compiled) } else { Err(errors) }
    }
}

fn compile<'a>(
    script: &Script,
    section: &'a Section,
    dialect: Dialect,
    following: &mut Following,
) -> Result<CompiledSection<'a>, Vec<Error>> {
    let range = section.body.clone();
    let (statements, warnings) = compile_body(&script.source, range, section.transaction, dialect, following)?;
    Ok(CompiledSection { section, statements, warnings })
}

/// Reads a piece of a file as a section whose statements run so.
pub(crate) fn compile_body(
    source: &Arc<Source>,
    range: Range<usize>,
    transaction: TransactionMode,
    dialect: Dialect,
    following: &mut Following,
) -> Result<(Vec<Statement>, Vec<Warning>), Vec<Error>> {
    let (mut statements, mut errors) = split_following(source, range, following);
    let mut warnings = Vec::new();
    if transaction == TransactionMode::Transactional {
        let frames = take_frames(&mut statements, dialect);
        warnings.extend(frames.warning);
        errors.extend(frames.errors);
        // A section that switches foreign keys off is run without them.
        if !statements.iter().any(|statement| switches_off(statement, dialect)) {
            warnings.extend(statements.iter().filter_map(|statement| foreign_keys(statement, dialect)));
        }
    }
    errors.extend(statements.iter().filter_map(|statement| refusal(statement, transaction)));
    errors.sort_by_key(|error| error.span.as_ref().map(|span| span.range.start));
    if errors.is_empty() { Ok((statements, warnings)) } else { Err(errors) }
}

/// Reads a file of SQL that is no script: what frames it as a transaction is taken out, and refused is what cannot be sent.
///
/// With `transaction`, also what cannot run inside of one.
#[cfg(feature = "engine")]
pub(crate) fn compile_file(
    source: &Arc<Source>,
    transaction: TransactionMode,
    dialect: Dialect,
    following: &mut Following,
) -> Result<Vec<Statement>, Vec<Error>> {
    let (mut statements, mut errors) = split_following(source, 0..source.text.len(), following);
    errors.extend(take_frames(&mut statements, dialect).errors);
    errors.extend(statements.iter().filter_map(|statement| refusal(statement, transaction)));
    errors.sort_by_key(|error| error.span.as_ref().map(|span| span.range.start));
    if errors.is_empty() { Ok(statements) } else { Err(errors) }
}

fn switches_off(statement: &Statement, dialect: Dialect) -> bool {
    let is_pragma = dialect == Dialect::Sqlite && statement.kind == StatementKind::Session;
    is_pragma && crate::sql::foreign_keys(statement.sql()) == Some(false)
}

/// Warns of the pragma that does nothing in a transaction: foreign keys are on there anyway.
fn foreign_keys(statement: &Statement, dialect: Dialect) -> Option<Warning> {
    let is_pragma = dialect == Dialect::Sqlite && statement.kind == StatementKind::Session;
    let mut words = statement.words().take(8);
    if !is_pragma || !words.next()?.eq_ignore_ascii_case("pragma") {
        return None;
    }
    let mut words = words.skip_while(|word| !word.eq_ignore_ascii_case("foreign_keys"));
    words.next()?;
    words.next()?; // without a value it only asks
    let message = "`PRAGMA foreign_keys` does nothing inside a transaction: take it out, since foreign keys are on unless the section switches them off, or put it into a section with `transaction=off`";
    Some(Warning { code: "pragma-without-effect", message: message.into(), span: statement.span.clone() })
}

/// Returns why a statement cannot be part of the section.
fn refusal(statement: &Statement, transaction: TransactionMode) -> Option<Error> {
    let sql = statement.sql();
    let kind = match statement.kind {
        StatementKind::Begin | StatementKind::Commit | StatementKind::TransactionControl => {
            ErrorKind::TransactionControl { statement: summary(sql, statement.reading), reason: None }
        }
        StatementKind::NeedsNoTransaction(name) if transaction == TransactionMode::Transactional => {
            ErrorKind::NeedsNoTransaction { statement: name.into() }
        }
        _ if needs_client(statement).is_some() => needs_client(statement)?,
        _ if sql.contains('\0') => ErrorKind::ControlCharacter { what: "statement" },
        _ => return None,
    };
    Some(Error::from(kind).at(statement.span.clone()))
}

/// Returns why a statement cannot be sent by a driver: it asks its client for a file, or gives it rows.
fn needs_client(statement: &Statement) -> Option<ErrorKind> {
    const MODIFIERS: usize = 4; // LOAD DATA LOW_PRIORITY LOCAL
    let first = statement.words().next()?;
    let kind = |what, instead| ErrorKind::NeedsClient {
        statement: summary(statement.sql(), statement.reading),
        what,
        instead,
    };
    match statement.reading.family {
        Family::Mysql if first.eq_ignore_ascii_case("load") => {
            let is_local = statement.words().take(MODIFIERS).any(|word| word.eq_ignore_ascii_case("local"));
            let instead =
                "write INSERT statements, or `LOAD DATA INFILE` without LOCAL, which reads a file of the server";
            is_local.then(|| kind("sends its own file", instead))
        }
        Family::Postgres if first.eq_ignore_ascii_case("copy") => {
            let words: Vec<&str> = statement.words().collect();
            let is = |at: usize, word: &str| words.get(at).is_some_and(|text| text.eq_ignore_ascii_case(word));
            let gives = (0..words.len()).any(|at| is(at, "to") && is(at + 1, "stdout"));
            gives.then(|| kind("takes its rows", "leave it out: a migration has nobody to give rows to"))
        }
        _ => None,
    }
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

    #[test]
    fn a_pragma_without_effect_is_told() {
        check(
            Dialect::Sqlite,
            "-- rev: upgrade\nPRAGMA foreign_keys = ON;\nPRAGMA foreign_keys;",
            &["PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", "!pragma-without-effect a.sql:3:1"],
        );
        let off = ["PRAGMA foreign_keys = OFF", "SELECT 1", "PRAGMA foreign_keys = ON"];
        check(Dialect::Sqlite, &format!("-- rev: upgrade\n{};", off.join(";\n")), &off);
    }

    #[test]
    fn what_only_a_client_can_do_is_refused_beside_all_else() {
        check_errors(
            Dialect::Postgres,
            "-- rev: upgrade\n\\i other.sql\nCOMMIT; COPY (SELECT 1) TO STDOUT;\n\\copy t from stdin\nit's data\n\\.\nVACUUM;\n",
            &[
                "a.sql:3:1: `\\i` is a command of the psql program, not SQL",
                "a.sql:4:1: `COMMIT` controls the transaction, which is rev's own part: the script began no transaction",
                "a.sql:4:9: `COPY (SELECT 1) TO STDOUT` needs a client that takes its rows, and rev is none",
                "a.sql:5:1: `\\copy` is a command of the psql program, not SQL",
                "a.sql:8:1: `VACUUM` cannot run inside a transaction",
            ],
        );
        check_errors(
            Dialect::Mariadb,
            "-- rev: upgrade\nsource other.sql\nSELECT 1\\G\n--DROP TABLE t;\nLOAD DATA LOCAL INFILE 'x' INTO TABLE t;\nSET STATEMENT a=1 FOR COMMIT;\nSELECT \\N;\n",
            &[
                "a.sql:3:1: `source` is a command of the mariadb or mysql program, not SQL",
                "a.sql:4:9: `\\G` is a command of the mariadb or mysql program, not SQL",
                "a.sql:5:1: this is a comment to the mariadb and mysql programs, but not to the server: no space follows `--`",
                "a.sql:6:1: `LOAD DATA LOCAL INFILE 'x' INTO TABLE t` needs a client that sends its own file, and rev is none",
                "a.sql:7:1: `SET STATEMENT a=1 FOR COMMIT` controls the transaction, which is rev's own part",
            ],
        );
        check_errors(
            Dialect::Sqlite,
            "-- rev: upgrade\n.read other.sql\nSELECT 1; COMMIT;",
            &[
                "a.sql:3:1: `.read` is a command of the sqlite3 program, not SQL",
                "a.sql:4:11: `COMMIT` controls the transaction, which is rev's own part: the script began no transaction",
            ],
        );
    }

    #[test]
    fn modes_hold_from_section_to_section() {
        check(
            Dialect::Mariadb,
            "-- rev: upgrade\nSET sql_mode = 'NO_BACKSLASH_ESCAPES';\n-- rev: upgrade\nSELECT 'C:\\'; SELECT 2;",
            &["SET sql_mode = 'NO_BACKSLASH_ESCAPES'", "SELECT 'C:\\'", "SELECT 2"],
        );
        check_errors(
            Dialect::Mariadb,
            "-- rev: upgrade\nSET sql_mode = @mine;\nSELECT 'plain';\nSELECT 'C:\\';",
            &[
                "a.sql:5:8: how this is read depends on NO_BACKSLASH_ESCAPES, and a statement before may have changed that",
            ],
        );
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
