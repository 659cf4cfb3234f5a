//! What is said of objects of any kind: comments, owners, grants.

use crate::catalog::Attribute;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::postgres::name::literal;
use crate::diff::postgres::name::own;
use crate::diff::postgres::name::quoted;
use crate::diff::postgres::name::reference;
use crate::diff::postgres::name::whole;
use crate::diff::step::Does;
use crate::diff::step::Step;

/// Returns the steps that make an object's comment, owner and grants those of the new one; a new object has none.
pub fn about(old: Option<&Object>, new: &Object) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut add = |sql: String| steps.push(Step::new(Does::Alter, &new.identity, sql));
    let owner = |object: &Object| object.text(Attribute::Owner).map(str::to_owned);
    let (before, after) = (old.and_then(owner), owner(new));
    if before != after && new.identity.kind != Kind::Column {
        add(format!("ALTER {} OWNER TO {}", reference(new), after.as_deref().unwrap_or("CURRENT_USER")));
    }
    if new.identity.kind != Kind::DefaultPrivilege {
        let before = old.map(|old| old.pieces(Attribute::Grants)).unwrap_or_default();
        let after = new.pieces(Attribute::Grants);
        before.iter().filter(|grant| !after.contains(grant)).for_each(|grant| add(granted(new, grant, false)));
        after.iter().filter(|grant| !before.contains(grant)).for_each(|grant| add(granted(new, grant, true)));
    }
    let comment = new.text(Attribute::Comment);
    if old.and_then(|old| old.text(Attribute::Comment)) != comment {
        let is_of_domain = new.needs.iter().any(|needed| {
            needed.kind == Kind::Domain
                && needed.schema == new.identity.schema
                && Some(&*needed.name) == new.identity.owner.as_deref()
        });
        let on = match new.identity.kind {
            Kind::Check if is_of_domain => reference(new).replacen(" ON ", " ON DOMAIN ", 1),
            _ => reference(new),
        };
        add(format!("COMMENT ON {on} IS {}", comment.map_or_else(|| "NULL".to_owned(), literal)));
    }
    steps
}

/// `SELECT TO role`, or `EXECUTE FROM PUBLIC`, as a statement; or the statement that takes it back.
fn granted(object: &Object, grant: &str, is_there: bool) -> String {
    let (gives, at) = match (grant.find(" TO "), grant.find(" FROM ")) {
        (Some(at), _) => (true, at),
        (None, at) => (false, at.unwrap_or(grant.len())),
    };
    let right = &grant[..at];
    let role = grant[at..].trim_start_matches(" TO ").trim_start_matches(" FROM ");
    let (role, option) = match role.strip_suffix(" WITH GRANT OPTION") {
        Some(role) => (role, " WITH GRANT OPTION"),
        None => (role, ""),
    };
    let role = if role == "OWNER" { object.text(Attribute::Owner).unwrap_or("CURRENT_USER") } else { role };
    let identity = &object.identity;
    let (right, on) = match identity.kind {
        Kind::Column => (format!("{right} ({})", quoted(&identity.name)), format!("TABLE {}", whole(identity))),
        Kind::Table | Kind::View | Kind::MaterializedView => (right.to_owned(), format!("TABLE {}", own(identity))),
        Kind::Aggregate => (right.to_owned(), format!("FUNCTION {}", own(identity))),
        Kind::ForeignServer => (right.to_owned(), format!("FOREIGN SERVER {}", own(identity))),
        _ => (right.to_owned(), reference(object)),
    };
    match gives == is_there {
        true => format!("GRANT {right} ON {on} TO {role}{}", if is_there { option } else { "" }),
        false => format!("REVOKE {right} ON {on} FROM {role}"),
    }
}
