//! How objects that are no tables are made.

use std::collections::BTreeMap;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::postgres::name::literal;
use crate::diff::postgres::name::own;
use crate::diff::postgres::name::quoted;
use crate::diff::postgres::name::whole;
use crate::diff::postgres::not_null;
use crate::diff::postgres::part;

/// Returns the statements that make an object from nothing, without its comment, owner and grants; or why there are none.
pub fn created(object: &Object, catalog: &Catalog, is_named: bool) -> Result<Vec<String>, String> {
    let identity = &*object.identity;
    let name = own(identity);
    let text = |attribute| object.text(attribute).unwrap_or_default();
    let list = |attribute| object.pieces(attribute).join(", ");
    let with_options = |word: &str| match object.has(Attribute::Options) {
        true => format!(" {word} ({})", list(Attribute::Options)),
        false => String::new(),
    };
    let definition = text(Attribute::Definition);
    let mut made = vec![match identity.kind {
        // A database has it from the start, unless somebody dropped it.
        Kind::Schema if *identity.name == *"public" => format!("CREATE SCHEMA IF NOT EXISTS {name}"),
        Kind::Schema => format!("CREATE SCHEMA {name}"),
        Kind::Extension => format!("CREATE EXTENSION {name} {definition}"),
        Kind::Collation => format!("CREATE COLLATION {name} ({})", list(Attribute::Options)),
        Kind::Enum => {
            let labels: Vec<_> = object.pieces(Attribute::Labels).iter().map(|label| literal(label)).collect();
            format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", "))
        }
        Kind::Domain => domain(object, &name),
        Kind::Composite => {
            let fields: Vec<_> = catalog.columns(identity).into_iter().map(field).collect();
            format!("CREATE TYPE {name} AS ({})", fields.join(", "))
        }
        Kind::Range => format!("CREATE TYPE {name} AS RANGE ({})", list(Attribute::Options)),
        Kind::Cast => format!("CREATE CAST {name} {definition}"),
        Kind::Operator => {
            let bare = name.rfind(" (").map_or(&*name, |at| &name[..at]);
            format!("CREATE OPERATOR {bare} ({})", list(Attribute::Options))
        }
        Kind::OperatorFamily => format!("CREATE OPERATOR FAMILY {name}"),
        Kind::OperatorClass => {
            let bare = name.rfind(" USING ").map_or(&*name, |at| &name[..at]);
            format!("CREATE OPERATOR CLASS {bare} {definition}")
        }
        Kind::Sequence => {
            let form = if object.has(Attribute::Form) { "UNLOGGED " } else { "" };
            let mut parts = vec![format!("CREATE {form}SEQUENCE {name}")];
            parts
                .extend(object.text(Attribute::Type).filter(|name| *name != "bigint").map(|name| format!("AS {name}")));
            parts.extend(object.pieces(Attribute::Range).iter().map(|option| option.to_string()));
            parts.join(" ")
        }
        Kind::View => {
            let options: Vec<_> = object
                .pieces(Attribute::Options)
                .iter()
                .filter(|option| !option.starts_with("check_option="))
                .cloned()
                .collect();
            let options = if options.is_empty() { String::new() } else { format!(" WITH ({})", options.join(", ")) };
            format!("CREATE VIEW {name}{options} AS\n{}{}", definition.trim_start_matches('\n'), check_option(object))
        }
        Kind::MaterializedView => {
            let method =
                object.text(Attribute::Method).map(|name| format!(" USING {}", quoted(name))).unwrap_or_default();
            let space = object.text(Attribute::Tablespace).map(|name| format!(" TABLESPACE {}", quoted(name)));
            let options = with_options("WITH");
            format!("CREATE MATERIALIZED VIEW {name}{method}{options}{} AS\n{definition}", space.unwrap_or_default())
        }
        Kind::Function | Kind::Procedure => definition.trim_end().replacen("CREATE OR REPLACE", "CREATE", 1),
        Kind::Aggregate => format!("CREATE AGGREGATE {name} ({})", list(Attribute::Options)),
        Kind::Trigger | Kind::Rule => definition.to_owned(),
        Kind::EventTrigger => {
            let (event, function) = definition.split_at(definition.rfind(" EXECUTE ").unwrap_or(definition.len()));
            format!("CREATE EVENT TRIGGER {name} {event}{function}")
        }
        Kind::Policy => format!("CREATE POLICY {} ON {} {definition}", quoted(&identity.name), whole(identity)),
        Kind::Statistics => format!("CREATE STATISTICS {name} {definition}"),
        Kind::Publication => {
            let labels = list(Attribute::Labels);
            let what = if labels.is_empty() { String::new() } else { format!(" FOR {}", labels) };
            format!("CREATE PUBLICATION {name}{what}{}", with_options("WITH"))
        }
        Kind::TextSearchParser => format!("CREATE TEXT SEARCH PARSER {name} ({})", list(Attribute::Options)),
        Kind::TextSearchTemplate => format!("CREATE TEXT SEARCH TEMPLATE {name} ({})", list(Attribute::Options)),
        Kind::TextSearchDictionary => format!("CREATE TEXT SEARCH DICTIONARY {name} ({})", list(Attribute::Options)),
        Kind::TextSearchConfiguration => {
            format!("CREATE TEXT SEARCH CONFIGURATION {name} ({})", list(Attribute::Options))
        }
        Kind::ForeignDataWrapper => {
            format!("CREATE FOREIGN DATA WRAPPER {name} {definition}{}", with_options("OPTIONS"))
        }
        Kind::ForeignServer => {
            let (kind, wrapper) = definition.split_at(definition.rfind("FOREIGN DATA WRAPPER").unwrap_or(0));
            format!("CREATE SERVER {name} {kind}{wrapper}{}", with_options("OPTIONS"))
        }
        Kind::UserMapping if list(Attribute::Options).contains("(hidden)") => {
            return Err("has a password, which rev does not read: make it by hand".to_owned());
        }
        Kind::UserMapping => format!("CREATE USER MAPPING FOR {name}{}", with_options("OPTIONS")),
        Kind::DefaultPrivilege => return Ok(default_privileges(object, true)),
        Kind::PrimaryKey | Kind::Unique | Kind::Check | Kind::Exclusion | Kind::ForeignKey => {
            let of = if is_of_domain(object, catalog) { "DOMAIN" } else { "TABLE" };
            format!("ALTER {of} {} ADD {}", whole(identity), part::constraint(object, is_named))
        }
        Kind::Index => part::index(object, is_named),
        Kind::Table | Kind::Column | Kind::Database | Kind::Package | Kind::Event => {
            return Err("cannot be made by itself".to_owned());
        }
    }];
    for label in object.pieces(Attribute::Labels) {
        match identity.kind {
            Kind::OperatorFamily => made.push(format!("ALTER OPERATOR FAMILY {name} ADD {label}")),
            Kind::TextSearchConfiguration => {
                made.push(format!("ALTER TEXT SEARCH CONFIGURATION {name} ADD MAPPING FOR {label}"));
            }
            _ => {}
        }
    }
    made.extend(afterwards(None, object));
    Ok(made)
}

