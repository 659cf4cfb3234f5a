//! The constraints of a table of SQLite.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Naming;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::sqlite::expression::Names;
use crate::db::catalog::sqlite::expression::collation;
use crate::db::catalog::sqlite::expression::expression;
use crate::db::catalog::sqlite::words::Unexpected;
use crate::db::catalog::sqlite::words::Words;
use crate::sql::sqlite_name;

/// The constraints of a table, while they are read.
pub(super) struct Constraints {
    table: Identity,
    found: Vec<(Option<String>, Object)>,
    /// Whether the primary key stands at its column.
    pub(super) is_key_at_column: bool,
}

impl Constraints {
    pub(super) fn of(table: &Identity) -> Self {
        Self { table: table.clone(), found: Vec::new(), is_key_at_column: false }
    }

    fn push(&mut self, name: Option<String>, kind: Kind, attributes: impl IntoIterator<Item = (Attribute, Value)>) {
        let mut object = Object::new(self.table.part(kind, ""));
        attributes.into_iter().for_each(|(attribute, value)| object.set(attribute, value));
        self.found.push((name, object));
    }

    /// Adds a primary or unique key; returns whether `AUTOINCREMENT` stands in it.
    pub(super) fn key(
        &mut self,
        name: Option<String>,
        kind: Kind,
        columns: Vec<String>,
        words: &mut Words<'_>,
    ) -> Result<(), Unexpected> {
        let columns = Value::List(columns.into_iter().map(String::into_boxed_str).collect());
        let conflict = conflict(words)?;
        let options = conflict.map(|text| (Attribute::Options, Value::from(text)));
        self.push(name, kind, [(Attribute::Columns, columns)].into_iter().chain(options));
        Ok(())
    }

    /// Adds `CHECK (…)`, behind its first word.
    pub(super) fn check(
        &mut self,
        name: Option<String>,
        words: &mut Words<'_>,
        names: Names<'_>,
    ) -> Result<(), Unexpected> {
        let text = expression(words.group()?, names)?;
        let _ = conflict(words)?; // it can be written, and does nothing
        self.push(name, Kind::Check, [(Attribute::Expression, Value::from(text))]);
        Ok(())
    }

    /// Adds a foreign key, behind `REFERENCES`.
    pub(super) fn foreign_key(
        &mut self,
        name: Option<String>,
        columns: Vec<String>,
        words: &mut Words<'_>,
    ) -> Result<(), Unexpected> {
        let mut references = vec![words.name()?];
        if words.is("(") {
            references.extend(names_in(words.group()?)?);
        }
        let (mut actions, mut options, mut deferrable) = (BTreeSet::new(), None, None);
        loop {
            if words.takes(&["on"]) {
                let event = words.take()?.1.to_ascii_uppercase();
                let mut action = words.take()?.1.to_ascii_uppercase();
                if matches!(&*action, "SET" | "NO") {
                    action = format!("{action} {}", words.take()?.1.to_ascii_uppercase());
                }
                actions.retain(|known: &String| !known.starts_with(&format!("ON {event} ")));
                if action != "NO ACTION" {
                    actions.insert(format!("ON {event} {action}"));
                }
            } else if words.takes(&["match"]) {
                let how = words.name()?.to_ascii_uppercase();
                options = (how != "SIMPLE").then(|| format!("MATCH {how}"));
            } else if words.is("deferrable") || words.is("not") && words.is_at(1, "deferrable") {
                let is_not = words.takes(&["not"]);
                words.expect("deferrable")?;
                let is_deferred = words.takes(&["initially", "deferred"]);
                if !is_deferred {
                    words.takes(&["initially", "immediate"]);
                }
                // Whatever else is written, SQLite looks at once.
                deferrable = (is_deferred && !is_not).then_some("INITIALLY DEFERRED");
            } else {
                break;
            }
        }
        let list = |texts: Vec<String>| Value::List(texts.into_iter().map(String::into_boxed_str).collect());
        let mut attributes = vec![(Attribute::Columns, list(columns)), (Attribute::References, list(references))];
        if !actions.is_empty() {
            attributes.push((Attribute::Applies, list(actions.into_iter().collect())));
        }
        attributes.extend(options.map(|text| (Attribute::Options, Value::from(text))));
        attributes.extend(deferrable.map(|text| (Attribute::Deferrable, Value::from(text))));
        self.push(name, Kind::ForeignKey, attributes);
        Ok(())
    }

