//! What others say of a schema and of what its dump makes: nothing that rev's reader and writer both miss is lost.

use std::env;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use rev::catalog::Level;

use crate::mysql::with_every_kind;
use crate::postgres;
use crate::reading::assert_equal;
use crate::reading::catalog;
use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::feed;
use crate::support::on_each_database;
use crate::whole::EVERY_KIND;

/// Makes another database by what `rev dump` prints of one.
fn loaded(database: &TestDatabase) -> TestDatabase {
    let dump = Workspace::new(database).rev(&["dump"]);
    let text = dump.succeeded();
    assert_eq!(dump.stderr, "");
    let other = TestDatabase::new(database.kind);
    if database.kind == Kind::Postgres {
        let fed = feed(&other, &format!("\\set ON_ERROR_STOP on\n{text}"));
        assert_eq!(fed.code, 0, "{}\nof:\n{text}", fed.stderr);
        return other;
    }
    // The program of MariaDB would leave comments out of bodies, and write another character set to them.
    let workspace = Workspace::new(&other);
    workspace.script("a", "", &format!("-- rev: upgrade\n{text}"));
    workspace.rev(&["upgrade"]).succeeded();
    for row in other.query("SHOW TABLES LIKE 'rev\\_%'") {
        other.execute(&format!("DROP TABLE {}", row[0]));
    }
    other
}

/// Fails with the lines of which only one side has more.
#[track_caller]
fn assert_same(one: &[String], other: &[String]) {
    let only = |left: &[String], right: &[String], sign: &str| {
        let only = left.iter().filter(|line| !right.contains(line)).map(|line| format!("{sign} {line}"));
        only.collect::<Vec<_>>().join("\n")
    };
    let told = format!("{}\n{}", only(one, other, "-"), only(other, one, "+"));
    assert!(one == other, "{told}\n(of {} and {} lines)", one.len(), other.len());
    assert!(one.len() > 100, "so little tells nothing: {one:#?}");
}

/// Returns the `pg_dump` of the server's version or a newer one. A missing one is a failure, never a skipped test.
fn pg_dump(database: &TestDatabase) -> PathBuf {
    let version = &database.query("SHOW server_version_num")[0][0];
    let major = version.parse::<u32>().unwrap() / 10_000;
    let own = PathBuf::from(format!("/usr/lib/postgresql/{major}/bin/pg_dump"));
    match env::var_os("REV_TEST_POSTGRES_PROGRAMS") {
        Some(programs) => Path::new(&programs).join("pg_dump"),
        None if own.exists() => own,
        None => "pg_dump".into(),
    }
}

/// What `pg_dump` says, without its comments, and the key by which it protects itself.
fn dumped(database: &TestDatabase) -> Vec<String> {
    let mut command = Command::new(pg_dump(database));
    command.arg("--schema-only").arg(&database.url);
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; `scripts/test` installs it"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let is_told = |line: &&str| {
        !(line.is_empty()
            || line.starts_with("--")
            || line.starts_with("\\restrict")
            || line.starts_with("\\unrestrict"))
    };
    text.lines().filter(is_told).map(str::to_owned).collect()
}

mod pg_dump_says_the_same_of_a_schema_and_of_what_its_dump_makes {
    #[test]
    fn postgres() {
        super::as_pg_dump_says();
    }
}

fn as_pg_dump_says() {
    let database = TestDatabase::new(Kind::Postgres);
    database.execute(postgres::ROLES);
    // The server flattens what is joined alike only when it reads it a second time: not even pg_dump's own is the same.
    database.execute(&EVERY_KIND.replace("length(note) BETWEEN 1 AND 5", "length(note) >= 1 AND length(note) <= 5"));
    // What is in no schema has its name but once.
    for file in postgres::FILES {
        let base = postgres::base(&database, file).replace("PUBLICATION news", "PUBLICATION others");
        let base = base.replace("EVENT TRIGGER watched", "EVENT TRIGGER also_watched");
        database.execute(&base.replace("CREATE EXTENSION citext SCHEMA oth;", ""));
    }
    let other = loaded(&database);
    assert_same(&dumped(&database), &dumped(&other));
}

