//! A revision that stopped half-way, for programs.

use serde::Serialize;

use crate::direction::Direction;
use crate::id::RevisionId;
use crate::program::Halfway;
use crate::program::Reached;
use crate::typed;

/// The value of `in_progress`, in the documents of `status`, `current` and `history`.
#[derive(Serialize)]
pub(super) struct HalfwayJson<'a> {
    revision: &'a RevisionId,
    direction: Direction,
    parts_done: usize,
    parts: Option<usize>,
    undoes_parts: Option<usize>,
    started: &'a str,
    statement: Option<StatementJson<'a>>,
    begun: bool,
    #[serde(rename = "continue")]
    on: Option<String>,
    back: Option<String>,
}

#[derive(Serialize)]
struct StatementJson<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    sql: &'a str,
}

impl<'a> HalfwayJson<'a> {
    pub(super) fn of(halfway: &'a Halfway) -> Self {
        let statement = |reached: &'a Reached| StatementJson {
            file: &reached.file,
            line: reached.line,
            column: reached.column,
            sql: &reached.statement,
        };
        Self {
            revision: &halfway.revision,
            direction: halfway.direction,
            parts_done: halfway.done,
            parts: halfway.of,
            undoes_parts: halfway.undoes,
            started: &halfway.started,
            statement: halfway.reached.as_ref().map(statement),
            begun: halfway.is_begun,
            on: halfway.on.as_deref().map(typed::in_command),
            back: halfway.back.as_deref().map(typed::in_command),
        }
    }
}
