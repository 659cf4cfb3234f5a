//! What kind a statement is, as far as the engine must know before it runs it.

use crate::dialect::Family;
use crate::sql::rules;
use crate::sql::setting;
use crate::sql::setting::Setting;

/// What a statement does, judged by its words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementKind {
    /// `BEGIN` or `START TRANSACTION` that asks for nothing special.
    Begin,
    /// `COMMIT` or `END` that only ends the transaction.
    Commit,
    /// Any other control of transactions, savepoints included.
    TransactionControl,
    /// It fails inside a transaction; holds what it is called.
    NeedsNoTransaction(&'static str),
    /// `COPY … FROM STDIN`, whose data stands in the script.
    CopyIn,
    /// It changes the schema or rights.
    Ddl,
    /// It changes rows, or may.
    Dml,
    /// It only reads.
    Query,
    /// It changes settings of the session.
    Session,
    /// It takes locks on tables, or gives them back; they never outlive the session.
    Lock,
    /// None of these.
    Other,
}

/// The words that a transaction may be begun with, and still be like the engine's own.
const BEGIN_MODES: [&str; 6] = ["work", "transaction", "deferred", "immediate", "exclusive", "concurrent"];

/// First words, and the kind they stand for; what is not here is [`StatementKind::Other`].
const FIRST_WORDS: &[(StatementKind, &[&str])] = &[
    (
        StatementKind::Ddl,
        &[
            "create",
            "alter",
            "drop",
            "truncate",
            "rename",
            "comment",
            "grant",
            "revoke",
            "security",
            "import",
            "refresh",
            "reindex",
            "reassign",
            "cluster",
            "optimize",
            "repair",
            "install",
            "uninstall",
        ],
    ),
    (StatementKind::Dml, &["insert", "update", "delete", "merge", "replace", "load", "call", "do", "with"]),
    (StatementKind::Query, &["select", "values", "table", "show", "explain", "describe", "desc", "analyze"]),
    (
        StatementKind::Session,
        &[
            "set",
            "reset",
            "use",
            "pragma",
            "discard",
            "listen",
            "unlisten",
            "prepare",
            "deallocate",
            "attach",
            "detach",
        ],
    ),
    (StatementKind::Lock, &["lock", "unlock"]),
];

impl StatementKind {
    /// Judges a statement by the texts of its first tokens, without comments; `is_whole` says that these are all.
    pub(super) fn of(words: &[&str], is_whole: bool, family: Family) -> Self {
        let Some(first) = words.first() else { return Self::Other };
        if let Some(kind) = transaction_control(words, family) {
            return kind;
        }
        if let Some(rule) = rules::first_match(words, is_whole, family) {
            return Self::NeedsNoTransaction(rule.name);
        }
        if family == Family::Mysql && first.eq_ignore_ascii_case("set") {
            return match setting::judge(words) {
                Setting::Session => Self::Session,
                Setting::Server => Self::Other,
                Setting::Account => Self::Ddl,
                Setting::Call => Self::Dml,
            };
        }
        if first.eq_ignore_ascii_case("with")
            && !words.iter().any(|word| is_one_of(word, &["insert", "update", "delete", "merge", "replace"]))
            && is_whole
        {
            return Self::Query;
        }
        let listed = FIRST_WORDS.iter().find(|(_, words)| is_one_of(first, words));
        listed.map_or(Self::Other, |(kind, _)| *kind)
    }
}

