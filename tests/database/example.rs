//! The example history of the repository goes up and down on every database.

use std::fs;
use std::path::Path;

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

fn example(database: &TestDatabase) -> Workspace {
    let workspace = Workspace::new(database);
    let versions = Path::new(env!("CARGO_MANIFEST_DIR")).join("versions");
    for entry in fs::read_dir(versions).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        workspace.write(&format!("versions/{name}"), fs::read(entry.path()).unwrap());
    }
    workspace
}

/// The names of all tables and columns that are not rev's own.
fn catalog(database: &TestDatabase) -> Vec<Vec<String>> {
    database.query(match database.kind {
        Kind::Sqlite => "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'rev%' AND name NOT LIKE 'sqlite%' AND tbl_name NOT LIKE 'rev%' ORDER BY 1, 2",
        Kind::Postgres => "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'rev%' ORDER BY 1, 2",
        Kind::Mariadb => "SELECT table_name, column_name, column_type FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name NOT LIKE 'rev%' ORDER BY 1, 2",
    })
}

fn the_example_goes_up_and_down_again(database: &TestDatabase) {
    let workspace = example(database);
    workspace.rev(&["upgrade", "head"]).succeeded();
    let full = catalog(database);
    assert!(full.len() > 3, "{full:?}");
    assert_eq!(workspace.rev(&["current"]).succeeded().split_whitespace().next(), Some("2be94c70a5d6"));
    workspace.rev(&["downgrade", "base"]).succeeded();
    assert_eq!(catalog(database), Vec::<Vec<String>>::new());
    assert_eq!(database.query("SELECT * FROM rev_version"), Vec::<Vec<String>>::new());
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(catalog(database), full);
}

fn every_revision_of_the_example_can_be_redone(database: &TestDatabase) {
    let workspace = example(database);
    for step in 1..=20 {
        let before = workspace.rev(&["current", "--json"]).json();
        if before["up_to_date"] == true {
            assert!(step > 5);
            return;
        }
        let pending = workspace.rev(&["status", "--json"]).json();
        let next = pending["pending_revisions"][0].as_str().unwrap().to_owned();
        workspace.rev(&["upgrade", &next]).succeeded();
        let there = catalog(database);
        workspace.rev(&["redo", &next]).succeeded();
        assert_eq!(catalog(database), there, "{next}");
    }
    panic!("twenty steps do not reach the head");
}

on_each_database!(the_example_goes_up_and_down_again, every_revision_of_the_example_can_be_redone);
