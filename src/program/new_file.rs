//! Pragmas that shape the file of a database of SQLite: they do something only before its first table; pure.

use crate::dialect::Family;
use crate::program::part::Mode;
use crate::program::program::Program;
use crate::program::program::ProgramStep;
use crate::script::Warning;
use crate::sql::Statement;
use crate::sql::significant;
use crate::sql::unquoted;

/// Returns the pragmas with which the program begins that shape a new file; rev's own tables come after them.
pub(crate) fn shaping(program: &Program) -> Vec<&Statement> {
    let first = program.steps.first().filter(|step| step.parts_done == 0);
    first.into_iter().flat_map(leading).filter(|statement| shape(statement).is_some()).collect()
}

/// Returns the pragmas before anything else.
fn leading(step: &ProgramStep) -> impl Iterator<Item = &Statement> {
    step.statements().take_while(|statement| words(statement).first().is_some_and(|word| word == "pragma"))
}

/// Returns what to tell of the pragmas of `steps` that come too late, or on a database that `is_new` not.
pub(crate) fn too_late(steps: &[ProgramStep], is_new: bool) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let in_time = if is_new && index == 0 { leading(step).count() } else { 0 };
        let statements: Vec<(Mode, &Statement)> =
            step.parts.iter().flat_map(|part| part.statements().map(|statement| (part.mode, statement))).collect();
        for (at, (mode, statement)) in statements.iter().enumerate().skip(in_time) {
            let Some(name) = shape(statement) else { continue };
            let is_vacuumed =
                || statements[at..].iter().any(|(_, other)| words(other).first().is_some_and(|w| w == "vacuum"));
            if name != "encoding" && *mode == Mode::Alone && is_vacuumed() {
                continue;
            }
            let way = match name.as_str() {
                "encoding" => "it must be at the beginning of the first revision",
                _ => {
                    "it must be at the beginning of the first revision, or in a section with `transaction=off` before a `VACUUM`"
                }
            };
            let message = format!("`PRAGMA {name}` does nothing once a database has tables: {way}");
            warnings.push(Warning { code: "pragma-without-effect", message, span: statement.span.clone() });
        }
    }
    warnings
}

/// Returns which of these pragmas a statement sets.
fn shape(statement: &Statement) -> Option<String> {
    let words = words(statement);
    let (first, rest) = words.split_first()?;
    let rest = if rest.get(1).is_some_and(|word| word == ".") { rest.get(2..)? } else { rest };
    let name = rest.first().filter(|name| ["page_size", "auto_vacuum", "encoding"].contains(&name.as_str()))?;
    let is_set = matches!(rest.get(1).map(String::as_str), Some("=" | "("));
    // What every database is unless somebody says otherwise.
    let is_usual = name == "encoding" && rest.get(2).is_some_and(|value| ["utf-8", "utf8"].contains(&value.as_str()));
    (first == "pragma" && is_set && !is_usual).then(|| name.clone())
}

fn words(statement: &Statement) -> Vec<String> {
    let sql = statement.sql();
    significant(sql, 0..sql.len(), Family::Sqlite).take(8).map(unquoted).collect()
}
