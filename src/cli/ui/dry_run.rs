//! What `--dry-run` shows of a program: a reader of the value that would be run.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::cli::ui::json;
use crate::cli::ui::paint::Paint;
use crate::cli::ui::paint::Role;
use crate::cli::ui::place::Lines;
use crate::cli::ui::risk::risks;
use crate::cli::ui::step::step_line;
use crate::cli::ui::step::warning_line;
use crate::direction::Direction;
use crate::escape::escape;
use crate::escape::escape_lines;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::Write;
use crate::program::Action;
use crate::program::Mode;
use crate::program::Part;
use crate::program::Program;
use crate::program::ProgramStep;
use crate::program::Scope;
use crate::program::Undo;
use crate::sql::Statement;
use crate::sql::summary;

/// How much of each statement is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Its beginning, on one line.
    Beginning,
    /// All of it.
    Whole,
}

/// Returns the program in lines: its revisions, their transactions, and each statement with its place.
pub fn dry_run(program: &Program, extent: Extent, paint: Paint) -> String {
    let product = program.dialect.product();
    if program.is_empty() {
        return format!("nothing to do: the {product} database is at {}\n", escape(&program.from.to_string()));
    }
    let has_alone = program.steps.iter().flat_map(|step| &step.parts).any(|part| part.mode == Mode::Alone);
    let scope = if has_alone { Scope::Revision } else { program.scope };
    let mut text = Text { program, scope, extent, paint, lines: Lines::default(), text: String::new() };
    text.head();
    for (step, number) in program.steps.iter().zip(1..) {
        text.step(step, number);
    }
    if scope == Scope::Run {
        text.add(0, "\nCOMMIT");
    }
    // A stamp runs nothing, and has none.
    let risks = risks(&program.risks(), paint);
    if !risks.is_empty() {
        text.add(0, &risks);
    }
    for warning in &program.warnings {
        let line = warning_line(Some(&warning.span.to_string()), &warning.message, paint);
        text.add(0, &format!("\n{line}"));
    }
    text.text
}

struct Text<'a> {
    program: &'a Program,
    /// What commits together: a load on a database whose DDL commits by itself is no transaction, whatever its scope.
    scope: Scope,
    extent: Extent,
    paint: Paint,
    lines: Lines,
    text: String,
}

