//! Scripts that the shells could take for something else come out of them as they are online.

use crate::offline::Twins;
use crate::offline::is_mariadb;
use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::feed;

/// Runs `body` up and down, and up again, in both ways, and compares what `query` gives.
#[track_caller]
fn check(kind: Kind, body: &str, query: &str) {
    check_file(kind, &format!("-- añadir: it's \\ a :x; `test`\n--\n-- revision: a\n{body}"), query);
}

#[track_caller]
fn check_file(kind: Kind, text: &str, query: &str) {
    let database = TestDatabase::new(kind);
    let twins = Twins::new(&database);
    twins.write("versions/a.sql", text);
    twins.check(&["upgrade", "head"]);
    assert_eq!(twins.offline.query(query), twins.online.query(query), "{query}");
    assert!(!twins.online.query(query).is_empty(), "{query}");
    twins.check(&["downgrade", "base"]);
    twins.check(&["upgrade", "head"]);
}

/// The same file as an editor on Windows writes it.
#[track_caller]
fn check_both_line_ends(kind: Kind, body: &str, query: &str) {
    check(kind, body, query);
    let text = format!("\u{feff}-- añadir\n--\n-- revision: a\n{body}");
    check_file(kind, &text.replace('\n', "\r\n"), query);
}

#[test]
fn sqlite_triggers_strings_and_lines_that_look_like_commands() {
    check_both_line_ends(
        Kind::Sqlite,
        "-- rev: upgrade\n\
         CREATE TABLE t (n INTEGER, -- it's; a comment\n  s TEXT DEFAULT 'a;\n.tables\n# b\ngo\n/\n\\', /* \n.exit\n*/\n\"q;\n.x\" TEXT);\n\
         CREATE TABLE log (s TEXT);\n\
         CREATE TRIGGER tr AFTER INSERT ON t BEGIN\n  INSERT INTO log VALUES (CASE WHEN NEW.n > 1 THEN 'many;' ELSE 'one' END);\n  UPDATE t SET n = n;\nEND;\n\
         INSERT INTO t (n) VALUES (2), (:x), (8\n/\n2);\n\
         SELECT n AS\ngo\n, 'señor 日本 😀' FROM t;\n\
         INSERT INTO log VALUES ('señor 日本 😀; -- '' \\n'), (x'00ff'), ([s]\n);\n\
         -- rev: downgrade\nDROP TABLE log;\nDROP TABLE t;\n"
            .replace("([s]\n)", "((SELECT [s] FROM t LIMIT 1))")
            .as_str(),
        "SELECT hex(s) FROM t UNION ALL SELECT hex(s) FROM log",
    );
}

#[test]
fn sqlite_pragmas_outside_of_transactions() {
    check(
        Kind::Sqlite,
        "-- rev: upgrade\nCREATE TABLE p (id INTEGER PRIMARY KEY);\nCREATE TABLE c (p REFERENCES p);\n\
         -- rev: upgrade transaction=off\nPRAGMA foreign_keys = OFF;\nPRAGMA query_only = ON;\nSELECT 1;\nPRAGMA query_only = OFF;\nINSERT INTO c VALUES (1);\n\
         -- rev: upgrade\nPRAGMA ignore_check_constraints = ON;\nCREATE INDEX i ON c (p);\n\
         -- rev: downgrade transaction=off\nPRAGMA foreign_keys = OFF;\nPRAGMA query_only = ON;\n-- rev: downgrade\nDROP TABLE c;\nDROP TABLE p;\n",
        "SELECT p FROM c",
    );
}

