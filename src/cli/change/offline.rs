//! What `--sql` of `upgrade`, `downgrade` and `stamp` have in common.

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Anchor;
use crate::graph::Purge;
use crate::graph::Range;
use crate::graph::Target;
use crate::offline::OfflineRequest;
use crate::offline::Start;
use crate::project::Request;
use crate::project::Sections;

/// Reads `TO` or `FROM:TO` of an upgrade; an empty end is as far as the graph goes.
pub fn upgrade(text: &str) -> Result<OfflineRequest, Error> {
    let (start, target) = ends(text, Anchor::Base, Anchor::Heads)?;
    Ok(OfflineRequest { request: Request::Upgrade(target), start: start.unwrap_or(Start::Live) })
}

/// Reads `TO` or `FROM:TO` of a downgrade, which begins at the newer end.
pub fn downgrade(text: &str, sections: Sections) -> Result<OfflineRequest, Error> {
    let (start, target) = ends(text, Anchor::Heads, Anchor::Base)?;
    Ok(OfflineRequest { request: Request::Downgrade(target, sections), start: start.unwrap_or(Start::Live) })
}

/// Reads the targets of a stamp; the first may say where the database is, and the others may repeat it.
pub fn stamp(texts: &[String], purge: Purge) -> Result<OfflineRequest, Error> {
    let mut start = None;
    let mut targets = Vec::with_capacity(texts.len());
    for text in texts {
        let (from, target) = ends(text, Anchor::Base, Anchor::Heads)?;
        if from.is_some() && start != from && !targets.is_empty() {
            let message = format!("`{text}` starts from another state than the one before it");
            return Err(ErrorKind::Usage { message, hint: None }.into());
        }
        start = start.or(from);
        targets.push(target);
    }
    Ok(OfflineRequest { request: Request::Stamp(targets, purge), start: start.unwrap_or(Start::Live) })
}

/// Prints the script; the database is asked where only it can answer, and never changed.
pub async fn print(request: &OfflineRequest, cx: &mut Context) -> Result<Outcome, Failed> {
    if cx.is_json() {
        let message = "`--sql` prints a script, which is no JSON: leave one of the two options out".to_owned();
        return Err(ErrorKind::Usage { message, hint: None }.into());
    }
    let project = cx.project()?;
    let script = if request.needs_database() {
        let mut session = cx.open(&project).await.map_err(unknown_start)?;
        let script = project.offline(request, Some(&mut session)).await?;
        session.close().await;
        script
    } else {
        project.offline(request, None).await?
    };
    for warning in &script.program.warnings {
        cx.terminal.warn(&format!("{}: {}", warning.span, warning.message));
    }
    cx.long(&script.text()).await
}

/// Splits `FROM:TO`; without a colon only the second end is there.
fn ends(text: &str, from: Anchor, to: Anchor) -> Result<(Option<Start>, Target), Error> {
    if !text.contains(':') {
        return Ok((None, text.parse()?));
    }
    let Range { lower, upper } = text.parse()?;
    let start = lower.unwrap_or_else(|| Target::new(from));
    let start = if start == Target::new(Anchor::Current) { Start::Live } else { Start::At(start) };
    Ok((Some(start), upper.unwrap_or_else(|| Target::new(to))))
}

/// A database that does not answer is no obstacle to who says where it is.
fn unknown_start(error: Error) -> Error {
    match *error.kind {
        ErrorKind::ConnectionFailed { .. } => ErrorKind::UnknownStart { reason: error.message() }.into(),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(read: Result<OfflineRequest, Error>, start: &str, target: &str) {
        let OfflineRequest { request, start: found } = read.unwrap();
        let found = match found {
            Start::Live => "live".to_owned(),
            Start::At(target) => target.to_string(),
        };
        let targets = match request {
            Request::Upgrade(target) | Request::Downgrade(target, _) => target.to_string(),
            Request::Stamp(targets, _) => targets.iter().map(Target::to_string).collect::<Vec<_>>().join(" "),
        };
        assert_eq!((found.as_str(), targets.as_str()), (start, target));
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn an_empty_end_is_as_far_as_the_graph_goes() {
        check(upgrade("a:b"), "a", "b");
        check(upgrade(":head"), "base", "head");
        check(upgrade("a:"), "a", "heads");
        check(downgrade("b:a", Sections::Script), "b", "a");
        check(downgrade(":a", Sections::Script), "heads", "a");
        check(downgrade("b:", Sections::Script), "b", "base");
    }

    #[test]
    fn without_a_start_the_database_is_asked() {
        check(upgrade("head"), "live", "head");
        check(upgrade("current:+1"), "live", "+1");
        check(downgrade("-1", Sections::Script), "live", "-1");
    }

    #[test]
    fn a_stamp_has_one_start() {
        check(stamp(&words("a:b c"), Purge::Keep), "a", "b c");
        check(stamp(&words("a:b a:c"), Purge::Keep), "a", "b c");
        assert_eq!(stamp(&words("a:b b:c"), Purge::Keep).unwrap_err().code(), "usage");
        assert_eq!(stamp(&words("b a:c"), Purge::Keep).unwrap_err().code(), "usage");
    }
}
