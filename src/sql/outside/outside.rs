//! Statements that reach outside of the database that they run in: to its server, its files, other databases.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::dialect::Family;
use crate::sql::effect::unquoted;
use crate::sql::outside::literal::inside;
use crate::sql::outside::rules::BEFORE;
use crate::sql::outside::rules::CONNECTS;
use crate::sql::outside::rules::DESCRIBING;
use crate::sql::outside::rules::FILES;
use crate::sql::outside::rules::MYSQL;
use crate::sql::outside::rules::MYSQL_FUNCTIONS;
use crate::sql::outside::rules::NAMING;
use crate::sql::outside::rules::POSTGRES;
use crate::sql::outside::rules::POSTGRES_FUNCTIONS;
use crate::sql::outside::rules::PROGRAM;
use crate::sql::outside::rules::ROLES;
use crate::sql::outside::rules::SCHEMAS;
use crate::sql::outside::rules::SETTINGS;
use crate::sql::outside::rules::SHARED;
use crate::sql::outside::rules::SQLITE;
use crate::sql::outside::rules::SQLITE_FUNCTIONS;
use crate::sql::reading::Reading;
use crate::sql::split::Statement;
use crate::sql::token::TokenKind;
use crate::sql::words::telling;

/// Finds what reaches outside, statement after statement: a routine that would is remembered, and its calls count.
#[derive(Debug)]
pub struct Outside {
    family: Family,
    /// Other databases of the server, in lower case (MariaDB, MySQL): a name before a dot may be one of them.
    databases: BTreeSet<String>,
    /// Routines whose bodies reach outside, by name, and how.
    routines: BTreeMap<String, String>,
    /// What a string of the script would do that a later statement may run (MariaDB, MySQL).
    in_a_string: Option<String>,
}

/// How many strings of a statement are looked at together.
const MOST_JOINED: usize = 16;

/// How deep strings in strings are looked into.
const DEEPEST: usize = 3;

/// A word of a statement, in lower case and without quotes.
struct Word {
    text: String,
    kind: TokenKind,
}

/// Where a statement may begin in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    AtFirst,
    Anywhere,
}

impl Outside {
    /// Begins with a script that runs in the database `own`; `databases` are those of its server.
    pub fn new(family: Family, own: &str, databases: impl IntoIterator<Item = String>) -> Self {
        let own = own.to_lowercase();
        let databases = databases.into_iter().map(|name| name.to_lowercase());
        let databases = databases.filter(|name| *name != own && !DESCRIBING.contains(&name.as_str())).collect();
        Self { family, databases, routines: BTreeMap::new(), in_a_string: None }
    }

