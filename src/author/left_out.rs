//! What stands in dumps and has no place in a revision, and what a revision needs that stays.

use std::collections::BTreeSet;

use crate::dialect::Family;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::significant;
use crate::sql::unquoted;

/// Something that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Restriction,
    Connect,
    Frame,
    Database,
    Use,
    Binlog,
    Replication,
    SqliteOwn,
    Alembic,
}

impl Part {
    /// Returns what it is, for people.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Restriction => "`\\restrict` and `\\unrestrict`",
            Self::Connect => "`\\connect`",
            Self::Frame => "`BEGIN`, `COMMIT` and `autocommit`",
            Self::Database => "statements about the database itself",
            Self::Use => "`USE`",
            Self::Binlog => "settings of the binary log",
            Self::Replication => "settings of replication",
            Self::SqliteOwn => "SQLite's own tables",
            Self::Alembic => "the table of Alembic's versions",
        }
    }

    /// Returns why it is left out.
    pub(super) fn why(self) -> &'static str {
        match self {
            Self::Restriction => "they are for psql",
            Self::Connect | Self::Use | Self::Database => "the URL says which database it is",
            Self::Frame => "rev has its own transactions",
            Self::Binlog | Self::Replication => "replicas must get the revision as well",
            Self::SqliteOwn => "SQLite makes them itself",
            Self::Alembic => "rev notes itself what is applied",
        }
    }
}

/// Returns why a statement is left out, if it is.
pub(super) fn part_of(statement: &Statement, family: Family) -> Option<Part> {
    if matches!(statement.kind, StatementKind::Dml | StatementKind::CopyIn) {
        return None;
    }
    let words = words(statement, family, 12);
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word == text);
    let has = |text: &str| words.iter().any(|word| word == text);
    let is_database = |at: usize| is(at, "database") || (family == Family::Mysql && is(at, "schema"));
    let makes = is(0, "create") || is(0, "drop") || is(0, "alter");
    let about = (is(0, "comment") || is(0, "grant") || is(0, "revoke") || is(0, "security"))
        && words.windows(2).any(|pair| pair[0] == "on" && pair[1] == "database");
    match family {
        Family::Postgres | Family::Mysql if makes && is_database(1) => Some(Part::Database),
        Family::Postgres if about => Some(Part::Database),
        Family::Mysql if is(0, "use") => Some(Part::Use),
        Family::Mysql if is(0, "set") && has("sql_log_bin") => Some(Part::Binlog),
        Family::Mysql if is(0, "set") && (has("gtid_purged") || has("gtid_slave_pos")) => Some(Part::Replication),
        Family::Mysql if is(0, "change") && (is(1, "master") || is(1, "replication")) => Some(Part::Replication),
        Family::Mysql if (is(0, "start") || is(0, "stop")) && (is(1, "slave") || is(1, "replica")) => {
            Some(Part::Replication)
        }
        Family::Sqlite
            if is(0, "create") && is(1, "table") && words.get(2).is_some_and(|n| n.starts_with("sqlite_")) =>
        {
            Some(Part::SqliteOwn)
        }
        _ => None,
    }
}

/// Returns the database that a statement makes or goes to.
pub(super) fn database_of(statement: &Statement, family: Family) -> Option<String> {
    let words = words(statement, family, 12);
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word == text);
    match family {
        Family::Mysql if is(0, "use") => words.get(1).cloned(),
        Family::Mysql | Family::Postgres
            if is(0, "create") && (is(1, "database") || (family == Family::Mysql && is(1, "schema"))) =>
        {
            words.iter().skip(2).find(|word| !matches!(word.as_str(), "if" | "not" | "exists")).cloned()
        }
        _ => None,
    }
}

/// Returns the table of rev's own that a statement makes.
pub(super) fn own_table(statement: &Statement, family: Family, own: &[String]) -> Option<String> {
    if statement.kind != StatementKind::Ddl {
        return None;
    }
    let words = words(statement, family, 12);
    if words.first()? != "create" || !words.iter().any(|word| word == "table") {
        return None;
    }
    let name =
        words.iter().take_while(|word| *word != "(").find(|word| own.iter().any(|own| own.eq_ignore_ascii_case(word)));
    name.cloned()
}

/// Returns whether a statement of MySQL sets `autocommit`, or puts it aside, and nothing else.
pub(super) fn is_only_autocommit(statement: &Statement) -> bool {
    const WORDS: [&str; 14] = [
        "set",
        "@",
        "@@",
        "=",
        ":=",
        ",",
        ".",
        "session",
        "autocommit",
        "old_autocommit",
        "@old_autocommit",
        "0",
        "1",
        "on",
    ];
    if statement.kind != StatementKind::Session {
        return false;
    }
    let words = words(statement, Family::Mysql, 64);
    words.iter().any(|word| word == "autocommit")
        && words.iter().all(|word| WORDS.contains(&word.as_str()) || word == "off" || word == "@@autocommit")
}

/// Returns what must be there for the statements to run: owners, and users whose rights views and routines have.
pub(super) fn must_exist(statements: &[Statement], family: Family) -> Vec<String> {
    const LOOKED_AT: usize = 40;
    let mut names = BTreeSet::new();
    for statement in statements.iter().filter(|statement| statement.kind == StatementKind::Ddl) {
        let sql = statement.sql();
        let words: Vec<&str> = significant(sql, 0..sql.len(), family).take(LOOKED_AT).collect();
        let at = |text: &str| words.iter().position(|word| word.eq_ignore_ascii_case(text));
        match family {
            Family::Postgres => {
                let owner = at("owner").filter(|at| words.get(at + 1).is_some_and(|to| to.eq_ignore_ascii_case("to")));
                names.extend(
                    owner.and_then(|at| words.get(at + 2)).map(|name| format!("role `{}`", name.trim_matches('"'))),
                );
            }
            Family::Mysql => {
                let Some(definer) = at("definer") else { continue };
                let rest: Vec<&&str> = words.iter().skip(definer + 2).take(3).collect();
                match rest.as_slice() {
                    [user, sign, host] if sign.starts_with('@') && sign.len() == 1 => {
                        names.insert(format!("user `{}`@`{}`", unquoted(user), unquoted(host)));
                    }
                    _ => {}
                }
            }
            Family::Sqlite => {}
        }
    }
    names.into_iter().collect()
}

/// Returns the first words of a statement without quotes, in lower case, and without the marks of version comments.
fn words(statement: &Statement, family: Family, count: usize) -> Vec<String> {
    let sql = statement.sql();
    let is_mark = |word: &&str| word.starts_with("/*") || *word == "*/";
    significant(sql, 0..sql.len(), family).filter(|word| !is_mark(word)).take(count).map(unquoted).collect()
}
