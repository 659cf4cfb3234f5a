//! The sections of a script: what runs in which direction, on which dialects, and how.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::direction::Direction;
use crate::duration::parse_duration;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::nearest::nearest;
use crate::script::disguise::difference;
use crate::script::disguise::direction_meant;
use crate::script::line::Directive;
use crate::script::line::Line;
use crate::script::line::directive;
use crate::script::line::lines;
use crate::script::line::words;
use crate::script::timeouts::Timeouts;
use crate::span::Source;
use crate::sql::Lexer;

/// A piece of a script under one `-- rev:` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// `Upgrade` or `Downgrade`.
    pub direction: Direction,
    /// Where it runs; nothing means everywhere.
    pub dialects: Option<BTreeSet<Dialect>>,
    /// How it runs.
    pub transaction: TransactionMode,
    /// The time-outs of its own.
    pub timeouts: Timeouts,
    /// It says on purpose that there is no way back.
    pub is_irreversible: bool,
    /// It says on purpose that an upgrade has nothing to run.
    pub is_empty: bool,
    /// The `-- rev:` line, in bytes of the text.
    pub directive: Range<usize>,
    /// What stands below it, up to the next one.
    pub body: Range<usize>,
}

/// How the statements of a section run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionMode {
    /// Together, in a transaction of the engine's.
    Transactional,
    /// One by one, outside of any (`transaction=off`).
    Off,
}

impl TransactionMode {
    /// Returns the word of the `transaction` option.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transactional => "on",
            Self::Off => "off",
        }
    }
}

const DIRECTIONS: [Direction; 2] = [Direction::Upgrade, Direction::Downgrade];
const UPGRADE_OPTIONS: [&str; 5] = ["dialect", "transaction", "lock_timeout", "statement_timeout", "empty"];
const DOWNGRADE_OPTIONS: [&str; 5] = ["dialect", "transaction", "lock_timeout", "statement_timeout", "irreversible"];

impl Section {
    /// Returns whether the section runs on `dialect`; one without `dialect=` runs everywhere.
    pub fn runs_on(&self, dialect: Dialect) -> bool {
        self.dialects.as_ref().is_none_or(|dialects| dialects.contains(&dialect))
    }

    /// Returns the section from its directive to its end.
    pub fn range(&self) -> Range<usize> {
        self.directive.start..self.body.end
    }

    /// Returns the families whose rules its text must keep.
    fn families(&self) -> BTreeSet<Family> {
        Dialect::ALL.into_iter().filter(|dialect| self.runs_on(*dialect)).map(Dialect::family).collect()
    }
}

/// Reads the sections of `source`, and checks that no SQL stands outside of them; problems are added to `errors`.
///
/// Directives are looked for from `start`, so that a message may look like one; SQL from `header_end`.
pub(super) fn parse(source: &Arc<Source>, start: usize, header_end: usize, errors: &mut Vec<Error>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut reader = Reader { source, errors };
    let mut first = None;
    let mut last: Option<usize> = None; // the section that is open, unless its directive was not understood
    for line in lines(&source.text, start) {
        let Some(found) = directive(line.text) else { continue };
        first.get_or_insert(line.start);
        if let Some(last) = last.take() {
            sections[last].body.end = line.start;
        }
        if let Some(section) = reader.directive(&line, found) {
            last = Some(sections.len());
            sections.push(section);
        }
    }
    reader.outside(header_end..first.unwrap_or(source.text.len()));
    for section in &sections {
        if section.is_irreversible {
            reader.without_sql(section, ErrorKind::IrreversibleWithSql);
        } else if section.is_empty {
            reader.without_sql(section, ErrorKind::EmptyWithSql);
        }
    }
    sections
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    errors: &'a mut Vec<Error>,
}

