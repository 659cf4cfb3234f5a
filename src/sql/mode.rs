//! What a script says about the modes that change how text is read: followed from statement to statement.

use std::collections::BTreeMap;

use crate::dialect::Family;
use crate::sql::kind::StatementKind;
use crate::sql::reading::Mode;
use crate::sql::reading::Modes;
use crate::sql::reading::Reading;
use crate::sql::token::TokenKind;
use crate::sql::words::telling;

/// How the text is read here, and what later statements may bring back.
#[derive(Debug, Clone)]
pub struct Following {
    /// How it is read now.
    pub reading: Reading,
    /// The modes of a new session.
    initial: Modes,
    /// Variables that hold a value of `sql_mode`, as dumps keep the old one.
    saved: BTreeMap<String, Modes>,
}

impl Following {
    /// Begins with a new session.
    pub fn new(reading: Reading) -> Self {
        Self { reading, initial: reading.modes, saved: BTreeMap::new() }
    }

    /// Takes note of a statement; what it does to the modes holds for what follows.
    pub(super) fn pass(&mut self, sql: &str, kind: StatementKind) {
        let Some(first) = first_word(sql, self.reading) else { return };
        match (self.reading.family, first.as_str()) {
            (Family::Mysql, "set") if kind != StatementKind::Ddl => self.mysql(sql),
            (Family::Mysql, "execute" | "prepare" | "begin") if mentions(sql, "sql_mode") => {
                self.reading.modes = Modes::unknown();
            }
            (Family::Postgres, "set" | "reset" | "discard") => self.postgres_setting(sql),
            (Family::Postgres, "select" | "with" | "values" | "do" | "call" | "execute") if mentions(sql, STRINGS) => {
                self.postgres_call(sql);
            }
            _ => {}
        }
    }

    fn mysql(&mut self, sql: &str) {
        let tokens = tokens(sql, self.reading);
        let words = Words(&tokens);
        let mut is_session = true;
        for assignment in words.after(1).split(",") {
            let Some(at) = assignment.find(&["=", ":="]) else { continue };
            let (left, right) = (Words(&assignment.0[..at]), assignment.after(at + 1));
            let mut name = left;
            if let Some(scope) = [left.text(0), left.text(2)].into_iter().find_map(scope) {
                is_session = scope;
                name = if left.is(0, "@") { left.after(4) } else { left.after(1) };
            } else if left.is(0, "@") && left.is(1, "@") {
                name = left.after(2);
            } else if left.is(0, "@") {
                let modes = self.value(right, 0);
                self.saved.insert(unquoted(left.text(1)), modes.unwrap_or(Modes::unknown()));
                continue;
            }
            if is_session && unquoted(name.text(0)) == "sql_mode" && name.0.len() == 1 {
                self.reading.modes = self.value(right, 0).unwrap_or(Modes::unknown());
            }
        }
    }

    /// Returns what an expression makes of the modes; nothing where it is not understood.
    fn value(&self, words: Words<'_>, depth: usize) -> Option<Modes> {
        const DEEPEST: usize = 16;
        if depth > DEEPEST {
            return None;
        }
        let (kind, text) = words.0.first().copied()?;
        if words.0.len() == 1 {
            return match kind {
                TokenKind::String => Some(Modes::of_sql_mode(&unquoted(text))),
                TokenKind::Number => text.parse().ok().map(of_number),
                TokenKind::Word if text.eq_ignore_ascii_case("default") => Some(self.initial),
                TokenKind::Word | TokenKind::Quoted => Some(Modes::of_sql_mode(&unquoted(text))),
                _ => None,
            };
        }
        if words.is(0, "@") && words.is(1, "@") {
            return match words.text(2).to_ascii_lowercase().as_str() {
                "sql_mode" if words.0.len() == 3 => Some(self.reading.modes),
                "session" | "local" if words.is(4, "sql_mode") && words.0.len() == 5 => Some(self.reading.modes),
                "global" if words.is(4, "sql_mode") && words.0.len() == 5 => Some(self.initial),
                _ => None,
            };
        }
        if words.is(0, "@") && words.0.len() == 2 {
            return self.saved.get(&unquoted(words.text(1))).copied();
        }
        if words.is(0, "(") && words.is(words.0.len() - 1, ")") {
            let inner = Words(&words.0[1..words.0.len() - 1]);
            return self.value(if inner.is(0, "select") { inner.after(1) } else { inner }, depth + 1);
        }
        if !(words.is(1, "(") && words.is(words.0.len() - 1, ")")) {
            return None;
        }
        let arguments: Vec<Words<'_>> = Words(&words.0[2..words.0.len() - 1]).split(",").collect();
        match (text.to_ascii_lowercase().as_str(), arguments.as_slice()) {
            ("concat", [first, rest @ ..]) => self.union(*first, rest, depth),
            ("concat_ws", [_, first, rest @ ..]) => self.union(*first, rest, depth),
            ("replace", [from, what, with]) => self.replaced(*from, *what, *with, depth),
            _ => None,
        }
    }

