//! The definition of one named object, as each database tells it.

use crate::db::cancel::is_running;
use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::dialect::Family;
use crate::journal::Row;
use crate::sql::Change;
use crate::sql::ObjectChange;
use crate::sql::ObjectKind;
use crate::sql::TableName;
use crate::sql::holds_statements;

impl Database {
    /// Returns the schema or database in which a name without one is found, or would be made.
    pub async fn schema_of(&mut self, object: &ObjectChange) -> Result<String, Failure> {
        let query = match self.family() {
            Family::Sqlite => return Ok("main".to_owned()),
            Family::Mysql => "SELECT DATABASE()".to_owned(),
            // These are in none.
            Family::Postgres if matches!(object.kind, ObjectKind::Schema | ObjectKind::Database) => {
                return Ok(String::new());
            }
            // Another of that name may be in a schema that comes later.
            Family::Postgres if object.change == Change::Appears && object.table.is_none() => {
                return self.current_schema().await;
            }
            Family::Postgres if object.kind == ObjectKind::Type => {
                return self.schema_holding("pg_type", "typnamespace", "to_regtype", &object.name).await;
            }
            Family::Postgres => {
                let appears_on = object.table.as_ref().filter(|_| object.change == Change::Appears);
                let name = appears_on.unwrap_or(&object.name);
                return self.schema_holding("pg_class", "relnamespace", "to_regclass", name).await;
            }
        };
        Ok(self.cell(&query).await?.unwrap_or_default())
    }

    async fn current_schema(&mut self) -> Result<String, Failure> {
        let answers = self.select_after(&["SELECT pg_catalog.current_schema()"], &[]).await?;
        Ok(first_cell(answers).unwrap_or_default())
    }

    /// Returns the schema of what the session finds by a name, or else the one in which it would make it.
    async fn schema_holding(&mut self, table: &str, column: &str, find: &str, name: &str) -> Result<String, Failure> {
        // Found as the script would find it, and then told with the server's own names.
        let found = format!(
            "SELECT pg_catalog.set_config('rev.found', coalesce(CAST(CAST(pg_catalog.{find}({}) AS pg_catalog.oid) \
             AS pg_catalog.text), ''), true), \
             pg_catalog.set_config('rev.schema', CAST(pg_catalog.current_schema() AS pg_catalog.text), true)",
            literal(&quoted(name))
        );
        let query = format!(
            "SELECT coalesce((SELECT n.nspname::text FROM pg_catalog.{table} c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.{column} \
             WHERE c.oid::text = current_setting('rev.found', true)), nullif(current_setting('rev.schema', true), ''))"
        );
        let mut answers = self.select_after(&[&found], &[&query]).await?;
        Ok(answers.pop().and_then(|rows| first_cell(vec![rows])).unwrap_or_default())
    }

    /// Returns the definition of an object, which is nothing when it is not there.
    pub async fn definition(&mut self, object: &ObjectChange) -> Result<Option<String>, Failure> {
        match self.family() {
            Family::Sqlite => self.cell(&sqlite(object)).await,
            Family::Postgres => self.cell(&postgres(object)).await,
            Family::Mysql => self.mysql_definition(object).await,
        }
    }

    /// Returns what detaches to the end those partitions of a table of PostgreSQL whose detaching was begun.
    pub async fn detaching(&mut self, table: &ObjectChange) -> Result<Vec<String>, Failure> {
        let schema = table.schema.as_deref().unwrap_or_default();
        let name = format!("{}.{}", quoted(schema), quoted(&table.name));
        let query = format!(
            "SELECT format('ALTER TABLE %s DETACH PARTITION %I.%I FINALIZE', {}, n.nspname, c.relname) \
             FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE h.inhparent = to_regclass({}) AND to_jsonb(h) ->> 'inhdetachpending' = 'true'",
            literal(&name),
            literal(&name)
        );
        let answers = self.select(&[&query]).await?;
        Ok(answers.into_iter().flatten().flatten().flatten().collect())
    }