/// Judges what begins, ends or divides a transaction.
fn transaction_control(words: &[&str], family: Family) -> Option<StatementKind> {
    let (first, rest) = words.split_first()?;
    let next = |text: &str| rest.first().is_some_and(|word| word.eq_ignore_ascii_case(text));
    let kind = match first.to_ascii_lowercase().as_str() {
        "begin" if next("not") => return None, // a block of MariaDB
        // And one of its Oracle mode: only WORK may follow where it begins a transaction.
        "begin" if family == Family::Mysql && opens_block(rest) => return None,
        "begin" => plain(rest, &BEGIN_MODES, StatementKind::Begin),
        "start" if next("transaction") => plain(rest, &["transaction"], StatementKind::Begin),
        "commit" => plain(rest, &["work", "transaction"], StatementKind::Commit),
        "end" if family != Family::Mysql => plain(rest, &["work", "transaction"], StatementKind::Commit),
        "set" if next("transaction") => StatementKind::TransactionControl,
        "set" if next("local") && rest.get(1).is_some_and(|word| word.eq_ignore_ascii_case("transaction")) => {
            StatementKind::TransactionControl
        }
        "rollback" | "abort" | "savepoint" | "release" | "xa" => StatementKind::TransactionControl,
        "prepare" if next("transaction") => StatementKind::TransactionControl,
        _ => return None,
    };
    Some(kind)
}

/// Whether what follows BEGIN is a statement, and not how the transaction is to be.
fn opens_block(rest: &[&str]) -> bool {
    const MANNERS: [&str; 5] = ["isolation", "read", "with", "consistent", "and"];
    rest.first().is_some_and(|word| !is_one_of(word, &BEGIN_MODES) && !is_one_of(word, &MANNERS))
}

/// Returns `kind` when nothing but `allowed` follows; a mode that the engine's own transaction would not have counts.
fn plain(rest: &[&str], allowed: &[&str], kind: StatementKind) -> StatementKind {
    if rest.iter().all(|word| is_one_of(word, allowed)) { kind } else { StatementKind::TransactionControl }
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|text| word.eq_ignore_ascii_case(text))
}

