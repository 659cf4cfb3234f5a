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

/// Whether a function is called that may change something: any that is not known to be the server's own.
fn calls_function(words: &[&str]) -> bool {
    words.windows(2).any(|two| two[1] == "(" && may_write(two[0]))
}

/// Whether what is called by this name may write.
pub(super) fn may_write(name: &str) -> bool {
    let is_name = name.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '`' || c == '"');
    is_name && !HARMLESS.iter().any(|harmless| name.eq_ignore_ascii_case(harmless))
}

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
}
