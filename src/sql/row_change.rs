//! What a statement of SQLite changes of rows that were there: whether it deletes some, and which columns it sets.

use std::collections::BTreeSet;

use crate::dialect::Family;
use crate::sql::effect::Words;
use crate::sql::effect::unquoted;
use crate::sql::words::significant;

/// How a statement changes rows of a table of the main database; names are as SQLite compares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// The table.
    pub table: String,
    /// Whether rows go: `DELETE`, and what replaces rows.
    pub deletes: bool,
    /// The columns that get another value.
    pub columns: BTreeSet<String>,
}

/// The words that end a list of assignments.
const ENDS: [&str; 6] = ["from", "where", "returning", "order", "limit", "on"];

impl RowChange {
    /// Returns how a statement changes rows, if it does.
    pub fn of(sql: &str) -> Option<Self> {
        let mut depth = 0usize;
        let mut words = Vec::new();
        for word in significant(sql, 0..sql.len(), Family::Sqlite) {
            match word {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            // A list of columns may be the target of an assignment; what is deeper is a query or an expression.
            if depth <= 1 {
                words.push((word, depth));
            }
        }
        let verbs = ["insert", "delete", "update", "replace"];
        let is_verb =
            |(word, depth): &(&str, usize)| *depth == 0 && verbs.iter().any(|verb| word.eq_ignore_ascii_case(verb));
        let first = words.iter().position(is_verb)?;
        let words = &words[first..];
        let plain: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let plain = Words(&plain);
        let (replaces, rest) = match plain.is(1, "or") {
            true => (plain.is(2, "replace"), Words(plain.0.get(3..)?)),
            false => (false, Words(&plain.0[1..])),
        };
        let (table, _) = rest.skip(&["into"]).skip(&["from"]).table()?;
        let columns = columns(words);
        let deletes = replaces || plain.is(0, "delete") || plain.is(0, "replace");
        (deletes || plain.is(0, "update") || !columns.is_empty()).then_some(Self { table, deletes, columns })
    }
}

/// Returns the columns behind each `SET`.
fn columns(words: &[(&str, usize)]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let (mut is_list, mut is_target) = (false, false);
    let mut before = "";
    for (word, depth) in words {
        let is = |text: &str| word.eq_ignore_ascii_case(text);
        // `a IS NOT DISTINCT FROM b` goes on behind it.
        let is_operator = std::mem::replace(&mut before, word).eq_ignore_ascii_case("distinct");
        match depth {
            0 if is("set") && !is_list => (is_list, is_target) = (true, true),
            0 if is_list && !is_operator && ENDS.iter().any(|end| is(end)) => (is_list, is_target) = (false, false),
            0 if is("=") => is_target = false,
            0 if is(",") => is_target = is_list,
            _ if is_target && ![",", "(", ")"].contains(word) => {
                found.insert(unquoted(word));
            }
            _ => {}
        }
    }
    found
}

/// Returns what a pragma sets foreign keys to, if it is the one that does.
pub fn foreign_keys(sql: &str) -> Option<bool> {
    let words: Vec<&str> = significant(sql, 0..sql.len(), Family::Sqlite).take(8).collect();
    let at = words.iter().position(|word| unquoted(word) == "foreign_keys")?;
    let value = words.get(at + 2)?;
    let is_pragma = words[0].eq_ignore_ascii_case("pragma");
    is_pragma.then(|| !matches!(unquoted(value).as_str(), "off" | "no" | "false" | "0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares with `table: columns`, and `-` behind it where rows go.
    fn check(sql: &str, expected: &str) {
        let found = RowChange::of(sql).map(|change| {
            let columns: Vec<String> = change.columns.into_iter().collect();
            format!("{}: {}{}", change.table, columns.join(" "), if change.deletes { " -" } else { "" })
        });
        assert_eq!(found.unwrap_or_default(), expected, "{sql}");
    }

    #[test]
    fn an_update_changes_the_columns_that_it_sets() {
        check("UPDATE t SET a = 1", "t: a");
        check(
            "update main.\"T\" set A=b, [c d] = (SELECT x FROM y WHERE z = 1), e = f(g, h) WHERE i = 2",
            "t: a c d e",
        );
        check("UPDATE OR REPLACE t AS u SET a = a + 1 FROM v WHERE v.b = u.b", "t: a -");
        check(
            "UPDATE t INDEXED BY i SET (a, \"b\") = (SELECT 1, 2), c = CASE d WHEN 1 THEN 2 END RETURNING e",
            "t: a b c",
        );
        check("WITH x(set1) AS (SELECT 1) UPDATE t SET a = (SELECT set1 FROM x)", "t: a");
        check("UPDATE t SET a = b IS NOT DISTINCT FROM c, d = 1 FROM e", "t: a d");
    }

    #[test]
    fn rows_go_where_they_are_deleted_or_replaced() {
        check("DELETE FROM t WHERE a = 1", "t:  -");
        check("REPLACE INTO t (a, b) VALUES (1, 2)", "t:  -");
        check("INSERT OR REPLACE INTO t SELECT * FROM u", "t:  -");
        check("WITH x AS (SELECT 1) DELETE FROM t", "t:  -");
    }

    #[test]
    fn an_upsert_changes_columns_and_an_insert_nothing() {
        check("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = excluded.b, c = 1 WHERE d = 2", "t: b c");
        check(
            "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1 ON CONFLICT (c) DO UPDATE SET d = 1",
            "t: b d",
        );
        check("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", "");
        check("INSERT OR IGNORE INTO t VALUES (1)", "");
    }

    #[test]
    fn the_pragma_is_known_in_each_of_its_forms() {
        for (sql, expected) in [
            ("PRAGMA foreign_keys = OFF", Some(false)),
            ("pragma main.foreign_keys=0", Some(false)),
            ("PRAGMA \"foreign_keys\"('no')", Some(false)),
            ("PRAGMA foreign_keys = ON", Some(true)),
            ("PRAGMA foreign_keys", None),
            ("PRAGMA foreign_key_check", None),
            ("SELECT foreign_keys = 0", None),
        ] {
            assert_eq!(foreign_keys(sql), expected, "{sql}");
        }
    }
}
