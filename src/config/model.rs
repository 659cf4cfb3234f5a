//! `[model]`: what the schema should be, and where the schema as it is is written down.

use std::path::PathBuf;

use crate::config::hook::Hook;
use crate::config::setting::Setting;
use crate::error::Error;
use crate::error::ErrorKind;

/// The tables in a model that are for one product, named as in `dialect=` of a script.
pub(super) const SECTIONS: [&str; 4] = ["sqlite", "postgres", "mysql", "mariadb"];

/// The model of databases of one product.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// What makes it.
    pub source: Option<ModelSource>,
    /// The file that the schema is written to when it changed.
    pub dump: Option<PathBuf>,
    /// Which objects are compared with anything, if not all.
    pub include: Option<Patterns>,
    /// Which are not.
    pub exclude: Option<Patterns>,
}

/// Kinds and globs of objects as they were written; who compares knows the kinds.
#[derive(Clone)]
pub struct Patterns {
    setting: Setting,
    /// The patterns.
    pub texts: Vec<String>,
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
    pub(super) include: Option<Patterns>,
    pub(super) exclude: Option<Patterns>,
}

impl Patterns {
    /// Takes them from a list of strings.
    pub(super) fn read(setting: &Setting) -> Result<Self, Error> {
        setting.texts().map(|texts| Self { setting: setting.clone(), texts })
    }

    /// Makes an error that points at them.
    pub fn place(&self, kind: ErrorKind) -> Error {
        self.setting.place(kind)
    }
}

impl std::fmt::Debug for Patterns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.texts.fmt(f)
    }
}
