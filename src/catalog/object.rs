//! One object of a catalog.

use std::sync::Arc;

use crate::catalog::attribute::Attribute;
use crate::catalog::attribute::Value;
use crate::catalog::identity::Identity;
use crate::catalog::level::Level;

/// One object: what it is called, and all there is to say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What tells it from others.
    pub identity: Arc<Identity>,
    /// Who chose its name.
    pub naming: Naming,
    /// Where it stands among its like, from 1: columns.
    pub position: Option<u32>,
    /// Sorted by attribute, each once; a list, since most objects have a few.
    attributes: Vec<(Attribute, Value)>,
    /// What must be there before it, as the server's own dependencies say; sorted.
    pub needs: Vec<Arc<Identity>>,
}

/// Who chose the name of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Naming {
    /// A person.
    Chosen,
    /// The server, or it is just the name that the server would have chosen; it makes no difference at
    /// [`Level::Logical`].
    Server,
}

impl Object {
    /// Makes an object that nothing is said of yet.
    pub fn new(identity: Identity) -> Self {
        Self {
            identity: Arc::new(identity),
            naming: Naming::Chosen,
            position: None,
            attributes: Vec::new(),
            needs: Vec::new(),
        }
    }

    /// Returns it with one attribute more.
    pub fn with(mut self, attribute: Attribute, value: impl Into<Value>) -> Self {
        self.set(attribute, value.into());
        self
    }

    /// Says one thing of it; what was said before of the same attribute is replaced.
    pub fn set(&mut self, attribute: Attribute, value: Value) {
        match self.attributes.binary_search_by_key(&attribute, |(known, _)| *known) {
            Ok(index) => self.attributes[index].1 = value,
            Err(index) => self.attributes.insert(index, (attribute, value)),
        }
    }

    /// Takes back what was said of an attribute.
    pub fn unset(&mut self, attribute: Attribute) {
        self.attributes.retain(|(known, _)| *known != attribute);
    }

    /// Returns what is said of an attribute.
    pub fn get(&self, attribute: Attribute) -> Option<&Value> {
        let index = self.attributes.binary_search_by_key(&attribute, |(known, _)| *known).ok()?;
        Some(&self.attributes[index].1)
    }

    /// Returns the text of an attribute.
    pub fn text(&self, attribute: Attribute) -> Option<&str> {
        self.get(attribute).and_then(Value::text)
    }

    /// Returns the pieces of an attribute; none when nothing is said of it.
    pub fn pieces(&self, attribute: Attribute) -> &[Box<str>] {
        self.get(attribute).map(Value::pieces).unwrap_or_default()
    }

    /// Returns whether anything is said of an attribute.
    pub fn has(&self, attribute: Attribute) -> bool {
        self.get(attribute).is_some()
    }

    /// Iterates over all that is said and that counts at `level`, sorted.
    pub fn attributes(&self, level: Level) -> impl Iterator<Item = (Attribute, &Value)> {
        let kind = self.identity.kind;
        let counting = self.attributes.iter().filter(move |(attribute, _)| attribute.counts_at(kind, level));
        counting.map(|(attribute, value)| (*attribute, value))
    }

    /// Returns the position if it counts at `level`.
    pub fn position_at(&self, level: Level) -> Option<u32> {
        self.position.filter(|_| level == Level::Exact)
    }
}
