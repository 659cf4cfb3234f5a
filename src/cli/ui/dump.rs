//! What became of a file of SQL that was made a revision.

use serde::Serialize;

use crate::author::Dump;
use crate::author::LeftOut;
use crate::author::NewScript;
use crate::cli::ui::json::document;
use crate::escape::escape;
use crate::id::RevisionId;

/// Returns the lines that tell it.
pub fn lines(dump: &Dump) -> Vec<String> {
    let Dump { path, dialect, left_out, needs, .. } = dump;
    let mut lines = vec![format!("{} was read as SQL of {}", escape(&path.display().to_string()), dialect.product())];
    lines.extend(left_out.iter().map(|LeftOut { what, why, count, line }| {
        let times = if *count > 1 { format!(", {count} times from line {line} on") } else { format!(", line {line}") };
        format!("left out: {what} ({why}{times})")
    }));
    if !needs.is_empty() {
        lines.push(format!("must be there before it runs: {}", escape(&needs.join(", "))));
    }
    lines.push("its downgrade is `irreversible` until you write one".to_owned());
    lines
}

/// Returns the document of `revision --from`.
pub fn json(script: &NewScript, dump: &Dump) -> String {
    let out = |it: &LeftOut| LeftOutJson { what: it.what, why: it.why, count: it.count, line: it.line };
    document(&DumpJson {
        revision: &script.revision,
        path: script.path.display().to_string(),
        from: dump.path.display().to_string(),
        dialect: dump.dialect.as_str(),
        left_out: dump.left_out.iter().map(out).collect(),
        needs: &dump.needs,
    })
}

#[derive(Serialize)]
struct DumpJson<'a> {
    revision: &'a RevisionId,
    path: String,
    from: String,
    dialect: &'static str,
    left_out: Vec<LeftOutJson>,
    needs: &'a [String],
}

#[derive(Serialize)]
struct LeftOutJson {
    what: &'static str,
    why: &'static str,
    count: usize,
    line: usize,
}
