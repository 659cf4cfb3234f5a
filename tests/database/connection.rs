//! Databases that are not there, or do not let rev in: what was tried is said, without the password.

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;

fn workspace() -> Workspace {
    let workspace = Workspace::new(&TestDatabase::new(Kind::Sqlite));
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace
}

/// Checks the error of `rev current` on `url`: its code, a part of its message, and that the password is not in it.
fn check(url: &str, code: &str, message: &str) {
    for json in [true, false] {
        let workspace = workspace();
        let args: &[&str] = if json { &["current", "--json", "-u", url] } else { &["current", "-v", "-u", url] };
        let output = workspace.rev(args);
        output.failed(2);
        let all = format!("{}{}", output.stdout, output.stderr);
        assert!(all.contains(code) && all.contains(message), "{all}");
        assert!(!all.contains("s3cret"), "{all}");
    }
}

/// The URL of a server with other parts.
fn other(kind: Kind, user: &str, database: &str) -> String {
    let url = kind.admin_url();
    let (scheme, rest) = url.split_once("://").unwrap();
    let address = rest.rsplit('@').next().unwrap().split('/').next().unwrap().to_owned();
    format!("{scheme}://{user}@{address}/{database}")
}

/// The file of the authority that vouches for the servers of `scripts/test`.
fn authority() -> String {
    std::env::var("REV_TEST_CA").expect("REV_TEST_CA names no file: run the tests with `scripts/test`")
}

/// Runs `rev current` on the server with other parameters, and returns its output.
fn with_parameters(kind: Kind, parameters: &str) -> crate::support::Output {
    let database = TestDatabase::new(kind);
    let url = database.url.split('?').next().unwrap().to_owned();
    workspace().rev(&["current", "-u", &format!("{url}?{parameters}")])
}

/// `scripts/test` leaves this out for a PostgreSQL that is built without TLS.
mod the_server_can_be_made_to_prove_who_it_is {
    use super::*;

    fn check(kind: Kind) {
        let authority = authority();
        with_parameters(kind, "sslmode=require").succeeded();
        with_parameters(kind, &format!("sslmode=verify-full&sslrootcert={authority}")).succeeded();
        with_parameters(kind, &format!("sslrootcert={authority}")).succeeded();
        let output = with_parameters(kind, "sslmode=verify-full");
        let message = output.failed(2);
        assert!(message.contains("connection-failed") && message.contains("certificate"), "{message}");
        let output = with_parameters(kind, "sslmode=verify-full&sslrootcert=/no/such/file.pem");
        assert!(output.failed(2).contains("connection-failed"), "{}", output.stderr);
    }

    #[test]
    fn postgres() {
        check(Kind::Postgres);
    }

    #[test]
    fn mariadb() {
        check(Kind::Mariadb);
        with_parameters(Kind::Mariadb, &format!("ssl-mode=VERIFY_IDENTITY&ssl-ca={}", authority())).succeeded();
    }
}

#[test]
fn a_unix_socket_serves_as_well() {
    let database = TestDatabase::new(Kind::Postgres);
    let folder = database.query("SHOW unix_socket_directories")[0][0].clone();
    let port = database.query("SHOW port")[0][0].clone();
    let url = format!("postgresql://postgres@/{}?host={folder}&port={port}", database.name());
    workspace().rev(&["upgrade", "-u", &url]).succeeded();
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
    let database = TestDatabase::new(Kind::Mariadb);
    let socket = database.query("SELECT @@socket")[0][0].clone();
    let url = format!("mysql://root@localhost/{}?socket={socket}", database.name());
    workspace().rev(&["upgrade", "-u", &url]).succeeded();
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
}

#[test]
fn a_scheme_that_nobody_knows() {
    check("oracle://u:s3cret@h/db", "unknown-scheme", "oracle");
}

#[test]
fn a_port_where_nobody_listens() {
    check("postgres://u:s3cret@127.0.0.1:1/db", "connection-failed", "127.0.0.1:1");
    check("mysql://u:s3cret@127.0.0.1:1/db", "connection-failed", "127.0.0.1:1");
}

#[test]
fn a_database_that_is_not_there() {
    let user = |kind: Kind| if kind == Kind::Postgres { "postgres" } else { "root" };
    for kind in [Kind::Postgres, Kind::Mariadb] {
        check(&other(kind, user(kind), "no_such_db"), "no-such-database", "no_such_db");
    }
}

