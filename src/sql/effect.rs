//! What a statement of SQLite does to a table, as far as rows can be lost by it.

use crate::dialect::Family;
use crate::sql::words::significant;

/// What a statement does to a table of the main database; names are without quotes and in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// `CREATE TABLE`.
    Create(String),
    /// `DROP TABLE`.
    Drop(String),
    /// `ALTER TABLE … RENAME TO`.
    Rename {
        /// The name before.
        from: String,
        /// The name after.
        to: String,
    },
    /// `ALTER TABLE … DROP COLUMN`.
    DropColumn(String),
    /// `DELETE`, `UPDATE`, `REPLACE`, and an `INSERT` that replaces or updates: rows that were there change or go.
    Change(String),
}

impl Effect {
    /// Returns what a statement does, if it is one of these; temporary and attached tables do not count.
    pub fn of(sql: &str) -> Option<Self> {
        let words: Vec<&str> = significant(sql, 0..sql.len(), Family::Sqlite).take(LONGEST).collect();
        let words = Words(&words);
        match words.word(0).to_ascii_lowercase().as_str() {
            "create" => {
                let at = if words.is(1, "virtual") { 2 } else { 1 };
                let words = words.after(at, "table")?.skip(&["if", "not", "exists"]);
                words.table().map(|(name, _)| Self::Create(name))
            }
            "drop" => words.after(1, "table")?.skip(&["if", "exists"]).table().map(|(name, _)| Self::Drop(name)),
            "alter" => {
                let (table, rest) = words.after(1, "table")?.table()?;
                if rest.is(0, "rename") && rest.is(1, "to") {
                    return Some(Self::Rename { from: table, to: unquoted(rest.word(2)) });
                }
                let is_column = !rest.is(1, "constraint");
                (rest.is(0, "drop") && is_column).then_some(Self::DropColumn(table))
            }
            "with" | "insert" | "delete" | "update" | "replace" => change(sql),
            _ => None,
        }
    }

    /// Returns whether it can lose rows or values that nothing brings back.
    pub fn is_destructive(&self) -> bool {
        match self {
            Self::Drop(_) | Self::DropColumn(_) | Self::Change(_) => true,
            Self::Create(_) | Self::Rename { .. } => false,
        }
    }
}

/// The most tokens that stand before what is asked here, except in `WITH` and `INSERT`, which are read whole.
const LONGEST: usize = 16;

/// Finds the table whose rows a statement changes, outside of all parentheses: inside are queries.
fn change(sql: &str) -> Option<Effect> {
    let is_plain = sql.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("insert"))
        && !contains(sql, "conflict")
        && !contains(sql, "replace");
    if is_plain {
        return None; // most rows come this way, and in long statements
    }
    let mut depth = 0usize;
    let mut words = Vec::new();
    for word in significant(sql, 0..sql.len(), Family::Sqlite) {
        match word {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth == 0 => words.push(word),
            _ => {}
        }
    }
    let verbs = ["insert", "delete", "update", "replace"];
    let first = (0..words.len()).find(|&at| verbs.iter().any(|verb| words[at].eq_ignore_ascii_case(verb)))?;
    let words = Words(&words[first..]);
    let (replaces, rest) = match words.is(1, "or") {
        true => (words.is(2, "replace"), Words(words.0.get(3..)?)),
        false => (false, Words(&words.0[1..])),
    };
    let (table, behind) = rest.skip(&["into"]).skip(&["from"]).table()?;
    let updates = || behind.0.windows(2).any(|two| Words(two).is(0, "do") && Words(two).is(1, "update"));
    let changes = !words.is(0, "insert") || replaces || updates();
    changes.then_some(Effect::Change(table))
}

fn contains(sql: &str, word: &str) -> bool {
    sql.as_bytes().windows(word.len()).any(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes()))
}

