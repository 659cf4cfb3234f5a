//! What a statement asks of the statements before it: how many rows they changed or found, and what they warned of.

use std::collections::BTreeMap;

use crate::dialect::Family;
use crate::sql::kind::StatementKind;
use crate::sql::object::Trace;
use crate::sql::split::Statement;
use crate::sql::value::SessionValues;
use crate::sql::words::telling;

/// What a value tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToldOf {
    /// The statement right before.
    Previous,
    /// The last statement that was more than a query without tables, or a variable.
    LastWork,
    /// The last query.
    LastQuery,
    /// The last statement that made a row with a number of its own.
    LastNumber,
    /// The last change of rows.
    LastChange,
    /// The last row that was put in.
    LastRow,
    /// All changes of the session.
    All,
}

const MYSQL: [(&str, ToldOf); 3] =
    [("row_count", ToldOf::Previous), ("found_rows", ToldOf::LastQuery), ("last_insert_id", ToldOf::LastNumber)];
const MYSQL_VARIABLES: [(&str, ToldOf); 4] = [
    ("warning_count", ToldOf::LastWork),
    ("error_count", ToldOf::LastWork),
    ("identity", ToldOf::LastNumber),
    ("last_insert_id", ToldOf::LastNumber),
];
const SQLITE: [(&str, ToldOf); 3] =
    [("changes", ToldOf::LastChange), ("last_insert_rowid", ToldOf::LastRow), ("total_changes", ToldOf::All)];

/// Returns the values that a statement asks for, as they are written, and what each tells of.
///
/// What only shows them keeps them nowhere. In a block, only its first statement can ask what was before the block.
pub fn told(statement: &Statement) -> BTreeMap<String, ToldOf> {
    let family = statement.reading.family;
    let sql = statement.sql();
    let mut words: Vec<&str> = telling(sql, statement.reading).map(|token| &sql[token.range]).collect();
    if family == Family::Postgres || !keeps(statement, &words) {
        return BTreeMap::new();
    }
    if statement.is_compound {
        words.truncate(end_of_first(&words));
    }
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    let is = |at: usize, text: &str| word(at).eq_ignore_ascii_case(text);
    let find = |list: &[(&str, ToldOf)], at: usize| list.iter().find(|(name, _)| is(at, name)).map(|(_, of)| *of);
    let mut found = BTreeMap::new();
    for at in 0..words.len() {
        let before = |steps: usize| at.checked_sub(steps).map_or("", word);
        let is_system =
            before(1) == "@" && before(2) == "@" || before(1) == "." && before(3) == "@" && before(4) == "@";
        let is_call = word(at + 1) == "(" && word(at + 2) == ")" && before(1) != "." && before(1) != "@";
        match family {
            Family::Mysql if is_system => {
                found.extend(find(&MYSQL_VARIABLES, at).map(|of| (format!("@@{}", word(at).to_lowercase()), of)));
            }
            Family::Mysql if is_call => {
                found.extend(find(&MYSQL, at).map(|of| (format!("{}()", word(at).to_uppercase()), of)));
            }
            Family::Sqlite if is_call => {
                found.extend(find(&SQLITE, at).map(|of| (format!("{}()", word(at).to_lowercase()), of)));
            }
            _ => {}
        }
        if family == Family::Mysql && is(at, "get") && (at == 0 || statement.is_compound) {
            let is_of_now = is(at + 1, "diagnostics") || is(at + 1, "current") && is(at + 2, "diagnostics");
            // It gives the number of rows as well, which any other statement takes away.
            found.extend(is_of_now.then(|| ("GET DIAGNOSTICS".to_owned(), ToldOf::Previous)));
        }
    }
    found
}

