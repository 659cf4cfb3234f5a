//! What a script does, as a number: the same for every way to lay it out.

use sha2::Digest;
use sha2::Sha256;

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::direction::Direction;
use crate::script::compile::CompiledSection;
use crate::script::script::Script;
use crate::script::section::Section;
use crate::script::timeouts::Timeouts;
use crate::span::Source;
use crate::sql::Mode;
use crate::sql::Modes;
use crate::sql::Reading;
use crate::sql::Statement;
use crate::sql::significant;

impl Script {
    /// Returns the SHA-256, in hex, of the tokens and options of the sections that run on `dialect`.
    ///
    /// Both directions count: a downgrade that was edited is not the one that was tested with this upgrade. The header
    /// does not, nor do comments, layout, line ends (also in strings, where git may change them), a `DELIMITER`, or
    /// sections for other dialects. The data of `COPY` counts byte for byte.
    ///
    /// It is the same whichever server is asked, of whatever version and in whatever mode. A direction that cannot be read
    /// counts as text.
    pub fn checksum(&self, dialect: Dialect) -> String {
        self.checksum_of(dialect, |_| true)
    }

    /// Returns whether the script does what the one with this checksum did.
    ///
    /// That an upgrade has nothing to run, which it had not before either, may be said later: in a section that was there
    /// without statements, or in one that was not.
    pub fn has_checksum(&self, dialect: Dialect, checksum: &str) -> bool {
        let says_empty = || self.sections_for(Direction::Upgrade, dialect).any(|section| section.is_empty);
        self.checksum(dialect) == checksum
            || says_empty() && self.checksum_of(dialect, |section| !section.is_empty) == checksum
    }

    /// Returns whether a checksum is that of a script with nothing in it, as a template makes it.
    fn is_of_nothing(dialect: Dialect, checksum: &str) -> bool {
        ["", "-- rev: downgrade\n"].iter().any(|downgrade| {
            let text = format!("-- revision: nothing\n-- rev: upgrade\n{downgrade}");
            Self::parse(Source::new("nothing", text)).is_ok_and(|script| script.checksum(dialect) == checksum)
        })
    }

    /// Returns whether it had nothing to run when its checksum was this, and has now.
    pub fn ran_nothing(&self, dialect: Dialect, then: &str) -> bool {
        let statements = || self.statements(Direction::Upgrade, dialect);
        let runs = || statements().is_ok_and(|sections| sections.iter().any(|section| !section.statements.is_empty()));
        Self::is_of_nothing(dialect, then) && runs()
    }

    fn checksum_of(&self, dialect: Dialect, counts: impl Fn(&Section) -> bool) -> String {
        let mut digest = Tokens::new("rev script 1");
        for direction in [Direction::Upgrade, Direction::Downgrade] {
            let readings = readings(dialect.family()).into_iter();
            let mut read = readings.filter_map(|reading| self.statements_as(direction, dialect, reading).ok());
            match read.next() {
                Some(sections) => {
                    let sections = sections.iter().filter(|compiled| counts(compiled.section));
                    sections.for_each(|section| digest.section(section));
                }
                None => self.sections_for(direction, dialect).filter(|section| counts(section)).for_each(|section| {
                    digest.piece("not read");
                    digest.piece(&self.source.text[section.range()].replace("\r\n", "\n"));
                }),
            }
        }
        digest.finish()
    }
}

/// Returns how a script is read for its checksum: as its family does, and if that fails, as other modes do.
fn readings(family: Family) -> [Reading; 4] {
    let usual = Reading::from(family);
    let flip = |mode| Mode::of(mode == Mode::Off);
    let escapes = Modes { backslash: flip(usual.modes.backslash), ..usual.modes };
    let quotes = Modes { ansi_quotes: Mode::On, ..usual.modes };
    let both = Modes { ansi_quotes: Mode::On, ..escapes };
    [usual.modes, escapes, quotes, both].map(|modes| Reading { modes, ..usual })
}

/// Returns the SHA-256, in hex, of statements with their data, for the progress of a revision that has several parts.
pub fn statements_hash(statements: &[Statement]) -> String {
    let mut digest = Tokens::new("rev statements 1");
    statements.iter().for_each(|statement| digest.statement(statement, as_any(statement.reading)));
    digest.finish()
}

