//! The text of a program: what a run would send, with what only text needs around it.

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::direction::Direction;
use crate::journal::Expected;
use crate::journal::Moment;
use crate::journal::Write;
use crate::offline::script::OfflineScript;
use crate::offline::shell::Shell;
use crate::program::action::Action;
use crate::program::limits;
use crate::program::limits::Lasting;
use crate::program::limits::Limits;
use crate::program::part::Mode;
use crate::program::part::Part;
use crate::program::program::ProgramStep;
use crate::program::program::Scope;
use crate::program::restore::Restore;
use crate::program::shield::Shielding;
use crate::program::transaction;
use crate::script::Timeouts;

/// Lets psql find out where the journal is, where nobody has said it: as rev does when it connects.
const FIND_SCHEMA: &str = "SELECT pg_catalog.current_schema() AS rev_schema \\gset\n";

/// Leads the names of the journal there, whatever a script set, and past temporary tables of the same names.
const ENTER_SCHEMA: &str = "SELECT pg_catalog.current_setting('search_path') AS rev_path \\gset\n\
                         SET LOCAL search_path = :\"rev_schema\", pg_temp;\n";

/// Leads all names where they were: what is deferred to the commit is the script's.
const LEAVE_SCHEMA: &str = "SELECT pg_catalog.set_config('search_path', :'rev_path', true) AS rev_path \\gset\n";

impl OfflineScript {
    /// Returns the text for the shell of the program's dialect.
    pub fn text(&self) -> String {
        Printer::new(self).print()
    }
}

