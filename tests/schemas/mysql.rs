//! A schema with every kind that MariaDB or MySQL has: read, written from nothing and read again; and single changes of it.

use rev::catalog::Attribute;
use rev::catalog::Catalog;
use rev::catalog::Level;
use rev::diff::Options;
use rev::diff::Rename;
use rev::diff::differences;
use rev::diff::statements;

use crate::reading::assert_equal;
use crate::reading::catalog;
use crate::reading::found;
use crate::reading::lead;
use crate::support::Kind;
use crate::support::TestDatabase;

const BOTH: &str = include_str!("mysql/both.sql");
const MARIADB: &str = include_str!("mysql/mariadb.sql");
const MYSQL: &str = include_str!("mysql/mysql.sql");

/// Returns whether the server of the tests is a MariaDB, not a MySQL.
pub fn is_mariadb(database: &TestDatabase) -> bool {
    database.query("SELECT VERSION()")[0][0].contains("MariaDB")
}

pub fn with_every_kind() -> TestDatabase {
    let database = TestDatabase::new(Kind::Mariadb);
    database.execute(BOTH);
    database.execute(if is_mariadb(&database) { MARIADB } else { MYSQL });
    database
}

#[test]
fn what_is_written_from_nothing_is_read_as_it_was() {
    let database = with_every_kind();
    let read = catalog(&database);
    assert_eq!(read.unread, []);
    let nothing = Catalog::empty(read.dialect, &read.version);
    let copy = TestDatabase::new(Kind::Mariadb);
    lead(&copy, &nothing, &read, Level::Exact);
    assert_equal(&read, &catalog(&copy), Level::Exact);
    lead(&copy, &read, &nothing, Level::Exact);
    assert_equal(&nothing, &catalog(&copy), Level::Exact);
}

/// A change, and what is found: `+` came, `-` went, `~` changed, with kind and path.
const CHANGES: &[(&str, &str)] = &[
    ("CREATE TABLE another (a int)", "+ table another"),
    ("ALTER TABLE plain COMMENT = 'x'", "~ table plain"),
    ("ALTER TABLE plain MAX_ROWS = 200", "~ table plain"),
    ("ALTER TABLE plain ENGINE = InnoDB", "~ table plain"),
    ("ALTER TABLE by_key ROW_FORMAT = COMPACT", "~ table by_key"),
    ("ALTER TABLE by_key COALESCE PARTITION 1", "~ table by_key"),
    ("ALTER TABLE by_list ADD PARTITION (PARTITION p2 VALUES IN (9))", "~ table by_list"),
    ("ALTER TABLE team COLLATE = utf8mb3_bin", "~ table team"),
    ("ALTER TABLE team MODIFY code bigint", "~ column team.code"),
    ("ALTER TABLE team MODIFY code int NOT NULL", "~ column team.code"),
    ("ALTER TABLE team MODIFY code int COMMENT 'x'", "~ column team.code"),
    ("ALTER TABLE team MODIFY code int DEFAULT 7", "~ column team.code"),
    ("ALTER TABLE team MODIFY code int INVISIBLE", "~ column team.code"),
    ("ALTER TABLE plain ADD b int", "+ column plain.b"),
    ("ALTER TABLE people DROP flags", "- column people.flags"),
    ("ALTER TABLE people MODIFY tags set('x','y','z')", "~ column people.tags"),
    ("ALTER TABLE people MODIFY made datetime(3) DEFAULT CURRENT_TIMESTAMP(3)", "~ column people.made"),
    (
        "ALTER TABLE people MODIFY length_of int GENERATED ALWAYS AS (length(body) + 2) STORED",
        "~ column people.length_of",
    ),
    (
        "ALTER TABLE people MODIFY `group` varchar(40) CHARACTER SET latin1 COLLATE latin1_swedish_ci DEFAULT 'it''s \\\\ a\\nb' \
     COMMENT 'which ''group''; \\\\ one'",
        "~ column people.group",
    ),
    ("ALTER TABLE by_range ADD PRIMARY KEY (a)", "+ primary key by_range.PRIMARY"),
    ("ALTER TABLE plain ADD UNIQUE (a)", "+ unique plain.a"),
    ("ALTER TABLE plain ADD KEY by_b (b)", "+ index plain.by_b"),
    ("ALTER TABLE people DROP KEY mood", "- index people.mood"),
    ("ALTER TABLE people DROP KEY words, ADD FULLTEXT KEY words (body) COMMENT 'x'", "~ index people.words"),
    ("ALTER TABLE people DROP KEY by_group, ADD UNIQUE KEY by_group (`group`(3), seen)", "~ unique people.by_group"),
    ("ALTER TABLE staff DROP FOREIGN KEY staff_team", "- foreign key staff.staff_team"),
    ("ALTER TABLE people DROP CONSTRAINT `odd``check`", "- check people.odd`check"),
    ("CREATE OR REPLACE VIEW zz AS SELECT 1 AS id, 2 AS word, 3 AS d", "~ view zz"),
    ("DROP VIEW checked", "- view checked"),
    (
        "ALTER SQL SECURITY INVOKER VIEW zz AS SELECT id, word, dbl(`odd``name`) AS d FROM people \
      WHERE word = 'x' AND NOT (id = 1 OR id <> 2)",
        "~ view zz",
    ),
    ("ALTER PROCEDURE walk COMMENT 'x'", "~ procedure walk"),
    ("DROP FUNCTION asked", "- function asked"),
    ("ALTER FUNCTION dbl SQL SECURITY INVOKER", "~ function dbl"),
    ("DROP TRIGGER after_delete", "- trigger staff.after_delete"),
    (
        "DROP TRIGGER a_second; CREATE TRIGGER a_second BEFORE INSERT ON people FOR EACH ROW SET NEW.word = 'x'",
        "~ trigger people.a_second",
    ),
    (
        "DROP TRIGGER first_one; CREATE TRIGGER first_one BEFORE INSERT ON people FOR EACH ROW PRECEDES a_second SET NEW.word = 'y'",
        "~ trigger people.first_one",
    ),
    ("ALTER EVENT nightly ENABLE", "~ event nightly"),
    ("ALTER EVENT fixed ON SCHEDULE EVERY 3 HOUR", "~ event fixed"),
    ("ALTER EVENT once DO SELECT 2", "~ event once"),
];

