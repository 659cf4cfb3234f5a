//! Scripts of the shapes that people really write.

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;

fn upgraded(kind: Kind, body: &str) -> TestDatabase {
    let database = TestDatabase::new(kind);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", body);
    let output = workspace.rev(&["upgrade"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    database
}

#[test]
fn a_file_from_windows_with_a_byte_order_mark() {
    for kind in Kind::ALL {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        let text = "\u{feff}-- añadir\r\n--\r\n-- revision: a\r\n\r\n-- rev: upgrade\r\nCREATE TABLE t (s VARCHAR(20));\r\nINSERT INTO t VALUES ('señor;');\r\n-- rev: downgrade\r\nDROP TABLE t;\r\n";
        workspace.write("versions/a.sql", text);
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(database.query("SELECT s FROM t"), [["señor;"]]);
        assert!(workspace.rev(&["history"]).succeeded().contains("añadir"));
        workspace.rev(&["downgrade", "base"]).succeeded();
    }
}

#[test]
fn postgres_functions_and_copy_data() {
    let database = upgraded(
        Kind::Postgres,
        "-- rev: upgrade\nCREATE TABLE t (n INT, s TEXT);\n\
         CREATE FUNCTION f(n INT) RETURNS TEXT LANGUAGE plpgsql AS $body$\nBEGIN\n  -- it's; one body\n  RETURN CASE WHEN n > 1 THEN 'many' ELSE 'one' END;\nEND;\n$body$;\n\
         COPY t (n, s) FROM STDIN;\n1\tit's; one\n2\t\\N\n\\.\n\
         INSERT INTO t SELECT 3, f(3);\n\
         COPY t FROM STDIN WITH (FORMAT csv);\n4,\"a,b\"\n\\.\n\
         CREATE RULE r AS ON DELETE TO t DO INSTEAD (UPDATE t SET s = 'x' WHERE false; SELECT 1);\n",
    );
    let rows = database.query("SELECT n, s FROM t ORDER BY n");
    assert_eq!(rows, [["1", "it's; one"], ["2", "NULL"], ["3", "many"], ["4", "a,b"]]);
}

#[test]
fn copy_data_that_is_wrong_fails_and_leaves_nothing() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INT);\nCOPY t FROM STDIN;\nnot a number\n\\.\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("invalid input syntax"), "{}", output.stderr);
    assert!(database.try_query("SELECT * FROM t").is_err());
}

#[test]
fn mariadb_routines_with_and_without_delimiter() {
    let database = upgraded(
        Kind::Mariadb,
        "-- rev: upgrade\nCREATE TABLE t (n INT); # it's a comment\n\
         CREATE PROCEDURE p(IN k INT)\nBEGIN\n  DECLARE i INT DEFAULT 0;\n  WHILE i < k DO\n    IF i MOD 2 = 0 THEN INSERT INTO t VALUES (i); END IF;\n    SET i = i + 1;\n  END WHILE;\nEND;\n\
         DELIMITER //\nCREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.n = CASE WHEN NEW.n > 3 THEN 100 ELSE NEW.n END; END//\nDELIMITER ;\n\
         CALL p(6);\n",
    );
    assert_eq!(database.query("SELECT n FROM t ORDER BY n"), [["0"], ["2"], ["100"]]);
}

#[test]
fn sqlite_triggers_with_case_in_their_bodies() {
    let database = upgraded(
        Kind::Sqlite,
        "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\nCREATE TABLE log (s TEXT);\n\
         CREATE TRIGGER tr AFTER INSERT ON t BEGIN\n  INSERT INTO log VALUES (CASE WHEN NEW.n > 1 THEN 'many;' ELSE 'one' END);\n  UPDATE t SET n = n;\nEND;\n\
         INSERT INTO t VALUES (2);\n",
    );
    assert_eq!(database.query("SELECT s FROM log"), [["many;"]]);
}

#[test]
fn what_the_server_says_is_shown() {
    for (kind, sql, said) in [
        (Kind::Postgres, "DO $$ BEGIN RAISE NOTICE 'three rows were odd'; END $$;", "three rows were odd"),
        (Kind::Postgres, "DROP TABLE IF EXISTS nosuch;", "does not exist, skipping"),
        (Kind::Mariadb, "DROP TABLE IF EXISTS nosuch;", "nosuch"),
    ] {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        workspace.script("a", "", &format!("-- rev: upgrade\n{sql}\n"));
        let output = workspace.rev(&["upgrade"]);
        output.succeeded();
        assert!(output.stderr.contains(said), "{}", output.stderr);
    }
}

#[test]
fn one_begin_and_commit_around_a_section_is_left_out_and_said() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nBEGIN;\nCREATE TABLE t (n INTEGER);\nCOMMIT;\n");
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    assert!(output.stderr.contains("warning") && output.stderr.contains("versions/a.sql:6"), "{}", output.stderr);
}

#[test]
fn one_folder_serves_every_database() {
    for kind in Kind::ALL {
        let database = upgraded(
            kind,
            "-- rev: upgrade\nCREATE TABLE t (s VARCHAR(20));\n\
             -- rev: upgrade dialect=sqlite\nINSERT INTO t VALUES ('sqlite');\n\
             -- rev: upgrade dialect=postgres\nINSERT INTO t VALUES ('postgres');\n\
             -- rev: upgrade dialect=mysql\nINSERT INTO t VALUES ('mysql');\n",
        );
        let expected = match kind {
            Kind::Sqlite => "sqlite",
            Kind::Postgres => "postgres",
            Kind::Mariadb => "mysql",
        };
        assert_eq!(database.query("SELECT s FROM t"), [[expected]]);
    }
}

/// Drivers like to set modes of their own, which would even be stored in every routine that a script makes.
#[test]
fn scripts_run_in_the_servers_own_modes() {
    let database = upgraded(
        Kind::Mariadb,
        // In one statement, MySQL has autocommit off while it makes the table.
        "-- rev: upgrade\nCREATE TABLE modes (m TEXT, z TEXT, a INTEGER);\n\
         INSERT INTO modes SELECT @@sql_mode, @@time_zone, @@autocommit;\n",
    );
    assert_eq!(
        database.query("SELECT m = @@global.sql_mode, z = @@global.time_zone, a = 1 FROM modes"),
        [["1", "1", "1"]]
    );
    let database = upgraded(
        Kind::Postgres,
        "-- rev: upgrade\nCREATE TABLE modes AS SELECT current_setting('extra_float_digits') AS f, current_setting('search_path') AS s;\n",
    );
    assert_eq!(database.query("SELECT f, s FROM modes"), [["1", "\"$user\", public"]]);
}
