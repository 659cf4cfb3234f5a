//! What the queries found, by the server's own addresses.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Naming;
use crate::catalog::Object;
use crate::catalog::Unread;
use crate::catalog::Value;
use crate::catalog::is_made_of;
use crate::catalog::not_null_name;
use crate::db::catalog::postgres::array::elements;
use crate::db::catalog::postgres::canonical::canonical;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;
use crate::journal::Journal;
use crate::journal::Row;

/// Where the server keeps an object: its table, the row's oid, and the number of a column or 0.
type Address = (u32, u32, i32);

/// How often one row may stand for another, which stands for a third: an array of a row type of a table.
const ALIASES: usize = 4;

/// The server's table of extensions.
const EXTENSION_CLASS: u32 = 3079;

/// What was found so far.
#[derive(Debug, Default)]
pub struct Found {
    objects: Vec<Object>,
    places: HashMap<Address, usize>,
    aliases: HashMap<Address, Address>,
    /// Which objects belong to an extension; empty when none does.
    left_out: Vec<bool>,
    unread: Vec<Unread>,
}

impl Found {
    /// Adds the objects of a kind.
    pub fn add(&mut self, reading: &Reading, rows: Vec<Row>) {
        for row in rows {
            if let Some((address, object)) = object(reading, row) {
                self.places.insert(address, self.objects.len());
                self.objects.push(object);
            }
        }
    }

    /// Adds what stands for an object in the server's tables: rows of class, oid, class, oid, sub-id.
    pub fn alias(&mut self, rows: Vec<Row>) {
        for row in rows {
            let number = |index: usize| number(&row, index);
            let (from, to) = ((number(0), number(1), 0), (number(2), number(3), number(4) as i32));
            self.aliases.insert(from, to);
        }
        self.leave_out_members();
    }

    /// Takes out what belongs to an extension, with its parts: what needs that, needs the extension.
    fn leave_out_members(&mut self) {
        let is_member =
            |address: &Address| self.aliases.get(address).is_some_and(|(class, ..)| *class == EXTENSION_CLASS);
        let members: BTreeSet<_> =
            self.places.iter().filter(|(address, _)| is_member(address)).map(|(_, index)| *index).collect();
        if members.is_empty() {
            return;
        }
        let names = |object: &Object| (object.identity.schema.clone(), object.identity.name.clone());
        let wholes: BTreeSet<_> = members.iter().map(|index| names(&self.objects[*index])).collect();
        let is_left_out = |(index, object): (usize, &Object)| {
            let whole = object.identity.owner.clone().map(|owner| (object.identity.schema.clone(), owner));
            members.contains(&index) || whole.is_some_and(|whole| wholes.contains(&whole))
        };
        let left_out: Vec<_> = self.objects.iter().enumerate().map(is_left_out).collect();
        self.places.retain(|_, index| !left_out[*index]);
        // The others stay where their addresses lead.
        self.left_out = left_out;
    }

    /// Adds comments.
    pub fn comment(&mut self, rows: Vec<Row>) {
        self.say(rows, "comment", |object, text| object.set(Attribute::Comment, text.into()));
    }

    /// Adds owners.
    pub fn own(&mut self, rows: Vec<Row>) {
        self.say(rows, "owner", |object, text| object.set(Attribute::Owner, text.into()));
    }

    /// Adds grants.
    pub fn grant(&mut self, rows: Vec<Row>) {
        self.say(rows, "grant", |object, text| object.set(Attribute::Grants, list(&text)));
    }

    /// Says something of the objects that rows of class, oid, sub-id and text name.
    fn say(&mut self, rows: Vec<Row>, what: &str, say: impl Fn(&mut Object, String)) {
        for mut row in rows {
            let address = address(&row, 0);
            let Some(text) = row.pop().flatten() else { continue };
            match self.places.get(&address) {
                Some(&index) => say(&mut self.objects[index], text),
                // An identity column's sequence has its table's owner.
                None if what == "owner" => {}
                // What else is said of what belongs to such a column, or stands for it, cannot be said of the column.
                None => {
                    let of = self.resolved(address).map(|index| &self.objects[index].identity);
                    let Some(of) = of.filter(|of| of.kind != Kind::Extension) else { continue };
                    let reason = format!("the {what} of what belongs to it is not read");
                    self.unread.push(Unread { kind: what.to_owned(), name: of.to_string(), reason });
                }
            }
        }
    }

    /// Returns the object of an address, or of what the row there stands for.
    fn resolved(&self, mut address: Address) -> Option<usize> {
        for _ in 0..ALIASES {
            if let Some(&index) = self.places.get(&address) {
                return Some(index);
            }
            let (class, oid, column) = address;
            match self.aliases.get(&(class, oid, 0)) {
                // A column of a composite type is one of its row type.
                Some(&to) => address = to,
                None if column != 0 => address = (class, oid, 0),
                None => return None,
            }
        }
        None
    }

    /// Adds what objects need: rows of class, oid, sub-id and a list of addresses.
    pub fn need(&mut self, rows: Vec<Row>) {
        for row in rows {
            let Some(index) = self.resolved(address(&row, 0)) else { continue };
            for needed in
                row.get(3).and_then(Option::as_deref).unwrap_or_default().split(' ').collect::<Vec<_>>().chunks(3)
            {
                let [class, oid, column] = needed else { continue };
                let place = (class.parse().unwrap_or(0), oid.parse().unwrap_or(0), column.parse().unwrap_or(0));
                let Some(needed) = self.resolved(place).filter(|needed| *needed != index) else { continue };
                let needed = self.objects[needed].identity.clone();
                self.objects[index].needs.push(needed);
            }
        }
    }

