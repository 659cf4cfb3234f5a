//! A history that mixes all that commits in a different way, none of whose statements may run twice.

use crate::support::database::Kind;
use crate::support::database::TestDatabase;
use crate::support::workspace::Workspace;

/// What is in the database before the first revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing, so that revisions are committed in groups.
    Fresh,
    /// A table of somebody else, so that each revision commits for itself.
    InUse,
}

/// Prepares an empty database, and writes the revisions `a` to `h`, each on the one before.
///
/// The downgrades of all but `a` change the total, too.
pub fn mixed_history(database: &TestDatabase, start: Start) -> Workspace {
    if start == Start::InUse {
        database.execute("CREATE TABLE others (n INTEGER)");
        database.execute("INSERT INTO others VALUES (7)");
    }
    let workspace = Workspace::new(database);
    for (id, down, body) in SCRIPTS {
        workspace.script(id, down, &for_kind(body, database.kind));
    }
    workspace
}

/// Returns the lines for `kind`: those that begin with other databases' letters go, and so do the letters.
///
/// `bump N` changes the total so that neither the number of times nor the order is hidden.
fn for_kind(body: &str, kind: Kind) -> String {
    let letter = match kind {
        Kind::Sqlite => 's',
        Kind::Postgres => 'p',
        Kind::Mariadb => 'm',
    };
    let mut text = String::new();
    for line in body.lines().map(str::trim_start) {
        let line = match line.split_once("| ") {
            Some((letters, line)) if letters.len() <= 2 => match letters.contains(letter) {
                true => line,
                false => continue,
            },
            _ => line,
        };
        match line.strip_prefix("bump ") {
            Some(number) => text.push_str(&format!("UPDATE total SET n = n * 3 + {number};\n")),
            None => text.push_str(&format!("{line}\n")),
        }
    }
    text
}

