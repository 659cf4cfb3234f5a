//! Values that live in a session only: variables, and what is known of the last statement. They go with the session.

use std::collections::BTreeSet;

use crate::dialect::Family;
use crate::sql::effect::unquoted;
use crate::sql::kind::StatementKind;
use crate::sql::reading::Reading;
use crate::sql::setting;
use crate::sql::split::Statement;
use crate::sql::token::Token;
use crate::sql::token::TokenKind;
use crate::sql::words::telling;

/// What a statement has to do with such values; variables as `@name`, functions as `name()`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionValues {
    /// Those it needs.
    pub reads: BTreeSet<String>,
    /// The variables it sets.
    pub sets: BTreeSet<String>,
    /// The settings of the session that it takes from the database, or from a function: another time they may be others.
    pub settings: BTreeSet<String>,
    /// Whether what it sets is the same whenever it is said.
    pub is_fixed: bool,
}

/// Functions that tell of a statement before, and system variables of MySQL that do.
const FUNCTIONS: [&str; 7] =
    ["last_insert_id", "row_count", "found_rows", "last_insert_rowid", "changes", "total_changes", "lastval"];
const VARIABLES: [&str; 4] = ["last_insert_id", "identity", "warning_count", "error_count"];

/// Those that outlive the next statement.
const LASTING: [&str; 4] = ["last_insert_id()", "lastval()", "@@last_insert_id", "@@identity"];

/// First words of statements that may set the variables they are given.
const GIVE_BACK: [&str; 3] = ["call", "get", "load"];

impl SessionValues {
    /// Judges a statement by its words. What is said inside of a routine happens when that is called, and does not count.
    pub fn of(statement: &Statement) -> Self {
        let family = statement.reading.family;
        match (statement.kind, family) {
            (_, Family::Postgres) => Self::default(), // it refuses to tell in a new session what it knew in the old one
            (StatementKind::Ddl, _) if is_routine(statement) => Self::default(),
            _ => Self::read(statement.sql(), statement.reading),
        }
    }

    /// Leaves out what tells of the statement right before.
    #[must_use]
    pub fn without_told(mut self) -> Self {
        self.reads.retain(|name| name.starts_with('@') && !name.starts_with("@@") || LASTING.contains(&&**name));
        self
    }

    fn read(sql: &str, reading: impl Into<Reading>) -> Self {
        let words: Vec<Token> = telling(sql, reading).collect();
        let text = |at: usize| words.get(at).map_or("", |token| &sql[token.range.clone()]);
        let is = |at: usize, word: &str| text(at).eq_ignore_ascii_case(word);
        // `user`@`host` is no variable.
        let is_name = |at: usize| {
            let before = at.checked_sub(1).map(|before| &words[before]);
            let adjoins = |token: &Token| {
                token.range.end == words[at].range.start && matches!(token.kind, TokenKind::Quoted | TokenKind::String)
            };
            text(at) == "@"
                && text(at + 1) != "@"
                && !before.is_some_and(|token| adjoins(token) || &sql[token.range.clone()] == "@")
        };
        let (is_set, gives_back) = (is(0, "set"), GIVE_BACK.iter().any(|word| is(0, word)));
        let mut values = Self { is_fixed: is_set, ..Self::default() };
        let mut is_into = false;
        for at in 0..words.len() {
            if is_name(at) {
                let name = format!("@{}", unquoted(text(at + 1)));
                let is_assigned = (text(at + 2) == ":" && text(at + 3) == "=")
                    || text(at + 2) == ":="
                    || (is_set && text(at + 2) == "=")
                    || is_into;
                if is_assigned || gives_back {
                    values.sets.insert(name.clone());
                }
                if !is_assigned {
                    values.reads.insert(name);
                }
            } else if text(at) == "@" && at > 0 && text(at - 1) == "@" && VARIABLES.iter().any(|name| is(at + 1, name))
            {
                values.reads.insert(format!("@@{}", text(at + 1).to_ascii_lowercase()));
            } else if text(at + 1) == "("
                && !(is(at, "last_insert_id") && text(at + 2) != ")")
                && FUNCTIONS.iter().any(|name| is(at, name))
            {
                values.reads.insert(format!("{}()", text(at).to_ascii_lowercase()));
            } else if is(at, "previous") && is(at + 1, "value") && is(at + 2, "for")
                || is(at, "currval") && text(at.wrapping_sub(1)) == "."
            {
                values.reads.insert("lastval()".to_owned());
            }
            values.is_fixed &= text(at) != "(";
            let goes_on =
                is(at, "into") || is_into && (text(at) == "," || text(at) == "@" || at > 0 && text(at - 1) == "@");
            is_into = goes_on;
        }
        if is_set {
            let text: Vec<&str> = words.iter().skip(1).map(|token| &sql[token.range.clone()]).collect();
            values.is_fixed &= !setting::is_volatile(&text);
            values.settings = taken_settings(&text);
        }
        values
    }
}

