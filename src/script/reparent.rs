//! Giving a script another parent, and changing nothing else of it.

use std::ops::Range;
use std::path::Path;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::RevisionId;
use crate::script::header::Header;
use crate::script::header::find_key;
use crate::script::script::Script;
use crate::script::script::joined;
use crate::span::Source;

/// A script whose `down_revision` line says something else; nothing is written yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reparented {
    /// The whole file, byte for byte as it was but for the one line.
    pub text: String,
    /// The number of the line, from 1.
    pub line: usize,
    /// The line as it was; nothing when there was none.
    pub before: Option<String>,
    /// The line as it is.
    pub after: String,
}

/// Puts `to` (nothing for a base) into the place of the parent `from` (nothing where the script has none).
///
/// `text` is the whole file, as it was read from `path`. The result is read back: it must differ in this parent alone.
pub fn reparent(
    path: &Path,
    text: &str,
    from: Option<&RevisionId>,
    to: Option<&RevisionId>,
) -> Result<Reparented, Error> {
    let script = Script::parse(Source::new(path, text)).map_err(joined)?;
    let source = &script.source.text;
    let has_parents = !script.header.down_revisions.is_empty();
    if from.map_or(has_parents, |from| place(&script.header, Some(from)).is_none()) {
        return Err(refused(&script, "its header names other parents by now"));
    }
    let new = to.map_or("none", RevisionId::as_str);
    let (range, written) = match (place(&script.header, from), find_key(source, "down_revision")) {
        (Some(parent), _) => (parent, new.to_owned()),
        (None, Some((_, value))) => (value, new.to_owned()),
        (None, None) => inserted(source, new),
    };
    let mark = text.len() - source.len(); // the byte order mark, which a source does not have
    let range = mark + range.start..mark + range.end;
    let changed = format!("{}{written}{}", &text[..range.start], &text[range.end..]);
    let after = Script::parse(Source::new(path, changed.as_str())).map_err(joined)?;
    if !differs_in_parent_alone(&script, &after, from, to) {
        return Err(refused(&script, "its header cannot be rewritten safely"));
    }
    let line = |text: &str| {
        let (line, _) = find_key(text, "down_revision")?;
        Some((text[..line.start].matches('\n').count() + 1, text[line].to_owned()))
    };
    let before = line(source).map(|(_, line)| line);
    let (number, after) = line(&after.source.text).unwrap_or_default();
    Ok(Reparented { text: changed, line: number, before, after })
}

fn refused(script: &Script, reason: &str) -> Error {
    let (revision, reason) = (script.header.revision.value.clone(), reason.to_owned());
    ErrorKind::CannotRebase { revision, reason }.into()
}

/// Returns the place of the parent's name.
fn place(header: &Header, parent: Option<&RevisionId>) -> Option<Range<usize>> {
    let parent = parent?.as_str();
    header.down_revisions.iter().find(|name| name.value == parent).map(|name| name.range.clone())
}

/// Returns a new line below that of the id, with the same line end.
fn inserted(text: &str, parent: &str) -> (Range<usize>, String) {
    let end = find_key(text, "revision").map_or(0, |(line, _)| line.end);
    let line_end = if text[end..].starts_with("\r\n") { "\r\n" } else { "\n" };
    (end..end, format!("{line_end}-- down_revision: {parent}"))
}