#[test]
fn a_password_that_is_wrong() {
    let database = TestDatabase::new(Kind::Mariadb);
    let user = format!("u{}", std::process::id());
    database.execute(&format!("CREATE USER {user}@'127.0.0.1' IDENTIFIED BY 'right'"));
    check(&other(Kind::Mariadb, &format!("{user}:s3cret"), database.name()), "access-denied", &user);
    database.execute(&format!("DROP USER {user}@'127.0.0.1'"));
}

#[test]
fn a_user_that_is_not_there() {
    check(&other(Kind::Postgres, "nobody_here:s3cret", "postgres"), "access-denied", "nobody_here");
}

#[test]
fn a_file_that_is_no_database() {
    let workspace = workspace();
    let path = workspace.write("text.db", "this is not a database, it is a text of some length, longer than a header");
    let output = workspace.rev(&["current", "-u", &format!("sqlite:{}", path.display())]);
    assert!(output.failed(2).contains("not a database"), "{}", output.stderr);
}

#[test]
fn a_database_in_memory_is_refused_with_the_reason() {
    check("sqlite::memory:", "bad-url", "gone when the command ends");
}

#[test]
fn sqlite_paths_start_where_they_are_written() {
    let workspace = workspace();
    workspace.write("migrations.toml", "[database]\nurl = \"sqlite:from_file.db\"\n");
    std::fs::create_dir(workspace.path().join("sub")).unwrap();
    let mut command = workspace.command(&["upgrade"]);
    command.env_remove("REV_URL").current_dir(workspace.path().join("sub"));
    assert!(command.status().unwrap().success());
    assert!(workspace.path().join("from_file.db").exists());
    let mut command = workspace.command(&["upgrade", "-u", "sqlite:from_flag.db"]);
    command.current_dir(workspace.path().join("sub"));
    assert!(command.status().unwrap().success());
    assert!(workspace.path().join("sub/from_flag.db").exists());
}

#[test]
fn a_path_that_is_a_folder() {
    let workspace = workspace();
    let output = workspace.rev(&["upgrade", "-u", "sqlite:versions"]);
    assert!(output.failed(2).contains("it is a folder"), "{}", output.stderr);
}

#[test]
fn a_url_without_a_user_is_that_of_who_runs_it() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let database = TestDatabase::new(kind);
        let url = other(kind, "", database.name()).replace("//@", "//");
        let output = workspace().rev(&["current", "-u", &url]);
        // Whether that user may come in is the server's affair; the driver's own guess never was.
        assert!(!format!("{}{}", output.stdout, output.stderr).contains("anonymous"), "{output:?}");
        assert!(!output.stderr.contains("names no database"), "{output:?}");
    }
}

#[test]
fn what_psql_takes_is_taken_or_refused_with_a_word() {
    for query in [
        "channel_binding=prefer",
        "target_session_attrs=read-write",
        "target_session_attrs=prefer-standby",
        "client_encoding=utf8",
        "gssencmode=disable&keepalives=1&keepalives_idle=30&tcp_user_timeout=1000&fallback_application_name=x",
        "sslmode=allow",
    ] {
        with_parameters(Kind::Postgres, query).succeeded();
    }
    for (query, message) in [
        ("channel_binding=require", "cannot be done"),
        ("target_session_attrs=standby", "no standby and takes writes"),
        ("target_session_attrs=read-only", "target_session_attrs asks for read-only"),
    ] {
        let output = with_parameters(Kind::Postgres, query);
        assert!(output.failed(2).contains(message), "{}", output.stderr);
    }
    for query in ["charset=latin1", "collation=latin1_bin"] {
        let output = with_parameters(Kind::Mariadb, query);
        assert!(output.failed(2).contains("which scripts are in"), "{}", output.stderr);
    }
    with_parameters(Kind::Mariadb, "charset=utf8mb4&collation=utf8mb4_bin").succeeded();
}

#[test]
fn several_hosts_are_tried_in_order() {
    let database = TestDatabase::new(Kind::Postgres);
    for prefix in ["127.0.0.1:1,", "127.0.0.1:1,127.0.0.1:2,"] {
        let url = database.url.replace('@', &format!("@{prefix}"));
        workspace().rev(&["upgrade", "-u", &url]).succeeded();
        workspace().rev(&["current", "-u", &url]).succeeded();
    }
    let output = workspace().rev(&["current", "-u", "postgres://u:s3cret@127.0.0.1:1,127.0.0.1:2/db"]);
    assert!(output.failed(2).contains("127.0.0.1:1 or 127.0.0.1:2"), "{}", output.stderr);
}

