//! The shield: a table of SQLite is rebuilt, and no row of another one is lost.

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;

/// How many graphs of tables are tried; each is the same on every machine.
const GRAPHS: u64 = 40;

/// Numbers that look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

const ACTIONS: [&str; 6] = [
    "ON DELETE CASCADE",
    "ON DELETE SET NULL",
    "ON DELETE SET DEFAULT",
    "ON DELETE RESTRICT",
    "ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED",
    "ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
];

/// Tables that reference each other, and themselves, at random.
struct Graph {
    /// For each table, the tables that it references, and how.
    tables: Vec<Vec<(usize, &'static str)>>,
}

impl Graph {
    fn new(dice: &mut Dice) -> Self {
        let count = 2 + dice.roll(4);
        let references = |dice: &mut Dice| {
            let many = dice.roll(3);
            (0..many).map(|_| (dice.roll(count), dice.pick(&ACTIONS))).collect()
        };
        let mut tables: Vec<Vec<(usize, &'static str)>> = (0..count).map(|_| references(dice)).collect();
        tables[0].push((0, dice.pick(&ACTIONS)));
        tables[1].push((0, dice.pick(&ACTIONS)));
        Self { tables }
    }

    /// The definition of table `t`, made under the name `name`; its references to itself say `own`.
    fn create(&self, t: usize, name: &str, own: &str, more: &str) -> String {
        let column = |(i, (parent, action)): (usize, &(usize, &str))| {
            let parent = if *parent == t { own.to_owned() } else { format!("t{parent}") };
            format!(", r{i} INTEGER DEFAULT 1 REFERENCES {parent} (id) {action}")
        };
        let columns: String = self.tables[t].iter().enumerate().map(column).collect();
        format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY, v TEXT NOT NULL{columns}{more});\n")
    }

    fn columns(&self, t: usize) -> String {
        let references: String = (0..self.tables[t].len()).map(|i| format!(", r{i}")).collect();
        format!("id, v{references}")
    }

    fn fill(&self, dice: &mut Dice) -> String {
        let mut sql = String::from("PRAGMA foreign_keys = OFF;\n");
        for (t, references) in self.tables.iter().enumerate() {
            sql.push_str(&self.create(t, &format!("t{t}"), &format!("t{t}"), ""));
            for id in 1..=5 {
                let values: String = references
                    .iter()
                    .map(|_| match dice.roll(6) {
                        0 => ", NULL".to_owned(),
                        other => format!(", {other}"),
                    })
                    .collect();
                sql.push_str(&format!("INSERT INTO t{t} VALUES ({id}, 'row {id}'{values});\n"));
            }
        }
        sql
    }

    /// One of the ways to build table `t` anew.
    fn rebuild(&self, t: usize, dice: &mut Dice) -> String {
        let (name, columns) = (format!("t{t}"), self.columns(t));
        let more = ", extra TEXT DEFAULT 'x'";
        match dice.roll(4) {
            0 => {
                let own = if dice.roll(2) == 0 { name.clone() } else { format!("{name}_new") };
                format!(
                    "{}INSERT INTO {name}_new ({columns}) SELECT {columns} FROM {name};\nDROP TABLE {name};\n\
                     ALTER TABLE {name}_new RENAME TO {name};\n",
                    self.create(t, &format!("{name}_new"), &own, more)
                )
            }
            1 => format!(
                "ALTER TABLE {name} RENAME TO \"{name} old\";\n{}INSERT INTO {name} ({columns}) SELECT {columns} FROM \
                 \"{name} old\";\nDROP TABLE \"{name} old\";\n",
                self.create(t, &name, &name, more)
            ),
            2 => format!(
                "CREATE TABLE {name}_rows AS SELECT * FROM {name};\nDROP TABLE main.[T{t}];\n{}INSERT INTO {name} \
                 ({columns}) SELECT {columns} FROM {name}_rows;\nDROP TABLE {name}_rows;\n",
                self.create(t, &name, &name, more)
            ),
            _ => format!(
                "{}INSERT INTO {name}_new ({columns}) SELECT {columns} FROM {name};\nALTER TABLE {name} RENAME TO \
                 {name}_old;\nALTER TABLE {name}_new RENAME TO {name};\nDROP TABLE {name}_old;\n",
                self.create(t, &format!("{name}_new"), &format!("{name}_new"), more)
            ),
        }
    }