impl Reader<'_> {
    /// Reads one directive; its body reaches to the end of the file until another is found.
    fn directive(&mut self, line: &Line<'_>, found: Directive<'_>) -> Option<Section> {
        let rest = match found {
            Directive::Exact(rest) => rest,
            Directive::Nearly(rest) => {
                let mut words = rest.split_whitespace();
                let name = words.next().unwrap_or_default();
                let direction = direction_meant(name);
                let meant = direction.map(Direction::as_str).into_iter().chain(words).collect::<Vec<_>>().join(" ");
                let (word, note) = (line.text.trim().into(), difference(line.text));
                let nearest = Some(format!("-- rev: {meant}"));
                self.error(ErrorKind::UnknownDirective { word, nearest, note }, line.range());
                if direction.is_none_or(|direction| !rest.trim_start().starts_with(direction.as_str())) {
                    return None;
                }
                rest
            }
        };
        let mut words = words(rest, line.start + line.text.len() - rest.len());
        let Some((word, range)) = words.next() else {
            let nearest = Some("-- rev: upgrade".into());
            self.error(ErrorKind::UnknownDirective { word: line.text.into(), nearest, note: None }, line.range());
            return None;
        };
        let Some(direction) = DIRECTIONS.into_iter().find(|direction| direction.as_str() == word) else {
            let nearest = direction_meant(word).map(|direction| direction.as_str().to_owned());
            let note = difference(line.text);
            self.error(ErrorKind::UnknownDirective { word: word.into(), nearest, note }, range);
            return None;
        };
        let mut section = Section {
            direction,
            dialects: None,
            transaction: TransactionMode::Transactional,
            timeouts: Timeouts::default(),
            is_irreversible: false,
            is_empty: false,
            directive: line.range(),
            body: line.next..self.source.text.len(),
        };
        let mut seen = BTreeSet::new();
        for (word, range) in words {
            let name = word.split_once('=').map_or(word, |(name, _)| name);
            if seen.insert(name) {
                self.option(&mut section, word, range);
            } else {
                self.bad_value(name, word, "the option occurs twice", range);
            }
        }
        Some(section)
    }

    fn option(&mut self, section: &mut Section, word: &str, range: Range<usize>) {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        match (name, value) {
            ("dialect", value) => section.dialects = self.dialects(value.unwrap_or_default(), range),
            ("transaction", Some("off")) => section.transaction = TransactionMode::Off,
            ("transaction", value) => self.bad_value(name, value.unwrap_or_default(), "it can only be `off`", range),
            ("lock_timeout", value) => section.timeouts.lock = self.duration(name, value.unwrap_or_default(), range),
            ("statement_timeout", value) => {
                section.timeouts.statement = self.duration(name, value.unwrap_or_default(), range);
            }
            ("irreversible", None) if section.direction == Direction::Downgrade => section.is_irreversible = true,
            ("empty", None) if section.direction == Direction::Upgrade => section.is_empty = true,
            ("irreversible", Some(value)) if section.direction == Direction::Downgrade => {
                self.bad_value(name, value, "it takes no value", range);
            }
            ("empty", Some(value)) if section.direction == Direction::Upgrade => {
                self.bad_value(name, value, "it takes no value", range);
            }
            _ => {
                let is_downgrade = section.direction == Direction::Downgrade;
                let options = if is_downgrade { &DOWNGRADE_OPTIONS } else { &UPGRADE_OPTIONS };
                let kind = ErrorKind::UnknownOption {
                    directive: section.direction.to_string(),
                    option: name.into(),
                    nearest: meant_option(name, options).map(str::to_owned),
                };
                self.error(kind, range);
            }
        }
    }

    fn dialects(&mut self, value: &str, range: Range<usize>) -> Option<BTreeSet<Dialect>> {
        let mut dialects = BTreeSet::new();
        for word in value.split(',') {
            match Dialect::named(word) {
                Some(named) => dialects.extend(named),
                None => {
                    let expected = "sqlite, postgres, mysql, mariadb, with commas";
                    let (option, value, nearest) = ("dialect".into(), word.into(), meant_dialect(word));
                    self.error(ErrorKind::BadOptionValue { option, value, expected, nearest }, range.clone());
                }
            }
        }
        Some(dialects)
    }

    fn duration(&mut self, option: &str, value: &str, range: Range<usize>) -> Option<Duration> {
        match parse_duration(value) {
            Ok(duration) => Some(duration),
            Err(expected) => {
                self.bad_value(option, value, expected, range);
                None
            }
        }
    }

    /// Refuses SQL above the first directive: nothing says when to run it.
    fn outside(&mut self, range: Range<usize>) {
        match self.first_token(&[Family::Sqlite, Family::Postgres, Family::Mysql].into(), &range) {
            Found::Nothing => {}
            Found::Sql(token) => self.error(ErrorKind::SqlBeforeSection, token),
            Found::Unterminated(what, token) => self.error(ErrorKind::Unterminated { what }, token),
        }
    }

    /// Refuses statements in a section that says that it has none.
    fn without_sql(&mut self, section: &Section, kind: ErrorKind) {
        match self.first_token(&section.families(), &section.body) {
            Found::Nothing => {}
            Found::Sql(token) => self.error(kind, token),
            Found::Unterminated(what, token) => self.error(ErrorKind::Unterminated { what }, token),
        }
    }

    /// Returns the first thing that is not blank to every one of `families`.
    fn first_token(&self, families: &BTreeSet<Family>, range: &Range<usize>) -> Found {
        for family in families {
            for token in Lexer::new(&self.source.text, range.clone(), *family) {
                match token {
                    Ok(token) if token.kind.is_significant() => return Found::Sql(token.range),
                    Ok(_) => {}
                    Err(unterminated) => return Found::Unterminated(unterminated.what, unterminated.range),
                }
            }
        }
        Found::Nothing
    }

    fn bad_value(&mut self, option: &str, value: &str, expected: &'static str, range: Range<usize>) {
        self.error(
            ErrorKind::BadOptionValue { option: option.into(), value: value.into(), expected, nearest: None },
            range,
        );
    }

    fn error(&mut self, kind: ErrorKind, range: Range<usize>) {
        self.errors.push(Error::from(kind).at(self.source.span(range)));
    }
}

