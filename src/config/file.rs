//! `migrations.toml` as text: its tables and keys with their places, and everything in it that is wrong.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::database::DatabaseConfig;
use crate::config::hook::Hook;
use crate::config::key::CHECK_KEYS;
use crate::config::key::DATABASE_KEYS;
use crate::config::key::HOOKS_KEYS;
use crate::config::key::Key;
use crate::config::key::MODEL_KEYS;
use crate::config::key::POST_WRITE_KEYS;
use crate::config::key::PROJECT_KEYS;
use crate::config::key::SCRATCH_KEYS;
use crate::config::key::TABLES;
use crate::config::key::URL_KEYS;
use crate::config::mask::mask_config;
use crate::config::model::ModelSettings;
use crate::config::model::SECTIONS;
use crate::config::project::ProjectConfig;
use crate::config::scratch::ScratchSettings;
use crate::config::setting::Data;
use crate::config::setting::Setting;
use crate::config::source::UrlSource;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::nearest::nearest;
use crate::regular_file;
use crate::span::Source;
use crate::span::Span;

/// The settings of one table, by key.
pub(super) type Table = BTreeMap<String, Setting>;

/// The settings of a model: under nothing those for every database, and under a product's name those for it.
pub(super) type ModelTables = BTreeMap<&'static str, Table>;

/// A configuration file in which every key is known and every value that names no variable is valid.
#[derive(Default)]
pub(super) struct ConfigFile {
    /// The keys before the first table.
    pub(super) project: Table,
    /// The `[[hooks.post_write]]` tables.
    pub(super) post_write: Vec<Hook>,
    /// What `[check]` allows.
    pub(super) allowed: Vec<String>,
    /// The `[scratch]` table.
    pub(super) scratch: Table,
    /// The `[model]` table.
    pub(super) model: ModelTables,
    /// The `[env.NAME.model]` tables.
    pub(super) models: BTreeMap<String, ModelTables>,
    /// The `[database]` table.
    pub(super) database: Table,
    /// The `[env.NAME]` tables, and where they begin.
    pub(super) environments: BTreeMap<String, (Span, Table)>,
}

impl ConfigFile {
    /// Reads the file at `path`.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let bytes = match regular_file::read(path) {
            Ok(bytes) => bytes,
            Err(cause) => return Err(Error::from(ErrorKind::Unreadable { path: path.into() }).because(cause)),
        };
        let Ok(text) = String::from_utf8(bytes) else { return Err(ErrorKind::NotUtf8 { path: path.into() }.into()) };
        if is_ini(path, &text) {
            let name =
                path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into());
            let message = format!("`{name}` is an INI file, and rev reads migrations.toml");
            return Err(ErrorKind::Usage { message, hint: Some("`rev init` creates one".to_owned()) }.into());
        }
        Self::parse(path, &text)
    }

    /// Reads `text`, reporting everything that is wrong at once.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // Errors show the line they are about; masking keeps every offset.
        let mut reader = Reader { source: Source::new(path, mask_config(text)), problems: Vec::new() };
        let (root, syntax) = DeTable::parse_recoverable(text);
        // What follows the first mistake is often no more than its echo.
        for error in syntax.into_iter().take(1) {
            let kind = ErrorKind::BadConfig { message: error.message().trim().replace('\n', ", ") };
            reader.report(kind, error.span().unwrap_or_default());
        }
        Error::join(std::mem::take(&mut reader.problems))?;
        let file = reader.file(root.get_ref());
        Error::join(reader.problems)?;
        Ok(file)
    }
}

struct Reader {
    source: Arc<Source>,
    problems: Vec<Error>,
}

