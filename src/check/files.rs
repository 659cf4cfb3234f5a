//! The rules that need nothing but the files.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;

use crate::check::finding::Remark;
use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::error::ErrorKind;
use crate::graph::RevisionGraph;
use crate::id::RevisionId;
use crate::script::Listing;
use crate::script::Outline;
use crate::script::Script;
use crate::script::SectionState;
use crate::script::Warning;
use crate::script::is_misnamed;
use crate::span::Span;

/// A valid script, and what was found out about it.
pub(crate) struct ScriptView<'a> {
    pub(crate) script: &'a Script,
    /// The databases on which it is looked at.
    pub(crate) dialects: &'a BTreeSet<Dialect>,
    /// What is odd about its statements.
    pub(crate) warnings: &'a [Warning],
}

impl ScriptView<'_> {
    fn id(&self) -> &RevisionId {
        &self.script.header.revision.value
    }

    fn remark(&self, message: String) -> Remark {
        Remark::new(message).about(self.id(), self.script.span(&self.script.header.revision.range))
    }

    fn warned(&self, code: &str) -> Vec<Remark> {
        self.warnings.iter().filter(|warning| warning.code == code).cloned().map(Remark::from).collect()
    }
}

/// A sound graph, with the scripts it was built from.
pub(crate) struct GraphView<'a> {
    pub(crate) graph: &'a RevisionGraph,
    pub(crate) outlines: &'a [Outline],
    by_id: HashMap<&'a RevisionId, &'a Outline>,
}

impl<'a> GraphView<'a> {
    pub(crate) fn new(graph: &'a RevisionGraph, outlines: &'a [Outline]) -> Self {
        let by_id = outlines.iter().map(|outline| (&outline.header.revision.value, outline)).collect();
        Self { graph, outlines, by_id }
    }

    /// Returns a place in the script of a revision.
    fn span(&self, id: &RevisionId, place: impl Fn(&Outline) -> Span) -> Option<Span> {
        self.by_id.get(id).map(|outline| place(outline))
    }
}

pub(crate) fn empty_message(view: &ScriptView<'_>) -> Vec<Remark> {
    if !view.script.header.message.is_empty() {
        return Vec::new();
    }
    let remark = view.remark(format!("revision `{}` has no message", view.id()));
    vec![remark.hint("begin the script with `-- what it does` and a line `--`")]
}

pub(crate) fn missing_downgrade(view: &ScriptView<'_>) -> Vec<Remark> {
    let is_missing = |dialect: &&Dialect| view.script.state(Direction::Downgrade, **dialect) == SectionState::Missing;
    let missing: Vec<Dialect> = view.dialects.iter().filter(is_missing).copied().collect();
    let Some(&dialect) = missing.first() else { return Vec::new() };
    let names: Vec<&str> = missing.iter().map(|dialect| dialect.as_str()).collect();
    let remark = view.remark(format!("revision `{}` has no downgrade for {}", view.id(), names.join(", ")));
    let hint = ErrorKind::MissingDowngrade { revision: view.id().clone(), dialect }.hint();
    vec![Remark { hint, ..remark }]
}

pub(crate) fn empty_upgrade(view: &ScriptView<'_>) -> Vec<Remark> {
    nothing_to_run(view, "empty-upgrade")
}

pub(crate) fn nothing_for_dialect(view: &ScriptView<'_>) -> Vec<Remark> {
    nothing_to_run(view, "nothing-for-dialect")
}

fn nothing_to_run(view: &ScriptView<'_>, code: &str) -> Vec<Remark> {
    let nothing = view.script.nothing_to_run(view.dialects).filter(|nothing| nothing.code == code);
    nothing.map(|it| Remark::new(it.message).about(view.id(), it.span).hint(it.hint)).into_iter().collect()
}

pub(crate) fn transaction_not_sent(view: &ScriptView<'_>) -> Vec<Remark> {
    view.warned("transaction-not-sent")
}

pub(crate) fn pragma_without_effect(view: &ScriptView<'_>) -> Vec<Remark> {
    view.warned("pragma-without-effect")
}

pub(crate) fn not_a_script(listing: &Listing) -> Vec<Remark> {
    let remark = |path: &PathBuf| Remark {
        file: Some(path.clone()),
        ..Remark::new("this is no script: its name does not end in `.sql`")
            .hint("move it elsewhere, or begin its name with a dot")
    };
    listing.others.iter().filter(|path| !is_misnamed(path)).map(remark).collect()
}

/// Returns what to do about a script that is not read.
pub fn unread_hint(path: &Path) -> &'static str {
    match is_misnamed(path) {
        true => "rename it: the name of a script ends in `.sql`, in lower case",
        false => "set `recursive = true` in migrations.toml, name their folder in `versions`, or move them",
    }
}

pub(crate) fn unread_script(listing: &Listing) -> Vec<Remark> {
    let remark = |path: PathBuf| {
        let why = match is_misnamed(&path) {
            true => "this script is not read: its name does not end in `.sql`, in lower case",
            false => "this script is not read: it is in a folder inside of a script folder",
        };
        let hint = unread_hint(&path);
        Remark { file: Some(path), ..Remark::new(why).hint(hint) }
    };
    listing.unread().into_iter().map(remark).collect()
}

pub(crate) fn multiple_heads(view: &GraphView<'_>) -> Vec<Remark> {
    let heads: Vec<RevisionId> = view.graph.heads().iter().map(|revision| revision.id.clone()).collect();
    if heads.len() < 2 {
        return Vec::new();
    }
    let kind = ErrorKind::MultipleHeads { target: "head".to_owned(), heads, instead: None };
    vec![Remark { hint: kind.hint(), ..Remark::new(kind.to_string()) }]
}

pub(crate) fn redundant_parent(view: &GraphView<'_>) -> Vec<Remark> {
    let redundant = view.graph.redundant_parents().into_iter();
    let remarks = redundant.filter_map(|found| {
        let span = view.span(&found.revision, |outline| outline.down_revision_span(found.place))?;
        let message = match found.parent == found.implied_by {
            true => format!("parent `{}` is named twice", found.parent),
            false => format!("parent `{}` is implied by parent `{}`", found.parent, found.implied_by),
        };
        Some(Remark::new(message).about(&found.revision, span).hint("leave it out of `down_revision`"))
    });
    remarks.collect()
}

pub(crate) fn label_shadows_id(view: &GraphView<'_>) -> Vec<Remark> {
    let ids: BTreeSet<&str> = view.graph.revisions().iter().map(|revision| revision.id.as_str()).collect();
    let mut remarks = Vec::new();
    for (label, revision) in view.graph.labels() {
        let mut begun = ids.range(label.as_str()..).take_while(|id| id.starts_with(label.as_str()));
        let Some(id) = begun.next() else { continue };
        let place = revision.labels.iter().position(|it| it == label).unwrap_or(0);
        let Some(span) = view.span(&revision.id, |outline| outline.branch_label_span(place)) else { continue };
        let message = format!("label `{label}` is also the beginning of id `{id}`, and the label is what is meant");
        remarks.push(Remark::new(message).about(&revision.id, span).hint("choose another label"));
    }
    remarks
}
