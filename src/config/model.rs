//! `[model]`: what the schema should be, and where the schema as it is is written down.

use std::path::PathBuf;

use crate::config::hook::Hook;

/// The tables in a model that are for one product, named as in `dialect=` of a script.
pub(super) const SECTIONS: [&str; 4] = ["sqlite", "postgres", "mysql", "mariadb"];

/// The model of databases of one product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Model {
    /// What makes it.
    pub source: Option<ModelSource>,
    /// The file that the schema is written to when it changed.
    pub dump: Option<PathBuf>,
}

/// What makes the schema as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelSource {
    /// Files of SQL, and folders that hold them.
    Files(Vec<PathBuf>),
    /// A command that prints SQL.
    Command(Hook),
}

/// What a table says, before it is known which of its keys counts.
#[derive(Debug, Default)]
pub(super) struct ModelSettings {
    pub(super) sql: Option<Vec<String>>,
    pub(super) command: Option<Hook>,
    pub(super) dump: Option<String>,
}
