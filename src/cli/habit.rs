//! What somebody meant who typed a command or an option that rev does not have.

use std::ffi::OsString;

use clap::Command;
use clap::builder::StyledStr;
use clap::error::ContextKind;
use clap::error::ContextValue;
use clap::error::ErrorKind as ClapKind;

use crate::cli::command_line;
use crate::cli::look::help::SIMILAR;
use crate::nearest::nearest_within;

/// The commands of other tools, without the `_` and `-` in them, and rev's own.
const COMMANDS: &[(&[&str], &str)] = &[
    (&["migrate"], "`rev upgrade` applies what is pending; `rev revision -m MESSAGE` makes a new script"),
    (&["up", "apply", "deploy", "run", "update", "push", "forward", "latest"], "`rev upgrade` applies what is pending"),
    (
        &["rollback", "down", "revert", "undo", "back", "backward", "unapply"],
        "`rev downgrade -1` undoes the last revision; `rev downgrade TARGET` goes back to another",
    ),
    (&["goto", "to"], "`rev upgrade TARGET` and `rev downgrade TARGET` go to a revision"),
    (
        &["new", "add", "generate", "make", "makemigrations", "makemigration", "migration"],
        "`rev revision -m MESSAGE` makes a new script",
    ),
    (&["createdb", "createdatabase"], "`rev db create` makes the database"),
    (
        &["drop", "dropdb", "clean", "wipe"],
        "`rev db drop` removes the database; `rev downgrade base` undoes every revision",
    ),
    (
        &["reset", "fresh", "refresh"],
        "`rev downgrade base` undoes every revision, and `rev upgrade` applies them again; `rev redo` does both for the last one",
    ),
    (&["info", "pending", "showmigrations"], "`rev status` shows what is applied and what is pending"),
    (&["version"], "`rev current` shows where the database is; `rev --version` shows the version of rev"),
    (&["ls", "list"], "`rev history` lists the revisions; `rev status` shows which of them are pending"),
    (&["ensureversion"], "rev makes its own tables with the first run; `rev status` shows where the database is"),
    (&["listtemplates", "templates"], "`rev init --list-templates` lists the templates"),
    (&["import"], "`rev revision --from FILE` takes the SQL of a file; `rev load FILE` builds a database from a dump"),
    (
        &["baseline", "fake", "markapplied", "setversion"],
        "`rev stamp TARGET` notes revisions as applied without running them",
    ),
    (&["force"], "`rev stamp --purge TARGET` says where the database is, whatever rev has noted"),
    (
        &["repair"],
        "`rev accept` is for edited scripts, and `rev resume` for a run that was killed; `rev status` shows what is wrong",
    ),
    (
        &["validate", "verify", "lint", "doctor", "test"],
        "`rev check` looks for what is wrong; `--database` compares with the database too",
    ),
    (
        &["setup", "start", "install"],
        "`rev init` makes a project, `rev db create` the database, and `rev upgrade` its tables",
    ),
    (&["squash", "fixup", "flatten"], "rev does not join scripts into one; `rev merge` joins branches of the graph"),
    (&["waitfor"], "`rev wait` waits until the database is where it is wanted"),
];

/// The options of other tools, and what rev has instead.
const OPTIONS: &[(&[&str], &str)] = &[
    (
        &["-x"],
        "rev has no `-x`: write `${NAME}` in migrations.toml for a variable, or choose an environment with `-e NAME`",
    ),
    (&["-n", "--name"], "`-e NAME` chooses an environment of migrations.toml"),
    (&["--rev-range"], "`rev history -r FROM:TO` lists a range"),
    (
        &["--sql"],
        "`rev upgrade`, `rev downgrade` and `rev stamp` have `--sql`, which prints the script instead of running it",
    ),
    (&["--dry-run"], "`rev upgrade`, `rev downgrade` and `rev stamp` have `--dry-run`"),
    (&["--tag"], "rev passes no tags on: `rev log` shows who ran what and when"),
    (&["--fake", "--fake-initial"], "`rev stamp TARGET` notes revisions as applied without running them"),
    (&["--database", "--db", "--dsn", "--database-url", "--conn"], "`-u URL` names the database"),
    (
        &["-d", "--dir", "--path", "--migrations"],
        "`versions` in migrations.toml names the folders, and `-c FILE` another configuration",
    ),
    (&["--steps", "--step"], "name the number as the target: `rev upgrade +2`, `rev downgrade -2`"),
    (&["--all"], "name the target: `rev upgrade heads`, `rev downgrade base`"),
    (&["--to", "--target"], "the target needs no option: `rev upgrade TARGET`"),
    (&["--no-color", "--no-colour"], "use `--color never`"),
    (&["--check-heads"], "`rev wait --until heads` fails where a head is missing; `rev status` shows what is pending"),
];

/// Replaces clap's proposals in `error` by one sentence of rev's own, and returns that.
pub fn explain(error: &mut clap::Error, arguments: &[OsString]) -> Option<String> {
    let command = command_of(arguments);
    let hint = match error.kind() {
        ClapKind::InvalidSubcommand => {
            word(error, ContextKind::InvalidSubcommand).map(|word| for_command(&word, &command))
        }
        ClapKind::UnknownArgument => {
            word(error, ContextKind::InvalidArg).and_then(|word| for_argument(&word, &command))
        }
        ClapKind::InvalidValue | ClapKind::ValueValidation => {
            word(error, ContextKind::SuggestedValue).map(|word| format!("did you mean `{word}`?"))
        }
        ClapKind::MissingRequiredArgument => missing(command.get_name()).map(str::to_owned),
        _ => None,
    };
    for kind in [
        ContextKind::Suggested,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedCommand,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ] {
        error.remove(kind);
    }
    if let Some(hint) = &hint {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(hint.clone())]));
    }
    hint
}

