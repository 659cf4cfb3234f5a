//! Some revisions, arranged to be drawn.

use std::collections::HashMap;
use std::collections::HashSet;

use serde::Serialize;

use crate::graph::Revision;
use crate::graph::RevisionGraph;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::Failures;
use crate::journal::LastSteps;
use crate::journal::ProgressRow;
use crate::picture::arrange::LinkKind;
use crate::picture::arrange::arrange;
use crate::picture::entry::Entry;
use crate::picture::entry::Failure;
use crate::picture::entry::Standing;
use crate::picture::entry::StepTaken;

/// What a database says, as far as it is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Position<'a> {
    /// The rows of the version table.
    pub rows: &'a Heads,
    /// The parts that are done of a revision that is between its parts.
    pub progress: &'a [ProgressRow],
    /// What the history says.
    pub last: &'a LastSteps,
    /// The steps that failed, and were not made good since.
    pub failures: &'a Failures,
}

/// Revisions, newest first, each with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// How far the database is, if one was asked.
    pub counts: Option<Counts>,
    /// Rows of the database that no script has.
    pub unknown_revisions: Vec<RevisionId>,
    /// How many revisions were left out because there are too many.
    pub left_out: usize,
    /// How many lanes there are.
    pub lanes: usize,
    /// The revisions, newest first.
    pub revisions: Vec<Entry>,
}

/// How many revisions of the whole graph are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // the fields are words of the glossary
pub struct Counts {
    pub applied: usize,
    pub pending: usize,
}

impl Picture {
    /// Arranges these revisions of `graph`, which stand newest first.
    pub fn of(graph: &RevisionGraph, revisions: &[&Revision], position: Option<Position<'_>>) -> Self {
        let row_of: HashMap<&RevisionId, usize> = revisions.iter().map(|one| &one.id).zip(0..).collect();
        let named: Vec<Vec<(usize, LinkKind)>> =
            revisions.iter().map(|revision| named(graph, revision, &row_of)).collect();
        let applied = position.map(|position| graph.applied(position.rows));
        let current = position.map(|position| graph.maximal(position.rows));
        let entry = |revision: &Revision| {
            let id = &revision.id;
            let applied = applied.as_ref().map(|applied| applied.contains(id));
            let is_halfway = position.is_some_and(|position| position.progress.iter().any(|row| row.revision == *id));
            Entry {
                revision: id.clone(),
                down_revisions: revision.down_revisions.clone(),
                depends_on: revision.depends_on.clone(),
                branch_labels: revision.labels.clone(),
                message: revision.message.clone(),
                created: revision.created.clone(),
                path: revision.path.to_string_lossy().into_owned(),
                is_head: graph.is_head(id),
                is_current: current.as_ref().map(|current| current.contains(id)),
                applied,
                standing: applied.map(|applied| match applied {
                    _ if is_halfway => Standing::InProgress,
                    true => Standing::Applied,
                    false => Standing::Pending,
                }),
                last_step: position.and_then(|position| position.last.get(id)).map(|last| StepTaken::of(&last.step)),
                failure: position.and_then(|position| position.failures.get(id)).map(Failure::of),
                is_branch_point: graph.is_branch_point(id),
                is_merge_point: graph.is_merge_point(id),
                lane: 0,
                width: 0,
                links: Vec::new(),
                leads_out: false,
            }
        };
        let mut entries: Vec<Entry> = revisions.iter().map(|revision| entry(revision)).collect();
        let mut lanes = 0;
        for ((entry, place), named) in entries.iter_mut().zip(arrange(&named)).zip(&named) {
            lanes = lanes.max(place.width);
            let names = graph.get(&entry.revision).map_or(0, |revision| all_named(graph, revision).count());
            entry.leads_out = named.len() < names;
            (entry.lane, entry.width, entry.links) = (place.lane, place.width, place.links);
        }
        let counts = applied.map(|set| Counts { applied: set.len(), pending: graph.len() - set.len() });
        let unknown_revisions = position.map_or_else(Vec::new, |position| graph.unknown_rows(position.rows));
        Self { counts, unknown_revisions, left_out: 0, lanes, revisions: entries }
    }

    /// Arranges the newest of these revisions, at most `limit` of them.
    pub fn of_newest(
        graph: &RevisionGraph,
        revisions: &[&Revision],
        position: Option<Position<'_>>,
        limit: usize,
    ) -> Self {
        let shown = &revisions[..revisions.len().min(limit)];
        Self { left_out: revisions.len() - shown.len(), ..Self::of(graph, shown, position) }
    }

