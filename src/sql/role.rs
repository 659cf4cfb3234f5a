//! The roles of PostgreSQL that statements name: who owns, who may, for whom a policy is.

use std::collections::BTreeSet;

use crate::sql::effect::unquoted;
use crate::sql::split::Statement;

/// The roles that a script names, and those that it makes itself.
#[derive(Debug, Default)]
pub struct Roles {
    named: BTreeSet<String>,
    made: BTreeSet<String>,
}

/// Words that stand for roles and are none.
const NONE: [&str; 7] = ["public", "current_user", "session_user", "current_role", "none", "group", "user"];

/// Words that end a list of roles.
const ENDS: [&str; 9] = ["with", "using", "granted", "cascade", "restrict", "as", "in", "set", "grant"];

impl Roles {
    /// Takes note of the roles of one more statement.
    pub fn follow(&mut self, statement: &Statement) {
        let words: Vec<&str> = statement.words().collect();
        let is = |at: usize, any: &[&str]| {
            words.get(at).is_some_and(|word| any.iter().any(|one| word.eq_ignore_ascii_case(one)))
        };
        // Blocks make roles unless they are there.
        let text = statement.sql().to_lowercase();
        for makes in ["create role ", "create user ", "create group "] {
            let names =
                text.match_indices(makes).filter_map(|(at, _)| text[at + makes.len()..].split_whitespace().next());
            self.made.extend(names.map(|name| unquoted(name.trim_end_matches([';', '\'', ')']))));
        }
        let mut lists = Vec::new();
        for at in 0..words.len() {
            let begins = (is(at, &["owner"]) && is(at + 1, &["to"]))
                || (is(at, &["for"]) && is(at + 1, &["role", "user"]))
                || (is(at, &["set"]) && is(at + 1, &["role"]) && at == 0);
            if begins {
                lists.push(at + 2);
            } else if is(at, &["authorization"]) {
                lists.push(at + 1);
            }
        }
        let grants = is(0, &["grant", "revoke"]) || is(0, &["alter"]) && is(1, &["default"]);
        if grants && (0..words.len()).any(|at| is(at, &["on"])) {
            lists.extend((0..words.len()).rev().find(|at| is(*at, &["to", "from"])).map(|at| at + 1));
        }
        if is(0, &["create", "alter"]) && is(1, &["policy"]) {
            lists.extend((0..words.len()).find(|at| is(*at, &["to"]) && !is(at - 1, &["rename"])).map(|at| at + 1));
        }
        for begin in lists {
            self.list(&words[begin.min(words.len())..]);
        }
    }

    fn list(&mut self, words: &[&str]) {
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let lower = word.to_ascii_lowercase();
            if ENDS.contains(&lower.as_str()) {
                return;
            }
            let is_name = word.starts_with('"') || word.starts_with(|c: char| c.is_alphabetic() || c == '_');
            if is_name && !NONE.contains(&lower.as_str()) && !lower.starts_with("pg_") {
                let name =
                    if word.starts_with('"') { word.trim_matches('"').replace("\"\"", "\"") } else { lower.clone() };
                self.named.insert(name);
            }
            match words.peek() {
                Some(&&",") => drop(words.next()),
                _ if lower == "group" => {}
                _ => return,
            }
        }
    }

    /// Returns those that are named, and not made.
    pub fn missing(&self) -> Vec<String> {
        self.named.iter().filter(|name| !self.made.contains(&name.to_lowercase())).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::span::Source;
    use crate::sql::split::split;

    fn check(sql: &str, expected: &[&str]) {
        let source = Source::new("a.sql", sql.to_owned());
        let mut roles = Roles::default();
        split(&source, 0..sql.len(), Dialect::Postgres).unwrap().iter().for_each(|one| roles.follow(one));
        assert_eq!(roles.missing(), expected, "{sql}");
    }

    #[test]
    fn roles_are_found_where_they_are_named() {
        check("GRANT SELECT ON t TO app, \"Web\" WITH GRANT OPTION", &["Web", "app"]);
        check("REVOKE ALL ON SCHEMA s FROM PUBLIC", &[]);
        check("ALTER TABLE t OWNER TO app; CREATE SCHEMA s AUTHORIZATION boss", &["app", "boss"]);
        check("ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s GRANT SELECT ON TABLES TO b", &["a", "b"]);
        check("CREATE POLICY p ON t FOR SELECT TO a, current_user USING (true)", &["a"]);
        check("SET ROLE app; CREATE TABLE role (owner int)", &["app"]);
        check("CREATE ROLE app; GRANT SELECT ON t TO app", &[]);
        check("DO $$ BEGIN CREATE ROLE app; END $$; GRANT SELECT ON t TO app", &[]);
        check("GRANT a TO b", &[]);
    }
}
