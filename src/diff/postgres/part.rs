//! Constraints and indexes.

use crate::catalog::Attribute;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::postgres::name::quoted;
use crate::diff::postgres::name::whole;

/// Returns a constraint as `CREATE TABLE` and `ADD` take it; without a name the server chooses one.
pub fn constraint(object: &Object, is_named: bool) -> String {
    let mut text = String::new();
    if is_named {
        text.push_str(&format!("CONSTRAINT {} ", quoted(&object.identity.name)));
    }
    let definition = object.text(Attribute::Definition).unwrap_or_default();
    let (definition, condition) = match object.identity.kind {
        Kind::Exclusion => definition.split_at(definition.rfind(" WHERE (").unwrap_or(definition.len())),
        _ => (definition, ""),
    };
    text.push_str(definition);
    if object.has(Attribute::Options) {
        text.push_str(&format!(" WITH ({})", object.pieces(Attribute::Options).join(", ")));
    }
    if let Some(tablespace) = object.text(Attribute::Tablespace) {
        text.push_str(&format!(" USING INDEX TABLESPACE {}", quoted(tablespace)));
    }
    text.push_str(condition);
    if let Some(when) = object.text(Attribute::Deferrable) {
        text.push_str(&format!(" DEFERRABLE {}", when.to_uppercase()));
    }
    if object.has(Attribute::NotEnforced) {
        text.push_str(" NOT ENFORCED");
    }
    if object.has(Attribute::Invalid) {
        text.push_str(" NOT VALID");
    }
    text
}

/// Returns whether a constraint can be written inside of `CREATE TABLE`: a foreign key could close a circle, and what is
/// not valid would be.
pub fn is_inside(object: &Object) -> bool {
    matches!(object.identity.kind, Kind::PrimaryKey | Kind::Unique | Kind::Check | Kind::Exclusion)
        && !object.has(Attribute::Invalid)
}

/// Returns whether an object is a constraint.
pub fn is_constraint(kind: Kind) -> bool {
    matches!(kind, Kind::PrimaryKey | Kind::Unique | Kind::Check | Kind::Exclusion | Kind::ForeignKey)
}

/// Returns the statement that makes an index.
pub fn index(object: &Object, is_named: bool) -> String {
    let unique = if object.has(Attribute::Form) { "UNIQUE " } else { "" };
    let name = if is_named { format!("{} ", quoted(&object.identity.name)) } else { String::new() };
    let definition = object.text(Attribute::Definition).unwrap_or_default();
    let tablespace = object.text(Attribute::Tablespace).map(|name| format!(" TABLESPACE {}", quoted(name)));
    let (definition, condition) = match &tablespace {
        Some(_) => definition.split_at(definition.rfind(" WHERE ").unwrap_or(definition.len())),
        None => (definition, ""),
    };
    let tablespace = tablespace.unwrap_or_default();
    format!("CREATE {unique}INDEX {name}ON {} {definition}{tablespace}{condition}", whole(&object.identity))
}