impl Text<'_> {
    fn head(&mut self) {
        let Program { dialect, from, to, steps, .. } = self.program;
        let count = match steps.len() {
            1 => "1 revision".to_owned(),
            several => format!("{several} revisions"),
        };
        let (from, to) = (from.to_string(), to.to_string());
        self.add(0, &format!("{count} on {}, from {} to {}", dialect.product(), escape(&from), escape(&to)));
        let together = match self.scope {
            Scope::Revision => "what is between BEGIN and COMMIT commits together",
            Scope::Run => "the whole run commits together",
        };
        self.add(0, &format!("dry run: nothing was sent; {together}"));
        if let Some(place) = &self.program.makes_journal_in {
            self.add(0, &format!("first run on this database: rev's tables would be created in {}", escape(place)));
        }
        if let Some(halfway) = &self.program.gives_up {
            self.add(0, &format!("\ngives up {}", escape(&halfway.forgotten())));
        }
        if self.scope == Scope::Run {
            self.add(0, "\nBEGIN");
        }
    }

    fn step(&mut self, step: &ProgramStep, number: usize) {
        let line = step_line(number, self.program.steps.len(), step, self.paint);
        self.add(0, &format!("\n{line}"));
        if !step.path.as_os_str().is_empty() {
            let path = step.path.display().to_string();
            let path = self.paint.text(Role::Faint, &escape(&path)).into_owned();
            self.add(2, &path);
            self.lines.has_told(&step.path);
        }
        if let Some(undo) = &step.undo {
            let Undo { parts, of, left_out } = undo;
            self.add(2, &format!("undoes what ran of its upgrade, which stopped after part {parts} of {of}"));
            if !left_out.is_empty() {
                self.add(2, "left out, since what it undoes never ran");
                left_out.iter().for_each(|statement| self.statement(statement, 4));
            }
        }
        for part in &step.parts {
            let is_done = part.number <= step.parts_done;
            if step.parts.len() > 1 {
                let done = if is_done { ": done by an earlier run, which stopped after it" } else { "" };
                self.add(2, &format!("part {} of {}{done}", part.number, step.parts.len()));
            }
            match (is_done, part.mode) {
                (true, _) => self.said_again(part),
                (false, Mode::Transaction) if self.scope == Scope::Run => self.inside(part, 4),
                (false, Mode::Transaction) => {
                    if let Some(shield) = part.shield() {
                        self.add(4, &format!("foreign keys off, {}", escape(&shield.reason())));
                    }
                    self.add(4, "BEGIN");
                    self.inside(part, 6);
                    self.add(4, "COMMIT");
                }
                (false, Mode::Alone) => {
                    self.add(4, "outside a transaction");
                    part.statements().for_each(|statement| self.statement(statement, 6));
                    // A load records nothing of its own statements.
                    if part.actions.iter().any(|action| matches!(action, Action::Write(_))) {
                        self.add(4, "BEGIN");
                        self.journal(part, 6);
                        self.add(4, "COMMIT");
                    }
                }
            }
        }
    }

    /// What set the session is sent again, since the session of the earlier run is gone.
    fn said_again(&mut self, part: &Part) {
        let mut session = part.settings().peekable();
        if session.peek().is_some() {
            self.add(4, "said again, for this session");
        }
        session.for_each(|statement| self.statement(statement, 6));
    }

    fn inside(&mut self, part: &Part, indent: usize) {
        part.statements().for_each(|statement| self.statement(statement, indent));
        if part.shield().is_some() {
            self.add(indent, "check: no row of another table is lost, no view and no trigger is broken");
        }
        self.journal(part, indent);
    }

    fn statement(&mut self, statement: &Statement, indent: usize) {
        let (path, line) = self.lines.told(&statement.span);
        if let Some(path) = path {
            let path = self.paint.text(Role::Faint, &path).into_owned();
            self.add(indent, &path);
        }
        let line = self.paint.text(Role::Faint, &line).into_owned();
        match self.extent {
            Extent::Beginning => {
                let summary = summary(statement.sql(), statement.reading);
                self.add(indent, &format!("{line}  {}", escape(&summary)));
            }
            Extent::Whole => {
                self.add(indent, &line);
                escape_lines(statement.sql()).lines().for_each(|line| self.add(indent + 2, line));
            }
        }
    }

    fn journal(&mut self, part: &Part, indent: usize) {
        let writes = part.actions.iter().filter_map(|action| match action {
            Action::Write(write) => Some(written(write, part)),
            _ => None,
        });
        let writes: Vec<String> = writes.filter(|text| !text.is_empty()).collect();
        if !writes.is_empty() {
            let line = format!("rev's own tables: {}", writes.join(", "));
            let line = self.paint.text(Role::Faint, &line).into_owned();
            self.add(indent, &line);
        }
    }

    fn add(&mut self, indent: usize, line: &str) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.text.push_str(line);
        self.text.push('\n');
    }
}

fn written(write: &Write, of: &Part) -> String {
    match write {
        Write::Rows { delete, insert } if delete.is_empty() && insert.is_empty() => String::new(),
        Write::Rows { delete, insert } => format!("version {} -> {}", ids(delete), ids(insert)),
        Write::History(_) => "history".to_owned(),
        Write::Proof { .. } => format!("part {} is done", of.number),
        Write::ClearProgress { .. } => "all parts are done".to_owned(),
    }
}

fn ids(rows: &BTreeSet<RevisionId>) -> String {
    if rows.is_empty() {
        return "(none)".to_owned();
    }
    let ids: Vec<_> = rows.iter().map(|id| escape(id.as_str())).collect();
    ids.join(", ")
}