/// Writes the text from its beginning to its end.
pub(crate) struct Printer<'a> {
    script: &'a OfflineScript,
    shell: Shell<'a>,
    family: Family,
    /// The journal as it will be when the shell has come this far.
    expected: Expected,
    /// What must wait for the one commit of the run.
    after_run: Vec<&'a str>,
    text: String,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(script: &'a OfflineScript) -> Self {
        Self {
            script,
            shell: Shell::new(&script.probe.journal),
            family: script.program.dialect.family(),
            expected: script.start.clone(),
            after_run: Vec::new(),
            text: String::new(),
        }
    }

    /// Returns the whole text.
    pub(crate) fn print(mut self) -> String {
        let script = self.script;
        let program = &script.program;
        self.text.extend(self.shell.opening().iter().flat_map(|line| [line, "\n"]));
        self.head();
        if program.is_empty() {
            return self.text;
        }
        self.open_session();
        self.create_journal();
        if program.scope == Scope::Run {
            self.comment("\nthe whole run is one transaction");
            self.own(transaction::begin(self.family));
            if program.dialect.has_transactional_ddl() {
                self.own(transaction::SET_GUARD);
            }
        }
        for (index, step) in program.steps.iter().enumerate() {
            self.step(step, index);
        }
        if program.scope == Scope::Run {
            self.text.push('\n');
            if program.dialect.has_transactional_ddl() {
                self.own(transaction::CHECK_GUARD);
            }
            self.own(transaction::COMMIT);
            std::mem::take(&mut self.after_run).into_iter().for_each(|sql| self.own(sql));
        }
        self.comment(&format!("\nthe database is at {}", program.to));
        self.text
    }

    fn head(&mut self) {
        let program = &self.script.program;
        let product = program.dialect.product();
        let version = env!("CARGO_PKG_VERSION");
        if program.is_empty() {
            self.comment(&format!("rev {version}: nothing to do, the {product} database is at {}", program.from));
            return;
        }
        let count = program.steps.len();
        let revisions = if count == 1 { "revision" } else { "revisions" };
        self.comment(&format!(
            "Made by rev {version} for {product}: {count} {revisions}, from {} to {}.",
            program.from, program.to
        ));
        self.comment(&format!("    {}", self.shell.command()));
        self.comment(
            "It stops at the first error, and before it changes anything where the database is not as it expects.",
        );
        self.comment("What has been committed stays; `rev upgrade` and `rev downgrade` continue from there.");
        let mut statements = program.steps.iter().flat_map(ProgramStep::statements);
        if program.dialect == Dialect::Mysql && statements.any(|one| self.shell.loses_comments(one)) {
            self.comment("The mysql program takes the comments out of routines unless it is run with --comments.");
        }
    }

    /// Brings the shell's session to where rev's own begins.
    fn open_session(&mut self) {
        let probe = &self.script.probe;
        let restore = Restore::new(probe);
        if self.family != Family::Sqlite {
            self.comment("\na session as rev would have it");
        }
        probe.journal.expect_product().iter().for_each(|sql| self.own(sql));
        self.text.push_str(&self.script.settings);
        if self.family == Family::Mysql {
            restore.use_database().iter().chain(&restore.note()).for_each(|sql| self.own(sql));
        }
        if self.finds_schema() {
            self.text.push_str(FIND_SCHEMA);
        }
    }

    /// Makes what is missing of the journal, in a transaction with the check of its state where the server has such.
    fn create_journal(&mut self) {
        self.comment("\nrev's own tables, and where the database must be");
        let journal = &self.script.probe.journal;
        let mut tables = journal.create();
        if self.family == Family::Mysql {
            // Nothing can be taken back there, so the rows are looked at as soon as there is a table of them.
            if self.expected.rows.is_empty() {
                self.own(&tables.remove(0));
            }
            journal.expect_rows(&self.expected.rows).iter().for_each(|sql| self.own(sql));
        } else {
            self.own(transaction::begin(self.family));
        }
        if self.family == Family::Postgres {
            self.own("SET LOCAL client_min_messages = warning");
        }
        self.enter_schema();
        tables.iter().for_each(|sql| self.own(sql));
        journal.expect_format().iter().for_each(|sql| self.own(sql));
        self.expect();
        self.leave_schema();
        if self.family != Family::Mysql {
            self.own(transaction::COMMIT);
        }
    }

    fn step(&mut self, step: &'a ProgramStep, index: usize) {
        let of = self.script.program.steps.len();
        let message = if step.message.is_empty() { String::new() } else { format!(": {}", step.message) };
        self.comment(&format!("\n{}/{of} {} {}{message}", index + 1, step.direction, step.revision));
        if !step.path.as_os_str().is_empty() {
            self.comment(&step.path.display().to_string());
        }
        if index > 0 {
            self.expect_before_step();
        }
        for part in &step.parts {
            if step.parts.len() > 1 {
                let done = if part.number <= step.parts_done { ", done by an earlier run" } else { "" };
                self.comment(&format!("part {} of {}{done}", part.number, step.parts.len()));
            }
            if part.number <= step.parts_done {
                self.say_again(part);
            } else {
                self.part(step, part);
            }
        }
    }

    /// Looks at the rows before the first statement of a step, in a transaction of its own where names must be led.
    fn expect_before_step(&mut self) {
        let needs_transaction = self.finds_schema() && self.script.program.scope == Scope::Revision;
        if needs_transaction {
            self.own(transaction::begin(self.family));
        }
        self.enter_schema();
        self.expect();
        self.leave_schema();
        if needs_transaction {
            self.own(transaction::COMMIT);
        }
    }

    /// Says what set the session, since the session of the earlier run is gone.
    fn say_again(&mut self, part: &Part) {
        for statement in part.settings() {
            self.text.push_str(&self.shell.statement(statement));
        }
    }

    fn part(&mut self, step: &ProgramStep, part: &'a Part) {
        let has_own = self.script.program.scope == Scope::Revision;
        let lasting = match (self.family, part.mode) {
            (Family::Postgres, Mode::Transaction) => Lasting::Transaction,
            _ => Lasting::Session,
        };
        let mut limits = Timeouts::default();
        if lasting == Lasting::Session {
            self.limit(&mut limits, part.limits, lasting);
        }
        let (mut writes, mut committed) = (false, false);
        for action in &part.actions {
            match action {
                Action::Begin => {
                    if part.mode == Mode::Alone {
                        self.limit(&mut limits, Limits::default(), lasting);
                    }
                    if has_own {
                        self.own(transaction::begin(self.family));
                    }
                    if lasting == Lasting::Transaction {
                        self.limit(&mut limits, part.limits, lasting);
                    }
                }
                Action::Limits(changed) => self.limit(&mut limits, *changed, lasting),
                Action::SetGuard if has_own => self.own(transaction::SET_GUARD),
                Action::CheckGuard if has_own => self.own(transaction::CHECK_GUARD),
                Action::SetGuard | Action::CheckGuard => {}
                Action::Statement(statement) => self.text.push_str(&self.shell.statement(statement)),
                Action::Shield(Shielding::Raise) if part.shield().is_some_and(|shield| shield.tables.is_empty()) => {
                    self.comment("the script switches foreign keys off, which it cannot in a transaction");
                    Shielding::Raise.sql().into_iter().for_each(|sql| self.own(sql));
                }
                Action::Shield(shielding) => self.shield(shielding),
                Action::Restore(sql) if committed && !has_own => self.after_run.push(sql),
                Action::Restore(sql) => self.own(sql),
                Action::Write(write) => {
                    if !std::mem::replace(&mut writes, true) {
                        self.before_writes(step, part);
                    }
                    self.write(write);
                }
                Action::Commit => {
                    committed = true;
                    if writes && part.number == step.parts.len() {
                        // Something may have swallowed what was written.
                        self.expect();
                    }
                    self.leave_schema();
                    if has_own {
                        self.own(transaction::COMMIT);
                    }
                    if lasting == Lasting::Session {
                        self.limit(&mut limits, Limits::default(), lasting);
                    }
                }
            }
        }
    }

    /// Says what a shell can do of a shield: it knows no table but those that the script names.
    fn shield(&mut self, shielding: &Shielding) {
        let journal = &self.script.probe.journal;
        match shielding {
            Shielding::Raise => self.comment("a table is rebuilt, and that must reach no other table"),
            Shielding::Note(_) => journal.note_orphans().iter().for_each(|sql| self.own(sql)),
            Shielding::Check => {
                self.comment("what `rev upgrade` checks and a shell cannot: views, triggers, and that other tables keep their rows");
                let journal = &self.script.probe.journal;
                journal.expect_no_new_orphans().iter().for_each(|sql| self.own(sql));
            }
            Shielding::QuietRename | Shielding::LoudRename | Shielding::Lower => {}
        }
        shielding.sql().into_iter().for_each(|sql| self.own(sql));
    }

    /// Sets what a section asks for; without that, the time-outs are those of the shell's session.
    fn limit(&mut self, current: &mut Timeouts, limits: Limits, lasting: Lasting) {
        let wanted = limits.resolve(Timeouts::default(), self.family);
        // The shell of SQLite would print the answer of the pragma.
        if self.family != Family::Sqlite {
            let dialect = self.script.program.dialect;
            limits::change(Some(*current), wanted, dialect, lasting).iter().for_each(|sql| self.own(sql));
        }
        *current = wanted;
    }

    /// Leads to the journal, and looks at its rows before they are changed, in the same transaction.
    ///
    /// A part that is not the last adds a row of its own, which can be there only once.
    fn before_writes(&mut self, step: &ProgramStep, part: &Part) {
        let is_last = part.number == step.parts.len();
        if is_last && self.family == Family::Postgres && step.direction != Direction::Stamp {
            // Putting the session back took rev's own settings too.
            self.text.push_str(&self.script.settings);
        }
        self.enter_schema();
        if is_last {
            self.expect();
        }
    }

    fn write(&mut self, write: &Write) {
        let statements = self.script.probe.journal.statements(write, Moment::Offline);
        // A look at what was written would print its answer; what is expected afterwards says the same.
        statements.iter().filter(|one| one.expect.is_change()).for_each(|one| self.own(&one.sql));
        match write {
            Write::Rows { delete, insert } => {
                self.expected.rows.0.retain(|row| !delete.contains(row));
                self.expected.rows.0.extend(insert.iter().cloned());
            }
            Write::Proof { revision, part, .. } => self.expected.progress = Some((revision.clone(), *part)),
            Write::ClearProgress { .. } => self.expected.progress = None,
            Write::History(_) => {}
        }
    }

    fn expect(&mut self) {
        let statements = self.script.probe.journal.expect(&self.expected);
        statements.iter().for_each(|sql| self.own(sql));
    }

    fn enter_schema(&mut self) {
        if self.finds_schema() {
            self.text.push_str(ENTER_SCHEMA);
        }
    }

    fn leave_schema(&mut self) {
        if self.finds_schema() {
            self.text.push_str(LEAVE_SCHEMA);
        }
    }

    /// Whether only the shell's session knows the schema of the journal.
    fn finds_schema(&self) -> bool {
        self.family == Family::Postgres && self.script.probe.journal.schema.is_empty()
    }

    fn own(&mut self, sql: &str) {
        self.text.push_str(&self.shell.own(sql));
    }

    /// Writes a comment of one line, whatever a path or a message holds; an empty line may stand above it.
    fn comment(&mut self, text: &str) {
        let line = text.strip_prefix('\n').unwrap_or(text);
        if line.len() < text.len() {
            self.text.push('\n');
        }
        self.text.push_str("-- ");
        self.text.extend(line.chars().map(|c| if c.is_control() { ' ' } else { c }));
        self.text.push('\n');
    }
}
