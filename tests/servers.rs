//! The ground under the other tests: the servers are there, and every test has a database of its own.

mod support;

use support::Kind;
use support::TestDatabase;
use support::Workspace;
use support::on_each_database;

fn a_database_is_empty_at_first_and_keeps_what_is_written(database: &TestDatabase) {
    database.execute("CREATE TABLE t (n INTEGER, s VARCHAR(20)); INSERT INTO t VALUES (1, 'é'), (2, NULL)");
    assert_eq!(database.query("SELECT n, s FROM t ORDER BY n"), [["1", "é"], ["2", "NULL"]]);
}

fn databases_of_one_kind_are_apart(database: &TestDatabase) {
    let other = TestDatabase::new(database.kind);
    database.execute("CREATE TABLE t (n INTEGER)");
    other.execute("CREATE TABLE t (n INTEGER)");
    assert_eq!(other.query("SELECT * FROM t"), Vec::<Vec<String>>::new());
}

fn a_database_can_be_used_where_a_runtime_runs(database: &TestDatabase) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be made");
    let rows = runtime.block_on(async { database.query("SELECT 1") });
    assert_eq!(rows, [["1"]]);
}

fn a_command_runs_in_a_project_of_its_own(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nSELECT 1;\n");
    assert_eq!(
        workspace.read("versions/a.sql"),
        "-- a\n--\n-- revision: a\n-- down_revision: none\n-- rev: upgrade\nSELECT 1;\n"
    );
    let command = workspace.command(&["current"]);
    let url = command.get_envs().find(|(name, _)| *name == "REV_URL");
    assert_eq!(url.and_then(|(_, value)| value), Some(database.url.as_ref()));
}

on_each_database!(
    a_database_is_empty_at_first_and_keeps_what_is_written,
    databases_of_one_kind_are_apart,
    a_database_can_be_used_where_a_runtime_runs,
    a_command_runs_in_a_project_of_its_own,
);

fn check_is_dropped(kind: Kind, exists: &str) {
    let witness = TestDatabase::new(kind);
    let database = TestDatabase::new(kind);
    let sql = exists.replace("NAME", database.name());
    assert_eq!(witness.query(&sql), [["1"]]);
    drop(database);
    assert_eq!(witness.query(&sql), [["0"]]);
}

mod a_database_is_dropped_with_its_test {
    use super::*;

    #[test]
    fn postgres() {
        check_is_dropped(Kind::Postgres, "SELECT count(*) FROM pg_database WHERE datname = 'NAME'");
    }

    #[test]
    fn mariadb() {
        check_is_dropped(Kind::Mariadb, "SELECT count(*) FROM information_schema.schemata WHERE schema_name = 'NAME'");
    }
}
