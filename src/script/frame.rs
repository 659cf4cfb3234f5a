//! Transaction control that is only a frame around a script or its tables, as dumps have it: rev's own transaction
//! stands for it.

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::script::warning::Warning;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::summary;

/// What was found of the frames in a section, whose own statements are no longer among the section's.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// That they are not sent.
    pub(super) warning: Option<Warning>,
    /// Control of the transaction that is more than a frame.
    pub(super) errors: Vec<Error>,
}

/// Takes every `BEGIN … COMMIT` out of the statements of a section that runs in a transaction.
///
/// What a client would have kept in several transactions is then kept in one. Whatever would mean something else there
/// is an error: a transaction that is not ended, and what holds up to a `COMMIT` only. On MySQL each statement is kept
/// on its own anyway, so that a `COMMIT` is never missing anything there.
pub(super) fn take_frames(statements: &mut Vec<Statement>, dialect: Dialect) -> Frames {
    let frames = Frames::default();
    let mut walk = Walk { dialect, frames, not_sent: Vec::new(), open: None, local: None, ended: None };
    statements.iter().for_each(|statement| walk.step(statement));
    walk.end();
    if walk.frames.errors.is_empty() {
        walk.frames.warning = walk.warning();
    }
    let frames = walk.frames;
    statements.retain(|statement| !is_frame(statement));
    frames
}

/// Returns whether a statement begins or ends a transaction and does nothing else: `SET STATEMENT … FOR COMMIT` does.
fn is_frame(statement: &Statement) -> bool {
    matches!(statement.kind, StatementKind::Begin | StatementKind::Commit) && !contains(statement.sql(), "statement")
}

/// A transaction that the script began.
struct Open<'a> {
    /// What began it.
    by: &'a Statement,
    /// Whether it holds rows that nothing has committed yet.
    has_rows: bool,
}

/// Reads the statements in order.
struct Walk<'a> {
    dialect: Dialect,
    frames: Frames,
    /// What the script frames with.
    not_sent: Vec<&'a Statement>,
    open: Option<Open<'a>>,
    /// What holds only up to the next `COMMIT`, and how it is called.
    local: Option<(&'a Statement, &'static str)>,
    /// The `COMMIT` that ended what held, while nothing followed it.
    ended: Option<(&'a Statement, &'a Statement, &'static str)>,
}

impl<'a> Walk<'a> {
    fn step(&mut self, statement: &'a Statement) {
        match statement.kind {
            StatementKind::Begin if is_frame(statement) => self.begin(statement),
            StatementKind::Commit if is_frame(statement) => self.commit(statement),
            _ if self.dialect.family() == Family::Mysql => self.in_mysql(statement),
            _ => {
                self.goes_on();
                if self.open.is_some() && self.dialect == Dialect::Postgres {
                    self.local = self.local.or_else(|| Some((statement, until_commit(statement)?)));
                }
            }
        }
    }

    fn begin(&mut self, statement: &'a Statement) {
        self.goes_on();
        // MySQL takes it for a COMMIT of the first.
        if self.open.is_some() && self.dialect.family() != Family::Mysql {
            self.refuse(statement, "a transaction is open already".to_owned());
            return;
        }
        self.open = Some(Open { by: statement, has_rows: false });
        self.not_sent.push(statement);
    }

    fn commit(&mut self, statement: &'a Statement) {
        let is_mysql = self.dialect.family() == Family::Mysql;
        if self.open.take().is_none() && !is_mysql {
            self.refuse(statement, "the script began no transaction".to_owned());
            return;
        }
        if let Some((local, what)) = self.local.take() {
            self.ended = Some((statement, local, what));
        }
        self.not_sent.push(statement);
    }

    /// Refuses the last `COMMIT` if it ended something that, without it, would go on to hold here.
    fn goes_on(&mut self) {
        let Some((commit, local, what)) = self.ended.take() else { return };
        let line = local.span.start().line;
        self.refuse(commit, format!("{what} (line {line}), and statements follow"));
    }

    fn in_mysql(&mut self, statement: &'a Statement) {
        match (statement.kind, autocommit(statement)) {
            (_, Some(false)) => self.open = Some(Open { by: statement, has_rows: false }),
            (_, Some(true)) => self.open = None,
            // These commit by themselves, and do not end what `autocommit` says.
            (StatementKind::Ddl | StatementKind::Lock, None) => {
                self.open.iter_mut().for_each(|open| open.has_rows = false);
            }
            (StatementKind::Dml, None) => self.open.iter_mut().for_each(|open| open.has_rows = true),
            _ => {}
        }
    }