/// Returns whether a text of MySQL or MariaDB is a `CALL` or a block, which runs other statements: its own words do not
/// tell what those change, and the server's list of processes shows them in its place.
pub fn holds_statements(sql: &str) -> bool {
    const WORDS: [&str; 10] = ["call", "begin", "declare", "execute", "if", "case", "loop", "while", "repeat", "for"];
    let first = sql.split(|char: char| !char.is_ascii_alphabetic()).next().unwrap_or_default();
    is_one_of(first, &WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::words::significant;

    fn kind(family: Family, statement: &str) -> StatementKind {
        let words: Vec<&str> = significant(statement, 0..statement.len(), family).collect();
        StatementKind::of(&words, true, family)
    }

    fn check(family: Family, statements: &str, expected: StatementKind) {
        for statement in statements.split("; ") {
            assert_eq!(kind(family, statement), expected, "{statement}");
        }
    }

    /// Checks that each statement is refused in a transaction; what each is called is compared with its own text.
    fn check_refused(family: Family, statements: &[&str]) {
        for statement in statements {
            assert!(matches!(kind(family, statement), StatementKind::NeedsNoTransaction(_)), "{statement}");
        }
    }

    fn check_allowed(family: Family, statements: &[&str]) {
        for statement in statements {
            assert!(!matches!(kind(family, statement), StatementKind::NeedsNoTransaction(_)), "{statement}");
        }
    }

    #[test]
    fn a_plain_transaction_is_told_from_a_special_one() {
        check(Family::Sqlite, "BEGIN; begin immediate transaction; BEGIN EXCLUSIVE", StatementKind::Begin);
        check(Family::Postgres, "BEGIN WORK; START TRANSACTION", StatementKind::Begin);
        check(Family::Sqlite, "COMMIT; END; end transaction", StatementKind::Commit);
        check(
            Family::Postgres,
            "BEGIN ISOLATION LEVEL SERIALIZABLE; START TRANSACTION READ ONLY; COMMIT AND CHAIN; COMMIT PREPARED 'x'; ROLLBACK; ABORT; SAVEPOINT a; RELEASE a; ROLLBACK TO a; PREPARE TRANSACTION 'x'; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SET LOCAL TRANSACTION READ ONLY",
            StatementKind::TransactionControl,
        );
        check(
            Family::Mysql,
            "START TRANSACTION WITH CONSISTENT SNAPSHOT; XA START 'x'; SET TRANSACTION READ ONLY",
            StatementKind::TransactionControl,
        );
    }

    #[test]
    fn what_only_looks_like_transaction_control_is_not() {
        check(Family::Mysql, "BEGIN NOT ATOMIC SELECT 1; START SLAVE; END", StatementKind::Other);
        check(Family::Mysql, "begin insert into t values (1)", StatementKind::Other);
        check(Family::Mysql, "BEGIN WORK", StatementKind::Begin);
        check(Family::Mysql, "BEGIN ISOLATION LEVEL SERIALIZABLE", StatementKind::TransactionControl);
        check(Family::Postgres, "PREPARE p AS SELECT 1", StatementKind::Session);
        check(Family::Mysql, "SET autocommit = 0; USE shop; SET SESSION TRANSACTION READ ONLY", StatementKind::Session);
        check(Family::Postgres, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", StatementKind::Session);
        check(Family::Mysql, "LOCK TABLES t WRITE; UNLOCK TABLES", StatementKind::Lock);
    }

    #[test]
    fn postgres_statements_that_fail_in_a_transaction_are_known() {
        check_refused(
            Family::Postgres,
            &[
                "CREATE INDEX CONCURRENTLY i ON t (a)",
                "create unique index concurrently if not exists i on t (a)",
                "DROP INDEX CONCURRENTLY i",
                "REINDEX INDEX CONCURRENTLY i",
                "REINDEX (VERBOSE) TABLE CONCURRENTLY t",
                "REINDEX (CONCURRENTLY) TABLE t",
                "REINDEX (VERBOSE) DATABASE shop",
                "REINDEX SCHEMA public",
                "VACUUM (ANALYZE) t",
                "CREATE DATABASE a",
                "DROP TABLESPACE a",
                "ALTER SYSTEM SET work_mem = '1MB'",
                "ALTER DATABASE shop SET TABLESPACE fast",
                "ALTER TABLE ONLY shop.t DETACH PARTITION shop.p CONCURRENTLY",
                "CLUSTER",
                "CLUSTER (VERBOSE)",
                "DISCARD ALL",
                "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
                "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (enabled = false)",
                "ALTER SUBSCRIPTION s REFRESH PUBLICATION",
            ],
        );
    }

    #[test]
    fn their_harmless_neighbours_are_allowed() {
        check_allowed(
            Family::Postgres,
            &[
                "CREATE INDEX i ON t (concurrently)",
                "CREATE TABLE database (a int)",
                "REINDEX TABLE database",
                "ALTER TABLESPACE a RENAME TO b",
                "ALTER TABLE t DETACH PARTITION p",
                "ALTER DATABASE shop SET work_mem = '1MB'",
                "CLUSTER t USING i",
                "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
                "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = false, slot_name = NONE)",
                "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = off)",
                "DISCARD PLANS",
                "ALTER TYPE t ADD VALUE 'x'",
            ],
        );
        check_allowed(
            Family::Sqlite,
            &["PRAGMA foreign_keys = ON", "PRAGMA synchronous", "ATTACH 'x' AS y", "DETACH y"],
        );
    }

    #[test]
    fn sqlite_statements_that_fail_in_a_transaction_are_known() {
        check_refused(
            Family::Sqlite,
            &[
                "VACUUM",
                "PRAGMA journal_mode = WAL",
                "PRAGMA main.journal_mode(wal)",
                "PRAGMA synchronous=OFF",
                "PRAGMA wal_checkpoint(TRUNCATE)",
            ],
        );
    }

    #[test]
    fn a_query_with_a_common_table_expression_reads_or_writes() {
        check(Family::Postgres, "WITH a AS (SELECT 1) SELECT * FROM a", StatementKind::Query);
        check(Family::Postgres, "WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a", StatementKind::Dml);
    }
}
