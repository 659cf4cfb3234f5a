//! A step of a run on one line.

use crate::cli::ui::paint::Paint;
use crate::cli::ui::paint::Role;
use crate::db::Notice;
use crate::escape::escape;
use crate::escape::escape_lines;
use crate::program::ProgramStep;
use crate::program::Undo;
use crate::script::Warning;

/// Returns `upgrade 3/7  9f2c41d07ab3  add user preferences`.
pub(super) fn step_line(number: usize, of: usize, step: &ProgramStep, paint: Paint) -> String {
    let width = of.to_string().len();
    let id = escape(step.revision.as_str());
    let mut line = format!("{} {number:>width$}/{of}  {}", step.direction, paint.text(Role::Id, &id));
    if !step.message.is_empty() {
        line.push_str("  ");
        line.push_str(&escape(&step.message));
    }
    if let Some(Undo { parts, of, .. }) = &step.undo {
        line.push_str(&format!("  (of which {parts} of {of} parts ran)"));
    }
    line
}

/// Returns `warning: file:line:column: message`.
pub(super) fn warning_line(warning: &Warning, paint: Paint) -> String {
    let place = warning.span.to_string();
    format!("{} {}: {}", paint.text(Role::Warning, "warning:"), escape(&place), escape(&warning.message))
}

/// Returns what a server said, under the word it used; further lines are indented.
pub(super) fn notice_lines(notice: &Notice, paint: Paint) -> String {
    let severity = format!("{}:", escape(&notice.severity));
    let text = escape_lines(notice.message.trim_end()).replace('\n', "\n  ");
    format!("{} {text}", paint.text(Role::Warning, &severity))
}
