//! What text for a shell checks before it changes anything: statements that fail, so that the shell stops.

use sea_query::Asterisk;
use sea_query::Expr;
use sea_query::LockType;
use sea_query::Order;
use sea_query::Query;
use sea_query::SelectStatement;

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::FORMAT;
use crate::journal::Journal;
use crate::journal::literal;
use crate::journal::own::Operator;

/// SQLite's own list of rows that refer to none.
const ORPHANS: &str = "pragma_foreign_key_check";

/// The references of SQLite to tables that are not there.
const DANGLING: &str = "main.sqlite_schema AS m, pragma_foreign_key_list(m.name, 'main') AS f WHERE m.type = 'table' \
     AND NOT EXISTS (SELECT 1 FROM main.sqlite_schema AS t WHERE t.type = 'table' AND t.name = f.\"table\" COLLATE NOCASE)";

/// The journal as a step of a script needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The rows of the version table, exactly.
    pub rows: Heads,
    /// The revision that is between its parts, and how many of them are done.
    pub progress: Option<(RevisionId, usize)>,
}

/// A condition that must not hold, and the SQL of the message when it does.
struct Mismatch {
    condition: String,
    message: String,
}

impl Journal {
    /// Returns statements that fail with a readable message unless the journal is as expected.
    ///
    /// They keep others from changing it until the transaction ends, as far as these ask rev's lock table. Nothing is
    /// printed when all is well.
    pub fn expect(&self, expected: &Expected) -> Vec<String> {
        self.refuse(Some(self.lock_row()), &[self.other_rows(&expected.rows), self.other_progress(expected)])
    }

    /// Returns the same for the version table alone, which is asked before rev's other tables are made.
    pub fn expect_rows(&self, rows: &Heads) -> Vec<String> {
        self.refuse(None, &[self.other_rows(rows)])
    }

    /// Returns the same for the format of the journal.
    pub fn expect_format(&self) -> Vec<String> {
        self.refuse(None, &[self.other_format()])
    }

    /// Returns statements that fail unless the server is a MariaDB or MySQL as the dialect says; their URLs look alike.
    pub fn expect_product(&self) -> Vec<String> {
        let negation = match self.dialect {
            Dialect::Mariadb => "NOT ",
            Dialect::Mysql => "",
            Dialect::Sqlite | Dialect::Postgres => return Vec::new(),
        };
        let message = format!("rev: this script is for {}, and the server is another product", self.dialect.product());
        let condition = format!("VERSION() {negation}LIKE '%MariaDB%'");
        self.refuse(None, &[Mismatch { condition, message: self.literal(&message) }])
    }

    /// Returns what fails, on SQLite, if foreign keys are on, and notes how many rows and references lead nowhere.
    pub fn note_orphans(&self) -> Vec<String> {
        // Inside of a transaction that somebody began around it, the pragma has done nothing.
        let condition = "(SELECT foreign_keys FROM pragma_foreign_keys) <> 0".to_owned();
        let message = self.literal("rev: foreign keys could not be switched off");
        let mut statements = self.refuse(None, &[Mismatch { condition, message }]);
        statements.push(format!(
            "CREATE TEMP TABLE rev_shield AS SELECT (SELECT count(*) FROM {ORPHANS}) AS n, \
             (SELECT count(*) FROM {DANGLING}) AS dangling"
        ));
        statements
    }

    /// Returns what fails if it is more than was noted.
    pub fn expect_no_new_orphans(&self) -> Vec<String> {
        let worse = |now: &str, column: &str, message: &str| Mismatch {
            condition: format!("(SELECT count(*) FROM {now}) > (SELECT {column} FROM temp.rev_shield)"),
            message: self.literal(message),
        };
        // In this order: rows cannot be checked where a table is not there.
        let mismatches = [
            worse(DANGLING, "dangling", "rev: a foreign key would refer to a table that is gone"),
            worse(ORPHANS, "n", "rev: rows would refer to rows that are gone; PRAGMA foreign_key_check lists them"),
        ];
        let mut statements = self.refuse(None, &mismatches);
        statements.push("DROP TABLE temp.rev_shield".to_owned());
        statements
    }

    /// Returns `text` as a literal that means the same under every setting of the session.
    pub fn literal(&self, text: &str) -> String {
        literal::sql(self.dialect, text)
    }

