//! The documentation is whole: its links lead somewhere, every page can be reached, and every error code is explained.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the pages in `docs/`, sorted.
fn docs() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("docs")).expect("the folder can be read");
    let mut pages: Vec<PathBuf> = entries.map(|entry| entry.expect("the entry can be read").path()).collect();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages
}

/// Returns all pages that people read.
fn pages() -> Vec<PathBuf> {
    let mut pages = docs();
    pages.extend(["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(|name| root().join(name)));
    pages
}

/// Returns the lines of a page that stand in no block of code.
fn prose(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut prose = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if !inside {
            prose.push(line);
        }
    }
    prose
}

/// Returns the targets of a page's links, without those into the web.
fn links(text: &str) -> Vec<String> {
    // A link may go on in the next line.
    let text = prose(text).join("\n");
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://")).map(str::to_owned).collect()
}

/// Returns the names that links can end with: those of the headings, as they are made on the web.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).into_iter().filter(|line| line.starts_with('#'));
    let name = |line: &str| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(name).collect()
}

#[test]
fn every_error_code_has_its_heading_and_every_heading_its_code() {
    let source = read(&root().join("src/error/code.rs"));
    let arms = source.lines().filter_map(|line| line.split_once("=> \""));
    let codes: BTreeSet<&str> = arms.filter_map(|(_, rest)| rest.split('"').next()).collect();
    let page = read(&root().join("docs/errors.md"));
    let headings = page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'));
    let headings: Vec<&str> = headings.collect();
    let explained: BTreeSet<&str> = headings.iter().copied().collect();
    assert!(codes.len() > 50, "the codes were not read");
    assert_eq!(headings.len(), explained.len(), "a heading stands twice");
    assert_eq!(codes.difference(&explained).collect::<Vec<_>>(), Vec::<&&str>::new(), "not in docs/errors.md");
    assert_eq!(explained.difference(&codes).collect::<Vec<_>>(), Vec::<&&str>::new(), "no such code");
}

#[test]
fn every_link_leads_somewhere() {
    let mut lost = Vec::new();
    for page in pages() {
        for link in links(&read(&page)) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => page.clone(),
                _ => page.parent().expect("a page is in a folder").join(file),
            };
            let found = target.exists() && (anchor.is_empty() || anchors(&read(&target)).contains(anchor));
            if !found {
                lost.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn every_page_can_be_reached_from_the_readme() {
    let linked: BTreeSet<String> = links(&read(&root().join("README.md"))).into_iter().collect();
    let name = |page: &PathBuf| format!("docs/{}", page.file_name().unwrap_or_default().to_string_lossy());
    let lost: Vec<String> = docs().iter().map(name).filter(|page| !linked.contains(page)).collect();
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn every_command_has_a_section_and_its_help_a_session() {
    let names = read(&root().join("src/cli/args.rs"));
    let names = names.lines().filter_map(|line| line.trim().strip_suffix("Args),")?.split_once('('));
    let names: Vec<String> = names.map(|(name, _)| name.to_lowercase()).collect();
    assert!(names.len() > 15, "the commands were not read");
    for page in ["docs/commands.md", "tests/sessions/help.md"] {
        let text = read(&root().join(page));
        let missing: Vec<&String> = names.iter().filter(|name| !text.contains(&format!("\n## {name}\n"))).collect();
        assert_eq!(missing, Vec::<&String>::new(), "not in {page}");
    }
}

#[test]
fn every_test_that_proves_a_promise_is_there() {
    let page = read(&root().join("docs/safety.md"));
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let named = page.split('`').filter_map(|text| text.split_once("::"));
    let named: Vec<_> = named.filter(|(module, test)| is_name(module) && is_name(test)).collect();
    assert!(named.len() > 15, "the names were not read");
    let is_there = |module: &str, test: &str| {
        let path = root().join(format!("tests/database/{module}.rs"));
        path.exists() && read(&path).contains(&format!("\nfn {test}("))
    };
    let lost: Vec<_> = named.iter().filter(|(module, test)| !is_there(module, test)).collect();
    assert_eq!(lost, Vec::<&(&str, &str)>::new());
}

#[test]
fn every_session_is_run() {
    let runner = read(&root().join("tests/sessions.rs"));
    let entries = fs::read_dir(root().join("tests/sessions")).expect("the folder can be read");
    let mut paths: Vec<String> =
        entries.map(|entry| entry.expect("the entry can be read").file_name().to_string_lossy().into_owned()).collect();
    paths = paths.into_iter().map(|name| format!("tests/sessions/{name}")).collect();
    let with_session = |path: &PathBuf| read(path).contains("```console");
    let relative = |path: PathBuf| path.strip_prefix(root()).expect("it is here").to_string_lossy().into_owned();
    // CONTRIBUTING.md only says what such a block is.
    paths.extend(docs().into_iter().filter(with_session).map(relative));
    paths.push("README.md".to_owned());
    let forgotten: Vec<&String> = paths.iter().filter(|path| !runner.contains(&format!("check(\"{path}\")"))).collect();
    assert_eq!(forgotten, Vec::<&String>::new());
}

#[test]
fn no_file_names_a_place_that_only_one_machine_has() {
    let mut git = Command::new("git");
    // A hook of git, which may run the tests, says more about repositories than this test wants to know.
    git.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let listed = git.args(["-c", "safe.directory=*", "ls-files", "-z"]).current_dir(root()).output();
    let listed = String::from_utf8(listed.expect("git can be run").stdout).expect("names are UTF-8");
    let files: Vec<&str> = listed.split('\0').filter(|name| !name.is_empty()).collect();
    assert!(files.len() > 100, "the files were not listed");
    // Put together here, so that this file does not hold them.
    let places = ["work", "root", "home", "Users"].map(|name| format!("/{name}/"));
    let mut found = Vec::new();
    for file in files {
        // What is not text names nothing.
        let Ok(text) = fs::read_to_string(root().join(file)) else { continue };
        for (number, line) in text.lines().enumerate() {
            if places.iter().any(|place| line.contains(place.as_str())) {
                found.push(format!("{file}:{}: {line}", number + 1));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}