/// `mariadb-dump` is in no package that the tests need, and asks the same of the server.
const DESCRIBED: &str = "
    SELECT 'table', TABLE_NAME, TABLE_TYPE, ENGINE, ROW_FORMAT, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT
        FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1, 2;
    SELECT 'column', TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, COLUMN_TYPE,
        CHARACTER_SET_NAME, COLLATION_NAME, COLUMN_KEY, EXTRA, COLUMN_COMMENT, GENERATION_EXPRESSION
        FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 2, 4;
    SELECT 'index', TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE, COLLATION, SUB_PART, NULLABLE,
        INDEX_TYPE, INDEX_COMMENT
        FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 2, 3, 4;
    SELECT 'constraint', TABLE_NAME, CONSTRAINT_NAME, CONSTRAINT_TYPE
        FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 2, 3, 4;
    SELECT 'foreign key', TABLE_NAME, CONSTRAINT_NAME, UNIQUE_CONSTRAINT_NAME, MATCH_OPTION, UPDATE_RULE, DELETE_RULE,
        REFERENCED_TABLE_NAME
        FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() ORDER BY 2, 3;
    SELECT 'key column', TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, ORDINAL_POSITION, REFERENCED_TABLE_NAME,
        REFERENCED_COLUMN_NAME
        FROM information_schema.KEY_COLUMN_USAGE WHERE CONSTRAINT_SCHEMA = DATABASE() ORDER BY 2, 3, 5;
    SELECT 'check', CONSTRAINT_NAME, CHECK_CLAUSE
        FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() ORDER BY 2, 3;
    SELECT 'partition', TABLE_NAME, PARTITION_NAME, SUBPARTITION_NAME, PARTITION_ORDINAL_POSITION, PARTITION_METHOD,
        SUBPARTITION_METHOD, PARTITION_EXPRESSION, SUBPARTITION_EXPRESSION, PARTITION_DESCRIPTION, PARTITION_COMMENT
        FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 2, 5, 3, 4;
    SELECT 'view', TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, DEFINER, SECURITY_TYPE, CHARACTER_SET_CLIENT
        FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 2;
    SELECT 'routine', ROUTINE_NAME, ROUTINE_TYPE, DTD_IDENTIFIER, ROUTINE_DEFINITION, IS_DETERMINISTIC, SQL_DATA_ACCESS,
        SECURITY_TYPE, SQL_MODE, ROUTINE_COMMENT, DEFINER
        FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY 3, 2;
    SELECT 'parameter', SPECIFIC_NAME, ORDINAL_POSITION, PARAMETER_MODE, PARAMETER_NAME, DTD_IDENTIFIER
        FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = DATABASE() ORDER BY 2, ROUTINE_TYPE, 3;
    SELECT 'trigger', TRIGGER_NAME, EVENT_MANIPULATION, EVENT_OBJECT_TABLE, ACTION_ORDER, ACTION_STATEMENT, ACTION_TIMING,
        SQL_MODE, DEFINER
        FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY 2;
    SELECT 'event', EVENT_NAME, DEFINER, TIME_ZONE, EVENT_DEFINITION, EVENT_TYPE, EXECUTE_AT, INTERVAL_VALUE,
        INTERVAL_FIELD, SQL_MODE, STARTS IS NULL OR STARTS > '2030-01-01', ENDS, STATUS, ON_COMPLETION, EVENT_COMMENT
        FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY 2;";

/// What the server says, without the name of the database.
fn described(database: &TestDatabase) -> Vec<String> {
    let mut lines = Vec::new();
    // What is written behind `TRIGGER` is kept as it was, and that a checksum of pages is usual is said by some tables only.
    let mut say = |row: Vec<String>| {
        // MySQL keeps the `;` behind a body.
        let cells: Vec<_> = row.iter().map(|cell| cell.trim_end_matches(';')).collect();
        let text = cells.join(" | ").replace(database.name(), "DATABASE");
        lines.push(if text.contains("TRIGGER") { text.replace('`', "") } else { text.replace("page_checksum=1 ", "") });
    };
    for query in DESCRIBED.split(";\n") {
        database.query(query).into_iter().for_each(&mut say);
    }
    let name = |name: &str| format!("`{}`", name.replace('`', "``"));
    for row in database.query("SHOW FULL TABLES") {
        let kind = match row[1].as_str() {
            "VIEW" => "VIEW",
            "SEQUENCE" => "SEQUENCE",
            _ => "TABLE",
        };
        let mut shown = database.query(&format!("SHOW CREATE {kind} {}", name(&row[0])));
        // Keys and checks are listed as they came, which means nothing, and where a counter begins is one with its rows.
        shown[0][1] = shown[0][1].replace(" AUTO_INCREMENT=7", "");
        let mut pieces: Vec<_> = shown[0][1].lines().map(|line| line.trim_end_matches(',')).collect();
        pieces.sort_unstable();
        shown[0][1] = pieces.join("\n");
        shown.into_iter().for_each(&mut say);
    }
    for (list, kind, column) in [
        ("SELECT ROUTINE_NAME, ROUTINE_TYPE FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()", "", 0),
        ("SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()", "TRIGGER", 0),
    ] {
        for row in database.query(&format!("{list} ORDER BY 1")) {
            let kind = if kind.is_empty() { &*row[1] } else { kind };
            let shown = database.query(&format!("SHOW CREATE {kind} {}", name(&row[column])));
            // When a trigger was made is behind the six that tell what it is.
            shown.into_iter().for_each(|row| say(row.into_iter().take(6).collect()));
        }
    }
    lines
}

mod the_server_says_the_same_of_a_schema_and_of_what_its_dump_makes {
    #[test]
    fn mariadb() {
        super::as_the_server_says();
    }
}

fn as_the_server_says() {
    let database = with_every_kind();
    let other = loaded(&database);
    assert_same(&described(&database), &described(&other));
}

fn letters_of_all_kinds_survive_the_servers_own_programs(database: &TestDatabase) {
    if database.kind == Kind::Sqlite {
        return;
    }
    let is_mariadb = database.kind == Kind::Mariadb;
    let (column, comment) = match is_mariadb {
        true => ("a int COMMENT 'größe 😀'", String::new()),
        false => ("a int", "COMMENT ON COLUMN t.a IS 'größe 😀'".to_owned()),
    };
    database.execute(
        &format!("CREATE TABLE t ({column}, \"größe\" int); {comment}")
            .replace('"', if is_mariadb { "`" } else { "\"" }),
    );
    let other = TestDatabase::new(database.kind);
    let dump = Workspace::new(database).rev(&["dump"]);
    let strict = if is_mariadb { "" } else { "\\set ON_ERROR_STOP on\nSET client_encoding = 'LATIN1';\n" };
    let fed = feed(&other, &format!("{strict}{}", dump.succeeded()));
    assert_eq!(fed.code, 0, "{}", fed.stderr);
    assert_equal(&catalog(database), &catalog(&other), Level::Exact);
}

on_each_database!(letters_of_all_kinds_survive_the_servers_own_programs);
