//! The session of a script is what the database's own client would have, and rev's own statements are nobody else's.

use std::collections::BTreeMap;

use url::Url;
use uuid::Uuid;

use crate::support::Kind;
use crate::support::Output;
use crate::support::Pooler;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::feed;

/// Writes all settings of the session into a table.
fn snapshot(kind: Kind, table: &str) -> String {
    match kind {
        Kind::Postgres => format!("CREATE TABLE {table} AS SELECT name, setting FROM pg_settings;\n"),
        _ => format!(
            "CREATE TABLE {table} (name VARCHAR(64) NOT NULL, setting TEXT);\n\
             INSERT INTO {table} SELECT variable_name, variable_value FROM SESSION_VARIABLES;\n"
        ),
    }
}

/// Where the server of MariaDB or MySQL shows the variables of the session.
fn variables(database: &TestDatabase) -> &'static str {
    match database.query("SELECT VERSION() LIKE '%MariaDB%'")[0][0].as_str() {
        "1" => "information_schema.session_variables",
        _ => "performance_schema.session_variables",
    }
}

/// Returns the settings in which two snapshots differ.
fn difference(database: &TestDatabase, one: &str, other: &str, but: &[&str]) -> Vec<String> {
    let settings = |table: &str| -> BTreeMap<String, String> {
        let rows = database.query(&format!("SELECT name, coalesce(setting, '') FROM {table}"));
        rows.into_iter().map(|row| (row[0].to_lowercase(), row[1].clone())).collect()
    };
    let (one, other) = (settings(one), settings(other));
    let names = one.keys().chain(other.keys()).filter(|name| !but.contains(&name.as_str()));
    let different = names.filter(|name| one.get(*name) != other.get(*name));
    let mut found: Vec<String> =
        different.map(|name| format!("{name}: {:?}, {:?}", one.get(name), other.get(name))).collect();
    found.sort();
    found.dedup();
    found
}

/// What rightly differs from psql's session: the name, what stops a statement whose client is gone, and for how long
/// others' locks are waited for; what rev keeps for a moment; and that the scripts are UTF-8.
const POSTGRES_OWN: [&str; 8] = [
    "application_name",
    "client_connection_check_interval",
    "client_encoding",
    "lock_timeout",
    "rev.found",
    "rev.schema",
    "transaction_isolation",
    "in_hot_standby",
];

/// Sets each switch of a session otherwise than it is, and what the driver forces.
fn set_each(database: &TestDatabase) {
    let name = database.name();
    let switches = database.query(
        "SELECT name, CASE setting WHEN 'on' THEN 'off' ELSE 'on' END FROM pg_settings WHERE context = 'user' \
         AND vartype = 'bool' AND name NOT LIKE 'transaction%' AND name NOT LIKE 'default_transaction%' \
         AND name NOT IN ('zero_damaged_pages', 'ignore_checksum_failure')",
    );
    for row in switches {
        database.execute(&format!("ALTER DATABASE {name} SET {} TO {}", row[0], row[1]));
    }
    for (setting, value) in [
        ("DateStyle", "German"),
        ("TimeZone", "'America/New_York'"),
        ("IntervalStyle", "iso_8601"),
        ("extra_float_digits", "0"),
        ("bytea_output", "escape"),
        ("search_path", "public, pg_catalog"),
        ("statement_timeout", "'777s'"),
        ("xmloption", "document"),
    ] {
        database.execute(&format!("ALTER DATABASE {name} SET {setting} TO {value}"));
    }
    database.execute(&format!("ALTER ROLE postgres IN DATABASE {name} SET TimeZone TO 'Asia/Tokyo'"));
}

#[test]
fn a_session_of_postgres_has_the_settings_that_psql_has() {
    let database = TestDatabase::new(Kind::Postgres);
    set_each(&database);
    let psql = feed(&database, &format!("\\set ON_ERROR_STOP on\n{}", snapshot(Kind::Postgres, "s0")));
    assert_eq!(psql.code, 0, "{}", psql.stderr);
    let workspace = Workspace::new(&database);
    let sets =
        "SET TimeZone TO 'UTC';\nSET DateStyle TO 'SQL';\nSET statement_timeout TO 0;\nSET search_path TO public;\n";
    workspace.script("a", "", &format!("-- rev: upgrade\n{}{sets}", snapshot(Kind::Postgres, "s1")));
    workspace.script(
        "b",
        "a",
        &format!(
            "-- rev: upgrade\n{}RESET ALL;\nRESET TimeZone;\n{}",
            snapshot(Kind::Postgres, "s2"),
            snapshot(Kind::Postgres, "s3")
        ),
    );
    workspace.script("c", "b", &format!("-- rev: upgrade\n{sets}-- rev: upgrade transaction=off\nSELECT 1;\n"));
    workspace.script("d", "c", &format!("-- rev: upgrade transaction=off\n{}", snapshot(Kind::Postgres, "s4")));
    workspace.rev(&["upgrade"]).succeeded();
    for table in ["s1", "s2", "s3", "s4"] {
        assert_eq!(difference(&database, "s0", table, &POSTGRES_OWN), Vec::<String>::new(), "{table}");
    }
}

