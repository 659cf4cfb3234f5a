//! The user's commands that run after a script was written.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::config::Config;
use crate::config::Hook;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::project::project::Project;

/// Stands for the script in a hook's words.
const PATH: &str = "{path}";

impl Project {
    /// Runs the `[[hooks.post_write]]` commands for the script at `path`, one after another; the first that fails is the
    /// last that runs, and the script stays as it then is.
    ///
    /// `output` says where the commands print to: whoever calls knows which of its streams is free for them.
    pub fn run_post_write(&self, path: &Path, output: impl Fn() -> Stdio) -> Result<(), Error> {
        let hooks = &self.config.post_write;
        hooks.iter().try_for_each(|hook| run(hook, &self.config, path, output()))
    }
}

fn run(hook: &Hook, config: &Config, path: &Path, output: Stdio) -> Result<(), Error> {
    let shown = seen_from(&config.root, path);
    let hook = with_path(hook, &shown.to_string_lossy());
    let failed = |status| ErrorKind::HookFailed { command: hook.to_string(), status, path: path.to_owned() };
    let not_started = |cause: io::Error| Error::from(failed(None)).because(cause);
    let mut command = command(&hook, config).map_err(not_started)?;
    let mut child = command.stdout(output).spawn().map_err(not_started)?;
    let limit = config.database.hook_timeout;
    let Some(status) = wait(&mut child, limit).map_err(not_started)? else {
        return Err(failed(Some(format!("it did not end within {} s", limit.as_secs_f64()))).into());
    };
    if status.success() { Ok(()) } else { Err(failed(Some(status.to_string())).into()) }
}

/// Waits for a command, and ends it after `limit`, unless that is zero.
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    const PAUSE: Duration = Duration::from_millis(10);
    if limit.is_zero() {
        return child.wait().map(Some);
    }
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if began.elapsed() >= limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(PAUSE);
    }
}

/// Returns the process of a hook, in the folder of the configuration and with nothing to read.
pub(crate) fn command(hook: &Hook, config: &Config) -> io::Result<Command> {
    let root = if config.root.as_os_str().is_empty() { Path::new(".") } else { &config.root };
    let root = std::path::absolute(root)?;
    // Whether `./tool` starts from the old or the new working folder differs between systems, so it is written whole.
    let program = Path::new(&hook.program);
    let program = if program.components().count() > 1 { root.join(program) } else { program.to_owned() };
    let mut command = Command::new(program);
    command.args(&hook.arguments).current_dir(&root).stdin(Stdio::null());
    Ok(command)
}

/// Puts the path where the words say `{path}`, or else at their end: that is where nearly every tool wants it.
fn with_path(hook: &Hook, path: &str) -> Hook {
    let words = [&hook.program].into_iter().chain(&hook.arguments);
    let mut words: Vec<String> = words.map(|word| word.replace(PATH, path)).collect();
    if ![&hook.program].into_iter().chain(&hook.arguments).any(|word| word.contains(PATH)) {
        words.push(path.to_owned());
    }
    let program = words.remove(0);
    Hook { program, arguments: words }
}

/// Returns how the script is called from the folder in which hooks run.
fn seen_from(root: &Path, path: &Path) -> PathBuf {
    match path.strip_prefix(root) {
        Ok(inside) if !inside.as_os_str().is_empty() => inside.to_owned(),
        _ => fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&str], expected: &[&str]) {
        let hook = Hook::from_words(words.iter().map(|word| (*word).to_owned()).collect()).unwrap();
        let hook = with_path(&hook, "v/a b.sql");
        let found: Vec<&str> = [&hook.program].into_iter().chain(&hook.arguments).map(String::as_str).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_path_stands_where_it_is_asked_for_or_at_the_end() {
        check(&["fix", "{path}", "-q"], &["fix", "v/a b.sql", "-q"]);
        check(&["fix", "--file={path}"], &["fix", "--file=v/a b.sql"]);
        check(&["fix", "-q"], &["fix", "-q", "v/a b.sql"]);
        check(&["{path}"], &["v/a b.sql"]);
    }

    #[test]
    fn a_script_is_named_from_the_folder_of_the_configuration() {
        let check = |root: &str, path: &str, expected: &str| {
            assert_eq!(seen_from(Path::new(root), Path::new(path)), Path::new(expected));
        };
        check("", "versions/a.sql", "versions/a.sql");
        check("..", "../versions/a.sql", "versions/a.sql");
        check("/app", "/app/versions/a.sql", "versions/a.sql");
    }
}
