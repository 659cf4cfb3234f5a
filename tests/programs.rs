//! Plans and programs of the example history, entry by entry, as they were last looked at.
//!
//! `REV_BLESS=1` writes the files in `tests/golden/programs` anew; read the difference before you commit it.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rev::Project;
use rev::config::Config;
use rev::config::Environment;
use rev::config::Selection;
use rev::dialect::Dialect;
use rev::graph::Anchor;
use rev::graph::Plan;
use rev::graph::Target;
use rev::id::Heads;
use rev::journal::Expect;
use rev::journal::Journal;
use rev::journal::Moment;
use rev::journal::Probe;
use rev::journal::SessionRole;
use rev::program::Action;
use rev::program::CompileFor;
use rev::program::Program;
use rev::program::Scope;
use rev::program::Shielding;
use rev::sql::summary;

fn example() -> Project {
    load("")
}

fn load(folder: &str) -> Project {
    // The folder of the package is the working folder of its tests, so paths in the files are relative.
    let config =
        Config::load(Path::new(folder), &Selection::default(), &Environment::default()).expect("it is a project");
    Project::load(config).expect("the example is sound")
}

fn probe(dialect: Dialect) -> Probe {
    Probe {
        journal: Journal::new(dialect, "app", "rev_version", "rev_"),
        schema_exists: true,
        server_version: String::new(),
        existing: Vec::new(),
        width: None,
        has_foreign_tables: false,
        role: SessionRole::None,
        names: None,
        foreign: None,
        text_mode: String::new(),
        max_packet: None,
        lacks: Vec::new(),
        connection: None,
        folds_names: false,
        others: Vec::new(),
        doubt: None,
    }
}

fn compile(project: &Project, plan: &Plan, dialect: Dialect) -> Program {
    let scripts: BTreeMap<_, _> = plan
        .steps
        .iter()
        .map(|step| (step.revision.clone(), project.script(&step.revision).expect("the script can be read")))
        .collect();
    let target = CompileFor { rows: &plan.from, probe: &probe(dialect), scope: Scope::Revision, progress: &[] };
    Program::compile(plan, &scripts, &target).expect("the example compiles")
}

/// Writes an entry a line; what only time or the version of rev decides is left out.
fn listing(program: &Program, journal: &Journal) -> String {
    let mut text = format!("from {} to {}\n", program.from, program.to);
    for step in &program.steps {
        let _ = writeln!(text, "\n{} {}  {}", step.direction, step.revision, step.message);
        for part in &step.parts {
            let _ = writeln!(text, "  part {} ({:?})", part.number, part.mode);
            for action in &part.actions {
                let line = match action {
                    Action::Statement(statement) => {
                        let line = statement.span.start().line;
                        format!("{line}: {}", summary(statement.sql(), program.dialect.family()))
                    }
                    Action::Restore(sql) => format!("restore: {}", short(sql)),
                    Action::Write(write) => {
                        let statements = journal.statements(write, Moment::Offline);
                        let rows = |expect: Expect| match expect {
                            Expect::Touches(rows) => format!(" [{rows}]"),
                            _ => String::new(),
                        };
                        statements
                            .iter()
                            .filter(|one| one.expect.is_change())
                            .map(|one| format!("journal: {}{}", short(&one.sql), rows(one.expect)))
                            .collect::<Vec<_>>()
                            .join("\n    ")
                    }
                    Action::Shield(Shielding::Note(shield)) => format!("Shield(Note): {}", shield.names()),
                    other => format!("{other:?}"),
                };
                let _ = writeln!(text, "    {line}");
            }
        }
    }
    text
}

fn short(sql: &str) -> String {
    const SHOWN: usize = 100;
    if sql.chars().count() <= SHOWN { sql.to_owned() } else { sql.chars().take(SHOWN).chain(['…']).collect() }
}

fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/programs").join(name);
    if env::var_os("REV_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder can be made");
        fs::write(&path, text).expect("the file can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name}: REV_BLESS=1 writes it anew");
}

#[test]
fn plans_of_the_example_are_as_they_were() {
    let project = example();
    let mut text = String::new();
    for target in ["head", "billing", "billing@head", "58d3e07b9c1f", "+2", "base"] {
        let target: Target = target.parse().expect("it is a target");
        let plan = project.graph.plan_upgrade(&target, &Heads::empty()).expect("it can be planned");
        let steps: Vec<String> = plan.steps.iter().map(|step| step.revision.to_string()).collect();
        let _ = writeln!(text, "upgrade {target}: {} => {}", steps.join(" "), plan.to);
    }
    let full = project.graph.plan_upgrade(&Target::new(Anchor::Head), &Heads::empty()).expect("it can be planned").to;
    for target in ["base", "-1", "billing", "billing@base", "6d20b8f3e9a1", "b1549e3ca7f0"] {
        let target: Target = target.parse().expect("it is a target");
        match project.graph.plan_downgrade(&target, &full) {
            Ok(plan) => {
                let steps: Vec<String> = plan.steps.iter().map(|step| step.revision.to_string()).collect();
                let _ = writeln!(text, "downgrade {target}: {} => {}", steps.join(" "), plan.to);
            }
            Err(refused) => {
                let _ = writeln!(text, "downgrade {target}: {}", refused.code());
            }
        }
    }
    check("plans.txt", &text);
}

#[test]
fn programs_of_the_example_are_as_they_were() {
    let project = example();
    for dialect in Dialect::ALL {
        check(&format!("{dialect}.txt"), &up_and_down(&project, dialect));
    }
}

#[test]
fn the_program_of_a_rebuild_is_as_it_was() {
    check("sqlite.rebuild.txt", &up_and_down(&load("tests/golden/rebuild"), Dialect::Sqlite));
}

fn up_and_down(project: &Project, dialect: Dialect) -> String {
    let journal = probe(dialect).journal;
    let up = project.graph.plan_upgrade(&Target::new(Anchor::Head), &Heads::empty()).expect("it can be planned");
    let down = project.graph.plan_downgrade(&Target::new(Anchor::Base), &up.to).expect("it can be planned");
    let mut text = listing(&compile(project, &up, dialect), &journal);
    text.push_str("\n----\n\n");
    text.push_str(&listing(&compile(project, &down, dialect), &journal));
    text
}