    /// Returns what the statement does outside of its database, in words that follow it; nothing when it stays inside.
    pub fn reach(&mut self, statement: &Statement) -> Option<String> {
        let words = words(statement.sql(), statement.reading);
        let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word.text == text);
        let routine = routine(&words);
        let holds_body = routine.is_some() || is(0, "do") || is(0, "begin") || is(0, "create") || is(0, "prepare");
        let begins = if holds_body && !is(0, "prepare") { Begins::Anywhere } else { Begins::AtFirst };
        let found = self.reach_of(&words, begins).or_else(|| {
            let prepares = ["do", "execute", "prepare", "set", "call"].iter().any(|word| is(0, word));
            (prepares || routine.is_some()).then(|| self.in_strings(&words, statement.reading, 0)).flatten()
        });
        let found = found.or_else(|| self.by_another_name(&words, routine.as_deref()));
        if self.family == Family::Mysql && self.in_a_string.is_none() {
            self.in_a_string = self.in_strings(&words, statement.reading, 0);
        }
        let found = found.or_else(|| self.in_a_string.clone().filter(|_| runs_a_value(&words)));
        match (found, routine) {
            // It does so only when it is called.
            (Some(found), Some(name)) => {
                self.routines.insert(name, found);
                None
            }
            (found, _) => found,
        }
    }

    /// Judges what names a routine that reaches outside, as all do that give it another name or let it be called by one.
    fn by_another_name(&self, words: &[Word], routine: Option<&str>) -> Option<String> {
        if self.family != Family::Postgres {
            return None;
        }
        let is_body_elsewhere = sequence_in(words, &["language", "c|internal"]);
        if routine.is_some() && is_body_elsewhere {
            let strings = words.iter().filter(|word| word.kind == TokenKind::String);
            let names = strings.map(|word| inside(&word.text, false));
            let known = |name: String| POSTGRES_FUNCTIONS.iter().find(|(known, _)| is_named(&name, known));
            if let Some((_, what)) = names.into_iter().find_map(known) {
                return Some((*what).to_owned());
            }
        }
        let is_kept = is_one_of(words, 0, "comment|grant|revoke|drop")
            || is_one_of(words, 0, "alter")
                && is_one_of(words, 1, "function|procedure|routine")
                && !words.iter().any(|word| word.text == "rename");
        let mentioned = words.iter().filter(|word| word.kind != TokenKind::String && !is_kept);
        let mut others = mentioned.filter(|word| routine != Some(&*word.text));
        if let Some((name, what)) = others.find_map(|word| self.routines.get_key_value(&word.text)) {
            return Some(format!("names `{name}`, which {what}"));
        }
        // Those of the server and of extensions, without a call.
        let names = |at: usize| {
            is_one_of(words, 0, "alter") && is_one_of(words, at, "function|procedure|routine")
                || is_one_of(words, 0, "create") && is_one_of(words, at, "function|procedure")
                || sequence_in(words, &["create", "aggregate|operator"]) && is_one_of(words, at, "=")
                || sequence_in(words, &["or", "replace", "aggregate"]) && is_one_of(words, at, "=")
        };
        let after = (1..words.len()).filter(|at| names(at - 1) && routine.is_none() && !is_kept);
        let last = after.map(|at| if sequence(words, at + 1, &["."]) { at + 2 } else { at });
        let mut called = last.filter_map(|at| words.get(at));
        let known = |word: &Word| POSTGRES_FUNCTIONS.iter().find(|(name, _)| is_named(&word.text, name));
        called.find_map(known).map(|(_, what)| (*what).to_owned())
    }

    fn in_strings(&self, words: &[Word], reading: Reading, depth: usize) -> Option<String> {
        if depth >= DEEPEST {
            return None;
        }
        let strings = words.iter().filter(|word| is_literal(word, self.family));
        let texts: Vec<String> = strings.map(|word| inside(&word.text, reading.escapes())).collect();
        let found = texts.iter().find_map(|text| {
            let words = self::words(text, reading);
            self.reach_of(&words, Begins::Anywhere).or_else(|| self.in_strings(&words, reading, depth + 1))
        });
        found.or_else(|| {
            // `'CREATE ' || 'ROLE x'`: a few that may be one statement together.
            let mut joined = (0..texts.len()).filter(|_| (2..=MOST_JOINED).contains(&texts.len()));
            joined.find_map(|from| self.reach_of(&self::words(&texts[from..].concat(), reading), Begins::AtFirst))
        })
    }

    fn reach_of(&self, words: &[Word], begins: Begins) -> Option<String> {
        let (rules, functions) = match self.family {
            Family::Postgres => (POSTGRES, POSTGRES_FUNCTIONS),
            Family::Mysql => (MYSQL, MYSQL_FUNCTIONS),
            Family::Sqlite => (SQLITE, SQLITE_FUNCTIONS),
        };
        for at in 0..words.len() {
            let is_begin = at == 0 || begins == Begins::Anywhere && BEFORE.contains(&words[at - 1].text.as_str());
            if is_begin {
                let rest = until_semicolon(&words[at..]);
                let rule = rules.iter().find(|(pattern, _)| matches(pattern, rest));
                // A hint of the optimizer in a body.
                let is_hint = is_one_of(rest, 0, "use") && is_one_of(rest, 1, "index|key");
                if let Some((_, what)) = rule.filter(|_| !is_hint) {
                    return Some((*what).to_owned());
                }
                if let Some(what) = self.by_more(rest) {
                    return Some(what.to_owned());
                }
            }
            let text = words[at].text.as_str();
            if words[at].kind == TokenKind::String {
                continue;
            }
            let is_call = words.get(at + 1).is_some_and(|next| next.kind == TokenKind::Open);
            if let Some((_, what)) = functions.iter().find(|(name, _)| is_call && is_named(text, name)) {
                return Some((*what).to_owned());
            }
            let is_called = is_call || at > 0 && words[at - 1].text == "call";
            if let Some(what) = self.routines.get(text).filter(|_| is_called && !defines(words)) {
                return Some(format!("calls `{text}`, which {what}"));
            }
            if let Some(what) = self.by_name(words, at) {
                return Some(what);
            }
        }
        None
    }

    /// Judges a statement by more than its first words.
    fn by_more(&self, words: &[Word]) -> Option<&'static str> {
        let has = |patterns: &[&str]| (0..words.len()).any(|at| sequence(words, at, patterns));
        let first = words.first()?.text.as_str();
        match (self.family, first) {
            (Family::Postgres, "grant" | "revoke") => {
                let is_role = !words.iter().any(|word| word.text == "on");
                (is_role || has(&["on", "database|tablespace|parameter"])).then_some(ROLES)
            }
            (Family::Postgres, "security") => has(&["on", "role|database|tablespace|subscription"]).then_some(SETTINGS),
            (Family::Postgres, "copy") => {
                let string = |at: usize| words.get(at + 1).is_some_and(|next| next.kind == TokenKind::String);
                let is_file = (0..words.len()).any(|at| is_one_of(words, at, "from|to") && string(at));
                if has(&["from|to", "program"]) { Some(PROGRAM) } else { is_file.then_some(FILES) }
            }
            (Family::Postgres, "insert" | "update" | "delete" | "merge" | "with") => {
                // Also within a query that the statement begins with.
                let is_at = |at: usize| words.get(at).is_some_and(|word| SHARED.contains(&word.text.as_str()));
                let changes = |at: usize| match () {
                    () if sequence(words, at, &["delete", "from"]) => Some(at + 2),
                    () if is_one_of(words, at, "update|into") => Some(at + 1),
                    () => None,
                };
                let named = |at: usize| if is_one_of(words, at, "only") { at + 1 } else { at };
                let bare = |at: usize| if sequence(words, at, &["pg_catalog", "."]) { at + 2 } else { at };
                let found = (0..words.len()).filter_map(changes).any(|at| is_at(bare(named(at))));
                found.then_some("changes what belongs to the server")
            }
            (Family::Mysql, "set") => {
                let named = |name: &str| has(&["@", "@", name]) || has(&["@@", name]) || has(&[&format!("@@{name}")]);
                let is_wide = ["global", "persist", "persist_only"].iter().any(|name| named(name))
                    || has(&[",", "global|persist|persist_only"]);
                is_wide.then_some(SETTINGS)
            }
            (Family::Mysql, "flush") => has(&["with", "read"]).then_some("locks the whole server"),
            (Family::Mysql, "create" | "alter") => {
                let engine = "federated|federatedx|spider|connect|s3";
                let is_elsewhere = has(&["engine", "=", engine]) || has(&["engine", engine]);
                if has(&["soname"]) { Some(SETTINGS) } else { is_elsewhere.then_some(CONNECTS) }
            }
            (Family::Mysql, _) => has(&["into", "outfile|dumpfile"]).then_some(FILES),
            (Family::Sqlite, "vacuum") => has(&["into"]).then_some("writes a file"),
            _ => None,
        }
    }

    /// Judges a name by the one before its dot.
    fn by_name(&self, words: &[Word], at: usize) -> Option<String> {
        if words.get(at + 1)?.text != "." || words[at].kind == TokenKind::String {
            return None;
        }
        let name = words[at].text.as_str();
        match self.family {
            Family::Postgres => {
                let is_call = words.get(at + 3).is_some_and(|next| next.kind == TokenKind::Open);
                let (_, what) = SCHEMAS.iter().find(|(schema, _)| *schema == name && is_call)?;
                Some((*what).to_owned())
            }
            Family::Mysql => {
                let before = at.checked_sub(1).map_or("", |before| words[before].text.as_str());
                let has_three = words.get(at + 3).is_some_and(|next| next.text == ".");
                // A table or alias may have the name of a database, and its columns stand behind a dot, too.
                let is_bare = |(at, word): (usize, &Word)| {
                    word.text == name
                        && words.get(at + 1).is_none_or(|next| next.text != ".")
                        && at.checked_sub(1).is_none_or(|before| words[before].text != ".")
                };
                let is_of_statement = words.iter().enumerate().any(is_bare);
                let is_place = !is_of_statement || has_three || NAMING.contains(&before) || before == ",";
                (is_place && self.databases.contains(name)).then(|| format!("uses the database `{name}`"))
            }
            Family::Sqlite => None,
        }
    }
}