/// Returns the program as a JSON document.
pub fn dry_run_json(program: &Program) -> String {
    let mut lines = Lines::default();
    let steps = program.steps.iter().map(|step| step_json(step, &mut lines)).collect();
    let gives_up = program.gives_up.as_ref().map(|halfway| &halfway.revision);
    let journal_created = program.makes_journal_in.is_some();
    let warnings = program.warnings.iter().map(json::WarningJson::of).collect();
    json::document(&ProgramJson { from: &program.from, to: &program.to, steps, gives_up, journal_created, warnings })
}

#[derive(Serialize)]
struct ProgramJson<'a> {
    from: &'a Heads,
    to: &'a Heads,
    steps: Vec<StepJson<'a>>,
    /// The revision that a stamp forgets, which stopped half-way.
    #[serde(skip_serializing_if = "Option::is_none")]
    gives_up: Option<&'a RevisionId>,
    /// Only if rev's own tables would be made.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    journal_created: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<json::WarningJson<'a>>,
}

#[derive(Serialize)]
struct StepJson<'a> {
    revision: &'a RevisionId,
    direction: Direction,
    path: Option<String>,
    /// How many parts of its own half-run upgrade it undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    undoes_parts: Option<usize>,
    /// What of the downgrade does not run, since what it undoes never ran.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<StatementJson<'a>>,
    parts: Vec<PartJson<'a>>,
}

#[derive(Serialize)]
struct PartJson<'a> {
    transaction: bool,
    /// Whether an earlier run did it.
    done: bool,
    /// The tables that it builds anew with foreign keys off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rebuilds: Vec<&'a str>,
    statements: Vec<StatementJson<'a>>,
}

#[derive(Serialize)]
struct StatementJson<'a> {
    file: String,
    line: usize,
    sql: &'a str,
}

