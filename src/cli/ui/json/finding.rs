//! The document of `check`.

use serde::Serialize;

use crate::check::Finding;
use crate::check::Severity;
use crate::cli::ui::json::failure::document;
use crate::cli::ui::json::failure::path;
use crate::id::RevisionId;

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
