//! Which files import each other in a circle, in whatever room.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

/// The files by the paths of their modules, such as `graph::plan`, and the names that each face passes on.
struct Modules<'a> {
    files: BTreeMap<String, usize>,
    passed_on: BTreeMap<String, BTreeMap<&'a str, String>>,
}

/// Returns the module of a file in `src`, such as `graph::plan` of `graph/plan.rs` and `graph` of `graph/mod.rs`.
fn module(name: &str) -> String {
    let name = name.trim_end_matches(".rs");
    name.strip_suffix("/mod").unwrap_or(name).replace('/', "::")
}

/// Returns the paths of `use` lines and expressions that begin with `prefix`.
fn paths<'a>(line: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices(prefix).map(move |(at, _)| {
        let rest = &code[at + prefix.len()..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
        rest[..end].trim_end_matches(':')
    })
}

impl<'a> Modules<'a> {
    fn of(sources: &'a [(String, String, Vec<String>)]) -> Self {
        let files = sources.iter().enumerate().map(|(index, (_, name, _))| (module(name), index)).collect();
        let mut passed_on: BTreeMap<String, BTreeMap<&str, String>> = BTreeMap::new();
        for (_, name, code) in sources.iter().filter(|(_, name, _)| name.ends_with("/mod.rs")) {
            let own = module(name);
            for line in code {
                let passes = line.split_once("use ").filter(|(before, _)| before.starts_with("pub"));
                let Some(path) = passes.map(|(_, path)| path.trim_end_matches(';')) else { continue };
                let Some(last) = path.split("::").last() else { continue };
                passed_on.entry(own.clone()).or_default().insert(last, format!("{own}::{path}"));
            }
        }
        Self { files, passed_on }
    }

    /// Returns the file that defines what `path` names: a face leads to the file behind it.
    fn file(&self, path: &str) -> Option<usize> {
        let mut path = path.to_owned();
        // A name is passed on through a few faces at most.
        for _ in 0..8 {
            let parts: Vec<&str> = path.split("::").collect();
            let known = (1..=parts.len()).rev().find(|&n| self.files.contains_key(&parts[..n].join("::")))?;
            let found = parts[..known].join("::");
            let behind = parts.get(known).and_then(|name| self.passed_on.get(&found)?.get(name));
            match behind {
                Some(behind) if *behind != path => path = behind.clone(),
                _ => return self.files.get(&found).copied(),
            }
        }
        None
    }
}

/// Returns the files of each circle; faces only name what stands behind them, and belong to none.
pub fn circles(sources: &[(String, String, Vec<String>)]) -> Vec<Vec<String>> {
    let modules = Modules::of(sources);
    let mut imports: BTreeSet<(u32, u32)> = BTreeSet::new();
    for (index, (_, name, code)) in sources.iter().enumerate().filter(|(_, (_, name, _))| !name.ends_with("mod.rs")) {
        let own = module(name);
        let room = own.rsplit_once("::").map_or("", |(room, _)| room);
        for line in code {
            let absolute = paths(line, "crate::").map(str::to_owned);
            let relative = paths(line, "super::").map(|path| format!("{room}::{path}"));
            let named = absolute.chain(relative).filter_map(|path| modules.file(&path));
            imports.extend(named.filter(|&other| other != index).map(|other| (index as u32, other as u32)));
        }
    }
    let graph = DiGraph::<(), ()>::from_edges(imports);
    let circles = tarjan_scc(&graph).into_iter().filter(|circle| circle.len() > 1);
    let mut named: Vec<Vec<String>> = circles
        .map(|circle| {
            let mut names: Vec<String> = circle.into_iter().map(|node| sources[node.index()].1.clone()).collect();
            names.sort();
            names
        })
        .collect();
    named.sort();
    named
}

#[test]
fn a_circle_is_seen_through_a_face() {
    let source = |name: &str, code: &str| {
        (
            name.split('/').next().unwrap_or_default().to_owned(),
            name.to_owned(),
            code.lines().map(str::to_owned).collect(),
        )
    };
    let sources = [
        source("a/mod.rs", "mod one;\npub use one::One;"),
        source("a/one.rs", "use crate::b::Two;"),
        source("b/mod.rs", "mod two;\npub use two::Two;"),
        source("b/two.rs", "use crate::a::One;"),
        source("b/three.rs", "use crate::a::one::One;\n// use super::two::Two;"),
    ];
    assert_eq!(circles(&sources), [["a/one.rs", "b/two.rs"]]);
}
