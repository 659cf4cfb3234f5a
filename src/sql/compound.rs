//! Compound statements of MySQL and MariaDB: routines, triggers, events, packages and bare blocks, without DELIMITER.

use crate::sql::token::TokenKind;

/// Follows one statement and counts what `END` must still close.
///
/// A keyword opens something only where a statement can begin, so that `IF(…)`, `REPEAT(…)` and columns called
/// `begin` or `end` are left alone. Nothing inside parentheses counts: no block can stand there.
#[derive(Debug, Default)]
pub(super) struct Compound<'a> {
    shape: Shape,
    frames: Vec<Frame>,
    opened_at: usize,
    parens: usize,
    prev: &'a str,
    /// The next token begins a statement: of the script, or of a body.
    at_start: bool,
    /// The token before began one; a `:` behind it makes it a label.
    was_at_start: bool,
    /// The token before was an `END` that closed a frame; `IF`, `LOOP` … behind it belong to it.
    closed: bool,
    /// In `DECLARE … HANDLER FOR …` or the header of a routine in a package: the body may begin anywhere.
    expects_body: bool,
    is_declare: bool,
    seen: bool,
    /// Routines are written as Oracle's: variables stand between `AS` and `BEGIN`.
    is_oracle: bool,
    /// Behind that `AS`, before that `BEGIN`.
    in_declarations: bool,
}

/// How far the statement is known.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// No routine; a bare block at most.
    #[default]
    Plain,
    /// Behind `SET STATEMENT`, before the `FOR` that a statement like any other follows.
    Settings,
    /// Behind `CREATE` or `ALTER`, before the noun.
    Create,
    /// Before the body of a routine, trigger, event or package.
    Header(Noun),
    /// In the body of one.
    Body(Noun),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noun {
    Routine,
    Trigger,
    /// A trigger behind `FOR EACH ROW`, where its body may begin.
    TriggerRow,
    Event,
    Package,
}

/// What an `END` closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// A block or a control statement; its `END` stands where a statement could begin.
    Block,
    /// `REPEAT` behind `UNTIL`; its `END` stands behind an expression.
    Until,
    /// The expression `CASE … END`.
    CaseExpression,
}

/// Whether the word is one of `words`, in any case.
fn any(word: &str, words: &[&str]) -> bool {
    words.iter().any(|text| word.eq_ignore_ascii_case(text))
}

const OPENERS: [&str; 6] = ["if", "case", "loop", "while", "repeat", "for"];
/// Statements that hold no other statement; behind these words nothing can open any more.
const SIMPLE: [&str; 11] =
    ["return", "select", "insert", "update", "delete", "replace", "call", "with", "signal", "set", "values"];
const NOUNS: [&str; 5] = ["procedure", "function", "trigger", "event", "package"];

impl<'a> Compound<'a> {
    pub(super) fn new(is_oracle: bool) -> Self {
        Self { is_oracle, ..Self::default() }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.frames.is_empty()
    }

    pub(super) fn is_routine(&self) -> bool {
        matches!(self.shape, Shape::Header(_) | Shape::Body(_))
    }

    pub(super) fn opened_at(&self) -> Option<usize> {
        self.is_open().then_some(self.opened_at)
    }

    pub(super) fn see(&mut self, kind: TokenKind, text: &'a str, start: usize) {
        if self.shape == Shape::Settings && self.parens == 0 && text.eq_ignore_ascii_case("for") {
            *self = Self::new(self.is_oracle);
            return;
        }
        let at_start = std::mem::take(&mut self.at_start) || !self.seen;
        let closed = std::mem::take(&mut self.closed);
        match kind {
            TokenKind::Open => self.parens += 1,
            TokenKind::Close => self.parens = self.parens.saturating_sub(1),
            TokenKind::Semicolon => {
                self.at_start = true;
                self.expects_body = false;
                self.is_declare = false;
            }
            TokenKind::Symbol if text == ":" => self.at_start = self.was_at_start,
            TokenKind::Word if self.parens == 0 && self.prev != "." && !(closed && any(text, &OPENERS)) => {
                self.word(text, start, at_start);
            }
            _ => {}
        }
        self.was_at_start = at_start;
        self.seen = true;
        self.prev = text;
    }

    fn push(&mut self, frame: Frame, start: usize) {
        if self.frames.is_empty() {
            self.opened_at = start;
        }
        self.frames.push(frame);
        self.expects_body = false;
    }

    fn word(&mut self, word: &str, start: usize, at_start: bool) {
        match self.shape {
            Shape::Plain if !self.seen && any(word, &["create", "alter"]) => self.shape = Shape::Create,
            Shape::Plain if any(self.prev, &["set"]) && any(word, &["statement"]) && !self.is_open() => {
                self.shape = Shape::Settings;
            }
            Shape::Settings => {}
            Shape::Create => self.noun(word),
            Shape::Header(noun) => self.header(noun, word, start),
            Shape::Plain | Shape::Body(_) => self.body(word, start, at_start),
        }
    }