const CHANGES_OF_MARIADB: &[(&str, &str)] = &[
    ("ALTER SEQUENCE tickets INCREMENT BY 7", "~ sequence tickets"),
    ("DROP SEQUENCE plain_one", "- sequence plain_one"),
    ("ALTER TABLE versioned DROP SYSTEM VERSIONING", "~ table versioned"),
    ("ALTER TABLE periods ADD x int", "+ column periods.x"),
    ("ALTER TABLE special MODIFY n int CHECK (n > 1)", "~ column special.n"),
    ("ALTER TABLE special ALTER INDEX ig NOT IGNORED", "~ index special.ig"),
    ("SET sql_mode = ORACLE; DROP PACKAGE pack", "- package pack"),
    ("DROP FUNCTION summed", "- function summed"),
];

const CHANGES_OF_MYSQL: &[(&str, &str)] = &[
    ("ALTER TABLE special ALTER INDEX hidden VISIBLE", "~ index special.hidden"),
    ("ALTER TABLE special ALTER CHECK special_chk_1 ENFORCED", "~ check special.special_chk_1"),
    ("ALTER TABLE special DROP INDEX by_lower", "- index special.by_lower"),
    ("ALTER TABLE newer ALTER n SET DEFAULT (rand() + 1)", "~ column newer.n"),
    ("ALTER TABLE newer MODIFY id char(37) DEFAULT (uuid())", "~ column newer.id"),
    ("ALTER TABLE newer ADD token binary(16)", "+ column newer.token"),
    ("ALTER TABLE newer ALTER token SET DEFAULT (uuid_to_bin(uuid()))", "~ column newer.token"),
    (
        "ALTER TABLE newer DROP KEY at; ALTER TABLE newer MODIFY at point NOT NULL SRID 0, ADD SPATIAL KEY at (at)",
        "~ column newer.at",
    ),
    ("ALTER TABLE newer ALTER COLUMN seen SET VISIBLE", "~ column newer.seen"),
    ("ALTER TABLE newer ALTER CHECK odd ENFORCED", "~ check newer.odd"),
    ("ALTER TABLE newer DROP KEY both_of, ADD UNIQUE KEY both_of ((lower(nv)), n)", "~ unique newer.both_of"),
    ("ALTER TABLE newer DROP KEY many", "- index newer.many"),
    ("ALTER TABLE newer MODIFY nv varchar(9) COLLATE utf8mb4_0900_bin", "~ column newer.nv"),
    ("ALTER TABLE newer DROP e, ADD e varchar(20) AS (j->>'$.f') STORED AFTER nv", "~ column newer.e"),
    ("ALTER TABLE newer STATS_PERSISTENT=0", "~ table newer"),
    ("ALTER TABLE newer_parts ADD PARTITION (PARTITION p2 VALUES IN ('z'))", "~ table newer_parts"),
    ("DROP TABLE newer_parts", "- table newer_parts"),
];

