//! A journal that is not where it is looked for is never taken for none, and one that is made is told of.

use std::time::Duration;
use std::time::Instant;

use serde_json::json;

use crate::support::Kind;
use crate::support::Output;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// A revision that shows how often it ran, on each database.
const COUNTING: &str = "-- rev: upgrade\nCREATE TABLE IF NOT EXISTS counter (n INTEGER);\nINSERT INTO counter VALUES (1);\n\
                        -- rev: downgrade\nDELETE FROM counter;\n";

fn counting(database: &TestDatabase) -> Workspace {
    let workspace = Workspace::new(database);
    workspace.script("a1", "", COUNTING);
    workspace
}

/// Checks that every command that says where the database is refuses to, and that nothing runs.
fn check_refused(workspace: &Workspace, code: &str, hint: &str) {
    for command in [&["upgrade"][..], &["upgrade", "--dry-run"], &["current"], &["status"], &["log"], &["stamp", "a1"]]
    {
        let output: Output = workspace.rev(command);
        assert!(output.code != 0, "{command:?}");
        assert!(output.stderr.contains(&format!("error[{code}]")), "{command:?}: {}", output.stderr);
        assert!(output.stderr.contains(hint), "{command:?}: {}", output.stderr);
        assert!(!output.stdout.contains("nothing is applied"), "{command:?}: {}", output.stdout);
    }
}

fn the_first_run_is_told(database: &TestDatabase) {
    let workspace = counting(database);
    let text = workspace.rev(&["upgrade", "--dry-run"]);
    assert!(
        text.succeeded().contains("first run on this database: rev's tables would be created in "),
        "{}",
        text.stdout
    );
    assert_eq!(workspace.rev(&["upgrade", "--dry-run", "--json"]).json()["journal_created"], json!(true));
    let place = match database.kind {
        Kind::Sqlite => "the file".to_owned(),
        Kind::Postgres => "schema `public`".to_owned(),
        Kind::Mariadb => format!("database `{}`", database.name()),
    };
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    assert!(
        output.stderr.contains(&format!("first run on this database: rev's tables are created in {place}")),
        "{}",
        output.stderr
    );
    workspace.script("b2", "a1", "-- rev: upgrade\n");
    let report = workspace.rev(&["upgrade", "--json"]);
    assert!(!report.stderr.contains("first run"), "{}", report.stderr);
    assert_eq!(report.json().get("journal_created"), None);
    database.clear();
    assert_eq!(workspace.rev(&["upgrade", "--json"]).json()["journal_created"], json!(true));
}

/// Also after `table_prefix` or `version_table` was changed, and where Alembic's table is.
fn a_journal_of_another_name_that_knows_the_scripts_is_found(database: &TestDatabase) {
    let workspace = counting(database);
    workspace.rev(&["upgrade"]).succeeded();
    workspace.write("migrations.toml", "[database]\nversion_table = \"other_version\"\n");
    check_refused(&workspace, "journal-elsewhere", "rev_version");
    workspace.write("migrations.toml", "[database]\ntable_prefix = \"mig_\"\n");
    check_refused(&workspace, "journal-elsewhere", "table_prefix = \"rev_\"");
    workspace.write("migrations.toml", "[database]\ntable_prefix = \"mig_\"\nother_journals = \"allow\"\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM counter").len(), 2);

    database.clear();
    database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)");
    database.execute("INSERT INTO alembic_version VALUES ('a1')");
    workspace.write("migrations.toml", "");
    check_refused(&workspace, "journal-elsewhere", "version_table = \"alembic_version\"");
}

/// Two projects may share a database, each with its own names.
fn a_journal_of_another_project_is_let_be_and_told(database: &TestDatabase) {
    let other = Workspace::new(database);
    other.write("migrations.toml", "[database]\ntable_prefix = \"shop_\"\nversion_table = \"shop_version\"\n");
    other.script("x9", "", "-- rev: upgrade\n");
    other.rev(&["upgrade"]).succeeded();
    let workspace = counting(database);
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    assert!(
        output.stderr.contains("not this project's: ") && output.stderr.contains("shop_version"),
        "{}",
        output.stderr
    );
    assert_eq!(database.query("SELECT n FROM counter").len(), 1);
}

fn a_history_without_its_table_of_heads_is_no_empty_journal(database: &TestDatabase) {
    let workspace = counting(database);
    workspace.rev(&["upgrade"]).succeeded();
    database.execute("DROP TABLE rev_version");
    check_refused(&workspace, "journal-elsewhere", "bring the table back from a backup");
}

