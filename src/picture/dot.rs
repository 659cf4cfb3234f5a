//! A picture as text for Graphviz.

use std::fmt::Write;

use crate::escape::escape;
use crate::picture::arrange::LinkKind;
use crate::picture::entry::Entry;
use crate::picture::entry::Standing;
use crate::picture::picture::Picture;

/// The beginning: the oldest at the bottom, as git shows it.
const BEGIN: &str = "\
digraph revisions {
  rankdir=BT;
  bgcolor=\"transparent\";
  node [shape=box, style=\"rounded,filled\", color=\"#57606a\", fillcolor=\"#ffffff\", fontcolor=\"#1f2328\", fontname=\"Helvetica,Arial,sans-serif\", fontsize=11, margin=\"0.15,0.06\"];
  edge [color=\"#57606a\", arrowsize=0.6];
";

/// Writes the picture; edges go from what was there to what grew from it.
pub(super) fn dot(picture: &Picture) -> String {
    let mut text = BEGIN.to_owned();
    for entry in &picture.revisions {
        line(&mut text, &node(entry));
    }
    for (place, row) in picture.unknown_revisions.iter().enumerate() {
        // No revision can have such an id.
        let label = quoted(&format!("{}\n(no script has it)", escape(row.as_str())));
        line(&mut text, &format!("\"?{place}\" [label={label}, style=\"dashed\", color=\"#b42318\"];"));
    }
    for entry in &picture.revisions {
        for link in &entry.links {
            let Some(below) = picture.revisions.get(link.to) else { continue };
            let style = match link.kind {
                LinkKind::Down => "",
                LinkKind::Dependency => " [style=dashed]",
            };
            line(&mut text, &format!("{} -> {}{style};", name(below), name(entry)));
        }
    }
    text.push_str("}\n");
    text
}

fn node(entry: &Entry) -> String {
    let mut label = entry.revision.to_string();
    for name in &entry.branch_labels {
        label.push_str(&format!(" ({name})"));
    }
    for mark in entry.marks() {
        label.push_str(&format!(" ({mark})"));
    }
    if !entry.message.is_empty() {
        label.push_str(&format!("\n{}", escape(&entry.message)));
    }
    let look = match entry.standing {
        Some(Standing::Applied) => ", fillcolor=\"#d9ecdf\"",
        Some(Standing::InProgress) => ", fillcolor=\"#fbe9c6\"",
        Some(Standing::Pending) => ", style=\"rounded,filled,dashed\"",
        None => "",
    };
    let weight = if entry.is_current == Some(true) { ", penwidth=2.5" } else { "" };
    format!("{} [label={}{look}{weight}];", name(entry), quoted(&label))
}

fn name(entry: &Entry) -> String {
    quoted(entry.revision.as_str())
}

/// Returns the text as a string in which Graphviz sees neither escapes, entities nor an end before the end.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '&' => quoted.push_str("&amp;"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_label_is_a_command() {
        assert_eq!(quoted("a\"b\\N &lt; <b>\nc"), r#""a\"b\\N &amp;lt; <b>\nc""#);
    }
}