    /// Returns which of these tables of MariaDB or MySQL have no transactions, each as `database.table (engine)`.
    pub async fn without_transactions(&mut self, tables: &[TableName]) -> Result<Vec<(TableName, String)>, Failure> {
        if tables.is_empty() || self.family() != Family::Mysql {
            return Ok(Vec::new());
        }
        let queries: Vec<String> = tables.iter().enumerate().map(|(index, table)| engine(index, table)).collect();
        let answers = self.select(&[&queries.join(" UNION ALL ")]).await?;
        let found = answers.iter().flatten().filter_map(|row| match row.as_slice() {
            [Some(index), Some(told)] => Some((tables.get(index.parse::<usize>().ok()?)?.clone(), told.clone())),
            _ => None,
        });
        Ok(found.collect())
    }

    /// Returns whether the connection with that number is at work on the server, with a statement that begins so.
    ///
    /// On PostgreSQL the number does not matter: behind a pooler, the statement may run in another process, and that one
    /// may work for somebody else by now, or hold the lock for this very run.
    pub async fn is_at_work(&mut self, connection: &str, beginning: &str) -> Result<bool, Failure> {
        let Ok(number) = connection.parse::<u64>() else { return Ok(false) };
        // The server may show the rest in another encoding than it was sent in.
        let ascii = beginning.split(|char: char| !char.is_ascii()).next().unwrap_or_default();
        let query = match self.family() {
            Family::Sqlite => return Ok(false),
            // Any statement would begin with nothing.
            Family::Postgres if ascii.is_empty() => format!(
                "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid = {number} AND pid <> pg_backend_pid() AND {}",
                is_running("")
            ),
            Family::Postgres => format!(
                "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid <> pg_backend_pid() AND {}",
                is_running(ascii)
            ),
            Family::Mysql => return self.mysql_is_at_work(number, ascii).await,
        };
        Ok(self.cell(&query).await?.is_some())
    }

    /// MySQL cannot read its own `information_schema.processlist` while anybody runs a statement with a character that
    /// utf8mb3 lacks (error 3854, also for the other columns); what SHOW tells is whole. Of a `CALL` or a block it shows
    /// the statement inside, so whatever the connection does in this database counts for one.
    async fn mysql_is_at_work(&mut self, number: u64, beginning: &str) -> Result<bool, Failure> {
        let answers = self.select(&["SELECT CONNECTION_ID(), DATABASE()", "SHOW FULL PROCESSLIST"]).await?;
        let [own, processes] = answers.as_slice() else { return Ok(false) };
        let Some([own, here]) = own.first().map(Vec::as_slice) else { return Ok(false) };
        let number = Some(number.to_string());
        if *own == number {
            return Ok(false);
        }
        let shows_inside = holds_statements(beginning);
        Ok(processes.iter().any(|row| {
            let [id, _, _, database, command, _, _, info, ..] = row.as_slice() else { return false };
            let is_named = info.as_deref().is_some_and(|info| info.starts_with(beginning));
            // Between two statements of a routine there is none to show.
            let is_inside = shows_inside && database == here && matches!(command.as_deref(), Some("Query" | "Execute"));
            *id == number && command.as_deref() != Some("Sleep") && (is_named || is_inside)
        }))
    }

