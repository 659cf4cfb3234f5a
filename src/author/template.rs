//! Which template a new script is made from: the configured one, one of its neighbours, or one that is built in.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::nearest::nearest;
use crate::project::project::Project;
use crate::regular_file;
use crate::script::DEFAULT_TEMPLATE;
use crate::script::TEMPLATES;
use crate::script::Template;

/// The folder of named templates where the configuration names no template.
const FOLDER: &str = "templates";

/// A template with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TemplateText {
    /// What messages call it.
    pub(crate) name: String,
    /// Its text, in Tera.
    pub(crate) text: String,
}

impl Project {
    /// Returns the template that is called `name`: a file `NAME.sql` beside the configured one, or else one that is
    /// built in. Without a name it is the configured one.
    pub(crate) fn template(&self, name: Option<&str>) -> Result<TemplateText, Error> {
        let Some(name) = name else {
            return match &self.config.template {
                Some(path) => read(path),
                None => Ok(built_in(DEFAULT_TEMPLATE)),
            };
        };
        let files = self.template_files();
        if let Some(path) = files.get(name) {
            return read(path);
        }
        if let Some(template) = Template::named(name) {
            return Ok(built_in(template));
        }
        let mut known: Vec<String> = files.into_keys().chain(TEMPLATES.iter().map(|it| it.name.to_owned())).collect();
        known.sort();
        known.dedup();
        Err(unknown_template(name, known))
    }

    /// Returns the files of the folder by the names that `--template` calls them; only these can be named, so that a
    /// name never leads out of the folder.
    fn template_files(&self) -> BTreeMap<String, PathBuf> {
        let folder = match self.config.template.as_deref().and_then(Path::parent) {
            Some(folder) => folder.to_owned(),
            None => self.config.root.join(FOLDER),
        };
        let folder = if folder.as_os_str().is_empty() { Path::new(".").to_owned() } else { folder };
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|it| it == "sql"));
        let named = paths.filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path)));
        named.filter(|(name, path)| !name.starts_with('.') && path.is_file()).collect()
    }
}

/// Finds a template that is built in, for a project that has no folder yet.
pub(crate) fn built_in_named(name: &str) -> Result<&'static Template, Error> {
    let known = || TEMPLATES.iter().map(|template| template.name.to_owned()).collect();
    Template::named(name).ok_or_else(|| unknown_template(name, known()))
}

fn unknown_template(name: &str, known: Vec<String>) -> Error {
    let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
    ErrorKind::UnknownTemplate { name: name.to_owned(), known, nearest }.into()
}

fn built_in(template: &Template) -> TemplateText {
    TemplateText { name: format!("`{}`", template.name), text: template.text.to_owned() }
}

fn read(path: &Path) -> Result<TemplateText, Error> {
    match regular_file::read_to_string(path) {
        Ok(text) => Ok(TemplateText { name: path.display().to_string(), text }),
        Err(cause) => Err(Error::from(ErrorKind::Unreadable { path: path.to_owned() }).because(cause)),
    }
}
