//! Scripts of `--sql`, fed to the real shells, leave what a run online leaves.

use std::fs;
use std::path::Path;

use crate::support::Kind;
use crate::support::Output;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::feed;
use crate::support::on_each_database;

/// The same project twice: one database is changed online, the other through its shell.
pub struct Twins<'a> {
    pub online: &'a TestDatabase,
    pub offline: TestDatabase,
    by_rev: Workspace,
    by_shell: Workspace,
}

impl<'a> Twins<'a> {
    pub fn new(online: &'a TestDatabase) -> Self {
        let offline = TestDatabase::new(online.kind);
        let (by_rev, by_shell) = (Workspace::new(online), Workspace::new(&offline));
        Self { online, offline, by_rev, by_shell }
    }

    pub fn write(&self, path: &str, text: &str) {
        self.by_rev.write(path, text);
        self.by_shell.write(path, text);
    }

    pub fn script(&self, id: &str, down: &str, body: &str) {
        self.by_rev.script(id, down, body);
        self.by_shell.script(id, down, body);
    }

    /// Runs a command in both ways and compares what it leaves.
    #[track_caller]
    pub fn check(&self, command: &[&str]) {
        self.by_rev.rev(command).succeeded();
        let text = self.text(command);
        let output = feed(&self.offline, &text);
        assert_eq!(output.code, 0, "{}\n{text}", output.stderr);
        self.compare(&text);
    }

    /// Returns what `--sql` prints.
    #[track_caller]
    fn text(&self, command: &[&str]) -> String {
        self.by_shell.rev(&[command, &["--sql"]].concat()).succeeded().to_owned()
    }

    #[track_caller]
    fn compare(&self, text: &str) {
        assert_eq!(rows(&self.offline), rows(self.online), "{text}");
        assert_eq!(history(&self.offline), history(self.online), "{text}");
        for query in catalog(self.online.kind) {
            let plain = |database: &TestDatabase| -> Vec<Vec<String>> {
                let plain = |cell: String| cell.replace(database.name(), "[NAME]");
                database.query(query).into_iter().map(|row| row.into_iter().map(plain).collect()).collect()
            };
            assert_eq!(plain(&self.offline), plain(self.online), "{query}\n{text}");
        }
        assert_eq!(self.offline.query("SELECT * FROM rev_progress"), Vec::<Vec<String>>::new());
    }
}

fn rows(database: &TestDatabase) -> Vec<String> {
    database.query("SELECT version_num FROM rev_version ORDER BY 1").into_iter().flatten().collect()
}

fn history(database: &TestDatabase) -> Vec<Vec<String>> {
    database.query(
        "SELECT revision, direction, outcome, checksum, message, down_revisions, depends_on, branch_labels, rev_version, \
         downgrade FROM rev_history ORDER BY id",
    )
}

/// What a database says of its schema, rev's own tables included.
fn catalog(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Sqlite => &["SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2"],
        Kind::Postgres => &[
            "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, \
             pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
             LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
             WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 ORDER BY 1, 2",
            "SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) FROM pg_constraint \
             WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
            "SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid) FROM pg_proc p \
             WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
            "SELECT definition FROM pg_rules WHERE schemaname = 'public' ORDER BY 1",
            "SELECT definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1",
        ],
        Kind::Mariadb => &[
            "SELECT table_name, table_type, engine, table_collation FROM information_schema.tables \
             WHERE table_schema = DATABASE() ORDER BY 1",
            "SELECT table_name, column_name, column_type, is_nullable, column_default, collation_name, extra \
             FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 2",
            "SELECT table_name, index_name, seq_in_index, column_name, non_unique FROM information_schema.statistics \
             WHERE table_schema = DATABASE() ORDER BY 1, 2, 3",
            "SELECT constraint_name, table_name, referenced_table_name, delete_rule \
             FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE() ORDER BY 1",
            "SELECT routine_name, routine_definition, sql_mode, character_set_client, collation_connection \
             FROM information_schema.routines WHERE routine_schema = DATABASE() ORDER BY 1",
            "SELECT trigger_name, action_statement, sql_mode, character_set_client, collation_connection \
             FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1",
            "SELECT table_name, view_definition, character_set_client, collation_connection \
             FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY 1",
        ],
    }
}

/// Whether the server behind `Kind::Mariadb` is one, and not a MySQL.
pub fn is_mariadb(database: &TestDatabase) -> bool {
    database.query("SELECT VERSION()")[0][0].contains("MariaDB")
}

