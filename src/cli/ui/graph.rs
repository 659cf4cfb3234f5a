//! The graph that `rev history --graph` draws.
//!
//! It is drawn in ASCII everywhere, as `git log --graph` is: the same on every machine, in logs and in documents.

use std::collections::HashMap;

use anstyle::AnsiColor;
use renderdag::Ancestor;
use renderdag::GraphRowRenderer;
use renderdag::Renderer;

use crate::cli::ui::paint::Paint;
use crate::cli::ui::paint::Role;
use crate::graph::Revision;
use crate::id::RevisionId;

/// Draws the revisions, newest first, with what `text` says of each beside it.
///
/// Lines go to the down revisions; dependencies are named in the text, as more lines would hide the branches. A line
/// to a revision that is not drawn ends in `~`. The text may have several lines and must have been escaped.
pub fn draw(revisions: &[&Revision], paint: Paint, mut text: impl FnMut(&Revision) -> String) -> String {
    match paint {
        Paint::Plain => plain(revisions, text),
        // The text is told from the lines by a character that no escaped text holds.
        Paint::Color => {
            let marked = |revision: &Revision| {
                let text = text(revision);
                let lines =
                    text.split('\n').map(|line| if line.is_empty() { String::new() } else { format!("{TEXT}{line}") });
                lines.collect::<Vec<_>>().join("\n")
            };
            plain(revisions, marked).split_inclusive('\n').map(coloured).collect()
        }
    }
}

/// Stands between the lines of the graph and the text beside them.
const TEXT: char = '\u{2}';

/// Colours the lanes of a row, each in its own colour.
fn coloured(row: &str) -> String {
    let (lines, text) = row.split_once(TEXT).unwrap_or((row, ""));
    let mut colored = String::with_capacity(row.len() * 4);
    for (column, c) in lines.chars().enumerate() {
        match c {
            ' ' | '\n' => colored.push(c),
            // A revision stands out from the line that it is on.
            '*' => colored.push_str(&Paint::Color.text(Role::Mark, "*")),
            _ => {
                let style = LANES[column / 2 % LANES.len()].on_default();
                colored.push_str(&format!("{style}{c}{style:#}"));
            }
        }
    }
    colored + text
}

/// The colours of the lanes; none is that of an error.
const LANES: [AnsiColor; 5] =
    [AnsiColor::Blue, AnsiColor::Magenta, AnsiColor::Cyan, AnsiColor::Green, AnsiColor::Yellow];

fn plain(revisions: &[&Revision], mut text: impl FnMut(&Revision) -> String) -> String {
    let places: HashMap<&RevisionId, usize> =
        revisions.iter().zip(0..).map(|(revision, at)| (&revision.id, at)).collect();
    let mut renderer = GraphRowRenderer::new().output().with_min_row_height(1).build_ascii();
    let mut has_line = vec![false; revisions.len()]; // whether a line from above leads to it
    let mut drawn = String::new();
    for (at, revision) in revisions.iter().enumerate() {
        let parents = parents(revision, at, &places);
        for parent in &parents {
            if let Ancestor::Parent(parent) = parent {
                has_line[*parent] = true;
            }
        }
        let mut text = text(revision);
        // Without a gap, the revision below a base would look like its parent.
        if parents.is_empty() && has_line.get(at + 1) == Some(&false) && !text.ends_with("\n\n") {
            text.push_str("\n\n");
        }
        drawn.push_str(&renderer.next_row(at, parents, "*".to_owned(), text));
    }
    drawn
}

