//! The model as text: the files that hold it, or what a command prints.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use crate::config::Config;
use crate::config::Hook;
use crate::config::ModelSource;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::project::hooks::printed::Ended;
use crate::project::hooks::printed::printed;
use crate::regular_file;
use crate::run::Interrupt;
use crate::script::decode;
use crate::secrets;
use crate::span::Source;

/// How much is told of what a command said before it failed.
const LAST_LINES: usize = 20;

/// Refuses a configuration that has no model for a product, before anything is built for it.
///
/// # Errors
///
/// When nothing says what the schema should be. A server of MySQL may turn out to be one of MariaDB.
pub fn expect_model(config: &Config, dialect: Dialect) -> Result<(), ErrorKind> {
    let is_given = |(other, model): (&Dialect, &crate::config::Model)| {
        other.family() == dialect.family() && model.source.is_some()
    };
    match config.models.iter().any(is_given) {
        true => Ok(()),
        false => Err(unsaid(dialect)),
    }
}

fn unsaid(dialect: Dialect) -> ErrorKind {
    ErrorKind::NoModel { reason: format!("nothing says what it is for {}", dialect.product()) }
}

/// Returns the error of a model that has text, and no statement.
pub fn without_statement(sources: &[Arc<Source>]) -> ErrorKind {
    let names: Vec<String> = sources.iter().map(|source| source.path.display().to_string()).collect();
    let hold = if names.len() == 1 { "holds" } else { "hold" };
    ErrorKind::NoModel { reason: format!("{} {hold} no statement", names.join(", ")) }
}

/// Reads the model for databases of a product; there is a statement in it, or at least some text.
///
/// # Errors
///
/// When there is none, a file cannot be read, or the command fails.
pub async fn model(config: &Config, dialect: Dialect, interrupt: &Interrupt) -> Result<Vec<Arc<Source>>, Error> {
    let source = config.models.get(&dialect).and_then(|model| model.source.as_ref());
    match source {
        None => Err(unsaid(dialect).into()),
        Some(ModelSource::Command(command)) => Ok(vec![print(command, config, interrupt).await?]),
        Some(ModelSource::Files(paths)) => {
            let files = paths.iter().map(|path| files(path)).collect::<Result<Vec<_>, _>>()?;
            files.into_iter().flatten().map(|path| read(&path)).collect()
        }
    }
}

/// Reads a file of SQL.
///
/// # Errors
///
/// When it cannot be read, or is no text.
pub fn read(path: &Path) -> Result<Arc<Source>, Error> {
    let bytes = regular_file::read(path);
    let bytes = bytes.map_err(|cause| Error::from(ErrorKind::Unreadable { path: path.to_owned() }).because(cause))?;
    decode(path, bytes)
}

/// Returns the file, or those of a folder whose names end in `.sql`, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |cause| Error::from(ErrorKind::Unreadable { path: path.to_owned() }).because(cause);
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let text = name.to_string_lossy();
        // As `*.sql` in a shell.
        if text.to_ascii_lowercase().ends_with(".sql") && !text.starts_with('.') {
            files.push(path.join(&name));
        }
    }
    files.sort();
    match files.is_empty() {
        true => Err(ErrorKind::NoModel { reason: format!("{} holds no *.sql file", path.display()) }.into()),
        false => Ok(files),
    }
}

/// Runs the command beside the configuration file, and takes what it prints.
async fn print(hook: &Hook, config: &Config, interrupt: &Interrupt) -> Result<Arc<Source>, Error> {
    let failed = |status| ErrorKind::CommandFailed { command: hook.to_string(), status };
    let folder = if config.root.as_os_str().is_empty() { Path::new(".") } else { &config.root };
    let mut command = Command::new(&hook.program);
    command.args(&hook.arguments).current_dir(folder).envs(config.variables.iter());
    let limit = config.database.hook_timeout;
    let printed = printed(command, limit, interrupt, || failed(None)).await?;
    let status = match printed.ended {
        Ended::Itself(status) if status.success() => return decode(Path::new(&hook.to_string()), printed.output),
        Ended::Itself(status) => status.to_string(),
        Ended::Late => format!("it did not end within {} s, which is its hook_timeout", limit.as_secs_f64()),
        Ended::TooMuch => "it printed more than 64 MB".to_owned(),
    };
    let said = String::from_utf8_lossy(&printed.said);
    let said = secrets::hide(&said);
    let lines: Vec<&str> = said.trim_end().lines().collect();
    let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
    let error = Error::from(failed(Some(status)));
    Err(if last.is_empty() { error } else { error.because(io::Error::other(last)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_its_files_of_sql_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.sql", "a.SQL", "10.sql", ".hidden.sql", "c.txt"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let found = files(folder.path()).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.file_name().unwrap().to_string_lossy()).collect();
        assert_eq!(names, ["10.sql", "a.SQL", "b.sql"]);
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(files(empty.path()).unwrap_err().code(), "no-model");
        assert_eq!(read(&empty.path().join("none")).unwrap_err().code(), "unreadable");
    }
}
