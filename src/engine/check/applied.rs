//! The rules that compare the scripts with what a database says was applied.

use std::collections::BTreeMap;

use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::engine::check::files::GraphView;
use crate::engine::check::finding::Remark;
use crate::engine::session::Session;
use crate::error::Error;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::HistoryRow;
use crate::script::Outline;

/// The graph beside the rows and the history of a database.
pub(super) struct AppliedView<'a> {
    pub(super) graph: &'a GraphView<'a>,
    rows: Heads,
    dialect: Dialect,
    /// The last step of each revision that is known to have ended well.
    last: BTreeMap<String, HistoryRow>,
}

impl<'a> AppliedView<'a> {
    /// Reads the history.
    pub(super) async fn read(graph: &'a GraphView<'a>, session: &mut Session) -> Result<Self, Error> {
        let history = session.history().await?;
        let done = history.into_iter().filter(|row| row.outcome == "done");
        let last = done.map(|row| (row.revision.clone(), row)).collect(); // oldest first, so the last one stays
        Ok(Self { graph, rows: session.rows.clone(), dialect: session.probe.journal.dialect, last })
    }
}

pub(super) fn edited(view: &AppliedView<'_>) -> Vec<Remark> {
    let graph = view.graph.graph;
    let applied = graph.applied(&view.rows);
    let outlines = view.graph.outlines.iter().filter(|outline| applied.contains(&outline.header.revision.value));
    outlines.filter_map(|outline| edited_script(view, outline)).collect()
}

/// Compares the checksums; a script that cannot be read as this database is told of elsewhere.
fn edited_script(view: &AppliedView<'_>, outline: &Outline) -> Option<Remark> {
    let id: &RevisionId = &outline.header.revision.value;
    let row = view.last.get(id.as_str()).filter(|row| row.direction == Direction::Upgrade.as_str())?;
    let then = row.checksum.as_ref()?;
    let now = outline.script().ok()?.checksum(view.dialect).ok()?;
    if now == *then {
        return None;
    }
    let remark = Remark::new(format!("revision `{id}` was edited after it was applied on {}", row.started));
    let hint = "put it back as it was, and make the change in a new revision";
    Some(remark.about(id, outline.revision_span()).hint(hint))
}

pub(super) fn unknown_row(view: &AppliedView<'_>) -> Vec<Remark> {
    let unknown = view.graph.graph.unknown_rows(&view.rows);
    let remark = |id: RevisionId| Remark {
        revision: Some(id.clone()),
        ..Remark::new(format!("the database is at revision `{id}`, which no script has"))
            .hint("check out the branch that has its script")
    };
    unknown.into_iter().map(remark).collect()
}
