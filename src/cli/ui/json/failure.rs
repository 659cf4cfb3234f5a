//! The frame of every document: `ok`, and the error when there is one.

use std::path::Path;

use serde::Serialize;

use crate::cli::ui::diagnostic::notes;
use crate::cli::ui::diagnostic::single_problems;
use crate::error::Error;
use crate::error::ErrorKind;

/// Returns the document of a command that did its work: `ok` and the keys of `body`, which must be a struct or a map.
pub fn document(body: &impl Serialize) -> String {
    text(&Success { ok: true, body })
}

/// Returns the document of a command that could not do its work.
pub fn failure(error: &Error) -> String {
    failure_with(error, &Nothing {})
}

/// Returns a document that also says which database it is about, behind `ok`.
pub fn naming(document: &str, database: &impl Serialize) -> String {
    let (ok, rest) = document.split_at(document.find(',').unwrap_or(document.len() - 2));
    format!("{ok},\"connection\":{}{rest}", text(database).trim_end())
}

pub(super) fn failure_with(error: &Error, body: &impl Serialize) -> String {
    let errors = match &*error.kind {
        ErrorKind::Several { .. } => single_problems(error).into_iter().map(ErrorJson::of).collect(),
        _ => Vec::new(),
    };
    text(&Failure { ok: false, error: ErrorJson::of(error), errors, body })
}

#[derive(Serialize)]
struct Success<'a, T: Serialize> {
    ok: bool,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct Failure<'a, T: Serialize> {
    ok: bool,
    error: ErrorJson,
    /// The single problems of `several-problems`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorJson>,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct Nothing {}

/// An error, as every document has it.
#[derive(Serialize)]
pub struct ErrorJson {
    code: &'static str,
    message: String,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    hint: Option<String>,
    /// What is known besides: the database's code and detail, causes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

impl ErrorJson {
    /// Returns what is told of an error.
    pub fn of(error: &Error) -> Self {
        let place = error.span.as_ref().map(|span| span.start());
        Self {
            code: error.code(),
            message: error.message(),
            file: error.span.as_ref().map(|span| path(&span.source.path)),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            hint: error.hint(),
            notes: notes(error),
        }
    }
}

/// Returns a path as text; what is not UTF-8 in it becomes `�`, since JSON can hold nothing else.
pub fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn text(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string(document).expect("structs of texts and numbers have a JSON form");
    text.push('\n');
    text
}
