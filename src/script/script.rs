//! A revision script with its text.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::regular_file;
use crate::script::conflict::conflict;
use crate::script::header;
use crate::script::header::Header;
use crate::script::section;
use crate::script::section::Section;
use crate::script::text;
use crate::span::Source;
use crate::span::Span;
use crate::sql::Lexer;

/// A script whose header and directives are valid; its statements are looked at when a dialect is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The file.
    pub source: Arc<Source>,
    /// Who it is in the graph.
    pub header: Header,
    /// What it does, in file order.
    pub sections: Vec<Section>,
}

/// What a script has for one direction; four different things, everywhere they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SectionState {
    /// It has statements, which may still fail.
    Present,
    /// It has a section without statements, or there is nothing to undo: that way needs nothing.
    Blank,
    /// It says that there is no way back.
    Irreversible,
    /// No section runs on the dialect: nobody thought of it.
    Missing,
}

impl Script {
    /// Reads the header and the directives; every problem is reported, none hides another.
    pub fn parse(source: Arc<Source>) -> Result<Self, Vec<Error>> {
        let mut errors = Vec::new();
        let header::Parsed { header, message_end, end } = header::parse(&source, &mut errors);
        let known = errors.len();
        let sections = section::parse(&source, message_end, end, &mut errors);
        if let Some(error) = conflict(&source, &sections) {
            return Err(vec![error]); // all else is a matter of which side is taken
        }
        let has_upgrade = sections.iter().any(|section| section.direction == Direction::Upgrade);
        if !has_upgrade && errors.len() == known {
            errors.push(Error::from(ErrorKind::NoUpgradeSection).at(source.span(0..0)));
        }
        errors.sort_by_key(|error| error.span.as_ref().map(|span| span.range.start));
        match header {
            Some(header) if errors.is_empty() => Ok(Self { source, header, sections }),
            _ => Err(errors),
        }
    }

    /// Reads and parses the file at `path`.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::parse(read_source(path)?).map_err(joined)
    }

    /// Returns the span of `range`, in bytes of the text.
    pub fn span(&self, range: &Range<usize>) -> Span {
        self.source.span(range.clone())
    }

    /// Returns the sections that run in `direction` on `dialect`, in file order.
    pub fn sections_for(&self, direction: Direction, dialect: Dialect) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(move |section| section.direction == direction && section.runs_on(dialect))
    }

    /// Returns the dialects that some section names; `check` looks at the script as each of them.
    pub fn named_dialects(&self) -> BTreeSet<Dialect> {
        self.sections.iter().filter_map(|section| section.dialects.as_ref()).flatten().copied().collect()
    }

    /// Returns what `dialect` finds to run in `direction`.
    pub fn state(&self, direction: Direction, dialect: Dialect) -> SectionState {
        let mut sections = self.sections_for(direction, dialect).peekable();
        if sections.peek().is_none() {
            return match direction == Direction::Downgrade && self.leaves_nothing(dialect) {
                true => SectionState::Blank,
                false => SectionState::Missing,
            };
        }
        let mut state = SectionState::Blank;
        for section in sections {
            if section.is_irreversible {
                return SectionState::Irreversible;
            }
            let mut tokens = Lexer::new(&self.source.text, section.body.clone(), dialect.family());
            let has_sql = tokens.any(|token| token.map_or(true, |token| token.kind.is_significant()));
            if has_sql {
                state = SectionState::Present;
            }
        }
        state
    }

    /// Returns the downgrade sections that run on `dialect`, directives included, as the history keeps them.
    pub fn downgrade_text(&self, dialect: Dialect) -> Option<String> {
        if self.undoes_nothing(dialect) {
            return Some("-- rev: downgrade\n".to_owned());
        }
        let sections = self.sections_for(Direction::Downgrade, dialect);
        let texts: Vec<&str> = sections.map(|section| self.source.text[section.range()].trim_end()).collect();
        (!texts.is_empty()).then(|| texts.join("\n\n") + "\n")
    }

    /// Returns whether the downgrade on `dialect` is blank though nobody wrote it, since the upgrade runs nothing there.
    pub(crate) fn undoes_nothing(&self, dialect: Dialect) -> bool {
        self.sections_for(Direction::Downgrade, dialect).next().is_none() && self.leaves_nothing(dialect)
    }

    /// Returns whether no upgrade section is for `dialect`, other than one that says `empty`; what the history stored has
    /// no upgrade at all, and says nothing about that.
    fn leaves_nothing(&self, dialect: Dialect) -> bool {
        let has_upgrade = self.sections.iter().any(|section| section.direction == Direction::Upgrade);
        has_upgrade && self.sections_for(Direction::Upgrade, dialect).all(|section| section.is_empty)
    }
}