/// Runs a revision that stores its settings, and returns them.
fn time_zone_and_style(database: &TestDatabase, url: &str, variables: &[(&str, &str)]) -> [String; 2] {
    let workspace = Workspace::new(database);
    let see = "SELECT current_setting('TimeZone') AS z, current_setting('DateStyle') AS d";
    workspace.script("a", "", "-- rev: upgrade\nSET TimeZone TO 'Africa/Cairo';\n-- rev: downgrade\n");
    workspace.script(
        "b",
        "a",
        &format!("-- rev: upgrade\nCREATE TABLE seen AS {see};\n-- rev: downgrade\nDROP TABLE seen;\n"),
    );
    let mut command = workspace.command(&["upgrade", "-u", url]);
    command.envs(variables.iter().copied());
    Output::of(command).succeeded();
    let seen = database.query("SELECT z, d FROM seen").remove(0);
    workspace.rev(&["downgrade", "base"]).succeeded();
    seen.try_into().unwrap()
}

/// The URL with another parameter.
fn with(url: &str, name: &str, value: &str) -> String {
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}{name}={}", value.replace(' ', "%20"))
}

#[test]
fn what_the_client_asks_for_goes_before_what_the_server_has() {
    let database = TestDatabase::new(Kind::Postgres);
    database.execute(&format!("ALTER DATABASE {} SET TimeZone TO 'Asia/Tokyo'", database.name()));
    database.execute(&format!("ALTER DATABASE {} SET DateStyle TO 'SQL, DMY'", database.name()));
    let check = |url: &str, variables: &[(&str, &str)], zone: &str, style: &str| {
        assert_eq!(time_zone_and_style(&database, url, variables), [zone, style], "{variables:?}");
    };
    check(&database.url, &[], "Asia/Tokyo", "SQL, DMY");
    check(&database.url, &[("PGTZ", "Europe/Berlin"), ("PGDATESTYLE", "ISO, YMD")], "Europe/Berlin", "ISO, YMD");
    check(&database.url, &[("PGOPTIONS", "-c timezone=Europe/Paris")], "Europe/Paris", "SQL, DMY");
    let url = with(&database.url, "options", "-c TIMEZONE=Europe/Rome -c datestyle=German");
    check(&url, &[], "Europe/Rome", "German, DMY");
    check(&url, &[("PGTZ", "Europe/Oslo")], "Europe/Oslo", "German, DMY");
}

#[test]
fn a_session_from_a_pooler_has_the_settings_that_others_have() {
    let database = TestDatabase::new(Kind::Postgres);
    database.execute(&format!("ALTER DATABASE {} SET TimeZone TO 'Asia/Tokyo'", database.name()));
    for mode in ["transaction", "session"] {
        let pooler = Pooler::start(&database, mode, 3);
        let seen = |variables: &[(&str, &str)]| time_zone_and_style(&database, &pooler.url(&database), variables);
        assert_eq!(seen(&[])[0], "Asia/Tokyo", "{mode}");
        assert_eq!(seen(&[("PGTZ", "Europe/Berlin")])[0], "Europe/Berlin", "{mode}");
    }
}

/// A role of the test server that is gone with this value.
struct Role<'d> {
    database: &'d TestDatabase,
    name: String,
}

impl<'d> Role<'d> {
    fn new(database: &'d TestDatabase) -> Self {
        let name = format!("rev_test_{}", Uuid::new_v4().simple());
        database.execute(&format!("CREATE ROLE {name} LOGIN; GRANT ALL ON SCHEMA public TO {name}"));
        Self { database, name }
    }

    fn url(&self) -> String {
        let mut url = Url::parse(&self.database.url).unwrap();
        url.set_username(&self.name).unwrap();
        url.into()
    }
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        let _ = self.database.try_query(&format!("DROP OWNED BY {0}; DROP ROLE {0}", self.name));
    }
}

