//! What the keys before the first table say: where scripts are, and what new ones look like.

use std::path::PathBuf;

/// The folder that makes a project without a configuration file one.
pub(super) const DEFAULT_VERSIONS: &str = "versions";

/// The settings of a project; its paths start from the file's folder.
#[derive(Debug)]
pub(super) struct ProjectConfig {
    /// The script folders, at least one.
    pub(super) versions: Vec<PathBuf>,
    /// Whether the folders inside them are script folders too.
    pub(super) recursive: bool,
    /// The template of new scripts; nothing means the one that is built in.
    pub(super) template: Option<PathBuf>,
    /// The template of new scripts' names, without `.sql`.
    pub(super) file_name: String,
    /// The time zone of dates in new scripts and their names.
    pub(super) timezone: String,
}

impl Default for ProjectConfig {
    fn default() -> Self {
        Self {
            versions: vec![DEFAULT_VERSIONS.into()],
            recursive: false,
            template: None,
            file_name: "{{ date }}_{{ id }}_{{ slug }}".to_owned(),
            timezone: "UTC".to_owned(),
        }
    }
}
