//! `rev revision --from` with what `alembic upgrade --sql` prints.

use crate::place::Place;

/// Makes a revision of `sql`, and returns what was told and the script.
fn adopted(sql: &str, dialect: &str) -> (String, String) {
    let place = Place::new("");
    place.write("alembic.sql", sql);
    let output = place.run(&format!("revision --from alembic.sql --rev-id a1 --dialect {dialect}"));
    let path = output.succeeded().trim_end().to_owned();
    (output.stderr, place.read(&path))
}

#[track_caller]
fn check(sql: &str, dialect: &str, kept: &[&str]) {
    let (told, script) = adopted(sql, dialect);
    assert!(!script.contains("alembic_version") && !script.contains("version_num"), "{script}");
    assert!(told.contains("the table of Alembic's versions") && told.contains("rev notes itself"), "{told}");
    let upgrade = script.split("-- rev:").nth(1).unwrap();
    let lines: Vec<&str> = upgrade.lines().skip(1).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, kept, "{script}");
}

const OF_POSTGRES: &str = "BEGIN;\n\nCREATE TABLE alembic_version (\n    version_num VARCHAR(32) NOT NULL, \n    \
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n);\n\n-- Running upgrade  -> ae1027a6acf\n\n\
    CREATE TABLE account (\n    id SERIAL NOT NULL\n);\n\nINSERT INTO alembic_version (version_num) VALUES ('ae1027a6acf') \
    RETURNING alembic_version.version_num;\n\n-- Running upgrade ae1027a6acf -> b\n\nALTER TABLE account ADD COLUMN n INTEGER;\n\n\
    UPDATE alembic_version SET version_num='b' WHERE alembic_version.version_num = 'ae1027a6acf';\n\nCOMMIT;\n\n";

#[test]
fn alembics_own_record_is_left_out() {
    let kept = [
        "-- Running upgrade  -> ae1027a6acf",
        "CREATE TABLE account (",
        "    id SERIAL NOT NULL",
        ");",
        "-- Running upgrade ae1027a6acf -> b",
        "ALTER TABLE account ADD COLUMN n INTEGER;",
    ];
    check(OF_POSTGRES, "postgres", &kept);
    // In a schema, in quotes, under another name.
    check(&OF_POSTGRES.replace(" alembic_version ", " app.alembic_version "), "postgres", &kept);
    check(&OF_POSTGRES.replace(" alembic_version ", " \"App\".\"alembic_version\" "), "postgres", &kept);
    check(&OF_POSTGRES.replace("alembic_version", "history"), "postgres", &kept);
    check(&OF_POSTGRES.replace("BEGIN;", "").replace("COMMIT;", ""), "postgres", &kept);
}

#[test]
fn a_part_of_the_history_and_a_downgrade_are_recognised() {
    let statements = "ALTER TABLE t ADD n INTEGER;\nUPDATE alembic_version SET version_num='b' WHERE alembic_version.version_num = 'a';\n";
    check(statements, "mysql", &["ALTER TABLE t ADD n INTEGER;"]);
    let down = "DROP TABLE t;\nDELETE FROM `alembic_version` WHERE `alembic_version`.version_num = 'a';\nDROP TABLE IF EXISTS alembic_version;\n";
    check(down, "mariadb", &["DROP TABLE t;"]);
    check(down.replace('`', "").as_str(), "sqlite", &["DROP TABLE t;"]);
}

#[test]
fn what_else_names_the_table_keeps_all_of_it() {
    let dump = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);\nINSERT INTO alembic_version VALUES ('a');\n\
        ALTER TABLE alembic_version ADD PRIMARY KEY (version_num);\n";
    let (told, script) = adopted(dump, "postgres");
    assert!(script.contains(dump.trim_end()) && !told.contains("Alembic"), "{script}{told}");
    let (_, script) = adopted("INSERT INTO notes VALUES ('alembic_version');\nCREATE VIEW v AS SELECT 1;\n", "sqlite");
    assert!(script.contains("INSERT INTO notes VALUES ('alembic_version');"), "{script}");
}

#[test]
fn rev_may_go_on_in_alembics_table() {
    let place = Place::new("[database]\nversion_table = 'alembic_version'\n");
    place.write("alembic.sql", OF_POSTGRES);
    place.run("revision --from alembic.sql --rev-id a1 --dialect postgres").succeeded();
}
