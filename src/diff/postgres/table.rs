//! Tables: how they are made and altered.

use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::postgres::column;
use crate::diff::postgres::name::own;
use crate::diff::postgres::name::quoted;
use crate::diff::postgres::part;

/// Returns the statement that makes a table with its columns and the constraints that can be inside.
pub fn created(table: &Object, catalog: &Catalog) -> String {
    let identity = &*table.identity;
    let form = match table.text(Attribute::Form) {
        Some("foreign") => "FOREIGN ",
        Some("unlogged") => "UNLOGGED ",
        _ => "",
    };
    let is_own = |column: &&Object| !column.has(Attribute::Inherits);
    let mut lines: Vec<_> = catalog.columns(identity).into_iter().filter(is_own).map(column::defined).collect();
    if table.has(Attribute::Type) {
        lines.clear(); // they are those of its type
    }
    let inside = catalog.parts(identity).filter(|part| part::is_inside(part));
    lines.extend(inside.map(|constraint| part::constraint(constraint, true)));
    let lines = lines.iter().map(|line| format!("\n    {line}")).collect::<Vec<_>>().join(",");
    let lines = if lines.is_empty() { String::new() } else { format!("{lines}\n") };
    let mut text = format!("CREATE {form}TABLE {}", own(identity));
    if let Some(of) = table.text(Attribute::Type) {
        text.push_str(&format!(" OF {of}"));
    }
    match table.pieces(Attribute::PartitionOf) {
        [parent, bounds] => {
            let lines = if lines.is_empty() { lines } else { format!(" ({lines})") };
            text.push_str(&format!(" PARTITION OF {parent}{lines} {bounds}"));
        }
        _ if lines.is_empty() && table.has(Attribute::Type) => {}
        _ => text.push_str(&format!(" ({lines})")),
    }
    if table.has(Attribute::Inherits) {
        text.push_str(&format!(" INHERITS ({})", table.pieces(Attribute::Inherits).join(", ")));
    }
    if let Some(key) = table.text(Attribute::PartitionBy) {
        text.push_str(&format!(" PARTITION BY {key}"));
    }
    if let Some(server) = table.text(Attribute::Definition) {
        text.push_str(&format!(" {server}"));
    }
    if let Some(method) = table.text(Attribute::Method) {
        text.push_str(&format!(" USING {}", quoted(method)));
    }
    if table.has(Attribute::Options) {
        let word = if form == "FOREIGN " { "OPTIONS" } else { "WITH" };
        text.push_str(&format!(" {word} ({})", table.pieces(Attribute::Options).join(", ")));
    }
    if let Some(tablespace) = table.text(Attribute::Tablespace) {
        text.push_str(&format!(" TABLESPACE {}", quoted(tablespace)));
    }
    text
}

/// Returns whether a change can be made to a table with its rows; else it is dropped and made again.
pub fn is_alterable(old: &Object, new: &Object) -> bool {
    let is_foreign = |table: &Object| table.text(Attribute::Form) == Some("foreign");
    let same = |attribute| old.get(attribute) == new.get(attribute);
    is_foreign(old) == is_foreign(new) && [Attribute::PartitionBy, Attribute::Definition].into_iter().all(same)
}

/// Returns the index of a table that a statement is about, or else the table.
pub fn index_of(table: &Object, name: Option<String>, catalog: &Catalog) -> Arc<Identity> {
    let parts = name.into_iter().flat_map(|name| {
        let is_it = move |part: &&Object| {
            *part.identity.name == *name && (part.identity.kind == Kind::Index || part::is_inside(part))
        };
        catalog.parts(&table.identity).filter(is_it)
    });
    parts.map(|part| part.identity.clone()).next().unwrap_or_else(|| table.identity.clone())
}

