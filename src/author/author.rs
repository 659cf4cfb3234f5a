//! New scripts: `revision` and `merge`. Everything is refused before a file is written.

use std::ffi::OsStr;
use std::fs;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::Zoned;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::author::dump::Dump;
use crate::config::FILE_NAME;
use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Splice;
use crate::graph::Target;
use crate::id::Heads;
use crate::id::Label;
use crate::id::RevisionId;
use crate::project::project::Project;
use crate::script::Draft;
use crate::script::Message;
use crate::script::Script;
use crate::script::ScriptDir;
use crate::script::Subfolders;
use crate::script::create;
use crate::script::next_number;
use crate::span::Source;

/// What a new revision shall be.
#[derive(Debug, Clone)]
pub struct NewRevision {
    /// What it is for; may be empty.
    pub message: String,
    /// Its id; a random one if nothing is given.
    pub id: Option<String>,
    /// What it grows from.
    pub parents: Parents,
    /// Whether it may grow from a revision that is no head.
    pub splice: Splice,
    /// What must be applied first.
    pub depends_on: Vec<Target>,
    /// The labels it declares.
    pub labels: Vec<String>,
    /// The folder to write it to; its parent's if nothing is given.
    pub folder: Option<PathBuf>,
    /// The name of its template; the configured one if nothing is given.
    pub template: Option<String>,
}

/// What a new revision grows from.
#[derive(Debug, Clone)]
pub enum Parents {
    /// Whatever the targets stand for; `base` stands for none.
    Of(Vec<Target>),
    /// At least two revisions, of which none grows from another.
    Merge(Vec<Target>),
}

/// A script that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewScript {
    /// The revision.
    pub revision: RevisionId,
    /// Its file.
    pub path: PathBuf,
}

/// The script of a new revision before it is written.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The script; what it says of its place is where it will be.
    pub script: Script,
    path: PathBuf,
    header: String,
}

impl Prepared {
    fn new(header: String, path: PathBuf, sections: &str) -> Result<Self, Error> {
        let text = format!("{header}\n\n{sections}");
        let script = Script::parse(Source::new(&*path, text)).map_err(|errors| joined(errors, &path))?;
        Ok(Self { script, path, header })
    }

    /// Returns the same revision with other sections.
    ///
    /// # Errors
    ///
    /// When they are not read as they were meant.
    pub fn with_sections(self, sections: &str) -> Result<Self, Error> {
        Self::new(self.header, self.path, sections)
    }

    /// Writes the file.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or is there.
    pub fn write(self) -> Result<NewScript, Error> {
        create(&self.path, &self.script.source.text)?;
        Ok(NewScript { revision: self.script.header.revision.value, path: self.path })
    }
}

fn joined(errors: Vec<Error>, path: &Path) -> Error {
    match Error::join(errors) {
        Err(error) => error,
        Ok(()) => ErrorKind::Unreadable { path: path.to_owned() }.into(),
    }
}

impl Project {
    /// Returns the targets whose meaning depends on the state of the database.
    pub fn needs_rows(new: &NewRevision) -> bool {
        let parents = match &new.parents {
            Parents::Of(targets) | Parents::Merge(targets) => targets,
        };
        parents.iter().chain(&new.depends_on).any(Target::needs_rows)
    }

    /// Writes the script of a new revision, at `now`; `rows` are asked only if [`Self::needs_rows`].
    pub fn create_revision(&self, new: &NewRevision, rows: &Heads, now: Timestamp) -> Result<NewScript, Error> {
        let draft = self.draft(new, rows, now)?;
        let template = self.template(new.template.as_deref())?;
        let text = draft.render(&template.name, &template.text)?;
        let path = self.path_of(new, &draft)?;
        create(&path, &text)?;
        Ok(NewScript { revision: draft.id, path })
    }

    /// Reads a file of SQL that another tool wrote; nothing when nobody says for which database it is.
    pub fn read_dump(&self, path: &Path, bytes: Vec<u8>, dialect: Option<Dialect>) -> Result<Option<Dump>, Error> {
        let database = &self.config.database;
        let own = ["history", "progress", "lock"].map(|name| format!("{}{name}", database.table_prefix));
        let own: Vec<String> = own.into_iter().chain([database.version_table.clone()]).collect();
        Dump::read(path, bytes, dialect, &own)
    }

