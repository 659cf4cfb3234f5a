//! Where a `;` does not end the statement: bodies of triggers and routines, rules, compound statements.

use crate::dialect::Family;
use crate::sql::compound::Compound;
use crate::sql::reading::Mode;
use crate::sql::reading::Reading;
use crate::sql::token::TokenKind;

/// Follows the tokens of one statement and knows whether a `;` would end it here.
#[derive(Debug)]
pub(super) enum Body<'a> {
    Sqlite(TriggerBody),
    Postgres(AtomicBody<'a>),
    Mysql(Compound<'a>),
}

impl<'a> Body<'a> {
    pub(super) fn new(reading: Reading) -> Self {
        match reading.family {
            Family::Sqlite => Self::Sqlite(TriggerBody::default()),
            Family::Postgres => Self::Postgres(AtomicBody::default()),
            Family::Mysql => Self::Mysql(Compound::new(reading.modes.oracle == Mode::On)),
        }
    }

    /// Takes note of a significant token; of a `;` only when it did not end the statement.
    pub(super) fn see(&mut self, kind: TokenKind, text: &'a str, start: usize) {
        if matches!(kind, TokenKind::HintOpen | TokenKind::HintClose | TokenKind::Hint) {
            return; // what stands inside `/*! … */` is read as if it stood outside
        }
        match self {
            Self::Sqlite(body) => body.see(kind, text, start),
            Self::Postgres(body) => body.see(kind, text, start),
            Self::Mysql(body) => body.see(kind, text, start),
        }
    }

    /// Returns whether a `;` here belongs to the statement.
    pub(super) fn is_open(&self) -> bool {
        match self {
            Self::Sqlite(body) => body.is_trigger && body.last != Last::End,
            Self::Postgres(body) => !body.parens.is_empty() || body.depth > 0,
            Self::Mysql(body) => body.is_open(),
        }
    }

    /// Returns whether the statement may hold `;` at all; with a `DELIMITER`, only then they are left alone.
    pub(super) fn is_compound(&self) -> bool {
        match self {
            Self::Sqlite(_) | Self::Postgres(_) => self.is_open(),
            Self::Mysql(body) => body.is_open() || body.is_routine(),
        }
    }

    /// Returns what is still open, and where it begins.
    pub(super) fn unended(&self) -> Option<(&'static str, usize)> {
        const BODY: &str = "BEGIN … END body";
        match self {
            Self::Sqlite(body) => self.is_open().then_some((BODY, body.start)),
            Self::Postgres(body) if body.depth > 0 => Some((BODY, body.start)),
            Self::Postgres(body) => body.parens.first().map(|start| ("parenthesis", *start)),
            Self::Mysql(body) => body.opened_at().map(|start| (BODY, start)),
        }
    }

    /// Returns whether this is `COPY … FROM STDIN`, whose data stands behind it.
    pub(super) fn copies_in(&self) -> bool {
        matches!(self, Self::Postgres(AtomicBody { statement: Kind::Copy, copies_in: true, .. }))
    }
}

/// A trigger of SQLite: it ends at `; END ;`, and at nothing else.
#[derive(Debug, Default)]
pub(super) struct TriggerBody {
    words: usize,
    is_create: bool,
    is_trigger: bool,
    start: usize,
    last: Last,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Other,
    Semicolon,
    End,
}

impl TriggerBody {
    fn see(&mut self, kind: TokenKind, text: &str, start: usize) {
        const TRIGGER_BY: usize = 2; // CREATE TEMP TRIGGER
        match self.words {
            0 => (self.is_create, self.start) = (text.eq_ignore_ascii_case("create"), start),
            1..=TRIGGER_BY if self.is_create && text.eq_ignore_ascii_case("trigger") => self.is_trigger = true,
            _ => {}
        }
        self.words += 1;
        self.last = match kind {
            TokenKind::Semicolon => Last::Semicolon,
            TokenKind::Word if self.last == Last::Semicolon && text.eq_ignore_ascii_case("end") => Last::End,
            _ => Last::Other,
        };
    }
}

/// PostgreSQL: parentheses (`CREATE RULE … DO (…; …)`) and the `BEGIN ATOMIC … END` of SQL routines.
///
/// Everything else that holds a `;` is in a string there.
#[derive(Debug, Default)]
pub(super) struct AtomicBody<'a> {
    statement: Kind,
    words: usize,
    parens: Vec<usize>,
    depth: usize,
    start: usize,
    prev: &'a str,
    copies_in: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Plain,
    Create,
    Routine,
    Copy,
}

impl<'a> AtomicBody<'a> {
    fn see(&mut self, kind: TokenKind, text: &'a str, start: usize) {
        match kind {
            TokenKind::Open => self.parens.push(start),
            TokenKind::Close => {
                self.parens.pop();
            }
            TokenKind::Word if self.parens.is_empty() => self.word(text, start),
            _ => {}
        }
        self.words += 1;
        self.prev = text;
    }

    fn word(&mut self, word: &str, start: usize) {
        const NOUN_BY: usize = 3; // CREATE OR REPLACE FUNCTION
        let is = |text: &str| word.eq_ignore_ascii_case(text);
        let after = |text: &str| self.prev.eq_ignore_ascii_case(text);
        if self.words == 0 {
            self.statement = if is("create") {
                Kind::Create
            } else if is("copy") {
                Kind::Copy
            } else {
                Kind::Plain
            };
        }
        if self.statement == Kind::Create && self.words <= NOUN_BY && (is("function") || is("procedure")) {
            self.statement = Kind::Routine;
        }
        if self.statement == Kind::Copy && after("from") && is("stdin") {
            self.copies_in = true;
        }
        if self.statement != Kind::Routine || after(".") || after("as") {
            return; // behind a dot or AS a keyword is a name
        }
        if self.depth == 0 && after("begin") && is("atomic") {
            (self.depth, self.start) = (1, start);
        } else if self.depth > 0 && is("case") {
            self.depth += 1;
        } else if self.depth > 0 && is("end") {
            self.depth -= 1;
        }
    }
}
