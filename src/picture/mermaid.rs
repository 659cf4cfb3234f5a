//! A picture as text that GitHub, GitLab and others draw in the middle of a page.

use std::fmt::Write;

use crate::escape::escape;
use crate::picture::arrange::LinkKind;
use crate::picture::entry::Entry;
use crate::picture::entry::Standing;
use crate::picture::picture::Picture;

/// Mermaid draws no more lines than this, unless the page that shows it says otherwise.
pub(super) const MOST_LINKS: usize = 500;

/// Mermaid reads no more characters than this, unless the page that shows it says otherwise.
pub(super) const MOST_TEXT: usize = 50_000;

const CLASSES: &str = "  classDef applied fill:#d9ecdf,stroke:#2f7d63,color:#1f2328
  classDef progress fill:#fbe9c6,stroke:#9a6700,color:#1f2328
  classDef pending fill:#ffffff,stroke:#57606a,color:#1f2328,stroke-dasharray:4 3
  classDef unknown fill:#fde7e4,stroke:#b42318,color:#1f2328,stroke-dasharray:4 3
  classDef current stroke-width:3px
";

/// Writes the picture; nodes are called by their rows, since an id may be a word of Mermaid's own.
pub(super) fn mermaid(picture: &Picture) -> String {
    let mut text = "flowchart BT\n".to_owned();
    if picture.counts.is_some() {
        text.push_str(CLASSES);
    }
    for (row, entry) in picture.revisions.iter().enumerate() {
        line(&mut text, &format!("r{row}[\"{}\"]{}", quoted(&label(entry)), class(entry)));
    }
    for (place, row) in picture.unknown_revisions.iter().enumerate() {
        let label = quoted(&format!("{}: no script has it", escape(row.as_str())));
        line(&mut text, &format!("u{place}[\"{label}\"]:::unknown"));
    }
    for (row, entry) in picture.revisions.iter().enumerate() {
        for link in &entry.links {
            let arrow = match link.kind {
                LinkKind::Down => "-->",
                LinkKind::Dependency => "-.->",
            };
            line(&mut text, &format!("r{} {arrow} r{row}", link.to));
        }
    }
    let current = picture.revisions.iter().enumerate().filter(|(_, entry)| entry.is_current == Some(true));
    let current: Vec<String> = current.map(|(row, _)| format!("r{row}")).collect();
    if !current.is_empty() {
        line(&mut text, &format!("class {} current", current.join(",")));
    }
    text
}

fn class(entry: &Entry) -> &'static str {
    match entry.standing {
        Some(Standing::Applied) => ":::applied",
        Some(Standing::InProgress) => ":::progress",
        Some(Standing::Pending) => ":::pending",
        None => "",
    }
}

/// Returns a label of one line: Mermaid would read a second one as Markdown.
fn label(entry: &Entry) -> String {
    let mut label = entry.revision.to_string();
    let labels = entry.branch_labels.iter().map(|label| label.as_str());
    let marks: Vec<&str> = labels.chain(entry.marks()).collect();
    if !marks.is_empty() {
        label.push_str(&format!(" ({})", marks.join(", ")));
    }
    if !entry.message.is_empty() {
        label.push_str(&format!(": {}", escape(&entry.message)));
    }
    label
}

/// Returns the text with everything that could mean something to Mermaid, Markdown or HTML as a character code.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if c.is_alphanumeric() || !c.is_ascii() => quoted.push(c),
            ' ' | '.' | ',' | ':' | '(' | ')' | '-' | '/' | '?' | '!' => quoted.push(c),
            _ => {
                let _ = write!(quoted, "#{};", u32::from(c));
            }
        }
    }
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
        assert_eq!(quoted("a\"]; end"), "a#34;#93;#59; end");
        assert_eq!(
            quoted("<script>`**x**` %%{init}%% #35;"),
            "#60;script#62;#96;#42;#42;x#42;#42;#96; #37;#37;#123;init#125;#37;#37; #35;35#59;"
        );
        assert_eq!(quoted("añadir 添加, a_b"), "añadir 添加, a#95;b");
    }
}
