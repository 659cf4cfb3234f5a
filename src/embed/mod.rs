//! Scripts as a part of a program: checked when it is built, and needed as files no more.
//!
//! See [`write()`] for the build script, and [`embedded!`](crate::embedded) for the program.
//!
//! Comes in: scripts and their graph. Nothing here connects.

mod write;

pub use write::write;
