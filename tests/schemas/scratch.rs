//! Scratch databases: made, used, and gone afterwards, whatever happens; the target is left alone.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::support::Kind;
use crate::support::Output;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

const TABLE: &str = "\n-- rev: upgrade\nCREATE TABLE scratched (n INTEGER);\nINSERT INTO scratched VALUES (42);\n";

/// Writes the URL of the scratch database into the file `url`.
const NOTE: &str = "printf %s \"$DATABASE_URL\" > url";

/// A name that a run of long ago has left.
const OLD: &str = "rev_scratch_1000000000_0123456789ab";

fn project(database: &TestDatabase) -> Workspace {
    let workspace = Workspace::new(database);
    workspace.script("a", "", TABLE);
    workspace
}

/// Runs a shell's script with a scratch database.
fn with(workspace: &Workspace, script: &str) -> Output {
    workspace.rev(&["scratch", "--", "sh", "-c", script])
}

/// Returns the name of the database of which the URL was noted.
fn noted(workspace: &Workspace) -> String {
    let url = workspace.read("url");
    let url = url.split('?').next().unwrap();
    let name = if url.starts_with("sqlite") { &url["sqlite:///".len()..] } else { url.rsplit('/').next().unwrap() };
    name.to_owned()
}

fn is_there(database: &TestDatabase, name: &str) -> bool {
    let query = match database.kind {
        Kind::Sqlite => return fs::exists(name).unwrap(),
        Kind::Postgres => format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"),
        Kind::Mariadb => format!("SELECT 1 FROM information_schema.schemata WHERE schema_name = '{name}'"),
    };
    !database.query(&query).is_empty()
}

fn is_untouched(database: &TestDatabase) -> bool {
    match database.kind {
        Kind::Sqlite => !fs::exists(&database.url["sqlite:".len()..]).unwrap(),
        Kind::Postgres => {
            database.query("SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace").is_empty()
        }
        Kind::Mariadb => {
            database.query("SELECT 1 FROM information_schema.tables WHERE table_schema = database()").is_empty()
        }
    }
}

#[track_caller]
fn assert_gone(database: &TestDatabase, workspace: &Workspace) {
    let name = noted(workspace);
    assert!(name.contains("rev_scratch_"), "{name}");
    assert!(!is_there(database, &name), "{name} is there");
    assert!(is_untouched(database));
}

fn a_command_gets_a_database_at_the_head(database: &TestDatabase) {
    let workspace = project(database);
    let rev = env!("CARGO_BIN_EXE_rev");
    // The second one may be a copy of the first.
    for _ in 0..2 {
        let output = with(&workspace, &format!("{NOTE}; REV_URL= {rev} -u \"$DATABASE_URL\" current 2>/dev/null"));
        assert!(output.succeeded().starts_with('a'), "{output:?}");
        assert_gone(database, &workspace);
    }
}

fn a_command_that_fails_is_told_by_its_status(database: &TestDatabase) {
    let workspace = project(database);
    with(&workspace, &format!("{NOTE}; exit 7")).failed(7);
    assert_gone(database, &workspace);
    with(&workspace, &format!("{NOTE}; kill -9 $$")).failed(137);
    assert_gone(database, &workspace);
    workspace.rev(&["scratch", "--", "no-such-command"]).failed(127);
}

fn nothing_is_left_of_a_script_that_fails(database: &TestDatabase) {
    let workspace = project(database);
    workspace.script("b", "a", "\n-- rev: upgrade\nINSERT INTO nowhere VALUES (1);\n");
    let before = scratched(database);
    let told = with(&workspace, NOTE);
    assert!(told.failed(2).contains("versions/b.sql:7"), "{}", told.stderr);
    assert!(!workspace.path().join("url").exists(), "the command ran");
    assert!(is_untouched(database));
    let left: Vec<_> = scratched(database).into_iter().filter(|name| !before.contains(name)).collect();
    let is_held = |name: &String| {
        // Other tests have theirs at the same time.
        let began = Instant::now();
        while is_there(database, name) && began.elapsed() < Duration::from_secs(30) {
            thread::sleep(Duration::from_millis(100));
        }
        is_there(database, name)
    };
    assert_eq!(left.into_iter().filter(is_held).collect::<Vec<_>>(), Vec::<String>::new());
}

fn scratched(database: &TestDatabase) -> Vec<String> {
    let query = match database.kind {
        Kind::Sqlite => return Vec::new(),
        Kind::Postgres => "SELECT datname FROM pg_database WHERE datname ~ '^rev_scratch_[0-9]'",
        Kind::Mariadb => {
            "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'rev\\_scratch\\_%'"
        }
    };
    database.query(query).into_iter().map(|row| row[0].clone()).collect()
}