#[test]
fn who_may_not_read_the_servers_files_is_told_where_it_matters() {
    let database = TestDatabase::new(Kind::Postgres);
    let role = Role::new(&database);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (at timestamptz DEFAULT now());\n");
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO t VALUES ('2026-07-01 12:00');\n");
    workspace.script("c", "b", "-- rev: upgrade\nINSERT INTO t VALUES ('2026-07-02 12:00');\n");
    let url = role.url();
    let output = workspace.rev(&["upgrade", "a", "-u", &url]);
    output.succeeded();
    assert!(!output.stderr.contains("may depend on"), "{}", output.stderr);
    let output = workspace.rev(&["upgrade", "b", "-u", &url]);
    output.succeeded();
    assert!(output.stderr.contains("b.sql:6") && output.stderr.contains("`TimeZone`"), "{}", output.stderr);
    let url = with(&url, "options", "-c TimeZone=Asia/Tokyo -c DateStyle=ISO");
    let output = workspace.rev(&["upgrade", "c", "-u", &url]);
    output.succeeded();
    assert!(!output.stderr.contains("may depend on"), "{}", output.stderr);
    assert_eq!(database.query("SELECT count(*) FROM t WHERE at = '2026-07-02 12:00 Asia/Tokyo'"), [["1"]]);
}

/// What each session has of its own, and what a client library sets: its character set, and how it is told of rows.
const MARIADB_OWN: [&str; 15] = [
    "error_count",
    "identity",
    "in_transaction",
    "insert_id",
    "innodb_lock_wait_timeout",
    "last_gtid",
    "last_insert_id",
    "lock_wait_timeout",
    "pseudo_thread_id",
    "rand_seed1",
    "rand_seed2",
    "rbr_exec_mode",
    "statement_id",
    "timestamp",
    "warning_count",
];

#[test]
fn a_session_of_mariadb_has_the_settings_that_its_client_has() {
    let database = TestDatabase::new(Kind::Mariadb);
    let table = variables(&database);
    let snapshot = |name: &str| snapshot(Kind::Mariadb, name).replace("SESSION_VARIABLES", table);
    let client = feed(&database, &format!("SET NAMES utf8mb4;\n{}", snapshot("s0")));
    assert_eq!(client.code, 0, "{}", client.stderr);
    let workspace = Workspace::new(&database);
    let sets = "SET sql_mode = 'ANSI_QUOTES', time_zone = '+05:00', foreign_key_checks = 0, unique_checks = 0;\n\
                SET lc_time_names = 'de_DE', group_concat_max_len = 2000, sql_notes = 0, sql_safe_updates = 1;\n\
                SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE;\n";
    workspace.script("a", "", &format!("-- rev: upgrade\n{}{sets}", snapshot("s1")));
    let set_in_a_routine =
        "-- rev: upgrade\nCREATE PROCEDURE p() SET time_zone = '+06:00', sql_mode = '';\nCALL p();\n";
    workspace.script("b", "a", &format!("-- rev: upgrade\n{}", snapshot("s2")));
    workspace.script("c", "b", set_in_a_routine);
    workspace.script("d", "c", &format!("-- rev: upgrade\n{}", snapshot("s3")));
    workspace.rev(&["upgrade"]).succeeded();
    for table in ["s1", "s2", "s3"] {
        assert_eq!(difference(&database, "s0", table, &MARIADB_OWN), Vec::<String>::new(), "{table}");
    }
}

#[test]
fn foreign_keys_are_checked_in_every_revision() {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = Workspace::new(&database);
    let tables = "CREATE TABLE p (id INT PRIMARY KEY, u INT UNIQUE);\n\
                  CREATE TABLE c (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE);\n";
    workspace.script("a", "", &format!("-- rev: upgrade\n{tables}"));
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO p VALUES (1, 1);\nINSERT INTO c VALUES (1, 1);\n");
    workspace.script("c", "b", "-- rev: upgrade\nDELETE FROM p;\n");
    workspace.script("d", "c", "-- rev: upgrade\nINSERT INTO c VALUES (2, 7);\n");
    let script = workspace.rev(&["upgrade", "c", "--sql"]).succeeded().to_owned();
    assert!(workspace.rev(&["upgrade"]).failed(3).contains("foreign key"));
    assert_eq!(database.query("SELECT count(*) FROM c"), [["0"]]);
    // The same from a shell.
    database.clear();
    let shell = feed(&database, &script);
    assert_eq!(shell.code, 0, "{}", shell.stderr);
    assert_eq!(database.query("SELECT count(*) FROM c"), [["0"]]);
}