/// Returns whether a constraint is that of a domain.
pub fn is_of_domain(object: &Object, catalog: &Catalog) -> bool {
    let identity = &object.identity;
    let domain = crate::catalog::Identity {
        schema: identity.schema.clone(),
        owner: None,
        kind: Kind::Domain,
        name: identity.owner.clone().unwrap_or_default(),
    };
    catalog.get(&domain).is_some()
}

/// Returns the statements that set what cannot be said when an object is made.
pub fn afterwards(old: Option<&Object>, new: &Object) -> Vec<String> {
    let mut made = Vec::new();
    let identity = &*new.identity;
    let changes = |attribute| old.and_then(|old| old.get(attribute)) != new.get(attribute);
    if changes(Attribute::Enabled) {
        let how = match new.text(Attribute::Enabled) {
            Some("disabled") => "DISABLE",
            Some("replica") => "ENABLE REPLICA",
            Some("always") => "ENABLE ALWAYS",
            _ => "ENABLE",
        };
        let name = quoted(&identity.name);
        match identity.kind {
            Kind::Trigger => made.push(format!("ALTER TABLE {} {how} TRIGGER {name}", whole(identity))),
            Kind::Rule => made.push(format!("ALTER TABLE {} {how} RULE {name}", whole(identity))),
            Kind::EventTrigger => made.push(format!("ALTER EVENT TRIGGER {name} {how}")),
            _ => {}
        }
    }
    if identity.kind == Kind::Statistics && changes(Attribute::StatisticsTarget) {
        let target = new.text(Attribute::StatisticsTarget).unwrap_or("-1");
        made.push(format!("ALTER STATISTICS {} SET STATISTICS {target}", own(identity)));
    }
    if identity.kind == Kind::Index && changes(Attribute::StatisticsTarget) {
        let before = old.map(|old| old.pieces(Attribute::StatisticsTarget)).unwrap_or_default();
        let after = new.pieces(Attribute::StatisticsTarget);
        let pairs = |labels: &[Box<str>]| -> BTreeMap<String, String> {
            let pairs = labels.iter().filter_map(|label| label.split_once(' '));
            pairs.map(|(column, target)| (column.to_owned(), target.to_owned())).collect()
        };
        let (before, after) = (pairs(before), pairs(after));
        let usual = before.keys().map(|column| (column.clone(), "-1".to_owned()));
        let targets: BTreeMap<_, _> = usual.chain(after).collect();
        for (column, target) in targets.iter().filter(|(column, target)| before.get(*column) != Some(target)) {
            made.push(format!("ALTER INDEX {} ALTER COLUMN {column} SET STATISTICS {target}", own(identity)));
        }
    }
    made
}

