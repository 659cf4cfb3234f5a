//! One look at a project: its files, and, when asked for, a database and a git reference.

use std::collections::BTreeSet;
use std::collections::HashSet;
use std::path::Path;
use std::path::PathBuf;

use crate::check::applied::AppliedView;
use crate::check::configured::Configured;
use crate::check::configured::configured;
use crate::check::configured::dialects;
use crate::check::files::GraphView;
use crate::check::files::ScriptView;
use crate::check::finding::Finding;
use crate::check::finding::Remark;
use crate::check::rebuild::Rebuilds;
use crate::check::reference::ReferenceView;
use crate::check::rule::Look;
use crate::check::rule::RULES;
use crate::check::rule::Rule;
use crate::config::Config;
use crate::dialect::Dialect;
use crate::diff::Difference;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::RevisionGraph;
use crate::id::RevisionId;
use crate::journal::Probe;
use crate::nearest::nearest;
use crate::project::Project;
use crate::run::session::Session;
use crate::run::session::location;
use crate::script::Outline;
use crate::script::Script;
use crate::script::ScriptDir;
use crate::script::Warning;

/// What is wrong with a project.
#[derive(Debug)]
pub struct Check<'c> {
    /// What was found so far.
    pub findings: Vec<Finding>,
    config: &'c Config,
    configured: Option<Configured>,
    rules: Vec<&'static Rule>,
    outlines: Vec<Outline>,
    /// Files whose script is broken.
    broken: HashSet<PathBuf>,
    rebuilds: Rebuilds,
    /// A journal of no database, for what is compiled as SQLite would run it.
    unasked: Probe,
    /// Nothing when a script is broken or the graph is not sound.
    graph: Option<RevisionGraph>,
}

impl<'c> Check<'c> {
    /// Looks at every script and at the graph; needs no database.
    ///
    /// Each script is looked at as every dialect that one of its sections names, and as the configured one. `allowed`
    /// and the configuration say which rules have no say. Fails only when there is no such rule, or when the folders
    /// themselves cannot be read.
    pub fn files(config: &'c Config, allowed: &[String]) -> Result<Self, Error> {
        let rules = rules(config, allowed)?;
        let (outlines, broken, graph, configured) = (Vec::new(), HashSet::new(), None, configured(config));
        let (rebuilds, unasked) =
            (Rebuilds::default(), location(&config.database, []).unasked(Dialect::Sqlite, "main"));
        let mut check =
            Self { findings: Vec::new(), config, configured, rules, outlines, broken, rebuilds, unasked, graph };
        let dir = ScriptDir { folders: config.versions.clone(), is_recursive: config.recursive };
        let listing = dir.list()?;
        listing.scripts.iter().for_each(|path| check.script(path));
        check.look(|look| match look {
            Look::Listing(look) => look(&listing),
            _ => Vec::new(),
        });
        check.rebuilds();
        // Where a script is broken, the graph would only complain that it is missing.
        if check.broken.is_empty() {
            match Outline::graph(&check.outlines) {
                Err(error) => check.findings.extend(error.problems().iter().map(Finding::from)),
                Ok(graph) => check.graph(graph),
            }
        }
        Ok(check)
    }

    /// Compares the scripts with those that a git reference has.
    pub fn against(&mut self, reference: &str) -> Result<(), Error> {
        let outlines = std::mem::take(&mut self.outlines);
        let broken = std::mem::take(&mut self.broken);
        let view = ReferenceView::read(self.config, reference, self.configured, &outlines, &broken)?;
        self.look(|look| match look {
            Look::Reference(look) => look(&view),
            _ => Vec::new(),
        });
        drop(view);
        (self.outlines, self.broken) = (outlines, broken);
        Ok(())
    }

    /// Returns the ids of the scripts that could be read.
    pub fn ids(&self) -> Vec<RevisionId> {
        self.outlines.iter().map(|outline| outline.header.revision.value.clone()).collect()
    }

    /// Compares the scripts with what was applied to a database; says nothing while the scripts are not sound.
    pub async fn applied(&mut self, session: &mut Session) -> Result<(), Error> {
        let Some(graph) = self.graph.take() else { return Ok(()) };
        let outlines = std::mem::take(&mut self.outlines);
        let view = GraphView::new(&graph, &outlines);
        let applied = AppliedView::read(&view, session).await?;
        self.look(|look| match look {
            Look::Applied(look) => look(&applied),
            _ => Vec::new(),
        });
        (self.graph, self.outlines) = (Some(graph), outlines);
        self.halfway(session).await
    }

    /// Tells of a revision that stopped between its parts, unless another run is at it now.
    async fn halfway(&mut self, session: &mut Session) -> Result<(), Error> {
        if session.progress.is_empty() || session.working().await?.is_some() {
            return Ok(());
        }
        let project = Project::load(self.config.clone())?;
        let Some(halfway) = project.halfway(session) else { return Ok(()) };
        let stopped = Error::from(halfway.error());
        let errors = [stopped].into_iter().chain(project.edited_halfway(session));
        let found = |error: Error| Finding { revision: Some(halfway.revision.clone()), ..Finding::from(&error) };
        self.findings.extend(errors.map(found));
        Ok(())
    }