impl Reader {
    fn file(&mut self, root: &DeTable<'_>) -> ConfigFile {
        let mut file = ConfigFile::default();
        let known = names(PROJECT_KEYS).chain(TABLES).collect::<Vec<_>>();
        file.project = self.table("", root, &known);
        self.check(&file.project, PROJECT_KEYS, &mut ProjectConfig::default());
        if let Some(hooks) = self.sub_table(root, "hooks") {
            self.hooks(hooks, &mut file.post_write);
        }
        if let Some(check) = self.sub_table(root, "check") {
            let settings = self.table("check", check, &names(CHECK_KEYS).collect::<Vec<_>>());
            self.check(&settings, CHECK_KEYS, &mut file.allowed);
        }
        if let Some(scratch) = self.sub_table(root, "scratch") {
            file.scratch = self.table("scratch", scratch, &names(SCRATCH_KEYS).collect::<Vec<_>>());
            self.check(&file.scratch, SCRATCH_KEYS, &mut ScratchSettings::default());
            let mut given = names(SCRATCH_KEYS).filter_map(|name| file.scratch.get(name));
            if let (Some(first), Some(second)) = (given.next(), given.next()) {
                let message = format!("`{}` and `{}` both say which server it is; keep one", first.key, second.key);
                self.problems.push(second.place(ErrorKind::BadConfig { message }));
            }
        }
        if let Some(model) = self.sub_table(root, "model") {
            file.model = self.model("model", model);
        }
        if let Some(database) = self.sub_table(root, "database") {
            file.database = self.database("database", database, &[]);
        }
        for (name, value) in self.sub_table(root, "env").into_iter().flatten() {
            let name = (name.get_ref().to_string(), name.span());
            let title = format!("env.{}", name.0);
            if let Some(table) = self.as_table(&title, value) {
                if let Some(model) = self.sub_table_of(&format!("{title}.model"), table, "model") {
                    let model = self.model(&format!("{title}.model"), model);
                    file.models.insert(name.0.clone(), model);
                }
                let table = self.database(&title, table, &["model"]);
                file.environments.insert(name.0, (self.source.span(name.1), table));
            }
        }
        file
    }

    fn hooks(&mut self, table: &DeTable<'_>, post_write: &mut Vec<Hook>) {
        self.table("hooks", table, &HOOKS_KEYS);
        let Some((_, value)) = table.iter().find(|(key, _)| key.get_ref() == "post_write") else { return };
        let DeValue::Array(items) = value.get_ref() else {
            return self.refuse("post_write", value, "write a table `[[hooks.post_write]]` for each command");
        };
        for item in items.iter() {
            let Some(table) = self.as_table("hooks.post_write", item) else { continue };
            let known = names(POST_WRITE_KEYS).collect::<Vec<_>>();
            let settings = self.table("hooks.post_write", table, &known);
            if settings.is_empty() {
                self.report(ErrorKind::BadConfig { message: "the hook has no `command`".to_owned() }, item.span());
            }
            self.check(&settings, POST_WRITE_KEYS, post_write);
        }
    }

    /// Reads the settings of a model, and of those in it that are for one product.
    fn model(&mut self, title: &str, table: &DeTable<'_>) -> ModelTables {
        let mut tables = ModelTables::new();
        for (section, title) in
            [("", title.to_owned())].into_iter().chain(SECTIONS.map(|section| (section, format!("{title}.{section}"))))
        {
            let (table, sections) = match section {
                "" => (Some(table), &SECTIONS[..]),
                _ => (self.sub_table_of(&title, table, section), &[][..]),
            };
            let Some(table) = table else { continue };
            let known = names(MODEL_KEYS).chain(sections.iter().copied()).collect::<Vec<_>>();
            let settings = self.table(&title, table, &known);
            self.check(&settings, MODEL_KEYS, &mut ModelSettings::default());
            if let (Some(first), Some(second)) = (settings.get("sql"), settings.get("command")) {
                let message = format!("`{}` and `{}` both say what the model is; keep one", first.key, second.key);
                self.problems.push(second.place(ErrorKind::BadConfig { message }));
            }
            tables.insert(section, settings);
        }
        tables
    }

