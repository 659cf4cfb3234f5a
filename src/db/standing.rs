//! What a server says of itself by refusing: that it is read-only, not ready, or behind a pooler that keeps no
//! transaction together.

use crate::db::failure::Failure;
use crate::dialect::Family;
use crate::error::ErrorKind;

/// How PgBouncer refuses `BEGIN` with `pool_mode = statement`.
const BY_STATEMENT: &str = "statement pooling mode";

impl Failure {
    /// Returns the kind for a statement of rev's own that this server, at `address`, takes from nobody.
    pub fn standing(&self, family: Family, address: &str) -> Option<ErrorKind> {
        let address = address.to_owned();
        let read_only = |instead: &str| {
            let (address, reason, instead) = (address.clone(), self.reason(), instead.to_owned());
            Some(ErrorKind::ReadOnly { address, reason, instead })
        };
        match (family, self.code.as_deref()) {
            (Family::Postgres, Some("25006")) => read_only(STANDBY_OR_DEFAULT),
            (Family::Postgres, _) if self.message.contains(BY_STATEMENT) => {
                Some(ErrorKind::PoolByStatement { address })
            }
            (Family::Mysql, Some("1290")) if names_read_only(&self.message) => read_only(PRIMARY),
            (Family::Mysql, Some("1792" | "1836")) => read_only(PRIMARY),
            (Family::Mysql, Some("1047")) if self.message.contains("WSREP") => {
                Some(ErrorKind::NodeNotReady { address, reason: self.reason() })
            }
            // All of SQLITE_READONLY but the two that only a writer can mend.
            (Family::Sqlite, Some(code))
                if code.parse::<u32>().is_ok_and(|code| code & 0xff == 8) && !self.needs_recovery() =>
            {
                read_only("check the rights on the file and on its folder, and whether the URL says `mode=ro`")
            }
            _ => None,
        }
    }
}

/// What to do about a hot standby of PostgreSQL.
pub(crate) const STANDBY: &str =
    "connect to its primary; of several hosts, `target_session_attrs=read-write` takes that one";

/// The same where the server may be no standby: only its sessions are read-only unless they say otherwise.
const STANDBY_OR_DEFAULT: &str = "connect to its primary (of several hosts, `target_session_attrs=read-write` takes that one), \
     or, where only `default_transaction_read_only` is on, put `?options=-c default_transaction_read_only=off` into the URL";

const PRIMARY: &str = "connect to the primary, or, if it is this one, end `read_only` there";

/// Other options are refused with the same number.
fn names_read_only(message: &str) -> bool {
    message.contains("read-only") || message.contains("read_only")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(family: Family, code: &str, message: &str, expected: Option<&str>) {
        let failure = Failure { code: Some(code.to_owned()), ..Failure::plain(message.to_owned(), false) };
        let kind = failure.standing(family, "here");
        assert_eq!(kind.as_ref().map(ErrorKind::code), expected, "{message}");
    }

    #[test]
    fn a_server_is_told_as_what_it_is() {
        let option = |name: &str| {
            format!("The MySQL server is running with the {name} option so it cannot execute this statement")
        };
        check(Family::Postgres, "25006", "cannot execute CREATE TABLE in a read-only transaction", Some("read-only"));
        check(
            Family::Postgres,
            "08P01",
            "transaction blocks not allowed in statement pooling mode",
            Some("pool-by-statement"),
        );
        check(Family::Postgres, "42501", "permission denied for schema public", None);
        check(Family::Mysql, "1290", &option("--read-only"), Some("read-only"));
        check(Family::Mysql, "1290", &option("--super-read-only"), Some("read-only"));
        check(Family::Mysql, "1290", &option("--secure-file-priv"), None);
        check(Family::Mysql, "1836", "Running in read-only mode", Some("read-only"));
        check(Family::Mysql, "1047", "WSREP has not yet prepared node for application use", Some("node-not-ready"));
        check(Family::Mysql, "1047", "Unknown command", None);
        check(Family::Sqlite, "8", "attempt to write a readonly database", Some("read-only"));
        check(Family::Sqlite, "1544", "attempt to write a readonly database", Some("read-only"));
        check(Family::Sqlite, "776", "attempt to write a readonly database", None);
    }
}