    /// Takes in what the scripts make differs from the model.
    pub fn model(&mut self, found: &[Difference]) {
        self.look(|look| match look {
            Look::Model(look) => look(found),
            _ => Vec::new(),
        });
    }

    /// Returns whether the scripts can be read and the graph is sound.
    pub fn is_sound(&self) -> bool {
        self.graph.is_some()
    }

    fn look(&mut self, look: impl Fn(&Look) -> Vec<Remark>) {
        for rule in &self.rules {
            self.findings.extend(look(&rule.look).into_iter().map(|remark| rule.finding(remark)));
        }
    }

    /// Looks at what is rebuilt, once it is known which tables are referenced.
    fn rebuilds(&mut self) {
        let rebuilds = std::mem::take(&mut self.rebuilds);
        self.look(|look| match look {
            Look::Rebuilds(look) => look(&rebuilds),
            _ => Vec::new(),
        });
    }

    fn graph(&mut self, graph: RevisionGraph) {
        let outlines = std::mem::take(&mut self.outlines);
        let view = GraphView::new(&graph, &outlines);
        self.look(|look| match look {
            Look::Graph(look) => look(&view),
            _ => Vec::new(),
        });
        (self.graph, self.outlines) = (Some(graph), outlines);
    }

    /// Reads one script; of its text, only what the graph needs is kept.
    fn script(&mut self, path: &Path) {
        let script = match Script::read(path) {
            Ok(script) => script,
            Err(error) => {
                self.broken.insert(path.to_owned());
                return self.findings.extend(error.problems().iter().map(Finding::from));
            }
        };
        let known = self.findings.len();
        let dialects = dialects(&script, self.configured);
        let (errors, warnings) = statements(&script, &dialects);
        self.findings.extend(errors);
        let view = ScriptView { script: &script, dialects: &dialects, warnings: &warnings };
        self.look(|look| match look {
            Look::Script(look) => look(&view),
            _ => Vec::new(),
        });
        let id = &script.header.revision.value;
        self.findings[known..].iter_mut().for_each(|finding| finding.revision = Some(id.clone()));
        let is_for_sqlite = dialects.contains(&Dialect::Sqlite);
        let script = if is_for_sqlite { self.rebuilds.read(script, &self.unasked) } else { script };
        let Script { header, sections, .. } = script;
        self.outlines.push(Outline { path: path.to_owned(), header, sections });
    }
}

/// Returns the rules that have a say.
fn rules(config: &Config, allowed: &[String]) -> Result<Vec<&'static Rule>, Error> {
    let allowed: Vec<&String> = config.allowed.iter().chain(allowed).collect();
    let codes = || RULES.iter().map(|rule| rule.code);
    if let Some(name) = allowed.iter().find(|name| !codes().any(|code| code == ***name)) {
        let nearest = nearest(name, codes()).map(str::to_owned);
        let known = codes().map(str::to_owned).collect();
        return Err(ErrorKind::UnknownRule { name: (*name).clone(), known, nearest }.into());
    }
    Ok(RULES.iter().filter(|rule| !allowed.iter().any(|name| *name == rule.code)).collect())
}

/// A URL that cannot be known here, in CI for instance, leaves the dialects that scripts name.
/// Returns what is wrong with the statements and what is odd about them, each once however many dialects see it.
fn statements(script: &Script, dialects: &BTreeSet<Dialect>) -> (Vec<Finding>, Vec<Warning>) {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    for &dialect in dialects {
        for direction in [Direction::Upgrade, Direction::Downgrade] {
            match script.checked_statements(direction, dialect, dialect.into()) {
                Ok(sections) => warnings.extend(sections.into_iter().flat_map(|section| section.warnings)),
                Err(found) => errors.extend(found.iter().map(Finding::from)),
            }
        }
    }
    (each_once(errors), each_once(warnings))
}

