//! The house: who may import whom, and who may name which crate; see docs/ARCHITECTURE.md.

mod circles;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The floor of each part; a part imports only from floors below its own.
const FLOORS: &[(u8, &[&str])] = &[
    (
        1,
        &[
            "id",
            "direction",
            "dialect",
            "span",
            "nearest",
            "signal",
            "escape",
            "fault",
            "duration",
            "regular_file",
            "secrets",
            "typed",
            "wall",
        ],
    ),
    (2, &["error", "journal"]),
    (3, &["graph", "sql", "config", "catalog"]),
    (4, &["db", "script", "picture", "diff"]),
    (5, &["embed", "program"]),
    (6, &["run"]),
    (7, &["project"]),
    (8, &["author", "check", "offline", "schemas", "watch"]),
    (9, &["autogenerate", "serve"]),
    (10, &["cli"]),
    (11, &["main", "bin"]),
];

/// Crates that only some parts may name.
const CRATES: &[(&str, &[&str])] = &[
    ("sqlx", &["db"]),
    ("tokio_rustls", &["db"]),
    ("petgraph", &["diff", "graph"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("annotate_snippets", &["cli"]),
    ("anstream", &["cli"]),
    ("anstyle", &["cli"]),
    ("indicatif", &["cli"]),
    ("renderdag", &["cli"]),
    ("tera", &["script"]),
    ("sea_query", &["journal"]),
    ("hyper", &["serve"]),
    ("hyper_util", &["serve"]),
    ("http_body_util", &["serve"]),
    ("tokio", &["db", "run", "project", "watch", "serve", "main", "schemas"]),
];

/// The longest a file may be, without its tests.
const LONGEST: usize = 450;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Returns every source file with the part it belongs to and its lines before the tests.
fn sources() -> Vec<(String, String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    found.sort();
    let relative = |path: &Path| path.strip_prefix(&root).expect("it is in src").to_string_lossy().into_owned();
    let source = |path: PathBuf| {
        let name = relative(&path);
        let part = name.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).expect("the file can be read");
        let code = text.lines().take_while(|line| *line != "#[cfg(test)]").map(str::to_owned).collect();
        (part, name, code)
    };
    found.into_iter().map(source).filter(|(part, ..)| part != "lib").collect()
}

/// Returns the words after `prefix` in the code of a line.
fn named<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    let code = line.split("//").next().unwrap_or_default();
    let word = |rest: &'a str| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
    code.match_indices(prefix).map(|(at, _)| word(&code[at + prefix.len()..])).collect()
}

#[test]
fn a_part_imports_only_from_floors_below() {
    let floors: BTreeMap<&str, u8> =
        FLOORS.iter().flat_map(|(floor, parts)| parts.iter().map(|part| (*part, *floor))).collect();
    let mut wrong = Vec::new();
    for (part, name, code) in sources() {
        let own = *floors.get(part.as_str()).unwrap_or_else(|| panic!("{name}: {part} has no floor"));
        for (number, line) in code.iter().enumerate() {
            for other in named(line, "crate::").into_iter().chain(named(line, "rev::")) {
                let below = floors.get(other).is_some_and(|floor| *floor < own);
                if other != part && !below && floors.contains_key(other) {
                    wrong.push(format!("{name}:{}: {part} imports {other}", number + 1));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_crate_is_named_only_by_the_parts_it_is_for() {
    let mut wrong = Vec::new();
    for (part, name, code) in sources() {
        for (number, line) in code.iter().enumerate() {
            for (krate, parts) in CRATES {
                let code = line.split("//").next().unwrap_or_default();
                let names = code.contains(&format!("{krate}::")) || code.trim() == format!("use {krate};");
                if names && !parts.contains(&part.as_str()) && !code.contains(&format!("_{krate}::")) {
                    wrong.push(format!("{name}:{}: {part} names {krate}", number + 1));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_wall_asks_what_time_it_is() {
    let asks = |line: &str| ["Timestamp::now", "Zoned::now", "SystemTime::now"].iter().any(|word| line.contains(word));
    let mut wrong = Vec::new();
    for (part, name, code) in sources() {
        for (number, line) in code.iter().enumerate().filter(|(_, line)| asks(line)) {
            if part != "wall" {
                wrong.push(format!("{name}:{}: {line}", number + 1));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_cli_prints_and_faces_define_nothing() {
    let mut wrong = Vec::new();
    for (part, name, code) in sources() {
        for (number, line) in code.iter().enumerate() {
            let prints =
                ["println!", "print!(", "eprint", "io::stdout", "io::stderr"].iter().any(|word| line.contains(word));
            let defines = ["fn ", "struct ", "enum ", "impl "].iter().any(|word| line.starts_with(word));
            if (prints && part != "cli") || (defines && name.ends_with("mod.rs")) {
                wrong.push(format!("{name}:{}: {line}", number + 1));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Returns the face of each part that is a folder, with its lines.
fn faces() -> Vec<(String, Vec<String>)> {
    let top = |name: &str| name.ends_with("/mod.rs") && name.matches('/').count() == 1;
    sources().into_iter().filter(|(_, name, _)| top(name)).map(|(_, name, code)| (name, code)).collect()
}

#[test]
fn each_room_says_what_it_is_and_what_comes_in() {
    let says = |code: &[String]| code.iter().any(|line| line.starts_with("//! Comes in: "));
    let silent: Vec<String> = faces().into_iter().filter(|(_, code)| !says(code)).map(|(name, _)| name).collect();
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn the_drawing_has_every_room() {
    let page = include_str!("../../docs/ARCHITECTURE.md");
    let drawing = page.split("```").nth(1).unwrap_or_default();
    let words: Vec<&str> = drawing.split_whitespace().map(|word| word.trim_end_matches('/')).collect();
    let is_drawn = |part: &str| words.iter().any(|word| word.trim_end_matches(".rs") == part);
    let missing: Vec<&str> =
        FLOORS.iter().flat_map(|(_, parts)| *parts).copied().filter(|part| !is_drawn(part)).collect();
    assert_eq!(missing, ["bin"], "main.rs stands for it");
}

#[test]
fn no_file_leads_back_to_itself() {
    assert_eq!(circles::circles(&sources()), Vec::<Vec<String>>::new());
}

#[test]
fn files_stay_small() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(_, _, code)| code.len() > LONGEST)
        .map(|(_, name, code)| format!("{name}: {} lines", code.len()))
        .collect();
    assert_eq!(long, Vec::<String>::new());
}
