//! The row that says which statement is about to run that commits by itself, and what becomes of the row.

use sea_query::Expr;
use sea_query::Query;

use crate::direction::Direction;
use crate::id::RevisionId;
use crate::journal::Guarded;
use crate::journal::Journal;
use crate::journal::literal;

/// A part whose statement commits by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The revision.
    pub revision: RevisionId,
    /// Which way it goes.
    pub direction: Direction,
    /// Which part, from 1.
    pub part: usize,
    /// The hash of its statement.
    pub hash: String,
}

impl Journal {
    /// Returns the statement that notes an intent; `definition` is what is needed to settle it.
    pub fn intend(&self, intent: &Intent, definition: &str, started: &str) -> Guarded {
        let text = |text: &str| literal::text(self.dialect, text);
        let query = Query::insert()
            .into_table(self.table(&self.progress))
            .columns(["revision", "part", "direction", "state", "hash", "definition", "started"])
            .values_panic([
                text(intent.revision.as_str()),
                Expr::val(intent.part as u64),
                text(intent.direction.as_str()),
                text("intended"),
                text(&intent.hash),
                text(definition),
                text(started),
            ])
            .take();
        Guarded { sql: self.render(&query), rows: None }
    }

    /// Returns the statement that takes an intent away, which must still be there.
    pub fn forget(&self, revision: &RevisionId, part: usize) -> Guarded {
        let query = Query::delete()
            .from_table(self.table(&self.progress))
            .and_where(self.own().is("revision", literal::text(self.dialect, revision.as_str())))
            .and_where(self.own().is("part", part as u64))
            .and_where(self.own().is("state", literal::text(self.dialect, "intended")))
            .take();
        Guarded { sql: self.render(&query), rows: Some(1) }
    }

    /// Returns the statement that adds to a proof what was there before its part.
    pub fn note_found(&self, revision: &RevisionId, part: usize, found: &str) -> Guarded {
        let query = Query::update()
            .table(self.table(&self.progress))
            .value("definition", literal::text(self.dialect, found))
            .and_where(self.own().is("revision", literal::text(self.dialect, revision.as_str())))
            .and_where(self.own().is("part", part as u64))
            .and_where(self.own().is("state", literal::text(self.dialect, "proved")))
            .take();
        Guarded { sql: self.render(&query), rows: Some(1) }
    }

    /// Returns the statement that turns an intent, which must still be there, into a proof; `found` is what was there
    /// before its part.
    pub fn prove(&self, revision: &RevisionId, part: usize, found: Option<&str>) -> Guarded {
        let query = Query::update()
            .table(self.table(&self.progress))
            .value("state", literal::text(self.dialect, "proved"))
            .value("definition", literal::optional(self.dialect, found))
            .and_where(self.own().is("revision", literal::text(self.dialect, revision.as_str())))
            .and_where(self.own().is("part", part as u64))
            .and_where(self.own().is("state", literal::text(self.dialect, "intended")))
            .take();
        Guarded { sql: self.render(&query), rows: Some(1) }
    }
}