    fn other_format(&self) -> Mismatch {
        let rows =
            self.count(&self.lock).and_where(self.own().is("id", 1)).and_where(self.own().is("format", FORMAT)).take();
        let message = "rev: the database has no journal of the format that this script writes";
        Mismatch {
            condition: format!("({}) {} 1", self.render(&rows), self.own().operator(Operator::Different)),
            message: self.literal(message),
        }
    }

    fn other_rows(&self, rows: &Heads) -> Mismatch {
        let ids = rows.iter().map(|id| literal::text(self.dialect, id.as_str())).collect();
        let expected = self.literal(&format!(", not at {rows} as this script expects"));
        let parts = [self.literal("rev: the database is at "), self.rows_as_text(), expected];
        let message = match self.dialect.family() {
            Family::Sqlite | Family::Postgres => parts.join(&format!(" {} ", self.own().operator(Operator::Joined))),
            Family::Mysql => format!("CONCAT({})", parts.join(", ")),
        };
        Mismatch { condition: self.is_not(&self.version, "version_num", ids), message }
    }

    fn other_progress(&self, expected: &Expected) -> Mismatch {
        let (revisions, message) = match &expected.progress {
            None => (Vec::new(), "rev: a revision is in progress, which this script does not expect".to_owned()),
            Some((revision, done)) => {
                let rows = vec![literal::text(self.dialect, revision.as_str()); *done];
                (rows, format!("rev: revision {revision} is not in progress after part {done}, as this script expects"))
            }
        };
        Mismatch { condition: self.is_not(&self.progress, "revision", revisions), message: self.literal(&message) }
    }

    /// Whether a table does not hold these values in a column, as many rows as there are values.
    fn is_not(&self, table: &str, column: &'static str, mut values: Vec<Expr>) -> String {
        let count = values.len();
        let all = self.count(table).take();
        let different = self.own().operator(Operator::Different);
        let mut condition = format!("({}) {different} {count}", self.render(&all));
        if count > 0 {
            values.dedup();
            let these = self.count(table).and_where(self.own().is_any(column, values)).take();
            condition.push_str(&format!(" OR ({}) {different} {count}", self.render(&these)));
        }
        condition
    }

    fn count(&self, table: &str) -> SelectStatement {
        Query::select().expr(self.own().call("count", Expr::col(Asterisk))).from(self.table(table)).take()
    }

    /// The rows of the version table on one line, or `base`.
    fn rows_as_text(&self) -> String {
        let ordered = Query::select()
            .column("version_num")
            .from(self.table(&self.version))
            .order_by("version_num", Order::Asc)
            .take();
        let list = match self.dialect.family() {
            Family::Sqlite => "group_concat(version_num, ', ')",
            Family::Postgres => "pg_catalog.string_agg(version_num, ', ')",
            Family::Mysql => "GROUP_CONCAT(version_num SEPARATOR ', ')",
        };
        format!("COALESCE((SELECT {list} FROM ({}) AS v), 'base')", self.render(&ordered))
    }

    /// The row that whoever changes the journal reads first, locked.
    fn lock_row(&self) -> String {
        let mut row =
            Query::select().column("id").from(self.table(&self.lock)).and_where(self.own().is("id", 1)).take();
        if self.dialect.family() != Family::Sqlite {
            row.lock(LockType::Update);
        }
        self.render(&row)
    }

