//! Foreign data wrappers, foreign servers and user mappings: altered as they are, since foreign tables need them.

use crate::catalog::Attribute;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::postgres::column::changed_options;
use crate::diff::postgres::name::own;

/// Returns whether `ALTER SERVER` can make one server the other: it knows no other type or wrapper.
pub fn is_alterable_server(old: &Object, new: &Object) -> bool {
    let fixed = |server| {
        let (kind, _, wrapper) = pieces(server);
        (kind.to_owned(), wrapper.to_owned())
    };
    fixed(old) == fixed(new)
}

/// Returns the statements that alter one, or why there are none.
pub fn altered(old: &Object, new: &Object) -> Result<Vec<String>, String> {
    let (word, mut clauses) = match new.identity.kind {
        Kind::ForeignDataWrapper => ("FOREIGN DATA WRAPPER", functions(old, new)),
        Kind::ForeignServer => ("SERVER", version(old, new)),
        _ => ("USER MAPPING FOR", Vec::new()),
    };
    let (before, after) = (old.pieces(Attribute::Options), new.pieces(Attribute::Options));
    if before != after {
        let is_hidden = |options: &[Box<str>]| options.iter().any(|option| option.ends_with(" (hidden)"));
        if is_hidden(before) != is_hidden(after) {
            return Err("has a password, which rev does not read: alter it by hand".to_owned());
        }
        clauses.push(format!("OPTIONS ({})", changed_options(before, after).join(", ")));
    }
    let sql = format!("ALTER {word} {} {}", own(&new.identity), clauses.join(" "));
    Ok(if clauses.is_empty() { Vec::new() } else { vec![sql] })
}

/// Cuts the definition of a server into its type, its version and its wrapper.
fn pieces(server: &Object) -> (&str, Option<&str>, &str) {
    let definition = server.text(Attribute::Definition).unwrap_or_default();
    let (said, wrapper) = definition.split_at(definition.rfind("FOREIGN DATA WRAPPER ").unwrap_or(0));
    let at = if said.starts_with("VERSION ") { Some(0) } else { said.rfind("' VERSION ").map(|at| at + 2) };
    match at {
        Some(at) => (&said[..at], Some(said[at..].trim_end()), wrapper),
        None => (said, None, wrapper),
    }
}

fn version(old: &Object, new: &Object) -> Vec<String> {
    let ((_, before, _), (_, after, _)) = (pieces(old), pieces(new));
    (before != after).then(|| after.unwrap_or("VERSION NULL").to_owned()).into_iter().collect()
}

fn functions(old: &Object, new: &Object) -> Vec<String> {
    let cut = |wrapper: &Object| {
        let definition = wrapper.text(Attribute::Definition).unwrap_or_default().to_owned();
        let at = definition.find("VALIDATOR ").unwrap_or(definition.len());
        (definition[..at].trim_end().to_owned(), definition[at..].to_owned())
    };
    let ((handler, validator), (new_handler, new_validator)) = (cut(old), cut(new));
    let clause = |before: String, after: String, word: &str| {
        (before != after).then(|| if after.is_empty() { format!("NO {word}") } else { after })
    };
    let handler = clause(handler, new_handler, "HANDLER");
    handler.into_iter().chain(clause(validator, new_validator, "VALIDATOR")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Identity;

    fn check(kind: Kind, before: (&str, &[&str]), after: (&str, &[&str]), expected: &[&str]) {
        let object = |(definition, options): (&str, &[&str])| {
            let options = options.iter().map(|option| Box::from(*option)).collect();
            Object::new(Identity::new(kind, None, "x"))
                .with(Attribute::Definition, definition)
                .with(Attribute::Options, crate::catalog::Value::List(options))
        };
        assert_eq!(altered(&object(before), &object(after)).unwrap(), expected);
    }

    #[test]
    fn what_changes_is_said_and_nothing_else() {
        check(
            Kind::ForeignServer,
            ("TYPE 't' VERSION '1' FOREIGN DATA WRAPPER w", &["a 'x'", "\"b c\" 'y'"]),
            ("TYPE 't' FOREIGN DATA WRAPPER w", &["\"b c\" 'z'", "d 'VERSION'"]),
            &["ALTER SERVER x VERSION NULL OPTIONS (DROP a, SET \"b c\" 'z', ADD d 'VERSION')"],
        );
        check(
            Kind::ForeignServer,
            ("VERSION '1' FOREIGN DATA WRAPPER w", &[]),
            ("VERSION '2' FOREIGN DATA WRAPPER w", &[]),
            &["ALTER SERVER x VERSION '2'"],
        );
        check(
            Kind::ForeignDataWrapper,
            ("HANDLER a.b VALIDATOR a.c", &[]),
            ("VALIDATOR a.d", &["o 'p'"]),
            &["ALTER FOREIGN DATA WRAPPER x NO HANDLER VALIDATOR a.d OPTIONS (ADD o 'p')"],
        );
        check(Kind::ForeignDataWrapper, ("HANDLER a.b", &[]), ("HANDLER a.b", &[]), &[]);
    }
}
