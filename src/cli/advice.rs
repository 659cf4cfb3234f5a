//! What to type next, where that depends on the command that failed.

use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::RevisionId;

/// Puts the words of `command` into the hint of an error that every command can have.
pub fn fit(error: &mut Error, command: &str) {
    match &mut *error.kind {
        ErrorKind::MultipleHeads { target, heads, instead: instead @ None } => {
            *instead = for_heads(command, target, heads);
        }
        ErrorKind::AmbiguousWalk { target, candidates, instead: instead @ None } => {
            *instead = for_walk(command, target, candidates);
        }
        _ => {}
    }
}

fn for_heads(command: &str, target: &str, heads: &[RevisionId]) -> Option<String> {
    let first = heads.first()?;
    let all = if heads.len() == 2 { "both" } else { "all" };
    // `shop@head` is about the heads of one branch.
    let several = match target.strip_suffix("head") {
        Some(before) => format!("{before}heads"),
        None => return None,
    };
    match command {
        "revision" => Some(format!("say which one it grows from: `--head {first}`; or `rev merge heads` first")),
        "wait" => Some(format!("`rev wait --until {several}` waits for {all}")),
        "upgrade" => Some(format!("`rev upgrade {several}` applies {all}; `rev merge {several}` joins them")),
        _ => None,
    }
}

fn for_walk(command: &str, target: &str, candidates: &[RevisionId]) -> Option<String> {
    let first = candidates.first()?;
    if !target.starts_with(['+', '-']) {
        return None;
    }
    match (command, target) {
        ("downgrade", "-1") => Some(format!("`rev downgrade {first}@-1` undoes the merge, and nothing else")),
        ("downgrade" | "upgrade", _) => Some(format!("say which side, as in `rev {command} {first}@{target}`")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: ErrorKind, command: &str, expected: &str) {
        let mut error = Error::from(kind);
        fit(&mut error, command);
        assert_eq!(error.hint().as_deref(), Some(expected), "{command}");
    }

    fn ids(text: &str) -> Vec<RevisionId> {
        text.split(' ').map(|id| RevisionId::parse(id).unwrap()).collect()
    }

    #[test]
    fn several_heads_mean_something_else_to_each_command() {
        let kind = |target: &str, heads| ErrorKind::MultipleHeads {
            target: target.to_owned(),
            heads: ids(heads),
            instead: None,
        };
        check(kind("head", "a b"), "upgrade", "`rev upgrade heads` applies both; `rev merge heads` joins them");
        check(kind("x@head", "a b c"), "upgrade", "`rev upgrade x@heads` applies all; `rev merge x@heads` joins them");
        check(kind("head", "a b"), "revision", "say which one it grows from: `--head a`; or `rev merge heads` first");
        check(kind("head", "a b"), "wait", "`rev wait --until heads` waits for both");
        let other =
            "use `heads` for all of them, name one, narrow it with `label@head`, or join them with `rev merge heads`";
        check(kind("head", "a b"), "show", other);
        check(kind("heads-1", "a b"), "upgrade", other);
    }

    #[test]
    fn a_walk_is_told_the_side() {
        let kind = |target: &str| ErrorKind::AmbiguousWalk {
            target: target.to_owned(),
            candidates: ids("b c"),
            instead: None,
        };
        check(kind("-1"), "downgrade", "`rev downgrade b@-1` undoes the merge, and nothing else");
        check(kind("-2"), "downgrade", "say which side, as in `rev downgrade b@-2`");
        check(kind("+1"), "upgrade", "say which side, as in `rev upgrade b@+1`");
        check(kind("m-1"), "downgrade", "name the revision, or say which side with `label@`");
    }
}
