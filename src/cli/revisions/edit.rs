//! `rev edit`.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::json;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::RevisionId;
use crate::project::Project;
use crate::script::Outline;
use crate::script::ScriptDir;

/// Open a revision's script in an editor
///
/// The editor is $VISUAL or $EDITOR, or else vi. A script that is wrong, or one of several with the same id, is opened by
/// its path or by the id in its name.
#[derive(Debug, clap::Args)]
pub struct EditArgs {
    /// Which: `head`, `current`, an id or its beginning, a label, or the path of a script
    #[arg(default_value = "head", allow_negative_numbers = true)]
    target: String,
}

/// Runs the command.
pub async fn run(args: &EditArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let (id, path) = script(&args.target, cx).await?;
    let editor =
        ["VISUAL", "EDITOR"].iter().find_map(|name| cx.environment.get_filled(name)).unwrap_or("vi").to_owned();
    let failed = |status| Error::from(ErrorKind::CommandFailed { command: editor.clone(), status });
    // Editors are often configured with options, as in `code --wait`; the shell splits them, and the path stays one word.
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(&path);
    if cx.is_json() {
        command.stdout(Stdio::from(io::stderr()));
    }
    let status = command.status().map_err(|cause| failed(None).because(cause))?;
    if !status.success() {
        return Err(failed(Some(status.to_string())).into());
    }
    if cx.is_json() { cx.text(&json::edited(id.as_ref(), &path)) } else { Ok(Outcome::Done) }
}

/// Returns the script that is meant, and its id as far as that is known.
async fn script(text: &str, cx: &mut Context) -> Result<(Option<RevisionId>, PathBuf), Failed> {
    let config = cx.config()?;
    let dir = ScriptDir { folders: config.versions.clone(), is_recursive: config.recursive };
    let scripts = dir.list()?.scripts;
    if let Some(path) = at_path(text, &scripts) {
        return Ok((Outline::read(path).ok().map(|outline| outline.header.revision.value), path.clone()));
    }
    let error = match Project::load(config) {
        Ok(project) => {
            let target = cx.target(text)?;
            let rows = cx.rows_for(&project, target.needs_rows()).await?;
            let id = project.graph.resolve_one(&target, &rows)?;
            let path = project.graph.get(&id).map(|revision| revision.path.clone()).unwrap_or_default();
            return Ok((Some(id), path));
        }
        Err(error) => error,
    };
    // Where something is wrong there is no graph, and the names are all there is to go by.
    match &called(text, &scripts)[..] {
        [] => Err(error.into()),
        [(id, path)] => Ok((id.clone(), (*path).clone())),
        several => {
            let paths: Vec<String> = several.iter().map(|(_, path)| format!("`{}`", path.display())).collect();
            let message = format!("`{text}` may be {}", paths.join(" or "));
            let hint = Some(format!("name the file: `rev edit {}`", several[0].1.display()));
            Err(ErrorKind::Usage { message, hint }.into())
        }
    }
}

/// Returns the script at a path, which may also be only the name of its file.
fn at_path<'a>(text: &str, scripts: &'a [PathBuf]) -> Option<&'a PathBuf> {
    let named = Path::new(text);
    named.extension().filter(|extension| *extension == "sql")?;
    let real = fs::canonicalize(named).ok();
    let is_it = |path: &&PathBuf| real.is_some() && fs::canonicalize(path).ok() == real;
    let by_path = scripts.iter().find(|path| path.as_path() == named).or_else(|| scripts.iter().find(is_it));
    by_path.or_else(|| {
        let mut so_called = scripts.iter().filter(|path| path.file_name() == Some(named.as_os_str()));
        so_called.next().filter(|_| so_called.next().is_none())
    })
}

/// Returns the scripts whose id is `text` or begins with it: the id in the header, or else in the file's name.
fn called<'a>(text: &str, scripts: &'a [PathBuf]) -> Vec<(Option<RevisionId>, &'a PathBuf)> {
    let named: Vec<(Option<RevisionId>, Vec<String>, &PathBuf)> = scripts
        .iter()
        .map(|path| match Outline::read(path) {
            Ok(outline) => {
                let id = outline.header.revision.value;
                (Some(id.clone()), vec![id.to_string()], path)
            }
            Err(_) => (None, names(path), path),
        })
        .collect();
    let found = |fits: fn(&str, &str) -> bool| -> Vec<_> {
        let fitting = named.iter().filter(|(_, names, _)| names.iter().any(|name| fits(name, text)));
        fitting.map(|(id, _, path)| (id.clone(), *path)).collect()
    };
    let exact = found(|name, text| name == text);
    if exact.is_empty() && !text.is_empty() { found(|name, text| name.starts_with(text)) } else { exact }
}

/// Returns what in a script that cannot be read may be its id: what its header says, and the words of its name.
fn names(path: &Path) -> Vec<String> {
    let bytes = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let said = text.lines().take(20).filter_map(|line| {
        let (key, value) = line.trim_start_matches(['-', ' ', '\t']).split_once(':')?;
        key.trim().eq_ignore_ascii_case("revision").then(|| value.trim().to_owned())
    });
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let words = stem.split(['_', '.', ' ']).filter(|word| !word.is_empty()).map(str::to_owned);
    let mut names: Vec<String> = said.chain([stem.to_string()]).chain(words).collect();
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_script_has_the_names_that_its_file_and_its_header_give() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026-11-20_4d7e19b2c0a5_create_users.sql");
        let check = |text: &str, expected: &[&str]| {
            fs::write(&path, text).unwrap();
            assert_eq!(names(&path), expected);
        };
        let stem = "2026-11-20_4d7e19b2c0a5_create_users";
        check("oops", &[stem, "2026-11-20", "4d7e19b2c0a5", "create", "users"]);
        check("-- x\n-- Revision: a1 \n", &["a1", stem, "2026-11-20", "4d7e19b2c0a5", "create", "users"]);
    }
}
