//! `[scratch]`: where databases are made that are used for a moment and removed.

use crate::config::hook::Hook;
use crate::config::setting::Setting;
use crate::config::source::UrlSource;

/// The variable that names the server before the file does.
pub(super) const SCRATCH_VARIABLE: &str = "REV_SCRATCH_URL";

/// The server on which scratch databases are made; SQLite needs none.
#[derive(Debug, Clone)]
pub enum ScratchServer {
    /// The one that the target is on; refused for a protected one.
    OfTarget,
    /// The one of a URL, whose database itself is not used.
    Url(Box<UrlSource>),
    /// The one of the URL that a command prints, which is ended afterwards.
    Command(Hook),
    /// One that is started from the installed programs, and removed afterwards.
    Local,
}

/// What the table says, before it is known which of its keys counts.
#[derive(Default)]
pub(super) struct ScratchSettings {
    pub(super) url: Option<Setting>,
    pub(super) command: Option<Hook>,
    pub(super) local: bool,
}
