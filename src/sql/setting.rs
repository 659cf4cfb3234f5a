//! What a SET of MySQL or MariaDB does: a setting of the session, or something else that only begins with that word.

/// What a SET does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    /// It changes the session.
    Session,
    /// It changes the server's own settings, which last.
    Server,
    /// It changes an account, as DDL does.
    Account,
    /// It calls what may change rows.
    Call,
}

/// Judges a statement that begins with SET by the texts of its tokens, which are all of them.
///
/// A setting of the session is said again when a stopped run goes on; nothing else may be.
pub(super) fn judge(words: &[&str]) -> Setting {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|text| text.eq_ignore_ascii_case(word));
    if is(1, "password") || is(1, "default") && is(2, "role") {
        return Setting::Account;
    }
    if changes_server(words) {
        return Setting::Server;
    }
    if calls_function(words) { Setting::Call } else { Setting::Session }
}

/// Whether an assignment is to the server's own settings, which last.
fn changes_server(words: &[&str]) -> bool {
    const SCOPES: [&str; 3] = ["global", "persist", "persist_only"];
    let mut depth = 0usize;
    let mut is_left = true;
    words.iter().skip(1).any(|word| {
        match *word {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "=" | ":=" if depth == 0 => is_left = false,
            "," if depth == 0 => is_left = true,
            _ => {}
        }
        is_left && SCOPES.iter().any(|scope| word.eq_ignore_ascii_case(scope))
    })
}

/// Whether something is called that may change something, a sequence being drawn from included: any function that is not
/// known to be the server's own.
///
/// `words` are slices of one text, so that it shows where they adjoin.
pub(super) fn calls_function(words: &[&str]) -> bool {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|text| text.eq_ignore_ascii_case(word));
    (0..words.len()).any(|at| {
        // The server's own functions are in no schema.
        let is_qualified = at > 0 && words[at - 1] == ".";
        let calls = is(at + 1, "(") && (may_write(words[at]) || is_qualified || is_stored(words[at], words[at + 1]));
        let draws = is(at, "next") && is(at + 1, "value") && is(at + 2, "for");
        // As Oracle says it; a parenthesis would follow otherwise.
        let draws_as_oracle = is_qualified && is(at, "nextval");
        calls || draws || draws_as_oracle
    })
}

/// Whether what is called by this name may write.
fn may_write(name: &str) -> bool {
    let is_name = name.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '`' || c == '"');
    is_name && !HARMLESS.iter().any(|harmless| name.eq_ignore_ascii_case(harmless))
}