fn spawn(workspace: &Workspace, args: &[&str]) -> Child {
    let mut command = workspace.command(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn wait_for(workspace: &Workspace, file: &str) {
    let began = Instant::now();
    while !workspace.path().join(file).exists() {
        assert!(began.elapsed() < Duration::from_secs(60), "{file} does not come");
        thread::sleep(Duration::from_millis(20));
    }
}

fn send(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

fn a_signal_ends_the_command_and_removes_the_database(database: &TestDatabase) {
    let workspace = project(database);
    for (signal, status) in [("-TERM", 143), ("-INT", 130), ("-HUP", 129)] {
        let script = format!("trap 'exit {status}' TERM INT HUP; {NOTE}; touch began; while :; do sleep 0.1; done");
        let child = spawn(&workspace, &["scratch", "--", "sh", "-c", &script]);
        wait_for(&workspace, "began");
        fs::remove_file(workspace.path().join("began")).unwrap();
        assert!(is_there(database, &noted(&workspace)));
        send(&child, signal);
        Output::from(child.wait_with_output().unwrap()).failed(status);
        assert_gone(database, &workspace);
    }
}

fn without_a_command_it_is_there_until_it_is_interrupted(database: &TestDatabase) {
    let workspace = project(database);
    let is_copied = database.kind != Kind::Mariadb;
    for (args, built) in [
        (&["scratch", "--json"][..], 1),
        (&["scratch", "--json"], if is_copied { 0 } else { 1 }),
        (&["scratch", "--no-cache", "--json"], 1),
    ] {
        let mut child = spawn(&workspace, args);
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let document: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(document["current"], serde_json::json!(["a"]), "{line}");
        // The same scripts may have been built by a test before.
        if built == 0 || args.contains(&"--no-cache") {
            assert_eq!(document["built"], built, "{line}");
        }
        let url = document["url"].as_str().unwrap();
        workspace.write("url", url);
        assert!(is_there(database, &noted(&workspace)), "{url}");
        send(&child, "-INT");
        Output::from(child.wait_with_output().unwrap()).succeeded();
        assert_gone(database, &workspace);
    }
}

fn two_at_the_same_time_have_two(database: &TestDatabase) {
    let workspace = project(database);
    let children: Vec<Child> = ["x", "y", "z"]
        .iter()
        .map(|name| {
            let script = format!("printf %s \"$DATABASE_URL\" > {name}; while [ ! -e go ]; do sleep 0.05; done");
            spawn(&workspace, &["scratch", "--", "sh", "-c", &script])
        })
        .collect();
    ["x", "y", "z"].iter().for_each(|name| wait_for(&workspace, name));
    workspace.write("go", "");
    for child in children {
        Output::from(child.wait_with_output().unwrap()).succeeded();
    }
    let mut urls: Vec<String> = ["x", "y", "z"].iter().map(|name| workspace.read(name)).collect();
    urls.dedup();
    assert_eq!(urls.len(), 3);
}

fn what_a_killed_run_left_is_removed_by_the_next(database: &TestDatabase) {
    if database.kind == Kind::Sqlite {
        return; // a unit test has a folder of its own for this
    }
    let workspace = project(database);
    let script = format!("{NOTE}; touch began; while [ -e began ]; do sleep 0.1; done");
    let mut child = spawn(&workspace, &["scratch", "--", "sh", "-c", &script]);
    wait_for(&workspace, "began");
    send(&child, "-KILL");
    child.wait().unwrap();
    fs::remove_file(workspace.path().join("began")).unwrap();
    let left = noted(&workspace);
    assert!(is_there(database, &left));
    let old = format!("{}{}", &OLD[..OLD.len() - 6], &left[left.len() - 6..]);
    match database.kind {
        Kind::Postgres => database.execute(&format!("ALTER DATABASE {left} RENAME TO {old}")),
        _ => database.execute(&format!("DROP DATABASE {left}; CREATE DATABASE {old}")),
    }
    database.execute("CREATE TABLE mine (n INTEGER)"); // the next run sees a database in use
    with(&workspace, NOTE).succeeded();
    assert!(!is_there(database, &old), "{old} is there");
}

fn a_protected_database_has_no_scratch_on_its_server(database: &TestDatabase) {
    let workspace = project(database);
    workspace.write("migrations.toml", "[database]\nprotected = true\n");
    if database.kind == Kind::Sqlite {
        with(&workspace, NOTE).succeeded();
        return;
    }
    assert!(with(&workspace, NOTE).failed(2).contains("is protected"));
    // A server is known by what it is, not by what it is called.
    let other = database.url.replace("127.0.0.1", "localhost");
    let mut command = workspace.command(&["scratch", "--json"]);
    command.env("REV_SCRATCH_URL", other);
    assert_eq!(Output::of(command).json()["error"]["code"], "scratch-protected");
    assert!(is_untouched(database));
}

fn who_may_not_make_databases_is_told_what_to_grant(database: &TestDatabase) {
    let user = format!("u{}", &database.name()[database.name().len().saturating_sub(12)..]);
    let (made, hint) = match database.kind {
        Kind::Sqlite => return,
        Kind::Postgres => (format!("CREATE ROLE {user} LOGIN PASSWORD 'x'"), format!("ALTER ROLE {user} CREATEDB")),
        Kind::Mariadb => (
            format!("CREATE USER {user}@'%' IDENTIFIED BY 'x'; GRANT ALL ON {}.* TO {user}@'%'", database.name()),
            "GRANT ALL PRIVILEGES ON `rev\\_scratch\\_%`.*".to_owned(),
        ),
    };
    database.execute(&made);
    let mut url = url::Url::parse(&database.url).unwrap();
    url.set_username(&user).unwrap();
    url.set_password(Some("x")).unwrap();
    let workspace = project(database);
    let mut command = workspace.command(&["scratch", "--json"]);
    command.env("REV_URL", url.as_str());
    let told = Output::of(command).json();
    database.execute(&match database.kind {
        Kind::Postgres => format!("DROP ROLE {user}"),
        _ => format!("DROP USER {user}@'%'"),
    });
    assert_eq!(told["error"]["code"], "scratch-denied", "{told}");
    assert!(told["error"]["hint"].as_str().unwrap().contains(&hint), "{told}");
}

fn what_reaches_outside_is_refused_before_anything_runs(database: &TestDatabase) {
    let name = database.name();
    let statements = match database.kind {
        Kind::Sqlite => vec!["ATTACH 'other.db' AS other".to_owned()],
        Kind::Postgres => vec![
            "CREATE ROLE rev_scratch_test_role".to_owned(),
            "DO $$ BEGIN CREATE ROLE rev_scratch_test_role; END $$".to_owned(),
            format!("ALTER DATABASE {name} SET work_mem = '1MB'"),
        ],
        Kind::Mariadb => vec![
            format!("CREATE TABLE {name}.reached (n int)"),
            "CREATE USER rev_scratch_test_user".to_owned(),
            "SET GLOBAL max_connections = 151".to_owned(),
        ],
    };
    for statement in statements {
        let workspace = project(database);
        workspace.script(
            "b",
            "a",
            &format!("\n-- rev: upgrade transaction=off\nCREATE TABLE two (n INTEGER);\n{statement};\n"),
        );
        let told = with(&workspace, NOTE);
        let text = told.failed(2);
        assert!(text.contains("outside of the scratch database") && text.contains("versions/b.sql:8:1"), "{text}");
        assert!(!workspace.path().join("url").exists() && is_untouched(database));
        // What stands below is fine.
        workspace.rev(&["scratch", "a", "--", "sh", "-c", NOTE]).succeeded();
    }
}

fn a_command_gives_a_server_and_is_ended(database: &TestDatabase) {
    if database.kind == Kind::Sqlite {
        return;
    }
    let workspace = project(database);
    let script = "echo $$ > pid; echo \"$SERVER\"; exec sleep 600";
    workspace.write("migrations.toml", format!("[scratch]\ncommand = ['sh', '-c', '{script}']\n"));
    let mut command = workspace.command(&["scratch", "--", "sh", "-c", NOTE]);
    command.env("SERVER", &database.url);
    Output::of(command).succeeded();
    assert_gone(database, &workspace);
    let pid = workspace.read("pid");
    assert!(!fs::exists(format!("/proc/{}/stat", pid.trim())).unwrap(), "it still runs");
    workspace.write("migrations.toml", "[scratch]\ncommand = ['false']\n");
    assert!(with(&workspace, NOTE).failed(2).contains("the command `false` failed"));
}

fn a_private_server_has_what_scripts_name_and_is_gone_afterwards(database: &TestDatabase) {
    let script = match database.kind {
        Kind::Sqlite => return,
        Kind::Postgres => "CREATE ROLE inside; GRANT SELECT ON scratched TO reader",
        // The tests' MySQL is not installed.
        Kind::Mariadb if !database.query("SELECT VERSION()")[0][0].contains("MariaDB") => return,
        Kind::Mariadb => "CREATE USER inside; GRANT SELECT ON scratched TO inside",
    };
    let workspace = project(database);
    workspace.script("b", "a", &format!("\n-- rev: upgrade\n{script};\n"));
    workspace.write("migrations.toml", "[scratch]\nlocal = true\n[database]\nprotected = true\n");
    with(&workspace, NOTE).succeeded();
    let url = workspace.read("url");
    let folder = url.split(['=', '?', '&']).find(|word| word.contains("rev_scratch_") && word.contains("%2F")).unwrap();
    let folder = folder.replace("%2F", "/");
    let folder = folder.strip_suffix("/socket").unwrap_or(&folder);
    assert!(!fs::exists(folder).unwrap(), "{folder} is there");
    assert!(is_untouched(database));
}

on_each_database!(
    a_command_gets_a_database_at_the_head,
    a_command_that_fails_is_told_by_its_status,
    nothing_is_left_of_a_script_that_fails,
    a_signal_ends_the_command_and_removes_the_database,
    without_a_command_it_is_there_until_it_is_interrupted,
    two_at_the_same_time_have_two,
    what_a_killed_run_left_is_removed_by_the_next,
    a_protected_database_has_no_scratch_on_its_server,
    who_may_not_make_databases_is_told_what_to_grant,
    what_reaches_outside_is_refused_before_anything_runs,
    a_command_gives_a_server_and_is_ended,
    a_private_server_has_what_scripts_name_and_is_gone_afterwards,
);