#[test]
fn a_notification_that_comes_with_a_commit_is_no_failure() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE IF NOT EXISTS t (n int);\nINSERT INTO t VALUES (1);\n");
    workspace.script("b", "a", "-- rev: upgrade\nLISTEN jobs;\nNOTIFY jobs, 'schema changed';\n");
    workspace.script(
        "c",
        "b",
        "-- rev: upgrade\nLISTEN jobs;\nNOTIFY jobs;\n-- rev: upgrade transaction=off\nNOTIFY jobs;\n\
         -- rev: upgrade\nINSERT INTO t VALUES (2);\n",
    );
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM t ORDER BY n"), [["1"], ["2"]]);
}

#[test]
fn an_answer_that_is_not_understood_leaves_the_outcome_open_and_nothing_doubled() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n int);\n");
    workspace.rev(&["upgrade"]).succeeded();
    // It commits by itself, and the answer to what follows begins with the notification.
    workspace.script(
        "b",
        "a",
        "-- rev: upgrade transaction=off\nLISTEN jobs;\nNOTIFY jobs;\nINSERT INTO t VALUES (1);\n",
    );
    let output = workspace.rev(&["upgrade"]);
    if output.code != 0 {
        assert!(!output.stderr.contains("nothing was changed"), "{}", output.stderr);
        workspace.rev(&["upgrade"]);
        workspace.rev(&["resume", "--ran", "--yes"]);
        workspace.rev(&["upgrade"]).succeeded();
    }
    assert_eq!(database.query("SELECT count(*) FROM t"), [["1"]]);
}