/// Whether it is a stored function's name, since white space stands between it and its parenthesis.
fn is_stored(name: &str, parenthesis: &str) -> bool {
    let adjoins = std::ptr::eq(name.as_bytes().as_ptr_range().end, parenthesis.as_ptr());
    !adjoins && ADJOINING.iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// Returns whether an expression is another one whenever it is asked for, though nothing has changed: it tells the time,
/// a random number, or something of the session.
pub(super) fn is_volatile(words: &[&str]) -> bool {
    let is_one_of = |list: &[&str], word: &str| list.iter().any(|one| word.eq_ignore_ascii_case(one));
    (0..words.len()).any(|at| {
        let before = at.checked_sub(1).map_or("", |before| words[before]);
        let is_system = before == "@" && at > 1 && words[at - 2] == "@" || before == "." && is_system_scope(words, at);
        let is_user = before == "@" && !is_system;
        match is_system {
            true => is_one_of(VOLATILE_VARIABLES, words[at]),
            false => {
                let calls = words.get(at + 1) == Some(&"(") && is_one_of(VOLATILE, words[at]);
                !is_user && (calls || is_one_of(VOLATILE_WORDS, words[at]))
            }
        }
    })
}

/// Whether `@@session.` stands before a word.
fn is_system_scope(words: &[&str], at: usize) -> bool {
    at > 3 && words[at - 3] == "@" && words[at - 4] == "@"
}

/// Functions of which each call gives something else, or what only this session has.
const VOLATILE: &[&str] = &[
    "connection_id",
    "curdate",
    "current_date",
    "current_time",
    "current_timestamp",
    "curtime",
    "localtime",
    "localtimestamp",
    "now",
    "rand",
    "random_bytes",
    "sys_guid",
    "sysdate",
    "unix_timestamp",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "uuid",
    "uuid_short",
    "uuid_v4",
    "uuid_v7",
];

/// The same without a parenthesis.
const VOLATILE_WORDS: &[&str] = &[
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "sysdate",
    "utc_date",
    "utc_time",
    "utc_timestamp",
];

/// System variables that change by themselves.
const VOLATILE_VARIABLES: &[&str] = &[
    "gtid_binlog_pos",
    "gtid_current_pos",
    "gtid_executed",
    "gtid_slave_pos",
    "last_gtid",
    "pseudo_thread_id",
    "rand_seed1",
    "rand_seed2",
    "timestamp",
];

/// Functions that are the server's own only where nothing stands between the name and the parenthesis.
const ADJOINING: &[&str] = &[
    "adddate",
    "bit_and",
    "bit_or",
    "cast",
    "count",
    "curdate",
    "curtime",
    "date_add",
    "date_sub",
    "group_concat",
    "max",
    "mid",
    "min",
    "now",
    "session_user",
    "subdate",
    "substr",
    "substring",
    "sum",
    "sysdate",
    "system_user",
    "trim",
];

/// Functions that only compute, and words that stand before a parenthesis.
const HARMLESS: &[&str] = &[
    "abs",
    "adddate",
    "all",
    "and",
    "any",
    "as",
    "avg",
    "between",
    "binary",
    "bit_and",
    "bit_or",
    "by",
    "case",
    "cast",
    "ceil",
    "ceiling",
    "char",
    "char_length",
    "coalesce",
    "collate",
    "concat",
    "concat_ws",
    "connection_id",
    "convert",
    "count",
    "curdate",
    "current_date",
    "current_role",
    "current_time",
    "current_timestamp",
    "current_user",
    "curtime",
    "database",
    "date",
    "date_add",
    "date_format",
    "date_sub",
    "distinct",
    "div",
    "elt",
    "else",
    "exists",
    "field",
    "find_in_set",
    "floor",
    "from",
    "from_unixtime",
    "greatest",
    "group_concat",
    "having",
    "hex",
    "if",
    "ifnull",
    "in",
    "instr",
    "interval",
    "is",
    "isnull",
    "join",
    "json_array",
    "json_extract",
    "json_object",
    "json_unquote",
    "json_value",
    "last_insert_id",
    "lcase",
    "least",
    "left",
    "length",
    "like",
    "limit",
    "locate",
    "lower",
    "lpad",
    "ltrim",
    "max",
    "md5",
    "mid",
    "min",
    "mod",
    "not",
    "now",
    "nullif",
    "on",
    "or",
    "pow",
    "power",
    "quote",
    "rand",
    "regexp",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row_count",
    "rpad",
    "rtrim",
    "schema",
    "select",
    "session_user",
    "sha1",
    "sha2",
    "sign",
    "some",
    "sqrt",
    "str_to_date",
    "subdate",
    "substr",
    "substring",
    "substring_index",
    "sum",
    "sysdate",
    "system_user",
    "then",
    "timestamp",
    "timestampdiff",
    "trim",
    "truncate",
    "ucase",
    "unhex",
    "union",
    "unix_timestamp",
    "upper",
    "user",
    "using",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "uuid",
    "values",
    "version",
    "when",
    "where",
    "xor",
    "year",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Family;
    use crate::sql::words::significant;

    fn check(sql: &str, expected: Setting) {
        let words: Vec<&str> = significant(sql, 0..sql.len(), Family::Mysql).collect();
        assert_eq!(judge(&words), expected, "{sql}");
    }

    #[test]
    fn settings_of_the_session_are_told_from_what_lasts() {
        for sql in [
            "SET NAMES utf8mb4",
            "SET ROLE r",
            "SET @a = 1, b = @@global.b",
            "SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')",
            "SET @n = (SELECT max(n) FROM t WHERE a IN (1))",
            "SET @@session.a = @b",
            "SET SESSION TRANSACTION READ ONLY",
        ] {
            check(sql, Setting::Session);
        }
        for sql in ["SET GLOBAL a = 1", "SET @@global.a = 1", "SET @a = 1, PERSIST b = 2", "SET @@persist_only.a = 1"] {
            check(sql, Setting::Server);
        }
        for sql in ["SET PASSWORD = 'x'", "SET PASSWORD FOR u = PASSWORD('x')", "SET DEFAULT ROLE r TO u"] {
            check(sql, Setting::Account);
        }
    }

    #[test]
    fn a_function_that_is_called_may_write() {
        for sql in [
            "SET @r = f()",
            "SET @a := 1, @b = s.f (2)",
            "SET @r = `f`(1)",
            "SET @n = (SELECT f(n) FROM t)",
            "SET sql_mode = f()",
        ] {
            check(sql, Setting::Call);
        }
    }

    #[test]
    fn a_function_in_a_schema_is_never_the_servers_own() {
        for sql in [
            "SET @r = db.rpad(1)",
            "SET @r = `db`.rpad(1)",
            "SET @r = `db` . `rpad` (1)",
            "SET @r = db . rpad (1)",
            "SET @r = `rpad`(1)",
            "SET @r = 1 + (SELECT db.count(1))",
            "SET sql_mode = db.concat('')",
            "SET @r = now (1)",
            "SET @r = count\n(1)",
        ] {
            check(sql, Setting::Call);
        }
        for sql in ["SET @r = rpad (1)", "SET @r = concat('db.', f.x)", "SET @n = (SELECT count(*) FROM db.t)"] {
            check(sql, Setting::Session);
        }
    }

    #[test]
    fn what_draws_from_a_sequence_writes() {
        for sql in [
            "SET @n = NEXT VALUE FOR s",
            "SET @n = 1 + next  value for db.s",
            "SET @n = NEXTVAL(s)",
            "SET @n = nextval (db.s)",
            "SET @n = SETVAL(s, 9)",
            "SET @n = s.nextval",
            "SET @n = db.s.NEXTVAL + 1",
            "SET @n = (SELECT NEXT VALUE FOR s)",
            "SET @l = GET_LOCK('x', 1)",
        ] {
            check(sql, Setting::Call);
        }
        for sql in ["SET @next = 1", "SET @n = 'next value for s'", "SET @n = @nextval"] {
            check(sql, Setting::Session);
        }
    }

    #[test]
    fn what_is_another_one_each_time_is_volatile() {
        let check = |sql: &str, expected| {
            let words: Vec<&str> = significant(sql, 0..sql.len(), Family::Mysql).collect();
            assert_eq!(is_volatile(&words), expected, "{sql}");
        };
        for sql in
            ["uuid()", "RAND()", "now(6)", "CURRENT_TIMESTAMP", "UTC_DATE + 1", "@@timestamp", "@@session.timestamp"]
        {
            check(sql, true);
        }
        for sql in ["@timestamp", "@now", "@localtime", "@@sql_mode", "1", "'now()'", "concat(@uuid, 1)"] {
            check(sql, false);
        }
    }
}