/// Returns whether what a statement asks for may stay somewhere.
fn keeps(statement: &Statement, words: &[&str]) -> bool {
    let has = |text: &str| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match statement.kind {
        StatementKind::Ddl => {
            let makes = words.iter().take(4).any(|word| word.eq_ignore_ascii_case("table"));
            makes && has("create") && has("select")
        }
        StatementKind::Query => {
            Trace::of(statement) != Trace::Repeatable || has("into") || !SessionValues::of(statement).sets.is_empty()
        }
        _ => true,
    }
}

/// Returns where the first statement of a block ends that does more than declare.
fn end_of_first(words: &[&str]) -> usize {
    let mut declares = false;
    for (at, word) in words.iter().enumerate() {
        declares |= word.eq_ignore_ascii_case("declare");
        if *word == ";" && !std::mem::take(&mut declares) {
            return at;
        }
    }
    words.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Source;
    use crate::sql::split;

    #[track_caller]
    fn check(family: Family, sql: &str, expected: &str) {
        let statements = split(&Source::new("a.sql", sql), 0..sql.len(), family).unwrap();
        let found: Vec<String> = statements.iter().flat_map(|one| told(one).into_keys()).collect();
        assert_eq!(found.join(" "), expected, "{sql}");
    }

    #[test]
    fn values_that_tell_of_statements_before_are_found() {
        check(Family::Mysql, "SET @n = row_count()", "ROW_COUNT()");
        check(Family::Mysql, "INSERT INTO t SELECT FOUND_ROWS ( ), 1", "FOUND_ROWS()");
        check(
            Family::Mysql,
            "INSERT INTO t VALUES (@@warning_count + @@session.error_count)",
            "@@error_count @@warning_count",
        );
        check(Family::Mysql, "GET DIAGNOSTICS @n = ROW_COUNT", "GET DIAGNOSTICS");
        check(Family::Mysql, "GET CURRENT DIAGNOSTICS CONDITION 1 @e = MYSQL_ERRNO", "GET DIAGNOSTICS");
        check(Family::Mysql, "SELECT ROW_COUNT() INTO @n", "ROW_COUNT()");
        check(Family::Mysql, "SELECT @n := ROW_COUNT()", "ROW_COUNT()");
        check(Family::Mysql, "CREATE TABLE l AS SELECT ROW_COUNT() AS n", "ROW_COUNT()");
        check(Family::Mysql, "/*!50000 INSERT INTO t VALUES (ROW_COUNT()) */", "ROW_COUNT()");
        check(Family::Mysql, "BEGIN NOT ATOMIC DECLARE n INT; SET n = ROW_COUNT(); END", "ROW_COUNT()");
        check(Family::Mysql, "IF ROW_COUNT() > 1 THEN DELETE FROM t; END IF", "ROW_COUNT()");
        check(Family::Sqlite, "INSERT INTO t SELECT changes()", "changes()");
        check(
            Family::Sqlite,
            "UPDATE t SET n = last_insert_rowid(), m = total_changes()",
            "last_insert_rowid() total_changes()",
        );
    }

    #[test]
    fn what_keeps_none_or_tells_of_something_else_is_left_alone() {
        for sql in [
            "SELECT ROW_COUNT()",
            "SHOW WARNINGS",
            "INSERT INTO t VALUES (db.row_count(), `row_count`, 'row_count()', @row_count)",
            "UPDATE q SET n = LAST_INSERT_ID(n + 1)",
            "CREATE PROCEDURE p() SET @n = ROW_COUNT()",
            "CREATE VIEW v AS SELECT ROW_COUNT()",
            "BEGIN NOT ATOMIC UPDATE t SET n = 1; SET @n = ROW_COUNT(); END",
            "GET STACKED DIAGNOSTICS @n = NUMBER",
        ] {
            check(Family::Mysql, sql, "");
        }
        check(Family::Sqlite, "CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO l SELECT changes(); END", "");
        check(Family::Sqlite, "CREATE TABLE t (n DEFAULT (changes()))", "");
        check(Family::Postgres, "INSERT INTO t SELECT row_count()", "");
    }
}
