//! Revisions that rev writes: each single change becomes a script that was run both ways, and what means the same none.

use crate::changes::Case;
use crate::changes::Counts;
use crate::changes::check_each;
use crate::changes::each;
use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// Runs the command as a person would, with the change's file as what should be.
fn generated(case: &Case, before: &TestDatabase) -> Result<(), String> {
    if case.is_exact(before) {
        return Ok(()); // the same in meaning, which is what this asks
    }
    let workspace = Workspace::new(before);
    let file = workspace.write("after.sql", case.after(before));
    let to = format!("file:{}", file.display());
    let renames: Vec<String> = case.renames(before).iter().map(|it| format!("{}:{}", it.old, it.new)).collect();
    let mut args = vec!["revision", "--autogenerate", "--from", "live", "--to", &to, "-m", "change", "--json"];
    renames.iter().for_each(|rename| args.extend(["--rename", rename]));
    let output = workspace.rev(&args);
    if output.code != 0 {
        let scripts = workspace.rev(&["history", "--json"]).json()["revisions"][0]["path"].as_str().map(str::to_owned);
        let script = scripts.map(|path| workspace.read(&path)).unwrap_or_default();
        return Err(format!("status {}: {}{}\n{script}", output.code, output.stdout, output.stderr));
    }
    let document = output.json();
    match (case.is_trap(), document["path"].is_null()) {
        (true, true) => Ok(()),
        (false, false) if document["proved"] == true => Ok(()),
        _ => Err(format!("{document}")),
    }
}

fn each_change_becomes_a_script_that_was_run(database: &TestDatabase) {
    // All of them take minutes; `REV_TEST_CHANGES=1` runs them.
    let Counts { changes, traps } = check_each(each(9), database, |case, before, _| generated(case, before));
    // For `scripts/autogenerate-table`.
    if let Ok(file) = std::env::var("REV_TEST_COUNTS") {
        let version = match database.kind {
            Kind::Sqlite => "SELECT 'SQLite ' || sqlite_version()",
            Kind::Postgres => "SELECT 'PostgreSQL ' || current_setting('server_version')",
            Kind::Mariadb => "SELECT VERSION()",
        };
        let version = &database.query(version)[0][0];
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file).unwrap();
        std::io::Write::write_all(&mut file, format!("{version}\t{changes}\t{traps}\n").as_bytes()).unwrap();
    }
}

fn online_forms_keep_nobody_waiting_and_lead_to_the_same(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    let (before, after) = (
        "CREATE TABLE p (id integer PRIMARY KEY, k integer);\n\
         CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer, c varchar(9));\nCREATE INDEX old_i ON t (b);\n",
        "CREATE TABLE p (id integer PRIMARY KEY, k integer, UNIQUE (k, id));\n\
         CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, b integer NOT NULL, c varchar(9), CHECK (a > 0),\n\
         FOREIGN KEY (a) REFERENCES p (id));\nCREATE UNIQUE INDEX new_i ON t (c);\n\
         CREATE TABLE n (id integer PRIMARY KEY, x integer REFERENCES t (id));\nCREATE INDEX n_i ON n (x);\n",
    );
    workspace.script("a", "", &format!("-- rev: upgrade\n{before}"));
    workspace.rev(&["upgrade"]).succeeded();
    workspace.write("after.sql", after);
    let args =
        ["revision", "--autogenerate", "--to", "file:after.sql", "-m", "b", "--rev-id", "b", "--online", "--json"];
    let told = workspace.rev(&args);
    if database.kind != Kind::Postgres {
        return assert!(told.code == 2 && told.stdout.contains("writes forms of PostgreSQL"), "{}", told.stdout);
    }
    told.succeeded();
    let document = told.json();
    assert_eq!(document["proved"], true, "{document}");
    let script = workspace.read(document["path"].as_str().unwrap());
    for part in [
        "CREATE UNIQUE INDEX CONCURRENTLY new_i ON",
        "CREATE UNIQUE INDEX CONCURRENTLY p_k_id_key ON public.p (k, id);",
        "CREATE INDEX n_i ON",
        "DROP INDEX CONCURRENTLY public.old_i;",
        "ADD CONSTRAINT t_a_fkey FOREIGN KEY (a) REFERENCES public.p(id) NOT VALID;",
        "VALIDATE CONSTRAINT t_a_fkey;",
        "CHECK (b IS NOT NULL) NOT VALID;",
        "CREATE INDEX CONCURRENTLY old_i ON",
    ] {
        assert!(script.contains(part), "{part}\n{script}");
    }
    // The statements that look at all rows hold no lock of a transaction.
    for section in script.split("-- rev: ").filter(|section| !section.starts_with("upgrade transaction=off")) {
        assert!(
            section.starts_with("downgrade") || !section.contains("VALIDATE") && !section.contains("CONCURRENTLY"),
            "{script}"
        );
    }
    database.execute("INSERT INTO p VALUES (1, 1)");
    database.execute("INSERT INTO t VALUES (1, 1, 1, 'x')");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(workspace.rev(&["diff", "live", "file:after.sql", "--exit-code"]).succeeded(), "");
    workspace.rev(&["downgrade", "-1"]).succeeded();
    assert_eq!(database.query("SELECT c FROM t"), [["x"]]);
}

on_each_database!(each_change_becomes_a_script_that_was_run, online_forms_keep_nobody_waiting_and_lead_to_the_same);