    /// Looks for what is created; users and hosts in `DEFINER = event@procedure` are no nouns.
    fn noun(&mut self, word: &str) {
        const OTHERS: [&str; 19] = [
            "table",
            "view",
            "index",
            "unique",
            "fulltext",
            "spatial",
            "user",
            "role",
            "database",
            "schema",
            "server",
            "temporary",
            "sequence",
            "tablespace",
            "logfile",
            "undo",
            "algorithm",
            "online",
            "ignore",
        ];
        if matches!(self.prev, "=" | "@") {
            return;
        }
        self.shape = match word.to_ascii_lowercase().as_str() {
            "procedure" | "function" => Shape::Header(Noun::Routine),
            "trigger" => Shape::Header(Noun::Trigger),
            "event" => Shape::Header(Noun::Event),
            "package" => Shape::Header(Noun::Package),
            other if OTHERS.contains(&other) => Shape::Plain,
            _ => Shape::Create,
        };
    }

    /// Looks for the beginning of the body.
    fn header(&mut self, noun: Noun, word: &str, start: usize) {
        if any(self.prev, &NOUNS) || any(self.prev, &["exists", "follows", "precedes"]) {
            return; // a name, or IF NOT EXISTS
        }
        match noun {
            Noun::Trigger if any(word, &["row"]) => self.shape = Shape::Header(Noun::TriggerRow),
            Noun::Event if any(word, &["do"]) => {
                self.shape = Shape::Body(noun);
                self.at_start = true;
            }
            Noun::Package if any(word, &["as", "is"]) => {
                self.shape = Shape::Body(noun);
                self.push(Frame::Block, start);
                self.at_start = true;
            }
            Noun::Trigger | Noun::Event | Noun::Package => {}
            Noun::Routine if self.is_oracle && any(word, &["as", "is"]) => {
                self.shape = Shape::Body(noun);
                self.push(Frame::Block, start);
                (self.at_start, self.in_declarations) = (true, true);
            }
            Noun::Routine | Noun::TriggerRow => {
                let is_for_loop = any(self.prev, &["for"]) && !any(word, &["each"]);
                if is_for_loop {
                    self.push(Frame::Block, start);
                    self.shape = Shape::Body(noun);
                } else if any(word, &["begin", "if", "case", "loop", "while", "repeat"]) {
                    self.shape = Shape::Body(noun);
                    self.open(word, start);
                } else if any(word, &SIMPLE) && !any(self.prev, &["character"]) {
                    self.shape = Shape::Body(noun);
                }
            }
        }
    }

    /// Opens a block or control statement.
    fn open(&mut self, word: &str, start: usize) {
        self.push(Frame::Block, start);
        self.at_start = any(word, &["begin", "loop", "repeat"]);
    }

    fn body(&mut self, word: &str, start: usize, at_start: bool) {
        let in_body = self.is_open() || self.is_routine();
        let may_open = at_start || (self.expects_body && !any(word, &["for"]));
        if self.in_declarations && self.frames.len() == 1 && at_start && any(word, &["begin"]) {
            (self.at_start, self.in_declarations) = (true, false);
        } else if any(word, &["end"]) {
            self.end(at_start);
        } else if may_open && (any(word, &OPENERS) || (in_body && any(word, &["begin"]))) {
            self.open(word, start);
        } else if any(word, &["not"]) && any(self.prev, &["begin"]) && self.was_at_start && !in_body {
            self.push(Frame::Block, start); // BEGIN NOT ATOMIC
        } else if self.is_oracle && !in_body && at_start && any(word, &["declare"]) {
            self.push(Frame::Block, start);
            (self.at_start, self.in_declarations) = (true, true);
        } else if self.is_oracle && !in_body && any(self.prev, &["begin"]) && !any(word, &["work"]) {
            self.push(Frame::Block, start); // a block without a name
            self.body(word, start, true);
        } else if in_body && any(word, &["case"]) {
            self.push(Frame::CaseExpression, start);
        } else if self.frames.last() == Some(&Frame::Block) {
            self.in_block(word, at_start);
        }
    }

    fn in_block(&mut self, word: &str, at_start: bool) {
        if any(word, &SIMPLE) {
            self.expects_body = false;
        }
        match word.to_ascii_lowercase().as_str() {
            "then" | "else" | "do" | "atomic" => self.at_start = true,
            "as" | "is" if self.shape == Shape::Body(Noun::Package) => self.at_start = true,
            "until" if at_start => {
                self.frames.pop();
                self.frames.push(Frame::Until);
            }
            "procedure" | "function" if at_start => self.expects_body = true,
            "declare" => self.is_declare = at_start,
            "handler" => self.expects_body = self.is_declare,
            _ => {}
        }
    }

    /// Closes the innermost frame, unless this `end` can only be a name.
    fn end(&mut self, at_start: bool) {
        let closes = match self.frames.last() {
            Some(Frame::Block) => at_start,
            Some(Frame::Until | Frame::CaseExpression) => true,
            None => false,
        };
        if closes {
            self.frames.pop();
            self.closed = true;
        }
    }
}
