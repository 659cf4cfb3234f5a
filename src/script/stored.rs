//! The downgrade sections that the history keeps, as a script.

use std::path::Path;

use crate::error::Error;
use crate::id::Label;
use crate::id::RevisionId;
use crate::journal::HistoryRow;
use crate::script::header::Header;
use crate::script::header::Spanned;
use crate::script::script::Script;
use crate::script::script::joined;
use crate::script::section;
use crate::span::Source;

impl Script {
    /// Reads downgrade sections in the form of [`Self::downgrade_text`] for the revision that `row` applied.
    ///
    /// They are checked as those of a file are. The header is that of the time; there is no upgrade.
    pub fn stored(row: &HistoryRow, sections: &str) -> Result<Self, Error> {
        let source = Source::new(Path::new(&format!("<history of {}>", row.revision)), sections);
        let mut errors = Vec::new();
        let sections = section::parse(&source, 0, 0, &mut errors);
        if !errors.is_empty() {
            return Err(joined(errors));
        }
        let header = Header {
            message: row.message.clone().unwrap_or_default(),
            description: String::new(),
            revision: nowhere(RevisionId::from_row(&row.revision)),
            down_revisions: row.parents().map(|name| nowhere(name.to_owned())).collect(),
            depends_on: row.dependencies().map(|name| nowhere(name.to_owned())).collect(),
            branch_labels: row.labels().filter_map(|name| Label::parse(name).ok()).map(nowhere).collect(),
            created: None,
        };
        Ok(Self { source, header, sections })
    }
}

fn nowhere<T>(value: T) -> Spanned<T> {
    Spanned { value, range: 0..0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::script::SectionState;

    fn row() -> HistoryRow {
        let cells =
            ["1", "b", "upgrade", "done", "", "m", "a, c", "", "x, y z", "2026-11-20T09:12:44.000Z", "", "", ""];
        let cells = cells.into_iter().chain(["0.1.0", ""]);
        HistoryRow::from_row(&cells.map(|cell| (!cell.is_empty()).then(|| cell.to_owned())).collect()).unwrap()
    }

    fn state(sections: &str) -> SectionState {
        let script = Script::stored(&row(), sections).unwrap();
        script.state(crate::direction::Direction::Downgrade, Dialect::Sqlite)
    }

    #[test]
    fn what_a_script_keeps_is_read_back() {
        let sections =
            "-- rev: downgrade transaction=off\nDROP TABLE a;\n\n-- rev: downgrade dialect=sqlite\nSELECT 1;\n";
        let script = Script::stored(&row(), sections).unwrap();
        assert_eq!(script.downgrade_text(Dialect::Sqlite).unwrap(), sections);
        assert_eq!(script.header.down_revisions.iter().map(|name| name.value.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(script.header.branch_labels.len(), 1); // what is no label cannot have been one
    }

    #[test]
    fn blank_irreversible_and_missing_stay_what_they_are() {
        assert_eq!(state("-- rev: downgrade\n"), SectionState::Blank);
        assert_eq!(state("-- rev: downgrade irreversible\n"), SectionState::Irreversible);
        assert_eq!(state(""), SectionState::Missing);
    }

    #[test]
    fn what_no_script_could_hold_is_refused() {
        assert_eq!(Script::stored(&row(), "DROP TABLE a;\n").unwrap_err().code(), "sql-before-section");
        assert_eq!(Script::stored(&row(), "-- rev: downgrad\n").unwrap_err().code(), "unknown-directive");
    }
}
