//! Expressions and statements in one spelling: layout, comments, letter case, needless quotes and needless parentheses do
//! not count.

use crate::db::catalog::sqlite::piece::Piece;
use crate::db::catalog::sqlite::piece::power_of;
use crate::db::catalog::sqlite::piece::printed;
use crate::db::catalog::sqlite::piece::simplified;
use crate::db::catalog::sqlite::words::Unexpected;
use crate::db::catalog::sqlite::words::Words;
use crate::sql::TokenKind;
use crate::sql::is_keyword;
use crate::sql::is_reserved;
use crate::sql::sqlite_name;
use crate::sql::sqlite_name_of;

/// What names of an expression can mean: those of one table, the only ones that its own expressions can speak of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'n> {
    pub(super) table: &'n str,
    pub(super) columns: &'n [String],
}

impl<'n> Names<'n> {
    /// Returns a column as the table spells it.
    pub(super) fn column(self, name: &str) -> Option<&'n str> {
        self.columns.iter().find(|column| column.eq_ignore_ascii_case(name)).map(String::as_str)
    }
}

/// Returns an expression of a table in one spelling; it can be run.
pub(super) fn expression(words: Words<'_>, names: Names<'_>) -> Result<String, Unexpected> {
    Ok(printed(&simplified(pieces(words, Some(names))?)))
}

/// Returns a view's query or a trigger in one spelling, which is only compared.
pub(super) fn statement(words: Words<'_>) -> Result<Vec<Piece>, Unexpected> {
    Ok(simplified(pieces(words, None)?))
}

/// Returns the name of a collation in one spelling.
pub(super) fn collation(name: &str) -> String {
    let built_in = ["BINARY", "NOCASE", "RTRIM"].into_iter().find(|known| known.eq_ignore_ascii_case(name));
    built_in.map_or_else(|| sqlite_name(name), str::to_owned)
}

fn pieces(words: Words<'_>, names: Option<Names<'_>>) -> Result<Vec<Piece>, Unexpected> {
    let mut reader = Reader { words, names };
    let pieces = reader.group();
    if reader.words.is_done() { Ok(pieces) } else { Err(reader.words.unexpected()) }
}

struct Reader<'t, 'n> {
    words: Words<'t>,
    names: Option<Names<'n>>,
}

/// What is known of a group while it is read.
#[derive(Default)]
struct Group {
    pieces: Vec<Piece>,
    /// Whether a value has ended, so that an operator follows, or another name for it.
    has_value: bool,
    /// Whether the next `AND` belongs to a `BETWEEN`.
    is_between: bool,
    /// Whether a type follows, up to the end.
    is_type: bool,
}

impl Group {
    fn push(&mut self, piece: Piece, has_value: bool) {
        self.pieces.push(piece);
        self.has_value = has_value;
    }

    fn follows(&self, keyword: &str) -> bool {
        matches!(self.pieces.last(), Some(Piece::Keyword(last) | Piece::Operator { text: last, .. }) if last == keyword)
    }
}

impl Reader<'_, '_> {
    /// Reads up to a `)` that is not its own, or to the end.
    fn group(&mut self) -> Vec<Piece> {
        let mut group = Group::default();
        while let Some((kind, text)) = self.words.peek(0) {
            if kind == TokenKind::Close {
                break;
            }
            let _ = self.words.take();
            match kind {
                TokenKind::Open => {
                    let inner = self.group();
                    let _ = self.words.take(); // the `)`
                    group.push(Piece::Group(inner), true);
                }
                TokenKind::Word => self.word(text, &mut group),
                TokenKind::Quoted => self.quoted(text, &mut group),
                TokenKind::String if text.starts_with(['x', 'X']) => {
                    group.push(Piece::Literal(text.to_ascii_uppercase()), true);
                }
                TokenKind::String if group.follows("AS") => group.push(Piece::Name(name_of(text)), true),
                TokenKind::String => group.push(Piece::Literal(text.to_owned()), true),
                TokenKind::Number => group.push(Piece::Literal(text.to_ascii_lowercase()), true),
                TokenKind::Semicolon => group.push(Piece::Keyword(";".to_owned()), false),
                _ => symbol(text, &mut group),
            }
            self.without_own_table(&mut group);
        }
        group.pieces
    }

    fn word(&self, text: &str, group: &mut Group) {
        let upper = text.to_ascii_uppercase();
        let is_called = self.words.is("(");
        let is_after_dot = matches!(group.pieces.last(), Some(Piece::Dot));
        if group.is_type {
            return group.push(Piece::Name(upper), true);
        }
        if group.follows("COLLATE") {
            return group.push(Piece::Name(collation(text)), true);
        }
        let column = self.names.and_then(|names| names.column(text)).filter(|_| !group.has_value && !is_called);
        if let (Some(column), false) = (column, is_reserved(text)) {
            return group.push(Piece::Name(sqlite_name(column)), true);
        }
        if is_after_dot || group.follows("AS") && !is_reserved(text) || group.has_value && !is_keyword(text) {
            // Another name for a value: what it is called counts.
            let name = if is_after_dot { sqlite_name(&text.to_ascii_lowercase()) } else { sqlite_name(text) };
            return group.push(Piece::Name(name), true);
        }
        if ["NULL", "TRUE", "FALSE", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"].contains(&&*upper) {
            return group.push(Piece::Literal(upper), true);
        }
        if let Some(power) = power_of(&upper, group.has_value || group.follows("IS"), group.is_between) {
            group.is_between = upper == "BETWEEN" || group.is_between && upper != "AND";
            let ends = matches!(&*upper, "ISNULL" | "NOTNULL");
            return group.push(Piece::Operator { text: upper, power }, ends);
        }
        if is_called && !(is_keyword(text) && self.names.is_none()) && !is_reserved(text) {
            return group.push(Piece::Function(text.to_ascii_lowercase()), true);
        }
        if is_keyword(text) {
            group.is_type = upper == "AS" && self.names.is_some();
            let has_value = upper == "END";
            return group.push(Piece::Keyword(upper), has_value);
        }
        group.push(Piece::Name(sqlite_name(&text.to_ascii_lowercase())), true);
    }

