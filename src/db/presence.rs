//! Whether something is there that a statement makes on a condition.

use crate::db::database::Database;
use crate::db::definition::literal;
use crate::db::definition::quoted;
use crate::db::failure::Failure;
use crate::dialect::Family;
use crate::sql::Change;
use crate::sql::Detail;
use crate::sql::DetailKind;
use crate::sql::ObjectChange;
use crate::sql::ObjectKind;

impl Database {
    /// Returns whether an object, or a column or key of it, is there, and the schema in which it was looked for.
    ///
    /// Where a name may mean several things, any of them counts: what was there must never be taken for new.
    pub async fn presence(
        &mut self,
        object: &ObjectChange,
        detail: Option<&Detail>,
    ) -> Result<(bool, Option<String>), Failure> {
        // The table of a column is there already, wherever it is found.
        let change = if detail.is_some() { Change::Differs } else { object.change };
        let mut object = ObjectChange { change, ..object.clone() };
        if object.schema.is_none() {
            object.schema = Some(self.schema_of(&object).await?);
        }
        let query = match (detail, self.family()) {
            (Some(detail), _) => Some(detail_query(&object, detail, self.family())),
            // Its schema is that of its table.
            (None, Family::Postgres) if object.kind == ObjectKind::Index => Some(format!(
                "SELECT 1 FROM pg_catalog.pg_class WHERE relkind IN ('i', 'I') AND relname = {}",
                literal(&object.name)
            )),
            // It is one of its table's.
            (None, Family::Postgres) if object.kind == ObjectKind::Trigger => Some(format!(
                "SELECT 1 FROM pg_catalog.pg_trigger WHERE NOT tgisinternal AND tgname = {}",
                literal(&object.name)
            )),
            _ => None,
        };
        let is_there = match query {
            Some(query) => self.cell(&query).await?.is_some(),
            None => self.definition(&object).await?.is_some(),
        };
        Ok((is_there, object.schema.filter(|schema| !schema.is_empty())))
    }
}

fn detail_query(table: &ObjectChange, detail: &Detail, family: Family) -> String {
    let schema = table.schema.as_deref().unwrap_or_default();
    match family {
        Family::Sqlite => format!(
            "SELECT 1 FROM pragma_table_info('{}', '{}') WHERE name = '{}' COLLATE NOCASE",
            table.name.replace('\'', "''"),
            schema.replace('\'', "''"),
            detail.name.replace('\'', "''")
        ),
        Family::Postgres => {
            let name = literal(&format!("{}.{}", quoted(schema), quoted(&table.name)));
            let own = literal(&detail.name);
            match detail.kind {
                DetailKind::Column => format!(
                    "SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass({name}) AND attname = {own} \
                     AND NOT attisdropped"
                ),
                DetailKind::Key => format!(
                    "SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass({name}) AND conname = {own}"
                ),
            }
        }
        Family::Mysql => {
            let (schema, name, own) = (hex(schema), hex(&table.name), hex(&detail.name));
            match detail.kind {
                DetailKind::Column => format!(
                    "SELECT 1 FROM information_schema.COLUMNS \
                     WHERE TABLE_SCHEMA = {schema} AND TABLE_NAME = {name} AND COLUMN_NAME = {own} LIMIT 1"
                ),
                DetailKind::Key => format!(
                    "SELECT 1 FROM information_schema.STATISTICS \
                     WHERE TABLE_SCHEMA = {schema} AND TABLE_NAME = {name} AND INDEX_NAME = {own} UNION ALL \
                     SELECT 1 FROM information_schema.TABLE_CONSTRAINTS \
                     WHERE TABLE_SCHEMA = {schema} AND TABLE_NAME = {name} AND CONSTRAINT_NAME = {own} LIMIT 1"
                ),
            }
        }
    }
}

/// A text of MySQL that means the same under every setting of the session.
fn hex(text: &str) -> String {
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("_utf8mb4 X'{digits}'")
}
