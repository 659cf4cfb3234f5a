//! How the user called rev, for the commands that messages advise: typed as they stand, they mean the same database.

use std::sync::OnceLock;

/// The options that choose the project and the database, with a space before each.
static OPTIONS: OnceLock<String> = OnceLock::new();

/// Notes the options, once for the process.
#[cfg(any(feature = "cli", test))]
pub(crate) fn note(config: Option<&str>, env: Option<&str>) {
    let options = [("-c", config), ("-e", env)];
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

fn with(text: &str, options: &str) -> String {
    // `init` makes a project, and takes neither.
    let typed = text.replace("`rev ", &format!("`rev{options} "));
    typed.replace(&format!("`rev{options} init"), "`rev init")
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
        let advice = "`rev upgrade b` goes on with it; `rev history` and `history -r`";
        assert_eq!(
            with(advice, " -e prod"),
            "`rev -e prod upgrade b` goes on with it; `rev -e prod history` and `history -r`"
        );
        assert_eq!(quoted("it's/m.toml"), "'it'\\''s/m.toml'");
    }
}