fn words(sql: &str, reading: Reading) -> Vec<Word> {
    let word = |token: crate::sql::token::Token| {
        let text = &sql[token.range];
        let text = match token.kind {
            TokenKind::String => text.to_owned(),
            _ => unquoted(text),
        };
        Word { text, kind: token.kind }
    };
    telling(sql, reading).map(word).collect()
}

/// Returns the name of the routine that a statement makes.
fn routine(words: &[Word]) -> Option<String> {
    if !is_one_of(words, 0, "create") {
        return None;
    }
    // `OR REPLACE`, `DEFINER = user@host`, `AGGREGATE` stand before.
    let at = (1..words.len().min(12)).find(|at| is_one_of(words, *at, "function|procedure|package"))?;
    let open = (at..words.len()).find(|at| words[*at].kind == TokenKind::Open || is_one_of(words, *at, "as|is"))?;
    // A cast, an operator or a trigger only names one.
    let has_definer = is_one_of(words, 1, "definer") || is_one_of(words, 3, "definer");
    let is_other = (1..at).any(|at| match has_definer {
        true => is_one_of(words, at, "trigger|event"),
        false => !is_one_of(words, at, "or|replace|aggregate"),
    });
    (!is_other).then(|| words[open - 1].text.clone())
}

/// Returns whether a statement only says what a routine is, or who may call it.
fn defines(words: &[Word]) -> bool {
    is_one_of(words, 0, "comment|grant|revoke|drop|alter")
}

