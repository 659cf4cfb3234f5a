//! The rules that compare the scripts with what a database says was applied.

use crate::check::files::GraphView;
use crate::check::finding::Remark;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::LastSteps;
use crate::project::edited::EditedScript;
use crate::project::moved::MovedRevision;
use crate::run::session::Session;
use crate::script::Outline;

/// The graph beside the rows and the history of a database.
pub(crate) struct AppliedView<'a> {
    pub(crate) graph: &'a GraphView<'a>,
    rows: Heads,
    dialect: Dialect,
    last: LastSteps,
}

impl<'a> AppliedView<'a> {
    /// Reads the history.
    pub(crate) async fn read(graph: &'a GraphView<'a>, session: &mut Session) -> Result<Self, Error> {
        let last = session.last_steps().await?;
        Ok(Self { graph, rows: session.rows.clone(), dialect: session.probe.journal.dialect, last })
    }
}

pub(crate) fn edited(view: &AppliedView<'_>) -> Vec<Remark> {
    let graph = view.graph.graph;
    let applied = graph.applied(&view.rows);
    let outlines = view.graph.outlines.iter().filter(|outline| applied.contains(&outline.header.revision.value));
    outlines.filter_map(|outline| edited_script(view, outline)).collect()
}

/// Compares the checksums; a script that cannot be read as this database is told of elsewhere.
fn edited_script(view: &AppliedView<'_>, outline: &Outline) -> Option<Remark> {
    let EditedScript { revision, span, applied, .. } =
        EditedScript::find(&outline.script().ok()?, &view.last, view.dialect)?;
    let remark = Remark::new(format!("revision `{revision}` was edited after it was {}", applied.applied()));
    let hint = format!(
        "put it back as it was, and make the change in a new revision; if it makes no difference, say so with `rev accept {revision}`"
    );
    Some(remark.about(&revision, span).hint(&hint))
}

pub(crate) fn moved(view: &AppliedView<'_>) -> Vec<Remark> {
    let applied = view.graph.graph.applied(&view.rows);
    let found = applied.iter().filter_map(|revision| MovedRevision::find(revision, &view.last));
    let remark = |found: MovedRevision| {
        let outline = view.graph.outlines.iter().find(|outline| outline.header.revision.value == found.revision);
        let remark = Remark::new(found.to_string()).hint(found.hint());
        match outline {
            Some(outline) => remark.about(&found.revision, outline.down_revision_span(0)),
            None => remark,
        }
    };
    found.map(remark).collect()
}

pub(crate) fn unknown_row(view: &AppliedView<'_>) -> Vec<Remark> {
    let unknown = view.graph.graph.unknown_rows(&view.rows);
    let remark = |id: RevisionId| {
        let applied = view.last.get(&id).map_or(String::new(), |last| format!(" ({})", last.step.note()));
        Remark {
            revision: Some(id.clone()),
            ..Remark::new(format!("the database is at revision `{id}`, which no script has{applied}"))
                .hint("check out the branch that has its script")
        }
    };
    unknown.into_iter().map(remark).collect()
}