#[test]
fn a_service_and_a_password_file_are_those_of_psql() {
    let database = TestDatabase::new(Kind::Postgres);
    let url = database.url.split('?').next().unwrap();
    let (account, place) = url.split_once("://").unwrap().1.split_once('@').unwrap();
    let (host, name) = place.split_once('/').unwrap();
    let (host, port) = host.split_once(':').unwrap();
    let user = account.split(':').next().unwrap();
    let workspace = workspace();
    workspace.write(".pg_service.conf", format!("[here]\nhost={host}\nport={port}\nuser={user}\ndbname={name}\n"));
    let password = account.split_once(':').map_or("x", |(_, password)| password);
    let file = workspace.write(".pgpass", format!("{host}:{port}:*:{user}:{password}\n"));
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let rev = |service: &str| {
        let mut command = workspace.command(&["upgrade"]);
        command.env_remove("REV_URL").env("PGSERVICE", service);
        crate::support::Output::of(command)
    };
    rev("here").succeeded();
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
    assert!(rev("elsewhere").failed(2).contains("its service `elsewhere`"));
    assert!(!workspace.path().join("app.db").exists());
}

/// A password store may ask its user, or write down who asked.
#[test]
fn the_command_that_gives_the_url_runs_once() {
    let workspace = workspace();
    workspace.write(
        "migrations.toml",
        "[database]\nurl_command = [\"sh\", \"-c\", \"echo x >> asked; echo sqlite:app.db\"]\n",
    );
    for command in [vec!["upgrade"], vec!["current", "-v"], vec!["status"]] {
        workspace.write("asked", "");
        let mut command = workspace.command(&command);
        command.env_remove("REV_URL");
        assert!(command.status().unwrap().success());
        assert_eq!(workspace.read("asked"), "x\n", "{command:?}");
    }
}

#[test]
fn a_url_in_the_wrong_key_shows_no_password() {
    let workspace = workspace();
    for key in ["version_table", "url_command", "lock_wait", "schema"] {
        workspace.write("migrations.toml", format!("[database]\n{key} = \"postgres://u:s3cret@h/db\"\n"));
        for command in [vec!["current"], vec!["current", "--json"]] {
            let mut command = workspace.command(&command);
            command.env_remove("REV_URL");
            let output = crate::support::Output::of(command);
            assert!(!format!("{}{}", output.stdout, output.stderr).contains("s3cret"), "{output:?}");
        }
    }
}

/// It is told that nobody can read the answer, and what was done is no failure to begin.
#[test]
fn an_answer_that_cannot_be_written_after_a_run() {
    let workspace = workspace();
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for code in [3, 2] {
        let output = workspace.command(&["upgrade", "--json", "-u", "sqlite:app.db"]).stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be written"));
    }
}

#[test]
fn a_password_in_the_flag_is_warned_about() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = workspace();
    let url = other(Kind::Postgres, "postgres:s3cret", database.name());
    let output = workspace.rev(&["current", "-u", &url]);
    output.succeeded();
    assert!(output.stderr.contains("password") && !output.stderr.contains("s3cret"), "{}", output.stderr);
}

#[test]
fn a_server_that_comes_up_late_is_waited_for() {
    let workspace = workspace();
    let started = std::time::Instant::now();
    workspace.rev(&["current", "-u", "postgres://u@127.0.0.1:1/db", "--wait", "1s"]).failed(2);
    assert!(started.elapsed() >= std::time::Duration::from_millis(500));
}

#[test]
fn a_session_that_the_server_ended_for_its_length_names_the_setting() {
    let database = TestDatabase::new(Kind::Postgres);
    let name = database.name();
    if database.query("SELECT current_setting('transaction_timeout', true) IS NULL") == [["t"]] {
        return; // it is of PostgreSQL 17
    }
    database.execute(&format!("ALTER DATABASE {name} SET transaction_timeout = '500ms'"));
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\nSELECT pg_sleep(5);\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("`transaction_timeout` ended the session"), "{}", output.stderr);
    assert!(output.stderr.contains("a.sql:"), "{}", output.stderr);
    database.execute(&format!("ALTER DATABASE {name} RESET transaction_timeout"));
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
}