fn step_json<'a>(step: &'a ProgramStep, lines: &mut Lines) -> StepJson<'a> {
    let mut statement = |statement: &'a Statement| StatementJson {
        file: json::path(&statement.span.source.path),
        line: lines.of(&statement.span),
        sql: statement.sql(),
    };
    let left_out = step.undo.iter().flat_map(|undo| &undo.left_out).map(&mut statement).collect();
    let mut part = |part: &'a Part| PartJson {
        transaction: part.mode == Mode::Transaction,
        done: part.number <= step.parts_done,
        rebuilds: part.shield().into_iter().flat_map(|shield| shield.tables.keys()).map(String::as_str).collect(),
        statements: part.statements().map(&mut statement).collect(),
    };
    StepJson {
        revision: &step.revision,
        direction: step.direction,
        path: (!step.path.as_os_str().is_empty()).then(|| json::path(&step.path)),
        undoes_parts: step.undo.as_ref().map(|undo| undo.parts),
        left_out,
        parts: step.parts.iter().map(&mut part).collect(),
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::ui::fixture::heads;
    use crate::cli::ui::fixture::program;

    use super::*;

    fn check(program: &Program, expected: &[&str]) {
        let text = dry_run(program, Extent::Beginning, Paint::Plain);
        assert_eq!(text.lines().collect::<Vec<_>>(), expected, "\n{text}");
    }

    #[test]
    fn every_statement_and_every_transaction_is_shown() {
        check(
            &program(),
            &[
                "2 revisions on PostgreSQL, from a to c",
                "dry run: nothing was sent; what is between BEGIN and COMMIT commits together",
                "",
                r"upgrade 1/2  b  create \u{1b} t",
                "  versions/b.sql",
                "  part 1 of 2: done by an earlier run, which stopped after it",
                "    said again, for this session",
                "      line 2  SET x = 1",
                "  part 2 of 2",
                "    outside a transaction",
                "      line 6  CREATE INDEX CONCURRENTLY i ON t (i)",
                "    BEGIN",
                "      rev's own tables: version a -> b, history, all parts are done",
                "    COMMIT",
                "",
                "upgrade 2/2  c",
                "  versions/c.sql",
                "    BEGIN",
                "      line 1  DROP TABLE t",
                "      rev's own tables: version b -> c, history",
                "    COMMIT",
                "",
                "warning: drops a table with its rows: DROP TABLE t (versions/c.sql:1:1)",
                "",
                "warning: versions/c.sql:1:6: this is odd",
            ],
        );
    }

    #[test]
    fn a_run_in_one_transaction_has_one_begin_and_one_commit() {
        let mut program = program();
        program.scope = Scope::Run;
        program.warnings.clear();
        program.steps.remove(0);
        check(
            &program,
            &[
                "1 revision on PostgreSQL, from a to c",
                "dry run: nothing was sent; the whole run commits together",
                "",
                "BEGIN",
                "",
                "upgrade 1/1  c",
                "  versions/c.sql",
                "    line 1  DROP TABLE t",
                "    rev's own tables: version b -> c, history",
                "",
                "COMMIT",
                "",
                "warning: drops a table with its rows: DROP TABLE t (versions/c.sql:1:1)",
            ],
        );
    }

    #[test]
    fn an_unfinished_part_is_shown_as_it_runs() {
        let mut program = program();
        program.steps[0].parts_done = 0;
        let text = dry_run(&program, Extent::Beginning, Paint::Plain);
        let part = [
            "  part 1 of 2",
            "    BEGIN",
            "      line 2  SET x = 1",
            "      line 3  CREATE TABLE t ( i INTEGER )",
            "      rev's own tables: part 1 is done",
            "    COMMIT",
            "  part 2 of 2",
        ];
        assert!(text.contains(&part.join("\n")), "{text}");
    }

    #[test]
    fn every_statement_is_shown_whole_when_more_is_wanted() {
        let mut program = program();
        program.steps[0].parts_done = 0;
        let text = dry_run(&program, Extent::Whole, Paint::Plain);
        let part = ["      line 3", "        CREATE TABLE t (", "          i INTEGER", "        )", "      rev's own"];
        assert!(text.contains(&part.join("\n")), "{text}");
    }

    #[test]
    fn a_statement_of_another_file_has_its_path_once() {
        let mut program = program();
        program.steps.remove(0);
        program.steps[0].path = "versions/moved.sql".into();
        let text = dry_run(&program, Extent::Beginning, Paint::Plain);
        let part = ["  versions/moved.sql", "    BEGIN", "      versions/c.sql", "      line 1  DROP TABLE t"];
        assert!(text.contains(&part.join("\n")), "{text}");
    }

    #[test]
    fn nothing_to_do_is_said_in_a_line() {
        let mut program = program();
        program.steps.clear();
        program.from = heads("b a");
        check(&program, &["nothing to do: the PostgreSQL database is at a, b"]);
        program.from = heads("");
        check(&program, &["nothing to do: the PostgreSQL database is at base"]);
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let colored = dry_run(&program(), Extent::Beginning, Paint::Color);
        assert!(colored.contains("\x1b["));
        assert_eq!(
            anstream::adapter::strip_str(&colored).to_string(),
            dry_run(&program(), Extent::Beginning, Paint::Plain)
        );
    }

    #[test]
    fn every_statement_has_its_place_in_json() {
        assert_eq!(
            dry_run_json(&program()),
            concat!(
                r#"{"ok":true,"from":["a"],"to":["c"],"steps":["#,
                r#"{"revision":"b","direction":"upgrade","path":"versions/b.sql","parts":["#,
                r#"{"transaction":true,"done":true,"statements":["#,
                r#"{"file":"versions/b.sql","line":2,"sql":"SET x = 1"},"#,
                r#"{"file":"versions/b.sql","line":3,"sql":"CREATE TABLE t (\n  i INTEGER\n)"}]},"#,
                r#"{"transaction":false,"done":false,"statements":["#,
                r#"{"file":"versions/b.sql","line":6,"sql":"CREATE INDEX CONCURRENTLY i ON t (i)"}]}]},"#,
                r#"{"revision":"c","direction":"upgrade","path":"versions/c.sql","parts":["#,
                r#"{"transaction":true,"done":false,"statements":["#,
                r#"{"file":"versions/c.sql","line":1,"sql":"DROP TABLE t"}]}]}],"#,
                r#""warnings":[{"code":"odd","message":"this is odd","file":"versions/c.sql","line":1}]}"#,
                "\n"
            )
        );
    }
}