/// Returns whether a statement runs what a variable or an expression holds (MariaDB, MySQL).
fn runs_a_value(words: &[Word]) -> bool {
    let is_string = |at: usize| words.get(at).is_some_and(|word| word.kind == TokenKind::String);
    let ends = |at: usize| words.get(at).is_none_or(|word| word.kind == TokenKind::Semicolon || word.text == "using");
    let is_value = |at: usize| !(is_string(at) && ends(at + 1));
    (0..words.len()).any(|at| {
        is_one_of(words, at, "prepare") && is_one_of(words, at + 2, "from") && is_value(at + 3)
            || sequence(words, at, &["execute", "immediate"]) && is_value(at + 2)
    })
}

/// Returns whether a word is a string, or a number in hexadecimal digits, which is a string to MariaDB and MySQL.
fn is_literal(word: &Word, family: Family) -> bool {
    word.kind == TokenKind::String || family == Family::Mysql && word.text.len() > 3 && word.text.starts_with("0x")
}

fn sequence_in(words: &[Word], patterns: &[&str]) -> bool {
    (0..words.len()).any(|at| sequence(words, at, patterns))
}

fn until_semicolon(words: &[Word]) -> &[Word] {
    let end = words.iter().position(|word| word.kind == TokenKind::Semicolon).unwrap_or(words.len());
    &words[..end]
}

/// Returns whether the words begin as a pattern says.
fn matches(pattern: &str, words: &[Word]) -> bool {
    pattern.split(' ').enumerate().all(|(at, wanted)| match wanted.strip_prefix('!') {
        Some(others) => !is_one_of(words, at, others),
        None => is_one_of(words, at, wanted),
    })
}

fn sequence(words: &[Word], at: usize, patterns: &[&str]) -> bool {
    patterns.iter().enumerate().all(|(offset, wanted)| is_one_of(words, at + offset, wanted))
}

fn is_one_of(words: &[Word], at: usize, wanted: &str) -> bool {
    words.get(at).is_some_and(|word| wanted.split('|').any(|wanted| wanted == word.text))
}