    /// Moves all objects but rev's own into a catalog.
    pub fn into_catalog(mut self, journal: &Journal, catalog: &mut Catalog) {
        let mut left_out = std::mem::take(&mut self.left_out).into_iter();
        self.objects.retain(|_| !left_out.next().unwrap_or(false));
        let own = |identity: &Identity| {
            let name = identity.owner.as_deref().unwrap_or(&identity.name);
            identity.schema.as_deref() == Some(&journal.schema) && journal.tables().contains(&name)
        };
        let journals = self.objects.iter().any(|object| own(&object.identity));
        let tables: Vec<_> = journal.tables().iter().map(|table| format!("{}.{table}.", journal.schema)).collect();
        let is_own = |object: &Object| {
            let column = object.text(Attribute::OwnedBy).map(|column| column.replace('"', ""));
            own(&object.identity) || column.is_some_and(|column| tables.iter().any(|table| column.starts_with(table)))
        };
        self.objects.retain(|object| !is_own(object));
        // A schema that was made for them alone is rev's too.
        let is_shared = self.objects.iter().any(|object| object.identity.schema.as_deref() == Some(&journal.schema));
        if journals && !is_shared && journal.schema != "public" {
            let schema =
                |object: &Object| object.identity.kind == Kind::Schema && *object.identity.name == *journal.schema;
            self.objects.retain(|object| !schema(object));
        }
        let known: BTreeMap<Place<'_>, Arc<Identity>> = self.objects.iter().filter_map(whole).collect();
        let wholes: Vec<_> = self.objects.iter().map(|object| whole_of(object, &known)).collect();
        for (mut object, whole) in self.objects.into_iter().zip(wholes) {
            object.needs.extend(whole);
            object.needs.sort_unstable();
            object.needs.dedup();
            object.needs.shrink_to_fit();
            catalog.insert(object);
        }
        catalog.unread = self.unread;
    }
}

/// A schema, if there is one, and a name.
type Place<'n> = (Option<&'n str>, &'n str);

/// Returns an object by its names, if others may be parts of it or in it.
fn whole(object: &Object) -> Option<(Place<'_>, Arc<Identity>)> {
    let identity = &object.identity;
    let has_parts = match identity.kind {
        Kind::Schema => return Some(((None, &identity.name), identity.clone())),
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::Composite | Kind::Domain => true,
        _ => false,
    };
    has_parts.then(|| ((identity.schema.as_deref(), &*identity.name), identity.clone()))
}

/// Returns what an object is a part of, or else the schema that it is in.
fn whole_of(object: &Object, known: &BTreeMap<Place<'_>, Arc<Identity>>) -> Option<Arc<Identity>> {
    let identity = &object.identity;
    match (&identity.schema, &identity.owner) {
        (schema, Some(owner)) => known.get(&(schema.as_deref(), &**owner)).cloned(),
        (Some(schema), None) => known.get(&(None, &**schema)).cloned(),
        (None, None) => None,
    }
}

/// Reads a row of a query.
fn object(reading: &Reading, row: Row) -> Option<(Address, Object)> {
    let address = (reading.class, number(&row, 1), number(&row, 2) as i32);
    let mut cells = row.into_iter();
    let kind = Kind::named(&cells.next()??)?;
    let mut cells = cells.skip(2);
    let schema = cells.next()?.map(Into::into);
    let owner = cells.next()?.map(Into::into);
    let name = cells.next()??.into();
    let mut object = Object::new(Identity { schema, owner, kind, name });
    object.position = cells.next()?.and_then(|position| position.parse().ok());
    if let Some(pieces) = cells.next()?
        && is_made_of(&object.identity.name, &elements(&pieces))
    {
        object.naming = Naming::Server;
    }
    for ((attribute, shape), cell) in reading.says.iter().zip(cells) {
        let Some(text) = cell else { continue };
        let value = match shape {
            Shape::Text if is_expression(kind, *attribute) => canonical(&text).into(),
            Shape::Text => text.into(),
            Shape::List => list(&text),
            Shape::Flag if text == "f" => continue,
            Shape::Flag if text == "t" => Value::Set,
            Shape::Flag => text.into(),
        };
        if value != Value::List(Box::default()) {
            object.set(*attribute, value);
        }
    }
    if object.text(Attribute::NotNullName) == Some(&*not_null_name(&object.identity)) {
        object.unset(Attribute::NotNullName);
    }
    Some((address, object))
}

/// Returns whether an attribute is an expression, or holds some, as the server prints them.
fn is_expression(kind: Kind, attribute: Attribute) -> bool {
    let holds_text = matches!(kind, Kind::Function | Kind::Procedure | Kind::Table);
    !holds_text && matches!(attribute, Attribute::Definition | Attribute::Default | Attribute::Expression)
}

fn list(text: &str) -> Value {
    Value::List(elements(text).into_iter().flatten().map(Into::into).collect())
}

fn address(row: &Row, at: usize) -> Address {
    (number(row, at), number(row, at + 1), number(row, at + 2) as i32)
}

fn number(row: &Row, index: usize) -> u32 {
    row.get(index).and_then(Option::as_deref).and_then(|text| text.parse().ok()).unwrap_or_default()
}
