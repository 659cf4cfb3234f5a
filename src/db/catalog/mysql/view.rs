//! A view, as `SHOW CREATE VIEW` prints it.

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::mysql::context::Context;
use crate::db::catalog::mysql::tokens::Tokens;
use crate::db::catalog::mysql::tokens::Unknown;
use crate::db::catalog::mysql::tokens::name_of;
use crate::sql::TokenKind;

/// Reads a view.
pub(super) fn view(context: &Context, text: &str) -> Result<Object, Unknown> {
    let mut tokens = context.tokens(text);
    tokens.expect(&["CREATE"])?;
    let mut options: Vec<Box<str>> = Vec::new();
    let mut definer = None;
    loop {
        if tokens.take(&["ALGORITHM", "="]) {
            let algorithm = tokens.next()?;
            if algorithm != "UNDEFINED" {
                options.push(format!("ALGORITHM={algorithm}").into());
            }
        } else if tokens.comes(&["DEFINER"]) {
            definer = definer_of(context, &mut tokens)?;
        } else if tokens.take(&["SQL", "SECURITY"]) {
            let security = tokens.next()?;
            if security != "DEFINER" {
                options.push(format!("SQL SECURITY {security}").into());
            }
        } else {
            break;
        }
    }
    tokens.expect(&["VIEW"])?;
    let name = tokens.name()?;
    let mut view = Object::new(Identity::new(Kind::View, None, &name));
    view.set(Attribute::Definition, context.query(&tokens).into());
    if let Some(definer) = definer {
        view.set(Attribute::Definer, definer.into());
    }
    if !options.is_empty() {
        view.set(Attribute::Options, Value::List(options.into()));
    }
    Ok(view)
}

/// Reads `DEFINER = user@host`; whoever reads is not named, since who makes it again is that one.
pub(super) fn definer_of(context: &Context, tokens: &mut Tokens<'_>) -> Result<Option<String>, Unknown> {
    tokens.expect(&["DEFINER", "="])?;
    let user = tokens.name_or_string()?;
    let host = if tokens.take(&["@"]) { Some(tokens.name_or_string()?) } else { None };
    Ok(definer(context, user, host))
}

/// Returns a definer as SQL, if it is to be named.
pub(super) fn definer(context: &Context, user: String, host: Option<String>) -> Option<String> {
    let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
    let plain = host.as_ref().map_or(user.clone(), |host| format!("{user}@{host}"));
    let as_sql = match host {
        Some(host) => format!("{}@{}", quoted(&user), quoted(&host)),
        None => quoted(&user), // a role
    };
    (plain != context.user).then_some(as_sql)
}

/// Returns the names that a query reads from, and those that it calls.
pub(super) fn used(context: &Context, query: &str) -> Vec<String> {
    let tokens = context.tokens(query);
    let pieces: Vec<_> = tokens.pieces().collect();
    let mut names = Vec::new();
    let mut reads_from = false;
    for (at, (kind, text)) in pieces.iter().enumerate() {
        let next = pieces.get(at + 1).map_or("", |(_, text)| *text);
        match kind {
            TokenKind::Word => {
                let is = |word: &str| text.eq_ignore_ascii_case(word);
                reads_from = is("from") || is("join") || is("straight_join");
            }
            TokenKind::Open => {}
            TokenKind::Quoted => {
                // Of another database, where a `.` follows.
                if (reads_from && next != ".") || next == "(" {
                    names.push(name_of(text));
                }
                let is_value_of =
                    at >= 2 && pieces[at - 1].1 == "(" && matches!(pieces[at - 2].1, "nextval" | "lastval");
                if is_value_of {
                    names.push(name_of(text));
                }
                reads_from = false;
            }
            _ => reads_from = false,
        }
    }
    names
}
