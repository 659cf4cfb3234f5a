//! What of a schema could not be read.

use crate::catalog::Catalog;
use crate::catalog::Unread;
use crate::cli::context::Context;

/// Names what could not be read.
pub(in crate::cli) fn warn_of(catalog: &Catalog, cx: &mut Context) {
    for Unread { kind, name, reason } in &catalog.unread {
        cx.terminal.warn(&format!("{kind} {name} could not be read: {reason}"));
    }
}
