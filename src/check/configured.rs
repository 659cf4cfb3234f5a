//! The database that is configured, and the dialects as which a script is looked at.

use std::collections::BTreeSet;

use crate::config::Config;
use crate::config::UrlOrigin;
use crate::dialect::Dialect;
use crate::script::Script;

/// The database that the configuration names, as far as it can be known without asking it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Configured {
    pub(crate) dialect: Dialect,
    pub(crate) origin: UrlOrigin,
}

/// Returns the database that the configuration names, if it can be told.
pub(crate) fn configured(config: &Config) -> Option<Configured> {
    let resolved = config.database.url.resolve().ok()?;
    Some(Configured { dialect: resolved.url.dialect(), origin: resolved.origin })
}

/// Returns the dialects as which a script is looked at.
pub(crate) fn dialects(script: &Script, configured: Option<Configured>) -> BTreeSet<Dialect> {
    let mut dialects = script.named_dialects();
    // A database that nobody named counts only where the script has something for it.
    let counts = |configured: &Configured| {
        let has_section = || script.sections.iter().any(|section| section.runs_on(configured.dialect));
        configured.origin != UrlOrigin::Default || has_section()
    };
    dialects.extend(configured.filter(counts).map(|configured| configured.dialect));
    if dialects.is_empty() {
        dialects.insert(Dialect::Sqlite);
    }
    dialects
}
