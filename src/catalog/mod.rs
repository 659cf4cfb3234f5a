//! What a schema is, as a value: every object that a user can define in a database, with its attributes.
//!
//! Comes in: what the readers of `db` found. Nothing here knows SQL, a connection or a script; two catalogs are compared as
//! values, so that spelling never makes a difference: both were said by the same server.

mod attribute;
#[allow(clippy::module_inception)] // the file is named after its noun
mod catalog;
mod fingerprint;
mod generated_name;
mod identity;
mod kind;
mod level;
mod object;

pub use attribute::Attribute;
pub use attribute::Value;
pub use catalog::Catalog;
pub use catalog::Unread;
pub use fingerprint::Fingerprint;
pub use generated_name::is_made_of;
pub use generated_name::not_null_name;
pub use identity::Identity;
pub use kind::Kind;
pub use level::Level;
pub use object::Naming;
pub use object::Object;