/// Returns how a command is called that needs more than was typed.
fn missing(command: &str) -> Option<&'static str> {
    match command {
        "accept" => Some("`rev status` lists the edited scripts; `rev accept ID` says that an edit is harmless"),
        "downgrade" => Some("`rev downgrade -1` undoes the last revision, and `rev downgrade base` all of them"),
        "merge" => Some("`rev merge heads` joins all heads"),
        "revision" => Some("say what it is for, as in `rev revision -m \"create users\"`"),
        "stamp" => Some("`rev stamp head` says that everything is applied, and `rev stamp base` that nothing is"),
        _ => None,
    }
}

/// Returns the word of the error that it calls so.
fn word(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(word) => Some(word.clone()),
        ContextValue::Strings(words) => words.first().cloned(),
        _ => None,
    }
}

/// Returns the command that the arguments name, as far as there is one; else the program.
fn command_of(arguments: &[OsString]) -> Command {
    let mut at = command_line::command();
    at.build();
    for word in arguments.iter().skip(1) {
        if let Some(found) = word.to_str().and_then(|word| at.find_subcommand(word)) {
            at = found.clone();
        }
    }
    at
}

fn for_command(word: &str, command: &Command) -> String {
    let plain = word.to_lowercase().replace(['_', '-', ':'], "");
    if let Some((_, sentence)) = COMMANDS.iter().find(|(words, _)| words.contains(&plain.as_str())) {
        return (*sentence).to_owned();
    }
    let names = || command.get_subcommands().map(Command::get_name);
    match nearest_within(&word.to_lowercase(), names(), SIMILAR) {
        Some(near) => format!("did you mean `{near}`?"),
        None if command.get_name() == "rev" => "`rev help` lists the commands".to_owned(),
        None => format!("there are `{}`", names().collect::<Vec<_>>().join("`, `")),
    }
}

/// An argument that is no option gets no proposal: it is one too many.
fn for_argument(word: &str, command: &Command) -> Option<String> {
    let name = word.split('=').next().unwrap_or(word);
    let long = name.strip_prefix("--");
    if !name.starts_with('-') {
        let is_message = command.get_name() == "revision";
        return is_message
            .then(|| "what it is for goes behind `-m`, as in `rev revision -m \"create users\"`".to_owned());
    }
    if let Some((_, sentence)) = OPTIONS.iter().find(|(words, _)| words.contains(&name)) {
        return Some((*sentence).to_owned());
    }
    let visible = || command.get_arguments().filter(|arg| !arg.is_hide_set());
    let known: Vec<&str> = visible().filter_map(|arg| arg.get_long()).collect();
    let near = long.and_then(|long| nearest_within(long, known, SIMILAR));
    let topic = command.get_bin_name().unwrap_or("rev");
    Some(near.map_or_else(|| format!("`{topic} -h` lists its options"), |near| format!("did you mean `--{near}`?")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<&str>) {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let mut error = command_line::command().try_get_matches_from(&arguments).unwrap_err();
        let hint = explain(&mut error, &arguments);
        assert_eq!(hint.as_deref(), expected, "{line}");
        let text = error.to_string();
        assert!(!text.contains("-- --") && !text.contains("exists"), "{text}");
        assert_eq!(text.matches("tip:").count(), usize::from(expected.is_some()), "{text}");
    }

    #[test]
    fn the_nearest_command_is_proposed() {
        check("rev upgrad head", Some("did you mean `upgrade`?"));
        check("rev Upgrade", Some("did you mean `upgrade`?"));
        check("rev statsu", Some("did you mean `status`?"));
        check("rev xyzzy", Some("`rev help` lists the commands"));
        check("rev db crate", Some("did you mean `create`?"));
    }

    #[test]
    fn the_words_of_other_tools_are_known() {
        let tables = "rev makes its own tables with the first run; `rev status` shows where the database is";
        check("rev ensure_version", Some(tables));
        check("rev ensure-version --sql", Some(tables));
        check("rev list_templates", Some("`rev init --list-templates` lists the templates"));
        check("rev -c m.toml up", Some("`rev upgrade` applies what is pending"));
    }

    #[test]
    fn the_nearest_option_is_proposed() {
        check("rev upgrade --dryrun", Some("did you mean `--dry-run`?"));
        check("rev upgrade --bogus", Some("`rev upgrade -h` lists its options"));
        check("rev upgrade --jsn", Some("did you mean `--json`?"));
        check("rev upgrade -z", Some("`rev upgrade -h` lists its options"));
        check("rev --colour never heads", Some("did you mean `--color`?"));
        check("rev history --rev-range a:b", Some("`rev history -r FROM:TO` lists a range"));
        check("rev upgrade --tag=x", Some("rev passes no tags on: `rev log` shows who ran what and when"));
    }

    #[test]
    fn one_argument_too_many_and_a_wrong_value_are_no_options() {
        check("rev upgrade head now", None);
        check("rev completions fishy", Some("did you mean `fish`?"));
        check("rev completions q", None);
    }

    #[test]
    fn what_is_proposed_is_a_command_of_rev() {
        let sentences = COMMANDS.iter().chain(OPTIONS).map(|(_, sentence)| *sentence);
        for command in sentences.flat_map(|sentence| sentence.split('`').skip(1).step_by(2)) {
            let Some(line) = command.strip_prefix("rev ") else { continue };
            if let Err(error) = command_line::command().try_get_matches_from(command.split(' ')) {
                let wrong = [ClapKind::InvalidSubcommand, ClapKind::UnknownArgument];
                assert!(!wrong.contains(&error.kind()), "{line}: {error}");
            }
        }
    }
}