/// Returns the settings among the assignments of a SET that are no constants; `words` are those behind it.
fn taken_settings(words: &[&str]) -> BTreeSet<String> {
    let mut depth = 0usize;
    let assignments = words.split(|word| {
        match *word {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && *word == ","
    });
    let taken = assignments.filter_map(|words| {
        let at = words.iter().position(|word| matches!(*word, "=" | ":="))?;
        let (left, right) = words.split_at(at);
        let is_variable = left.first() == Some(&"@") && left.get(1) != Some(&"@");
        let is_taken = right.iter().any(|word| word.eq_ignore_ascii_case("select"));
        let calls = setting::calls_function(right) || setting::is_volatile(right);
        if is_variable || !(is_taken || calls) { None } else { left.last().map(|name| unquoted(name)) }
    });
    taken.collect()
}

/// Returns whether a SET sets variables of the user's, and nothing else.
pub fn sets_variables_only(statement: &Statement) -> bool {
    let words: Vec<&str> = statement.words().collect();
    let (mut depth, mut is_left, mut found) = (0usize, true, false);
    for (at, word) in words.iter().enumerate().skip(1) {
        match *word {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => is_left = true,
            "=" | ":=" if depth == 0 => is_left = false,
            ":" if depth == 0 && words.get(at + 1) == Some(&"=") => is_left = false,
            "@" if is_left && words.get(at + 1) != Some(&"@") && words[at - 1] != "@" => found = true,
            _ if is_left && words[at - 1] == "@" && words.get(at.wrapping_sub(2)) != Some(&"@") => {}
            _ if is_left => return false,
            _ => {}
        }
    }
    found && words.first().is_some_and(|word| word.eq_ignore_ascii_case("set"))
}

fn is_routine(statement: &Statement) -> bool {
    const ROUTINES: [&str; 4] = ["procedure", "function", "trigger", "event"];
    const BEFORE: usize = 12;
    statement.words().take(BEFORE).any(|word| ROUTINES.iter().any(|routine| word.eq_ignore_ascii_case(routine)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` is what is read, what is set, and whether that is fixed.
    fn check(sql: &str, reads: &str, sets: &str, is_fixed: bool) {
        let found = SessionValues::read(sql, Family::Mysql);
        let list = |names: &BTreeSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        assert_eq!((&*list(&found.reads), &*list(&found.sets), found.is_fixed), (reads, sets, is_fixed), "{sql}");
    }

    #[test]
    fn variables_are_set_and_read() {
        check("SET @a = 1, @B := 'x'", "", "@a @b", true);
        check("SET @old = @@sql_mode, sql_mode = ''", "", "@old", true);
        check("SET @b = @a", "@a", "@b", true);
        check("SET @n = (SELECT max(n) FROM t)", "", "@n", false);
        check("SET @id = LAST_INSERT_ID()", "last_insert_id()", "@id", false);
        check("SET @id = @@identity", "@@identity", "@id", true);
        check("INSERT INTO c VALUES (@id, `@x`, '@y')", "@id", "", false);
        check("SELECT @n := n + 1 FROM t", "", "@n", false);
        check("SELECT a, b INTO @a, @b FROM t WHERE c = @c", "@c", "@a @b", false);
        check("CALL p(@out)", "@out", "@out", false);
        check("UPDATE t SET n = @`n`", "@n", "", false);
        check("SET @n = CURRENT_TIMESTAMP", "", "@n", false);
        check("SET @n = @@timestamp", "", "@n", false);
        check("SET @n = PREVIOUS VALUE FOR s", "lastval()", "@n", true);
        check("SET @n = s.currval, @m = LASTVAL(s)", "lastval()", "@m @n", false);
    }

    #[test]
    fn variables_are_told_from_settings() {
        use crate::span::Source;
        let check = |sql: &str, expected| {
            let statements = crate::sql::split(&Source::new("a.sql", sql), 0..sql.len(), Family::Mysql).unwrap();
            assert_eq!(sets_variables_only(&statements[0]), expected, "{sql}");
        };
        for sql in ["SET @a = row_count()", "SET @a := 1, @`b` = (SELECT 1, 2)", "SET @a = @@sql_mode, @b = @a = 2"] {
            check(sql, true);
        }
        for sql in
            ["SET sql_mode = ''", "SET @a = 1, autocommit = 1", "SET @@autocommit = 1", "SET NAMES x", "SELECT 1"]
        {
            check(sql, false);
        }
    }

    #[test]
    fn a_user_at_a_host_is_no_variable() {
        check("GRANT ALL ON t TO 'a'@'localhost', `b`@`%`", "", "", false);
    }
}
