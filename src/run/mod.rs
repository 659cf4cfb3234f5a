//! A program on a database: the open session, the lock, sending, the copies and shields around it, and what it tells.
//!
//! Comes in: programs, and the connections of `db`. Nothing here knows a folder of scripts or what the user asked for.

mod changes;
pub(crate) mod clock;
pub(crate) mod event;
pub(crate) mod exclusive;
pub(crate) mod explain;
pub(crate) mod group;
pub(crate) mod grouping;
pub(crate) mod held;
pub(crate) mod intent;
pub(crate) mod interrupt;
mod journal_answer;
pub(crate) mod kept_tables;
pub(crate) mod look;
pub(crate) mod manners;
mod new_file;
pub(crate) mod next_part;
pub(crate) mod past;
pub(crate) mod patience;
pub(crate) mod pooler;
pub(crate) mod restore_point;
pub(crate) mod retry;
#[allow(clippy::module_inception)] // a file is named after what it holds
pub(crate) mod run;
pub mod scratch;
pub(crate) mod send;
pub(crate) mod session;
pub(crate) mod shield;
pub(crate) mod single;
mod stamp;
pub(crate) mod standing;
pub(crate) mod storable;
pub(crate) mod told_to;
pub(crate) mod watch;

pub use clock::Actor;
pub use event::CreatedJournal;
pub use event::Event;
pub use event::Observer;
pub use event::Report;
pub use event::RunFailure;
pub use event::Silent;
pub use event::StepReport;
pub use event::Stopped;
pub use intent::Answer;
pub use interrupt::Interrupt;
pub use look::Reading;
pub use manners::Manners;
pub use next_part::NextPart;
pub use restore_point::RestorePoint;
pub use restore_point::Restored;
pub use run::run;
pub use session::Session;