    fn union(&self, first: Words<'_>, rest: &[Words<'_>], depth: usize) -> Option<Modes> {
        let first = self.value(first, depth + 1)?;
        rest.iter().try_fold(first, |modes, next| Some(both(modes, self.value(*next, depth + 1)?)))
    }

    /// `REPLACE(@@sql_mode, 'ONLY_FULL_GROUP_BY', '')`.
    fn replaced(&self, from: Words<'_>, what: Words<'_>, with: Words<'_>, depth: usize) -> Option<Modes> {
        let modes = self.value(from, depth + 1)?;
        let ([(TokenKind::String, what)], [(TokenKind::String, with)]) = (what.0, with.0) else { return None };
        let gone = Modes::of_sql_mode(&unquoted(what));
        let kept = Modes {
            backslash: if gone.backslash == Mode::Off { Mode::On } else { modes.backslash },
            ansi_quotes: if gone.ansi_quotes == Mode::On { Mode::Off } else { modes.ansi_quotes },
            oracle: if gone.oracle == Mode::On { Mode::Off } else { modes.oracle },
        };
        // What is put in its place counts, too, where that is a mode.
        Some(both(kept, Modes::of_sql_mode(&unquoted(with))))
    }

    fn postgres_setting(&mut self, sql: &str) {
        let tokens = tokens(sql, self.reading);
        let words = Words(&tokens);
        if !words.is(0, "set") {
            if words.is(1, "all") || words.is(1, STRINGS) {
                self.reading.modes = self.initial;
            }
            return;
        }
        let words = words.after(1 + usize::from(words.is(1, "session") || words.is(1, "local")));
        if unquoted(words.text(0)) == STRINGS {
            self.reading.modes.backslash = self.switch(words.text(2));
        }
    }

    /// `SELECT set_config('standard_conforming_strings', 'off', false)`, or what calls something that may say it.
    fn postgres_call(&mut self, sql: &str) {
        let tokens = tokens(sql, self.reading);
        let words = Words(&tokens);
        let is_call = |at: usize| words.is(at, "set_config") && unquoted(words.text(at + 2)) == STRINGS;
        match (0..words.0.len()).find(|at| is_call(*at)) {
            Some(at) => self.reading.modes.backslash = self.switch(words.text(at + 4)),
            None if mentions(sql, "set_config") || !words.is(0, "select") => {
                self.reading.modes.backslash = Mode::Unknown;
            }
            None => {}
        }
    }

    /// Reads a value of `standard_conforming_strings`: where it is off, a backslash escapes.
    fn switch(&self, value: &str) -> Mode {
        match unquoted(value).as_str() {
            "on" | "true" | "yes" | "1" | "t" | "y" => Mode::Off,
            "off" | "false" | "no" | "0" | "f" | "n" => Mode::On,
            "default" => self.initial.backslash,
            _ => Mode::Unknown,
        }
    }
}

/// The setting of PostgreSQL without which a backslash escapes in any string.
const STRINGS: &str = "standard_conforming_strings";

