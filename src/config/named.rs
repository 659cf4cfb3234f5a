//! Whether the chosen database is one that the file has under another name.

use crate::config::config::Config;
use crate::config::file::ConfigFile;
use crate::config::source::UrlOrigin;
use crate::error::Error;
use crate::error::ErrorKind;

impl Config {
    /// Refuses a variable that means another database than the environment that was typed, and protects a database that
    /// is a protected environment's, whatever it is called by.
    ///
    /// No command is run for that, and what cannot be found out is no reason to refuse.
    pub(super) fn heed_names(&mut self, file: &ConfigFile, is_typed: bool) -> Result<(), Error> {
        if file.environments.is_empty() || self.database.url.runs_command() {
            return Ok(());
        }
        let Ok(chosen) = self.database.url.resolve() else { return Ok(()) };
        for name in file.environments.keys() {
            let Ok(settings) = self.settings(file, Some(name)) else { continue };
            let is_chosen = self.environment.as_ref() == Some(name);
            let matters = settings.protected || is_typed && is_chosen;
            if !matters || settings.url.runs_command() || !settings.url.is_given() {
                continue;
            }
            let Ok(other) = settings.url.resolve() else { continue };
            let is_same = chosen.url.is_same(&other.url);
            if is_typed && is_chosen && chosen.origin == UrlOrigin::Variable && !is_same {
                let message = format!(
                    "`-e {name}` and the variable REV_URL mean different databases; unset REV_URL, or name the database with `-u`"
                );
                return Err(ErrorKind::BadConfig { message }.into());
            }
            if is_same && settings.protected && !self.database.protected {
                self.database.protected = true;
                // That programs upgrade it is for the protected environment to say.
                self.database.auto_upgrade = self.database.auto_upgrade.filter(|is| !is).or(settings.auto_upgrade);
            }
        }
        Ok(())
    }
}