/// Two tables, up and down, that say what ran.
fn line(twins: &Twins<'_>) {
    twins.script(
        "a",
        "",
        "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\nINSERT INTO a VALUES (1);\n-- rev: downgrade\nDROP TABLE a;\n",
    );
    twins.script("b", "a", "-- rev: upgrade\nCREATE TABLE b (n INTEGER);\nINSERT INTO a VALUES (2);\n-- rev: downgrade\nDELETE FROM a WHERE n = 2;\nDROP TABLE b;\n");
    twins.script("c", "b", "-- rev: upgrade\nCREATE TABLE c (n INTEGER);\nINSERT INTO a VALUES (3);\n-- rev: downgrade\nDELETE FROM a WHERE n = 3;\nDROP TABLE c;\n");
}

#[track_caller]
fn stopped(output: &Output, message: &str) {
    assert_ne!(output.code, 0, "{}", output.stdout);
    assert!(output.stderr.contains(message), "{}", output.stderr);
}

fn the_example_goes_up_and_down(database: &TestDatabase) {
    let twins = Twins::new(database);
    let versions = Path::new(env!("CARGO_MANIFEST_DIR")).join("versions");
    for entry in fs::read_dir(versions).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        twins.write(&format!("versions/{name}"), &fs::read_to_string(entry.path()).unwrap());
    }
    twins.check(&["upgrade", "head"]);
    let user = if database.kind == Kind::Sqlite { "IS NULL" } else { "IS NOT NULL" };
    let column = if database.kind == Kind::Mariadb { "`user`" } else { "\"user\"" };
    let odd = format!(
        "SELECT id FROM rev_history WHERE NOT (host IS NULL AND duration_ms IS NULL AND {column} {user} AND started LIKE '20%Z')"
    );
    assert_eq!(twins.offline.query(&odd), Vec::<Vec<String>>::new());
    twins.check(&["downgrade", "-1"]);
    twins.check(&["downgrade", "6d20b8f3e9a1"]);
    twins.check(&["upgrade", "head"]);
    twins.check(&["downgrade", "base"]);
}

fn branches_merges_and_dependencies_keep_their_rows(database: &TestDatabase) {
    let twins = Twins::new(database);
    line(&twins);
    let table = |name: &str| {
        format!("-- rev: upgrade\nCREATE TABLE {name} (n INTEGER);\n-- rev: downgrade\nDROP TABLE {name};\n")
    };
    twins.script("d", "a", &table("d"));
    twins.script("e", "", &format!("-- depends_on: b\n{}", table("e")));
    twins.script("m", "c, d", &table("m"));
    twins.check(&["upgrade", "heads"]);
    twins.check(&["downgrade", "d@-1"]);
    twins.check(&["downgrade", "e@base"]);
    twins.check(&["upgrade", "heads"]);
    twins.check(&["downgrade", "base"]);
}

fn a_stamp_writes_the_same_rows(database: &TestDatabase) {
    let twins = Twins::new(database);
    line(&twins);
    twins.check(&["stamp", "b"]);
    twins.check(&["stamp", "a", "c"]);
    twins.check(&["stamp", "--purge", "a"]);
    twins.check(&["stamp", "base"]);
    assert!(twins.offline.try_query("SELECT * FROM a").is_err());
}

fn a_range_needs_no_database(database: &TestDatabase) {
    let twins = Twins::new(database);
    line(&twins);
    twins.by_rev.rev(&["upgrade", "b"]).succeeded();
    let nowhere = match database.kind {
        Kind::Sqlite => "sqlite:nosuch/folder/app.db",
        Kind::Postgres => "postgres://nobody@127.0.0.1:1/nosuch",
        Kind::Mariadb if is_mariadb(database) => "mariadb://nobody@127.0.0.1:1/nosuch",
        Kind::Mariadb => "mysql://nobody@127.0.0.1:1/nosuch",
    };
    let text = |command: &[&str]| {
        let mut rev = twins.by_shell.command(&[command, &["--sql"]].concat());
        rev.env("REV_URL", nowhere);
        Output::of(rev)
    };
    assert_eq!(feed(&twins.offline, text(&["upgrade", ":b"]).succeeded()).code, 0);
    twins.compare("upgrade :b");
    twins.by_rev.rev(&["upgrade", "head"]).succeeded();
    assert_eq!(feed(&twins.offline, text(&["upgrade", "b:c"]).succeeded()).code, 0);
    twins.compare("upgrade b:c");
    twins.by_rev.rev(&["downgrade", "base"]).succeeded();
    assert_eq!(feed(&twins.offline, text(&["downgrade", "c:base"]).succeeded()).code, 0);
    twins.compare("downgrade c:base");
    twins.by_rev.rev(&["stamp", "c"]).succeeded();
    assert_eq!(feed(&twins.offline, text(&["stamp", ":c"]).succeeded()).code, 0);
    twins.compare("stamp :c");
    if database.kind != Kind::Sqlite {
        assert!(text(&["upgrade", "head"]).failed(2).contains("unknown-start"));
    }
}

