//! The statements that fail inside a transaction, as a table.

use crate::dialect::Family;

/// One statement that a server refuses inside a transaction.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Where it holds.
    pub family: Family,
    /// What the statement is called in messages.
    pub name: &'static str,
    /// Its words: `a|b` either, `a?` perhaps, `()?` perhaps something in parentheses, `..` anything, `$` the end.
    pattern: &'static str,
    /// Words that make it harmless, wherever they follow.
    unless: &'static [&'static str],
}

/// Every such statement; only what truly fails, since the way out (`transaction=off`) costs atomicity.
///
/// MySQL and MariaDB have none: what cannot be in a transaction commits it there.
pub const RULES: &[Rule] = &[
    postgres("CREATE INDEX CONCURRENTLY", "create unique? index concurrently"),
    postgres("DROP INDEX CONCURRENTLY", "drop index concurrently"),
    postgres("REINDEX CONCURRENTLY", "reindex ()? index|table|schema|database|system concurrently"),
    postgres("REINDEX CONCURRENTLY", "reindex ( .. concurrently"),
    postgres("REINDEX SCHEMA", "reindex ()? schema"),
    postgres("REINDEX DATABASE", "reindex ()? database"),
    postgres("REINDEX SYSTEM", "reindex ()? system"),
    postgres("VACUUM", "vacuum"),
    postgres("CREATE DATABASE", "create database"),
    postgres("DROP DATABASE", "drop database"),
    postgres("ALTER DATABASE … SET TABLESPACE", "alter database .. set tablespace"),
    postgres("CREATE TABLESPACE", "create tablespace"),
    postgres("DROP TABLESPACE", "drop tablespace"),
    postgres("ALTER SYSTEM", "alter system"),
    postgres("DETACH PARTITION … CONCURRENTLY", "alter table .. detach partition .. concurrently"),
    postgres("CLUSTER of every table", "cluster verbose? ()? $"),
    postgres("DISCARD ALL", "discard all"),
    Rule {
        unless: &["create_slot = false|off|0", "connect = false|off|0"],
        ..postgres("CREATE SUBSCRIPTION", "create subscription")
    },
    postgres("ALTER SUBSCRIPTION … REFRESH PUBLICATION", "alter subscription .. refresh publication"),
    sqlite("VACUUM", "vacuum"),
    sqlite("PRAGMA journal_mode = WAL", "pragma .. journal_mode =|( wal|'wal'|\"wal\""),
    sqlite("PRAGMA synchronous", "pragma .. synchronous =|("),
    sqlite("PRAGMA wal_checkpoint", "pragma .. wal_checkpoint"),
];

const fn postgres(name: &'static str, pattern: &'static str) -> Rule {
    Rule { family: Family::Postgres, name, pattern, unless: &[] }
}

const fn sqlite(name: &'static str, pattern: &'static str) -> Rule {
    Rule { family: Family::Sqlite, name, pattern, unless: &[] }
}

/// Returns the first rule that the statement falls under.
pub(super) fn first_match(words: &[&str], is_whole: bool, family: Family) -> Option<&'static Rule> {
    RULES.iter().find(|rule| {
        let harmless = |pattern: &&str| {
            let pattern: Vec<&str> = pattern.split(' ').collect();
            (0..words.len()).any(|at| matches(&pattern, &words[at..], is_whole))
        };
        rule.family == family
            && words.first().is_some_and(|word| rule.begins_with(word))
            && matches(&rule.pattern.split(' ').collect::<Vec<_>>(), words, is_whole)
            && !rule.unless.iter().any(harmless)
    })
}

impl Rule {
    /// Returns whether `word` is the first of the pattern; the cheap look before the whole one.
    fn begins_with(&self, word: &str) -> bool {
        self.pattern.split(' ').next().is_some_and(|first| first.eq_ignore_ascii_case(word))
    }
}

/// Returns whether `words` begin with what `pattern` says; recursion is as deep as the pattern is long.
fn matches(pattern: &[&str], words: &[&str], is_whole: bool) -> bool {
    let Some((&wanted, rest)) = pattern.split_first() else { return true };
    match wanted {
        "$" => is_whole && words.is_empty(),
        ".." => (0..words.len()).any(|at| matches(rest, &words[at..], is_whole)),
        "()?" => matches(rest, after_parentheses(words), is_whole),
        _ => {
            let (wanted, optional) = wanted.strip_suffix('?').map_or((wanted, false), |wanted| (wanted, true));
            let found = words.first().is_some_and(|word| wanted.split('|').any(|text| word.eq_ignore_ascii_case(text)));
            (found && matches(rest, &words[1..], is_whole)) || (optional && matches(rest, words, is_whole))
        }
    }
}

/// Steps over a pair of parentheses and what it holds, if one begins here.
fn after_parentheses<'a, 'b>(words: &'a [&'b str]) -> &'a [&'b str] {
    if words.first() != Some(&"(") {
        return words;
    }
    words.iter().position(|word| *word == ")").map_or(&[], |end| &words[end + 1..])
}