    async fn mysql_definition(&mut self, object: &ObjectChange) -> Result<Option<String>, Failure> {
        let schema = object.schema.as_deref().unwrap_or_default();
        let name = format!("{}.{}", backquoted(schema), backquoted(&object.name));
        // Which column of the answer is the definition, and what is said when there is none.
        let (sql, column) = match object.kind {
            ObjectKind::Table | ObjectKind::Index | ObjectKind::View | ObjectKind::Sequence => {
                (format!("SHOW CREATE TABLE {name}"), 1)
            }
            ObjectKind::Trigger => (format!("SHOW CREATE TRIGGER {name}"), 2),
            ObjectKind::Function => (format!("SHOW CREATE FUNCTION {name}"), 2),
            ObjectKind::Procedure => (format!("SHOW CREATE PROCEDURE {name}"), 2),
            ObjectKind::Schema | ObjectKind::Type | ObjectKind::Database => {
                (format!("SHOW CREATE DATABASE {}", backquoted(&object.name)), 1)
            }
        };
        match self.select(&[&sql]).await {
            Ok(answers) => {
                let row = answers.into_iter().flatten().next();
                Ok(row.and_then(|row| row.into_iter().nth(column).flatten()).map(|text| without_counter(&text)))
            }
            // No such table, database, trigger, routine, unknown sequence.
            Err(failure) if matches!(failure.code.as_deref(), Some("1146" | "1049" | "1360" | "1305" | "4091")) => {
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    pub(super) async fn cell(&mut self, query: &str) -> Result<Option<String>, Failure> {
        Ok(first_cell(self.select(&[query]).await?))
    }
}

fn first_cell(answers: Vec<Vec<Row>>) -> Option<String> {
    answers.into_iter().flatten().flatten().next().flatten()
}

/// Asks for one table, since MariaDB looks at every table of the server where a condition names several.
fn engine(index: usize, table: &TableName) -> String {
    // In hexadecimal digits it means the same under every setting of the session.
    let text = |text: &str| {
        let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("_utf8mb4 X'{digits}'")
    };
    let schema = table.schema.as_deref().map_or("DATABASE()".to_owned(), text);
    format!(
        "SELECT CAST({index} AS CHAR), CONCAT(t.TABLE_SCHEMA, '.', t.TABLE_NAME, ' (', t.ENGINE, ')') \
         FROM information_schema.TABLES t JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE \
         WHERE t.TABLE_SCHEMA = {schema} AND t.TABLE_NAME = {} AND e.TRANSACTIONS = 'NO'",
        text(&table.name)
    )
}

fn sqlite(object: &ObjectChange) -> String {
    let schema = object.schema.as_deref().unwrap_or("main");
    format!(
        "SELECT sql FROM {}.sqlite_schema WHERE name = {} COLLATE NOCASE",
        quoted(schema),
        format_args!("'{}'", object.name.replace('\'', "''"))
    )
}

/// PostgreSQL has no definition of a table, so all is told that a statement can change of one.
fn postgres(object: &ObjectChange) -> String {
    let schema = object.schema.as_deref().unwrap_or_default();
    if matches!(object.kind, ObjectKind::Function | ObjectKind::Procedure) {
        return format!(
            "SELECT string_agg(pg_catalog.pg_get_functiondef(p.oid), E'\\n' ORDER BY p.oid) FROM pg_catalog.pg_proc p \
             JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
             WHERE p.prokind IN ('f', 'p') AND p.proname = {} AND n.nspname = {}",
            literal(&object.name),
            literal(schema)
        );
    }
    let own = literal(&object.name);
    match object.kind {
        ObjectKind::Schema => {
            return format!(
                "SELECT concat_ws(' ', nspname::text, pg_catalog.pg_get_userbyid(nspowner)::text, nspacl::text) \
                 FROM pg_catalog.pg_namespace WHERE nspname = {own}"
            );
        }
        ObjectKind::Database => {
            return format!(
                "SELECT concat_ws(' ', datname::text, oid::text, datconnlimit::text) \
                 FROM pg_catalog.pg_database WHERE datname = {own}"
            );
        }
        _ => {}
    }
    let name = literal(&format!("{}.{}", quoted(schema), quoted(&object.name)));
    if object.kind == ObjectKind::Type {
        return type_definition(&name);
    }
    format!(
        "SELECT concat_ws(E'\\n', 'kind ' || c.relkind::text, \
         CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END, \
         CASE WHEN c.relkind IN ('i', 'I') THEN pg_catalog.pg_get_indexdef(c.oid) END, \
         CASE WHEN c.relkind = 'i' AND NOT (SELECT i.indisvalid FROM pg_catalog.pg_index i WHERE i.indexrelid = c.oid) \
         THEN '{INVALID}' END, c.relpersistence::text, array_to_string(c.reloptions, ' '), \
         pg_catalog.pg_get_userbyid(c.relowner)::text, c.reltablespace::text, c.relrowsecurity::text, \
         c.relforcerowsecurity::text, c.relreplident::text, \
         CASE WHEN c.relkind NOT IN ('i', 'I') THEN (SELECT string_agg(concat_ws(' ', a.attname::text, \
         pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull::text, a.attidentity::text, \
         a.attgenerated::text, a.attcollation::text, a.attstorage::text, a.attstattarget::text, \
         array_to_string(a.attoptions, ' '), pg_catalog.pg_get_expr(d.adbin, d.adrelid)), E'\\n' ORDER BY a.attnum) \
         FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d \
         ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) END, \
         (SELECT string_agg(concat_ws(' ', k.conname::text, pg_catalog.pg_get_constraintdef(k.oid), \
         k.convalidated::text), E'\\n' ORDER BY k.conname) FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid), \
         (SELECT string_agg(concat_ws(' ', t.tgname::text, t.tgenabled::text), E'\\n' ORDER BY t.tgname) \
         FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal), \
         (SELECT string_agg(h.inhparent::text, ' ' ORDER BY h.inhseqno) FROM pg_catalog.pg_inherits h \
         WHERE h.inhrelid = c.oid), \
         (SELECT string_agg(h.inhrelid::text || CASE WHEN to_jsonb(h) ->> 'inhdetachpending' = 'true' \
         THEN ' {DETACHING}' ELSE '' END, ' ' ORDER BY h.inhrelid) FROM pg_catalog.pg_inherits h \
         WHERE h.inhparent = c.oid)) \
         FROM pg_catalog.pg_class c WHERE c.oid = to_regclass({name})"
    )
}

/// The line of a definition that says that an index was not built to its end.
pub const INVALID: &str = "(invalid)";

/// What a table says of a partition whose detaching was begun.
pub const DETACHING: &str = "(detach pending)";

/// Types have no definition either: these are the labels, the columns and the limits of those that can be made or changed.
fn type_definition(name: &str) -> String {
    format!(
        "SELECT concat_ws(E'\\n', 'type ' || t.typtype::text, pg_catalog.format_type(t.typbasetype, t.typtypmod), \
         t.typnotnull::text, t.typdefault, pg_catalog.pg_get_userbyid(t.typowner)::text, \
         (SELECT string_agg(e.enumlabel::text, E'\\n' ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e \
         WHERE e.enumtypid = t.oid), \
         (SELECT string_agg(concat_ws(' ', a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), \
         a.attcollation::text), E'\\n' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a \
         WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), \
         (SELECT string_agg(concat_ws(' ', k.conname::text, pg_catalog.pg_get_constraintdef(k.oid), \
         k.convalidated::text), E'\\n' ORDER BY k.conname) FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid)) \
         FROM pg_catalog.pg_type t WHERE t.oid = to_regtype({name})"
    )
}

/// The counter of a table of MySQL moves with every row, so it says nothing about the schema.
fn without_counter(definition: &str) -> String {
    const COUNTER: &str = " AUTO_INCREMENT=";
    // It stands among the table's options, behind all columns; a comment may only follow.
    let Some(options) = definition.rfind("\n) ENGINE=") else { return definition.to_owned() };
    let Some(at) = definition[options..].find(COUNTER).map(|at| options + at) else { return definition.to_owned() };
    let rest = definition[at + COUNTER.len()..].trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{}{rest}", &definition[..at])
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn backquoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The query for this user as GRANT wants it on MariaDB and MySQL; a name may hold an `@`, and a host none.
pub(super) const GRANTEE: &str = "SELECT CONCAT(QUOTE(LEFT(u, CHAR_LENGTH(u) - CHAR_LENGTH(SUBSTRING_INDEX(u, '@', -1)) - 1)), \
     '@', QUOTE(SUBSTRING_INDEX(u, '@', -1))) FROM (SELECT CURRENT_USER() AS u) AS it";

/// A literal of PostgreSQL that means the same under every setting.
pub(super) fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_others_add_do_not_change_a_definition() {
        let before = "CREATE TABLE `t` (\n  `n` int COMMENT ' AUTO_INCREMENT=1'\n) ENGINE=InnoDB AUTO_INCREMENT=12 X";
        assert_eq!(
            without_counter(before),
            "CREATE TABLE `t` (\n  `n` int COMMENT ' AUTO_INCREMENT=1'\n) ENGINE=InnoDB X"
        );
        assert_eq!(without_counter("CREATE VIEW `v`"), "CREATE VIEW `v`");
    }
}
