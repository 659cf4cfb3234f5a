//! What a check has to say.

use std::path::PathBuf;

use crate::error::Error;
use crate::id::RevisionId;
use crate::script::Warning;
use crate::span::Span;

/// Something that `check` has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A slug that stays the same from version to version; that of the error where it is one.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about, in the style of an error's message.
    pub message: String,
    /// Where, if it is about a line.
    pub span: Option<Span>,
    /// The file it is about, if there is one.
    pub file: Option<PathBuf>,
    /// The revision it is about, if it is one.
    pub revision: Option<RevisionId>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It works, but probably not as it was meant.
    Warning,
    /// `upgrade head` would refuse, here or elsewhere.
    Error,
}

/// What a rule has to say; the rule itself says how bad it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Remark {
    pub(crate) message: String,
    pub(crate) span: Option<Span>,
    pub(crate) file: Option<PathBuf>,
    pub(crate) revision: Option<RevisionId>,
    pub(crate) hint: Option<String>,
}

impl Remark {
    /// Makes a remark about no place.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// Says which revision it is about, and where that is.
    pub(crate) fn about(mut self, revision: &RevisionId, span: Span) -> Self {
        self.file = Some(span.source.path.clone());
        self.span = Some(span);
        self.revision = Some(revision.clone());
        self
    }

    /// Says what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Warning> for Remark {
    fn from(warning: Warning) -> Self {
        Self {
            message: warning.message,
            file: Some(warning.span.source.path.clone()),
            span: Some(warning.span),
            ..Self::default()
        }
    }
}

impl From<&Error> for Finding {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code(),
            severity: Severity::Error,
            message: error.message(),
            span: error.span.clone(),
            file: error.span.as_ref().map(|span| span.source.path.clone()),
            revision: None,
            hint: error.hint(),
        }
    }
}