/// Each on top of those before; where a server refuses one, that one is a mistake of the list.
#[test]
fn each_change_is_found_as_what_it_is_and_leads_back() {
    let database = with_every_kind();
    let more = if is_mariadb(&database) { CHANGES_OF_MARIADB } else { CHANGES_OF_MYSQL };
    let first = catalog(&database);
    let mut before = first.clone();
    for (sql, expected) in CHANGES.iter().chain(more) {
        database.execute(sql);
        let after = catalog(&database);
        assert_ne!(before.fingerprint(Level::Logical), after.fingerprint(Level::Logical), "{sql}");
        let found = found(&before, &after, Level::Logical);
        // With a table come its columns; an index that came with a foreign key is a person's when that has gone.
        let is_part = |line: &String| {
            expected.contains(" table ") && line.contains(" column ")
                || expected.starts_with("- foreign key") && line.starts_with("~ index")
        };
        assert_eq!(found.first().map(String::as_str), Some(*expected), "{sql}: {found:?}");
        assert!(found[1..].iter().all(is_part), "{sql}: {found:?}");
        before = after;
    }
    lead(&database, &before, &first, Level::Exact);
    assert_equal(&first, &catalog(&database), Level::Exact);
}

#[test]
fn rows_and_spelling_change_nothing() {
    let database = with_every_kind();
    let before = catalog(&database);
    for sql in [
        "INSERT INTO team (id) VALUES (1); INSERT INTO staff (id, team_id) VALUES (1, 1)",
        "INSERT INTO people (id, place, `odd``name`) VALUES (1000, point(1, 1), 1)",
        "ALTER TABLE people AUTO_INCREMENT = 5000",
        "ALTER TABLE team MODIFY code INTEGER(9) NULL DEFAULT NULL",
        "CREATE OR REPLACE VIEW checked AS  select people.id , /* x */ word FROM people WHERE (id>0) WITH LOCAL CHECK OPTION; \
         ALTER ALGORITHM = MERGE SQL SECURITY INVOKER VIEW checked AS SELECT id, word FROM people WHERE id > 0 WITH LOCAL CHECK OPTION",
    ] {
        database.execute(sql);
        assert_equal(&before, &catalog(&database), Level::Exact);
    }
}

#[test]
fn who_reads_is_named_by_no_definer() {
    let database = with_every_kind();
    let read = catalog(&database);
    let definers = read.objects().filter_map(|object| object.text(Attribute::Definer));
    assert_eq!(definers.collect::<Vec<_>>(), ["`somebody`@`%`"]);
}

