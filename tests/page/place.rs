//! Projects to look at.

use std::path::PathBuf;
use std::process::Child;
use std::process::Stdio;

use std::io::BufRead;
use std::io::BufReader;

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;

pub struct Place {
    pub database: TestDatabase,
    pub workspace: Workspace,
}

impl Place {
    /// Makes a project without revisions, on SQLite.
    pub fn empty() -> Self {
        let database = TestDatabase::new(Kind::Sqlite);
        let workspace = Workspace::new(&database);
        Self { database, workspace }
    }

    /// Makes two branches that are merged, a dependency and a label; all but the merge is applied, by Ada.
    pub fn branched() -> Self {
        let place = Self::empty();
        let body = |table: &str| {
            format!("-- rev: upgrade\nCREATE TABLE {table} (n INTEGER);\n\n-- rev: downgrade\nDROP TABLE {table};\n")
        };
        place.add("a1", "none", "create users", "", &body("users"));
        place.add("b2", "a1", "create orders", "-- branch_labels: shop\n", &body("orders"));
        place.add("c3", "a1", "create invoices", "", &body("invoices"));
        place.add("x9", "none", "create settings", "-- depends_on: shop\n", &body("settings"));
        place.add("d4", "b2, c3", "join orders and invoices", "", "-- rev: upgrade\n");
        let mut upgrade = place.workspace.command(&["upgrade", "-q", "b2"]);
        assert!(upgrade.env("USER", "ada").status().unwrap().success());
        for target in ["c3", "x9"] {
            let mut upgrade = place.workspace.command(&["upgrade", "-q", target]);
            assert!(upgrade.env("USER", "ada").status().unwrap().success());
        }
        place
    }

    pub fn add(&self, id: &str, down: &str, message: &str, header: &str, body: &str) {
        let text = format!("-- {message}\n--\n-- revision: {id}\n-- down_revision: {down}\n{header}\n{body}");
        self.workspace.write(&format!("versions/{id}.sql"), text);
    }

    /// Draws the page as a file, with the state of the database.
    pub fn page(&self) -> PathBuf {
        self.workspace.rev(&["graph", "-q", "-i", "-o", "page.html"]).succeeded();
        self.workspace.path().join("page.html")
    }

    /// Serves the page.
    pub fn serve(&self) -> Served {
        self.serve_with(&[])
    }

    /// Serves the page with more options.
    pub fn serve_with(&self, options: &[&str]) -> Served {
        let mut command = self.workspace.command(&[&["serve", "--listen", "127.0.0.1:0"], options].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Served { child, url: line.trim().to_owned() }
    }
}

/// A server that ends with the test.
pub struct Served {
    child: Child,
    pub url: String,
}

impl Served {
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop();
    }
}