/// Returns the option that a word was meant to be, also by the names that other tools have for it.
fn meant_option(word: &str, options: &[&'static str]) -> Option<&'static str> {
    let folded = word.to_ascii_lowercase();
    match folded.replace(['-', '_'], "").as_str() {
        "database" | "databases" | "db" | "engine" | "backend" | "driver" | "on" | "only" | "for" => Some("dialect"),
        "notransaction" | "notx" | "notxn" | "nontransactional" | "outsidetransaction" | "autocommit" => {
            Some("transaction=off")
        }
        "noop" | "nothing" | "none" | "blank" if options.contains(&"empty") => Some("empty"),
        _ => nearest(&folded, options.iter().copied()),
    }
}

/// Returns the value of `dialect=` that a word was meant to be.
fn meant_dialect(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "" => None,
        "postgresql" | "pg" | "psql" | "pgsql" | "postgre" | "postgres+asyncpg" => Some("postgres"),
        "sqlite3" | "lite" => Some("sqlite"),
        "maria" => Some("mariadb"),
        folded => nearest(folded, ["sqlite", "postgres", "mysql", "mariadb"]),
    }
}

/// What stands where nothing should.
enum Found {
    Nothing,
    Sql(Range<usize>),
    Unterminated(&'static str, Range<usize>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Section>, Vec<String>) {
        let mut errors = Vec::new();
        let sections = parse(&Source::new("a", text), 0, 0, &mut errors);
        let shown = |error: &Error| match error.hint().filter(|hint| hint.starts_with("did")) {
            Some(hint) => format!("{error}; {hint}"),
            None => error.to_string(),
        };
        (sections, errors.iter().map(shown).collect())
    }

    /// Compares each section, as `direction dialects transaction body`, with `expected`.
    fn check(text: &str, expected: &[&str]) {
        let (sections, errors) = read(text);
        assert_eq!(errors, [""; 0]);
        let shown = sections.iter().map(|section| {
            let dialects = Dialect::ALL.into_iter().filter(|dialect| section.runs_on(*dialect));
            let dialects: Vec<&str> = dialects.map(Dialect::as_str).collect();
            let mode = if section.is_irreversible { "irreversible" } else { section.transaction.as_str() };
            format!("{} {} {mode} {:?}", section.direction, dialects.join(","), &text[section.body.clone()])
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    fn check_errors(text: &str, expected: &[&str]) {
        assert_eq!(read(text).1, expected, "{text}");
    }

    #[test]
    fn a_section_reaches_to_the_next_directive() {
        check(
            "-- rev: upgrade\nA;\n\n-- rev: upgrade dialect=mysql transaction=off\r\nB;\r\n-- rev: downgrade   dialect=sqlite,postgres \n",
            &[
                "upgrade sqlite,postgres,mysql,mariadb on \"A;\\n\\n\"",
                "upgrade mysql,mariadb off \"B;\\r\\n\"",
                "downgrade sqlite,postgres on \"\"",
            ],
        );
    }

    #[test]
    fn a_directive_in_a_string_or_a_comment_is_still_one() {
        check(
            "-- rev: upgrade\nSELECT '\n-- rev: downgrade\n';",
            &[
                "upgrade sqlite,postgres,mysql,mariadb on \"SELECT '\\n\"",
                "downgrade sqlite,postgres,mysql,mariadb on \"';\"",
            ],
        );
    }

    #[test]
    fn an_upgrade_that_says_empty_holds_no_statements() {
        assert!(
            read("-- rev: upgrade empty dialect=sqlite\n-- nothing to do\n").0.iter().all(|section| section.is_empty)
        );
        check_errors(
            "-- rev: upgrade empty\n  SELECT 1;",
            &["a:2:3: an upgrade that says `empty` cannot hold statements"],
        );
        check_errors(
            "-- rev: upgrade empty=yes\n-- rev: upgrade noop\n-- rev: downgrade empty\n",
            &[
                "a:1:17: `yes` is not a value of `empty`: it takes no value",
                "a:2:17: `noop` is not an option of `upgrade`; did you mean `empty`?",
                "a:3:19: `empty` is not an option of `downgrade`",
            ],
        );
    }

    #[test]
    fn an_irreversible_downgrade_holds_no_statements() {
        check(
            "/* x */ -- rev: none\n-- rev: downgrade irreversible\n-- the data is gone\n",
            &["downgrade sqlite,postgres,mysql,mariadb irreversible \"-- the data is gone\\n\""],
        );
        check_errors(
            "-- rev: downgrade irreversible\n-- x\n  SELECT 1;",
            &["a:3:3: an irreversible downgrade cannot hold statements"],
        );
    }

    #[test]
    fn time_outs_are_numbers_with_a_unit() {
        let (sections, errors) = read("-- rev: upgrade statement_timeout=2m lock_timeout=500ms\n-- rev: downgrade\n");
        assert_eq!(errors, [""; 0]);
        let (lock, statement) = (Some(Duration::from_millis(500)), Some(Duration::from_secs(120)));
        assert_eq!(sections[0].timeouts, Timeouts { lock, statement });
        assert_eq!(sections[1].timeouts, Timeouts::default());
        let expected = "write a number with a unit, such as `500ms`, `3s`, `5m` or `1h`";
        check_errors(
            "-- rev: upgrade lock_timeout=3 statement_timeout lock_time=1s\n",
            &[
                &format!("a:1:17: `3` is not a value of `lock_timeout`: {expected}"),
                &format!("a:1:32: `` is not a value of `statement_timeout`: {expected}"),
                "a:1:50: `lock_time` is not an option of `upgrade`; did you mean `lock_timeout`?",
            ],
        );
    }

    #[test]
    fn unknown_directives_options_and_values_are_errors_with_the_nearest() {
        check_errors(
            "-- rev: upgrad\n-- rev: Downgrade\n-- rev: xyz\n-- rev:\n",
            &[
                "a:1:9: `upgrad` is not a directive; did you mean `upgrade`?",
                "a:2:9: `Downgrade` is not a directive; did you mean `downgrade`?",
                "a:3:9: `xyz` is not a directive",
                "a:4:1: `-- rev:` is not a directive; did you mean `-- rev: upgrade`?",
            ],
        );
        check_errors(
            "-- rev: upgrade dialects=sqlite irreversible\n-- rev: downgrade dialect=postgresql, transaction=on transaction=off\n",
            &[
                "a:1:17: `dialects` is not an option of `upgrade`; did you mean `dialect`?",
                "a:1:33: `irreversible` is not an option of `upgrade`",
                "a:2:19: `postgresql` is not a value of `dialect`: sqlite, postgres, mysql, mariadb, with commas; did you mean `dialect=postgres`?",
                "a:2:19: `` is not a value of `dialect`: sqlite, postgres, mysql, mariadb, with commas",
                "a:2:39: `on` is not a value of `transaction`: it can only be `off`",
                "a:2:54: `transaction=off` is not a value of `transaction`: the option occurs twice",
            ],
        );
    }

    #[test]
    fn a_near_miss_is_an_error_with_the_right_line() {
        check_errors(
            "-- rev: upgrade\n--rev: downgrade dialect=sqlite\n",
            &[
                "a:2:1: `--rev: downgrade dialect=sqlite` is not a directive; did you mean `-- rev: downgrade dialect=sqlite`? exactly one space must follow `--`",
            ],
        );
    }

    #[test]
    fn the_words_of_other_tools_are_told_from_slips() {
        check_errors(
            "-- rev: rollback\n-- rev: upgrade database=postgres no-transaction\n-- rev: upgrade no_transaction db=x\n-- rev: downgrade dialect=sqlite3,pg\n",
            &[
                "a:1:9: `rollback` is not a directive; did you mean `downgrade`?",
                "a:2:17: `database` is not an option of `upgrade`; did you mean `dialect`?",
                "a:2:35: `no-transaction` is not an option of `upgrade`; did you mean `transaction=off`?",
                "a:3:17: `no_transaction` is not an option of `upgrade`; did you mean `transaction=off`?",
                "a:3:32: `db` is not an option of `upgrade`; did you mean `dialect`?",
                "a:4:19: `sqlite3` is not a value of `dialect`: sqlite, postgres, mysql, mariadb, with commas; did you mean `dialect=sqlite`?",
                "a:4:19: `pg` is not a value of `dialect`: sqlite, postgres, mysql, mariadb, with commas; did you mean `dialect=postgres`?",
            ],
        );
    }

    #[test]
    fn sql_outside_of_sections_is_an_error() {
        check_errors(
            "-- m\n/* license */\nCREATE TABLE t (a);\n-- rev: upgrade\n",
            &["a:3:1: there is SQL before the first `-- rev:` line"],
        );
        check_errors("# comment\n-- rev: upgrade\n", &["a:1:1: there is SQL before the first `-- rev:` line"]);
        check_errors("/* open\n-- rev: upgrade\n", &["a:1:1: this comment has no end"]);
    }
}
