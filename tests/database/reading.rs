//! SQL as the server reads it: version comments, modes, and what only looks like a setting.

use url::Url;

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// Runs a script whose statement `NOSUCH` fails at first, and mends that.
fn stops_and_goes_on(database: &TestDatabase, body: &str) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", body);
    workspace.rev(&["upgrade"]).failed(3);
    workspace.script("a", "", &body.replace("INSERT INTO nosuch VALUES (1)", "SELECT 1"));
    workspace.rev(&["upgrade"]).succeeded();
}

/// What begins with SET and changes rows runs once, also when a run goes on behind it.
fn what_only_begins_with_set_is_not_said_again(database: &TestDatabase) {
    if database.kind != Kind::Mariadb {
        return;
    }
    let is_mariadb = database.query("SELECT VERSION()")[0][0].contains("MariaDB");
    let settings = if is_mariadb { "SET STATEMENT max_statement_time = 60 FOR UPDATE t SET n = n * 10;\n" } else { "" };
    let body = format!(
        "-- rev: upgrade\nCREATE TABLE t (n INT);\nINSERT INTO t VALUES (1);\n\
         CREATE FUNCTION f() RETURNS INT MODIFIES SQL DATA BEGIN UPDATE t SET n = n + 1; RETURN 1; END;\n\
         SET @r = f();\n{settings}INSERT INTO nosuch VALUES (1);\n"
    );
    stops_and_goes_on(database, &body);
    assert_eq!(database.query("SELECT n FROM t"), [[if is_mariadb { "20" } else { "2" }]]);
}

/// In its schema it is the stored function, and not the server's own of the same name.
fn a_stored_function_named_like_a_native_one_is_not_called_again(database: &TestDatabase) {
    if database.kind != Kind::Mariadb {
        return;
    }
    let name = &database.query("SELECT DATABASE()")[0][0];
    for call in [format!("`{name}`.rpad(1)"), format!("`{name}` . `rpad` (1)")] {
        database.clear();
        database.execute("DROP FUNCTION IF EXISTS `rpad`");
        let body = format!(
            "-- rev: upgrade\nCREATE TABLE t (n INT);\n\
             CREATE FUNCTION `rpad`(a INT) RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO t VALUES (a); RETURN 1; END;\n\
             SET @r = {call};\nINSERT INTO nosuch VALUES (1);\n"
        );
        stops_and_goes_on(database, &body);
        let rows = database.query("SELECT count(*) FROM t");
        assert_eq!(rows, [["1"]], "{call}");
    }
}

/// What a function gave went with the session, and to call it again would write again.
fn what_a_function_gave_is_known_to_be_lost(database: &TestDatabase) {
    if database.kind != Kind::Mariadb {
        return;
    }
    let workspace = Workspace::new(database);
    let is_mariadb = database.query("SELECT VERSION()")[0][0].contains("MariaDB");
    let read = "INSERT INTO t VALUES (@r)";
    let sequences = [
        ("SET @r = NEXT VALUE FOR s", read),
        ("SET @r = (SELECT NEXTVAL(s))", read),
        ("SET @r = 1 + SETVAL(s, 5)", read),
    ];
    let cases = [
        ("SET @r = f()", read),
        ("SET SESSION wait_timeout = f()", "SELECT 1"),
        ("SET SESSION timestamp = UNIX_TIMESTAMP()", "SELECT 1"),
        ("SET @r = MICROSECOND(CURRENT_TIMESTAMP)", read),
        ("SET @r = @@timestamp", read),
    ];
    for (set, read) in cases.into_iter().chain(sequences.into_iter().filter(|_| is_mariadb)) {
        database.clear();
        if is_mariadb {
            database.execute("DROP SEQUENCE IF EXISTS s");
            database.execute("CREATE SEQUENCE s");
        }
        database.execute("CREATE FUNCTION f() RETURNS INT NO SQL RETURN 100");
        let body = format!(
            "-- rev: upgrade\nCREATE TABLE t (n INT);\n{set};\nINSERT INTO t VALUES (0);\nINSERT INTO nosuch VALUES (1);\n{read};\n"
        );
        workspace.script("a", "", &body);
        workspace.rev(&["upgrade"]).failed(3);
        workspace.script("a", "", &body.replace("INSERT INTO nosuch VALUES (1)", "SELECT 2"));
        let output = workspace.rev(&["upgrade"]);
        assert!(output.failed(2).contains("lost-value"), "{set}: {}", output.stderr);
    }
}

/// A dump begins with a comment that no server runs, and its settings are said again behind it.
fn a_dump_goes_on_after_a_stop(database: &TestDatabase) {
    if database.kind != Kind::Mariadb {
        return;
    }
    stops_and_goes_on(
        database,
        "-- rev: upgrade\n/*M!999999\\- enable the sandbox mode */\n\
         /*!40101 SET @OLD_CS=@@CHARACTER_SET_CLIENT */;\n\
         /*!999999 it's never run; */\n\
         CREATE TABLE t (n INT);\nINSERT INTO nosuch VALUES (1);\n\
         /*!40101 SET CHARACTER_SET_CLIENT=@OLD_CS */;\n",
    );
}

