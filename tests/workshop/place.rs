//! A project on SQLite, with what the tests of the workshop ask of it.

use std::fs;
use std::ops::Deref;
use std::path::PathBuf;

use crate::support::Kind;
use crate::support::Output;
use crate::support::TestDatabase;
use crate::support::Workspace;

/// A workspace that keeps its database as long as it lives.
pub struct Place {
    workspace: Workspace,
    _database: TestDatabase,
}

impl Place {
    /// Makes a project without scripts and with this configuration.
    pub fn new(config: &str) -> Self {
        let database = TestDatabase::new(Kind::Sqlite);
        let workspace = Workspace::new(&database);
        workspace.write("migrations.toml", config);
        Self { workspace, _database: database }
    }

    /// Makes a project with scripts, as in `a; b < a; m < a b`, each with an empty upgrade and downgrade.
    pub fn with(scripts: &str) -> Self {
        let place = Self::new("");
        place.grow(scripts);
        place
    }

    /// Adds scripts, as in `c < b; d < c`.
    pub fn grow(&self, scripts: &str) {
        for script in scripts.split(';') {
            let (id, parents) = script.split_once('<').unwrap_or((script, ""));
            let parents: Vec<&str> = parents.split_whitespace().collect();
            let body = "\n-- rev: upgrade\nSELECT 1;\n\n-- rev: downgrade\n";
            self.script(id.trim(), &parents.join(", "), body);
        }
    }

    /// Runs a command line with words that hold no space.
    pub fn run(&self, line: &str) -> Output {
        self.rev(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs `rev revision …` and returns the path it printed, as seen from the project's folder.
    #[track_caller]
    pub fn revision(&self, line: &str) -> String {
        let output = self.run(&format!("revision {line}"));
        output.succeeded().trim_end().to_owned()
    }

    /// Returns the names of the files in a folder, sorted.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path().join(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Writes a program that `sh` runs, and returns its path.
    pub fn program(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.write(name, format!("#!/bin/sh\n{text}"));
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        path
    }
}

impl Deref for Place {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.workspace
    }
}

/// Fails unless the command was refused with this code, and changed nothing; returns what it said.
#[track_caller]
pub fn refused<'a>(output: &'a Output, code: &str) -> &'a str {
    let text = output.failed(2);
    assert!(text.contains(&format!("error[{code}]")), "{text}");
    text
}