#[test]
fn postgres_functions_rules_and_what_psql_would_fill_in() {
    check_both_line_ends(
        Kind::Postgres,
        "-- rev: upgrade\n\
         CREATE TABLE t (n INT, s TEXT, a INT[], row_count INT DEFAULT 2); -- :HOST '\n\
         CREATE FUNCTION f(n INT) RETURNS TEXT LANGUAGE plpgsql AS $body$\nBEGIN\n  -- it's; one :USER \\d body\n  RETURN CASE WHEN n > 1 THEN 'many \\' ELSE ':x' END;\nEND;\n$body$;\n\
         CREATE RULE r AS ON DELETE TO t WHERE old.n = 9 DO INSTEAD (UPDATE t SET s = ';:x' WHERE n = 9; SELECT 1);\n\
         CREATE VIEW v AS SELECT a[1:ROW_COUNT] AS part, a [:1] AS first, n::TEXT, '1':: int AS one FROM t;\n\
         INSERT INTO t VALUES (1, f(1), ARRAY[1, 2, 3]), (2, f(2), '{4,5,6}'), (3, E'a\\'b\\\\;\\n', '[0:1]={7,8}'), (4, U&'\\00e9 \"', NULL), (9, '', NULL);\n\
         INSERT INTO t (n, s) SELECT 5, n || ':' || 'señor 日本 😀 :''x'' :\"x\" ' || $$ ' ; \\. $$ FROM (VALUES (':HOST')) AS w(n);\n\
         SELECT 1 /* nested /* ' */ ; */;\n\
         COPY t (n, s) FROM STDIN;\n6\t:HOST it's; \\\\d\n7\t\\N\n\\.\n\
         COPY t (n) FROM STDIN;\n\\.\n\
         DELETE FROM t WHERE n = 9;\n\
         -- rev: downgrade\nDROP VIEW v;\nDROP TABLE t;\nDROP FUNCTION f;\n",
        "SELECT n::text, s, a::text FROM t ORDER BY t.n, s",
    );
}

#[test]
fn postgres_bodies_without_quotes() {
    if postgres_version() < 14 {
        return; // such bodies are unknown there
    }
    check_both_line_ends(
        Kind::Postgres,
        "-- rev: upgrade\nCREATE TABLE t (n INT);\n\
         CREATE FUNCTION f() RETURNS BIGINT LANGUAGE sql BEGIN ATOMIC\n  INSERT INTO t VALUES (9); -- ';\n  SELECT CASE WHEN true THEN count(*) END FROM t; /* end; */\nEND;\n\
         CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END;\n\
         SELECT f();\nCALL p();\n\
         -- rev: downgrade\nDROP FUNCTION f;\nDROP PROCEDURE p;\nDROP TABLE t;\n",
        "SELECT n::text FROM t ORDER BY 1",
    );
}

#[test]
fn postgres_csv_data() {
    if postgres_version() >= 18 && psql_version() < 18 {
        return; // an older psql does not find the end of such data there
    }
    check_both_line_ends(
        Kind::Postgres,
        "-- rev: upgrade\nCREATE TABLE t (n INT, s TEXT);\n\
         COPY t (n, s) FROM STDIN WITH (FORMAT csv, DELIMITER ':');\n8:\"a;\"\"b\nc :x\"\n\\.\n\
         -- rev: downgrade\nDROP TABLE t;\n",
        "SELECT n::text, s FROM t",
    );
}

fn postgres_version() -> u32 {
    let rows = TestDatabase::new(Kind::Postgres).query("SHOW server_version_num");
    rows[0][0].parse::<u32>().unwrap() / 10_000
}

fn psql_version() -> u32 {
    let output = std::process::Command::new("psql").arg("--version").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).unwrap();
    number.split('.').next().unwrap().parse().unwrap()
}

#[test]
fn postgres_scripts_that_lead_names_elsewhere() {
    for sabotage in [
        "SET search_path = '';",
        "SELECT set_config('search_path', 'pg_catalog', false);",
        "SELECT set_config('search_path', 'pg_catalog', true);",
        "CREATE SCHEMA IF NOT EXISTS other;\nSET search_path = other;\nCREATE TABLE IF NOT EXISTS rev_version (version_num TEXT);\nCREATE TEMP TABLE IF NOT EXISTS rev_history (x INT);\nCREATE TEMP TABLE IF NOT EXISTS rev_lock (id INT, format INT);",
        "SET default_transaction_read_only = on;",
        "SET standard_conforming_strings = off;\nSET backslash_quote = off;\nSET quote_all_identifiers = on;",
        "SET client_encoding = 'LATIN1';",
        "SET timezone = 'Asia/Tokyo';\nSET datestyle = 'German';",
    ] {
        for transaction in ["", " transaction=off"] {
            let database = TestDatabase::new(Kind::Postgres);
            let twins = Twins::new(&database);
            twins.script(
                "a",
                "",
                "-- rev: upgrade\nCREATE TABLE t (n TIMESTAMPTZ, s TEXT);\n-- rev: downgrade\nDROP TABLE t;\n",
            );
            let options = if transaction.is_empty() { "" } else { "-- rev: upgrade\nSELECT 1;\n" };
            twins.script(
                "b",
                "a",
                &format!(
                    "-- rev: upgrade{transaction}\n{sabotage}\n{options}-- rev: downgrade{transaction}\n{sabotage}\n"
                ),
            );
            twins.script("c", "b", "-- rev: upgrade\nINSERT INTO t VALUES ('2026-01-02 03:04:05', 'é' || '2026-02-03'::date);\nCREATE TABLE here (n INTEGER);\n-- rev: downgrade\nDROP TABLE here;\n");
            twins.check(&["upgrade", "head"]);
            let query = "SELECT (n AT TIME ZONE 'UTC')::text, s FROM public.t";
            assert_eq!(twins.offline.query(query), twins.online.query(query), "{sabotage}");
            twins.check(&["downgrade", "base"]);
        }
    }
}