/// The modes among the bits of `sql_mode`.
fn of_number(bits: u64) -> Modes {
    const ANSI_QUOTES: u64 = 1 << 2;
    const ORACLE: u64 = 1 << 9;
    const NO_BACKSLASH_ESCAPES: u64 = 1 << 20;
    Modes {
        backslash: Mode::of(bits & NO_BACKSLASH_ESCAPES == 0),
        ansi_quotes: Mode::of(bits & ANSI_QUOTES != 0),
        oracle: Mode::of(bits & ORACLE != 0),
    }
}

/// Returns whether a word says whose setting follows, and if so, whether it is the session's.
fn scope(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "session" | "local" => Some(true),
        "global" | "persist" | "persist_only" => Some(false),
        _ => None,
    }
}

fn first_word(sql: &str, reading: Reading) -> Option<String> {
    telling(sql, reading).next().map(|token| sql[token.range].to_ascii_lowercase())
}

fn mentions(sql: &str, word: &str) -> bool {
    sql.as_bytes().windows(word.len()).any(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes()))
}

/// Returns a word or string without its quotes, in lower case.
fn unquoted(text: &str) -> String {
    let inner = text.trim_start_matches(['\'', '"', '`']).trim_end_matches(['\'', '"', '`']);
    inner.to_ascii_lowercase()
}

/// Returns the modes of two lists put together.
fn both(one: Modes, two: Modes) -> Modes {
    let either = |a: Mode, b: Mode, named: Mode| match (a, b) {
        _ if a == named || b == named => named,
        (Mode::Unknown, _) | (_, Mode::Unknown) => Mode::Unknown,
        _ => a,
    };
    Modes {
        // To name the mode is what takes its meaning from the backslash.
        backslash: either(one.backslash, two.backslash, Mode::Off),
        ansi_quotes: either(one.ansi_quotes, two.ansi_quotes, Mode::On),
        oracle: either(one.oracle, two.oracle, Mode::On),
    }
}

fn tokens(sql: &str, reading: Reading) -> Vec<(TokenKind, &str)> {
    telling(sql, reading).map(|token| (token.kind, &sql[token.range])).collect()
}

