//! The column that a sequence belongs to.

use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;

/// Returns the column that a sequence belongs to.
pub fn owner_column(catalog: &Catalog, sequence: &Object) -> Option<Arc<Identity>> {
    let path = sequence.text(Attribute::OwnedBy)?;
    let names = unquoted(path);
    let [schema, table, column] = names.as_slice() else { return None };
    let table = Identity::new(Kind::Table, Some(schema), table);
    catalog.get(&table.part(Kind::Column, column)).map(|column| column.identity.clone())
}

/// Returns the names of a path such as `public."A b".c`.
fn unquoted(path: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut is_inside = false;
    let mut characters = path.chars().peekable();
    while let Some(character) = characters.next() {
        let last = names.len() - 1;
        match character {
            '"' if is_inside && characters.peek() == Some(&'"') => {
                characters.next();
                names[last].push('"');
            }
            '"' => is_inside = !is_inside,
            '.' if !is_inside => names.push(String::new()),
            _ => names[last].push(character),
        }
    }
    names
}