/// Modes that a script sets decide where its strings end.
fn modes_are_followed_as_the_server_does(database: &TestDatabase) {
    let (body, expected): (&str, &[&str]) = match database.kind {
        Kind::Sqlite => ("INSERT INTO t VALUES ('C:\\');\n", &["C:\\"]),
        Kind::Postgres => (
            "SET standard_conforming_strings = off;\nSET escape_string_warning = off;\nINSERT INTO t VALUES ('a\\';b');\n\
             RESET standard_conforming_strings;\nINSERT INTO t VALUES ('C:\\');\nINSERT INTO t VALUES (E'd\\'' -- x\n  '\\';e');\n",
            &["C:\\", "a';b", "d'';e"],
        ),
        Kind::Mariadb => (
            "SET @old = @@sql_mode, sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES,ANSI_QUOTES');\n\
             INSERT INTO \"t\" VALUES ('C:\\');\nSET sql_mode = @old;\nINSERT INTO t VALUES ('a\\';b'), (\"c\\\";d\");\n",
            &["C:\\", "a';b", "c\";d"],
        ),
    };
    let workspace = Workspace::new(database);
    workspace.script("a", "", &format!("-- rev: upgrade\nCREATE TABLE t (s VARCHAR(20));\n{body}"));
    workspace.rev(&["upgrade"]).succeeded();
    let mut found = database.query("SELECT s FROM t").concat();
    found.sort();
    assert_eq!(found, expected);
    // The next revision has the server's own modes again.
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO t VALUES ('x');\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(workspace.rev(&["status", "--json"]).json()["status"], "up_to_date");
}

/// Modes of the database itself hold from the first statement on.
fn modes_of_the_database_are_followed(database: &TestDatabase) {
    if database.kind != Kind::Postgres {
        return;
    }
    database.execute(&format!("ALTER DATABASE \"{}\" SET standard_conforming_strings = off", database.name()));
    let workspace = Workspace::new(database);
    let body = "-- rev: upgrade\nSET escape_string_warning = off;\nCREATE TABLE t (s TEXT);\nINSERT INTO t VALUES ('a\\';b');\n";
    workspace.script("a", "", body);
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT s FROM t"), [["a';b"]]);
}

/// A statement that the server cannot take is found before anything runs.
fn a_statement_that_is_too_large_is_found_before_anything_runs(database: &TestDatabase) {
    if database.kind != Kind::Mariadb {
        return;
    }
    let limit: usize =
        database.query("SELECT CAST(@@max_allowed_packet AS CHAR)")[0][0].parse().expect("it is a number");
    let workspace = Workspace::new(database);
    let large = "x".repeat(limit);
    workspace.script("a", "", &format!("-- rev: upgrade\nCREATE TABLE t (n INT);\nSELECT LENGTH('{large}');\n"));
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(2).contains("max_allowed_packet"), "{}", output.stderr.get(..400).unwrap_or_default());
    assert_eq!(database.try_query("SELECT n FROM t").ok(), None);
}

/// Where a server reads or writes its own files, the right to is looked at before anything runs.
fn rights_to_the_servers_files_are_looked_at_before_anything_runs(database: &TestDatabase) {
    if database.kind != Kind::Postgres {
        return;
    }
    let role = format!("poor_{}", database.name());
    database.execute(&format!("CREATE ROLE {role} LOGIN; GRANT ALL ON SCHEMA public TO {role}"));
    let mut url = Url::parse(&database.url).expect("the URL is valid");
    url.set_username(&role).expect("it has a host");
    url.set_password(None).expect("it has a host");
    let workspace = Workspace::new(database);
    for (copy, needed) in [
        ("COPY t FROM '/nosuch'", "pg_read_server_files"),
        ("COPY (SELECT 1) TO '/nosuch'", "pg_write_server_files"),
        ("COPY t FROM PROGRAM 'true'", "pg_execute_server_program"),
    ] {
        workspace.script("a", "", &format!("-- rev: upgrade\nCREATE TABLE t (n INT);\n{copy};\n"));
        let output = workspace.rev(&["upgrade", "--url", url.as_str()]);
        assert!(output.failed(2).contains("no-right-to-files"), "{}", output.stderr);
        assert!(output.stderr.contains(needed), "{}", output.stderr);
    }
    database.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

/// The server counts the lines of COPY's data; the place is in the script.
fn errors_in_copied_data_are_shown_at_its_line(database: &TestDatabase) {
    if database.kind != Kind::Postgres {
        return;
    }
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INT);\nCOPY t FROM stdin;\n1\n2\nx\n\\.\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("versions/a.sql:10:1"), "{}", output.stderr);
}

