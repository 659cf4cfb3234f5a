//! Makes a project with as many revisions as you like, for measuring.
//!
//! `cargo run --release --example generate -- chain 1000 FOLDER` makes a line of revisions, `dag` one with a merge every
//! ten revisions and five labels. Every revision creates a table and puts a row into it, and takes both off again.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What the graph looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// One line.
    Chain,
    /// Of every ten revisions the fifth and sixth grow from the fourth, and the seventh joins them.
    Dag,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [shape, count, folder] = &arguments[..] else { return Err("usage: generate chain|dag COUNT FOLDER".into()) };
    let shape = match shape.as_str() {
        "chain" => Shape::Chain,
        "dag" => Shape::Dag,
        _ => return Err("the shape is `chain` or `dag`".into()),
    };
    generate(shape, count.parse()?, Path::new(folder))
}

fn generate(shape: Shape, count: usize, folder: &Path) -> Result<(), Box<dyn Error>> {
    let versions = folder.join("versions");
    fs::create_dir_all(&versions)?;
    fs::write(folder.join("migrations.toml"), "[database]\nurl = \"sqlite:app.db\"\n")?;
    for n in 1..=count {
        fs::write(versions.join(format!("{n:07}_r{n:07}.sql")), script(shape, n, count))?;
    }
    Ok(())
}

fn script(shape: Shape, n: usize, count: usize) -> String {
    let id = |n: usize| format!("r{n:07}");
    let parents: Vec<usize> = match (shape, n, n % 10) {
        (_, 1, _) => Vec::new(),
        (Shape::Dag, _, 6) => vec![n - 2],
        (Shape::Dag, _, 7) => vec![n - 2, n - 1],
        _ => vec![n - 1],
    };
    let parents = parents.into_iter().map(id).collect::<Vec<_>>().join(", ");
    let mut text = format!("-- step {n}\n--\n-- revision: {}\n", id(n));
    if !parents.is_empty() {
        let _ = writeln!(text, "-- down_revision: {parents}");
    }
    let fifth = count.div_ceil(5);
    if shape == Shape::Dag && n % fifth == 1 {
        let _ = writeln!(text, "-- branch_labels: label{}", n / fifth);
    }
    let _ = write!(
        text,
        "\n-- rev: upgrade\nCREATE TABLE t{n} (id INTEGER PRIMARY KEY, name VARCHAR(100));\n\
         INSERT INTO t{n} (id, name) VALUES (1, 'row {n}');\n\n-- rev: downgrade\nDROP TABLE t{n};\n"
    );
    text
}
