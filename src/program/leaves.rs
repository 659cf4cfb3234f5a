//! What is left of a statement that failed outside of a transaction, or that ended the one it was in; pure.

use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::Trace;
use crate::sql::unquoted;

/// What may be left of a statement of which the server says that it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaves {
    /// Nothing: it is all or nothing by itself.
    Nothing,
    /// A part of its work; to run it again does the rest, and is as good as once.
    Part,
    /// Whatever it had committed by then; the catalog may tell, and else nobody can.
    Unknown,
}

/// First words of statements of MariaDB and MySQL that end the transaction, and change nothing of the user's.
const HARMLESS: [&str; 20] = [
    "binlog", "cache", "change", "check", "checksum", "close", "fetch", "flush", "get", "handler", "help", "kill",
    "open", "purge", "resignal", "set", "shutdown", "signal", "start", "stop",
];

impl Leaves {
    /// Judges a statement by its words; the rows of tables without transactions are another matter.
    pub(crate) fn of(statement: &Statement, family: Family) -> Self {
        match family {
            // Each statement has a transaction of its own.
            Family::Sqlite => Self::Nothing,
            Family::Postgres => of_postgres(statement),
            Family::Mysql => of_mysql(statement),
        }
    }
}

/// What PostgreSQL runs inside of a transaction is all or nothing outside of one, too: only a `CALL` or a `DO` commits
/// on its way, and what it refuses in a transaction.
fn of_postgres(statement: &Statement) -> Leaves {
    let sql = statement.sql();
    let first = statement.words().next().unwrap_or_default().to_ascii_lowercase();
    match (first.as_str(), statement.kind) {
        ("call", _) => Leaves::Unknown,
        // A block can only commit by a word of its own, or by what it runs; a comment that has one counts, too.
        ("do", _) => {
            let text = sql.to_ascii_lowercase();
            let may_commit =
                ["commit", "call", "execute", "spi", "import", "use "].iter().any(|word| text.contains(word));
            if may_commit { Leaves::Unknown } else { Leaves::Nothing }
        }
        (_, StatementKind::NeedsNoTransaction(_)) => match Trace::of(statement) {
            Trace::Repeatable => Leaves::Part,
            Trace::Objects(_) => Leaves::Unknown,
            // Its rows in the catalog are one transaction; a second try meets what else it left, and says so.
            Trace::Unknown => Leaves::Nothing,
        },
        _ => Leaves::Nothing,
    }
}

fn of_mysql(statement: &Statement) -> Leaves {
    let words: Vec<&str> = statement.words().take(LONGEST).collect();
    let is = |at: usize, texts: &[&str]| {
        words.get(at).is_some_and(|word| texts.iter().any(|text| word.eq_ignore_ascii_case(text)))
    };
    // A function and a trigger cannot commit, so nothing that only calls those can.
    match statement.kind {
        StatementKind::Dml if is(0, &["call"]) => Leaves::Unknown,
        StatementKind::Dml | StatementKind::Query | StatementKind::Session | StatementKind::Lock => Leaves::Nothing,
        StatementKind::Other if HARMLESS.iter().any(|word| is(0, &[word])) => Leaves::Nothing,
        StatementKind::Ddl => {
            let has_several = words.contains(&",");
            match Trace::of(statement) {
                // The tables go one after another.
                _ if is(0, &["drop"]) && is(1, &["database", "schema"]) => Leaves::Part,
                // The old one goes before the new one is made.
                Trace::Repeatable if is(1, &["or"]) => Leaves::Part,
                Trace::Repeatable if has_several && is(0, &["drop", "grant", "revoke", "optimize", "repair"]) => {
                    Leaves::Part
                }
                Trace::Repeatable => Leaves::Nothing,
                Trace::Objects(_) => Leaves::Unknown,
                Trace::Unknown if has_several && (is(1, &["user", "role"]) || is(0, &["rename"])) => Leaves::Unknown,
                Trace::Unknown => Leaves::Nothing,
            }
        }
        _ => Leaves::Unknown,
    }
}

/// More words than stand before what is asked here.
const LONGEST: usize = 256;

