//! The pieces of an expression.

/// A piece of an expression or statement, in one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Name(String),
    Keyword(String),
    Function(String),
    Literal(String),
    /// An operator before its value.
    Unary(String),
    /// An operator between values, or behind one; a higher power holds them closer together.
    Operator {
        text: String,
        power: u8,
    },
    Comma,
    Dot,
    /// What is in parentheses.
    Group(Vec<Piece>),
}

/// The power of `NOT` before a value.
const NOT: u8 = 3;
const UNARY: u8 = 11;
/// No operator holds as close as a single value.
const VALUE: u8 = 12;

/// Keywords that a value follows, so that parentheses around it mean nothing by themselves.
const BEFORE_VALUES: &[&str] = &["WHERE", "ON", "HAVING", "WHEN", "THEN", "ELSE", "CASE"];

/// Returns the power of an operator or keyword in upper case; nothing when it is none.
pub(super) fn power_of(text: &str, follows_value: bool, is_between: bool) -> Option<u8> {
    Some(match text {
        "OR" if follows_value => 1,
        "AND" if is_between => 4,
        "AND" => 2,
        "NOT" if !follows_value => NOT,
        "NOT" | "IS" | "IN" | "LIKE" | "GLOB" | "MATCH" | "REGEXP" | "BETWEEN" | "ISNULL" | "NOTNULL"
            if follows_value =>
        {
            4
        }
        // `NOT IN`, `IS NOT`: the first word left the value behind.
        "IN" | "LIKE" | "GLOB" | "MATCH" | "REGEXP" | "BETWEEN" => 4,
        "=" | "<>" => 4,
        "<" | "<=" | ">" | ">=" => 5,
        "&" | "|" | "<<" | ">>" | "ESCAPE" => 6,
        "+" | "-" => 7,
        "*" | "/" | "%" => 8,
        "||" | "->" | "->>" => 9,
        "COLLATE" => 10,
        _ => return None,
    })
}

/// Takes away parentheses that change nothing.
pub(super) fn simplified(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut simple = Vec::with_capacity(pieces.len());
    let mut rest = pieces.into_iter().peekable();
    while let Some(piece) = rest.next() {
        let Piece::Group(inner) = piece else {
            simple.push(piece);
            continue;
        };
        let inner = simplified(inner);
        if is_needless(&inner, simple.last(), rest.peek()) {
            simple.extend(inner);
        } else {
            simple.push(Piece::Group(inner));
        }
    }
    simple
}

fn is_needless(inner: &[Piece], before: Option<&Piece>, behind: Option<&Piece>) -> bool {
    let left = match before {
        None | Some(Piece::Comma) => 0,
        Some(Piece::Operator { text, .. }) if text == "IN" => return false,
        Some(Piece::Operator { power, .. }) => *power,
        Some(Piece::Unary(_)) => UNARY,
        Some(Piece::Keyword(word)) if BEFORE_VALUES.contains(&&**word) => 0,
        Some(_) => return false,
    };
    let right = match behind {
        Some(Piece::Operator { power, .. }) => *power,
        Some(Piece::Dot | Piece::Group(_)) => return false,
        _ => 0,
    };
    let Some(weakest) = weakest(inner) else { return false };
    let is_sign_behind_sign = matches!(inner.first(), Some(Piece::Unary(_)))
        && matches!(before, Some(Piece::Unary(_) | Piece::Operator { .. }));
    // `a AND (b AND c)`
    let is_one_chain = weakest == left && weakest <= 2;
    !is_sign_behind_sign && (weakest > left || is_one_chain) && weakest >= right
}

/// Returns the least power in a value; nothing when it is no single value.
fn weakest(pieces: &[Piece]) -> Option<u8> {
    let powers = pieces.iter().map(|piece| match piece {
        Piece::Operator { power, .. } => Some(*power),
        Piece::Unary(_) => Some(UNARY),
        Piece::Keyword(_) | Piece::Comma => None,
        Piece::Name(_) | Piece::Function(_) | Piece::Literal(_) | Piece::Dot | Piece::Group(_) => Some(VALUE),
    });
    powers.collect::<Option<Vec<_>>>()?.into_iter().min()
}

/// Returns pieces as SQL.
pub(super) fn printed(pieces: &[Piece]) -> String {
    let mut text = String::new();
    let mut before: Option<&Piece> = None;
    for piece in pieces {
        let is_close = matches!(
            (before, piece),
            (None | Some(Piece::Dot), _)
                | (_, Piece::Comma | Piece::Dot)
                | (Some(Piece::Function(_)), Piece::Group(_))
                | (Some(Piece::Unary(_)), Piece::Name(_) | Piece::Function(_) | Piece::Literal(_) | Piece::Group(_))
        );
        if !is_close {
            text.push(' ');
        }
        match piece {
            Piece::Name(word)
            | Piece::Keyword(word)
            | Piece::Function(word)
            | Piece::Literal(word)
            | Piece::Unary(word)
            | Piece::Operator { text: word, .. } => text.push_str(word),
            Piece::Comma => text.push(','),
            Piece::Dot => text.push('.'),
            Piece::Group(inner) => {
                text.push('(');
                text.push_str(&printed(inner));
                text.push(')');
            }
        }
        before = Some(piece);
    }
    text
}
