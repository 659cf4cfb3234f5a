//! What makes the objects of SQLite.

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Naming;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::sql::sqlite_name;

/// Returns `CREATE TABLE` for a table under a name, with all columns and constraints.
pub(super) fn table(catalog: &Catalog, identity: &Identity, name: &str) -> String {
    let key = catalog.parts(identity).find(|part| part.identity.kind == Kind::PrimaryKey);
    let at_column = key.and_then(|key| key_at_column(catalog, identity, key));
    let mut lines: Vec<String> = Vec::new();
    for object in catalog.columns(identity) {
        let mut line = column(object);
        if let (Some(key), Some(at)) = (key, &at_column)
            && **at == *object.identity.name
        {
            line.push_str(&key_words(object, key));
        }
        lines.push(line);
    }
    for part in catalog.parts(identity) {
        let is_written = part.identity.kind == Kind::PrimaryKey && at_column.is_some();
        lines.extend(constraint(part).filter(|_| !is_written));
    }
    let forms: Vec<String> = catalog
        .get(identity)
        .map(|table| table.pieces(Attribute::Form))
        .unwrap_or_default()
        .iter()
        .map(|form| form.to_ascii_uppercase())
        .collect();
    let forms = if forms.is_empty() { String::new() } else { format!(" {}", forms.join(", ")) };
    format!("CREATE TABLE {} (\n  {}\n){forms}", sqlite_name(name), lines.join(",\n  "))
}

/// Returns the column that a key of one column is written at: what `DESC` and `AUTOINCREMENT` mean depends on it.
fn key_at_column(catalog: &Catalog, table: &Identity, key: &Object) -> Option<Box<str>> {
    let [column] = key.pieces(Attribute::Columns) else { return None };
    let name = column.strip_suffix(" DESC").unwrap_or(column);
    let columns = catalog.columns(table);
    let found = columns.into_iter().find(|object| sqlite_name(&object.identity.name) == name)?;
    Some(found.identity.name.clone())
}

fn key_words(column: &Object, key: &Object) -> String {
    let is_descending = key.pieces(Attribute::Columns).first().is_some_and(|text| text.ends_with(" DESC"));
    let mut words = format!(" {}PRIMARY KEY", named(key));
    for word in [is_descending.then_some("DESC"), key.text(Attribute::Options)].into_iter().flatten() {
        words.push(' ');
        words.push_str(word);
    }
    if column.has(Attribute::AutoIncrement) {
        words.push_str(" AUTOINCREMENT");
    }
    words
}

/// Returns a column without the constraints that are objects of their own.
pub(super) fn column(column: &Object) -> String {
    let mut text = sqlite_name(&column.identity.name);
    let mut add = |word: &str| {
        text.push(' ');
        text.push_str(word);
    };
    match column.text(Attribute::Spelling).or(column.text(Attribute::Type)) {
        None | Some("") => {}
        Some(declared) => add(declared),
    }
    if let Some(collation) = column.text(Attribute::Collation) {
        add(&format!("COLLATE {collation}"));
    }
    if let Some(value) = column.get(Attribute::NotNull) {
        let name = column.text(Attribute::NotNullName);
        let name = name.map(|name| format!("CONSTRAINT {} ", sqlite_name(name))).unwrap_or_default();
        let conflict = value.text().map(|text| format!(" {text}")).unwrap_or_default();
        add(&format!("{name}NOT NULL{conflict}"));
    }
    if let Some(default) = column.text(Attribute::Default) {
        add(&format!("DEFAULT {default}"));
    }
    if let (Some(how), Some(expression)) = (column.text(Attribute::Generated), column.text(Attribute::Expression)) {
        add(&format!("GENERATED ALWAYS AS ({expression}) {}", how.to_ascii_uppercase()));
    }
    text
}

/// Returns a constraint as it stands behind the columns; nothing for what is none.
fn constraint(part: &Object) -> Option<String> {
    let list = |attribute| part.pieces(attribute).join(", ");
    let options = || part.text(Attribute::Options).map(|text| format!(" {text}")).unwrap_or_default();
    let body = match part.identity.kind {
        Kind::PrimaryKey => format!("PRIMARY KEY ({}){}", list(Attribute::Columns), options()),
        Kind::Unique => format!("UNIQUE ({}){}", list(Attribute::Columns), options()),
        Kind::Check => format!("CHECK ({})", part.text(Attribute::Expression).unwrap_or_default()),
        Kind::ForeignKey => {
            let columns: Vec<_> = part.pieces(Attribute::Columns).iter().map(|name| sqlite_name(name)).collect();
            format!("FOREIGN KEY ({}) {}", columns.join(", "), references(part))
        }
        _ => return None,
    };
    Some(format!("{}{body}", named(part)))
}

/// Returns a constraint as it stands at a column that is added with it.
pub(super) fn constraint_at_column(part: &Object) -> Option<String> {
    match part.identity.kind {
        Kind::ForeignKey => Some(format!("{}{}", named(part), references(part))),
        Kind::Check => constraint(part),
        _ => None,
    }
}

fn references(key: &Object) -> String {
    let [table, columns @ ..] = key.pieces(Attribute::References) else { return String::new() };
    let mut text = format!("REFERENCES {}", sqlite_name(table));
    if !columns.is_empty() {
        let columns: Vec<_> = columns.iter().map(|name| sqlite_name(name)).collect();
        text.push_str(&format!(" ({})", columns.join(", ")));
    }
    let actions = key.pieces(Attribute::Applies).iter().map(|action| &**action);
    for words in actions.chain(key.text(Attribute::Options)) {
        text.push(' ');
        text.push_str(words);
    }
    if let Some(when) = key.text(Attribute::Deferrable) {
        text.push_str(&format!(" DEFERRABLE {when}"));
    }
    text
}

/// Returns `CONSTRAINT name ` where a person chose it.
fn named(part: &Object) -> String {
    match part.naming {
        Naming::Chosen => format!("CONSTRAINT {} ", sqlite_name(&part.identity.name)),
        Naming::Server => String::new(),
    }
}

/// Returns `CREATE INDEX`.
pub(super) fn index(index: &Object) -> String {
    let unique = if index.has(Attribute::Form) { "UNIQUE " } else { "" };
    let condition = index.text(Attribute::Expression).map(|text| format!(" WHERE {text}")).unwrap_or_default();
    format!(
        "CREATE {unique}INDEX {} ON {} ({}){condition}",
        sqlite_name(&index.identity.name),
        sqlite_name(index.identity.owner.as_deref().unwrap_or_default()),
        index.pieces(Attribute::Columns).join(", ")
    )
}

/// Returns the statement that a person wrote, for what has one.
pub(super) fn written(object: &Object) -> String {
    object.get(Attribute::Source).and_then(Value::text).unwrap_or_default().to_owned()
}
