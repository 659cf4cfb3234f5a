//! The page with the graph in a real browser: what is shown, searched, reached by keys, and what cannot break out of it.
#![allow(clippy::unwrap_used)] // a browser that does not answer as it must is a failure of the test

#[path = "../support/mod.rs"]
mod support;

mod browser;
mod place;

mod contrast;
mod hostile;
mod keys;
mod live;
mod many;
mod shown;
