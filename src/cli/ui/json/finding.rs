//! The document of `check`.

use serde::Serialize;

use crate::check::Finding;
use crate::check::Severity;
use crate::cli::ui::json::failure::document;
use crate::cli::ui::json::failure::path;
use crate::id::RevisionId;
use crate::script::Warning;

/// Returns the document of `check`.
pub fn check(findings: &[Finding]) -> String {
    document(&CheckJson { findings: findings.iter().map(FindingJson::of).collect() })
}

#[derive(Serialize)]
struct CheckJson<'a> {
    findings: Vec<FindingJson<'a>>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    code: &'a str,
    severity: Severity,
    message: &'a str,
    file: Option<String>,
    line: Option<usize>,
    revision: Option<&'a RevisionId>,
}

/// What is to be said of the scripts of a run.
#[derive(Serialize)]
pub struct WarningJson<'a> {
    code: &'a str,
    message: &'a str,
    file: String,
    line: usize,
}

impl<'a> WarningJson<'a> {
    /// Takes the parts of a warning.
    pub fn of(warning: &'a Warning) -> Self {
        let file = path(&warning.span.source.path);
        Self { code: warning.code, message: &warning.message, file, line: warning.span.start().line }
    }
}

impl<'a> FindingJson<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            code: finding.code,
            severity: finding.severity,
            message: &finding.message,
            file: finding.file.as_deref().map(path),
            line: finding.span.as_ref().map(|span| span.start().line),
            revision: finding.revision.as_ref(),
        }
    }
}