/// Leaves the server and its version away: a part that is done is known after an upgrade of the server, too.
fn as_any(reading: Reading) -> Reading {
    Reading { modes: reading.modes, ..reading.family.into() }
}

/// A hash over pieces of text, each with its length, so that no two lists of pieces are confused.
struct Tokens(Sha256);

impl Tokens {
    /// Begins with the name of what is hashed; another way to do it needs another name.
    fn new(name: &str) -> Self {
        let mut tokens = Self(Sha256::new());
        tokens.piece(name);
        tokens
    }

    fn section(&mut self, compiled: &CompiledSection<'_>) {
        self.piece(compiled.section.direction.as_str());
        self.piece(compiled.section.transaction.as_str());
        let mut words = if compiled.section.is_irreversible { "irreversible" } else { "" }.to_owned();
        // Only where they are said, so that the checksums of scripts without them stay what they were.
        let Timeouts { lock, statement } = compiled.section.timeouts;
        for (name, timeout) in [("lock_timeout", lock), ("statement_timeout", statement)] {
            words.extend(timeout.map(|timeout| format!(" {name}={}ms", timeout.as_millis())));
        }
        self.piece(&words);
        self.count(compiled.statements.len());
        for statement in &compiled.statements {
            self.statement(statement, statement.reading);
        }
    }

    fn statement(&mut self, statement: &Statement, reading: Reading) {
        let sql = statement.sql();
        let mut tokens = 0;
        for token in significant(sql, 0..sql.len(), reading) {
            tokens += 1;
            if token.contains('\r') {
                self.piece(&token.replace("\r\n", "\n"));
            } else {
                self.piece(token);
            }
        }
        self.count(tokens);
        self.count(usize::from(statement.copy_data.is_some()));
        self.piece(statement.copy_data().unwrap_or_default());
    }

