//! The documents of runs.

use serde::Serialize;

use crate::cli::ui::json::failure::document;
use crate::cli::ui::json::failure::failure_with;
use crate::cli::ui::json::failure::path;
use crate::cli::ui::json::finding::WarningJson;
use crate::direction::Direction;
use crate::error::Error;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::run::Report;

/// Returns the document of a run that stopped: the error, and what was reached.
pub fn failed_run(error: &Error, report: &Report) -> String {
    failure_with(error, &ReportJson::of(report))
}

/// Returns the document of `upgrade`, `downgrade` and `stamp`.
pub fn report(report: &Report) -> String {
    document(&ReportJson::of(report))
}

/// What a run did, as a part of another document.
#[derive(Serialize)]
pub struct ReportJson<'a> {
    from: &'a Heads,
    to: &'a Heads,
    steps: Vec<StepJson<'a>>,
    /// Only if one was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    restore_point: Option<String>,
    /// Only if it was made.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    journal_created: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<WarningJson<'a>>,
}

#[derive(Serialize)]
struct StepJson<'a> {
    revision: &'a RevisionId,
    direction: Direction,
    duration_ms: u64,
    statements: usize,
}

impl<'a> ReportJson<'a> {
    /// Returns what is told of a run.
    pub fn of(report: &'a Report) -> Self {
        let steps = report.steps.iter().map(|step| StepJson {
            revision: &step.revision,
            direction: step.direction,
            duration_ms: u64::try_from(step.duration.as_millis()).unwrap_or(u64::MAX),
            statements: step.statements,
        });
        let restore_point = report.restore_point.as_deref().map(path);
        Self {
            from: &report.from,
            to: &report.to,
            steps: steps.collect(),
            restore_point,
            journal_created: report.journal_created,
            warnings: report.warnings.iter().map(WarningJson::of).collect(),
        }
    }
}
