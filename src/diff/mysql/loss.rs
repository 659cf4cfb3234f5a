//! What a change of a column's type loses without an error.

use crate::catalog::Attribute;
use crate::catalog::Object;
use crate::diff::mysql::text::quoted;

/// Returns what is lost, in words; what does not fit at all is an error of the server's in its strict mode.
pub(super) fn loss(old: &Object, new: &Object) -> Option<String> {
    let (before, after) = (old.text(Attribute::Type)?, new.text(Attribute::Type)?);
    let is_lossy = before != after && (digits(before) > digits(after) || is_rounded(before, after));
    let column =
        format!("{}.{}", quoted(new.identity.owner.as_deref().unwrap_or_default()), quoted(&new.identity.name));
    is_lossy.then(|| format!("digits of column {column} that {after} has no room for"))
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
    is_real(before) && (is_integer(after) || is_decimal(after))
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
        check("decimal(10,2)", "decimal(12,2)", false);
    }
}