fn is_named(text: &str, name: &str) -> bool {
    match name.strip_suffix('*') {
        Some(beginning) => text.starts_with(beginning),
        None => text == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::span::Source;
    use crate::sql::split::split;

    /// Returns what the last statement reaches.
    fn last(dialect: Dialect, sql: &str) -> Option<String> {
        let source = Source::new("a.sql", sql.to_owned());
        let statements = split(&source, 0..sql.len(), dialect).unwrap_or_else(|errors| panic!("{sql}: {errors:?}"));
        let mut outside =
            Outside::new(dialect.family(), "Own", ["App", "mysql", "own", "information_schema"].map(str::to_owned));
        statements.iter().map(|statement| outside.reach(statement)).last().flatten()
    }

    #[track_caller]
    fn reaches(dialect: Dialect, statements: &[&str]) {
        statements.iter().for_each(|sql| assert!(last(dialect, sql).is_some(), "{sql}"));
    }

    #[track_caller]
    fn stays(dialect: Dialect, statements: &[&str]) {
        statements.iter().for_each(|sql| assert_eq!(last(dialect, sql), None, "{sql}"));
    }

    #[test]
    fn what_belongs_to_a_server_of_postgres_is_outside() {
        reaches(
            Dialect::Postgres,
            &[
                "CREATE ROLE app",
                "create /* x */ user app PASSWORD 'x'",
                "ALTER ROLE app IN DATABASE d SET search_path = x",
                "DROP GROUP g",
                "ALTER SYSTEM SET work_mem = '1MB'",
                "CREATE TABLESPACE t LOCATION '/x'",
                "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
                "ALTER DATABASE app SET timezone = 'UTC'",
                "CREATE DATABASE x",
                "GRANT admin TO app",
                "REVOKE CONNECT ON DATABASE app FROM public",
                "COMMENT ON DATABASE app IS 'x'",
                "REASSIGN OWNED BY a TO b",
                "COPY t FROM PROGRAM 'curl x'",
                "COPY t (a, b) TO '/tmp/x'",
                "SELECT dblink_exec('dbname=app', 'DELETE FROM t')",
                "SELECT cron.schedule('x', '* * * * *', 'DELETE FROM t')",
                "SELECT net.http_post('http://x')",
                "SELECT pg_catalog.pg_terminate_backend(1)",
                "DO $$ BEGIN CREATE ROLE app; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                "DO $x$ BEGIN IF true THEN EXECUTE 'ALTER ROLE app SET x = 1'; END IF; END $x$",
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET a = 1', current_database()); END $$",
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ SELECT dblink('x', 'y') $$; SELECT f()",
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN CREATE ROLE x; END'; CREATE TRIGGER t AFTER INSERT ON t EXECUTE FUNCTION f()",
                "UPDATE pg_catalog.pg_database SET datallowconn = false",
            ],
        );
    }

    #[test]
    fn what_belongs_to_others_is_outside_however_it_is_said() {
        reaches(
            Dialect::Mariadb,
            &[
                "INSERT app.t (v) VALUES (1)",
                "REPLACE app.t VALUES (1)",
                "TRUNCATE app.u",
                "DROP TABLES app.u",
                "UPDATE LOW_PRIORITY app.t SET a = 1",
                "UPDATE (app.t) SET a = 1",
                "ALTER TABLE x RENAME app.x",
                "CREATE SEQUENCE app.s",
                "SELECT NEXTVAL(app.s)",
                "LOCK TABLES app.t WRITE",
                "CREATE PROCEDURE p() CREATE USER h; CALL p()",
                "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET GLOBAL max_connections = 10",
            ],
        );
        stays(
            Dialect::Mariadb,
            &[
                "SELECT app.a FROM t AS app",
                "UPDATE app SET app.a = 1",
                "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
            ],
        );
        reaches(
            Dialect::Postgres,
            &[
                "WITH a AS (SELECT 1) UPDATE pg_database SET datconnlimit = 1",
                "WITH d AS (UPDATE pg_catalog.pg_database SET datconnlimit = 1 RETURNING 1) SELECT 1",
                "MERGE INTO pg_database d USING t ON true WHEN MATCHED THEN DO NOTHING",
            ],
        );
        stays(Dialect::Postgres, &["INSERT INTO t SELECT datname FROM pg_database"]);
    }

    #[test]
    fn a_routine_that_reaches_is_known_by_another_name_too() {
        let makes = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN CREATE ROLE x; END $$;\n";
        for later in [
            "ALTER FUNCTION f(int) RENAME TO g",
            "ALTER ROUTINE f RENAME TO g",
            "CREATE AGGREGATE a (int) (SFUNC = f, STYPE = int)",
            "CREATE OPERATOR # (PROCEDURE = f, RIGHTARG = int)",
            "CREATE CAST (t AS u) WITH FUNCTION f",
            "CREATE CAST (t AS u) WITH FUNCTION f(int)",
            "CREATE OPERATOR CLASS c FOR TYPE t USING btree AS FUNCTION 1 f(int, int)",
            "CREATE TRIGGER t AFTER INSERT ON t EXECUTE PROCEDURE f ()",
            "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()",
            "ALTER TABLE t ALTER a SET DEFAULT f(1)",
        ] {
            assert!(last(Dialect::Postgres, &format!("{makes}{later}")).is_some(), "{later}");
        }
        for later in [
            "DROP FUNCTION f(int)",
            "COMMENT ON FUNCTION f(int) IS 'x'",
            "ALTER FUNCTION f(int) OWNER TO app",
            "ALTER FUNCTION f(int) SET search_path = public",
            "GRANT EXECUTE ON FUNCTION f(int) TO app",
            "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "INSERT INTO t VALUES ('f')",
        ] {
            assert_eq!(last(Dialect::Postgres, &format!("{makes}{later}")), None, "{later}");
        }
        reaches(
            Dialect::Postgres,
            &[
                "ALTER FUNCTION dblink_exec RENAME TO x",
                "CREATE AGGREGATE a (text) (SFUNC = public.dblink_exec, STYPE = text)",
                "CREATE FUNCTION x(int) RETURNS bool LANGUAGE internal AS 'pg_terminate_backend'; SELECT x(1)",
                "PREPARE TRANSACTION 'x'",
            ],
        );
    }

    #[test]
    fn strings_are_read_as_the_server_reads_them() {
        reaches(
            Dialect::Postgres,
            &[
                r"DO $$ BEGIN EXECUTE E'CREATE\x20ROLE x'; END $$",
                r"DO $$ BEGIN EXECUTE E'\103REATE\tROLE x'; END $$",
                r"DO $$ BEGIN EXECUTE e'CREATE \u0052OLE x'; END $$",
                r"DO $$ BEGIN EXECUTE U&'CREATE \0052OLE x'; END $$",
                r"DO $$ BEGIN EXECUTE 'CREATE ' || 'ROLE x'; END $$",
                r"DO E'BEGIN CREATE\nROLE x; END'",
            ],
        );
        reaches(
            Dialect::Mariadb,
            &[
                r"PREPARE s FROM 'DROP US\ER x'",
                "SET @a = 'DROP USER x'; PREPARE s FROM @a",
                "SET @a = CONCAT('DROP ', 'USER x'); PREPARE s FROM @a",
                "SET @a = 0x44524F5020555345522078; PREPARE s FROM @a",
                "SET @a = x'44524F5020555345522078'; PREPARE s FROM @a",
                "SELECT 'DROP USER x' INTO @a; SELECT 1; EXECUTE IMMEDIATE @a",
                "INSERT INTO t VALUES ('DROP USER x'); SELECT a INTO @a FROM t; PREPARE s FROM @a",
                "EXECUTE IMMEDIATE CONCAT('DROP ', 'USER x')",
                "INSERT INTO t VALUES ('DROP USER x'); CREATE PROCEDURE p() BEGIN PREPARE s FROM @a; END; CALL p()",
            ],
        );
        stays(
            Dialect::Mariadb,
            &[
                "SET @a = 'SELECT 1'; PREPARE s FROM @a",
                "INSERT INTO t VALUES ('DROP USER x'); PREPARE s FROM 'SELECT 1'",
                "EXECUTE IMMEDIATE 'SELECT 1'",
                "SELECT 1 FROM information_schema.tables",
                "SELECT 1 FROM own.t",
                "CREATE SPATIAL INDEX i ON t (g)",
            ],
        );
        reaches(
            Dialect::Mysql,
            &[
                "CREATE SPATIAL REFERENCE SYSTEM 4120 NAME 'x' DEFINITION 'y'",
                "DROP SPATIAL REFERENCE SYSTEM IF EXISTS 4120",
                "XA START 'x'",
            ],
        );
        reaches(Dialect::Mariadb, &["BACKUP STAGE START", "BACKUP LOCK t"]);
    }

    #[test]
    fn what_belongs_to_a_database_of_postgres_is_inside() {
        stays(
            Dialect::Postgres,
            &[
                "CREATE TABLE role (id int)",
                "CREATE USER MAPPING FOR app SERVER s",
                "GRANT SELECT ON t TO app",
                "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app",
                "COPY t FROM STDIN;\n1\n\\.\n",
                "INSERT INTO help VALUES ('CREATE ROLE x')",
                "SELECT 'dblink(1)', dblink FROM t",
                "DO $$ BEGIN CREATE TABLE role (a int); INSERT INTO t VALUES (1); END $$",
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ SELECT dblink('x', 'y') $$",
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ SELECT dblink('x') $$; GRANT EXECUTE ON FUNCTION f() TO a",
                "COMMENT ON TABLE t IS 'x'",
                "CREATE EXTENSION dblink",
                "DROP OPERATOR + (int, int)",
                "SET ROLE app",
            ],
        );
    }

    #[test]
    fn what_belongs_to_a_server_of_mysql_is_outside() {
        for dialect in [Dialect::Mariadb, Dialect::Mysql] {
            reaches(
                dialect,
                &[
                    "CREATE USER app@localhost IDENTIFIED BY 'x'",
                    "GRANT SELECT ON t TO app",
                    "SET GLOBAL event_scheduler = ON",
                    "SET @@GLOBAL.max_connections = 5",
                    "SET sql_mode = '', GLOBAL x = 1",
                    "CREATE DATABASE x",
                    "DROP SCHEMA x",
                    "LOAD DATA INFILE '/x' INTO TABLE t",
                    "SELECT * FROM t INTO OUTFILE '/x'",
                    "INSERT INTO app.t VALUES (1)",
                    "DELETE FROM `App` . t",
                    "CREATE TABLE IF NOT EXISTS app.t (a int)",
                    "CREATE INDEX i ON app.t (a)",
                    "UPDATE t JOIN app.u ON t.a = u.a SET t.a = app.u.b",
                    "CREATE TABLE t (a int) ENGINE = FEDERATED CONNECTION='x'",
                    "INSTALL PLUGIN x SONAME 'y'",
                    "FLUSH TABLES WITH READ LOCK",
                    "CREATE PROCEDURE p() BEGIN CREATE USER x; END; CALL p",
                    "PREPARE s FROM 'DROP USER x'",
                    "/*!50000 SET GLOBAL a = 1 */",
                    "CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW BEGIN INSERT INTO app.log VALUES (1); END",
                ],
            );
            stays(
                dialect,
                &[
                    "SELECT app.id FROM t AS app",
                    "CREATE TABLE t (a int) ENGINE = InnoDB",
                    "SET NAMES utf8mb4",
                    "SET SESSION sql_mode = ''",
                    "FLUSH PRIVILEGES",
                    "INSERT INTO t VALUES ('GRANT ALL')",
                    "CREATE PROCEDURE p() BEGIN SELECT 1 FROM t USE INDEX (i); END",
                    "INSERT INTO other.t VALUES (1)",
                    "SELECT 1 INTO @a",
                ],
            );
        }
    }

    #[test]
    fn another_file_of_sqlite_is_outside() {
        reaches(
            Dialect::Sqlite,
            &["ATTACH 'x.db' AS x", "VACUUM INTO 'x.db'", "SELECT load_extension('x')", "attach database ? as y"],
        );
        stays(
            Dialect::Sqlite,
            &["VACUUM", "CREATE TABLE attach (a)", "SELECT 'load_extension(1)'", "PRAGMA user_version = 1"],
        );
    }
}
