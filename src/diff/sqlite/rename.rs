//! Tables and columns of SQLite that go on under another name.

use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::dialect::Family;
use crate::diff::options::Options;
use crate::diff::step::Refusal;
use crate::sql::Lexer;
use crate::sql::TokenKind;
use crate::sql::sqlite_name;
use crate::sql::sqlite_name_of;

/// What goes on under another name, from the old catalog to the new one.
#[derive(Debug, Default)]
pub(super) struct Renamed {
    /// Tables, as both call them.
    pub(super) tables: Vec<(Arc<Identity>, Arc<Identity>)>,
    /// Columns, each with its table as the new one calls it: the name before and afterwards.
    pub(super) columns: Vec<(Arc<Identity>, Box<str>, Box<str>)>,
}

impl Renamed {
    /// Finds what a person said, and names whose letter case alone changes: SQLite takes those for the same.
    pub(super) fn of(old: &Catalog, new: &Catalog, options: &Options) -> Result<Self, Vec<Refusal>> {
        let mut renamed = Self::default();
        let said = |kind: Kind, before: &Object, after: &Object| {
            let (old, new) = (before.identity.path(), after.identity.path());
            options.renames.iter().any(|rename| rename.kind == kind && rename.old == old && rename.new == new)
        };
        for after in new.of_kind(Kind::Table).filter(|after| old.get(&after.identity).is_none()) {
            let same = |before: &&Object| {
                let is_same = before.identity.name.eq_ignore_ascii_case(&after.identity.name);
                new.get(&before.identity).is_none() && (is_same || said(Kind::Table, before, after))
            };
            let before = old.of_kind(Kind::Table).find(same);
            renamed.tables.extend(before.map(|before| (before.identity.clone(), after.identity.clone())));
        }
        for rename in options.renames.iter().filter(|rename| rename.kind == Kind::Table) {
            let is_there = |catalog: &Catalog, path: &str| {
                catalog
                    .of_kind(Kind::Table)
                    .find(|table| table.identity.path() == path)
                    .map(|table| table.identity.clone())
            };
            if let (Some(identity), Some(_)) = (is_there(old, &rename.new), is_there(old, &rename.old)) {
                let reason = format!("is there already, so that `{}` cannot get its name", rename.old);
                return Err(vec![Refusal { identity, reason }]);
            }
        }
        for table in new.of_kind(Kind::Table) {
            let before = renamed.tables.iter().find(|(_, after)| *after == table.identity);
            let before = before.map_or(&table.identity, |(before, _)| before);
            let (was, is) = (old.columns(before), new.columns(&table.identity));
            for after in &is {
                let lacks =
                    |columns: &[&Object], name: &str| !columns.iter().any(|column| *column.identity.name == *name);
                if !lacks(&was, &after.identity.name) {
                    continue;
                }
                let same = |column: &&&Object| {
                    let name = &column.identity.name;
                    lacks(&is, name)
                        && (name.eq_ignore_ascii_case(&after.identity.name) || said(Kind::Column, column, after))
                };
                if let Some(column) = was.iter().find(same) {
                    let names = (column.identity.name.clone(), after.identity.name.clone());
                    renamed.columns.push((table.identity.clone(), names.0, names.1));
                }
            }
        }
        Ok(renamed)
    }

    /// Returns the old catalog as SQLite has it after the renames.
    pub(super) fn applied(&self, old: &Catalog) -> Catalog {
        let mut catalog = Catalog::empty(old.dialect, &old.version);
        catalog.unread = old.unread.clone();
        for object in old.objects() {
            catalog.insert(self.object(object));
        }
        catalog
    }

    fn identity(&self, identity: &Identity) -> Identity {
        let mut identity = identity.clone();
        for (before, after) in &self.tables {
            let name = if identity.owner.is_some() { identity.owner.as_mut() } else { Some(&mut identity.name) };
            if let Some(name) = name.filter(|name| **name == before.name) {
                *name = after.name.clone();
            }
        }
        for (table, before, after) in &self.columns {
            if identity.kind == Kind::Column && identity.owner.as_ref() == Some(&table.name) && identity.name == *before
            {
                identity.name = after.clone();
            }
        }
        identity
    }

    fn object(&self, object: &Object) -> Object {
        let mut new = object.clone();
        new.identity = Arc::new(self.identity(&object.identity));
        new.needs = object.needs.iter().map(|needed| Arc::new(self.identity(needed))).collect();
        new.needs.sort();
        let needs = |table: &Identity| {
            new.identity.owner.as_ref() == Some(&table.name) || new.needs.iter().any(|needed| **needed == *table)
        };
        let is_text = matches!(object.identity.kind, Kind::View | Kind::Trigger);
        let mut words: Vec<(&str, &str)> = Vec::new();
        if is_text {
            words.extend(self.tables.iter().filter(|(_, after)| needs(after)).map(|(a, b)| (&*a.name, &*b.name)));
        }
        let columns = self.columns.iter().filter(|(table, ..)| needs(table));
        words.extend(columns.map(|(_, before, after)| (&**before, &**after)));
        let spelled = |name: &str| if is_text { sqlite_name(&name.to_lowercase()) } else { sqlite_name(name) };
        let is_key = object.identity.kind == Kind::ForeignKey;
        for attribute in [Attribute::Definition, Attribute::Expression, Attribute::Applies, Attribute::Columns] {
            let Some(value) = object.get(attribute).filter(|_| !is_key) else { continue };
            let change =
                |text: &str| words.iter().fold(text.to_owned(), |text, (a, b)| replaced(&text, a, &spelled(b)));
            let changed = match value {
                Value::Set => Value::Set,
                Value::Text(text) => Value::from(change(text)),
                Value::List(list) => Value::List(list.iter().map(|text| change(text).into_boxed_str()).collect()),
            };
            new.set(attribute, changed);
        }
        if is_key {
            self.foreign_key(&mut new);
        }
        new
    }

    /// Names the columns and the table that a foreign key refers to anew.
    fn foreign_key(&self, key: &mut Object) {
        let [table, columns @ ..] = key.pieces(Attribute::References) else { return };
        let renamed = self.tables.iter().find(|(before, _)| before.name.eq_ignore_ascii_case(table));
        let table = renamed.map_or_else(|| table.clone(), |(_, after)| after.name.clone());
        let in_table = |table: &str, name: &str| -> Box<str> {
            let found = self.columns.iter().find(|(known, before, _)| *known.name == *table && **before == *name);
            found.map_or_else(|| name.into(), |(_, _, after)| after.clone())
        };
        let references = columns.iter().map(|name| in_table(&table, name));
        let references = std::iter::once(table.clone()).chain(references).collect();
        let owner = key.identity.owner.clone().unwrap_or_default();
        let own = key.pieces(Attribute::Columns).iter().map(|name| in_table(&owner, name)).collect();
        key.set(Attribute::References, Value::List(references));
        key.set(Attribute::Columns, Value::List(own));
    }
}

/// Returns a text in which a name is another.
fn replaced(text: &str, before: &str, after: &str) -> String {
    let mut changed = String::with_capacity(text.len());
    for token in Lexer::new(text, 0..text.len(), Family::Sqlite).map_while(Result::ok) {
        let word = &text[token.range];
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
        let is_it = is_name && sqlite_name_of(word).eq_ignore_ascii_case(before);
        changed.push_str(if is_it { after } else { word });
    }
    changed
}