    /// Writes the script of a new revision as [`Self::create_revision`] does, with the SQL of `dump` as its upgrade, for
    /// `only` this database if one is named.
    ///
    /// The template's header is taken, and its sections are not: an empty downgrade would say that nothing is to be done.
    pub fn create_revision_from(
        &self,
        new: &NewRevision,
        dump: &Dump,
        only: Option<Dialect>,
        rows: &Heads,
        now: Timestamp,
    ) -> Result<NewScript, Error> {
        let draft = self.draft(new, rows, now)?;
        let template = self.template(new.template.as_deref())?;
        let rendered = draft.render(&template.name, &template.text)?;
        let path = self.path_of(new, &draft)?;
        let text = with_sql(&rendered, dump, only);
        let script =
            Script::parse(Source::new(&*path, text.as_str())).map_err(|errors| unlike(dump, errors.first()))?;
        // Nothing else was read than what the file said; places are other ones by now, but there is no fault to show.
        script.statements(Direction::Upgrade, dump.dialect).map_err(|errors| unlike(dump, errors.first()))?;
        create(&path, &text)?;
        Ok(NewScript { revision: draft.id, path })
    }

    /// Makes the script of a new revision with these sections, and writes nothing yet.
    ///
    /// # Errors
    ///
    /// As [`Self::create_revision`], and when the sections are not read as they were meant.
    pub fn prepare_revision(
        &self,
        new: &NewRevision,
        sections: &str,
        rows: &Heads,
        now: Timestamp,
    ) -> Result<Prepared, Error> {
        let draft = self.draft(new, rows, now)?;
        let template = self.template(new.template.as_deref())?;
        let rendered = draft.render(&template.name, &template.text)?;
        let path = self.path_of(new, &draft)?;
        Prepared::new(header_of(&rendered), path, sections)
    }

    fn path_of(&self, new: &NewRevision, draft: &Draft) -> Result<PathBuf, Error> {
        let subfolders = if self.config.recursive { Subfolders::Allowed } else { Subfolders::Refused };
        let name = draft.file_name(&self.config.file_name, subfolders)?;
        Ok(self.folder(new.folder.as_deref(), draft, &name)?.join(name))
    }

    fn draft(&self, new: &NewRevision, rows: &Heads, now: Timestamp) -> Result<Draft, Error> {
        let graph = &self.graph;
        let down_revisions = match &new.parents {
            Parents::Of(targets) => graph.resolve_parents(targets, rows, new.splice)?,
            Parents::Merge(targets) => graph.resolve_merge(targets, rows, new.splice)?,
        };
        let id = match &new.id {
            Some(text) => RevisionId::parse(text)?,
            None => random_id(),
        };
        graph.check_new_id(&id)?;
        let labels = new.labels.iter().map(|text| Label::parse(text)).collect::<Result<Vec<_>, _>>()?;
        for (k, label) in labels.iter().enumerate() {
            graph.check_new_label(label)?;
            if label.as_str() == id.as_str() {
                return Err(ErrorKind::LabelIsId { label: label.clone() }.into());
            }
            if labels[..k].contains(label) {
                return Err(ErrorKind::DuplicateLabel { label: label.clone(), other: id }.into());
            }
        }
        let depends_on = new.depends_on.iter().map(|target| graph.resolve_dependency(target, rows));
        let paths = graph.revisions().iter().map(|revision| revision.path.as_path());
        Ok(Draft {
            id,
            message: Message::parse(&new.message)?,
            down_revisions,
            depends_on: depends_on.collect::<Result<_, _>>()?,
            branch_labels: labels,
            created: Zoned::new(now, self.time_zone()?),
            number: next_number(paths),
        })
    }

