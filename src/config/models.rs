//! Which model holds for which product: the environment's, the file's, and what is for one product.

use std::collections::BTreeMap;
use std::fs;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use crate::config::environment::Environment;
use crate::config::file::ConfigFile;
use crate::config::file::ModelTables;
use crate::config::key::MODEL_KEYS;
use crate::config::model::Model;
use crate::config::model::ModelSettings;
use crate::config::model::ModelSource;
use crate::config::model::SECTIONS;
use crate::config::setting::Setting;
use crate::config::trust::Trust;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::error::ErrorKind;

/// Returns the model for each product: what an environment says goes before the file's own, and in both what is for the
/// product goes before what is for all.
pub(super) fn models(
    file: &ConfigFile,
    environment: Option<&str>,
    variables: &Environment,
    root: &Path,
    versions: &[PathBuf],
    trust: &Trust,
) -> Result<BTreeMap<Dialect, Model>, Error> {
    let layers: Vec<&ModelTables> =
        environment.and_then(|name| file.models.get(name)).into_iter().chain([&file.model]).collect();
    let mut models = BTreeMap::new();
    let mut dumps: Vec<(&Setting, PathBuf)> = Vec::new();
    for dialect in Dialect::ALL {
        let sections = SECTIONS.into_iter().rev().filter(|word| is_for(word, dialect)).chain([""]);
        let sections: Vec<&str> = sections.collect();
        let mut model = Model::default();
        for table in layers.iter().flat_map(|layer| sections.iter().filter_map(|section| layer.get(section))) {
            let mut settings = ModelSettings::default();
            for key in MODEL_KEYS {
                let setting = table.get(key.name).map(|setting| setting.clone().filled(variables)).transpose()?;
                setting.iter().try_for_each(|setting| (key.set)(&mut settings, setting))?;
            }
            let files = settings.sql.map(|paths| paths.iter().map(|path| root.join(path)).collect());
            let source = files.map(ModelSource::Files).or(settings.command.map(ModelSource::Command));
            if let (None, Some(dump), Some(setting)) = (&model.dump, &settings.dump, table.get("dump")) {
                let path = root.join(dump);
                dumps.push((setting, path.clone()));
                model.dump = Some(path);
            }
            model.source = model.source.or(source);
            model.include = model.include.or(settings.include);
            model.exclude = model.exclude.or(settings.exclude);
        }
        if let Some(ModelSource::Command(command)) = &model.source {
            trust.check_command(command, root)?;
        }
        models.insert(dialect, model);
    }
    let sources = models.values().filter_map(|model| model.source.as_ref());
    let written_by_hand: Vec<&PathBuf> = sources
        .flat_map(|source| match source {
            ModelSource::Files(paths) => paths.as_slice(),
            ModelSource::Command(_) => &[],
        })
        .collect();
    for (setting, dump) in dumps {
        let message = if written_by_hand.iter().any(|path| is_in(&dump, path)) {
            "`dump` would be written over `sql`, which is yours; name another file"
        } else if versions.iter().any(|folder| is_in(&dump, folder)) {
            "`dump` is in a script folder, where it would be read as a revision; name another file"
        } else {
            continue;
        };
        return Err(setting.place(ErrorKind::BadConfig { message: message.to_owned() }));
    }
    Ok(models)
}

/// Returns whether a section is for a product; the one of MariaDB goes before the one that it shares with MySQL.
fn is_for(section: &str, dialect: Dialect) -> bool {
    Dialect::named(section).is_some_and(|dialects| dialects.contains(&dialect))
}

/// Returns whether a file is the one of a path, or would be in its folder.
fn is_in(file: &Path, path: &Path) -> bool {
    let (file, path) = (plain(file), plain(path));
    file.starts_with(&path) || file.to_string_lossy().to_lowercase() == path.to_string_lossy().to_lowercase()
}