/// Returns whether a server refused the whole statement before it began: it could not be parsed, or there is no such
/// routine.
pub(crate) fn never_began(error: &Error, statement: &Statement, family: Family) -> bool {
    let ErrorKind::StatementFailed { code: Some(code), detail, message, .. } = &*error.kind else { return false };
    match family {
        Family::Sqlite => true,
        // A place in the statement itself, and not in a block or a routine that runs.
        Family::Postgres => {
            let is_placed = error.span.as_ref().is_some_and(|span| *span != statement.span);
            let is_inside = detail.as_deref().is_some_and(|detail| detail.contains(" function "));
            code.starts_with("42") && is_placed && !is_inside
        }
        Family::Mysql => {
            let words: Vec<&str> = statement.words().take(4).collect();
            let is_call = words.first().is_some_and(|word| word.eq_ignore_ascii_case("call"));
            let is_execute = words.first().is_some_and(|word| word.eq_ignore_ascii_case("execute"));
            let name = if words.get(2) == Some(&".") { words.get(3) } else { words.get(1) };
            // No such routine, no right to run it, another number of arguments; one that runs would name another one.
            let is_about_it = name.is_some_and(|name| message.to_lowercase().contains(&format!(".{}", unquoted(name))));
            match code.as_str() {
                "1046" | "1049" | "1064" => !is_call && !is_execute,
                "1305" | "1370" | "1318" => is_call && is_about_it,
                _ => false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Source;
    use crate::sql::split;

    fn check(family: Family, statements: &str, expected: Leaves) {
        for statement in split(&Source::new("a.sql", statements), 0..statements.len(), family).unwrap() {
            assert_eq!(Leaves::of(&statement, family), expected, "{family:?}: {}", statement.sql());
        }
    }

    use Family::Mysql;
    use Family::Postgres;
    use Family::Sqlite;

    #[test]
    fn what_can_be_in_a_transaction_is_all_or_nothing_on_postgres() {
        let all_or_nothing = "INSERT INTO t VALUES (1); UPDATE t SET n = 1; CREATE TABLE t (n int); GRANT ALL ON t TO u; \
            ALTER TYPE mood ADD VALUE 'x'; SELECT setval('s', 1); DO $$ BEGIN UPDATE t SET n = 1; END $$; \
            CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p";
        check(Postgres, all_or_nothing, Leaves::Nothing);
        let commits = "CALL p(); DO $$ BEGIN UPDATE t SET n = 1; COMMIT; END $$; DO $$ BEGIN EXECUTE 'x'; END $$; \
            DO LANGUAGE plpython3u $$ plpy.commit() $$; DO $$ begin call p(); end $$; \
            CREATE INDEX CONCURRENTLY i ON t (n); DROP DATABASE d";
        check(Postgres, commits, Leaves::Unknown);
        check(Postgres, "VACUUM t; REINDEX INDEX CONCURRENTLY i", Leaves::Part);
    }

    #[test]
    fn only_procedures_and_blocks_commit_on_their_way_on_mysql() {
        let all_or_nothing = "INSERT INTO t VALUES (1); UPDATE t SET n = f(); DO f(); SELECT f(); SET @a = f(); \
            TRUNCATE t; CREATE TABLE IF NOT EXISTS t (n INT); CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1; \
            CREATE USER u; DROP TABLE IF EXISTS t; GRANT SELECT ON t TO u; FLUSH TABLES; ANALYZE TABLE t";
        check(Mysql, all_or_nothing, Leaves::Nothing);
        let commits = "CALL p(); EXECUTE s; EXECUTE IMMEDIATE 'CALL p()'; CREATE USER u, v; RENAME USER a TO b, c TO d; \
            DROP TABLE a, b; CREATE TABLE t (n INT)";
        check(Mysql, commits, Leaves::Unknown);
        check(Mysql, "CREATE OR REPLACE TABLE t (n INT); DROP TABLE IF EXISTS a, b; DROP DATABASE d", Leaves::Part);
        check(Sqlite, "INSERT INTO t VALUES (1); VACUUM", Leaves::Nothing);
    }
}