/// What is deferred to the commit belongs to the script, and finds its own names.
#[test]
fn postgres_constraint_triggers_run_at_the_commit() {
    check(
        Kind::Postgres,
        "-- rev: upgrade\nCREATE SCHEMA side;\nCREATE TABLE side.log (s TEXT);\nCREATE TABLE t (n INT);\n\
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO side.log VALUES (current_setting('search_path')); RETURN NULL; END $$;\n\
         CREATE CONSTRAINT TRIGGER c AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f();\n\
         INSERT INTO t VALUES (1);\n\
         -- rev: upgrade transaction=off\nSET search_path = side, public;\nINSERT INTO t VALUES (2);\n-- rev: upgrade\nINSERT INTO t VALUES (3);\n\
         -- rev: downgrade\nDROP TABLE t;\nDROP FUNCTION f;\nDROP TABLE side.log;\nDROP SCHEMA side;\n",
        "SELECT s FROM side.log",
    );
}

#[test]
fn postgres_finds_a_transaction_that_a_script_ends() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INT);\nDO $$ BEGIN COMMIT; END $$;\n");
    let text = workspace.rev(&["upgrade", "--sql"]);
    assert_ne!(feed(&database, text.succeeded()).code, 0);
    assert_eq!(database.query("SELECT * FROM rev_version"), Vec::<Vec<String>>::new());
}

/// A schema that is configured is written out, and needs no search path.
#[test]
fn postgres_keeps_its_journal_in_the_configured_schema() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    database.execute("CREATE SCHEMA journal");
    workspace.write("migrations.toml", "[database]\nschema = \"journal\"\n");
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INT);\n-- rev: upgrade transaction=off\nSET search_path = '';\n-- rev: upgrade\nSELECT 1;\n");
    let text = workspace.rev(&["upgrade", ":head", "--sql"]);
    assert!(!text.succeeded().contains("rev_schema"));
    let output = feed(&database, text.succeeded());
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert_eq!(database.query("SELECT version_num FROM journal.rev_version"), [["a"]]);
    database.query("SELECT * FROM public.a");
    assert_eq!(workspace.rev(&["current", "--json"]).json()["up_to_date"], true);
}

#[test]
fn mariadb_and_mysql_routines_and_delimiters() {
    check_both_line_ends(
        Kind::Mariadb,
        "-- rev: upgrade\n\
         CREATE TABLE t (n INT, s TEXT, `q;\n//` INT DEFAULT 1) COMMENT 'a;//$$'; # it's a comment\n\
         CREATE PROCEDURE p(IN k INT)\nBEGIN\n  DECLARE i INT DEFAULT 0;\n  WHILE i < k DO\n    IF i MOD 2 = 0 THEN INSERT INTO t (n) VALUES (i); END IF;\n    SET i = i + 1;\n  END WHILE;\nEND;\n\
         DELIMITER //\nCREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.n = CASE WHEN NEW.n > 3 THEN 100 ELSE NEW.n END; END//\nDELIMITER ;\n\
         CREATE FUNCTION f() RETURNS TEXT DETERMINISTIC BEGIN DECLARE x TEXT DEFAULT '//'; RETURN CONCAT(x, '$$;;', \"\\\"\\\\\", 'é'); END;\n\
         /*!50003 CREATE PROCEDURE h() BEGIN SELECT 1; END */;\n\
         CREATE VIEW v AS SELECT n, /* c */ s FROM t WHERE s LIKE 'a\\\\_%';\n\
         CALL p(6);\n\
         INSERT INTO t (n, s) VALUES (1, 'it''s \\' \\\\ \\n; -- x\ndelimiter //\n\\\\g señor 日本 😀'), (2, f()), (4--1, \"a;\nuse x\n\");\n\
         SELECT/**/1 # done\n;\n\
         -- rev: downgrade\nDROP VIEW v;\nDROP FUNCTION f;\nDROP PROCEDURE h;\nDROP PROCEDURE p;\nDROP TABLE t;\n",
        "SELECT n, HEX(s) FROM t ORDER BY n, s",
    );
}

