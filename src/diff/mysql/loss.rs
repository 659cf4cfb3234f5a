//! What a change of a column's type loses without an error.

use crate::catalog::Attribute;
use crate::catalog::Object;
use crate::diff::mysql::text::quoted;

/// Returns what is lost, in words; what does not fit at all is an error of the server's in its strict mode.
pub(super) fn loss(old: &Object, new: &Object) -> Option<String> {
    let (before, after) = (old.text(Attribute::Type)?, new.text(Attribute::Type)?);
    if before == after {
        return None;
    }
    let column =
        format!("{}.{}", quoted(new.identity.owner.as_deref().unwrap_or_default()), quoted(&new.identity.name));
    match () {
        () if digits(before) > digits(after) && !is_written(after) || is_rounded(before, after) => {
            Some(format!("digits of column {column} that {after} has no room for"))
        }
        () if has_labels(before) && has_labels(after) => {
            let kept = labels(after);
            let gone: Vec<_> = labels(before).into_iter().filter(|label| !kept.contains(label)).collect();
            (!gone.is_empty()).then(|| format!("the values {} of column {column}", gone.join(", ")))
        }
        () if has_labels(before) && !is_written(after) => Some(format!("the labels of column {column}")),
        () if !has_labels(before) && has_labels(after) => {
            Some(format!("what values of column {column} are no labels of {after}"))
        }
        () if is_written(before) && !is_written(after) => {
            Some(format!("how values of column {column} are written, such as 007: {after} keeps what they mean"))
        }
        () if is_written(before) && word(before) != "char" && word(after) == "char" => {
            Some(format!("spaces at the end of values of column {column}"))
        }
        () => None,
    }
}

/// Returns whether a type keeps every character or byte.
fn is_written(kind: &str) -> bool {
    let word = word(kind);
    word.ends_with("char")
        || word.ends_with("text")
        || word.ends_with("blob")
        || word.ends_with("binary")
        || word == "json"
}

fn has_labels(kind: &str) -> bool {
    matches!(word(kind), "enum" | "set")
}

/// Returns the labels of an `enum` or `set`, each in its quotes.
fn labels(kind: &str) -> Vec<&str> {
    let inside = kind.split_once('(').map_or("", |(_, rest)| rest);
    let (mut labels, mut from, mut is_quoted) = (Vec::new(), 0, false);
    for (at, character) in inside.char_indices() {
        match character {
            // A doubled quote ends and begins again, which is one label.
            '\'' => is_quoted = !is_quoted,
            ',' | ')' if !is_quoted => {
                labels.push(inside[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    labels
}

fn word(kind: &str) -> &str {
    kind.split(['(', ' ']).next().unwrap_or_default()
}

/// Returns how many digits stand behind the point of a number or of seconds.
fn digits(kind: &str) -> u32 {
    let inside = kind.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inside, _)| inside);
    let last = match word(kind) {
        "decimal" => inside.split_once(',').map_or("", |(_, scale)| scale),
        "datetime" | "timestamp" | "time" => inside,
        _ => "",
    };
    last.trim().parse().unwrap_or(0)
}

fn is_rounded(before: &str, after: &str) -> bool {
    const INTEGERS: [&str; 5] = ["tinyint", "smallint", "mediumint", "int", "bigint"];
    let is_real = |kind: &str| matches!(word(kind), "float" | "double");
    let is_integer = |kind: &str| INTEGERS.contains(&word(kind));
    let is_decimal = |kind: &str| word(kind) == "decimal";
    let has_time = |kind: &str| matches!(word(kind), "datetime" | "timestamp");
    let is_date = |kind: &str| matches!(word(kind), "date" | "year");
    is_real(before) && (is_integer(after) || is_decimal(after))
        || word(before) == "float" && is_written(after) // it is written with six digits
        || matches!(word(before), "int" | "bigint") && word(after) == "float"
        || word(before) == "bigint" && word(after) == "double"
        || is_date(before) && word(after) == "time"
        || word(before) == "time" && is_date(after)
        || word(before) == "double" && word(after) == "float"
        || is_decimal(before) && is_real(after)
        || has_time(before) && matches!(word(after), "date" | "time" | "year")
        || word(before) == "date" && word(after) == "year"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Identity;
    use crate::catalog::Kind;

    fn check(before: &str, after: &str, is_lossy: bool) {
        let column = |kind: &str| {
            let table = Identity::new(Kind::Table, None, "t");
            Object::new(table.part(Kind::Column, "c")).with(Attribute::Type, kind)
        };
        assert_eq!(loss(&column(before), &column(after)).is_some(), is_lossy, "{before} to {after}");
    }

    #[test]
    fn what_is_rounded_is_told() {
        check("decimal(10,4)", "decimal(10,2)", true);
        check("decimal(10,4)", "int", true);
        check("datetime(6)", "datetime", true);
        check("datetime", "date", true);
        check("double", "float", true);
        check("double", "bigint", true);
        check("date", "datetime", false);
        check("int", "bigint", false);
        check("bigint", "int", false); // what does not fit is an error
        check("varchar(9)", "varchar(5)", false);
        check("varchar(9)", "int", true);
        check("longtext", "decimal(9)", true);
        check("char(9)", "date", true);
        check("varbinary(9)", "bigint", true);
        check("varchar(9)", "char(9)", true);
        check("varchar(9)", "text", false);
        check("int", "varchar(9)", false);
        check("float", "varchar(9)", true);
        check("bigint", "double", true);
        check("time", "date", true);
        check("enum('a','b,)','it''s')", "enum('it''s','a','b,)','c')", false);
        check("enum('a','b')", "enum('a')", true);
        check("set('a','b')", "set('b','c')", true);
        check("enum('a','b')", "int", true);
        check("enum('a','b')", "varchar(9)", false);
        check("varchar(9)", "enum('a','b')", true);
        check("decimal(10,2)", "decimal(12,2)", false);
    }
}
