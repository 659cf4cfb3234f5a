//! What a server says besides its answer: `RAISE NOTICE`, warnings.

use std::sync::Arc;
use std::sync::Mutex;

use futures_util::future::BoxFuture;
use tracing::Dispatch;
use tracing::Event;
use tracing::Level;
use tracing::Metadata;
use tracing::Subscriber;
use tracing::field::Field;
use tracing::field::Visit;
use tracing::instrument::WithSubscriber;
use tracing::span;

/// Whether the server is asked afterwards what it has to say of a statement (MySQL and MariaDB).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// It is asked for its warnings.
    Warnings,
    /// It is not: the next statement asks what only the one before it can be asked.
    Nothing,
}

impl Asks {
    /// Returns what is asked behind a statement: that would take away what the next one of its part asks.
    pub fn behind(is_last: bool) -> Self {
        if is_last { Self::Warnings } else { Self::Nothing }
    }
}

/// Something the server wants people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `notice`, `warning`, … in lower case.
    pub severity: String,
    /// The text, as the server gave it.
    pub message: String,
}

/// The tracing target under which sqlx-postgres reports notices; there is no other way to get at them.
const TARGET: &str = "sqlx::postgres::notice";

/// What was heard and not yet taken.
#[derive(Debug, Clone, Default)]
pub(super) struct Notices(Arc<Mutex<Vec<Notice>>>);

impl Notices {
    /// Returns what was heard since the last call.
    pub(super) fn take(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.0.lock().expect("no holder of this lock panics"))
    }

    /// Runs `work` and hears the notices that PostgreSQL sends meanwhile.
    ///
    /// The subscriber lives only inside this future; events that are not notices go to the one that was there before.
    pub(super) async fn during<T>(&self, work: BoxFuture<'_, T>) -> T {
        let before = tracing::dispatcher::get_default(Clone::clone);
        work.with_subscriber(Listener { heard: self.clone(), before }).await
    }
}

struct Listener {
    heard: Notices,
    before: Dispatch,
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET || self.before.enabled(metadata)
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        self.before.new_span(attributes)
    }

    fn record(&self, span: &span::Id, values: &span::Record<'_>) {
        self.before.record(span, values);
    }

    fn record_follows_from(&self, span: &span::Id, follows: &span::Id) {
        self.before.record_follows_from(span, follows);
    }

    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() != TARGET {
            return self.before.event(event);
        }
        let mut message = Message(String::new());
        event.record(&mut message);
        // sqlx maps the severities NOTICE to INFO and INFO to TRACE.
        let severity = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warning",
            Level::INFO => "notice",
            Level::DEBUG => "debug",
            Level::TRACE => "info",
        };
        let notice = Notice { severity: severity.to_owned(), message: message.0 };
        self.heard.0.lock().expect("no holder of this lock panics").push(notice);
    }

    fn enter(&self, span: &span::Id) {
        self.before.enter(span);
    }

    fn exit(&self, span: &span::Id) {
        self.before.exit(span);
    }
}

struct Message(String);

impl Visit for Message {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}
