//! The names of the journal's tables and the statements that make them.

use sea_query::Alias;
use sea_query::ColumnDef;
use sea_query::Expr;
use sea_query::ExprTrait;
use sea_query::Index;
use sea_query::MysqlQueryBuilder;
use sea_query::PostgresQueryBuilder;
use sea_query::Query;
use sea_query::SqliteQueryBuilder;
use sea_query::Table;
use sea_query::TableCreateStatement;
use sea_query::TableRef;

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::id::MAX_NAME_BYTES;
use crate::journal::columns::lease_columns;

/// The format of the tables that this rev writes; a newer one in a database is refused.
pub const FORMAT: i64 = 1;

/// The column of the history for the database's user.
pub(super) const DATABASE_USER: &str = "database_user";

/// Where rev's tables are in one database, and the text of every statement on them.
///
/// Names are always written with their schema or database, which is looked up once, at connect: a script that
/// changes `search_path` or the current database cannot redirect the journal. Only text for a shell may leave them out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// Decides quoting and types.
    pub dialect: Dialect,
    /// The schema (PostgreSQL), the database (MySQL), or `main` (SQLite); empty when only the shell that a script is
    /// fed to will know it.
    pub schema: String,
    /// The table of heads; `alembic_version` on a database that Alembic made.
    pub version: String,
    /// The table of all steps ever.
    pub history: String,
    /// The table of revisions between their parts.
    pub progress: String,
    /// The table of the format, the epoch and the note of who holds the lock.
    pub lock: String,
    /// Whether the history has room for the database's user; tables of an older rev lack that column.
    pub keeps_database_user: bool,
}

impl Journal {
    /// Names the tables: `version_table` as it is, the others with `prefix`.
    pub fn new(dialect: Dialect, schema: &str, version_table: &str, prefix: &str) -> Self {
        Self {
            dialect,
            schema: schema.to_owned(),
            version: version_table.to_owned(),
            history: format!("{prefix}history"),
            progress: format!("{prefix}progress"),
            lock: format!("{prefix}lock"),
            keeps_database_user: true,
        }
    }

    /// Returns the names of all four tables, without schema.
    pub fn tables(&self) -> [&str; 4] {
        [&self.version, &self.history, &self.progress, &self.lock]
    }

    /// Returns the statements that make what is missing; they do nothing where all is there.
    pub fn create(&self) -> Vec<String> {
        let mut statements: Vec<String> =
            [self.version_table(), self.history_table(), self.progress_table(), self.lock_table()]
                .into_iter()
                .map(|mut table| match self.dialect.family() {
                    Family::Sqlite => table.to_string(SqliteQueryBuilder),
                    Family::Postgres => table.to_string(PostgresQueryBuilder),
                    Family::Mysql => {
                        table.engine("InnoDB").character_set("utf8mb4").collate("utf8mb4_bin");
                        table.to_string(MysqlQueryBuilder)
                    }
                })
                .collect();
        statements.push(self.first_lock_row());
        statements
    }

    /// Returns the statement that makes the schema of the tables, where another runner has not made it just now.
    pub fn create_schema(&self) -> String {
        format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", self.schema.replace('"', "\"\""))
    }

    /// Returns a table of the journal with its schema, where that is known.
    pub(super) fn table(&self, name: &str) -> TableRef {
        match self.schema.as_str() {
            "" => Alias::new(name).into(),
            schema => (Alias::new(schema), Alias::new(name)).into(),
        }
    }

    fn version_table(&self) -> TableCreateStatement {
        let mut table = self.new_table(&self.version);
        table.col(self.name_column("version_num").not_null().primary_key());
        table
    }

    fn history_table(&self) -> TableCreateStatement {
        let mut table = self.new_table(&self.history);
        table
            .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
            .col(self.name_column("revision").not_null())
            .col(ColumnDef::new("direction").string_len(16).not_null())
            .col(ColumnDef::new("outcome").string_len(16).not_null())
            .col(ColumnDef::new("checksum").string_len(64))
            .col(self.long_text("message"))
            .col(self.long_text("down_revisions"))
            .col(self.long_text("depends_on"))
            .col(self.long_text("branch_labels"))
            .col(ColumnDef::new("started").string_len(32).not_null())
            .col(ColumnDef::new("duration_ms").big_integer())
            .col(ColumnDef::new("user").string_len(255))
            .col(ColumnDef::new("host").string_len(255))
            .col(ColumnDef::new("rev_version").string_len(32).not_null())
            .col(self.long_text("downgrade"))
            .col(self.long_text("error"))
            .col(self.long_text(DATABASE_USER));
        table
    }