fn a_database_elsewhere_stops_the_shell_before_anything_is_changed(database: &TestDatabase) {
    let twins = Twins::new(database);
    line(&twins);
    let from_base = twins.text(&["upgrade", ":b"]);
    let from_b = twins.text(&["upgrade", "b:c"]);
    let (down, stamp) = (twins.text(&["downgrade", "b:base"]), twins.text(&["stamp", "b:c"]));
    // On an empty database nothing is made, not even the journal.
    assert_ne!(feed(&twins.offline, &from_b).code, 0);
    assert!(twins.offline.try_query("SELECT * FROM rev_version").is_err());
    assert_eq!(feed(&twins.offline, &from_base).code, 0);
    let (before, content) = (history(&twins.offline), twins.offline.query("SELECT n FROM a ORDER BY n"));
    let unchanged = |rows_now: &str| {
        assert_eq!(rows(&twins.offline).join(" "), rows_now);
        assert_eq!(history(&twins.offline), before);
        assert_eq!(twins.offline.query("SELECT n FROM a ORDER BY n"), content);
        assert!(twins.offline.try_query("SELECT * FROM c").is_err());
    };
    stopped(&feed(&twins.offline, &from_base), "the database is at b, not at base as this script expects");
    unchanged("b");
    twins.offline.execute("UPDATE rev_version SET version_num = 'a'");
    for text in [&from_b, &down, &stamp] {
        stopped(&feed(&twins.offline, text), "the database is at a, not at b as this script expects");
        unchanged("a");
    }
    twins.offline.execute("UPDATE rev_version SET version_num = 'b'");
    twins.offline.execute("INSERT INTO rev_version VALUES ('x')");
    stopped(&feed(&twins.offline, &from_b), "the database is at b, x, not at b as this script expects");
    unchanged("b x");
    twins.offline.execute("DELETE FROM rev_version WHERE version_num = 'x'");
    twins.offline.execute("UPDATE rev_lock SET format = 99");
    stopped(&feed(&twins.offline, &from_b), "no journal of the format");
    unchanged("b");
}

/// A script that is cut in the middle, or whose database moves meanwhile, is found out at the next step.
fn a_database_that_moves_meanwhile_stops_the_next_step(database: &TestDatabase) {
    let twins = Twins::new(database);
    line(&twins);
    let text = twins.text(&["upgrade", ":c"]);
    let mut parts = text.split_inclusive("\n-- 3/3 ");
    let (first, last) = (parts.next().unwrap(), parts.next().unwrap());
    let moved = match database.kind {
        Kind::Sqlite | Kind::Postgres => "UPDATE rev_version SET version_num = 'a' WHERE version_num = 'b';",
        Kind::Mariadb => "UPDATE rev_version SET version_num = 'a' WHERE version_num = 'b'; COMMIT;",
    };
    let text = format!("{first}cut here\n{moved}\n-- {last}");
    stopped(&feed(&twins.offline, &text), "the database is at a, not at b as this script expects");
    assert_eq!(rows(&twins.offline), ["a"]);
    assert_eq!(twins.offline.query("SELECT n FROM a ORDER BY n"), [["1"], ["2"]]);
    assert!(twins.offline.try_query("SELECT * FROM c").is_err());
}

fn after_a_failure_nothing_more_is_run_and_rev_goes_on(database: &TestDatabase) {
    let twins = Twins::new(database);
    line(&twins);
    twins.script(
        "b",
        "a",
        "-- rev: upgrade\nINSERT INTO a VALUES (2);\nINSERT INTO nosuch VALUES (1);\nINSERT INTO a VALUES (22);\n",
    );
    let output = feed(&twins.offline, &twins.text(&["upgrade", "head"]));
    stopped(&output, "nosuch");
    assert_eq!(rows(&twins.offline), ["a"]);
    let outcomes = twins.offline.query("SELECT revision, outcome FROM rev_history ORDER BY id");
    assert_eq!(outcomes, [["a", "done"]]);
    let kept: &[[&str; 1]] = if database.kind == Kind::Mariadb { &[["1"], ["2"]] } else { &[["1"]] };
    assert_eq!(twins.offline.query("SELECT n FROM a ORDER BY n"), kept);
    twins.script(
        "b",
        "a",
        "-- rev: upgrade\nINSERT INTO a VALUES (2);\nINSERT INTO a VALUES (20);\nINSERT INTO a VALUES (22);\n",
    );
    twins.by_shell.rev(&["upgrade"]).succeeded();
    assert_eq!(twins.offline.query("SELECT n FROM a ORDER BY n"), [["1"], ["2"], ["3"], ["20"], ["22"]]);
}

