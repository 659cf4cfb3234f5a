//! Scripts that are part of a program.

/// The scripts that were compiled into a program: `rev::embedded!()` makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Embedded {
    /// Each script's path, as messages name it, and its text; in the order of the files.
    pub scripts: &'static [(&'static str, &'static str)],
}

impl Embedded {
    /// Takes paths and texts.
    pub const fn new(scripts: &'static [(&'static str, &'static str)]) -> Self {
        Self { scripts }
    }
}
