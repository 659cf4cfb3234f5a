//! Views of SQLite, by the text that made them.

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::sqlite::expression::statement;
use crate::db::catalog::sqlite::piece::Piece;
use crate::db::catalog::sqlite::piece::printed;
use crate::db::catalog::sqlite::words::Unexpected;
use crate::db::catalog::sqlite::words::Words;

/// Reads `CREATE VIEW`.
pub(super) fn view(name: &str, sql: &str) -> Result<Object, Unexpected> {
    let mut words = Words::of(sql)?;
    words.expect("create")?;
    words.expect("view")?;
    words.name()?;
    let mut view = Object::new(Identity::new(Kind::View, None, name)).with(Attribute::Source, sql);
    if words.is("(") {
        let mut group = words.group()?;
        let mut columns = Vec::new();
        while !group.is_done() {
            columns.push(group.name()?.into_boxed_str());
            group.takes(&[","]);
        }
        view.set(Attribute::Columns, Value::List(columns.into()));
    }
    words.expect("as")?;
    let pieces = without_qualifiers(statement(words.until(&[])?)?);
    view.set(Attribute::Definition, Value::from(printed(&pieces)));
    Ok(view)
}

/// Takes the name of the table away from before its columns, where a query has only the one table.
fn without_qualifiers(pieces: Vec<Piece>) -> Vec<Piece> {
    let Some((name, alias)) = only_table(&pieces) else { return pieces };
    let Piece::Name(qualifier) = pieces[alias.unwrap_or(name)].clone() else { return pieces };
    let mut pieces = pieces;
    if let Some(alias) = alias {
        let has_as = matches!(&pieces[alias - 1], Piece::Keyword(word) if word == "AS");
        pieces.drain(alias - usize::from(has_as)..=alias);
    }
    without(pieces, &qualifier)
}

/// Returns where the only table of a query stands, and another name for it; nothing if there is more than that.
fn only_table(pieces: &[Piece]) -> Option<(usize, Option<usize>)> {
    let is =
        |piece: Option<&Piece>, words: &[&str]| matches!(piece, Some(Piece::Keyword(word)) if words.contains(&&**word));
    let simple = ["SELECT", "DISTINCT", "FROM", "WHERE", "AS", "GROUP", "BY", "HAVING", "LIMIT", "OFFSET"];
    let is_simple = pieces.iter().all(|piece| !matches!(piece, Piece::Keyword(_)) || is(Some(piece), &simple));
    if !is(pieces.first(), &["SELECT"]) || !is_simple || holds_query(pieces) {
        return None;
    }
    let name = pieces.iter().position(|piece| is(Some(piece), &["FROM"]))? + 1;
    let is_name = |at: usize| matches!(pieces.get(at), Some(Piece::Name(_)));
    if !is_name(name) {
        return None;
    }
    let alias = match () {
        () if is(pieces.get(name + 1), &["AS"]) && is_name(name + 2) => Some(name + 2),
        () if is_name(name + 1) => Some(name + 1),
        () => None,
    };
    let behind = alias.unwrap_or(name) + 1;
    let ends = behind == pieces.len() || is(pieces.get(behind), &["WHERE", "GROUP", "HAVING", "LIMIT"]);
    ends.then_some((name, alias))
}

fn holds_query(pieces: &[Piece]) -> bool {
    let is_select = |piece: &Piece| matches!(piece, Piece::Keyword(word) if word == "SELECT");
    pieces.iter().any(|piece| match piece {
        Piece::Group(inner) => inner.iter().any(is_select) || holds_query(inner),
        _ => false,
    })
}

fn without(pieces: Vec<Piece>, qualifier: &str) -> Vec<Piece> {
    let mut kept: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            Piece::Dot if matches!(kept.last(), Some(Piece::Name(name)) if name.eq_ignore_ascii_case(qualifier)) => {
                kept.pop();
            }
            Piece::Group(inner) => kept.push(Piece::Group(without(inner, qualifier))),
            other => kept.push(other),
        }
    }
    kept
}