    fn end(&mut self) {
        let Some(open) = self.open.take() else { return };
        if self.dialect.family() != Family::Mysql || open.has_rows {
            self.refuse(open.by, "no `COMMIT` follows, so that a client would keep nothing of it".to_owned());
        }
    }

    fn refuse(&mut self, statement: &Statement, reason: String) {
        let text = summary(statement.sql(), statement.reading);
        let kind = ErrorKind::TransactionControl { statement: text, reason: Some(reason) };
        self.frames.errors.push(Error::from(kind).at(statement.span.clone()));
    }

    /// Says once for all of them that they are not sent.
    fn warning(&self) -> Option<Warning> {
        let first = self.not_sent.first()?;
        let of = |kind| self.not_sent.iter().filter(move |statement| statement.kind == kind);
        let firsts = [of(StatementKind::Begin).next(), of(StatementKind::Commit).next()];
        let name = |statement: &&Statement| format!("`{}`", summary(statement.sql(), statement.reading));
        let names: Vec<String> = firsts.into_iter().flatten().map(name).collect();
        let verb = if names.len() > 1 { "are" } else { "is" };
        let times = of(StatementKind::Begin).count().max(of(StatementKind::Commit).count());
        let times = if times > 1 { format!(" ({times} times)") } else { String::new() };
        let reason = if self.dialect.has_transactional_ddl() {
            "rev has its own transaction around the section"
        } else {
            "each statement is kept on its own on this database"
        };
        let message = format!("{} {verb} not sent{times}: {reason}", names.join(" and "));
        Some(Warning { code: "transaction-not-sent", message, span: first.span.clone() })
    }
}

/// Returns what a statement of PostgreSQL does that only holds, or only counts, up to the next `COMMIT`.
fn until_commit(statement: &Statement) -> Option<&'static str> {
    let sql = statement.sql();
    let words: Vec<&str> = match statement.kind {
        StatementKind::Session | StatementKind::Ddl => statement.words().collect(),
        _ if contains(sql, "set_config") => statement.words().collect(),
        _ => return None,
    };
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word.eq_ignore_ascii_case(text));
    let has = |first: &str, second: &str| (0..words.len()).any(|at| is(at, first) && is(at + 1, second));
    if is(0, "set") && is(1, "local") {
        return Some("it ends what `SET LOCAL` set");
    }
    if is(0, "set") && is(1, "constraints") {
        return Some("it ends what `SET CONSTRAINTS` set");
    }
    if contains(sql, "set_config") && words.iter().any(|word| word.eq_ignore_ascii_case("true")) {
        return Some("it ends what `set_config(…, true)` set");
    }
    if is(0, "create") && has("on", "commit") && !has("preserve", "rows") {
        return Some("it is what `ON COMMIT` waits for");
    }
    if is(0, "alter") && is(1, "type") && has("add", "value") {
        return Some("what `ADD VALUE` added can only be used after it");
    }
    None
}

/// Returns what a statement of MySQL sets `autocommit` to; what is not a plain `0` or `OFF` counts as on.
fn autocommit(statement: &Statement) -> Option<bool> {
    let sql = statement.sql();
    if statement.kind != StatementKind::Session || !contains(sql, "autocommit") {
        return None;
    }
    let words: Vec<&str> = statement.words().collect();
    let name = |word: &str| word.trim_matches('`').eq_ignore_ascii_case("autocommit");
    let mut set = None;
    for (at, word) in words.iter().enumerate() {
        // `SET GLOBAL` is for sessions to come, and `@autocommit` is a variable of the user's.
        let before = |back: usize| at.checked_sub(back).and_then(|at| words.get(at)).copied().unwrap_or_default();
        let is_user = before(1) == "@" && before(2) != "@";
        let is_global = before(1).eq_ignore_ascii_case("global") || before(2).eq_ignore_ascii_case("global");
        let assigns = words.get(at + 1).is_some_and(|sign| matches!(*sign, "=" | ":="));
        if name(word) && assigns && !is_user && !is_global {
            let value = words.get(at + 2).copied().unwrap_or_default();
            set = Some(!matches!(value.trim_matches('\'').to_ascii_lowercase().as_str(), "0" | "off" | "false"));
        }
    }
    set
}

fn contains(sql: &str, word: &str) -> bool {
    sql.as_bytes().windows(word.len()).any(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes()))
}
