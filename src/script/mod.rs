//! Scripts as files: their header and sections, what runs where, finding them, and making new ones.

mod checksum;
mod compile;
mod dir;
mod draft;
mod header;
mod line;
mod message;
mod outline;
mod reparent;
#[allow(clippy::module_inception)] // the file is named after its noun
mod script;
mod section;
mod template;
mod timeouts;
mod write;

pub use checksum::statements_hash;
pub use compile::CompiledSection;
pub use compile::Warning;
pub use dir::Listing;
pub use dir::ScriptDir;
pub use dir::next_number;
pub use draft::Draft;
pub use draft::Subfolders;
pub use header::Header;
pub use header::Spanned;
pub use message::Message;
pub use outline::Outline;
pub use reparent::Reparented;
pub use reparent::reparent;
pub use script::Script;
pub use script::SectionState;
pub use section::Section;
pub use section::TransactionMode;
pub use template::DEFAULT_TEMPLATE;
pub use template::TEMPLATES;
pub use template::Template;
pub use timeouts::Timeouts;
pub use write::create;
pub use write::replace;