/// The tokens that are left of a statement.
#[derive(Clone, Copy)]
pub(super) struct Words<'a>(pub(super) &'a [&'a str]);

impl<'a> Words<'a> {
    pub(super) fn word(self, at: usize) -> &'a str {
        self.0.get(at).copied().unwrap_or_default()
    }

    pub(super) fn is(self, at: usize, word: &str) -> bool {
        self.word(at).eq_ignore_ascii_case(word)
    }

    /// Returns what follows `word`, if it stands at `at`.
    pub(super) fn after(self, at: usize, word: &str) -> Option<Self> {
        self.is(at, word).then(|| Self(&self.0[at + 1..]))
    }

    /// Steps over `words`, if they all come next.
    pub(super) fn skip(self, words: &[&str]) -> Self {
        let all = words.iter().enumerate().all(|(at, word)| self.is(at, word));
        if all { Self(&self.0[words.len()..]) } else { self }
    }

    /// Reads the name of a table of the main database, and returns what follows it.
    pub(super) fn table(self) -> Option<(String, Self)> {
        let first = self.0.first()?;
        if self.word(1) != "." {
            return Some((unquoted(first), Self(&self.0[1..])));
        }
        let name = self.0.get(2)?;
        (unquoted(first) == "main").then(|| (unquoted(name), Self(&self.0[3..])))
    }
}

/// Returns a name as SQLite compares it: without quotes, which may be those of a string, and in lower case.
pub fn unquoted(word: &str) -> String {
    let inside = |quote: char, end: char| {
        let rest = word.strip_prefix(quote)?.strip_suffix(end)?;
        Some(if quote == end { rest.replace(&format!("{end}{end}"), &end.to_string()) } else { rest.to_owned() })
    };
    let quotes = [('"', '"'), ('`', '`'), ('[', ']'), ('\'', '\'')];
    let name = quotes.iter().find_map(|(open, close)| inside(*open, *close));
    name.unwrap_or_else(|| word.to_owned()).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &str, expected: Option<Effect>) {
        assert_eq!(Effect::of(sql), expected, "{sql}");
    }

    fn t() -> String {
        "t".to_owned()
    }

    #[test]
    fn names_are_compared_as_sqlite_does() {
        for name in ["t", "T", "\"T\"", "`t`", "[t]", "'t'", "main.t", "\"Main\" . /* x */ [T]"] {
            check(&format!("DROP TABLE {name}"), Some(Effect::Drop(t())));
            check(&format!("drop table if exists {name} -- x"), Some(Effect::Drop(t())));
        }
        check("DROP TABLE \"a\"\"B\"", Some(Effect::Drop("a\"b".into())));
        check("DROP TABLE temp.t", None);
        check("DROP VIEW t", None);
    }

    #[test]
    fn tables_are_made_renamed_and_cut() {
        check("CREATE TABLE IF NOT EXISTS t (a)", Some(Effect::Create(t())));
        check("CREATE VIRTUAL TABLE t USING fts5(a)", Some(Effect::Create(t())));
        check("CREATE TEMP TABLE t (a)", None);
        check("ALTER TABLE main.t_new RENAME TO \"T\"", Some(Effect::Rename { from: "t_new".into(), to: t() }));
        check("ALTER TABLE t RENAME COLUMN a TO b", None);
        check("ALTER TABLE t RENAME a TO b", None);
        check("ALTER TABLE t DROP COLUMN a", Some(Effect::DropColumn(t())));
        check("ALTER TABLE t DROP a", Some(Effect::DropColumn(t())));
        check("ALTER TABLE t ADD COLUMN a", None);
    }

    #[test]
    fn what_changes_rows_that_were_there_is_known() {
        for sql in [
            "DELETE FROM t",
            "UPDATE t SET a = 1",
            "UPDATE OR IGNORE main.t SET a = 1",
            "REPLACE INTO t VALUES (1)",
            "INSERT OR REPLACE INTO t SELECT * FROM u",
            "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2",
            "WITH x AS (SELECT 1), y(a) AS (SELECT 2) DELETE FROM t WHERE a IN x",
        ] {
            check(sql, Some(Effect::Change(t())));
        }
    }

    #[test]
    fn what_only_adds_rows_or_reads_them_is_not() {
        for sql in [
            "INSERT INTO t VALUES ('update', 'on conflict do update')",
            "INSERT INTO t SELECT replace(a, 'x', 'y') FROM u",
            "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
            "INSERT OR IGNORE INTO t VALUES (1)",
            "WITH x AS (SELECT 1) SELECT * FROM x",
            "CREATE TRIGGER a AFTER INSERT ON t BEGIN DELETE FROM t; END",
            "",
        ] {
            check(sql, None);
        }
    }
}