/// Returns the statements that set what `CREATE TABLE` cannot, or that alter a table, each with the index that it is
/// about.
pub fn altered(old: Option<&Object>, new: &Object) -> Vec<(Option<String>, String)> {
    let mut made = Vec::new();
    let name = own(&new.identity);
    let before = |attribute| old.and_then(|old| old.get(attribute));
    let changes = |attribute| before(attribute) != new.get(attribute);
    let mut alter = |clause: String| made.push((None, format!("ALTER TABLE {name} {clause}")));
    if let Some(old) = old {
        if changes(Attribute::Inherits) {
            let (was, is) = (old.pieces(Attribute::Inherits), new.pieces(Attribute::Inherits));
            was.iter().filter(|parent| !is.contains(parent)).for_each(|parent| alter(format!("NO INHERIT {parent}")));
            is.iter().filter(|parent| !was.contains(parent)).for_each(|parent| alter(format!("INHERIT {parent}")));
        }
        if changes(Attribute::Form) {
            alter(if new.has(Attribute::Form) { "SET UNLOGGED".into() } else { "SET LOGGED".into() });
        }
        if changes(Attribute::Method) {
            alter(format!("SET ACCESS METHOD {}", new.text(Attribute::Method).map_or_else(|| "heap".into(), quoted)));
        }
        if changes(Attribute::Type) {
            alter(new.text(Attribute::Type).map_or_else(|| "NOT OF".into(), |name| format!("OF {name}")));
        }
        if changes(Attribute::Tablespace) {
            let space = new.text(Attribute::Tablespace).map_or_else(|| "pg_default".into(), quoted);
            alter(format!("SET TABLESPACE {space}"));
        }
        if changes(Attribute::Options) {
            let (was, is) = (old.pieces(Attribute::Options), new.pieces(Attribute::Options));
            let has =
                |options: &[Box<str>], name: &str| options.iter().any(|option| column::option_name(option) == name);
            let gone: Vec<_> =
                was.iter().map(|option| column::option_name(option)).filter(|name| !has(is, name)).collect();
            if new.text(Attribute::Form) == Some("foreign") {
                alter(format!("OPTIONS ({})", column::changed_options(was, is).join(", ")));
            } else {
                if !gone.is_empty() {
                    alter(format!("RESET ({})", gone.join(", ")));
                }
                if !is.is_empty() {
                    alter(format!("SET ({})", is.join(", ")));
                }
            }
        }
    }
    if changes(Attribute::RowSecurity) {
        let has = |object: Option<&Object>, word: &str| {
            object.is_some_and(|object| object.pieces(Attribute::RowSecurity).iter().any(|piece| **piece == *word))
        };
        for (word, on, off) in [("enabled", "ENABLE", "DISABLE"), ("forced", "FORCE", "NO FORCE")] {
            if has(old, word) != has(Some(new), word) {
                alter(format!("{} ROW LEVEL SECURITY", if has(Some(new), word) { on } else { off }));
            }
        }
    }
    if changes(Attribute::ReplicaIdentity) {
        let index = new.text(Attribute::ReplicaIdentity).and_then(|how| how.strip_prefix("index "));
        let how = match (index, new.text(Attribute::ReplicaIdentity)) {
            (Some(index), _) => format!("USING INDEX {index}"),
            (None, how) => how.unwrap_or("default").to_uppercase(),
        };
        let index = index.map(|index| index.trim_matches('"').replace("\"\"", "\""));
        made.push((index, format!("ALTER TABLE {name} REPLICA IDENTITY {how}")));
    }
    if changes(Attribute::ClusteredBy) {
        let index = new.text(Attribute::ClusteredBy);
        let how = index.map_or_else(|| "SET WITHOUT CLUSTER".into(), |index| format!("CLUSTER ON {}", quoted(index)));
        made.push((index.map(str::to_owned), format!("ALTER TABLE {name} {how}")));
    }
    made
}

/// Returns whether a part of a table is made by the statement that makes the table.
pub fn makes(part: &Object) -> bool {
    part.identity.kind == Kind::Column || part::is_inside(part)
}
