//! A new file of SQLite gets the shape that the first revision asks for, before rev's own tables are made in it.

use crate::dialect::Family;
use crate::error::Error;
use crate::program::new_file::shaping;
use crate::program::program::Program;
use crate::run::session::Session;

impl Session {
    /// Runs the pragmas at the program's beginning that do something only while a file is empty. They run again in
    /// their place, where they change nothing any more.
    pub(crate) async fn shape_new_file(&mut self, program: &Program) -> Result<(), Error> {
        if self.db.family() != Family::Sqlite || !self.is_fresh() {
            return Ok(());
        }
        let pragmas = shaping(program);
        let Some(first) = pragmas.first() else { return Ok(()) };
        let pages = self.select_one("PRAGMA main.page_count").await?;
        if pages.first().and_then(|row| row.first()).cloned().flatten().as_deref() != Some("0") {
            return Ok(());
        }
        // The encoding can only be set before a connection has looked at the schema.
        self.reconnect().await?;
        let statements: Vec<&str> = pragmas.iter().map(|statement| statement.sql()).collect();
        self.execute_own(&statements).await.map_err(|error| error.at(first.span.clone()))
    }
}
