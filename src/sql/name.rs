//! Names of SQLite's objects as SQL.

/// Keywords that can never be a name without quotes.
const RESERVED: &[&str] = &[
    "ADD",
    "ALL",
    "ALTER",
    "AND",
    "AS",
    "AUTOINCREMENT",
    "BETWEEN",
    "CASE",
    "CHECK",
    "COLLATE",
    "COMMIT",
    "CONSTRAINT",
    "CREATE",
    "DEFAULT",
    "DEFERRABLE",
    "DELETE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "ESCAPE",
    "EXISTS",
    "FOREIGN",
    "FROM",
    "GROUP",
    "HAVING",
    "IN",
    "INDEX",
    "INSERT",
    "INTO",
    "IS",
    "ISNULL",
    "JOIN",
    "LIMIT",
    "NOT",
    "NOTHING",
    "NOTNULL",
    "NULL",
    "ON",
    "OR",
    "ORDER",
    "PRIMARY",
    "REFERENCES",
    "RETURNING",
    "SELECT",
    "SET",
    "TABLE",
    "THEN",
    "TO",
    "TRANSACTION",
    "UNION",
    "UNIQUE",
    "UPDATE",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
];

/// Keywords that are a name where nothing else is possible.
const OTHERS: &[&str] = &[
    "ABORT",
    "ACTION",
    "AFTER",
    "ALWAYS",
    "ANALYZE",
    "ASC",
    "ATTACH",
    "BEFORE",
    "BEGIN",
    "BY",
    "CASCADE",
    "CAST",
    "COLUMN",
    "CONFLICT",
    "CROSS",
    "CURRENT",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "DATABASE",
    "DEFERRED",
    "DESC",
    "DETACH",
    "DO",
    "EACH",
    "END",
    "EXCEPT",
    "EXCLUDE",
    "EXCLUSIVE",
    "EXPLAIN",
    "FAIL",
    "FALSE",
    "FILTER",
    "FIRST",
    "FOLLOWING",
    "FOR",
    "FULL",
    "GENERATED",
    "GLOB",
    "GROUPS",
    "IF",
    "IGNORE",
    "IMMEDIATE",
    "INDEXED",
    "INITIALLY",
    "INNER",
    "INSTEAD",
    "INTERSECT",
    "KEY",
    "LAST",
    "LEFT",
    "LIKE",
    "MATCH",
    "MATERIALIZED",
    "NATURAL",
    "NO",
    "NULLS",
    "OF",
    "OFFSET",
    "OTHERS",
    "OUTER",
    "OVER",
    "PARTITION",
    "PLAN",
    "PRAGMA",
    "PRECEDING",
    "QUERY",
    "RAISE",
    "RANGE",
    "RECURSIVE",
    "REGEXP",
    "REINDEX",
    "RELEASE",
    "RENAME",
    "REPLACE",
    "RESTRICT",
    "RIGHT",
    "ROLLBACK",
    "ROW",
    "ROWS",
    "SAVEPOINT",
    "STORED",
    "STRICT",
    "TEMP",
    "TEMPORARY",
    "TIES",
    "TRIGGER",
    "TRUE",
    "UNBOUNDED",
    "VACUUM",
    "VIEW",
    "VIRTUAL",
    "WINDOW",
    "WITH",
    "WITHIN",
    "WITHOUT",
];

/// Returns whether a word of SQLite is a keyword that can never be a name without quotes.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Returns whether a word is any keyword of SQLite.
pub fn is_keyword(word: &str) -> bool {
    is_reserved(word) || OTHERS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Returns a name as SQL of SQLite: as it is where that is a plain word, else in quotes.
pub fn sqlite_name(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
        && !is_keyword(name);
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Returns the name that a token of SQLite stands for: what is in the quotes, or the word.
pub fn sqlite_name_of(token: &str) -> String {
    let mut chars = token.chars();
    let (first, last) = (chars.next(), chars.next_back());
    let inner = || token[1..token.len() - 1].to_owned();
    match (first, last) {
        (Some('['), Some(']')) => inner(),
        (Some(quote @ ('"' | '`' | '\'')), Some(end)) if quote == end => {
            let twice: String = [quote, quote].iter().collect();
            inner().replace(&twice, &quote.to_string())
        }
        _ => token.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plain_word_is_in_quotes() {
        for (name, expected) in
            [("users", "users"), ("Order", "\"Order\""), ("a b", "\"a b\""), ("q\"q", "\"q\"\"q\""), ("", "\"\"")]
        {
            assert_eq!(sqlite_name(name), expected);
            assert_eq!(sqlite_name_of(expected), name);
        }
        for (token, expected) in [("[a]]", "a]"), ("`a``b`", "a`b"), ("'a''b'", "a'b"), ("\"", "\"")] {
            assert_eq!(sqlite_name_of(token), expected);
        }
    }
}
