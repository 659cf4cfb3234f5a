//! Tables and columns that a person says are the same under another name.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Naming;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::diff::mysql::rename_column::partitions_with;
use crate::diff::mysql::rename_column::rename_column;
use crate::diff::mysql::text::quoted;
use crate::diff::options::Rename;
use crate::diff::step::Does;
use crate::diff::step::Step;

/// Returns the old catalog as it is after the renames, and their statements; one whose object is not there is left out.
pub(super) fn renamed(old: &Catalog, new: &Catalog, renames: &[Rename]) -> (Catalog, Vec<Step>) {
    let mut catalog = old.clone();
    let mut steps = Vec::new();
    for rename in renames {
        let is_wanted = |kind, path: &str, catalog: &Catalog| {
            catalog.objects().find(|object| object.identity.kind == kind && object.identity.path() == path).cloned()
        };
        let (Some(before), Some(after)) =
            (is_wanted(rename.kind, &rename.old, &catalog), is_wanted(rename.kind, &rename.new, new))
        else {
            continue;
        };
        if catalog.get(&after.identity).is_some() {
            continue;
        }
        let (from, to) = (quoted(&before.identity.name), quoted(&after.identity.name));
        let (sql, renamed) = match rename.kind {
            Kind::Table => {
                (format!("RENAME TABLE {from} TO {to}"), with_table(&catalog, &before.identity, &after.identity))
            }
            Kind::Column if before.identity.owner == after.identity.owner => {
                let renamed = with_column(&catalog, &before.identity, &after.identity);
                (rename_column(&catalog, &renamed, &before.identity, &after.identity), renamed)
            }
            _ => continue,
        };
        steps.push(Step::new(Does::Alter, &after.identity, sql));
        catalog = renamed;
    }
    (catalog, steps)
}

fn with_table(catalog: &Catalog, from: &Identity, to: &Identity) -> Catalog {
    let mut found = Catalog::empty(catalog.dialect, &catalog.version);
    found.unread.clone_from(&catalog.unread);
    let mut names: BTreeMap<Identity, Identity> = BTreeMap::new();
    for object in catalog.objects() {
        let identity = &object.identity;
        if **identity == *from {
            names.insert(from.clone(), to.clone());
        } else if identity.owner.as_deref() == Some(&*from.name) {
            // The server renames what it named after the table.
            let rest = identity.name.strip_prefix(&*from.name).filter(|rest| {
                object.naming == Naming::Server && (rest.starts_with("_ibfk_") || rest.starts_with("_chk_"))
            });
            let name = rest.map_or(identity.name.to_string(), |rest| format!("{}{rest}", to.name));
            names.insert((**identity).clone(), to.part(identity.kind, &name));
        }
    }
    let (old, new) = (format!("{} (", quoted(&from.name)), format!("{} (", quoted(&to.name)));
    for object in catalog.objects() {
        let mut object = copied(object, &names);
        if let Some(references) = object.text(Attribute::References)
            && let Some(rest) = references.strip_prefix(&old)
        {
            let references = format!("{new}{rest}");
            object.set(Attribute::References, references.into());
        }
        found.insert(object);
    }
    found
}

fn with_column(catalog: &Catalog, from: &Identity, to: &Identity) -> Catalog {
    let mut found = Catalog::empty(catalog.dialect, &catalog.version);
    found.unread.clone_from(&catalog.unread);
    let names = BTreeMap::from([(from.clone(), to.clone())]);
    let (old, new) = (quoted(&from.name), quoted(&to.name));
    let owner = from.owner.as_deref().unwrap_or_default();
    for object in catalog.objects() {
        let is_part = object.identity.owner.as_deref() == Some(owner);
        let mut object = copied(object, &names);
        if is_part && object.identity.kind != Kind::Trigger {
            for attribute in [Attribute::Columns, Attribute::Expression, Attribute::Check, Attribute::Default] {
                if let Some(value) = object.get(attribute) {
                    let renamed = |piece: &str| Box::<str>::from(piece.replace(&old, &new));
                    let value = match value {
                        Value::Set => Value::Set,
                        Value::Text(text) => Value::Text(renamed(text)),
                        Value::List(pieces) => Value::List(pieces.iter().map(|piece| renamed(piece)).collect()),
                    };
                    object.set(attribute, value);
                }
            }
            // An index keeps the name that it has after its column.
            if matches!(object.identity.kind, Kind::Index | Kind::Unique)
                && object.identity.name.starts_with(&*from.name)
            {
                object.naming = Naming::Chosen;
            }
        }
        if object.identity.kind == Kind::Table
            && *object.identity.name == *owner
            && let Some(partitions) = object.text(Attribute::PartitionBy)
        {
            let partitions = partitions_with(partitions, &from.name, &to.name);
            object.set(Attribute::PartitionBy, partitions.into());
        }
        if let Some(references) = object.text(Attribute::References)
            && let Some(rest) = references.strip_prefix(&format!("{} (", quoted(owner)))
        {
            let references = format!("{} ({}", quoted(owner), rest.replace(&old, &new));
            object.set(Attribute::References, references.into());
        }
        found.insert(object);
    }
    found
}

/// Returns an object with other names in its identity and needs.
fn copied(object: &Object, names: &BTreeMap<Identity, Identity>) -> Object {
    let renamed = |identity: &Arc<Identity>| names.get(&**identity).map_or(identity.clone(), |to| Arc::new(to.clone()));
    let mut copy = object.clone();
    copy.identity = renamed(&object.identity);
    copy.needs = object.needs.iter().map(renamed).collect();
    copy.needs.sort();
    copy
}