/// MySQL has no way to send them past its client; docs/offline-sql.md says so.
#[test]
fn mariadb_keeps_comments_of_routines() {
    if !is_mariadb(&TestDatabase::new(Kind::Mariadb)) {
        return;
    }
    check_both_line_ends(
        Kind::Mariadb,
        "-- rev: upgrade\n\
         CREATE TABLE t (n INT, s TEXT);\n\
         CREATE PROCEDURE p()\nBEGIN\n  -- it's; kept \\g\n  DECLARE i INT DEFAULT 0; # this too'\n  SELECT i; /* and\n  delimiter $$ */\nEND;\n\
         CREATE FUNCTION g() RETURNS INT DETERMINISTIC RETURN 1 /* one */ + 1;\n\
         CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET /* é */ NEW.n = 1;\n\
         INSERT INTO t VALUES (2, \\N);\n\
         BEGIN NOT ATOMIC\n  DECLARE k INT DEFAULT 7; -- not kept\n  INSERT INTO t (n) VALUES (k);\nEND;\n\
         -- rev: downgrade\nDROP FUNCTION g;\nDROP PROCEDURE p;\nDROP TABLE t;\n",
        "SELECT n, s FROM t",
    );
}

#[test]
fn mariadb_scripts_that_change_the_session() {
    for sabotage in [
        "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT';",
        "SET NAMES latin1;",
        "USE\n  mysql;",
        "use `mysql`;",
        "LOCK TABLES t READ;",
        "LOCK TABLES t WRITE;",
        "SET autocommit = 0;",
        "SET SESSION TRANSACTION READ ONLY;",
        "SET foreign_key_checks = 0, unique_checks = 0, sql_safe_updates = 1, sql_select_limit = 0;",
    ] {
        let database = TestDatabase::new(Kind::Mariadb);
        let twins = Twins::new(&database);
        twins.script("a", "", "-- rev: upgrade\nCREATE TABLE t (s TEXT);\n-- rev: downgrade\nDROP TABLE t;\n");
        twins.script("b", "a", &format!("-- rev: upgrade\n{sabotage}\n-- rev: downgrade\n{sabotage}\n"));
        twins.script("c", "b", "-- rev: upgrade\nINSERT INTO t VALUES ('a\\tbé');\nCREATE TABLE here (n INTEGER);\n-- rev: downgrade\nDROP TABLE here;\n");
        twins.check(&["upgrade", "head"]);
        assert_eq!(twins.offline.query("SELECT HEX(s) FROM t"), [["610962C3A9"]], "{sabotage}");
        twins.check(&["downgrade", "base"]);
    }
}

/// What only the client would understand is refused, online and offline: the client would run it.
#[test]
fn mariadb_client_commands_are_not_run() {
    for command in ["SELECT 1 \\! touch here\n", "SELECT 1 \\g SELECT 2", "SELECT 1 \\T log"] {
        let database = TestDatabase::new(Kind::Mariadb);
        let workspace = Workspace::new(&database);
        workspace.script("a", "", &format!("-- rev: upgrade\n{command};\n"));
        for arguments in [&["upgrade", "--sql"][..], &["upgrade"]] {
            let output = workspace.rev(arguments);
            assert!(output.failed(2).contains("client-command"), "{command}: {}", output.stderr);
        }
    }
}

/// Also the role that the shell began with comes back: it may be all that gives it rights.
#[test]
fn mariadb_roles_are_put_back() {
    let database = TestDatabase::new(Kind::Mariadb);
    let role = format!("rev_{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
    database.execute(&format!("CREATE ROLE {role}"));
    if !is_mariadb(&database) {
        database.execute(&format!("GRANT {role} TO CURRENT_USER()"));
    }
    check(
        Kind::Mariadb,
        &format!("-- rev: upgrade\nSET ROLE {role};\n-- rev: downgrade\nSET ROLE {role};\n"),
        "SELECT 1",
    );
    if is_mariadb(&database) {
        database.execute(&format!("GRANT ALL ON {}.* TO {role}", database.name()));
        let workspace = Workspace::new(&database);
        workspace.script("a", "", "-- rev: upgrade\nSET ROLE NONE;\n");
        let text = workspace.rev(&["upgrade", "--sql"]).succeeded().to_owned();
        let output = feed(&database, &format!("SET ROLE {role};\n{text}SELECT CONCAT('role ', CURRENT_ROLE());\n"));
        assert!(output.succeeded().contains(&format!("role {role}")), "{}", output.stdout);
    }
    database.execute(&format!("DROP ROLE {role}"));
}
