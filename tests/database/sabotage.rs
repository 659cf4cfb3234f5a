//! What a script does to its session reaches neither rev's tables nor the next revision.

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;

/// Runs `sabotage` in a revision between two others, in one transaction and in parts, and undoes all of it.
fn check(kind: Kind, sabotage: &str) {
    for transaction in ["", " transaction=off"] {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
        workspace.script(
            "b",
            "a",
            &format!("-- rev: upgrade{transaction}\n{sabotage}\n-- rev: downgrade{transaction}\n{sabotage}\n"),
        );
        workspace.script(
            "c",
            "b",
            "-- rev: upgrade\nINSERT INTO t VALUES (1);\nCREATE TABLE here (n INTEGER);\n-- rev: downgrade\nDROP TABLE here;\n",
        );
        let output = workspace.rev(&["upgrade"]);
        assert_eq!(output.code, 0, "{sabotage}{transaction}\n{}", output.stderr);
        assert_eq!(database.query("SELECT version_num FROM rev_version"), [["c"]], "{sabotage}");
        assert_eq!(database.query("SELECT n FROM t"), [["1"]], "{sabotage}");
        database.query("SELECT * FROM here");
        let output = workspace.rev(&["downgrade", "a"]);
        assert_eq!(output.code, 0, "{sabotage}{transaction}\n{}", output.stderr);
        assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]], "{sabotage}");
        let history = database.query("SELECT revision, outcome FROM rev_history ORDER BY id");
        assert_eq!(history, [["a", "done"], ["b", "done"], ["c", "done"], ["c", "done"], ["b", "done"]], "{sabotage}");
    }
}

#[test]
fn an_empty_search_path() {
    check(Kind::Postgres, "SET search_path = '';");
    check(Kind::Postgres, "SELECT set_config('search_path', 'pg_catalog', false);");
}

#[test]
fn another_schema_with_tables_of_the_same_name() {
    check(
        Kind::Postgres,
        "CREATE SCHEMA IF NOT EXISTS other;\nSET search_path = other;\n\
         CREATE TABLE IF NOT EXISTS rev_version (version_num TEXT);\nCREATE TEMP TABLE IF NOT EXISTS rev_history (x INT);",
    );
}

#[test]
fn another_role() {
    let admin = TestDatabase::new(Kind::Postgres);
    let role = format!("rev_nobody_{}", std::process::id());
    admin.execute(&format!("CREATE ROLE {role}"));
    check(Kind::Postgres, &format!("SET ROLE {role};"));
    check(Kind::Postgres, &format!("SET SESSION AUTHORIZATION {role};"));
    admin.execute(&format!("DROP ROLE {role}"));
}

#[test]
fn read_only_transactions() {
    check(Kind::Postgres, "SET default_transaction_read_only = on;");
    check(Kind::Mariadb, "SET SESSION TRANSACTION READ ONLY;");
    check(Kind::Sqlite, "PRAGMA query_only = ON;");
}

#[test]
fn literals_that_mean_something_else() {
    check(
        Kind::Postgres,
        "SET standard_conforming_strings = off;\nSET backslash_quote = off;\nSET quote_all_identifiers = on;",
    );
    check(Kind::Mariadb, "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT';");
    check(Kind::Mariadb, "SET NAMES latin1;");
}

#[test]
fn another_database() {
    check(Kind::Mariadb, "USE mysql;");
}

#[test]
fn table_locks() {
    check(Kind::Mariadb, "LOCK TABLES t READ;");
    check(Kind::Mariadb, "LOCK TABLES t WRITE;");
}

#[test]
fn no_autocommit() {
    check(Kind::Mariadb, "SET autocommit = 0;");
}

#[test]
fn checks_switched_off() {
    check(Kind::Mariadb, "SET foreign_key_checks = 0, unique_checks = 0, sql_safe_updates = 1, sql_select_limit = 0;");
    check(Kind::Sqlite, "PRAGMA foreign_keys = OFF;\nPRAGMA ignore_check_constraints = ON;");
}

