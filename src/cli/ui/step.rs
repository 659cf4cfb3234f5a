//! A step of a run on one line.

use crate::cli::ui::paint::Paint;
use crate::cli::ui::paint::Role;
use crate::escape::escape;
use crate::escape::escape_lines;
use crate::program::ProgramStep;
use crate::program::Undo;

/// A step as its line names it.
#[derive(Debug)]
pub(super) struct StepName<'a> {
    pub(super) number: usize,
    pub(super) of: usize,
    pub(super) direction: &'a str,
    pub(super) revision: &'a str,
    pub(super) title: &'a str,
    /// How many of its parts ran that are undone, and of how many.
    pub(super) ran: Option<(usize, usize)>,
}

/// Returns `upgrade 3/7  9f2c41d07ab3  add user preferences`.
pub(super) fn step_line(number: usize, of: usize, step: &ProgramStep, paint: Paint) -> String {
    let (direction, revision, title) = (step.direction.as_str(), step.revision.as_str(), step.message.as_str());
    StepName { number, of, direction, revision, title, ran: ran(step) }.line(paint)
}

/// Returns how many parts of a revision ran that this step undoes, and of how many.
pub(super) fn ran(step: &ProgramStep) -> Option<(usize, usize)> {
    step.undo.as_ref().map(|Undo { parts, of, .. }| (*parts, *of))
}

impl StepName<'_> {
    pub(super) fn line(&self, paint: Paint) -> String {
        let Self { number, of, .. } = self;
        let width = of.to_string().len();
        let id = escape(self.revision);
        let mut line = format!("{} {number:>width$}/{of}  {}", escape(self.direction), paint.text(Role::Id, &id));
        if !self.title.is_empty() {
            line.push_str("  ");
            line.push_str(&escape(self.title));
        }
        if let Some((parts, of)) = self.ran {
            line.push_str(&format!("  (of which {parts} of {of} parts ran)"));
        }
        line
    }
}

/// Returns `warning: file:line:column: message`, or without a place.
pub(super) fn warning_line(place: Option<&str>, message: &str, paint: Paint) -> String {
    let place = place.map_or(String::new(), |place| format!("{}: ", escape(place)));
    format!("{} {place}{}", paint.text(Role::Warning, "warning:"), escape(message))
}

/// Returns what a server said, under the word it used; further lines are indented.
pub(super) fn notice_lines(severity: &str, message: &str, paint: Paint) -> String {
    let severity = format!("{}:", escape(severity));
    let text = escape_lines(message.trim_end()).replace('\n', "\n  ");
    format!("{} {text}", paint.text(Role::Warning, &severity))
}