    fn database(&mut self, title: &str, table: &DeTable<'_>, tables: &[&'static str]) -> Table {
        let known = names(URL_KEYS).chain(names(DATABASE_KEYS)).chain(tables.iter().copied()).collect::<Vec<_>>();
        let settings = self.table(title, table, &known);
        self.check(&settings, URL_KEYS, &mut ());
        self.check(&settings, DATABASE_KEYS, &mut DatabaseConfig::new(UrlSource::nothing()));
        let mut urls = names(URL_KEYS).filter_map(|name| settings.get(name));
        if let (Some(first), Some(second)) = (urls.next(), urls.next()) {
            let message = format!("`{}` and `{}` both say which database it is; keep one", first.key, second.key);
            self.problems.push(second.place(ErrorKind::BadConfig { message }));
        }
        settings
    }

    /// Returns the settings of `table`, reporting those that no key is known for.
    fn table(&mut self, title: &str, table: &DeTable<'_>, known: &[&'static str]) -> Table {
        let mut settings = Table::new();
        for (key, value) in table {
            let name = key.get_ref().to_string();
            if known.contains(&name.as_str()) {
                let span = Some(self.source.span(value.span()));
                let setting =
                    Setting { key: name.clone(), data: data(value.get_ref(), LIST_LEVELS), span, written: None };
                settings.insert(name, setting);
            } else {
                let nearest = suggestion(title, &name, known);
                self.report(ErrorKind::UnknownKey { key: name, table: title.to_owned(), nearest }, key.span());
            }
        }
        settings
    }

    /// Checks the values that can be checked without the environment.
    fn check<T>(&mut self, settings: &Table, keys: &[Key<T>], scratch: &mut T) {
        for key in keys {
            let Some(setting) = settings.get(key.name).filter(|setting| !setting.has_variables()) else { continue };
            self.problems.extend((key.set)(scratch, setting).err());
        }
    }

    fn sub_table<'a, 'i>(&mut self, root: &'a DeTable<'i>, name: &str) -> Option<&'a DeTable<'i>> {
        self.sub_table_of(name, root, name)
    }

    fn sub_table_of<'a, 'i>(&mut self, title: &str, table: &'a DeTable<'i>, name: &str) -> Option<&'a DeTable<'i>> {
        let (_, value) = table.iter().find(|(key, _)| key.get_ref() == name)?;
        self.as_table(title, value)
    }

    fn as_table<'a, 'i>(&mut self, title: &str, value: &'a Spanned<DeValue<'i>>) -> Option<&'a DeTable<'i>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        self.refuse(title, value, "write a table");
        None
    }

    fn refuse(&mut self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let span = Some(self.source.span(value.span()));
        let data = match data(value.get_ref(), LIST_LEVELS) {
            // What stands in the place of a table can be anything, a password too.
            Data::Text(_) => Data::Word("…".to_owned()),
            data => data,
        };
        let setting = Setting { key: key.to_owned(), data, span, written: None };
        self.problems.push(setting.refuse(expected));
    }

    fn report(&mut self, kind: ErrorKind, range: Range<usize>) {
        self.problems.push(Error::from(kind).at(self.source.span(range)));
    }
}

/// A list of commands is a list of lists; no key takes more levels.
const LIST_LEVELS: usize = 2;

fn data(value: &DeValue<'_>, levels: usize) -> Data {
    match value {
        DeValue::String(text) => Data::Text(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Data::Other, Data::Integer)
        }
        DeValue::Boolean(value) => Data::Boolean(*value),
        DeValue::Array(items) if levels > 0 => {
            Data::List(items.iter().map(|item| data(item.get_ref(), levels - 1)).collect())
        }
        DeValue::Table(_) => Data::Table,
        DeValue::Array(_) | DeValue::Float(_) | DeValue::Datetime(_) => Data::Other,
    }
}

fn names<T>(keys: &'static [Key<T>]) -> impl Iterator<Item = &'static str> {
    keys.iter().map(|key| key.name)
}

/// Returns what `name` may have been meant to be: a key of `[database]` is often written above it.
fn suggestion(title: &str, name: &str, known: &[&'static str]) -> Option<String> {
    if title.is_empty() && names(URL_KEYS).chain(names(DATABASE_KEYS)).any(|key| key == name) {
        return Some(format!("database.{name}"));
    }
    // What is shown stands between backquotes, which this closes and opens again.
    if !title.is_empty() && !known.contains(&name) && names(PROJECT_KEYS).any(|key| key == name) {
        return Some(format!("{name}` before the first table, not below `[{title}]"));
    }
    nearest(name, known.iter().copied()).map(str::to_owned)
}

/// Returns whether the file is another tool's, which would be an error on every line: Alembic's, or Python's.
fn is_ini(path: &Path, text: &str) -> bool {
    let named = path.extension().is_some_and(|extension| extension == "ini");
    let is_table = |line: &str| matches!(line.trim(), "[alembic]" | "[loggers]" | "[tool:alembic]");
    named || text.lines().any(is_table)
}