    /// Reads one constraint of a table; nothing when none begins here.
    pub(super) fn of_table(&mut self, words: &mut Words<'_>, names: Names<'_>) -> Result<Option<bool>, Unexpected> {
        let mut name = None;
        while words.takes(&["constraint"]) {
            name = Some(words.name()?);
        }
        let mut autoincrement = false;
        if words.takes(&["primary", "key"]) {
            let (columns, is_auto) = indexed(words.group()?, names)?;
            autoincrement = is_auto;
            self.key(name, Kind::PrimaryKey, columns, words)?;
        } else if words.takes(&["unique"]) {
            let (columns, _) = indexed(words.group()?, names)?;
            self.key(name, Kind::Unique, columns, words)?;
        } else if words.takes(&["check"]) {
            self.check(name, words, names)?;
        } else if words.takes(&["foreign", "key"]) {
            let columns = names_in(words.group()?)?;
            let spelled = columns.iter().map(|column| names.column(column).unwrap_or(column).to_owned()).collect();
            words.expect("references")?;
            self.foreign_key(name, spelled, words)?;
        } else if name.is_none() {
            return Ok(None);
        }
        Ok(Some(autoincrement))
    }

    /// Returns the columns of the primary key.
    pub(super) fn primary_key(&mut self) -> Option<&mut Object> {
        self.found.iter_mut().map(|(_, object)| object).find(|object| object.identity.kind == Kind::PrimaryKey)
    }

    /// Returns the constraints; those without a name get one by what they are, whatever stands around them.
    pub(super) fn named(mut self) -> Result<Vec<Object>, Unexpected> {
        let mut taken = BTreeSet::new();
        let mut objects: Vec<Object> = Vec::new();
        self.found.sort_by_cached_key(|(name, object)| {
            (name.is_none(), object.text(Attribute::Expression).map(str::to_owned))
        });
        for (name, mut object) in self.found {
            let kind = object.identity.kind;
            if let Some(name) = name {
                if !taken.insert((kind, name.to_lowercase())) {
                    return Err(Unexpected(format!("two of its constraints have the name `{name}`")));
                }
                object.identity = Arc::new(self.table.part(kind, &name));
            } else {
                let is_there =
                    |other: &Object| other.identity.kind == kind && same(other, &object) && kind != Kind::ForeignKey;
                if objects.iter().any(is_there) {
                    continue; // SQLite makes one of two that are alike
                }
                let base = base_name(&object);
                let numbered = (1..).map(|n| if n == 1 { base.clone() } else { format!("{base}_{n}") });
                let free = numbered.skip_while(|name| taken.contains(&(kind, name.to_lowercase()))).take(1);
                let name = free.collect::<String>();
                taken.insert((kind, name.to_lowercase()));
                object.identity = Arc::new(self.table.part(kind, &name));
                object.naming = Naming::Server;
            }
            object.needs = vec![Arc::new(self.table.clone())];
            objects.push(object);
        }
        Ok(objects)
    }
}

fn same(left: &Object, right: &Object) -> bool {
    [Attribute::Columns, Attribute::Expression, Attribute::Options]
        .iter()
        .all(|what| left.get(*what) == right.get(*what))
}

fn base_name(object: &Object) -> String {
    // Without its order and collation: a key that gets another is the same key, altered.
    let name =
        |column: &str| Words::of(column).and_then(|mut words| words.name()).unwrap_or_else(|_| column.to_owned());
    let is_key = object.identity.kind != Kind::ForeignKey;
    let names = object.pieces(Attribute::Columns).iter();
    let names = names.map(|column| if is_key { name(column) } else { column.to_string() });
    let columns = names.collect::<Vec<_>>().join("_");
    match object.identity.kind {
        Kind::PrimaryKey => "primary_key".to_owned(),
        Kind::Unique => format!("unique_{columns}"),
        Kind::ForeignKey => format!("foreign_key_{columns}"),
        _ => "check".to_owned(),
    }
}

/// Reads `ON CONFLICT …`; what is done without it is nothing.
pub(super) fn conflict(words: &mut Words<'_>) -> Result<Option<String>, Unexpected> {
    if !words.takes(&["on", "conflict"]) {
        return Ok(None);
    }
    let how = words.take()?.1.to_ascii_uppercase();
    Ok((how != "ABORT").then(|| format!("ON CONFLICT {how}")))
}

/// Reads the columns of a key, and whether `AUTOINCREMENT` stands behind them.
fn indexed(mut words: Words<'_>, names: Names<'_>) -> Result<(Vec<String>, bool), Unexpected> {
    let mut columns = Vec::new();
    loop {
        let name = words.name()?;
        let spelled = names.column(&name).ok_or_else(|| Unexpected(format!("it has no column `{name}`")))?;
        let mut column = sqlite_name(spelled);
        if words.takes(&["collate"]) {
            column = format!("{column} COLLATE {}", collation(&words.name()?));
        }
        if words.takes(&["desc"]) {
            column.push_str(" DESC");
        } else {
            words.takes(&["asc"]);
        }
        columns.push(column);
        let is_auto = words.takes(&["autoincrement"]);
        if words.is_done() {
            return Ok((columns, is_auto));
        }
        words.expect(",")?;
    }
}

fn names_in(mut words: Words<'_>) -> Result<Vec<String>, Unexpected> {
    let mut names = Vec::new();
    loop {
        names.push(words.name()?);
        if words.is_done() {
            return Ok(names);
        }
        words.expect(",")?;
    }
}
