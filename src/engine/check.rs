//! What is wrong with scripts and graph, as findings; needs no database.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::config::Config;
use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::engine::project::build;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::RevisionId;
use crate::script::Outline;
use crate::script::Script;
use crate::script::ScriptDir;
use crate::span::Span;

/// Something that `check` has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A slug that stays the same from version to version; that of the error where it is one.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about, in the style of an error's message.
    pub message: String,
    /// Where, if it is about a line.
    pub span: Option<Span>,
    /// The file it is about, if there is one.
    pub file: Option<PathBuf>,
    /// The revision it is about, if it is one.
    pub revision: Option<RevisionId>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It works, but probably not as it was meant.
    Warning,
    /// `upgrade head` would refuse.
    Error,
}

/// Looks at every script and at the graph.
///
/// Each script is looked at as every dialect that one of its sections names, and as the configured one. Fails only
/// when the folders themselves cannot be read.
pub fn check(config: &Config) -> Result<Vec<Finding>, Error> {
    let dir = ScriptDir { folders: config.versions.clone(), is_recursive: config.recursive };
    let (outlines, problems) = dir.load_with_problems(|outline| outline)?;
    // A URL that cannot be known here, in CI for instance, leaves the dialects that scripts name.
    let configured = config.database.url.resolve().ok().map(|resolved| resolved.url.dialect());
    let mut findings: Vec<Finding> = problems.iter().map(Finding::from).collect();
    for outline in &outlines {
        findings.extend(statements(outline, configured));
    }
    // Where a script is broken, the graph would only complain that it is missing.
    if problems.is_empty() {
        match build(&outlines) {
            Err(error) => findings.extend(error.problems().iter().map(Finding::from)),
            Ok(graph) => {
                let heads: Vec<RevisionId> = graph.heads().iter().map(|revision| revision.id.clone()).collect();
                if heads.len() > 1 {
                    findings.push(Finding::from(&ErrorKind::MultipleHeads { target: "head".to_owned(), heads }.into()));
                }
            }
        }
    }
    Ok(findings)
}

fn statements(outline: &Outline, configured: Option<Dialect>) -> Vec<Finding> {
    let script = match outline.script() {
        Ok(script) => script,
        Err(error) => return error.problems().iter().map(Finding::from).collect(),
    };
    let mut findings: Vec<Finding> = Vec::new();
    for dialect in dialects(&script, configured) {
        for direction in [Direction::Upgrade, Direction::Downgrade] {
            let found: Vec<Finding> = match script.statements(direction, dialect) {
                Ok(sections) => sections.into_iter().flat_map(|section| section.warnings).map(Finding::from).collect(),
                Err(errors) => errors.iter().map(Finding::from).collect(),
            };
            for finding in found {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    for finding in &mut findings {
        finding.revision = Some(outline.header.revision.value.clone());
    }
    findings
}

fn dialects(script: &Script, configured: Option<Dialect>) -> BTreeSet<Dialect> {
    let mut dialects = script.named_dialects();
    dialects.extend(configured);
    if dialects.is_empty() {
        dialects.insert(Dialect::Sqlite);
    }
    dialects
}

impl From<&Error> for Finding {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code(),
            severity: Severity::Error,
            message: error.kind.to_string(),
            span: error.span.clone(),
            file: error.span.as_ref().map(|span| span.source.path.clone()),
            revision: None,
            hint: error.hint(),
        }
    }
}

impl From<crate::script::Warning> for Finding {
    fn from(warning: crate::script::Warning) -> Self {
        Self {
            code: warning.code,
            severity: Severity::Warning,
            message: warning.message,
            file: Some(warning.span.source.path.clone()),
            span: Some(warning.span),
            revision: None,
            hint: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::config::Environment;
    use crate::config::Selection;

    /// Checks the codes and lines of what is found in a folder with these scripts.
    fn check_scripts(scripts: &[&str], expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("versions")).unwrap();
        for (text, n) in scripts.iter().zip(1..) {
            fs::write(folder.path().join(format!("versions/{n}.sql")), text).unwrap();
        }
        let config = Config::load(folder.path(), &Selection::default(), &Environment::default()).unwrap();
        let found: Vec<String> = check(&config)
            .unwrap()
            .iter()
            .map(|finding| match (&finding.file, &finding.span) {
                (Some(file), Some(span)) => {
                    let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy();
                    format!("{} {name}:{}", finding.code, span.start().line)
                }
                _ => finding.code.to_owned(),
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn sound_scripts_have_no_findings() {
        check_scripts(&["-- a\n--\n-- revision: a\n-- rev: upgrade\nSELECT 1;\n-- rev: downgrade\n"], &[]);
    }

    #[test]
    fn several_heads_are_found() {
        check_scripts(&["-- revision: a\n-- rev: upgrade\n", "-- revision: b\n-- rev: upgrade\n"], &["multiple-heads"]);
    }

    #[test]
    fn a_section_is_checked_as_the_dialect_that_it_names() {
        check_scripts(
            &[
                "-- revision: a\n-- rev: upgrade dialect=postgres\nVACUUM;\n-- rev: upgrade dialect=mysql\n# x; 'y\nSELECT 1;\n",
            ],
            &["needs-no-transaction 1.sql:3"],
        );
    }

    #[test]
    fn a_broken_script_does_not_make_its_children_look_lost() {
        check_scripts(
            &["-- revision: a\n-- rev: upgrad\n", "-- revision: b\n-- down_revision: a\n-- rev: upgrade\n"],
            &["unknown-directive 1.sql:2"],
        );
    }
}
