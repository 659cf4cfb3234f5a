//! A script without its text: what the graph needs of each of 100,000.

use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::script::header::Header;
use crate::script::script::Script;
use crate::script::script::read_source;
use crate::script::section::Section;
use crate::span::Source;
use crate::span::Span;

/// A script that was read and found valid, and whose text was dropped again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The file.
    pub path: PathBuf,
    /// Who it is in the graph.
    pub header: Header,
    /// Where its sections are.
    pub sections: Vec<Section>,
}

impl Outline {
    /// Reads the file at `path` once and keeps all but the text.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let Script { header, sections, .. } = Script::read(path)?;
        Ok(Self { path: path.to_owned(), header, sections })
    }

    /// Keeps all of a script that was read but its text.
    pub fn of(script: &Script) -> Self {
        let Script { source, header, sections } = script;
        Self { path: source.path.clone(), header: header.clone(), sections: sections.clone() }
    }

    /// Reads the whole script, for a plan; refuses one that has changed its header or sections since.
    pub fn script(&self) -> Result<Script, Error> {
        let script = Script::read(&self.path)?;
        if script.header != self.header || script.sections != self.sections {
            let kind = ErrorKind::Unreadable { path: self.path.clone() };
            return Err(Error::from(kind).because("it changed while rev was running"));
        }
        Ok(script)
    }

    /// Returns the place of the revision id.
    pub fn revision_span(&self) -> Span {
        self.span(Some(&self.header.revision.range))
    }

    /// Returns the place of the down revision `k`, from 0.
    pub fn down_revision_span(&self, k: usize) -> Span {
        self.span(self.header.down_revisions.get(k).map(|name| &name.range))
    }

    /// Returns the place of the dependency `k`, from 0.
    pub fn depends_on_span(&self, k: usize) -> Span {
        self.span(self.header.depends_on.get(k).map(|name| &name.range))
    }

    /// Returns the place of the label `k`, from 0.
    pub fn branch_label_span(&self, k: usize) -> Span {
        self.span(self.header.branch_labels.get(k).map(|name| &name.range))
    }

    /// Reads the file again to show a place in it; only done when there is a problem to show.
    fn span(&self, range: Option<&Range<usize>>) -> Span {
        let source: Arc<Source> = read_source(&self.path).unwrap_or_else(|_| Source::new(&self.path, ""));
        source.span(range.cloned().unwrap_or(0..0))
    }
}
