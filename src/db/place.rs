//! Where in a statement an error is, from what the server says about it; pure text work.

use std::ops::Range;

/// A server's own way to say where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// PostgreSQL: a character of the text that was sent, from 1.
    Character(usize),
    /// PostgreSQL: a line of the body of a `DO` block, from 1 (the rest of the line of the opening `$$`).
    BlockLine(usize),
    /// PostgreSQL: a line of the data of `COPY … FROM STDIN`, from 1.
    CopyLine(usize),
    /// MySQL: the text that begins at the error, and the line of the statement it is on, from 1.
    Near {
        /// At most 80 characters; empty at the end of the statement.
        text: String,
        /// Line of the statement, from 1.
        line: usize,
    },
    /// SQLite: the token at which parsing stopped; it may stand in the statement more than once.
    Token(String),
    /// The name of a thing that the message is about.
    Name(String),
}

/// How much of the statement MySQL repeats in a message, in characters.
const NEAR: usize = 80;

impl Place {
    /// Reads the place out of a message of MySQL or MariaDB.
    pub(super) fn in_mysql_message(message: &str) -> Option<Self> {
        if let Some((_, rest)) = message.rsplit_once(" near '")
            && let Some((text, line)) = rest.rsplit_once("' at line ")
            && let Ok(line) = line.trim().parse()
        {
            return Some(Self::Near { text: text.to_owned(), line });
        }
        quoted(message, '\'').map(|name| Self::Name(last_part(name).to_owned()))
    }

    /// Reads the place out of a message of SQLite.
    pub(super) fn in_sqlite_message(message: &str) -> Option<Self> {
        if let Some(rest) = message.strip_prefix("near \"")
            && let Some((token, _)) = rest.rsplit_once("\": syntax error")
        {
            return Some(Self::Token(token.to_owned()));
        }
        const ABOUT: [&str; 6] = [
            "no such table: ",
            "no such column: ",
            "no such function: ",
            "no such index: ",
            "no such trigger: ",
            "no such view: ",
        ];
        let after = ABOUT.iter().find_map(|start| message.strip_prefix(start));
        let name = after.or_else(|| message.strip_suffix(" already exists")?.split_whitespace().last())?;
        Some(Self::Name(last_part(name.split(" - ").next().unwrap_or(name)).to_owned()))
    }

    /// Returns the byte range of the place in the statement `sql`; nothing where it cannot be told.
    pub fn find(&self, sql: &str) -> Option<Range<usize>> {
        match self {
            Self::Character(position) => {
                // Beyond the end is where something is missing.
                let start = sql.char_indices().nth(position.checked_sub(1)?).map_or(sql.len(), |(at, _)| at);
                Some(start..start + word_length(&sql[start..]))
            }
            Self::CopyLine(_) => None, // not in the statement
            Self::BlockLine(line) => {
                let body = sql.find('$').and_then(|open| Some(open + sql[open + 1..].find('$')? + 2))?;
                let start = nth_line(sql, body, *line)?;
                let text = sql[start..].lines().next().unwrap_or_default();
                let indent = text.len() - text.trim_start().len();
                Some(start + indent..start + text.trim_end().len().max(indent))
            }
            Self::Near { text, .. } if text.is_empty() => Some(sql.trim_end().len()..sql.trim_end().len()),
            // Servers give at most 80 characters; fewer are all that is left of the statement.
            Self::Near { text, .. } if text.chars().count() < NEAR && sql.trim_end().ends_with(text.as_str()) => {
                let at = sql.trim_end().len() - text.len();
                Some(at..at + word_length(text).min(text.len()))
            }
            Self::Near { text, line } => {
                let start = nth_line(sql, 0, *line)?;
                let at = start + sql[start..].find(text.as_str())?;
                Some(at..at + word_length(text).min(text.len()))
            }
            // The `;` between two statements of a message belongs to neither.
            Self::Token(word) if word == ";" => occurrences(sql, word).next().or(Some(sql.len()..sql.len())),
            Self::Token(word) | Self::Name(word) => occurrences(sql, word).next(),
        }
    }
}

/// Returns where `word` stands in `sql` as a whole word, in any case.
pub(super) fn occurrences<'a>(sql: &'a str, word: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let (first, last) = (word.chars().next().is_some_and(inside), word.chars().last().is_some_and(inside));
    sql.char_indices().filter_map(move |(at, _)| {
        let end = at + word.len();
        let found = !word.is_empty() && sql.get(at..end).is_some_and(|text| text.eq_ignore_ascii_case(word));
        let whole = |c: Option<char>, bounded: bool| !bounded || !c.is_some_and(inside);
        (found && whole(sql[..at].chars().next_back(), first) && whole(sql[end..].chars().next(), last))
            .then_some(at..end)
    })
}

fn quoted(message: &str, quote: char) -> Option<&str> {
    let (_, rest) = message.split_once(quote)?;
    rest.split_once(quote).map(|(name, _)| name)
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn nth_line(text: &str, from: usize, line: usize) -> Option<usize> {
    let mut start = from;
    for _ in 1..line {
        start += text[start..].find('\n')? + 1;
    }
    Some(start)
}

/// The bytes of the word, or of the one character, that `text` begins with.
fn word_length(text: &str) -> usize {
    let word = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    if word > 0 { word } else { text.chars().next().map_or(0, char::len_utf8) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(place: Option<Place>, sql: &str, expected: &str) {
        let range = place.and_then(|place| place.find(sql));
        assert_eq!(range.map(|range| &sql[range]), Some(expected));
    }

    #[test]
    fn postgres_counts_characters() {
        check(Some(Place::Character(17)), "SELECT 'ñ' FROM nosuch", "nosuch");
    }

    #[test]
    fn a_do_block_counts_lines_from_its_dollars() {
        check(Some(Place::BlockLine(3)), "DO $x$\nBEGIN\n  RAISE 'no';\nEND $x$", "RAISE 'no';");
    }

    #[test]
    fn mysql_says_near_what() {
        let message = "You have an error in your SQL syntax; check the manual … near 'TABEL t (id int)' at line 2";
        check(Place::in_mysql_message(message), "CREATE -- TABEL\n TABEL t (id int)", "TABEL");
        let message = "You have an error … near '' at line 1";
        check(Place::in_mysql_message(message), "CREATE TABLE", "");
        check(Place::in_mysql_message("Unknown column 'x.age' in 'field list'"), "SELECT page, age FROM t", "age");
    }

    #[test]
    fn sqlite_names_the_token_or_the_thing() {
        check(Place::in_sqlite_message("near \"TABEL\": syntax error"), "CREATE TABEL t (i)", "TABEL");
        check(Place::in_sqlite_message("no such table: main.t"), "INSERT INTO t VALUES (1)", "t");
        check(Place::in_sqlite_message("table users already exists"), "CREATE TABLE users (id)", "users");
        check(Place::in_sqlite_message("near \";\": syntax error"), "SELECT 1 FROM", "");
        check(Place::in_sqlite_message("near \"(\": syntax error"), "CREATE TABLE (id)", "(");
    }
}
