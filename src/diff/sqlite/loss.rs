//! What values lose when they come into a column of another type: SQLite converts without an error.

use crate::catalog::Attribute;
use crate::catalog::Object;
use crate::sql::Affinity;

/// Returns what is lost of a column's values, in words; each side is a table and its column.
pub(super) fn loss(old: (Option<&Object>, &Object), new: (Option<&Object>, &Object)) -> Option<String> {
    use Affinity::Blob;
    use Affinity::Integer;
    use Affinity::Numeric;
    use Affinity::Real;
    use Affinity::Text;
    let what = match (affinity(old), affinity(new)) {
        (Text | Blob, Integer | Real | Numeric) => "how texts of numbers are written, such as 007, in",
        (Integer | Numeric, Real) => "digits of large whole numbers in",
        (Real | Numeric | Blob, Text) => "digits behind the 15th of numbers in",
        _ => return None,
    };
    Some(format!("{what} `{}`", new.1.identity.path()))
}

/// Returns what a column does to values; `ANY` leaves them as they are in a strict table, and only there.
fn affinity((table, column): (Option<&Object>, &Object)) -> Affinity {
    let declared = column.text(Attribute::Type).unwrap_or_default();
    let has_strict = |table: &Object| table.pieces(Attribute::Form).iter().any(|form| &**form == "strict");
    match table.is_some_and(has_strict) && declared.eq_ignore_ascii_case("any") {
        true => Affinity::Blob,
        false => Affinity::of(declared),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Identity;
    use crate::catalog::Kind;
    use crate::catalog::Value;

    #[track_caller]
    fn check(before: &str, after: &str, is_lossy: bool) {
        let table = Identity::new(Kind::Table, None, "t");
        let side = |text: &str| {
            let (kind, form) = text.split_once('/').unwrap_or((text, ""));
            let column = Object::new(table.part(Kind::Column, "c")).with(Attribute::Type, kind);
            let mut whole = Object::new(table.clone());
            whole.set(Attribute::Form, Value::List([form.into()].into()));
            (whole, column)
        };
        let ((old_table, old), (new_table, new)) = (side(before), side(after));
        let found = loss((Some(&old_table), &old), (Some(&new_table), &new));
        assert_eq!(found.is_some(), is_lossy, "{before} to {after}: {found:?}");
    }

    #[test]
    fn what_is_converted_is_told() {
        check("TEXT", "INTEGER", true);
        check("VARCHAR(9)", "DECIMAL(9)", true);
        check("", "INT", true);
        check("CLOB", "DATE", true); // numeric, by SQLite's rules
        check("INTEGER", "REAL", true);
        check("REAL", "TEXT", true);
        check("ANY/strict", "ANY", true);
        check("TEXT", "ANY", true);
        check("TEXT", "ANY/strict", false);
        check("INTEGER", "TEXT", false);
        check("TEXT", "BLOB", false);
        check("TEXT", "VARCHAR(2)", false);
        check("REAL", "INTEGER", false); // what is no whole number stays as it is
    }
}