/// Parts of a revision, with one that fails at first: the next script goes on after the parts that are done.
fn a_half_run_revision_is_continued_by_the_next_script(database: &TestDatabase) {
    let twins = Twins::new(database);
    let body = |third: &str| {
        format!(
            "-- rev: upgrade\nCREATE TABLE n (n INTEGER);\nINSERT INTO n VALUES (1);\n\
             -- rev: upgrade transaction=off\nUPDATE n SET n = n + 10;\n\
             -- rev: upgrade\n{third};\nUPDATE n SET n = n + 100;\n-- rev: downgrade\nDROP TABLE n;\n"
        )
    };
    twins.script("a", "", &body("INSERT INTO nosuch VALUES (1)"));
    stopped(&feed(&twins.offline, &twins.text(&["upgrade", "head"])), "nosuch");
    assert_eq!(twins.offline.query("SELECT n FROM n"), [["11"]]);
    assert_eq!(twins.by_shell.rev(&["status", "--json"]).json()["status"], "in_progress");
    // Who says that it starts from base is told that it does not.
    stopped(&feed(&twins.offline, &twins.text(&["upgrade", ":head"])), "a revision is in progress");
    twins.script("a", "", &body("SELECT 1"));
    let text = twins.text(&["upgrade", "head"]);
    assert_eq!(feed(&twins.offline, &text).code, 0, "{text}");
    assert_eq!(twins.offline.query("SELECT n FROM n"), [["111"]]);
    twins.by_rev.rev(&["upgrade"]).succeeded();
    twins.compare(&text);
    stopped(&feed(&twins.offline, &text), "not at base");
}

fn rows_that_others_imply_are_expected_and_go_with_the_first_step(database: &TestDatabase) {
    let twins = Twins::new(database);
    line(&twins);
    twins.check(&["upgrade", "b"]);
    for database in [twins.online, &twins.offline] {
        database.execute("INSERT INTO rev_version VALUES ('a')");
    }
    twins.check(&["upgrade", "c"]);
    assert_eq!(rows(&twins.offline), ["c"]);
}

fn nothing_to_do_is_a_script_that_does_nothing(database: &TestDatabase) {
    let twins = Twins::new(database);
    line(&twins);
    twins.check(&["upgrade", "head"]);
    let text = twins.text(&["upgrade", "head"]);
    assert!(text.contains("nothing to do"), "{text}");
    let before = history(&twins.offline);
    assert_eq!(feed(&twins.offline, &text).code, 0, "{text}");
    assert_eq!(history(&twins.offline), before);
}

fn a_script_is_no_json_and_no_dry_run(database: &TestDatabase) {
    let twins = Twins::new(database);
    line(&twins);
    let output = twins.by_shell.rev(&["upgrade", "--sql", "--json"]);
    output.failed(2);
    assert_eq!(output.json()["error"]["code"], "usage");
    twins.by_shell.rev(&["upgrade", "--sql", "--dry-run"]).failed(2);
    assert!(twins.by_shell.rev(&["upgrade", "a:b"]).failed(2).contains("range-not-allowed"));
    assert!(twins.offline.try_query("SELECT * FROM rev_version").is_err());
}

fn one_transaction_for_the_run(database: &TestDatabase) {
    if database.kind == Kind::Mariadb {
        return; // refused there, online as offline
    }
    let twins = Twins::new(database);
    line(&twins);
    twins.write("migrations.toml", "[database]\ntransaction = \"run\"\n");
    twins.check(&["upgrade", "head"]);
    twins.check(&["downgrade", "a"]);
    twins.script("c", "b", "-- rev: upgrade\nINSERT INTO nosuch VALUES (1);\n");
    stopped(&feed(&twins.offline, &twins.text(&["upgrade", "head"])), "nosuch");
    assert_eq!(rows(&twins.offline), ["a"]);
    assert!(twins.offline.try_query("SELECT * FROM b").is_err());
}

on_each_database!(
    the_example_goes_up_and_down,
    branches_merges_and_dependencies_keep_their_rows,
    a_stamp_writes_the_same_rows,
    a_range_needs_no_database,
    a_database_elsewhere_stops_the_shell_before_anything_is_changed,
    a_database_that_moves_meanwhile_stops_the_next_step,
    after_a_failure_nothing_more_is_run_and_rev_goes_on,
    a_half_run_revision_is_continued_by_the_next_script,
    rows_that_others_imply_are_expected_and_go_with_the_first_step,
    nothing_to_do_is_a_script_that_does_nothing,
    a_script_is_no_json_and_no_dry_run,
    one_transaction_for_the_run,
);
