//! A configured value before it is understood, with what a message about it needs.

use std::time::Duration;

use crate::config::environment::Environment;
use crate::config::hook::Hook;
use crate::config::interpolate::Unfilled;
use crate::config::interpolate::has_variables;
use crate::config::interpolate::interpolate;
use crate::config::size;
use crate::config::url::mask_passwords;
use crate::duration;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::span::Span;

/// A value as it was given. It has no `Debug`, since it may be a URL with a password.
#[derive(Clone)]
pub(super) struct Setting {
    /// What the user calls it: `lock_timeout`, `REV_LOCK_TIMEOUT`, `--url`.
    pub(super) key: String,
    /// The value.
    pub(super) data: Data,
    /// Where it stands, if in a file.
    pub(super) span: Option<Span>,
    /// What stood there before variables were filled in.
    pub(super) written: Option<String>,
}

/// The shapes of values.
#[derive(Clone)]
pub(super) enum Data {
    /// From a variable, or filled in from one: it may stand for any type.
    Word(String),
    /// A quoted string in the file.
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<Data>),
    Table,
    /// A date, a fraction: nothing that a key takes.
    Other,
}

impl Setting {
    /// Returns whether it names variables, so that it can only be checked when it is used.
    pub(super) fn has_variables(&self) -> bool {
        match &self.data {
            Data::Text(text) => has_variables(text),
            Data::List(items) => items.iter().any(|item| matches!(item, Data::Text(text) if has_variables(text))),
            _ => false,
        }
    }

    /// Returns it with the variables filled in, in the string or in the strings of the list.
    pub(super) fn filled(mut self, environment: &Environment) -> Result<Self, Error> {
        if let Data::Text(text) = &self.data
            && has_variables(text)
        {
            self.written = Some(text.clone());
        }
        let fill = |data: &Data| match data {
            Data::Text(text) if has_variables(text) => Ok(Data::Word(self.fill(text, environment)?)),
            data => Ok(data.clone()),
        };
        self.data = match &self.data {
            Data::List(items) => Data::List(items.iter().map(fill).collect::<Result<_, Error>>()?),
            data => fill(data)?,
        };
        Ok(self)
    }

    fn fill(&self, text: &str, environment: &Environment) -> Result<String, Error> {
        interpolate(text, environment).map_err(|unfilled| {
            self.place(match unfilled {
                Unfilled::Unset(name) => ErrorKind::UnsetVariable { name, used_by: format!("`{}`", self.key) },
                Unfilled::Malformed(reason) => {
                    ErrorKind::BadConfig { message: format!("`{}` cannot be filled in: {reason}", self.key) }
                }
            })
        })
    }

    /// Returns it as a string.
    pub(super) fn text(&self) -> Result<&str, Error> {
        match &self.data {
            Data::Word(text) | Data::Text(text) => Ok(text),
            _ => Err(self.refuse("write a string in quotes")),
        }
    }