#[test]
fn foreign_keys_are_on_again_in_the_next_revision() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    workspace.script(
        "a",
        "",
        "-- rev: upgrade\nCREATE TABLE p (id INTEGER PRIMARY KEY);\nCREATE TABLE c (p REFERENCES p);\n\
         -- rev: upgrade transaction=off\nPRAGMA foreign_keys = OFF;\nINSERT INTO c VALUES (1);\n",
    );
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO c VALUES (2);\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("FOREIGN KEY constraint failed"), "{}", output.stderr);
    assert_eq!(database.query("SELECT p FROM c"), [["1"]]);
}

/// A role of MariaDB without any right on rev's tables.
#[test]
fn another_role_on_mariadb() {
    let admin = TestDatabase::new(Kind::Mariadb);
    let role = format!("rev_nobody_{}", std::process::id());
    admin.execute(&format!("CREATE ROLE {role}"));
    // MySQL lets nobody take a role that was not granted.
    admin.execute(&format!("GRANT {role} TO CURRENT_USER()"));
    check(Kind::Mariadb, &format!("SET ROLE {role};"));
    admin.execute(&format!("DROP ROLE {role}"));
}

/// What the lexer cannot see: text that is run as SQL ends the transaction.
#[test]
fn a_transaction_that_ends_unseen_is_found() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INT);\nDO $$ BEGIN COMMIT; END $$;\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("transaction"), "{}", output.stderr);
    assert!(database.try_query("SELECT * FROM a").is_err());
}

/// Rows meant for a table must not end up in a temporary one of the same name, and vanish with it.
#[test]
fn temporary_tables_end_with_their_revision() {
    for kind in Kind::ALL {
        for fresh in [true, false] {
            let database = TestDatabase::new(kind);
            let workspace = Workspace::new(&database);
            if !fresh {
                database.execute("CREATE TABLE other (n INTEGER)");
            }
            workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
            let temporary = "-- rev: upgrade\nCREATE TEMPORARY TABLE t (n INTEGER);\nINSERT INTO t VALUES (7);\n";
            workspace.script("b", "a", temporary);
            workspace.script("c", "b", temporary);
            workspace.script("d", "c", "-- rev: upgrade\nINSERT INTO t VALUES (1);\n");
            let output = workspace.rev(&["upgrade"]);
            assert_eq!(output.code, 0, "{kind:?} {}", output.stderr);
            assert_eq!(database.query("SELECT n FROM t"), [["1"]], "{kind:?}");
        }
    }
}

#[test]
fn prepared_statements_and_cursors_end_with_their_revision() {
    check(
        Kind::Postgres,
        "PREPARE p AS SELECT 1;\nSELECT pg_catalog.set_config('my.x', '1', false);\nLISTEN news;\nDEALLOCATE p;\nPREPARE p AS SELECT 2;",
    );
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    let body = "-- rev: upgrade\nPREPARE p AS SELECT 1;\nDECLARE c CURSOR WITH HOLD FOR SELECT 1;\n";
    workspace.script("a", "", body);
    workspace.script("b", "a", body);
    workspace.rev(&["upgrade"]).succeeded();
}

/// What the journal holds is text in the encoding of the database, whatever a script said the client speaks.
#[test]
fn another_encoding() {
    check(Kind::Postgres, "SET client_encoding = 'LATIN1';");
    for transaction in ["", " transaction=off"] {
        let database = TestDatabase::new(Kind::Postgres);
        let workspace = Workspace::new(&database);
        let body = format!(
            "-- rev: upgrade{transaction}\nSET client_encoding = 'LATIN1';\n-- rev: upgrade transaction=off\nSELECT 1;\nSELECT 2;\n"
        );
        workspace.script("añadir", "", &body);
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(database.query("SELECT version_num FROM rev_version"), [["añadir"]]);
        assert_eq!(database.query("SELECT message FROM rev_history"), [["añadir"]]);
    }
}

