//! Where a sender tells what happens.

use crate::db::Notice;
use crate::run::event::Event;
use crate::run::event::Observer;

/// Where to tell what happens.
pub(crate) enum ToldTo<'a> {
    /// At once.
    Now(&'a mut dyn Observer),
    /// Later, when it is known that the step stays.
    Later(Vec<Notice>),
    /// Not at all.
    Nobody,
}

impl ToldTo<'_> {
    /// Tells what only matters while it lasts.
    pub(crate) fn now(&mut self, event: Event<'_>) {
        if let Self::Now(observer) = self {
            observer.event(event);
        }
    }
}
