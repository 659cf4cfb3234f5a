//! How far a server's own locks reach: to all who use the database, or only to those on one node.

use crate::dialect::Family;
use crate::journal::Row;

/// Returns the questions whose answers [`own_lock_is_enough`] judges.
pub(super) fn questions(family: Family) -> &'static [&'static str] {
    match family {
        Family::Sqlite => &[],
        // The call is that of a lock which nobody uses; one that is not known fails.
        Family::Postgres => &["SELECT version()", "SELECT pg_try_advisory_xact_lock(1919252992, 0)"],
        Family::Mysql => &[
            "SHOW GLOBAL VARIABLES WHERE Variable_name = 'wsrep_on'",
            "SHOW GLOBAL STATUS WHERE Variable_name = 'wsrep_cluster_status'",
        ],
    }
}

/// Returns whether the lock that the server itself has keeps everybody apart who uses the database.
///
/// CockroachDB takes the calls for PostgreSQL's advisory locks and does nothing. Each node of Galera gives its named locks
/// out by itself.
pub(super) fn own_lock_is_enough(family: Family, answers: &[Vec<Row>]) -> bool {
    let mut rows = answers.iter().flatten();
    match family {
        Family::Sqlite => true,
        Family::Postgres => !rows.flatten().flatten().any(|version| version.contains("CockroachDB")),
        Family::Mysql => !rows.any(|row| match row.as_slice() {
            [Some(name), Some(value)] if name == "wsrep_on" => matches!(value.as_str(), "ON" | "1"),
            // A node that has lost its cluster may find it again while the run goes on.
            [Some(name), Some(value)] if name == "wsrep_cluster_status" => {
                !value.is_empty() && !value.eq_ignore_ascii_case("disconnected")
            }
            _ => false,
        }),
    }
}

/// Returns whether the questions failed because the server has no such locks, as some have that speak PostgreSQL's
/// protocol: `undefined_function`, `feature_not_supported`.
pub(super) fn has_no_locks(family: Family, code: Option<&str>) -> bool {
    family == Family::Postgres && matches!(code, Some("42883" | "0A000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(family: Family, rows: &[&[&str]], expected: bool) {
        let row = |cells: &&[&str]| cells.iter().map(|cell| Some((*cell).to_owned())).collect::<Row>();
        let answers: Vec<Vec<Row>> = rows.iter().map(|cells| vec![row(cells)]).collect();
        assert_eq!(own_lock_is_enough(family, &answers), expected, "{rows:?}");
    }

    #[test]
    fn postgresql_locks_for_all_and_cockroachdb_for_nobody() {
        check(Family::Postgres, &[&["PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu"]], true);
        check(Family::Postgres, &[&["CockroachDB CCL v24.1.1 (x86_64-pc-linux-gnu, built 2024/06/14)"]], false);
    }

    #[test]
    fn a_server_that_refuses_the_call_has_no_locks() {
        assert!(has_no_locks(Family::Postgres, Some("0A000")) && has_no_locks(Family::Postgres, Some("42883")));
        assert!(!has_no_locks(Family::Postgres, Some("53300")) && !has_no_locks(Family::Postgres, None));
        assert!(!has_no_locks(Family::Mysql, Some("42883")));
    }

    #[test]
    fn a_single_mariadb_or_mysql_locks_for_all() {
        check(Family::Mysql, &[&["wsrep_on", "OFF"], &["wsrep_cluster_status", "Disconnected"]], true);
        check(Family::Mysql, &[], true);
    }

    #[test]
    fn a_node_of_galera_locks_for_itself() {
        check(Family::Mysql, &[&["wsrep_on", "ON"], &["wsrep_cluster_status", "Primary"]], false);
        check(Family::Mysql, &[&["wsrep_on", "ON"], &["wsrep_cluster_status", "non-Primary"]], false);
        check(Family::Mysql, &[&["wsrep_cluster_status", "Primary"]], false);
    }
}