/// That nothing is applied any more is known from the history.
fn a_database_at_base_is_at_base(database: &TestDatabase) {
    let workspace = counting(database);
    workspace.rev(&["upgrade"]).succeeded();
    workspace.rev(&["downgrade", "base"]).succeeded();
    assert_eq!(workspace.rev(&["current", "--json"]).json()["current"], json!([]));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM counter").len(), 1);
}

/// The statements that make something swallow rows of a table.
fn swallow(kind: Kind, table: &str) -> &'static str {
    match (kind, table) {
        (Kind::Sqlite, "rev_version") => {
            "CREATE TRIGGER g BEFORE INSERT ON rev_version BEGIN SELECT RAISE(IGNORE); END"
        }
        (Kind::Sqlite, _) => "CREATE TRIGGER g BEFORE INSERT ON rev_history BEGIN SELECT RAISE(IGNORE); END",
        (Kind::Postgres, "rev_version") => "CREATE RULE g AS ON INSERT TO rev_version DO INSTEAD NOTHING",
        (Kind::Postgres, _) => "CREATE RULE g AS ON INSERT TO rev_history DO INSTEAD NOTHING",
        (Kind::Mariadb, "rev_version") => {
            "CREATE TRIGGER g BEFORE INSERT ON rev_version FOR EACH ROW SET NEW.version_num = 'elsewhere'"
        }
        (Kind::Mariadb, _) => "",
    }
}

fn a_row_that_is_swallowed_is_noticed_and_nothing_stays(database: &TestDatabase) {
    for table in ["rev_version", "rev_history"] {
        let sql = swallow(database.kind, table);
        if sql.is_empty() {
            continue;
        }
        database.clear();
        let workspace = Workspace::new(database);
        workspace.script("a1", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
        workspace.rev(&["upgrade"]).succeeded();
        workspace.rev(&["stamp", "base"]).succeeded();
        database.execute(sql);
        workspace.script("b2", "", "-- rev: upgrade\nINSERT INTO t VALUES (1);\n");
        let output = workspace.rev(&["upgrade", "b2"]);
        assert!(output.failed(3).contains("error[journal-write-lost]"), "{}", output.stderr);
        assert_eq!(database.query("SELECT n FROM t").len(), 0, "{table}");
        assert_eq!(database.query("SELECT version_num FROM rev_version").len(), 0, "{table}");
    }
}

/// No row, no fence: it comes back with an epoch that nobody had.
fn a_lost_row_of_the_lock_comes_back(database: &TestDatabase) {
    let workspace = counting(database);
    workspace.rev(&["upgrade"]).succeeded();
    database.execute("DELETE FROM rev_lock");
    workspace.script("b2", "a1", "-- rev: upgrade\n");
    workspace.rev(&["upgrade"]).succeeded();
    let epoch = database.query("SELECT epoch FROM rev_lock WHERE id = 1");
    assert!(epoch[0][0].parse::<i64>().unwrap() > 1_000_000, "{epoch:?}");
}

on_each_database!(
    the_first_run_is_told,
    a_journal_of_another_name_that_knows_the_scripts_is_found,
    a_journal_of_another_project_is_let_be_and_told,
    a_history_without_its_table_of_heads_is_no_empty_journal,
    a_database_at_base_is_at_base,
    a_row_that_is_swallowed_is_noticed_and_nothing_stays,
    a_lost_row_of_the_lock_comes_back,
);

/// The current schema of PostgreSQL depends on settings that anybody may change.
#[test]
fn another_current_schema_is_not_an_empty_journal() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = counting(&database);
    workspace.rev(&["upgrade"]).succeeded();
    database.execute("CREATE SCHEMA shop");
    database.execute(&format!("ALTER DATABASE {} SET search_path = shop, public", database.name()));
    check_refused(&workspace, "journal-elsewhere", "schema = \"public\"");
    workspace.write("migrations.toml", "[database]\nschema = \"public\"\n");
    assert_eq!(workspace.rev(&["current", "--json"]).json()["current"], json!(["a1"]));
    workspace.write("migrations.toml", "[database]\nschema = \"nowhere\"\n");
    check_refused(&workspace, "journal-elsewhere", "schema = \"public\"");
    workspace.write("migrations.toml", "[database]\nschema = \"shop\"\nother_journals = \"allow\"\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT version_num FROM shop.rev_version"), [["a1"]]);
}

