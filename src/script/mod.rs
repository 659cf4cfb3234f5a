//! Scripts as files: their header and sections, what runs where, finding them, and making new ones.
//!
//! Comes in: files, and the configuration of their place. Nothing here connects.

mod checksum;
mod compile;
mod conflict;
mod dir;
mod disguise;
#[cfg(feature = "engine")]
mod draft;
mod embedded;
mod frame;
mod header;
mod line;
mod marker;
mod message;
mod nothing;
mod outline;
#[cfg(feature = "engine")]
mod reparent;
mod revisions;
#[allow(clippy::module_inception)] // the file is named after its noun
mod script;
mod section;
mod slip;
#[cfg(feature = "engine")]
mod stored;
#[cfg(feature = "engine")]
mod template;
mod text;
mod timeouts;
mod warning;
#[cfg(feature = "engine")]
mod write;

pub use checksum::statements_hash;
pub use compile::CompiledSection;
#[cfg(feature = "engine")]
pub(crate) use compile::compile_body;
#[cfg(feature = "engine")]
pub(crate) use compile::compile_file;
pub use dir::Listing;
pub use dir::ScriptDir;
pub use dir::is_misnamed;
pub use dir::next_number;
#[cfg(feature = "engine")]
pub use draft::Draft;
#[cfg(feature = "engine")]
pub use draft::Subfolders;
pub use embedded::Embedded;
pub use header::Header;
pub use header::Spanned;
#[cfg(feature = "engine")]
pub(crate) use line::is_directive;
pub use message::Message;
pub use nothing::Nothing;
pub use outline::Outline;
#[cfg(feature = "engine")]
pub use reparent::Reparented;
#[cfg(feature = "engine")]
pub use reparent::reparent;
pub use script::Script;
pub use script::SectionState;
pub use section::Section;
pub use section::TransactionMode;
#[cfg(feature = "engine")]
pub use template::DEFAULT_TEMPLATE;
#[cfg(feature = "engine")]
pub use template::TEMPLATES;
#[cfg(feature = "engine")]
pub use template::Template;
#[cfg(feature = "engine")]
pub(crate) use text::decode;
pub use timeouts::Timeouts;
pub use warning::Warning;
#[cfg(feature = "engine")]
pub use write::create;
#[cfg(feature = "engine")]
pub use write::replace;