    /// Everything that must stay: all rows, and who references whom.
    fn rows(&self, database: &TestDatabase) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for t in 0..self.tables.len() {
            rows.extend(database.query(&format!("SELECT {} FROM t{t} ORDER BY id", self.columns(t))));
            let references = "SELECT \"table\", \"from\", \"to\", on_delete FROM pragma_foreign_key_list";
            rows.extend(database.query(&format!("{references}('t{t}') ORDER BY \"from\"")));
        }
        rows
    }
}

fn sqlite() -> (TestDatabase, Workspace) {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    (database, workspace)
}

#[test]
fn rebuilds_over_any_graph_of_foreign_keys_conserve_every_row() {
    let mut lost_without = 0;
    for seed in 0..GRAPHS {
        let mut dice = Dice(seed);
        let graph = Graph::new(&mut dice);
        let fill = graph.fill(&mut dice);
        let rebuilds: String = (0..graph.tables.len())
            .filter(|t| *t == 0 || dice.roll(2) == 0)
            .collect::<Vec<_>>()
            .into_iter()
            .map(|t| graph.rebuild(t, &mut dice))
            .collect();

        let (database, workspace) = sqlite();
        database.execute(&fill);
        let before = graph.rows(&database);
        workspace.script("a", "", &format!("-- rev: upgrade\n{rebuilds}"));
        let output = workspace.rev(&["upgrade"]);
        assert_eq!(output.code, 0, "graph {seed}:\n{fill}\n{rebuilds}\n{}", output.stderr);
        assert_eq!(graph.rows(&database), before, "graph {seed}:\n{fill}\n{rebuilds}");
        assert_eq!(database.query("SELECT count(*) FROM pragma_table_xinfo('t0') WHERE name = 'extra'"), [["1"]]);

        let (naive, _workspace) = sqlite();
        naive.execute(&fill);
        let run = naive.try_query(&format!("PRAGMA foreign_keys = ON; BEGIN; {rebuilds} COMMIT;"));
        lost_without += u64::from(run.is_err() || graph.rows(&naive) != before);
    }
    assert!(lost_without > GRAPHS / 2, "without the shield only {lost_without} of {GRAPHS} go wrong");
}

const SHOP: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n\
    CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE);\n\
    INSERT INTO users VALUES (1, 'ada'), (2, 'eve');\n\
    INSERT INTO orders VALUES (1, 1), (2, 1), (3, 2);\n";

const REBUILD: &str = "CREATE TABLE new_users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n\
    INSERT INTO new_users SELECT id, name FROM users;\nDROP TABLE users;\nALTER TABLE new_users RENAME TO users;\n";

/// A database at `a` with the shop in it, and `body` in script `b`.
fn shop(more: &str, body: &str) -> (TestDatabase, Workspace) {
    let (database, workspace) = sqlite();
    workspace.script("a", "", &format!("-- rev: upgrade\n{SHOP}{more}"));
    workspace.rev(&["upgrade"]).succeeded();
    workspace.script("b", "a", body);
    (database, workspace)
}

/// Checks that the upgrade fails with `code`, and that nothing of it is left.
fn check_refused(more: &str, body: &str, code: &str, parts: &[&str]) {
    let (database, workspace) = shop(more, body);
    let schema = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE '%rev_%' ORDER BY name";
    let before =
        (database.query(schema), database.query("SELECT * FROM orders"), database.query("SELECT * FROM users"));
    let output = workspace.rev(&["upgrade"]);
    assert!(output.stderr.contains(&format!("[{code}]")), "{}", output.stderr);
    for part in parts {
        assert!(output.stderr.contains(part), "{part}: {}", output.stderr);
    }
    let after = (database.query(schema), database.query("SELECT * FROM orders"), database.query("SELECT * FROM users"));
    assert_eq!(after, before);
    assert_eq!(workspace.rev(&["current"]).succeeded().split_whitespace().next(), Some("a"));
}