#[test]
fn a_role_that_may_not_look_is_never_told_base() {
    let database = TestDatabase::new(Kind::Postgres);
    let role = format!("rev_blind_{}", database.name());
    let workspace = counting(&database);
    database.execute("CREATE SCHEMA hidden");
    workspace.write("migrations.toml", "[database]\nschema = \"hidden\"\n");
    workspace.rev(&["upgrade"]).succeeded();
    database.execute(&format!("CREATE ROLE {role} LOGIN PASSWORD 'x'"));
    let (_, rest) = database.url.split_once('@').unwrap();
    let url = format!("postgres://{role}:x@{rest}");
    for config in ["", "[database]\nschema = \"hidden\"\n"] {
        workspace.write("migrations.toml", config);
        for command in ["current", "status", "upgrade"] {
            let output = workspace.rev(&[command, "-u", &url]);
            assert!(output.code != 0 && output.stderr.contains("error[journal-hidden]"), "{}", output.stderr);
            assert!(output.stderr.contains("GRANT USAGE ON SCHEMA hidden"), "{}", output.stderr);
        }
    }
    database.execute(&format!("DROP ROLE {role}"));
}

/// MariaDB and MySQL hide tables from a user without rights on them.
#[test]
fn a_user_from_whom_tables_are_hidden_is_never_told_base() {
    let database = TestDatabase::new(Kind::Mariadb);
    let user = format!("blind_{}", &database.name()[database.name().len().saturating_sub(12)..]);
    let workspace = counting(&database);
    workspace.rev(&["upgrade"]).succeeded();
    let name = database.name();
    database.execute(&format!("CREATE USER '{user}'@'%' IDENTIFIED BY 'x'"));
    let (_, rest) = database.url.split_once('@').unwrap();
    let url = format!("mysql://{user}:x@{rest}");
    for grant in ["counter", "rev_version"] {
        database.execute(&format!("GRANT SELECT ON {name}.{grant} TO '{user}'@'%'"));
        for command in ["current", "status", "upgrade"] {
            let output = workspace.rev(&[command, "-u", &url]);
            assert!(output.code != 0 && output.stderr.contains("error[journal-hidden]"), "{}", output.stderr);
            assert!(output.stderr.contains("GRANT SELECT ON"), "{}", output.stderr);
        }
    }
    database.execute(&format!("GRANT SELECT ON {name}.* TO '{user}'@'%'"));
    assert_eq!(workspace.rev(&["current", "--json", "-u", &url]).json()["current"], json!(["a1"]));
    database.execute(&format!("DROP USER '{user}'@'%'"));
}

#[test]
fn a_schema_that_is_missing_is_made_unless_a_script_would_fail_then() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.write("migrations.toml", "[database]\nschema = \"app\"\n");
    workspace.script("a1", "", "-- rev: upgrade\nCREATE SCHEMA app;\nCREATE TABLE app.t (n INTEGER);\n");
    for command in [&["upgrade"][..], &["upgrade", "--dry-run"]] {
        let output = workspace.rev(command);
        assert!(output.failed(2).contains("error[schema-made-twice]"), "{}", output.stderr);
        assert!(output.stderr.contains("a1.sql:6:1"), "{}", output.stderr);
    }
    workspace.script("a1", "", "-- rev: upgrade\nCREATE SCHEMA IF NOT EXISTS app;\nCREATE TABLE app.t (n INTEGER);\n");
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    assert!(output.stderr.contains("created in schema `app`, which is created first"), "{}", output.stderr);
    assert_eq!(database.query("SELECT version_num FROM app.rev_version"), [["a1"]]);
}

/// Whoever holds rev's tables is waited for, named, and not for ever.
#[test]
fn who_holds_the_journal_is_named() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = counting(&database);
    workspace.rev(&["upgrade"]).succeeded();
    workspace.write("migrations.toml", "[database]\nlock_timeout = \"400ms\"\nlock_retries = 1\n");
    std::thread::scope(|scope| {
        let holding = scope.spawn(|| {
            database.execute("BEGIN; LOCK TABLE rev_version IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(6); COMMIT");
        });
        std::thread::sleep(Duration::from_millis(500));
        for command in ["status", "upgrade", "current"] {
            let began = Instant::now();
            let output = workspace.rev(&[command]);
            assert!(output.code != 0 && output.stderr.contains("error[table-locked]"), "{command}: {}", output.stderr);
            assert!(output.stderr.contains("held by process"), "{command}: {}", output.stderr);
            assert!(began.elapsed() < Duration::from_secs(4), "{command}");
        }
        holding.join().unwrap();
    });
    workspace.rev(&["current"]).succeeded();
}
