//! How the user called rev, for the commands that messages advise: typed as they stand, they mean the same database.

use std::sync::OnceLock;

/// The options that choose the project and the database, with a space before each.
static OPTIONS: OnceLock<String> = OnceLock::new();

/// Notes the options, once for the process; a URL comes without a password.
#[cfg(any(feature = "cli", test))]
pub(crate) fn note(config: Option<&str>, env: Option<&str>, url: Option<&str>) {
    let options = [("-c", config), ("-e", env), ("-u", url)];
    let words = options.into_iter().filter_map(|(option, value)| Some(format!(" {option} {}", quoted(value?))));
    let _ = OPTIONS.set(words.collect());
}

/// Puts them into the commands of a message.
pub(crate) fn in_commands(text: String) -> String {
    match OPTIONS.get() {
        Some(options) if !options.is_empty() => with(&text, options),
        _ => text,
    }
}

/// Puts them into a message that is a command, as programs read it.
#[cfg(any(feature = "cli", test))]
pub(crate) fn in_command(command: &str) -> String {
    in_commands(format!("`{command}")).split_off(1)
}

fn with(text: &str, options: &str) -> String {
    let mut pieces = text.split("`rev ");
    let mut typed = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        // A message may have been through here before; and `init` makes a project, and takes neither.
        let is_whole = piece.starts_with("init") || piece.starts_with(&format!("{} ", options.trim_start()));
        typed.push_str("`rev");
        if !is_whole {
            typed.push_str(options);
        }
        typed.push(' ');
        typed.push_str(piece);
    }
    typed
}

#[cfg(any(feature = "cli", test))]
fn quoted(value: &str) -> String {
    let is_plain = |char: char| char.is_alphanumeric() || "-_./:@".contains(char);
    if value.chars().all(is_plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advised_commands_mean_the_same_database() {
        let advice = "`rev upgrade b` continues it; `rev history` and `history -r`";
        assert_eq!(
            with(advice, " -e prod"),
            "`rev -e prod upgrade b` continues it; `rev -e prod history` and `history -r`"
        );
        let once = with(advice, " -e prod");
        assert_eq!(with(&once, " -e prod"), once);
        assert_eq!(with("`rev init` creates one", " -e prod"), "`rev init` creates one");
        assert_eq!(quoted("it's/m.toml"), "'it'\\''s/m.toml'");
    }
}