    fn piece(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text);
    }

    fn count(&mut self, number: usize) {
        self.0.update((number as u64).to_le_bytes());
    }

    fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::span::Source;

    fn checksum(dialect: Dialect, text: &str) -> String {
        let script = Script::parse(Source::new("a.sql", text)).unwrap();
        script.checksum(dialect)
    }

    /// Checks whether two upgrades have the same checksum.
    fn check(dialect: Dialect, one: &str, other: &str, same: bool) {
        let [one_sum, other_sum] =
            [one, other].map(|sql| checksum(dialect, &format!("-- revision: a\n-- rev: upgrade\n{sql}")));
        assert_eq!(one_sum == other_sum, same, "{one:?} {other:?}");
    }

    #[test]
    fn layout_comments_and_line_ends_do_not_count() {
        check(Dialect::Postgres, "SELECT a<=1;", "SELECT -- why\r\n  a <= 1", true);
        check(Dialect::Postgres, "DO $$\nBEGIN\nEND $$", "DO $$\r\nBEGIN\r\nEND $$;;", true);
        check(Dialect::Sqlite, "SELECT 1; SELECT 2", "/* x */ SELECT 1;\n\nSELECT 2;", true);
        check(Dialect::Postgres, "BEGIN; SELECT 1; COMMIT", "SELECT 1", true);
        check(
            Dialect::Mysql,
            "CREATE PROCEDURE p() BEGIN SELECT 1; END;",
            "DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$",
            true,
        );
    }

    #[test]
    fn tokens_count() {
        check(Dialect::Postgres, "SELECT 'a b'", "SELECT 'a  b'", false);
        check(Dialect::Postgres, "SELECT 1; SELECT 2", "SELECT 1 SELECT 2", false);
        check(Dialect::Mysql, "SELECT 1", "/*!50003 SELECT 1 */", false);
        check(Dialect::Mysql, "SELECT 1", "SELECT /*+ MAX_EXECUTION_TIME(1) */ 1", false);
        check(Dialect::Postgres, "COPY t FROM stdin;\n1\n\\.\n", "COPY t FROM stdin;\n1 \n\\.\n", false);
    }

    #[test]
    fn options_and_both_directions_count_and_other_dialects_do_not() {
        let sum = |sections: &str| checksum(Dialect::Sqlite, &format!("-- m\n--\n-- revision: a\n{sections}"));
        let plain = sum("-- rev: upgrade\nA;\n-- rev: downgrade\n");
        assert_eq!(plain, sum("-- rev: downgrade\n-- x\n-- rev: upgrade dialect=sqlite,postgres\nA;\n"));
        assert_eq!(plain, sum("-- rev: upgrade\nA;\n-- rev: downgrade\n-- rev: upgrade dialect=mysql\n\\'"));
        assert_ne!(plain, sum("-- rev: upgrade transaction=off\nA;\n-- rev: downgrade\n"));
        assert_ne!(plain, sum("-- rev: upgrade\nA;\n-- rev: downgrade\nB;\n"));
        assert_ne!(plain, sum("-- rev: upgrade\nA;\n-- rev: downgrade irreversible\n"));
        assert_ne!(plain, sum("-- rev: upgrade\nA;\n"));
        let patient = sum("-- rev: upgrade lock_timeout=60s\nA;\n-- rev: downgrade\n");
        assert_ne!(plain, patient);
        assert_eq!(patient, sum("-- rev: upgrade lock_timeout=1m\nA;\n-- rev: downgrade\n"));
    }

    #[test]
    fn what_a_template_makes_has_the_checksum_of_nothing() {
        let check = |sections: &str, expected: bool| {
            let script = Script::parse(Source::new("a", format!("-- x\n--\n-- revision: a\n\n{sections}"))).unwrap();
            let is = Dialect::ALL.map(|dialect| Script::is_of_nothing(dialect, &script.checksum(dialect)));
            assert_eq!(is, [expected; 4], "{sections}");
        };
        check("-- rev: upgrade\n\n\n-- rev: downgrade\n", true);
        check("-- rev: upgrade\n-- to do\n", true);
        check("-- rev: upgrade\nA;\n-- rev: downgrade\n", false);
        check("-- rev: upgrade\n-- rev: downgrade\nB;\n", false);
    }

    #[test]
    fn that_there_is_nothing_to_run_may_be_said_later() {
        let parsed = |sections: &str| Script::parse(Source::new("a", format!("-- revision: a\n{sections}"))).unwrap();
        let check = |then: &str, now: &str, same: bool| {
            let sum = parsed(then).checksum(Dialect::Sqlite);
            assert_eq!(parsed(now).has_checksum(Dialect::Sqlite, &sum), same, "{then:?} {now:?}");
        };
        let others = "-- rev: upgrade dialect=postgres\nA;\n";
        check("-- rev: upgrade\n-- rev: downgrade\n", "-- rev: upgrade empty\n-- rev: downgrade\n", true);
        check(others, &format!("{others}-- rev: upgrade empty dialect=sqlite\n"), true);
        check("-- rev: upgrade\nA;\n", "-- rev: upgrade empty\n", false);
        check("-- rev: upgrade\nA;\n", "-- rev: upgrade\nA;\n-- rev: upgrade empty\n", true);
        check("-- rev: upgrade\n", "-- rev: upgrade empty\n-- rev: downgrade\nB;\n", false);
        check("-- rev: upgrade empty\n", "-- rev: upgrade\nA;\n", false);
    }

    #[test]
    fn the_header_and_a_byte_order_mark_do_not_count() {
        let body = "-- rev: upgrade\nSELECT 1;\n";
        assert_eq!(
            checksum(Dialect::Sqlite, &format!("-- revision: a\n{body}")),
            checksum(Dialect::Sqlite, &format!("\u{feff}-- other\n--\n-- revision: b\n-- down_revision: a\n\n{body}")),
        );
    }

    #[test]
    fn the_checksum_stays_the_same_from_version_to_version() {
        let text = "-- revision: a\n-- rev: upgrade\nCREATE TABLE t (a INT);\n-- rev: downgrade\nDROP TABLE t;\n";
        let expected = "99cbdc334f0596f8dbb7acd66fe1ff1b72da137c09196966639a074ff0fbe6ec"; // databases hold this
        assert_eq!(checksum(Dialect::Sqlite, text), expected);
    }

    proptest! {
        #[test]
        fn white_space_between_tokens_never_counts(words in prop::collection::vec("[a-c]{1,3}|'[a-c ]*'|[0-9]{1,3}|[(),;]|<=", 1..12), gap in "( |\n|\r\n|\t|/\\* c \\*/|-- c\n){1,3}") {
            let join = |gap: &str| format!("-- revision: a\n-- rev: upgrade\n{}\n", words.join(gap));
            let sum = |text: String| Script::parse(Source::new("a", text)).unwrap().checksum(Dialect::Sqlite);
            prop_assert_eq!(sum(join(" ")), sum(join(&gap)));
        }
    }
}