/// Operators and functions that fit rev's own statements better than PostgreSQL's, and note who ran them.
const PLANTED: &str = "CREATE TABLE ran (what text);
    CREATE FUNCTION note(what text) RETURNS void LANGUAGE sql AS $$ INSERT INTO public.ran VALUES (what) $$;
    CREATE FUNCTION eq(varchar, varchar) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('vv'); RETURN $1::text OPERATOR(pg_catalog.=) $2::text; END $$;
    CREATE FUNCTION eq(varchar, text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('vt'); RETURN $1::text OPERATOR(pg_catalog.=) $2; END $$;
    CREATE FUNCTION eq(text, text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('tt'); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
    CREATE FUNCTION eq(name, name) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('nn'); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
    CREATE FUNCTION eq(name, text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('nt'); RETURN $1::text OPERATOR(pg_catalog.=) $2; END $$;
    CREATE FUNCTION eq(int, int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('ii'); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
    CREATE FUNCTION eq(bigint, int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('bi'); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
    CREATE FUNCTION eq(oid, oid) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('oo'); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
    CREATE FUNCTION plus(bigint, int) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('+'); RETURN $1 OPERATOR(pg_catalog.+) $2; END $$;
    CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, PROCEDURE = eq);
    CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = text, PROCEDURE = eq);
    CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, PROCEDURE = eq);
    CREATE OPERATOR = (LEFTARG = name, RIGHTARG = name, PROCEDURE = eq);
    CREATE OPERATOR = (LEFTARG = name, RIGHTARG = text, PROCEDURE = eq);
    CREATE OPERATOR = (LEFTARG = int, RIGHTARG = int, PROCEDURE = eq);
    CREATE OPERATOR = (LEFTARG = bigint, RIGHTARG = int, PROCEDURE = eq);
    CREATE OPERATOR = (LEFTARG = oid, RIGHTARG = oid, PROCEDURE = eq);
    CREATE OPERATOR + (LEFTARG = bigint, RIGHTARG = int, PROCEDURE = plus);
    CREATE FUNCTION count(varchar) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('count'); RETURN 0; END $$;
    CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('lower'); RETURN $1; END $$;
    CREATE FUNCTION current_schema() RETURNS name LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('current_schema'); RETURN 'public'; END $$;
    CREATE FUNCTION current_setting(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('current_setting'); RETURN ''; END $$;
    CREATE FUNCTION pg_backend_pid() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('pid'); RETURN 1; END $$;
    CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('clock'); RETURN now(); END $$;
    CREATE FUNCTION pg_try_advisory_xact_lock(int, int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('lock'); RETURN true; END $$;
    CREATE FUNCTION set_config(text, text, bool) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('set_config'); RETURN ''; END $$;
    CREATE FUNCTION string_agg(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('string_agg'); RETURN ''; END $$;
    CREATE DOMAIN text AS pg_catalog.text CHECK (public.note('type') IS NULL);
    CREATE TABLE pg_class (oid int, relname varchar);";

#[test]
fn revs_own_statements_use_nothing_that_others_made() {
    let database = TestDatabase::new(Kind::Postgres);
    // In front of the server's own, whatever fits better or as well is found.
    let set = format!("ALTER DATABASE {} SET search_path TO public, pg_catalog", database.name());
    database.execute(&set.replace("public, ", ""));
    database.execute(&format!(
        "SET search_path TO pg_catalog; {}",
        PLANTED
            .replace("CREATE TABLE ", "CREATE TABLE public.")
            .replace("CREATE FUNCTION ", "CREATE FUNCTION public.")
            .replace("CREATE OPERATOR ", "CREATE OPERATOR public.")
            .replace("CREATE DOMAIN ", "CREATE DOMAIN public.")
            .replace("PROCEDURE = ", "PROCEDURE = public.")
    ));
    database.execute(&set);
    let workspace = Workspace::new(&database);
    workspace.script(
        "a",
        "",
        "-- rev: upgrade\nCREATE TABLE app (n pg_catalog.int4);\n-- rev: downgrade\nDROP TABLE app;\n",
    );
    workspace.script(
        "b",
        "a",
        "-- rev: upgrade\nINSERT INTO app VALUES (1);\n-- rev: upgrade transaction=off\nCREATE INDEX CONCURRENTLY i ON app (n);\n\
         -- rev: downgrade\nDROP INDEX i;\n",
    );
    workspace.script("c", "b", "-- rev: upgrade\nDROP TABLE app;\n-- rev: downgrade\nCREATE TABLE app (n pg_catalog.int4); CREATE INDEX i ON app (n);\n");
    let script = workspace.rev(&["upgrade", "--sql"]).succeeded().to_owned();
    for args in [
        &["upgrade", "a"][..],
        &["upgrade"],
        &["status"],
        &["history"],
        &["log"],
        &["current"],
        &["downgrade", "-1"],
        &["redo", "--yes"],
        &["stamp", "a"],
        &["upgrade", "--dry-run"],
        &["check"],
    ] {
        workspace.rev(args);
        assert_eq!(database.query("SELECT what FROM public.ran"), Vec::<Vec<String>>::new(), "{args:?}");
    }
    workspace.rev(&["stamp", "base", "--yes"]);
    database.execute("DROP TABLE IF EXISTS public.app; DROP TABLE public.rev_version, public.rev_history, public.rev_progress, public.rev_lock");
    let shell = feed(&database, &script);
    assert!(shell.stderr.is_empty(), "{}", shell.stderr);
    assert_eq!(database.query("SELECT what FROM public.ran"), Vec::<Vec<String>>::new());
}

#[test]
fn a_nul_is_found_before_anything_runs() {
    for kind in Kind::ALL {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        workspace.script(
            "a",
            "",
            "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n-- rev: downgrade\nDROP TABLE t; -- \0 x\n",
        );
        let output = workspace.rev(&["upgrade"]);
        let message = output.failed(2);
        assert!(message.contains("control-character") && message.contains("a.sql:8"), "{kind:?}: {message}");
        workspace
            .write("versions/a.sql", "-- a \0 b\n--\n-- revision: a\n-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
        assert!(workspace.rev(&["upgrade"]).failed(2).contains("control-character"), "{kind:?}");
        assert!(database.try_query("SELECT * FROM t").is_err());
    }
}

#[test]
fn what_the_encoding_lacks_is_found_before_anything_runs() {
    let postgres = TestDatabase::new(Kind::Postgres);
    let name = format!("rev_test_{}", Uuid::new_v4().simple());
    postgres
        .execute(&format!("CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"));
    let mut url = Url::parse(&postgres.url).unwrap();
    url.set_path(&name);
    let workspace = Workspace::new(&postgres);
    let rev = |args: &[&str]| {
        let mut command = workspace.command(args);
        command.env("REV_URL", url.as_str()).env("USER", "Łukasz").env("LOGNAME", "Łukasz");
        Output::of(command)
    };
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (s text);\nINSERT INTO t VALUES ('é');\n-- rev: downgrade\nDROP TABLE t; -- é\n");
    rev(&["upgrade"]).succeeded();
    for body in [
        "-- rev: upgrade\nCREATE TABLE u (n int);\nINSERT INTO t VALUES ('€');\n",
        "-- rev: upgrade\nCREATE TABLE u (n int);\n-- rev: downgrade\nDROP TABLE u; -- ж\n",
        "-- rev: upgrade\nCREATE TABLE u (n int);\nCOPY t FROM stdin;\n€\n\\.\n",
    ] {
        workspace.script("b", "a", body);
        let output = rev(&["upgrade"]);
        assert!(output.failed(2).contains("not-in-encoding"), "{}", output.stderr);
    }
    workspace.script("b", "a", "-- rev: upgrade\nCREATE TABLE u (n int);\n");
    rev(&["upgrade"]).succeeded();
    postgres.execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
}