    /// Returns where the script goes: where it was told, where its parent lives, or the only folder there is.
    fn folder(&self, told: Option<&Path>, draft: &Draft, name: &Path) -> Result<PathBuf, Error> {
        let folders = &self.config.versions;
        if let Some(told) = told {
            return match self.reads(told) {
                true => Ok(told.to_owned()),
                false => Err(ErrorKind::NotAVersionFolder { path: told.to_owned() }.into()),
            };
        }
        let dir = ScriptDir { folders: folders.clone(), is_recursive: self.config.recursive };
        let parent = draft.down_revisions.first().and_then(|id| self.graph.get(id)).map(|parent| parent.path.as_path());
        let folder = parent.and_then(|parent| match name.components().count() {
            1 => parent.parent(),
            // A name with folders of its own counts from the configured folder.
            _ => dir.folder_of(parent),
        });
        match (folder, &folders[..]) {
            (Some(folder), _) => Ok(folder.to_owned()),
            (None, [only]) => Ok(only.clone()),
            (None, _) => Err(ErrorKind::WhichVersionFolder { folders: folders.clone() }.into()),
        }
    }

    /// Returns whether scripts in `told` would be found again; the same folder may be written in several ways, and a
    /// folder inside a recursive one may still have to be made.
    fn reads(&self, told: &Path) -> bool {
        let folders = &self.config.versions;
        // One that is not there yet has no other name.
        let is_named = folders.iter().any(|folder| folder == told);
        let Some(real) = real_path(told).filter(|_| !is_named) else { return is_named };
        let is_seen = |inside: &Path| {
            let is_hidden = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
            inside.as_os_str().is_empty() || (self.config.recursive && !inside.components().any(is_hidden))
        };
        let reals = folders.iter().filter_map(|folder| fs::canonicalize(folder).ok());
        reals.into_iter().any(|folder| real.strip_prefix(folder).is_ok_and(is_seen))
    }

    fn time_zone(&self) -> Result<TimeZone, Error> {
        let name = &self.config.timezone;
        if name == "UTC" {
            return Ok(TimeZone::UTC);
        }
        TimeZone::get(name).map_err(|cause| {
            let expected = format!("write the name of a time zone, such as Europe/Berlin, in {FILE_NAME}");
            let kind = ErrorKind::BadValue { key: "timezone".to_owned(), value: name.clone(), expected };
            Error::from(kind).because(cause)
        })
    }
}

/// Returns what stands above the sections of a new script.
fn header_of(rendered: &str) -> String {
    let header: String = rendered.split_inclusive('\n').take_while(|line| !line.starts_with("-- rev:")).collect();
    header.trim_end().to_owned()
}

/// Puts the SQL of a dump under the header of a new script.
fn with_sql(rendered: &str, dump: &Dump, only: Option<Dialect>) -> String {
    let only = only.map_or(String::new(), |dialect| format!(" dialect={dialect}"));
    let sql = dump.sql.trim_matches(['\n', '\r']).trim_end();
    format!(
        "{}\n\n-- rev: upgrade{only}\n\n{sql}\n\n-- rev: downgrade{only} irreversible\n\
         -- Take out the word `irreversible`, and write here what takes it back.\n",
        header_of(rendered)
    )
}

fn unlike(dump: &Dump, error: Option<&Error>) -> Error {
    let reason = error.map_or_else(|| "it is read otherwise in a script".to_owned(), Error::to_string);
    let instead = "put the SQL into a new script by hand".to_owned();
    ErrorKind::CannotAdopt { path: dump.path.clone(), reason, instead }.into()
}

/// Returns the real path of a folder that may not be there yet, if something above it is.
fn real_path(folder: &Path) -> Option<PathBuf> {
    let mut missing: Vec<&OsStr> = Vec::new();
    let mut at = folder;
    loop {
        if let Ok(real) = fs::canonicalize(if at.as_os_str().is_empty() { Path::new(".") } else { at }) {
            return Some(missing.iter().rev().fold(real, |path, name| path.join(name)));
        }
        missing.push(at.file_name()?); // none for `..`, which leads nowhere when it does not exist
        at = at.parent()?;
    }
}

/// Returns 12 hex digits of a random UUID: short enough to type, and far from meeting another.
fn random_id() -> RevisionId {
    let digits = Uuid::new_v4().simple().to_string();
    RevisionId::parse(&digits[..12]).expect("hex digits make a legal id")
}