    fn quoted(&self, text: &str, group: &mut Group) {
        let name = sqlite_name_of(text);
        let is_called = self.words.is("(");
        if group.follows("COLLATE") {
            return group.push(Piece::Name(collation(&name)), true);
        }
        if group.is_type {
            return group.push(Piece::Name(text.to_owned()), true);
        }
        let is_alias = group.follows("AS") || group.has_value && !matches!(group.pieces.last(), Some(Piece::Dot));
        let piece = match self.names.map(|names| names.column(&name)) {
            _ if is_alias => Piece::Name(sqlite_name(&name)),
            _ if is_called => Piece::Function(sqlite_name(&name.to_ascii_lowercase())),
            Some(Some(column)) => Piece::Name(sqlite_name(column)),
            // What is no column in double quotes is a string.
            Some(None) if text.starts_with('"') && !self.words.is(".") => {
                Piece::Literal(format!("'{}'", name.replace('\'', "''")))
            }
            _ => Piece::Name(sqlite_name(&name.to_ascii_lowercase())),
        };
        group.push(piece, true);
    }

    /// Takes `users.` away from `users.name` where only `users` can be meant.
    fn without_own_table(&self, group: &mut Group) {
        let (Some(names), [.., Piece::Name(table), Piece::Dot, Piece::Name(_)]) = (self.names, &*group.pieces) else {
            return;
        };
        if sqlite_name_of(table).eq_ignore_ascii_case(names.table) {
            let first = group.pieces.len() - 3;
            group.pieces.drain(first..first + 2);
            if let (Some(Piece::Name(column)), Some(names)) = (group.pieces.last_mut(), self.names)
                && let Some(spelled) = names.column(&sqlite_name_of(column))
            {
                *column = sqlite_name(spelled);
            }
        }
    }
}

fn symbol(text: &str, group: &mut Group) {
    match text {
        "," => group.push(Piece::Comma, false),
        "." => group.push(Piece::Dot, false),
        "*" if !group.has_value => group.push(Piece::Name(text.to_owned()), true),
        "-" | "+" | "~" if !group.has_value => group.push(Piece::Unary(text.to_owned()), false),
        _ => {
            let text = match text {
                "==" => "=",
                "!=" => "<>",
                other => other,
            };
            let power = power_of(text, true, false);
            let piece = power.map(|power| Piece::Operator { text: text.to_owned(), power });
            let is_variable = piece.is_none();
            group.push(piece.unwrap_or_else(|| Piece::Literal(text.to_owned())), is_variable);
        }
    }
}

fn name_of(token: &str) -> String {
    sqlite_name(&sqlite_name_of(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &str, expected: &str) {
        let columns = ["price".to_owned(), "User Name".to_owned(), "like".to_owned()];
        let names = Names { table: "item", columns: &columns };
        assert_eq!(expression(Words::of(sql).unwrap(), names).unwrap(), expected);
        assert_eq!(expression(Words::of(expected).unwrap(), names).unwrap(), expected, "read again");
    }

    #[test]
    fn spelling_does_not_count() {
        check("((  Price >  0 ) and\n (price<10))", "price > 0 AND price < 10");
        check("item.price /* x */ == 1 OR ITEM.[Price]!=2 -- y", "price = 1 OR price <> 2");
        check("\"user name\" LIKE '%a' and \"like\" LIKE x'ab'", "\"User Name\" LIKE '%a' AND \"like\" LIKE X'AB'");
        check("LENGTH( `price` )>- 1", "length(price) > -1");
        check("price = \"nothing\"", "price = 'nothing'");
        check("price collate \"nocase\" is not null", "price COLLATE NOCASE IS NOT NULL");
        check("cast(price as varchar( 10 ))", "cast(price AS VARCHAR (10))");
        check("case when (price>1) then 'A' else (price) end", "CASE WHEN price > 1 THEN 'A' ELSE price END");
    }

    #[test]
    fn parentheses_stay_where_they_mean_something() {
        check("(price + 1) * 2", "(price + 1) * 2");
        check("(price * 2) + 1", "price * 2 + 1");
        check("1 - (2 - price)", "1 - (2 - price)");
        check("(1 - 2) - price", "1 - 2 - price");
        check("(price or 1) and 2", "(price OR 1) AND 2");
        check("price in (1, 2)", "price IN (1, 2)");
        check("price in ((1), (2))", "price IN (1, 2)");
        check("price between (1 and 2) and 3", "price BETWEEN (1 AND 2) AND 3");
        check("(price between 1 and 2) and 3", "price BETWEEN 1 AND 2 AND 3");
        check("not (price and 2)", "NOT (price AND 2)");
        check("-(-price)", "-(-price)");
        check("(price, 1) = (1, 2)", "(price, 1) = (1, 2)");
        check("(price = 1) is null", "price = 1 IS NULL");
        check("1 is not (price = 1)", "1 IS NOT (price = 1)");
    }
}
