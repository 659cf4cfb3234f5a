//! What is pointed out about a program before somebody says yes to it.

use crate::cli::ui::paint::Paint;
use crate::cli::ui::paint::Role;
use crate::escape::escape;
use crate::program::Risk;
use crate::sql::summary;

/// The most that are pointed out one by one; who reads this far knows enough.
const LISTED: usize = 20;

/// Returns the lines, each after a line break; nothing when there is nothing to point out.
pub(super) fn risks(risks: &[Risk<'_>], paint: Paint) -> String {
    let downgrades = risks.iter().filter(|risk| matches!(risk, Risk::Downgrade(_))).count();
    let mut lines = Vec::new();
    match downgrades {
        0 => {}
        1 => lines.push("a revision is undone, with what it brought".to_owned()),
        _ => lines.push(format!("{downgrades} revisions are undone, with what they brought")),
    }
    lines.extend(risks.iter().filter_map(|risk| line(risk)));
    let mut text = String::new();
    for line in lines.iter().take(LISTED) {
        text.push_str(&format!("\n{} {}", paint.text(Role::Warning, "warning:"), escape(line)));
    }
    if let Some(more) = lines.len().checked_sub(LISTED).filter(|more| *more > 0) {
        text.push_str(&format!("\nand {more} more of these; `--dry-run` shows every statement"));
    }
    text
}

fn line(risk: &Risk<'_>) -> Option<String> {
    match risk {
        Risk::Downgrade(_) => None,
        Risk::Loss { statement, loss } => {
            let sql = summary(statement.sql(), statement.reading);
            Some(format!("{loss}: {sql} ({})", statement.span))
        }
        Risk::NoWayBack { step, is_declared: true } => {
            Some(format!("{} is irreversible: no downgrade can undo it", step.revision))
        }
        Risk::NoWayBack { step, is_declared: false } => {
            Some(format!("{} has no downgrade that could undo it", step.revision))
        }
    }
}
