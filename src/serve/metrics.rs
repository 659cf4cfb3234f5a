//! The state as Prometheus reads it: the text format, version 0.0.4.

use std::fmt::Write;

use jiff::Timestamp;

use crate::serve::watched::Seen;
use crate::watch::Observation;
use crate::watch::State;

/// The type that Prometheus expects of an answer.
pub(super) const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The words of `rev_state`, in the order in which they are told.
const STATES: [&str; 5] = [
    State::UpToDate.as_str(),
    State::Pending.as_str(),
    State::InProgress.as_str(),
    State::UnknownRevision.as_str(),
    "unreachable",
];

/// Writes every metric; what the database did not tell is left out, never told from memory.
pub(super) fn metrics(seen: &Seen<Observation>, questions: u64, now: Timestamp) -> String {
    let mut page = Page::default();
    page.labelled("rev_build_info", "The version of rev.", &[("version", env!("CARGO_PKG_VERSION"), 1.0)]);
    page.gauge("rev_up", "Whether the database answers.", number(usize::from(seen.answer.is_ok())));
    page.gauge("rev_scripts_valid", "Whether the scripts are sound.", number(usize::from(seen.broken.is_none())));
    page.gauge("rev_scripts_revisions", "Revisions that the scripts have.", number(seen.project.graph.len()));
    page.gauge("rev_scripts_heads", "Heads that the scripts have.", number(seen.project.graph.heads().len()));
    let word = seen.answer.as_ref().map_or("unreachable", |seen: &Observation| seen.status.state.as_str());
    let states = STATES.map(|state| ("state", state, number(usize::from(state == word))));
    page.metric("rev_state", "gauge", "Where the database stands: 1 for the state that holds.", &states);
    if let Ok(found) = &seen.answer {
        page.database(found, now);
    }
    page.counter("rev_database_questions_total", "How often this process asked the database.", questions);
    page.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn database(&mut self, found: &Observation, now: Timestamp) {
        let status = &found.status;
        self.gauge("rev_revisions_applied", "Revisions that are applied.", number(status.applied));
        self.gauge("rev_revisions_pending", "Revisions that are not applied yet.", number(status.pending.len()));
        self.gauge("rev_database_heads", "Rows of the version table.", number(status.current.iter().len()));
        self.gauge("rev_revisions_unknown", "Rows that no script has.", number(status.unknown.len()));
        self.gauge(
            "rev_step_in_progress",
            "Whether a revision is between its parts.",
            number(usize::from(status.halfway.is_some())),
        );
        let age = status.halfway.as_ref().and_then(|halfway| seconds(&halfway.started)).map(|since| epoch(now) - since);
        if let Some(age) = age {
            self.gauge("rev_step_in_progress_age_seconds", "How long ago that revision began.", age.max(0.0));
        }
        if let Some(step) = &found.last_step {
            if let Some(started) = seconds(&step.started) {
                self.gauge("rev_last_step_start_timestamp_seconds", "When the last step began.", started);
            }
            if let Some(ms) = step.duration_ms.and_then(|ms| u32::try_from(ms).ok()) {
                self.gauge("rev_last_step_duration_seconds", "How long the last step took.", f64::from(ms) / 1_000.0);
            }
            let is_failed = usize::from(step.outcome == "failed");
            self.gauge("rev_last_step_failed", "Whether the last step failed.", number(is_failed));
        }
        self.counter("rev_steps_failed_total", "Steps that failed, by the history of the database.", found.failed);
    }

    fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.metric(name, "gauge", help, &[("", "", value)]);
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        // A count beyond 2^53 would take longer than anything lasts.
        self.metric(name, "counter", help, &[("", "", value as f64)]);
    }

    fn labelled(&mut self, name: &str, help: &str, values: &[(&str, &str, f64)]) {
        self.metric(name, "gauge", help, values);
    }

    /// Writes a metric with a value for each label; an empty label stands for none.
    fn metric(&mut self, name: &str, kind: &str, help: &str, values: &[(&str, &str, f64)]) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (label, text, value) in values {
            let label = if label.is_empty() { String::new() } else { format!("{{{label}=\"{}\"}}", escaped(text)) };
            let _ = writeln!(self.0, "{name}{label} {value}");
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// A count as Prometheus has them; none of rev's is beyond what a double holds exactly.
fn number(count: usize) -> f64 {
    count as f64
}

fn epoch(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1_000.0
}

/// Reads a time of the journal, which somebody else may have written.
fn seconds(text: &str) -> Option<f64> {
    text.parse::<Timestamp>().ok().map(epoch)
}