/// Some of the tokens of a statement.
#[derive(Clone, Copy)]
struct Words<'a>(&'a [(TokenKind, &'a str)]);

impl<'a> Words<'a> {
    fn text(self, at: usize) -> &'a str {
        self.0.get(at).map_or("", |(_, text)| text)
    }

    fn is(self, at: usize, text: &str) -> bool {
        self.text(at).eq_ignore_ascii_case(text)
    }

    fn after(self, at: usize) -> Self {
        Self(self.0.get(at..).unwrap_or_default())
    }

    fn find(self, texts: &[&str]) -> Option<usize> {
        self.0.iter().position(|(_, text)| texts.contains(text))
    }

    /// Divides them at `mark`, outside of parentheses.
    fn split(self, mark: &'a str) -> impl Iterator<Item = Self> {
        let mut depth = 0usize;
        self.0
            .split(move |(_, text)| {
                match *text {
                    "(" => depth += 1,
                    ")" => depth = depth.saturating_sub(1),
                    _ => {}
                }
                depth == 0 && *text == mark
            })
            .map(Words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::span::Source;
    use crate::sql::split::split_following;

    /// Compares what holds at the end of a script with `expected`: `\\` where a backslash escapes, `"` where that quotes
    /// names, `o` for Oracle's routines, and `?` for what nobody knows.
    fn check(dialect: Dialect, script: &str, expected: &str) {
        let mut following = Following::new(dialect.into());
        let (_, errors) = split_following(&Source::new("a.sql", script), 0..script.len(), &mut following);
        assert!(errors.is_empty(), "{errors:?}");
        let Modes { backslash, ansi_quotes, oracle } = following.reading.modes;
        let shown = |mode, sign: &str| match mode {
            Mode::On => sign.to_owned(),
            Mode::Off => String::new(),
            Mode::Unknown => "?".to_owned(),
        };
        let found = shown(backslash, "\\") + &shown(ansi_quotes, "\"") + &shown(oracle, "o");
        assert_eq!(found, expected, "{script}");
    }

    #[test]
    fn sql_mode_is_followed_however_it_is_set() {
        for script in [
            "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
            "set session SQL_MODE := \"no_backslash_escapes,ansi_quotes\"",
            "SET @@sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES'",
            "SET @@session.sql_mode = 1048580",
            "SET LOCAL sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES,NO_BACKSLASH_ESCAPES')",
            "SET sql_mode = 'ANSI_QUOTES'; SET sql_mode = CONCAT_WS(',', @@session.sql_mode, 'NO_BACKSLASH_ESCAPES')",
            "SET a = 1, sql_mode = 'NO_BACKSLASH_ESCAPES,DB2', b = 2",
            "SET @m = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'; SET sql_mode = @m",
            "/*!40101 SET SQL_MODE='ANSI_QUOTES,NO_BACKSLASH_ESCAPES' */",
        ] {
            check(Dialect::Mariadb, script, "\"");
        }
        check(Dialect::Mariadb, "SET sql_mode = ORACLE", "\\\"o");
        check(Dialect::Mysql, "SET sql_mode = (SELECT REPLACE(@@sql_mode, 'ONLY_FULL_GROUP_BY', ''))", "\\");
    }

    #[test]
    fn the_old_mode_comes_back_as_dumps_bring_it() {
        check(
            Dialect::Mariadb,
            "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_BACKSLASH_ESCAPES' */; /*!40101 SET SQL_MODE=@OLD_SQL_MODE */;",
            "\\",
        );
        check(Dialect::Mariadb, "SET sql_mode = 'ANSI_QUOTES'; SET sql_mode = DEFAULT", "\\");
        check(
            Dialect::Mariadb,
            "SET sql_mode = 'ANSI_QUOTES'; SET sql_mode = REPLACE(@@sql_mode, 'ANSI_QUOTES', '')",
            "\\",
        );
    }

    #[test]
    fn what_is_not_of_this_session_changes_nothing() {
        for script in [
            "SET GLOBAL sql_mode = 'ANSI_QUOTES'",
            "SET @@global.sql_mode = 'ANSI_QUOTES'",
            "SET GLOBAL a = 1, sql_mode = 'ANSI_QUOTES'",
            "SET PERSIST sql_mode = 'ANSI_QUOTES'",
            "SELECT 'sql_mode'",
            "SET @sql_mode = 'ANSI_QUOTES'",
            "/*!80000 SET sql_mode = 'ANSI_QUOTES' */",
            "SET STATEMENT sql_mode = 'ANSI_QUOTES' FOR SELECT 1",
            "CREATE PROCEDURE p() BEGIN SET sql_mode = 'ANSI_QUOTES'; END",
        ] {
            check(Dialect::Mariadb, script, "\\");
        }
    }

    #[test]
    fn what_cannot_be_known_is_not_guessed() {
        for script in [
            "SET sql_mode = @nosuch",
            "SET sql_mode = (SELECT m FROM t)",
            "SET sql_mode = f()",
            "EXECUTE IMMEDIATE 'SET sql_mode = 0'",
        ] {
            check(Dialect::Mariadb, script, "???");
        }
    }

    #[test]
    fn standard_conforming_strings_are_followed() {
        check(Dialect::Postgres, "SET standard_conforming_strings = off", "\\");
        check(Dialect::Postgres, "set local Standard_Conforming_Strings to 'off'", "\\");
        check(Dialect::Postgres, "SELECT pg_catalog.set_config('standard_conforming_strings', 'off', false)", "\\");
        check(Dialect::Postgres, "SET standard_conforming_strings = off; RESET ALL", "");
        check(
            Dialect::Postgres,
            "SET standard_conforming_strings = off; SET standard_conforming_strings TO DEFAULT",
            "",
        );
        check(Dialect::Postgres, "ALTER DATABASE d SET standard_conforming_strings = off", "");
        check(Dialect::Postgres, "DO $$ BEGIN SET standard_conforming_strings = off; END $$", "?");
    }
}