/// The warning of a statement that ran is no failure of it.
#[test]
fn warnings_in_another_encoding() {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nSET character_set_results = latin1;\nDROP TABLE IF EXISTS nosuché;\n");
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    assert!(output.stderr.contains("nosuch"), "{}", output.stderr);
}

/// The collation that the URL asks for is the next revision's too, and putting it back is nothing to warn about.
#[test]
fn the_collation_of_the_url_stays() {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = Workspace::new(&database);
    let body = "INSERT INTO t VALUES (@@collation_connection);\nSELECT 2;\nSET NAMES latin1;\n";
    workspace.script("a", "", &format!("-- rev: upgrade\nCREATE TABLE t (s VARCHAR(50));\n{body}"));
    workspace.script("b", "a", &format!("-- rev: upgrade\nSELECT 2;\n{body}"));
    let mut url = url::Url::parse(&database.url).unwrap();
    url.query_pairs_mut().append_pair("collation", "utf8mb4_czech_ci");
    let output = workspace.rev(&["upgrade", "-u", url.as_str()]);
    output.succeeded();
    assert!(!output.stderr.contains("warning"), "{}", output.stderr);
    assert_eq!(database.query("SELECT s FROM t"), [["utf8mb4_czech_ci"], ["utf8mb4_czech_ci"]]);
}

/// DDL in a procedure ends the transaction; the journal's rows still come together or not at all.
#[test]
fn a_procedure_that_commits() {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.script(
        "b",
        "a",
        "-- rev: upgrade\nCREATE PROCEDURE p() BEGIN INSERT INTO a VALUES (1); CREATE TABLE b (n INT); END;\nCALL p();\n",
    );
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM a"), [["1"]]);
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["b"]]);
    workspace.script("c", "b", "-- rev: upgrade\nCREATE PROCEDURE q() BEGIN DROP TABLE rev_history; END;\nCALL q();\n");
    workspace.rev(&["upgrade"]).failed(3);
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["b"]]);
}

/// A driver that keeps prepared statements is confused by this; rev keeps none.
#[test]
fn columns_that_come_and_go_confuse_nobody() {
    for kind in Kind::ALL {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        workspace.script(
            "a",
            "",
            "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\nINSERT INTO t VALUES (1);\nSELECT * FROM t;\n",
        );
        workspace.script(
            "b",
            "a",
            "-- rev: upgrade\nALTER TABLE t ADD COLUMN m INTEGER;\nSELECT * FROM t;\nALTER TABLE t RENAME COLUMN m TO k;\nSELECT * FROM t;\n",
        );
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(database.query("SELECT k FROM t"), [["NULL"]]);
    }
}

/// Settings that no list of rev's own has: the next revision gets a session without them.
#[test]
fn settings_that_nobody_thought_of_end_with_their_revision() {
    for (kind, set, shown) in [
        (
            Kind::Mariadb,
            "SET SESSION sql_log_bin = 0;\nSET timestamp = 1000, @n = 5;\nSET group_concat_max_len = 5;",
            "CONCAT(@@sql_log_bin * 1, @@timestamp > 1000, @n IS NULL, @@group_concat_max_len > 5)",
        ),
        (Kind::Sqlite, "PRAGMA trusted_schema = OFF;", "(SELECT trusted_schema * 1111 FROM pragma_trusted_schema)"),
        (Kind::Postgres, "SET extra_float_digits = 0;", "1110 + current_setting('extra_float_digits')::int"),
    ] {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        workspace.script("a", "", &format!("-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n{set}\n"));
        workspace.script("b", "a", &format!("-- rev: upgrade\nINSERT INTO t SELECT {shown};\n"));
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(database.query("SELECT n FROM t"), [["1111"]], "{kind:?}");
    }
}