/// Returns the statements that grant, or take back, default privileges.
pub fn default_privileges(object: &Object, is_there: bool) -> Vec<String> {
    let (of, on) =
        (object.text(Attribute::Definition).unwrap_or_default(), object.text(Attribute::Applies).unwrap_or_default());
    let statement = |grant: &str| {
        let (right, rest, gives) = match (grant.split_once(" TO "), grant.split_once(" FROM ")) {
            (Some((right, role)), _) => (right, role, true),
            (None, Some((right, role))) => (right, role, false),
            (None, None) => (grant, "PUBLIC", true),
        };
        let role = rest.strip_suffix(" WITH GRANT OPTION").unwrap_or(rest);
        match gives == is_there {
            true => {
                format!("ALTER DEFAULT PRIVILEGES {of}GRANT {right} ON {on} TO {}", if is_there { rest } else { role })
            }
            false => format!("ALTER DEFAULT PRIVILEGES {of}REVOKE {right} ON {on} FROM {role}"),
        }
    };
    object.pieces(Attribute::Grants).iter().map(|grant| statement(grant)).collect()
}

/// `WITH LOCAL CHECK OPTION` stands behind a view, though the server keeps it as an option.
pub fn check_option(view: &Object) -> String {
    let option = view.pieces(Attribute::Options).iter().find_map(|option| option.strip_prefix("check_option="));
    option.map(|which| format!("\n WITH {} CHECK OPTION", which.to_uppercase())).unwrap_or_default()
}

fn domain(object: &Object, name: &str) -> String {
    let mut text = format!("CREATE DOMAIN {name} AS {}", object.text(Attribute::Type).unwrap_or_default());
    for (attribute, word) in [(Attribute::Collation, "COLLATE"), (Attribute::Default, "DEFAULT")] {
        if let Some(value) = object.text(attribute) {
            text.push_str(&format!(" {word} {value}"));
        }
    }
    if let Some(not_null) = not_null::inside(object) {
        text.push_str(&format!(" {not_null}"));
    }
    text
}

/// A field of a composite type.
pub fn field(column: &Object) -> String {
    let collation = column.text(Attribute::Collation).map(|name| format!(" COLLATE {name}")).unwrap_or_default();
    format!("{} {}{collation}", quoted(&column.identity.name), column.text(Attribute::Type).unwrap_or_default())
}