fn differs_in_parent_alone(
    before: &Script,
    after: &Script,
    from: Option<&RevisionId>,
    to: Option<&RevisionId>,
) -> bool {
    let name = |id: &RevisionId| id.to_string();
    let parents = before.header.down_revisions.iter().map(|parent| parent.value.clone());
    let expected: Vec<String> = match from {
        Some(from) => parents.flat_map(|it| if it == from.as_str() { to.map(name) } else { Some(it) }).collect(),
        None => to.map(name).into_iter().collect(),
    };
    let found: Vec<String> = after.header.down_revisions.iter().map(|parent| parent.value.clone()).collect();
    let rest = |script: &Script| {
        let Header { message, description, revision, depends_on, branch_labels, created, .. } = script.header.clone();
        let depends_on: Vec<String> = depends_on.into_iter().map(|it| it.value).collect();
        let labels: Vec<String> = branch_labels.iter().map(|it| it.value.to_string()).collect();
        let sections: Vec<&str> = script.sections.iter().map(|it| &script.source.text[it.range()]).collect();
        let sections = sections.concat();
        (message, description, revision.value, depends_on, labels, created.map(|it| it.value), sections)
    };
    found == expected && rest(before) == rest(after)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(text: &str) -> Option<RevisionId> {
        (!text.is_empty()).then(|| RevisionId::parse(text).unwrap())
    }

    /// Compares the file after the change, and the line that changed.
    fn check(text: &str, from: &str, to: &str, expected: &str, line: (usize, Option<&str>, &str)) {
        let found = reparent(Path::new("x.sql"), text, id(from).as_ref(), id(to).as_ref()).unwrap();
        assert_eq!(found.text, expected);
        assert_eq!((found.line, found.before.as_deref(), found.after.as_str()), line);
    }

    #[test]
    fn only_the_parent_is_written_anew() {
        check(
            "-- m\n--\n-- revision: x\n--   down_revision :  old  \n-- rev: upgrade\nold;\n",
            "old",
            "new1",
            "-- m\n--\n-- revision: x\n--   down_revision :  new1  \n-- rev: upgrade\nold;\n",
            (4, Some("--   down_revision :  old  "), "--   down_revision :  new1  "),
        );
    }

    #[test]
    fn a_byte_order_mark_and_the_line_ends_stay() {
        check(
            "\u{feff}-- revision: x\r\n-- down_revision: a\r\n-- rev: upgrade\r\nA;\r\n",
            "a",
            "é",
            "\u{feff}-- revision: x\r\n-- down_revision: é\r\n-- rev: upgrade\r\nA;\r\n",
            (2, Some("-- down_revision: a"), "-- down_revision: é"),
        );
    }

    #[test]
    fn a_base_is_none_and_a_missing_line_is_written_below_the_id() {
        check(
            "-- revision: x\n-- down_revision: a\n-- rev: upgrade\n",
            "a",
            "",
            "-- revision: x\n-- down_revision: none\n-- rev: upgrade\n",
            (2, Some("-- down_revision: a"), "-- down_revision: none"),
        );
        check(
            "-- revision: x\n-- down_revision: none\n-- rev: upgrade\n",
            "",
            "a",
            "-- revision: x\n-- down_revision: a\n-- rev: upgrade\n",
            (2, Some("-- down_revision: none"), "-- down_revision: a"),
        );
        check(
            "--  down_revision: in the message\n-- m\n--\n-- revision: x\r\n-- created: y\n-- rev: upgrade\n",
            "",
            "a",
            "--  down_revision: in the message\n-- m\n--\n-- revision: x\r\n-- down_revision: a\r\n-- created: y\n-- rev: upgrade\n",
            (5, None, "-- down_revision: a"),
        );
    }

    #[test]
    fn of_several_parents_one_is_replaced() {
        check(
            "-- revision: x\n-- down_revision: ab,  a , b\n-- rev: upgrade\n",
            "a",
            "c",
            "-- revision: x\n-- down_revision: ab,  c , b\n-- rev: upgrade\n",
            (2, Some("-- down_revision: ab,  a , b"), "-- down_revision: ab,  c , b"),
        );
    }

    #[test]
    fn a_script_that_is_not_valid_is_not_touched() {
        let code =
            |text, from| reparent(Path::new("x.sql"), text, id(from).as_ref(), id("a").as_ref()).unwrap_err().code();
        assert_eq!(code("-- revision: x\n", ""), "no-upgrade-section");
        assert_eq!(code("-- revision: x\n-- down_revision: b\n-- rev: upgrade\n", "c"), "cannot-rebase");
        assert_eq!(code("-- revision: x\n-- down_revision: b\n-- rev: upgrade\n", ""), "cannot-rebase");
    }

    proptest! {
        #[test]
        fn there_and_back_again_is_the_same_file(
            mark in prop::sample::select(vec!["", "\u{feff}"]),
            end in prop::sample::select(vec!["\n", "\r\n"]),
            message in "[a-z :é]{0,12}",
            space in "[ \t]{0,3}",
            body in "[a-zé;\n ]{0,30}",
        ) {
            let text_of = |parent: &str| {
                let header = format!("-- {message}{end}--{end}-- revision: x{end}-- down_revision:{space}{parent}{space}{end}");
                format!("{mark}{header}-- rev: upgrade{end}{body}")
            };
            let text = text_of("a");
            let Ok(there) = reparent(Path::new("x"), &text, id("a").as_ref(), id("b2").as_ref()) else { return Ok(()) };
            let back = reparent(Path::new("x"), &there.text, id("b2").as_ref(), id("a").as_ref()).unwrap();
            prop_assert_eq!(there.text, text_of("b2"));
            prop_assert_eq!(back.text, text);
        }
    }
}
