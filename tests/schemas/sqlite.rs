//! A schema with every kind that SQLite has: read, written from nothing and read again; and single changes of it.

use rev::catalog::Catalog;
use rev::catalog::Level;
use rev::diff::differences;

use crate::reading::assert_equal;
use crate::reading::catalog;
use crate::reading::lead;
use crate::support::Kind;
use crate::support::TestDatabase;

const SCHEMA: &str = include_str!("sqlite/schema.sql");

fn with(sql: &str) -> TestDatabase {
    let database = TestDatabase::quick(Kind::Sqlite);
    database.try_query(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    database
}

#[test]
fn what_is_written_from_nothing_is_read_as_it_was() {
    let read = catalog(&with(SCHEMA));
    assert_eq!(read.unread, []);
    let nothing = Catalog::empty(read.dialect, &read.version);
    let copy = TestDatabase::quick(Kind::Sqlite);
    lead(&copy, &nothing, &read, Level::Exact);
    assert_equal(&read, &catalog(&copy), Level::Exact);
    lead(&copy, &read, &nothing, Level::Exact);
    assert_equal(&nothing, &catalog(&copy), Level::Exact);
}

/// A text of the schema, what stands there instead, and what must be found.
const CHANGES: &[(&str, &str, &str)] = &[
    ("PRIMARY KEY AUTOINCREMENT", "PRIMARY KEY", "column Order.id"),
    ("varchar( 20 )", "varchar(21)", "column Order.code"),
    ("COLLATE nocase", "", "column Order.code"),
    ("ON CONFLICT REPLACE", "", "column Order.code"),
    ("DEFAULT 'none'", "DEFAULT 'None'", "column Order.code"),
    ("CONSTRAINT has_value", "CONSTRAINT has_a_value", "column Order.a b"),
    ("DEFAULT -1.5", "DEFAULT 1.5", "column Order.amount"),
    ("CHECK (amount > -100)", "CHECK (amount > - 101)", "check Order.check"),
    ("DEFAULT (datetime('now'))", "", "column Order.at"),
    ("DEFAULT CURRENT_TIMESTAMP", "DEFAULT CURRENT_DATE", "column Order.made"),
    ("(\"a b\" * 2) VIRTUAL", "(\"a b\" * 2) STORED", "column Order.twice"),
    ("(length(code)) STORED", "(length(code) + 1) STORED", "column Order.kept"),
    ("code <> 'x'", "code <> 'X'", "check Order.code is there"),
    ("\"code is there\"", "code_is_there", "check Order.code_is_there"),
    ("(code, \"a b\" DESC) ON", "(code, \"a b\") ON", "unique Order.once"),
    ("ON CONFLICT IGNORE", "", "unique Order.once"),
    ("COLLATE RTRIM", "", "unique Order.unique_group"),
    ("(b, a DESC)", "(b, a)", "primary key pair.primary_key"),
    (") STRICT, WITHOUT ROWID", ") WITHOUT ROWID", "table pair"),
    (") STRICT, WITHOUT ROWID", ") STRICT", "table pair"),
    ("INTEGER PRIMARY KEY DESC", "INTEGER PRIMARY KEY", "primary key child.primary_key"),
    ("REFERENCES \"Order\"", "REFERENCES \"Order\" (kept)", "foreign key child.foreign_key_order"),
    ("ON DELETE CASCADE", "ON DELETE RESTRICT", "foreign key child.parent"),
    ("ON UPDATE SET NULL", "", "foreign key child.parent"),
    ("MATCH FULL", "", "foreign key child.of_pair"),
    ("INITIALLY DEFERRED", "INITIALLY IMMEDIATE", "foreign key child.of_pair"),
    ("DEFAULT \"word\"", "DEFAULT 'words'", "column it's \"odd\".from"),
    ("[from] TEXT", "[from] BLOB", "column it's \"odd\".from"),
    ("ON \"Order\" (code, \"a b\" DESC)", "ON \"Order\" (code, \"a b\")", "index Order.plain"),
    ("CREATE UNIQUE INDEX", "CREATE INDEX", "index Order.odd index"),
    ("lower(code)", "upper(code)", "index Order.odd index"),
    ("WHERE \"a b\" > 5", "WHERE \"a b\" > 6", "index Order.odd index"),
    ("'porter ascii'", "'ascii'", "table docs"),
    ("rtree(id, x0, x1)", "rtree(id, x0, x1, y0, y1)", "table boxes"),
    ("(code, total) AS", "(code, amount) AS", "view totals"),
    ("AS \"Total\"", "AS total", "view totals"),
    ("total > 10", "total > 11", "view large"),
    ("AFTER UPDATE OF code", "BEFORE UPDATE OF code", "trigger Order.noted"),
    ("WHEN NEW.code <> OLD.code", "", "trigger Order.noted"),
    ("WHERE b = OLD.code", "WHERE b = NEW.code", "trigger Order.noted"),
    ("VALUES (NEW.code)", "VALUES ('x')", "trigger large.through"),
];

#[test]
fn each_single_change_is_found_and_made() {
    let database = with(SCHEMA);
    let before = catalog(&database);
    for (text, instead, expected) in CHANGES {
        let changed = SCHEMA.replacen(text, instead, 1);
        assert_ne!(changed, SCHEMA, "{text}");
        // What another change breaks is not what is asked.
        let changed = if expected.starts_with("view totals") { changed.replace("total > 10", "1") } else { changed };
        let after = catalog(&with(&changed));
        assert_eq!(after.unread, []);
        let found = differences(&before, &after, Level::Exact);
        let names: Vec<_> = found.iter().map(|found| found.identity.to_string()).collect();
        assert!(names.iter().any(|name| name == expected), "{text}: {names:?}");
        let most = if expected.starts_with("check Order.code_") || expected.starts_with("view totals") { 2 } else { 1 };
        assert!(names.len() <= most, "{text}: {names:?}");
        assert_ne!(before.fingerprint(Level::Exact), after.fingerprint(Level::Exact));
        lead(&database, &before, &after, Level::Exact);
        assert_equal(&after, &catalog(&database), Level::Exact);
        lead(&database, &after, &before, Level::Exact);
        assert_equal(&before, &catalog(&database), Level::Exact);
    }
}

#[test]
fn layout_and_spelling_are_no_difference() {
    let spellings = [
        ("COLLATE nocase", "collate \"NOCASE\""),
        ("varchar( 20 )", "VARCHAR(20)"),
        ("DEFAULT 5", "default ( 5 )"),
        ("DEFAULT -1.5 CHECK (amount > -100)", "CHECK ((\"AMOUNT\" > -100)) DEFAULT (-1.5)"),
        ("GENERATED ALWAYS AS (\"a b\" * 2) VIRTUAL", "as (`A b`*2)"),
        ("length(code) > 0 /* else nothing */ AND", "LENGTH( \"Order\".Code )>0 and"),
        ("FOR EACH ROW", ""),
        ("b TEXT NOT NULL, PRIMARY", "b TEXT, PRIMARY"),
        ("[from]", "\"from\""),
        ("DEFAULT \"word\"", "DEFAULT 'word'"),
        ("REFERENCES \"Order\"", "REFERENCES \"order\" (ID)"),
        (
            "(lower(code), \"group\" COLLATE NOCASE) WHERE \"a b\" > 5",
            "(LOWER(CODE) ASC, `group` collate nocase) where (\"a b\">5)",
        ),
        ("-- one line a code", ""),
        (
            "SELECT o.code, sum(o.amount) AS \"Total\" FROM \"Order\" o GROUP BY o.code",
            "select code , SUM( amount ) as [Total] FROM [order]\nGROUP BY code",
        ),
        ("DELETE FROM pair", "delete /* x */ from \"Pair\""),
        ("CONSTRAINT once UNIQUE", ", CONSTRAINT once UNIQUE"),
    ];
    let before = catalog(&with(SCHEMA));
    for (text, instead) in spellings {
        // A comma between constraints may be left out.
        let changed = match text {
            "CONSTRAINT once UNIQUE" => SCHEMA.replacen("code <> 'x'),", "code <> 'x')", 1),
            _ => SCHEMA.replacen(text, instead, 1),
        };
        assert_ne!(changed, SCHEMA, "{text}");
        let found = differences(&before, &catalog(&with(&changed)), Level::Exact);
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn what_was_altered_is_equal_to_what_was_written_so() {
    let altered = with(
        "CREATE TABLE a (x INTEGER PRIMARY KEY, gone TEXT, y TEXT -- last\n, CHECK (y <> ''));
         CREATE TABLE c (a INTEGER REFERENCES a (x), CHECK (c.a > 0));
         CREATE INDEX i ON a (y) WHERE y > 'a';
         CREATE VIEW v AS SELECT x, y FROM a WHERE y > 'b';
         CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET y = NEW.y; END;
         ALTER TABLE a ADD COLUMN z INTEGER NOT NULL DEFAULT 3;
         ALTER TABLE a DROP COLUMN gone;
         ALTER TABLE a RENAME COLUMN y TO \"new y\";
         ALTER TABLE a RENAME TO \"a table\";",
    );
    let written = with(
        "CREATE TABLE [a table] (x INTEGER PRIMARY KEY, `new y` TEXT CHECK (\"new y\" <> ''), z INTEGER DEFAULT 3 NOT NULL);
         CREATE TABLE c (a INTEGER CHECK (a > 0) REFERENCES \"a table\");
         CREATE INDEX i ON \"a table\" (\"new y\") WHERE \"new y\" > 'a';
         CREATE VIEW v AS SELECT x, \"new y\" FROM \"a table\" WHERE \"new y\" > 'b';
         CREATE TRIGGER t BEFORE INSERT ON \"a table\" BEGIN UPDATE \"a table\" SET \"new y\" = NEW.\"new y\"; END;"
            .replace("BEFORE", "AFTER")
            .as_str(),
    );
    assert_equal(&catalog(&altered), &catalog(&written), Level::Exact);
}

#[test]
fn tables_of_the_journal_and_shadows_are_left_out_and_those_of_others_are_named() {
    let database = with(
        "CREATE TABLE rev_version (version_num TEXT); CREATE VIRTUAL TABLE d USING fts5(a);
         CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE); ANALYZE;
         CREATE TABLE libsql_vector_meta_shadow (a); CREATE TABLE __turso_internal_x (a);
         PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql)
         VALUES ('table', 'far', 'far', 0, 'CREATE VIRTUAL TABLE far USING elsewhere(a)');",
    );
    let read = catalog(&database);
    let names: Vec<_> = read.objects().filter(|object| object.identity.owner.is_none()).collect();
    let names: Vec<_> = names.iter().map(|object| object.identity.to_string()).collect();
    assert_eq!(names, ["table d", "table t"]);
    let unread: Vec<_> = read.unread.iter().map(|unread| format!("{}: {}", unread.name, unread.reason)).collect();
    let expected = [
        "__turso_internal_x: it belongs to Turso",
        "far: its module `elsewhere` is not loaded",
        "libsql_vector_meta_shadow: it belongs to libSQL",
    ];
    assert_eq!(unread, expected);
}

#[test]
fn a_rebuild_keeps_rows_of_others_and_what_was_counted() {
    let database = with(
        "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT);
         CREATE TABLE c (p INTEGER REFERENCES p ON DELETE CASCADE);
         CREATE VIEW v AS SELECT a FROM p;
         INSERT INTO p VALUES (1, 'x'), (9, 'y'); DELETE FROM p WHERE id = 9; INSERT INTO c VALUES (1);",
    );
    let before = catalog(&database);
    let after = catalog(&with(
        "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL);
         CREATE TABLE c (p INTEGER REFERENCES p ON DELETE CASCADE);
         CREATE VIEW v AS SELECT a FROM p;",
    ));
    lead(&database, &before, &after, Level::Exact);
    assert_equal(&after, &catalog(&database), Level::Exact);
    assert_eq!(database.query("SELECT count(*) FROM c"), [["1"]]);
    database.execute("INSERT INTO p (a) VALUES ('z')");
    assert_eq!(database.query("SELECT group_concat(id) FROM p"), [["1,10"]]);
}

#[test]
fn names_that_differ_in_letter_case_keep_their_rows() {
    let database = with("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (1, 'x');");
    let before = catalog(&database);
    let after = catalog(&with("CREATE TABLE Users (id INTEGER PRIMARY KEY, Name TEXT);"));
    lead(&database, &before, &after, Level::Exact);
    assert_equal(&after, &catalog(&database), Level::Exact);
    assert_eq!(database.query("SELECT name FROM users"), [["x"]]);
}