const SCRIPTS: [(&str, &str, &str); 8] = [
    (
        "a",
        "",
        "-- rev: upgrade
         CREATE TABLE total (id INTEGER PRIMARY KEY, n BIGINT NOT NULL);
         INSERT INTO total VALUES (1, 0), (2, 1);
         -- rev: downgrade
         DROP TABLE total;",
    ),
    (
        "b",
        "a",
        "-- rev: upgrade
         CREATE TABLE parent (id INTEGER PRIMARY KEY, n INTEGER);
         CREATE TABLE child (id INTEGER PRIMARY KEY, up INTEGER REFERENCES parent (id) ON DELETE CASCADE, n INTEGER);
         INSERT INTO parent VALUES (1, 10), (2, 20), (3, 30);
         INSERT INTO child SELECT id, id, n + 1 FROM parent;
         bump 1
         CREATE VIEW both_of_them AS SELECT parent.n AS p, child.n AS c FROM parent JOIN child ON child.up = parent.id;
         -- rev: downgrade
         DROP VIEW both_of_them;
         bump 2
         s| DROP TABLE child;
         s| DROP TABLE parent;
         pm| DROP TABLE child, parent;",
    ),
    (
        "c",
        "b",
        "-- rev: upgrade
         ALTER TABLE parent ADD COLUMN m INTEGER;
         UPDATE parent SET m = n + 1;
         bump 3
         -- rev: upgrade transaction=off
         p| CREATE INDEX CONCURRENTLY parent_m ON parent (m);
         p| CREATE UNIQUE INDEX CONCURRENTLY parent_n ON parent (n);
         sm| CREATE INDEX parent_m ON parent (m);
         sm| CREATE UNIQUE INDEX parent_n ON parent (n);
         -- rev: upgrade
         UPDATE child SET n = n * 2 + id;
         bump 4
         -- rev: downgrade transaction=off
         p| DROP INDEX CONCURRENTLY parent_n;
         p| DROP INDEX CONCURRENTLY parent_m;
         s| DROP INDEX parent_n;
         s| DROP INDEX parent_m;
         m| DROP INDEX parent_n ON parent;
         m| ALTER TABLE parent DROP INDEX parent_m;
         -- rev: downgrade
         bump 5
         ALTER TABLE parent DROP COLUMN m;",
    ),
    (
        "d",
        "c",
        "-- rev: upgrade
         p| CREATE TYPE mood AS ENUM ('sad', 'ok');
         p| CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql AS $$
         p| BEGIN UPDATE total SET n = n + 7; RETURN NEW; END $$;
         p| CREATE TRIGGER counts AFTER INSERT ON child FOR EACH ROW EXECUTE FUNCTION count_it();
         s| CREATE TRIGGER counts AFTER INSERT ON child BEGIN UPDATE total SET n = n + 7; END;
         m| CREATE TRIGGER counts AFTER INSERT ON child FOR EACH ROW UPDATE total SET n = n + 7;
         m| CREATE PROCEDURE bump_it() BEGIN UPDATE total SET n = n + 11; UPDATE total SET n = n * 2; END;
         INSERT INTO child SELECT id + 10, id, n FROM parent;
         bump 6
         -- rev: downgrade
         DELETE FROM child WHERE id > 10;
         p| DROP TRIGGER counts ON child;
         p| DROP FUNCTION count_it();
         p| DROP TYPE mood;
         sm| DROP TRIGGER counts;
         m| DROP PROCEDURE bump_it;
         bump 7",
    ),
    (
        "e",
        "d",
        "-- rev: upgrade
         CREATE TABLE one (n INTEGER);
         CREATE TABLE two (n INTEGER);
         CREATE TABLE three (n INTEGER);
         INSERT INTO one VALUES (1);
         INSERT INTO two VALUES (2);
         INSERT INTO three SELECT one.n + two.n FROM one, two;
         -- rev: downgrade
         bump 8
         s| DROP TABLE one;
         s| DROP TABLE two;
         s| DROP TABLE three;
         pm| DROP TABLE one, two, three;",
    ),
    (
        "f",
        "e",
        "-- rev: upgrade
         INSERT INTO three SELECT n + 1 FROM three;
         s| DROP TABLE one;
         s| DROP TABLE two;
         pm| DROP TABLE one, two;
         bump 9
         ps| ALTER TABLE three RENAME TO four;
         m| RENAME TABLE three TO four;
         -- rev: downgrade
         ALTER TABLE four RENAME TO three;
         CREATE TABLE one (n INTEGER);
         INSERT INTO one SELECT n FROM three;
         CREATE TABLE two AS SELECT n * 2 AS n FROM one;
         bump 10",
    ),
    (
        "g",
        "f",
        "-- rev: upgrade
         s| CREATE TABLE parent_new (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, m INTEGER);
         s| INSERT INTO parent_new SELECT id, n, m FROM parent;
         s| DROP TABLE parent;
         s| ALTER TABLE parent_new RENAME TO parent;
         s| CREATE INDEX parent_m ON parent (m);
         s| CREATE UNIQUE INDEX parent_n ON parent (n);
         p| COPY child (id, up, n) FROM stdin;
         p| 21\t1\t100
         p| 22\t2\t200
         p| \\.
         pm| ALTER TABLE parent ADD CONSTRAINT parent_n_check CHECK (n > 0);
         -- rev: upgrade
         INSERT INTO child SELECT id + 100, up, n FROM child;
         bump 11
         -- rev: downgrade
         DELETE FROM child WHERE id > 20;
         -- rev: downgrade
         s| CREATE TABLE parent_new (id INTEGER PRIMARY KEY, n INTEGER, m INTEGER);
         s| INSERT INTO parent_new SELECT id, n, m FROM parent;
         s| DROP TABLE parent;
         s| ALTER TABLE parent_new RENAME TO parent;
         s| CREATE INDEX parent_m ON parent (m);
         s| CREATE UNIQUE INDEX parent_n ON parent (n);
         pm| ALTER TABLE parent DROP CONSTRAINT parent_n_check;
         -- rev: downgrade
         bump 12",
    ),
    (
        "h",
        "g",
        "-- rev: upgrade transaction=off
         p| CREATE INDEX CONCURRENTLY child_n ON child (n);
         sm| CREATE INDEX child_n ON child (n);
         -- rev: upgrade
         bump 13
         -- rev: upgrade transaction=off
         p| CREATE INDEX CONCURRENTLY child_n_up ON child (n, up);
         sm| CREATE INDEX child_n_up ON child (n, up);
         -- rev: downgrade
         bump 14
         -- rev: downgrade transaction=off
         p| DROP INDEX CONCURRENTLY child_n_up;
         p| DROP INDEX CONCURRENTLY child_n;
         s| DROP INDEX child_n_up;
         s| DROP INDEX child_n;
         m| DROP INDEX child_n_up ON child;
         m| DROP INDEX child_n ON child;",
    ),
];
