//! Defaults that MySQL takes only for a column that is there, in a statement of its own.

use crate::catalog::Attribute;
use crate::catalog::Object;
use crate::dialect::Dialect;
use crate::diff::mysql::text::quoted;

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

/// Returns the clause that sets such a default, if the column has one.
pub(super) fn late_default(column: &Object, dialect: Dialect) -> Option<String> {
    let default = column.text(Attribute::Default).filter(|_| dialect == Dialect::Mysql)?;
    let calls = |name: &&str| {
        default.match_indices(&format!("{name}(")).any(|(at, _)| {
            let before = default[..at].chars().next_back();
            !before.is_some_and(|before| before.is_alphanumeric() || before == '_')
        })
    };
    let name = quoted(&column.identity.name);
    UNSAFE.iter().any(|name| calls(&name)).then(|| format!("ALTER COLUMN {name} SET DEFAULT {default}"))
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
        let check = |default: &str, expected: Option<&str>| {
            assert_eq!(late_default(&column(default), Dialect::Mysql).as_deref(), expected, "{default}");
            assert_eq!(late_default(&column(default), Dialect::Mariadb), None);
        };
        check("(uuid())", Some("ALTER COLUMN `c` SET DEFAULT (uuid())"));
        check("(uuid_to_bin(uuid()))", Some("ALTER COLUMN `c` SET DEFAULT (uuid_to_bin(uuid()))"));
        check("(now())", None);
        check("'7'", None);
        check("(brand(1))", None);
    }
}