    /// Returns it as a string that is not empty and fits a line.
    pub(super) fn line(&self) -> Result<&str, Error> {
        let text = self.text()?;
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            return Err(self.refuse("write one line of text that is not empty"));
        }
        Ok(text)
    }

    /// Returns it as a name that every server can hold; it is quoted in SQL, but must fit what is shown and logged.
    pub(super) fn name(&self, longest: usize) -> Result<&str, Error> {
        let text = self.text()?;
        if text.len() > longest {
            return Err(self.refuse(&format!("write at most {longest} bytes")));
        }
        if !text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$')) {
            return Err(self.refuse("write letters, digits, `_`, `-` and `$`"));
        }
        Ok(text)
    }

    /// Returns it as yes or no.
    pub(super) fn boolean(&self) -> Result<bool, Error> {
        match &self.data {
            Data::Boolean(value) => Ok(*value),
            Data::Word(word) if matches!(word.as_str(), "true" | "1") => Ok(true),
            Data::Word(word) if matches!(word.as_str(), "false" | "0") => Ok(false),
            _ => Err(self.refuse("write `true` or `false`")),
        }
    }

    /// Returns it as a whole number.
    pub(super) fn count(&self) -> Result<u32, Error> {
        const EXPECTED: &str = "write a whole number from 0 to 1000000";
        const LARGEST: u32 = 1_000_000;
        let number = match &self.data {
            Data::Integer(number) => u32::try_from(*number).ok(),
            Data::Word(word) => word.parse().ok(),
            _ => None,
        };
        number.filter(|number| *number <= LARGEST).ok_or_else(|| self.refuse(EXPECTED))
    }

    /// Returns it as a length of time.
    pub(super) fn duration(&self) -> Result<Duration, Error> {
        match &self.data {
            Data::Word(text) | Data::Text(text) => {
                duration::parse_duration(text).map_err(|expected| self.refuse(expected))
            }
            _ => Err(self.refuse(duration::EXPECTED)),
        }
    }

    /// Returns the meaning of the one of the `choices` that it is.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, Error> {
        let (Data::Word(text) | Data::Text(text)) = &self.data else { return Err(self.refuse_choice(choices)) };
        let found = choices.iter().find(|(word, _)| word == text);
        found.map(|(_, meaning)| *meaning).ok_or_else(|| self.refuse_choice(choices))
    }

    /// Returns it as a number of bytes.
    pub(super) fn size(&self) -> Result<u64, Error> {
        match &self.data {
            Data::Word(text) | Data::Text(text) => size::parse_size(text).ok_or_else(|| self.refuse(size::EXPECTED)),
            _ => Err(self.refuse(size::EXPECTED)),
        }
    }

    /// Returns it as a list of strings, of which none is empty.
    pub(super) fn texts(&self) -> Result<Vec<String>, Error> {
        const EXPECTED: &str = "write a list of strings: `[\"…\", \"…\"]`";
        let Data::List(items) = &self.data else { return Err(self.refuse(EXPECTED)) };
        let texts = words(items).filter(|texts| !texts.iter().any(String::is_empty));
        texts.ok_or_else(|| self.refuse(EXPECTED))
    }

    /// Returns it as the paths of files or folders: one string, or a list of them.
    pub(super) fn paths(&self) -> Result<Vec<String>, Error> {
        const EXPECTED: &str = "write the path of a file or folder, or a list of them: `\"schema.sql\"`";
        let paths = match &self.data {
            Data::Word(text) | Data::Text(text) => Some(vec![text.clone()]),
            Data::List(items) => words(items),
            _ => None,
        };
        let is_path = |path: &String| !path.trim().is_empty() && !path.chars().any(char::is_control);
        let paths = paths.filter(|paths| !paths.is_empty() && paths.iter().all(is_path));
        paths.ok_or_else(|| self.refuse(EXPECTED))
    }

    /// Returns it as one command.
    pub(super) fn command(&self) -> Result<Hook, Error> {
        let Data::List(items) = &self.data else { return Err(self.refuse(COMMAND)) };
        words(items).and_then(Hook::from_words).ok_or_else(|| self.refuse(COMMAND))
    }

    /// Returns it as a list of commands.
    pub(super) fn commands(&self) -> Result<Vec<Hook>, Error> {
        let Data::List(items) = &self.data else { return Err(self.refuse(COMMANDS)) };
        let commands = items.iter().map(|item| match item {
            Data::List(items) => words(items).and_then(Hook::from_words),
            _ => None,
        });
        commands.collect::<Option<_>>().ok_or_else(|| self.refuse(COMMANDS))
    }

    /// Makes the error that the value is not one that the key takes.
    pub(super) fn refuse(&self, expected: &str) -> Error {
        // What a variable holds may be a secret, and what says which database it is, is one.
        let value = match &self.data {
            _ if SECRETS.contains(&self.key.as_str()) => "***".to_owned(),
            Data::Word(text) | Data::Text(text) => self.written.as_ref().unwrap_or(text).clone(),
            Data::Integer(number) => number.to_string(),
            Data::Boolean(value) => value.to_string(),
            Data::List(_) => "[…]".to_owned(),
            Data::Table => "{…}".to_owned(),
            Data::Other => self.span.as_ref().map_or("…", |span| span.text()).to_owned(),
        };
        // A URL may have come into the wrong key.
        let value = mask_passwords(&value);
        self.place(ErrorKind::BadValue { key: self.key.clone(), value, expected: expected.to_owned() })
    }

    /// Makes an error of `kind` that points at the value.
    pub(super) fn place(&self, kind: ErrorKind) -> Error {
        let error = Error::from(kind);
        match &self.span {
            Some(span) => error.at(span.clone()),
            None => error,
        }
    }

    fn refuse_choice<T>(&self, choices: &[(&str, T)]) -> Error {
        let words = choices.iter().map(|(word, _)| format!("`\"{word}\"`")).collect::<Vec<_>>();
        self.refuse(&format!("write {}", words.join(" or ")))
    }
}

/// The keys whose values are never shown.
const SECRETS: [&str; 7] = ["url", "url_file", "url_command", "REV_URL", "REV_URL_FILE", "REV_SCRATCH_URL", "--url"];

const COMMAND: &str = "write a command as a list of its words: `[\"./backup.sh\", \"--all\"]`";
const COMMANDS: &str = "write a list of commands, each a list of its words: `[[\"./backup.sh\", \"--all\"]]`";

fn words(items: &[Data]) -> Option<Vec<String>> {
    let words = items.iter().map(|item| match item {
        Data::Word(text) | Data::Text(text) => Some(text.clone()),
        _ => None,
    });
    words.collect()
}