/// What cannot be in a transaction says so, whatever it is.
fn the_way_out_of_the_transaction_is_told(database: &TestDatabase) {
    if database.kind != Kind::Postgres {
        return;
    }
    let workspace = Workspace::new(database);
    for body in [
        "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;\nCALL p();",
        "CREATE TABLE p (n INT) PARTITION BY RANGE (n);\nCREATE INDEX ON p (n);\nREINDEX TABLE p;",
    ] {
        workspace.script("a", "", &format!("-- rev: upgrade\n{body}\n"));
        let output = workspace.rev(&["upgrade"]);
        assert!(output.failed(3).contains("transaction=off"), "{}", output.stderr);
    }
}

/// An upgrade does not use the downgrade of its script.
fn a_fault_in_a_downgrade_blocks_no_upgrade(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n-- rev: downgrade\nDROP TABLE 't;\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(workspace.rev(&["status", "--json"]).json()["status"], "up_to_date");
    let output = workspace.rev(&["check"]);
    output.failed(1);
    assert!(output.stdout.contains("unterminated"), "{}{}", output.stdout, output.stderr);
    workspace.rev(&["downgrade", "base"]).failed(2);
}

on_each_database!(
    what_only_begins_with_set_is_not_said_again,
    a_stored_function_named_like_a_native_one_is_not_called_again,
    what_a_function_gave_is_known_to_be_lost,
    a_dump_goes_on_after_a_stop,
    modes_are_followed_as_the_server_does,
    modes_of_the_database_are_followed,
    a_statement_that_is_too_large_is_found_before_anything_runs,
    rights_to_the_servers_files_are_looked_at_before_anything_runs,
    errors_in_copied_data_are_shown_at_its_line,
    the_way_out_of_the_transaction_is_told,
    a_fault_in_a_downgrade_blocks_no_upgrade,
);

/// Version comments are run by exactly the servers that rev takes them to be run by.
fn version_comments_are_read_as_the_server_reads_them(kind: Kind) {
    let database = TestDatabase::new(kind);
    let workspace = Workspace::new(&database);
    let comments = [
        "/*!40101 +1 */",
        "/*!50699 +1 */",
        "/*!50700 +1 */",
        "/*!80000 +1 */",
        "/*!90900 +1 */",
        "/*!99999 +1 */",
        "/*!100000 +1 */",
        "/*!101100 +1 */",
        "/*!110800 +1 */",
        "/*!120000 +1 */",
        "/*!999999 +1 */",
        "/*M! +1 */",
        "/*M!50701 +1 */",
        "/*M!100100 +1 */",
        "/*M!999999 +1 */",
        "/*!50000+1 */",
        "/*! +1 */",
        "/*!090000 +1 */",
        "/*!999999 /* x */ ' */",
        "/*!50000 /* x */ +1 */",
    ];
    for comment in comments {
        let runs = database.query(&format!("SELECT CAST(1 {comment} AS CHAR)"))[0][0] == "2";
        // What is run is a word of the statement, by which `ROLLBACK` is told from an error of the server.
        let commit = comment.replace("+1", "ROLLBACK");
        workspace.script("a", "", &format!("-- rev: upgrade\n{commit};\nSELECT 1;\n"));
        let output = workspace.rev(&["upgrade", "--dry-run"]);
        assert_eq!(output.stderr.contains("transaction-control"), runs, "{comment}: {}", output.stderr);
    }
}

#[test]
fn version_comments_are_read_as_mariadb_reads_them() {
    version_comments_are_read_as_the_server_reads_them(Kind::Mariadb);
}

/// In Oracle mode BEGIN with statements behind it is a block, with a delimiter and without.
#[test]
fn blocks_of_oracle_mode_are_statements() {
    let databases = TestDatabase::all().into_iter().filter(|database| database.kind == Kind::Mariadb);
    for database in databases {
        if !database.query("SELECT VERSION()")[0][0].contains("MariaDB") {
            continue;
        }
        let workspace = Workspace::new(&database);
        let body = "-- rev: upgrade\nSET sql_mode = ORACLE;\nCREATE TABLE t (n INT);\n\
                    begin insert into t values (1); end;\n\
                    declare x number := 2; begin insert into t values (x); if x > 1 then insert into t values (3); end if; end;\n\
                    delimiter /\nBEGIN\n insert into t values (4);\n begin insert into t values (5); end;\nEND;\n/\n\
                    delimiter ;\nbegin\n if 1 = 1 then insert into t values (6); end if; end;\nINSERT INTO t VALUES (7);\n";
        workspace.script("a", "", body);
        workspace.rev(&["upgrade"]).succeeded();
        let rows: Vec<String> = database.query("SELECT n FROM t ORDER BY n").concat();
        assert_eq!(rows.join(" "), "1 2 3 4 5 6 7");
    }
}
