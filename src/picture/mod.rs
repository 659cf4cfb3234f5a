//! The graph as a picture: one arrangement, and the forms in which it is written to a file or shown in a browser.
//!
//! All of it is pure. Whatever scripts and databases say is escaped by the form, each in the way of its language.
//!
//! Comes in: a graph, and what is known of its revisions. No files, no clock.

mod arrange;
mod dot;
mod entry;
mod form;
mod mermaid;
mod page;
#[allow(clippy::module_inception)] // the file is named after its noun
mod picture;
mod svg;

pub use arrange::Link;
pub use arrange::LinkKind;
pub use entry::Entry;
pub use entry::Failure;
pub use entry::Standing;
pub use entry::StepTaken;
pub use form::Form;
pub use form::MOST_LISTED;
pub use page::LivePage;
pub use page::live_page;
pub use picture::Counts;
pub use picture::Picture;
pub use picture::Position;

#[cfg(test)]
mod fixture;
