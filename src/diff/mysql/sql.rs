//! Objects as pieces of SQL.

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::mysql::text::literal;
use crate::diff::mysql::text::quoted;

/// Returns the definition of a column; `usual` is the character set and collation that it has when it names none, where
/// they must be said.
pub(super) fn column(column: &Object, usual: Option<(&str, &str)>) -> String {
    let kind = column.text(Attribute::Type).unwrap_or_default();
    let mut sql = format!("{} {kind}", quoted(&column.identity.name));
    let own = column.text(Attribute::Charset).zip(column.text(Attribute::Collation));
    if let Some((charset, collation)) = own.or(usual.filter(|_| is_text(kind))) {
        sql.push_str(&format!(" CHARACTER SET {charset} COLLATE {collation}"));
    }
    if let Some(compression) = column.text(Attribute::Compression) {
        sql.push_str(&format!(" {compression}"));
    }
    match (column.text(Attribute::Generated), column.text(Attribute::Expression)) {
        (Some(how), Some(expression)) => {
            sql.push_str(&format!(" GENERATED ALWAYS AS ({expression}) {}", how.to_uppercase()));
        }
        (Some(row), None) => sql.push_str(&format!(" GENERATED ALWAYS AS {}", row.to_uppercase())),
        (None, _) => {}
    }
    if column.has(Attribute::NotNull) {
        sql.push_str(" NOT NULL");
    } else if kind.starts_with("timestamp") && !column.has(Attribute::Generated) {
        sql.push_str(" NULL"); // else some servers forbid it
    }
    for (attribute, words) in [(Attribute::Default, "DEFAULT"), (Attribute::OnUpdate, "ON UPDATE")] {
        if let Some(text) = column.text(attribute) {
            sql.push_str(&format!(" {words} {text}"));
        }
    }
    for (attribute, words) in [(Attribute::AutoIncrement, "AUTO_INCREMENT"), (Attribute::Invisible, "INVISIBLE")] {
        sql.push_str(&if column.has(attribute) { format!(" {words}") } else { String::new() });
    }
    for option in column.pieces(Attribute::Options) {
        sql.push_str(&format!(" {option}"));
    }
    if let Some(comment) = column.text(Attribute::Comment) {
        sql.push_str(&format!(" COMMENT {}", literal(comment)));
    }
    if let Some(check) = column.text(Attribute::Check) {
        sql.push_str(&format!(" CHECK ({check})"));
    }
    sql
}

/// Returns whether values of a type have a character set.
pub(super) fn is_text(kind: &str) -> bool {
    let word = kind.split(['(', ' ']).next().unwrap_or_default();
    matches!(word, "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum" | "set")
}

/// Returns a key, index, check or foreign key as it stands in a table; without a name, the server chooses one.
pub(super) fn key(key: &Object, is_named: bool) -> String {
    let name = if is_named { format!("{} ", quoted(&key.identity.name)) } else { String::new() };
    let constraint = if is_named { format!("CONSTRAINT {name}") } else { String::new() };
    let columns = key.pieces(Attribute::Columns).join(",");
    let method = key.text(Attribute::Method).unwrap_or_default();
    let mut sql = match (key.identity.kind, method) {
        (Kind::Check, _) => {
            let expression = key.text(Attribute::Expression).unwrap_or_default();
            let enforced = if key.has(Attribute::NotEnforced) { " NOT ENFORCED" } else { "" };
            return format!("{constraint}CHECK ({expression}){enforced}");
        }
        (Kind::ForeignKey, _) => {
            let references = key.text(Attribute::References).unwrap_or_default();
            return format!("{constraint}FOREIGN KEY ({columns}) REFERENCES {references}");
        }
        (Kind::PrimaryKey, _) => format!("PRIMARY KEY ({columns})"),
        (Kind::Unique, _) => format!("UNIQUE KEY {name}({columns})"),
        (_, "fulltext" | "spatial" | "vector") => format!("{} KEY {name}({columns})", method.to_uppercase()),
        _ => format!("KEY {name}({columns})"),
    };
    if matches!(method, "btree" | "hash" | "rtree") {
        sql.push_str(&format!(" USING {}", method.to_uppercase()));
    }
    for option in key.pieces(Attribute::Options) {
        sql.push_str(&format!(" {option}"));
    }
    if let Some(comment) = key.text(Attribute::Comment) {
        sql.push_str(&format!(" COMMENT {}", literal(comment)));
    }
    sql
}

/// Returns what hides an index, which is said in another word on each of the two servers.
pub(super) fn invisible(key: &Object, catalog: &Catalog) -> &'static str {
    match (key.has(Attribute::Invisible), catalog.dialect) {
        (false, _) => "",
        (true, crate::dialect::Dialect::Mariadb) => " IGNORED",
        (true, _) => " INVISIBLE",
    }
}

/// Returns the statement that makes a table with all its parts but foreign keys and triggers.
pub(super) fn table(table: &Object, catalog: &Catalog) -> String {
    let mut lines: Vec<String> = catalog.columns(&table.identity).iter().map(|part| column(part, None)).collect();
    let mut options = String::new();
    let (periods, others): (Vec<_>, Vec<_>) =
        table.pieces(Attribute::Options).iter().partition(|option| option.starts_with("PERIOD "));
    lines.extend(periods.into_iter().map(ToString::to_string));
    for part in catalog.parts(&table.identity).filter(|part| is_key(part.identity.kind)) {
        lines.push(key(part, true) + invisible(part, catalog));
    }
    let values =
        [(Attribute::Method, "ENGINE"), (Attribute::Charset, "DEFAULT CHARSET"), (Attribute::Collation, "COLLATE")];
    for (attribute, word) in values {
        if let Some(value) = table.text(attribute) {
            options.push_str(&format!(" {word}={value}"));
        }
    }
    if let Some(tablespace) = table.text(Attribute::Tablespace) {
        options.push_str(&format!(" TABLESPACE {}", quoted(tablespace)));
    }
    others.into_iter().for_each(|option| options.push_str(&format!(" {option}")));
    if let Some(comment) = table.text(Attribute::Comment) {
        options.push_str(&format!(" COMMENT={}", literal(comment)));
    }
    if table.has(Attribute::Form) {
        options.push_str(" WITH SYSTEM VERSIONING");
    }
    if let Some(partitions) = table.text(Attribute::PartitionBy) {
        options.push_str(&format!("\n{partitions}"));
    }
    format!("CREATE TABLE {} (\n  {}\n){options}", quoted(&table.identity.name), lines.join(",\n  "))
}

/// Returns whether it is made within its table.
pub(super) fn is_key(kind: Kind) -> bool {
    matches!(kind, Kind::PrimaryKey | Kind::Unique | Kind::Index | Kind::Check)
}

/// Returns the table that an object is a part of.
pub(super) fn table_of(part: &Identity) -> Option<Identity> {
    part.owner.as_deref().map(|owner| Identity::new(Kind::Table, None, owner))
}