/// MySQL refuses a new name for a column that anything says; MariaDB lets all of it follow.
#[test]
fn a_column_is_renamed_with_all_that_says_it() {
    let makes = |name: &str, to: &TestDatabase| {
        let key = if is_mariadb(to) { String::new() } else { format!(", KEY k (({name} + 1))") };
        to.execute(&format!(
            "CREATE TABLE t ({name} int, b int DEFAULT ({name} + 1), c int AS ({name} + 1) STORED, d int AS ({name} * 2) VIRTUAL,
               KEY (c), CHECK ({name} > 0), CONSTRAINT odd CHECK ({name} < b){key});
             CREATE TABLE p ({name} int) PARTITION BY HASH ({name}) PARTITIONS 2;
             CREATE TABLE l (x int, {name} int) PARTITION BY RANGE COLUMNS (x, {name}) (PARTITION a VALUES LESS THAN (1, 5));"
        ));
    };
    let (one, other) = (TestDatabase::new(Kind::Mariadb), TestDatabase::new(Kind::Mariadb));
    makes("a", &one);
    makes("z", &other);
    one.execute("INSERT INTO t (a, b) VALUES (1, 2); INSERT INTO p VALUES (1); INSERT INTO l VALUES (0, 7)");
    let (from, to) = (catalog(&one), catalog(&other));
    let rename =
        |table: &str| Rename { kind: rev::catalog::Kind::Column, old: format!("{table}.a"), new: format!("{table}.z") };
    let options = Options { renames: ["t", "p", "l"].map(rename).into(), level: Level::Logical };
    let steps = statements(&from, &to, &differences(&from, &to, Level::Logical), &options).unwrap();
    assert_eq!(steps.len(), 3, "{steps:?}");
    crate::reading::run(&one, &steps).unwrap();
    assert_equal(&to, &catalog(&one), Level::Logical);
    assert_eq!(one.query("SELECT t.z, b, c, d, p.z, l.z FROM t, p, l"), [["1", "2", "2", "2", "1", "7"]]);
}

#[test]
fn the_order_of_columns_is_reached_exactly() {
    let (one, other) = (TestDatabase::new(Kind::Mariadb), TestDatabase::new(Kind::Mariadb));
    one.execute("CREATE TABLE t (a int, b int, c int, d varchar(9))");
    other.execute("CREATE TABLE t (d varchar(9), e int, c int, a int)");
    let (from, to) = (catalog(&one), catalog(&other));
    lead(&one, &from, &to, Level::Exact);
    assert_equal(&to, &catalog(&one), Level::Exact);
    lead(&one, &to, &from, Level::Exact);
    assert_equal(&from, &catalog(&one), Level::Exact);
}

/// What this user may not see is named, and nothing is written for it.
#[test]
fn what_may_not_be_read_is_named() {
    let database = with_every_kind();
    let whole = catalog(&database);
    let user = format!("u_{}", &database.name()[database.name().len() - 12..]);
    database.execute(&format!("CREATE USER {user} IDENTIFIED BY 'x'; GRANT SELECT ON {}.* TO {user}", database.name()));
    let mut url = url::Url::parse(&database.url).unwrap();
    url.set_username(&user).unwrap();
    url.set_password(Some("x")).unwrap();
    let read = crate::reading::catalog_at(&database, url.as_str());
    database.execute(&format!("DROP USER {user}"));
    let named: Vec<_> = read.unread.iter().map(|unread| format!("{} {}", unread.kind, unread.name)).collect();
    assert_eq!(named, ["event *", "routine *", "trigger *", "view aa", "view checked", "view theirs", "view zz"]);
    let found = differences(&whole, &read, Level::Logical);
    let refusals = statements(&whole, &read, &found, &Options::default()).unwrap_err();
    assert!(refusals.iter().any(|refusal| refusal.identity.to_string() == "view zz"), "{refusals:?}");
    assert!(refusals.iter().any(|refusal| refusal.identity.to_string() == "event once"), "{refusals:?}");
}

#[test]
fn a_default_that_is_no_text_is_named_and_the_rest_is_read() {
    let database = TestDatabase::new(Kind::Mariadb);
    database.execute("CREATE TABLE a (b int); CREATE TABLE m (b binary(3) DEFAULT x'00ff41'); CREATE TABLE z (b int)");
    let read = catalog(&database);
    let tables = read.of_kind(rev::catalog::Kind::Table).count();
    // MySQL prints it as a number in hexadecimal.
    assert_eq!((tables, read.unread.len()), if is_mariadb(&database) { (2, 1) } else { (3, 0) });
}