    /// Returns how many lines there are.
    pub fn link_count(&self) -> usize {
        self.revisions.iter().map(|entry| entry.links.len()).sum()
    }

    /// Returns what the picture shows, in a line.
    pub fn caption(&self) -> String {
        let count = self.revisions.len();
        let revisions = if count == 1 { "1 revision".to_owned() } else { format!("{count} revisions") };
        match self.counts {
            Some(Counts { applied, pending }) if applied + pending == count => {
                format!("{revisions}, {applied} applied, {pending} pending")
            }
            Some(Counts { applied, pending }) => format!("{revisions}; in all, {applied} applied, {pending} pending"),
            None => revisions,
        }
    }
}

/// Returns the revisions that one names, each once: down revisions, then dependencies.
fn all_named<'g>(graph: &'g RevisionGraph, revision: &'g Revision) -> impl Iterator<Item = (&'g RevisionId, LinkKind)> {
    let mut seen = HashSet::new();
    let down = revision.down_revisions.iter().map(|id| (id, LinkKind::Down));
    let dependencies = graph.dependencies(&revision.id).into_iter().map(|one| (&one.id, LinkKind::Dependency));
    down.chain(dependencies).filter(move |(id, _)| seen.insert(*id))
}

/// Returns the rows that a revision names.
fn named(graph: &RevisionGraph, revision: &Revision, row_of: &HashMap<&RevisionId, usize>) -> Vec<(usize, LinkKind)> {
    all_named(graph, revision).filter_map(|(id, kind)| Some((*row_of.get(id)?, kind))).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::picture::fixture::applied;
    use crate::picture::fixture::graph;
    use crate::picture::fixture::picture;

    /// Returns the revisions with their marks, newest first.
    fn shown(picture: &Picture) -> String {
        let text = |entry: &Entry| format!("{} {}", entry.revision, entry.marks().join(" ")).trim_end().to_owned();
        picture.revisions.iter().map(text).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn without_a_database_nothing_is_said_of_one() {
        let picture = picture("a; b < a", "");
        assert_eq!(shown(&picture), "b head; a");
        assert!(picture.counts.is_none());
        assert!(picture.revisions.iter().all(|entry| entry.applied.is_none() && entry.standing.is_none()));
        assert_eq!(picture.caption(), "2 revisions");
    }

    #[test]
    fn a_database_says_what_is_applied_pending_and_in_progress() {
        let picture = applied("a; b < a; c < b; d < c", "", "b|gone", "c");
        assert_eq!(shown(&picture), "d head pending; c in progress; b current; a");
        assert_eq!(picture.unknown_revisions, [RevisionId::from_row("gone")]);
        assert_eq!(picture.caption(), "4 revisions, 2 applied, 2 pending");
    }

    #[test]
    fn a_dependency_that_is_a_parent_too_is_drawn_once() {
        let picture = picture("a : one; b < a + a one", "");
        let kinds: Vec<LinkKind> = picture.revisions[0].links.iter().map(|link| link.kind).collect();
        assert_eq!(kinds, [LinkKind::Down]);
        assert!(!picture.revisions[0].leads_out);
    }

    #[test]
    fn what_leads_out_of_a_part_says_so() {
        let graph = graph("a; x; b < a; c < b + x", "");
        let part = graph.history(&"b:c".parse().unwrap(), None).unwrap();
        let picture = Picture::of(&graph, &part, None);
        let leads_out = picture.revisions.iter().map(|entry| (entry.revision.as_str(), entry.leads_out));
        assert_eq!(leads_out.collect::<Vec<_>>(), [("c", true), ("b", true)]);
        let newest = Picture::of_newest(&graph, &part, None, 1);
        assert_eq!((newest.left_out, newest.revisions.len(), newest.revisions[0].links.len()), (1, 1, 0));
    }

    #[test]
    fn a_hundred_thousand_revisions_are_no_danger() {
        let id = |k: usize| RevisionId::parse(&format!("r{k}")).unwrap();
        let revision = |k: usize| Revision {
            id: id(k),
            down_revisions: if k == 0 { Vec::new() } else { vec![id(k - 1)] },
            depends_on: Vec::new(),
            labels: Vec::new(),
            message: "more".into(),
            created: None,
            path: PathBuf::from("r.sql"),
        };
        let graph = RevisionGraph::build((0..100_000).map(revision).collect()).unwrap();
        let all = graph.history(&":".parse().unwrap(), None).unwrap();
        let picture = Picture::of(&graph, &all, None);
        assert_eq!((picture.lanes, picture.link_count()), (1, 99_999));
    }
}