fn each_once<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut once: Vec<T> = Vec::new();
    for item in items {
        if !once.contains(&item) {
            once.push(item);
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::config::Environment;
    use crate::config::Selection;

    /// Checks the codes and lines of what is found in a folder with these scripts.
    fn check(config: &str, scripts: &[&str], expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("versions")).unwrap();
        fs::write(folder.path().join("migrations.toml"), config).unwrap();
        for (text, n) in scripts.iter().zip(1..) {
            fs::write(folder.path().join(format!("versions/{n}.sql")), text).unwrap();
        }
        let config = Config::load(folder.path(), &Selection::default(), &Environment::default()).unwrap();
        let found: Vec<String> = Check::files(&config, &[])
            .unwrap()
            .findings
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

    /// Checks what is found besides messages and downgrades that are not there.
    fn check_scripts(scripts: &[&str], expected: &[&str]) {
        check("[check]\nallow = ['empty-message', 'missing-downgrade']\n", scripts, expected);
    }

    #[test]
    fn sound_scripts_have_no_findings() {
        check_scripts(&["-- a\n--\n-- revision: a\n-- rev: upgrade\nSELECT 1;\n-- rev: downgrade\n"], &[]);
    }

    #[test]
    fn several_heads_are_found() {
        check_scripts(
            &["-- revision: a\n-- rev: upgrade empty\n", "-- revision: b\n-- rev: upgrade empty\n"],
            &["multiple-heads"],
        );
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
            &["-- revision: a\n-- rev: upgrad\n", "-- revision: b\n-- down_revision: a\n-- rev: upgrade empty\n"],
            &["unknown-directive 1.sql:2"],
        );
    }

    const REBUILD: &str = "CREATE TABLE n (id INTEGER PRIMARY KEY);\nINSERT INTO n SELECT id FROM p;\nDROP TABLE p;\nALTER TABLE n RENAME TO p;\n";

    #[test]
    fn a_rebuild_without_a_transaction_is_found_in_both_directions() {
        let off = format!("-- revision: a\n-- rev: upgrade transaction=off\n{REBUILD}");
        check_scripts(&[&off], &["unshielded-rebuild 1.sql:5"]);
        check_scripts(&[&off.replace("CREATE TABLE n", "PRAGMA foreign_keys = OFF;\nCREATE TABLE n")], &[]);
        check_scripts(&[&off.replace(" transaction=off", "")], &[]);
        check_scripts(&[&off.replace("upgrade", "upgrade dialect=postgres")], &[]);
        let down = format!("-- revision: a\n-- rev: upgrade empty\n-- rev: downgrade transaction=off\n{REBUILD}");
        check_scripts(&[&down], &["unshielded-rebuild 1.sql:6"]);
        let open = "[check]\nallow = ['empty-message', 'missing-downgrade', 'unshielded-rebuild']\n";
        check(open, &[&off], &[]);
    }

    #[test]
    fn a_rebuild_beside_a_change_of_rows_that_another_script_references_is_found() {
        let table = |name: &str| {
            format!(
                "-- revision: a\n-- rev: upgrade\nCREATE TABLE c (p INTEGER REFERENCES \"{name}\" ON DELETE CASCADE);\n"
            )
        };
        let both = format!("-- revision: b\n-- down_revision: a\n-- rev: upgrade\nDELETE FROM q;\n{REBUILD}");
        check_scripts(&[&table("Q"), &both], &["parent-changed-in-rebuild 2.sql:4"]);
        check_scripts(&[&table("p"), &both], &[]);
        let apart = both.replace("CREATE TABLE n", "-- rev: upgrade\nCREATE TABLE n");
        check_scripts(&[&table("q"), &apart], &[]);
    }

    #[test]
    fn foreign_keys_that_are_set_inside_of_a_transaction_are_found() {
        let set = "PRAGMA foreign_keys = ON;\n";
        check_scripts(
            &[&format!("-- revision: a\n-- rev: upgrade\n{set}{REBUILD}")],
            &["pragma-without-effect 1.sql:3"],
        );
        let off = set.replace("ON", "OFF");
        check_scripts(&[&format!("-- revision: a\n-- rev: upgrade\n{off}{REBUILD}{set}")], &[]);
    }

    #[test]
    fn what_nobody_thought_of_is_found() {
        let sound = "-- m\n--\n-- revision: a\n-- rev: upgrade\nSELECT 1;\n-- rev: downgrade\n";
        check(
            "",
            &[sound, "-- revision: b\n-- down_revision: a\n-- rev: upgrade\n"],
            &["empty-message 2.sql:1", "missing-downgrade 2.sql:1", "empty-upgrade 2.sql:3"],
        );
        check(
            "[check]\nallow = ['empty-upgrade']\n",
            &["-- m\n--\n-- revision: a\n-- rev: upgrade\n-- rev: downgrade\n"],
            &[],
        );
    }

    #[test]
    fn a_downgrade_is_missing_where_a_database_has_none() {
        let script = "-- m\n--\n-- revision: a\n-- rev: upgrade dialect=postgres\nSELECT 1;\n-- rev: downgrade dialect=postgres\n";
        check("", &[script], &[]); // nobody said that it shall run on SQLite
        check("[database]\nurl = 'sqlite:x.db'\n", &[script], &["nothing-for-dialect 1.sql:4"]);
        let both = script.replace("-- rev: downgrade", "-- rev: upgrade dialect=mysql\nSELECT 1;\n-- rev: downgrade");
        check("[database]\nurl = 'postgres://h/d'\n", &[&both], &["missing-downgrade 1.sql:3"]);
    }

    #[test]
    fn a_rule_that_is_not_there_cannot_be_allowed() {
        let config = Config { allowed: vec!["multiple-head".to_owned()], ..config_here() };
        let error = Check::files(&config, &[]).unwrap_err();
        assert_eq!(error.code(), "unknown-rule");
        assert!(error.hint().unwrap().starts_with("did you mean `multiple-heads`? there are empty-message, "));
    }

    fn config_here() -> Config {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        Config::load(folder, &Selection::default(), &Environment::default()).unwrap()
    }
}