    /// Fails with the message of the first condition that holds.
    ///
    /// SQLite and MySQL raise errors of one's own only inside of triggers and routines; there the message goes to
    /// something that fails and says what it was given.
    fn refuse(&self, lock: Option<String>, mismatches: &[Mismatch]) -> Vec<String> {
        let cases: String =
            mismatches.iter().map(|one| format!("\n  WHEN {} THEN {}", one.condition, one.message)).collect();
        let found = format!("(SELECT CASE{cases}\n  END AS message) AS found WHERE message IS NOT NULL");
        match self.dialect {
            Dialect::Sqlite => {
                vec![format!("SELECT json_extract('{{}}', message) FROM {found}")]
            }
            Dialect::Postgres => vec![self.refuse_in_block(lock, mismatches)],
            Dialect::Mariadb => {
                let signal = "CONCAT('SIGNAL SQLSTATE ''45000'' SET MESSAGE_TEXT = ', QUOTE(LEFT(message, 400)))";
                let check = format!("SET @rev_check = COALESCE((SELECT {signal} FROM {found}), 'DO 0')");
                lock_first(lock, [check, "EXECUTE IMMEDIATE @rev_check".to_owned()])
            }
            Dialect::Mysql => {
                // SIGNAL cannot be prepared there, but an unknown name is told as it is.
                let unknown = "CONCAT('DO `', REPLACE(message, '`', ''''), '`')";
                let check = format!("SET @rev_check = COALESCE((SELECT {unknown} FROM {found}), 'DO 0')");
                let run = ["PREPARE rev_check FROM @rev_check", "EXECUTE rev_check", "DEALLOCATE PREPARE rev_check"];
                lock_first(lock, [check].into_iter().chain(run.map(str::to_owned)))
            }
        }
    }

    fn refuse_in_block(&self, lock: Option<String>, mismatches: &[Mismatch]) -> String {
        let mut body = String::from("BEGIN\n");
        if let Some(lock) = lock {
            body.push_str(&format!("  PERFORM ({lock});\n"));
        }
        for Mismatch { condition, message } in mismatches {
            body.push_str(&format!(
                "  IF {condition} THEN\n    RAISE EXCEPTION USING MESSAGE = {message};\n  END IF;\n"
            ));
        }
        body.push_str("END");
        let mut tag = "$rev$".to_owned();
        while body.contains(&tag) {
            tag.insert(1, '_');
        }
        format!("DO {tag} {body} {tag}")
    }
}

fn lock_first(lock: Option<String>, statements: impl IntoIterator<Item = String>) -> Vec<String> {
    lock.map(|lock| format!("SET @rev_lock = ({lock})")).into_iter().chain(statements).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(rows: &str, progress: Option<(&str, usize)>) -> Expected {
        let id = RevisionId::from_row;
        Expected {
            rows: rows.split_whitespace().map(id).collect(),
            progress: progress.map(|(revision, done)| (id(revision), done)),
        }
    }

    fn check(dialect: Dialect, expected: &Expected, parts: &[&str]) {
        let journal = Journal::new(dialect, "", "rev_version", "rev_");
        let text = journal.expect(expected).join(";\n").replace(['"', '`'], "");
        for part in parts {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn the_rows_are_counted_twice_so_that_neither_fewer_nor_more_nor_others_pass() {
        for dialect in [Dialect::Sqlite, Dialect::Mariadb, Dialect::Mysql] {
            let two = "(SELECT COUNT(*) FROM rev_version) <> 2 OR (SELECT COUNT(*) FROM rev_version WHERE version_num IN ('a', 'b')) <> 2";
            check(dialect, &expected("b a", None), &[two, ", not at a, b as this script expects"]);
            check(dialect, &expected("", None), &["(SELECT COUNT(*) FROM rev_version) <> 0 THEN", ", not at base as"]);
        }
        let (is, is_not) = ("OPERATOR(pg_catalog.=)", "OPERATOR(pg_catalog.<>)");
        let two = format!(
            "(SELECT pg_catalog.count(*) FROM rev_version) {is_not} 2 OR (SELECT pg_catalog.count(*) FROM rev_version \
             WHERE (version_num {is} ('a')) OR (version_num {is} ('b'))) {is_not} 2"
        );
        check(Dialect::Postgres, &expected("b a", None), &[&two, ", not at a, b as this script expects"]);
    }

    #[test]
    fn the_parts_that_are_done_are_counted() {
        let two = "(SELECT COUNT(*) FROM rev_progress) <> 2 OR (SELECT COUNT(*) FROM rev_progress WHERE revision IN ('m')) <> 2";
        check(Dialect::Sqlite, &expected("a", Some(("m", 2))), &[two, "revision m is not in progress after part 2"]);
    }

    #[test]
    fn the_block_of_postgres_ends_where_it_should() {
        let journal = Journal::new(Dialect::Postgres, "", "$rev$", "rev_");
        let block = journal.expect(&expected("", None)).remove(0);
        assert!(block.starts_with("DO $_rev$ BEGIN") && block.ends_with("END $_rev$"), "{block}");
    }
}