/// Reads a file as text; what is not UTF-8 is shown where it begins.
pub(super) fn read_source(path: &Path) -> Result<Arc<Source>, Error> {
    let bytes = regular_file::read(path)
        .map_err(|cause| Error::from(ErrorKind::Unreadable { path: path.into() }).because(cause))?;
    text::decode(path, bytes)
}

/// Joins the problems of one script; there is at least one.
pub(super) fn joined(errors: Vec<Error>) -> Error {
    match Error::join(errors) {
        Err(error) => error,
        Ok(()) => ErrorKind::Several { problems: Vec::new() }.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn script(sections: &str) -> Script {
        Script::parse(Source::new("a.sql", format!("-- m\n--\n-- revision: a\n\n{sections}"))).unwrap()
    }

    fn check_errors(text: &str, expected: &[&str]) {
        let errors = Script::parse(Source::new("a.sql", text)).expect_err("the script has problems");
        assert_eq!(errors.iter().map(Error::to_string).collect::<Vec<_>>(), expected);
    }

    fn check_downgrade(sections: &str, expected: SectionState) {
        let script = script(&format!("-- rev: upgrade\n{sections}"));
        assert_eq!(script.state(Direction::Downgrade, Dialect::Postgres), expected, "{sections}");
    }

    #[test]
    fn problems_of_the_header_and_of_sections_are_reported_together() {
        check_errors(
            "-- m\n--\n-- revision: a-b\n\nSELECT 1;\n-- rev: upgrad\n-- rev: upgrade x=y\n",
            &[
                "a.sql:3:14: `a-b` is not a legal name: only letters, digits, `_` and `.` are allowed",
                "a.sql:5:1: there is SQL before the first `-- rev:` line",
                "a.sql:6:9: `upgrad` is not a directive",
                "a.sql:7:17: `x` is not an option of `upgrade`",
            ],
        );
    }

    #[test]
    fn a_script_needs_an_upgrade_section() {
        check_errors(
            "-- m\n--\n-- revision: a\n\n-- rev: downgrade\n",
            &["a.sql:1:1: the script has no `-- rev: upgrade` section"],
        );
    }

    #[test]
    fn a_message_may_look_like_a_directive() {
        let source = Source::new("a", "--  rev: upgrade\n--\n-- revision: a\n-- rev: upgrade\n");
        let script = Script::parse(source).unwrap();
        assert_eq!((script.header.message.as_str(), script.sections.len()), ("rev: upgrade", 1));
    }

    #[test]
    fn general_and_named_sections_run_in_file_order() {
        let script =
            script("-- rev: upgrade dialect=mysql\n1\n-- rev: upgrade\n2\n-- rev: upgrade dialect=sqlite\n3\n");
        let bodies = |dialect| -> String {
            script
                .sections_for(Direction::Upgrade, dialect)
                .map(|s| script.source.text[s.body.clone()].trim())
                .collect()
        };
        assert_eq!([bodies(Dialect::Mariadb), bodies(Dialect::Postgres), bodies(Dialect::Sqlite)], ["12", "2", "23"]);
    }

    #[test]
    fn missing_blank_irreversible_and_present_are_four_things() {
        check_downgrade("", SectionState::Missing);
        check_downgrade("-- rev: downgrade dialect=sqlite\nDROP TABLE t;\n", SectionState::Missing);
        check_downgrade("-- rev: upgrade empty\n", SectionState::Missing); // the other section is not
        check_downgrade("-- rev: downgrade\n/* nothing */ -- to do\n", SectionState::Blank);
        check_downgrade("-- rev: downgrade irreversible\n", SectionState::Irreversible);
        check_downgrade("-- rev: downgrade\n-- rev: downgrade dialect=postgres\nDROP TABLE t;", SectionState::Present);
        check_downgrade(
            "-- rev: downgrade\nDROP TABLE t;\n-- rev: downgrade irreversible\n",
            SectionState::Irreversible,
        );
    }

    #[test]
    fn what_runs_nothing_has_nothing_to_undo() {
        for sections in [
            "-- rev: upgrade empty\n",
            "-- rev: upgrade dialect=sqlite\nSELECT 1;\n",
            "-- rev: upgrade dialect=sqlite\nSELECT 1;\n-- rev: upgrade empty dialect=postgres\n-- rev: downgrade dialect=sqlite\n",
        ] {
            let script = script(sections);
            assert_eq!(script.state(Direction::Downgrade, Dialect::Postgres), SectionState::Blank, "{sections}");
            assert_eq!(script.downgrade_text(Dialect::Postgres).as_deref(), Some("-- rev: downgrade\n"), "{sections}");
        }
        let only = script("-- rev: upgrade dialect=sqlite\nSELECT 1;\n");
        assert_eq!(only.state(Direction::Downgrade, Dialect::Sqlite), SectionState::Missing);
        assert_eq!(only.state(Direction::Upgrade, Dialect::Postgres), SectionState::Missing);
        let irreversible = script("-- rev: upgrade empty\n-- rev: downgrade irreversible\n");
        assert_eq!(irreversible.state(Direction::Downgrade, Dialect::Postgres), SectionState::Irreversible);
    }

    #[test]
    fn the_history_keeps_the_downgrade_as_it_was_written() {
        let script =
            script("-- rev: downgrade\nDROP 'é' -- x\n;\n\n-- rev: upgrade\n-- rev: downgrade dialect=postgres\nB;");
        let expected = "-- rev: downgrade\nDROP 'é' -- x\n;\n\n-- rev: downgrade dialect=postgres\nB;\n";
        assert_eq!(script.downgrade_text(Dialect::Postgres).as_deref(), Some(expected));
        assert_eq!(script.downgrade_text(Dialect::Sqlite).as_deref(), Some("-- rev: downgrade\nDROP 'é' -- x\n;\n"));
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_where_they_stand() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sql");
        fs::write(&path, b"\xef\xbb\xbf-- \xc3\xa9\nab\xff\n").unwrap();
        let error = Script::read(&path).unwrap_err();
        assert_eq!(error.code(), "not-utf8");
        assert!(error.to_string().contains("a.sql:2:3: "), "{error}");
    }

    proptest! {
        #[test]
        fn random_text_never_panics(text in "(-- |rev|: |upgrade|downgrade|revision|none|=|,|--|irreversible|[\n\r\na-cé'*/ ]){0,60}") {
            let _ = Script::parse(Source::new("a.sql", text));
        }

        #[test]
        fn a_valid_script_is_cut_into_header_and_sections(bodies in prop::collection::vec("[a-c;' \n]{0,20}", 1..5)) {
            let sections: String = bodies.iter().map(|body| format!("-- rev: upgrade\n{body}\n")).collect();
            let script = script(&sections);
            let found: String = script.sections.iter().map(|section| &script.source.text[section.range()]).collect();
            prop_assert_eq!(found, sections);
        }
    }
}