/// Returns a path without links, where it is there, and without `.` and `..` elsewhere.
fn plain(path: &Path) -> PathBuf {
    if let Ok(path) = fs::canonicalize(path) {
        return path;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let (Ok(folder), Some(name)) = (fs::canonicalize(folder), path.file_name()) {
        return folder.join(name);
    }
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::config::Config;
    use crate::config::find::FILE_NAME;
    use crate::config::selection::Selection;

    fn load(config: &str, env: Option<&str>) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), config).unwrap();
        let selection = Selection { env: env.map(str::to_owned), ..Selection::default() };
        let variables = [("DIR", "ddl")].into_iter().collect();
        let root = format!("{}/", folder.path().display());
        let config = Config::load(folder.path(), &selection, &variables);
        config.map_err(|error| error.problems()[0].to_string().replace(&root, ""))
    }

    /// Returns the names of what makes the model, and of what it is dumped to.
    fn shown(config: &str, env: Option<&str>, dialect: Dialect) -> (String, String) {
        let config = load(config, env).unwrap();
        let model = &config.models[&dialect];
        let name = |path: &PathBuf| path.strip_prefix(&config.root).unwrap().display().to_string();
        let source = match &model.source {
            None => String::new(),
            Some(ModelSource::Files(paths)) => paths.iter().map(name).collect::<Vec<_>>().join(" "),
            Some(ModelSource::Command(command)) => format!("$ {command}"),
        };
        (source, model.dump.as_ref().map(name).unwrap_or_default())
    }

    #[test]
    fn what_is_nearest_to_the_database_counts() {
        let config = "[model]\nsql = 'a.sql'\ndump = 'd.sql'\n[model.mysql]\nsql = ['m.sql', '${DIR}']\n[model.mariadb]\ncommand = ['ddl', 'x']\n[env.e]\n[env.e.model]\nsql = 'e.sql'\n[env.e.model.sqlite]\ndump = 'l.sql'\n";
        let check = |env, dialect, source: &str, dump: &str| {
            assert_eq!(shown(config, env, dialect), (source.to_owned(), dump.to_owned()));
        };
        check(None, Dialect::Sqlite, "a.sql", "d.sql");
        check(None, Dialect::Mysql, "m.sql ddl", "d.sql");
        check(None, Dialect::Mariadb, "$ ddl x", "d.sql");
        check(Some("e"), Dialect::Mariadb, "e.sql", "d.sql");
        check(Some("e"), Dialect::Sqlite, "e.sql", "l.sql");
        assert_eq!(shown("[database]\n", None, Dialect::Postgres), (String::new(), String::new()));
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        let check = |config: &str, expected: &str| {
            let error = load(config, None).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        check(
            "[model]\nsql = 'a'\ncommand = ['b']\n",
            "migrations.toml:3:11: the configuration is not valid: `sql` and `command` both say",
        );
        check(
            "[model.postgres]\ncommand = ['b']\nsql = 'a'\n",
            "migrations.toml:2:11: the configuration is not valid: `sql` and `command` both say",
        );
        check("[model]\nsqll = 'a'\n", "migrations.toml:2:1: `sqll`");
        check("[model.postgre]\nsql = 'a'\n", "migrations.toml:1:8: `postgre`");
        check("[model]\nsql = []\n", "migrations.toml:2:7: ");
        check("[model]\nsql = ''\n", "migrations.toml:2:7: ");
        check("[model]\nsql = 1\n", "migrations.toml:2:7: ");
        check("[model]\ncommand = 'make ddl'\n", "migrations.toml:2:11: ");
        check("model = 'a.sql'\n", "migrations.toml:1:9: ");
        check("[env.e.model.sqlite.x]\n", "`x`");
        check("[env.e]\nmodel = 1\n", "migrations.toml:2:9: ");
        check("[database.model]\n", "`model`");
    }

    #[test]
    fn a_dump_is_written_over_nothing_of_ones_own() {
        for config in [
            "[model]\nsql = 'a.sql'\ndump = './x/../a.sql'\n",
            "[model]\nsql = 'ddl'\ndump = 'ddl/z.sql'\n",
            "[model]\ndump = 'a.sql'\n[model.sqlite]\nsql = ['b.sql', 'A.sql']\n",
            "[model]\nsql = '.'\ndump = 'a.sql'\n",
        ] {
            let error = load(config, None).unwrap_err();
            assert!(error.contains("would be written over `sql`"), "{error}");
        }
        assert!(load("[model]\ndump = 'versions/a.sql'\n", None).unwrap_err().contains("script folder"));
        load("[model]\nsql = 'a.sql'\ndump = 'b.sql'\n", None).unwrap();
    }
}
