//! What objects of SQLite need: SQLite keeps no list, so it is what their texts name.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::dialect::Family;
use crate::sql::significant;
use crate::sql::sqlite_name_of;

/// Says of foreign keys, views and triggers what they need, too.
pub(super) fn settle(catalog: &mut Catalog) {
    let relations: BTreeMap<String, Arc<Identity>> = catalog
        .objects()
        .filter(|object| matches!(object.identity.kind, Kind::Table | Kind::View))
        .map(|object| (object.identity.name.to_lowercase(), object.identity.clone()))
        .collect();
    let found: Vec<(Identity, Vec<Arc<Identity>>)> = catalog
        .objects()
        .filter(|object| matches!(object.identity.kind, Kind::ForeignKey | Kind::View | Kind::Trigger))
        .map(|object| {
            let mut needs: BTreeSet<_> = object.needs.iter().cloned().collect();
            needs.extend(named(object).iter().filter_map(|name| relations.get(name)).cloned());
            needs.remove(&object.identity);
            ((*object.identity).clone(), needs.into_iter().collect())
        })
        .collect();
    for (identity, needs) in found {
        if let Some(object) = catalog.get_mut(&identity) {
            object.needs = needs;
        }
    }
}

/// Returns every name that an object speaks of, in lower case.
fn named(object: &Object) -> BTreeSet<String> {
    if object.identity.kind == Kind::ForeignKey {
        return object.pieces(Attribute::References).iter().take(1).map(|table| table.to_lowercase()).collect();
    }
    let source = object.text(Attribute::Source).unwrap_or_default();
    significant(source, 0..source.len(), Family::Sqlite).map(|word| sqlite_name_of(word).to_lowercase()).collect()
}
