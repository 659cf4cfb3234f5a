//! Where a database is between base and the heads, in a line for each head.

use std::collections::BTreeSet;

use crate::cli::ui::paint::Paint;
use crate::cli::ui::paint::Role;
use crate::escape::escape;
use crate::graph::Revision;
use crate::graph::RevisionGraph;
use crate::id::Heads;
use crate::id::RevisionId;

/// How many revisions are drawn on each side of where the database is.
const NEAR: usize = 5;

/// How many heads have a line.
const LINES: usize = 5;

/// The most that is shown of an id.
const WIDTH: usize = 24;

/// Returns `base --*--*--@--o--o  9f2c41d07ab3`: what is applied, where the database is, and what is pending, on the way to
/// each head along first parents. It is ASCII, as the graph of `rev history --graph`, and fits a narrow terminal.
pub fn standing(graph: &RevisionGraph, current: &Heads, halfway: Option<&RevisionId>, paint: Paint) -> String {
    let applied = graph.applied(current);
    let mark = |revision: &&Revision| {
        let id = &revision.id;
        if halfway == Some(id) {
            paint.text(Role::Warning, "!").into_owned()
        } else if current.contains(id) {
            paint.text(Role::Mark, "@").into_owned()
        } else if applied.contains(id) {
            paint.text(Role::Good, "*").into_owned()
        } else {
            paint.text(Role::Faint, "o").into_owned()
        }
    };
    let heads = graph.heads();
    let mut text = String::new();
    for head in heads.iter().take(LINES) {
        let way = way(graph, head);
        // What is applied of a way is its beginning.
        let reached = way.iter().filter(|revision| applied.contains(&revision.id)).count();
        let (first, end) = (reached.saturating_sub(NEAR), (reached + NEAR).min(way.len()));
        let mut drawn = String::from("base");
        if first > 0 {
            drawn.push_str("--..");
        }
        for revision in &way[first..end] {
            drawn.push_str(&format!("--{}", mark(revision)));
        }
        if end < way.len() {
            drawn.push_str("--..--o");
        }
        let id = head.id.as_str();
        let cut: String = id.chars().take(WIDTH).collect();
        let gap = if cut.len() < id.len() { ".." } else { "" };
        text.push_str(&format!("  {drawn}  {}{gap}\n", paint.text(Role::Id, &escape(&cut))));
    }
    if heads.len() > LINES {
        text.push_str(&format!("  and {} more heads\n", heads.len() - LINES));
    }
    text
}

/// Returns the way from base to a head.
fn way<'g>(graph: &'g RevisionGraph, head: &'g Revision) -> Vec<&'g Revision> {
    let (mut way, mut seen) = (vec![head], BTreeSet::from([&head.id]));
    while let Some(parent) = way.last().and_then(|last| graph.get(last.down_revisions.first()?)) {
        if !seen.insert(&parent.id) {
            break;
        }
        way.push(parent);
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::cli::ui::fixture::heads;

    /// Reads `c < a b`.
    fn graph(text: &str) -> RevisionGraph {
        let id = |word: &str| RevisionId::parse(word).unwrap();
        let revision = |text: &str| {
            let mut words = text.split_whitespace().filter(|word| *word != "<");
            Revision {
                id: id(words.next().unwrap()),
                down_revisions: words.map(id).collect(),
                depends_on: Vec::new(),
                labels: Vec::new(),
                message: String::new(),
                created: None,
                path: PathBuf::new(),
            }
        };
        RevisionGraph::build(text.split(';').map(revision).collect()).unwrap()
    }

    fn check(text: &str, current: &str, halfway: Option<&str>, expected: &[&str]) {
        let halfway = halfway.map(RevisionId::from_row);
        let drawn = standing(&graph(text), &heads(current), halfway.as_ref(), Paint::Plain);
        assert_eq!(drawn.lines().collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn a_line_goes_from_base_to_each_head() {
        check("a; b < a; c < b", "b", None, &["  base--*--@--o  c"]);
        check("a; b < a; c < b", "", None, &["  base--o--o--o  c"]);
        check("a; b < a; c < b", "c", None, &["  base--*--*--@  c"]);
        check("a; b < a; c < b", "a", Some("b"), &["  base--@--!--o  c"]);
        check("a; b < a; c < a", "b", None, &["  base--*--@  b", "  base--*--o  c"]);
        check("a; b < a; c < a; m < b c", "b c", None, &["  base--*--@--o  m"]);
    }

    #[test]
    fn a_long_way_is_cut_and_fits_a_terminal() {
        let chain: Vec<String> =
            (0..2000).map(|k| if k == 0 { "r0".into() } else { format!("r{k} < r{}", k - 1) }).collect();
        let dots = "--*--*--*--*";
        check(&chain.join(";"), "r1000", None, &[&format!("  base--..{dots}--@--o--o--o--o--o--..--o  r1999")]);
        let long = "x".repeat(200);
        let drawn = standing(&graph(&long), &heads(""), None, Paint::Plain);
        assert!(drawn.len() < 80, "{drawn}");
    }

    #[test]
    fn many_heads_are_counted() {
        let bases: Vec<String> = (0..9).map(|k| format!("r{k}")).collect();
        let drawn = standing(&graph(&bases.join(";")), &heads(""), None, Paint::Plain);
        assert_eq!(drawn.lines().last(), Some("  and 4 more heads"));
    }
}