    fn progress_table(&self) -> TableCreateStatement {
        let mut table = self.new_table(&self.progress);
        table
            .col(self.name_column("revision").not_null())
            .col(ColumnDef::new("part").integer().not_null())
            .col(ColumnDef::new("direction").string_len(16).not_null())
            .col(ColumnDef::new("state").string_len(16).not_null())
            .col(ColumnDef::new("hash").string_len(64).not_null())
            .col(self.long_text("definition"))
            .col(ColumnDef::new("started").string_len(32).not_null())
            .primary_key(Index::create().col("revision").col("part"));
        table
    }

    fn lock_table(&self) -> TableCreateStatement {
        let mut table = self.new_table(&self.lock);
        table
            .col(ColumnDef::new("id").integer().not_null().primary_key())
            .col(ColumnDef::new("format").integer().not_null())
            .col(ColumnDef::new("epoch").big_integer().not_null())
            .col(ColumnDef::new("host").string_len(255))
            .col(ColumnDef::new("pid").big_integer())
            .col(ColumnDef::new("user").string_len(255))
            .col(ColumnDef::new("since").string_len(32));
        for column in lease_columns() {
            table.col(column);
        }
        table
    }

    /// The one row of the lock table; two runners that both make it leave one.
    fn first_lock_row(&self) -> String {
        let table = self.table(&self.lock);
        let exists = Query::select().expr(Expr::val(1)).from(table.clone()).and_where(self.is("id", 1)).take();
        let row = Query::select()
            .expr(Expr::val(1))
            .expr(Expr::val(FORMAT))
            .expr(Expr::val(0))
            .and_where(Expr::exists(exists).not())
            .take();
        let insert = Query::insert()
            .into_table(table)
            .columns(["id", "format", "epoch"])
            .select_from(row)
            .expect("as many values as columns")
            .take();
        self.render(&insert)
    }

    fn new_table(&self, name: &str) -> TableCreateStatement {
        Table::create().table(self.table(name)).if_not_exists().take()
    }

    /// A column of ids; they compare byte by byte on every server.
    fn name_column(&self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        column.string_len(MAX_NAME_BYTES as u32);
        if self.dialect.family() == Family::Postgres {
            column.extra("COLLATE \"pg_catalog\".\"C\"");
        }
        column
    }

    /// Text without a limit worth the name; MySQL's plain `text` ends at 64 KiB.
    fn long_text(&self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        match self.dialect.family() {
            Family::Mysql => column.custom("longtext"),
            Family::Postgres => column.custom("pg_catalog.text"),
            Family::Sqlite => column.text(),
        };
        column
    }

    /// Renders a query for this dialect, values written into the text.
    pub(super) fn render(&self, statement: &impl sea_query::QueryStatementWriter) -> String {
        match self.dialect.family() {
            Family::Sqlite => statement.to_string(SqliteQueryBuilder),
            Family::Postgres => statement.to_string(PostgresQueryBuilder),
            Family::Mysql => statement.to_string(MysqlQueryBuilder),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(dialect: Dialect) -> Journal {
        Journal::new(dialect, "app", "rev_version", "rev_")
    }

    #[test]
    fn every_table_is_made_with_its_schema_and_only_when_missing() {
        for dialect in Dialect::ALL {
            let journal = journal(dialect);
            let statements = journal.create();
            assert_eq!(statements.len(), 5);
            for (statement, table) in statements.iter().zip(journal.tables()) {
                assert!(statement.starts_with("CREATE TABLE IF NOT EXISTS "), "{statement}");
                let plain = statement.replace(['"', '`'], "");
                assert!(plain.contains(&format!("app.{table}")), "{statement}");
            }
        }
    }

    #[test]
    fn ids_compare_byte_by_byte() {
        assert!(journal(Dialect::Postgres).create()[0].contains("COLLATE \"pg_catalog\".\"C\""));
        assert!(journal(Dialect::Mariadb).create()[0].contains("COLLATE=utf8mb4_bin"));
    }

    #[test]
    fn the_lock_row_is_inserted_once() {
        assert_eq!(
            journal(Dialect::Sqlite).create()[4],
            "INSERT INTO \"app\".\"rev_lock\" (\"id\", \"format\", \"epoch\") SELECT 1, 1, 0 WHERE NOT EXISTS(SELECT 1 FROM \"app\".\"rev_lock\" WHERE \"id\" = 1)"
        );
    }
}