#[test]
fn foreign_keys_are_on_again_for_what_follows() {
    let (database, workspace) =
        shop("", &format!("-- rev: upgrade\n{REBUILD}-- rev: upgrade\nDELETE FROM users WHERE id = 2;\n"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT id FROM orders"), [["1"], ["2"]]);
    workspace.script("c", "b", "-- rev: upgrade\nINSERT INTO orders VALUES (9, 99);\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("FOREIGN KEY constraint failed"), "{}", output.stderr);
}

#[test]
fn foreign_keys_are_on_again_after_a_rebuild_that_failed() {
    let (database, workspace) = shop("", &format!("-- rev: upgrade\n{REBUILD}SELECT * FROM nothing;\n"));
    workspace.rev(&["upgrade"]).failed(3);
    assert_eq!(database.query("SELECT count(*) FROM orders"), [["3"]]);
    workspace.script("b", "a", "-- rev: upgrade\nDELETE FROM users WHERE id = 2;\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT count(*) FROM orders"), [["2"]]);
}

#[test]
fn rebuilds_on_a_fresh_database_are_shielded_too() {
    let (database, workspace) = sqlite();
    workspace.script("a", "", &format!("-- rev: upgrade\n{SHOP}"));
    workspace.script("b", "a", &format!("-- rev: upgrade\n{REBUILD}-- rev: downgrade\n{REBUILD}"));
    workspace.script("c", "b", "-- rev: upgrade\nCREATE TABLE c (id INTEGER);\n-- rev: downgrade\nDROP TABLE c;\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT id, user_id FROM orders"), [["1", "1"], ["2", "1"], ["3", "2"]]);
    workspace.rev(&["redo", "b"]).succeeded();
    assert_eq!(database.query("SELECT id, user_id FROM orders"), [["1", "1"], ["2", "1"], ["3", "2"]]);
}

#[test]
fn a_rebuild_in_a_run_of_one_transaction_is_shielded_or_refused() {
    let (database, workspace) = shop("", &format!("-- rev: upgrade\n{REBUILD}"));
    workspace.write("migrations.toml", "[database]\ntransaction = \"run\"\n");
    workspace.script("c", "b", "-- rev: upgrade\nCREATE TABLE c (id INTEGER);\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(2).contains("rebuilds `users`"), "{}", output.stderr);
    workspace.rev(&["upgrade", "b"]).succeeded();
    assert_eq!(database.query("SELECT count(*) FROM orders"), [["3"]]);
}

#[test]
fn rows_that_would_refer_to_none_roll_the_rebuild_back() {
    let copy_one = REBUILD.replace("FROM users;", "FROM users WHERE id = 1;");
    check_refused("", &format!("-- rev: upgrade\n{copy_one}"), "rebuild-orphans", &["row 3 of `orders`", "`users`"]);
    check_refused(
        "PRAGMA ignore_check_constraints;\n",
        &format!("-- rev: upgrade\n{}", REBUILD.replace("id INTEGER PRIMARY KEY", "id INTEGER")),
        "rebuild-broke",
        &["a foreign key of `orders`", "mismatch"],
    );
}

#[test]
fn orphans_that_were_there_before_do_not_matter() {
    let (database, workspace) = shop("", &format!("-- rev: upgrade\n{REBUILD}"));
    database.execute("PRAGMA foreign_keys = OFF; INSERT INTO orders VALUES (7, 77);");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT count(*) FROM orders"), [["4"]]);
}

#[test]
fn rows_of_referencing_tables_stay_or_all_is_rolled_back() {
    check_refused(
        "",
        &format!(
            "-- rev: upgrade\nCREATE TABLE n (id INTEGER PRIMARY KEY, user_id INTEGER UNIQUE REFERENCES users (id));\n\
         INSERT OR IGNORE INTO n SELECT * FROM orders;\nDROP TABLE orders;\nALTER TABLE n RENAME TO orders;\n{REBUILD}"
        ),
        "rebuild-lost-rows",
        &["`orders` had 3 rows", "and 2 after"],
    );
}

#[test]
fn what_changes_a_parent_belongs_elsewhere() {
    for sql in [
        "DELETE FROM users WHERE id = 1",
        "UPDATE OR REPLACE \"Users\" SET id = 7",
        "REPLACE INTO main.users VALUES (1, 'x')",
    ] {
        let body = format!("-- rev: upgrade\n{sql};\n{REBUILD}");
        check_refused("", &body, "parent-changed-in-rebuild", &["`users` is changed", "into its own section"]);
    }
    let (database, workspace) =
        shop("", &format!("-- rev: upgrade\nDELETE FROM users WHERE id = 1;\n-- rev: upgrade\n{REBUILD}"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT id FROM orders"), [["3"]]);
}

#[test]
fn a_parent_that_the_same_run_makes_is_looked_at_too() {
    let (_database, workspace) = sqlite();
    workspace.script("a", "", &format!("-- rev: upgrade\n{SHOP}"));
    workspace.script("b", "a", &format!("-- rev: upgrade\nDELETE FROM users;\n{REBUILD}"));
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(2).contains("parent-changed-in-rebuild"), "{}", output.stderr);
}

#[test]
fn views_stay_whole_through_a_rebuild() {
    let (database, workspace) =
        shop("CREATE VIEW names AS SELECT name FROM users;\n", &format!("-- rev: upgrade\n{REBUILD}"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT name FROM names"), [["ada"], ["eve"]]);
}

#[test]
fn a_broken_view_rolls_the_rebuild_back() {
    let without = REBUILD.replace(", name TEXT NOT NULL", "").replace("SELECT id, name", "SELECT id");
    check_refused(
        "CREATE VIEW names AS SELECT name FROM users;\n",
        &format!("-- rev: upgrade\n{without}"),
        "rebuild-broke",
        &["view `names`", "no such column"],
    );
}

#[test]
fn a_broken_trigger_rolls_the_rebuild_back() {
    let without = REBUILD.replace(", name TEXT NOT NULL", "").replace("SELECT id, name", "SELECT id");
    for event in ["INSERT", "UPDATE OF user_id", "DELETE"] {
        check_refused(
            &format!("CREATE TRIGGER note AFTER {event} ON orders BEGIN INSERT INTO users (name) VALUES ('x'); END;\n"),
            &format!("-- rev: upgrade\n{without}"),
            "rebuild-broke",
            &["trigger `note` of `orders`", "no column named name"],
        );
    }
}

#[test]
fn triggers_that_go_with_the_old_table_are_told() {
    let trigger =
        "CREATE TRIGGER mine AFTER INSERT ON users BEGIN SELECT 1; END;\nCREATE INDEX by_name ON users (name);\n";
    let (_database, workspace) = shop(trigger, &format!("-- rev: upgrade\n{REBUILD}"));
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    assert!(output.stderr.contains("trigger `mine` went with the old table"), "{}", output.stderr);
    let (_database, workspace) = shop(trigger, &format!("-- rev: upgrade\nDROP INDEX by_name;\n{REBUILD}{trigger}"));
    let output = workspace.rev(&["upgrade"]);
    assert!(!output.stderr.contains("went with"), "{}", output.stderr);
}

#[test]
fn a_rebuild_outside_of_a_transaction_needs_its_own_pragma() {
    let alone = format!("-- rev: upgrade transaction=off\n{REBUILD}");
    check_refused("", &alone, "unshielded-rebuild", &["`users`", "transaction=off"]);
    let with_pragma = format!("-- rev: upgrade transaction=off\nPRAGMA foreign_keys = OFF;\n{REBUILD}");
    let (database, workspace) = shop("", &with_pragma);
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT count(*) FROM orders"), [["3"]]);
}

#[test]
fn the_pragma_in_a_transaction_is_told_to_do_nothing() {
    let (database, workspace) = shop("", &format!("-- rev: upgrade\n{REBUILD}PRAGMA foreign_keys = ON;\n"));
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    assert!(output.stderr.contains("does nothing inside a transaction"), "{}", output.stderr);
    assert_eq!(database.query("SELECT count(*) FROM orders"), [["3"]]);
}

#[test]
fn a_dry_run_and_a_script_show_the_shield() {
    let (database, workspace) = shop("", &format!("-- rev: upgrade\n{REBUILD}"));
    let shown = workspace.rev(&["upgrade", "--dry-run"]);
    assert!(shown.succeeded().contains("foreign keys off, while `users` is rebuilt"), "{}", shown.stdout);
    let script = workspace.rev(&["upgrade", "--sql"]).succeeded().to_owned();
    let off = script.find("PRAGMA foreign_keys = OFF").unwrap();
    assert!(script[off..].contains("BEGIN IMMEDIATE") && script.contains("pragma_foreign_key_check"), "{script}");
    let sql = |script: &str| script.lines().filter(|line| !line.starts_with('.')).collect::<Vec<_>>().join("\n");
    database.execute(&sql(&script));
    assert_eq!(database.query("SELECT count(*) FROM orders"), [["3"]]);
    let (database, workspace) =
        shop("", &format!("-- rev: upgrade\n{}", REBUILD.replace("FROM users;", "FROM users WHERE id = 1;")));
    let script = workspace.rev(&["upgrade", "--sql"]).succeeded().to_owned();
    let error = database.try_query(&sql(&script)).expect_err("the script stops itself").to_string();
    assert!(error.contains("rows would refer to rows that are gone"), "{error}");
    assert_eq!(database.query("SELECT count(*) FROM users"), [["2"]]);
}

#[test]
fn a_script_stops_where_a_reference_would_lead_nowhere_or_foreign_keys_are_on() {
    let lost = format!("-- rev: upgrade\n{REBUILD}CREATE TABLE x (n INTEGER REFERENCES nosuch);\n");
    let (database, workspace) = shop("", &lost);
    let script = workspace.rev(&["upgrade", "--sql"]).succeeded().to_owned();
    assert!(script.contains("-- what `rev upgrade` checks and a shell cannot"), "{script}");
    let sql = |script: &str| script.lines().filter(|line| !line.starts_with('.')).collect::<Vec<_>>().join("\n");
    let error = database.try_query(&sql(&script)).expect_err("the script stops itself").to_string();
    assert!(error.contains("a foreign key would refer to a table that is gone"), "{error}");
    let on = script.replace("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON");
    let error = database.try_query(&sql(&on)).expect_err("the script stops itself").to_string();
    assert!(error.contains("foreign keys could not be switched off"), "{error}");
    assert!(database.try_query("SELECT * FROM x").is_err());
}

#[test]
fn a_revision_goes_on_behind_its_rebuild() {
    let body = format!("-- rev: upgrade\n{REBUILD}-- rev: upgrade\nINSERT INTO orders VALUES (9, 99);\n");
    let (database, workspace) = shop("", &body);
    workspace.rev(&["upgrade"]).failed(3);
    assert_eq!(database.query("SELECT part FROM rev_progress"), [["1"]]);
    workspace.script("b", "a", &body.replace("99", "2"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT id, user_id FROM orders"), [["1", "1"], ["2", "1"], ["3", "2"], ["9", "2"]]);
}

#[test]
fn what_was_broken_before_may_stay_so() {
    let broken = "CREATE VIEW gone AS SELECT * FROM missing;\n\
        CREATE TRIGGER into_gone INSTEAD OF INSERT ON gone BEGIN SELECT 1; END;\n\
        CREATE TABLE child (id INTEGER REFERENCES missing (id));\n";
    let (database, workspace) = shop(broken, &format!("-- rev: upgrade\n{REBUILD}"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT count(*) FROM orders"), [["3"]]);
}

#[test]
fn a_rebuild_in_an_attached_database_is_refused_with_foreign_keys_on() {
    let (database, attached) = (TestDatabase::new(Kind::Sqlite), TestDatabase::new(Kind::Sqlite));
    attached.execute("CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1)");
    attached.execute("CREATE TABLE c (p REFERENCES p (id) ON DELETE CASCADE); INSERT INTO c VALUES (1)");
    let workspace = Workspace::new(&database);
    let file = attached.url.strip_prefix("sqlite:").unwrap();
    let script = |off: &str| {
        let body = format!(
            "-- rev: upgrade transaction=off\nATTACH '{file}' AS b;\n{off}-- rev: upgrade\n\
             CREATE TABLE b.n (id INTEGER PRIMARY KEY, m INTEGER);\nINSERT INTO b.n (id) SELECT id FROM b.p;\n\
             DROP TABLE b.p;\nALTER TABLE b.n RENAME TO p;\n"
        );
        workspace.script("a", "", &body);
    };
    script("");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(2).contains("error[unshielded-rebuild]: `b.p` is rebuilt"), "{}", output.stderr);
    script("PRAGMA foreign_keys = OFF;\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(attached.query("SELECT m FROM p"), [["NULL"]]);
    assert_eq!(attached.query("SELECT p FROM c"), [["1"]]);
}

/// Tables with each action, and one that is rebuilt beside them.
const BESIDE: &str = "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE, note TEXT);\n\
    CREATE TABLE follows (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE ON UPDATE CASCADE);\n\
    CREATE TABLE q (id INTEGER PRIMARY KEY, note TEXT);\n\
    CREATE TABLE minds (id INTEGER PRIMARY KEY, q INTEGER REFERENCES q (id), n INTEGER);\n\
    INSERT INTO p VALUES (1, 'a', 'x'), (2, 'b', 'y');\nINSERT INTO q VALUES (1, 'x'), (2, 'y');\n\
    INSERT INTO follows VALUES (1, 1);\nINSERT INTO minds VALUES (1, 1, 1);\n";

#[test]
fn only_what_others_would_follow_is_refused_beside_a_rebuild_and_by_a_dry_run_too() {
    for sql in [
        "UPDATE p SET note = 'z'",
        "UPDATE p SET code = 'z' WHERE id = 1",
        "INSERT INTO p VALUES (1, 'a', 'x') ON CONFLICT (id) DO UPDATE SET note = excluded.note",
        "DELETE FROM q WHERE id = 2",
        "REPLACE INTO q VALUES (1, 'z')",
        "UPDATE q SET id = 3 WHERE id = 2",
        "DELETE FROM follows",
        "DELETE FROM minds WHERE n = 2",
        "INSERT INTO orders VALUES (9, 1)",
        "DELETE FROM orders WHERE id = 1",
    ] {
        let (database, workspace) = shop(BESIDE, &format!("-- rev: upgrade\n{sql};\n{REBUILD}"));
        workspace.rev(&["upgrade", "--dry-run"]).succeeded();
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(database.query("PRAGMA foreign_key_check"), Vec::<Vec<String>>::new(), "{sql}");
    }
    for sql in [
        "DELETE FROM p WHERE id = 2",
        "REPLACE INTO p VALUES (1, 'z', 'z')",
        "UPDATE p SET id = 3 WHERE id = 2",
        "UPDATE p SET (note, rowid) = ('z', 4) WHERE id = 2",
        "UPDATE OR REPLACE p SET note = 'z'",
    ] {
        let (_database, workspace) = shop(BESIDE, &format!("-- rev: upgrade\n{sql};\n{REBUILD}"));
        for arguments in [&["upgrade", "--dry-run"] as &[&str], &["upgrade"]] {
            let output = workspace.rev(arguments);
            assert!(output.failed(2).contains("parent-changed-in-rebuild"), "{sql}: {}", output.stderr);
        }
    }
}

#[test]
fn references_that_come_and_go_in_the_same_run_are_known_before_it() {
    let make = "CREATE TABLE p (id INTEGER PRIMARY KEY);\n\
        CREATE TABLE c (p INTEGER REFERENCES p ON DELETE CASCADE);\n";
    let (_database, workspace) = sqlite();
    workspace.script("a", "", &format!("-- rev: upgrade\n{SHOP}{make}"));
    workspace.script("b", "a", &format!("-- rev: upgrade\nDELETE FROM p;\n{REBUILD}"));
    for arguments in [&["upgrade", "--dry-run"] as &[&str], &["upgrade"]] {
        let output = workspace.rev(arguments);
        assert!(output.failed(2).contains("parent-changed-in-rebuild"), "{}", output.stderr);
    }
    assert_eq!(workspace.rev(&["current"]).succeeded().trim(), "");
    workspace.script("b", "a", &format!("-- rev: upgrade\nDROP TABLE c;\n-- rev: upgrade\nDELETE FROM p;\n{REBUILD}"));
    workspace.rev(&["upgrade", "--dry-run"]).succeeded();
    workspace.rev(&["upgrade"]).succeeded();
}

#[test]
fn a_script_that_switches_foreign_keys_off_runs_so_and_leaves_no_orphans() {
    // As Prisma, Drizzle and SQLite's own manual write it.
    let framed = |body: &str| format!("-- rev: upgrade\nPRAGMA foreign_keys=OFF;\n{body}PRAGMA foreign_keys=ON;\n");
    let (database, workspace) =
        shop("", &framed(&format!("{REBUILD}DELETE FROM users WHERE id > 9;\nPRAGMA foreign_key_check;\n")));
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    assert!(!output.stderr.contains("pragma"), "{}", output.stderr);
    assert_eq!(database.query("SELECT count(*) FROM orders"), [["3"]]);

    // As dumps have it: a table before the one that it references.
    let dump = "CREATE TABLE c (p INTEGER REFERENCES p);\nINSERT INTO c VALUES (1);\n\
        CREATE TABLE p (id INTEGER PRIMARY KEY);\nINSERT INTO p VALUES (1);\n";
    let (database, workspace) = shop("", &format!("-- rev: upgrade\nPRAGMA foreign_keys=OFF;\n{dump}"));
    let shown = workspace.rev(&["upgrade", "--dry-run"]);
    assert!(shown.succeeded().contains("foreign keys off, as the script says"), "{}", shown.stdout);
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT count(*) FROM c"), [["1"]]);
    workspace.script("c", "b", "-- rev: upgrade\nDELETE FROM users WHERE id = 1;\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT count(*) FROM orders"), [["1"]], "foreign keys are on again");

    check_refused("", &framed("INSERT INTO orders VALUES (9, 99);\n"), "rebuild-orphans", &["row 9 of `orders`"]);
}
