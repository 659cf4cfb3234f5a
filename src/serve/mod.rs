//! A small HTTP server that only watches: health, metrics, the state as JSON, and a page with the graph.
//!
//! It answers GET and HEAD, asks the database at most once a second whatever comes in, and changes nothing.
//!
//! Comes in: projects, and what `watch` sees. Nothing here changes a database.

mod answer;
mod cached;
mod document;
mod hosts;
mod metrics;
mod server;
mod site;
mod watched;

pub use hosts::Hosts;
pub use server::Server;
pub use site::Site;