/// Returns where the lines from a revision lead; each parent once, and never back up, where no row would end the line.
fn parents(revision: &Revision, at: usize, places: &HashMap<&RevisionId, usize>) -> Vec<Ancestor<usize>> {
    let mut named: Vec<&RevisionId> = Vec::with_capacity(revision.down_revisions.len());
    for parent in &revision.down_revisions {
        if !named.contains(&parent) {
            named.push(parent);
        }
    }
    let ancestor = |parent: &RevisionId| match places.get(parent) {
        Some(&below) if below > at => Ancestor::Parent(below),
        _ => Ancestor::Anonymous,
    };
    named.into_iter().map(ancestor).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// Reads `c < a b`, newest first.
    fn revision(text: &str) -> Revision {
        let mut words = text.split_whitespace();
        let id = RevisionId::parse(words.next().unwrap()).unwrap();
        let down_revisions = words.skip(1).map(|word| RevisionId::parse(word).unwrap()).collect();
        Revision {
            id,
            down_revisions,
            depends_on: Vec::new(),
            labels: Vec::new(),
            message: String::new(),
            created: None,
            path: PathBuf::new(),
        }
    }

    fn drawn(text: &str) -> String {
        let revisions: Vec<Revision> = text.split(';').map(revision).collect();
        draw(&revisions.iter().collect::<Vec<_>>(), Paint::Plain, |revision| revision.id.to_string())
    }

    fn check(text: &str, expected: &[&str]) {
        let drawn = drawn(text);
        assert_eq!(drawn.lines().collect::<Vec<_>>(), expected, "\n{drawn}");
    }

    #[test]
    fn a_line_of_revisions_has_a_line_each() {
        check("c < b; b < a; a", &["*  c", "*  b", "*  a"]);
    }

    #[test]
    fn branches_part_and_merge() {
        check("m < b c; c < a; b < a; a", &["*    m", "|\\", "| *  c", "* |  b", "|/", "*  a"]);
        check("x < a; y < a; z < a; a; q", &["*  x", "| *  y", "|/", "| *  z", "|/", "*  a", "", "*  q"]);
        check(
            "m < b c d; d < a; c < a; b < a; a",
            &["*      m", "+-+-.", "| | *  d", "| * |  c", "| |/", "* |  b", "|/", "*  a"],
        );
    }

    #[test]
    fn a_line_to_what_is_not_shown_ends() {
        check("c < b; b < a", &["*  c", "*  b", "|", "~"]);
        check("m < b c; c < a; b < gone", &["*    m", "|\\", "| *  c", "| |", "| ~", "|", "*  b", "|", "~"]);
    }

    #[test]
    fn colour_changes_nothing_but_the_colour() {
        for text in
            ["c < b; b < a; a", "m < b c; c < a; b < a; a", "x < a; y < a; z < a; a; q", "m < b c; c < a; b < gone"]
        {
            let revisions: Vec<Revision> = text.split(';').map(revision).collect();
            let revisions: Vec<&Revision> = revisions.iter().collect();
            let text = |revision: &Revision| format!("{}\n\nmore | * \\", revision.id);
            let drawn = draw(&revisions, Paint::Color, text);
            let plain = anstream::adapter::strip_str(&drawn).to_string();
            assert_eq!(plain, draw(&revisions, Paint::Plain, text));
            assert!(drawn.contains("\u{1b}[1m\u{1b}[32m*\u{1b}[0m") && drawn.contains("more | * \\"), "{drawn:?}");
        }
    }

    #[test]
    fn odd_parents_are_harmless() {
        check("c < b b; b < a; a", &["*  c", "*  b", "*  a"]); // named twice
        check("m < b a; b < a; a", &["*    m", "|\\", "* |  b", "|/", "*  a"]); // implied by another
        check("a; b < a", &["*  a", "", "*  b", "|", "~"]); // in the wrong order
    }

    #[test]
    fn what_stands_below_a_base_does_not_look_like_its_parent() {
        check("a; b < gone; c", &["*  a", "", "*  b", "|", "~", "", "*  c"]);
        check(
            "n < m; b < a; z; q < p; a; m",
            &["*  n", "| *  b", "| | *  z", "| |", "| | *  q", "| | |", "| | ~", "| |", "| *  a", "*  m"],
        );
    }

    #[test]
    fn text_may_have_several_lines() {
        let revisions = [revision("b < a"), revision("a")];
        let drawn = draw(&revisions.iter().collect::<Vec<_>>(), Paint::Plain, |revision| {
            format!("{}\n  more\n\n  end", revision.id)
        });
        assert_eq!(drawn, "*  b\n|    more\n|\n|    end\n*  a\n     more\n\n     end\n");
    }

    #[test]
    fn a_long_chain_is_drawn_to_its_end() {
        let count = 100_000;
        let name = |k: usize| format!("r{k}");
        let revisions: Vec<Revision> =
            (1..=count).rev().map(|k| revision(&format!("{} < {}", name(k), name(k - 1)))).collect();
        let drawn = draw(&revisions.iter().collect::<Vec<_>>(), Paint::Plain, |revision| revision.id.to_string());
        assert_eq!(drawn.lines().count(), count + 2);
    }
}
