//! Defaults that MySQL takes only for a column that is there, in a statement of its own.

use crate::catalog::Attribute;
use crate::catalog::Object;
use crate::dialect::Dialect;

/// Functions whose values another server would not have: a statement that adds a column with such a default is refused
/// (error 1674), since the rows that are there would get them.
const UNSAFE: [&str; 10] = [
    "uuid",
    "uuid_short",
    "rand",
    "random_bytes",
    "sysdate",
    "user",
    "current_user",
    "session_user",
    "system_user",
    "current_role",
];

/// Returns whether a column has such a default. `MODIFY COLUMN` sets it; `ALTER COLUMN … SET DEFAULT` of a column of the primary
/// key does nothing, and reports success.
pub(super) fn has_late_default(column: &Object, dialect: Dialect) -> bool {
    let Some(default) = column.text(Attribute::Default).filter(|_| dialect == Dialect::Mysql) else { return false };
    let calls = |name: &&str| {
        default.match_indices(&format!("{name}(")).any(|(at, _)| {
            let before = default[..at].chars().next_back();
            !before.is_some_and(|before| before.is_alphanumeric() || before == '_')
        })
    };
    UNSAFE.iter().any(|name| calls(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Identity;
    use crate::catalog::Kind;

    #[test]
    fn what_another_server_would_not_have_is_late() {
        let column = |default: &str| {
            let table = Identity::new(Kind::Table, None, "t");
            Object::new(table.part(Kind::Column, "c")).with(Attribute::Default, default)
        };
        let check = |default: &str, expected: bool| {
            assert_eq!(has_late_default(&column(default), Dialect::Mysql), expected, "{default}");
            assert!(!has_late_default(&column(default), Dialect::Mariadb));
        };
        check("(uuid())", true);
        check("(uuid_to_bin(uuid()))", true);
        check("(now())", false);
        check("'7'", false);
        check("(brand(1))", false);
    }
}
