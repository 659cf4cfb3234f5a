//! Dumps as first revisions, and files that take no changes.

use std::fs;

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;

/// Runs a script as the first revision of a database.
fn upgraded(kind: Kind, sql: &str) -> (TestDatabase, Workspace) {
    let database = TestDatabase::new(kind);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", &format!("-- rev: upgrade\n{sql}"));
    workspace.rev(&["upgrade"]).succeeded();
    (database, workspace)
}

#[test]
fn a_dump_of_postgres_runs_as_it_is() {
    let sql = "\\restrict 4bXqK9\nSET check_function_bodies = false;\n\
        SELECT pg_catalog.set_config('search_path', '', false);\n\
        CREATE TABLE public.t (id integer, n text);\nCOPY public.t (id, n) FROM stdin;\n1\t\\\\restrict x\n\\.\n\n\
        BEGIN;\nINSERT INTO public.t VALUES (2, 'b');\nCOMMIT;\n\\unrestrict 4bXqK9\n";
    let (database, workspace) = upgraded(Kind::Postgres, sql);
    assert_eq!(database.query("SELECT n FROM t ORDER BY id"), [["\\restrict x"], ["b"]]);
    // The key is another one each time, and nothing was edited.
    workspace.script("a", "", &format!("-- rev: upgrade\n{}", sql.replace("4bXqK9", "Zz01")));
    assert!(!workspace.rev(&["status"]).succeeded().contains("edited"));
    workspace.script("a", "", &format!("-- rev: upgrade\n{}", sql.replace("'b'", "'c'")));
    let output = workspace.rev(&["status"]);
    assert!(format!("{}{}", output.stdout, output.stderr).contains("edited"));
}

#[test]
fn a_dump_of_mariadb_runs_as_it_is() {
    let (database, _workspace) = upgraded(
        Kind::Mariadb,
        "SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, @@AUTOCOMMIT=0;\nCREATE TABLE t (id INT PRIMARY KEY);\nLOCK TABLES t WRITE;\n\
         INSERT INTO t VALUES (1),(2);\nUNLOCK TABLES;\nCOMMIT;\nSET AUTOCOMMIT=@OLD_AUTOCOMMIT;\n\
         START TRANSACTION;\nINSERT INTO t VALUES (3);\nCOMMIT;\n",
    );
    assert_eq!(database.query("SELECT COUNT(*) FROM t"), [["3"]]);
}

/// A dump names children before their parents, and SQLite's recipe drops a table that others refer to.
#[test]
fn foreign_keys_are_off_where_a_script_of_sqlite_says_so() {
    let (database, workspace) = upgraded(
        Kind::Sqlite,
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE c (p INTEGER REFERENCES t (id) ON DELETE CASCADE);\n\
         INSERT INTO c VALUES(1);\nCREATE TABLE t (id INTEGER PRIMARY KEY);\nINSERT INTO t VALUES(1);\nCOMMIT;\n",
    );
    let recipe = "PRAGMA foreign_keys=off;\nBEGIN;\nCREATE TABLE new_t (id INTEGER PRIMARY KEY, n INT);\n\
         INSERT INTO new_t (id) SELECT id FROM t;\nDROP TABLE t;\nALTER TABLE new_t RENAME TO t;\nCOMMIT;\n\
         PRAGMA foreign_keys=on;\n";
    workspace.script("b", "a", &format!("-- rev: upgrade\n{recipe}"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT p FROM c JOIN t ON t.id = p WHERE n IS NULL"), [["1"]]);
}

#[test]
fn rows_that_a_dump_leaves_without_their_parents_are_found() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    let tables = "CREATE TABLE t (id INTEGER PRIMARY KEY);\nCREATE TABLE c (p INTEGER REFERENCES t (id));\n";
    let script = format!("-- rev: upgrade\nPRAGMA foreign_keys=OFF;\n{tables}INSERT INTO c VALUES(7);\n");
    workspace.script("a", "", &script);
    assert!(workspace.rev(&["upgrade"]).failed(3).contains("error[rebuild-orphans]"));
    assert_eq!(database.query("SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('t', 'c')"), [["0"]]);
}

#[test]
fn a_change_elsewhere_in_the_section_still_counts_on_foreign_keys() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    database.execute("CREATE TABLE c (p INTEGER REFERENCES t (id) ON DELETE CASCADE)");
    let inside = "PRAGMA foreign_keys=OFF;\nDELETE FROM t;\nPRAGMA foreign_keys=ON;\n";
    workspace.script("a", "", &format!("-- rev: upgrade\n{inside}DELETE FROM t;\n"));
    assert!(workspace.rev(&["upgrade"]).failed(2).contains("error[parent-changed-in-rebuild]"));
    workspace.script("a", "", &format!("-- rev: upgrade\n{inside}"));
    workspace.rev(&["upgrade"]).succeeded();
}

#[test]
fn a_read_only_file_is_told_as_that() {
    let workspace = Workspace::new(&TestDatabase::new(Kind::Sqlite));
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (id INTEGER);\n");
    workspace.rev(&["-u", "sqlite:own.db", "upgrade"]).succeeded();
    workspace.script("b", "a", "-- rev: upgrade\nCREATE TABLE u (id INTEGER);\n");
    let before = fs::read(workspace.path().join("own.db")).unwrap();
    assert!(workspace.rev(&["-u", "sqlite:own.db?mode=ro", "upgrade"]).failed(2).contains("error[read-only]"));
    assert_eq!(fs::read(workspace.path().join("own.db")).unwrap(), before);
}

#[test]
fn a_revision_of_a_dump_leaves_what_the_dump_does() {
    let (by_rev, by_hand) = (TestDatabase::new(Kind::Sqlite), TestDatabase::new(Kind::Sqlite));
    let sql = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE c (p INTEGER REFERENCES t (id), n TEXT);\n\
        INSERT INTO c VALUES(1,'a;\nBEGIN;');\nCREATE TABLE t (id INTEGER PRIMARY KEY);\nINSERT INTO t VALUES(1);\n\
        CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO c VALUES (new.id, 'x'); END;\nCOMMIT;\n";
    by_hand.execute(sql);
    let workspace = Workspace::new(&by_rev);
    workspace.write("old.sql", sql);
    let made = workspace.rev(&["revision", "--from", "old.sql", "--json"]).json();
    assert_eq!((made["dialect"].as_str(), made["left_out"][0]["count"].as_u64()), (Some("sqlite"), Some(2)));
    workspace.rev(&["upgrade"]).succeeded();
    let objects = "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name IN ('c', 't') ORDER BY name";
    assert_eq!(by_rev.query(objects), by_hand.query(objects));
    assert_eq!(by_rev.query("SELECT p, n FROM c"), by_hand.query("SELECT p, n FROM c"));
    assert!(workspace.rev(&["downgrade", "base"]).failed(2).contains("error[irreversible]"));
}
