//! Characters that a database cannot hold: found before anything runs.

use std::collections::BTreeSet;

use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::part::Part;
use crate::program::program::Program;
use crate::program::program::ProgramStep;
use crate::run::clock::Actor;
use crate::run::session::Session;

/// How many characters the journal keeps of a user and of a machine.
const NAME_LENGTH: usize = 255;

/// Stands for a character of a name that the database does not have.
const UNKNOWN: char = '?';

/// What a database of PostgreSQL does not hold of some characters.
struct Missing {
    encoding: String,
    characters: BTreeSet<char>,
}

impl Missing {
    /// Returns the first character of `text` that is missing, and where it is.
    fn first_in(&self, text: &str) -> Option<(usize, char)> {
        text.char_indices().find(|(_, character)| self.characters.contains(character))
    }
}

impl Session {
    /// Returns who runs rev, as the journal can hold it: whoever it is, no run may fail for a name.
    pub(crate) async fn storable(&mut self, actor: &Actor) -> Result<Actor, Error> {
        let names = [&actor.user, &actor.host].map(|name| name.as_deref().unwrap_or_default());
        let missing = self.missing(names.into_iter()).await?;
        let kept = |name: &String| -> String {
            let is_unknown = |c: &char| *c == '\0' || missing.as_ref().is_some_and(|one| one.characters.contains(c));
            name.chars().take(NAME_LENGTH).map(|c| if is_unknown(&c) { UNKNOWN } else { c }).collect()
        };
        Ok(Actor { user: actor.user.as_ref().map(kept), host: actor.host.as_ref().map(kept), pid: actor.pid })
    }

    /// Refuses what the database's encoding has no characters for: in statements, and in what the journal keeps.
    pub(crate) async fn check_storable(&mut self, program: &Program) -> Result<(), Error> {
        let texts = program.steps.iter().flat_map(texts_of);
        let Some(missing) = self.missing(texts).await? else { return Ok(()) };
        let refused = |what: &'static str, character: char| {
            let encoding = missing.encoding.clone();
            Error::from(ErrorKind::NotInEncoding { what, character, encoding })
        };
        let mut problems = Vec::new();
        for step in &program.steps {
            for statement in step.parts.iter().skip(step.parts_done).flat_map(Part::statements) {
                if let Some((at, character)) = missing.first_in(statement.sql()) {
                    let place = statement.span.sub(at..at + character.len_utf8());
                    problems.push(refused("statement", character).at(place));
                } else if let Some((_, character)) = statement.copy_data().and_then(|data| missing.first_in(data)) {
                    problems.push(refused("row of data", character).at(statement.span.clone()));
                }
            }
            for (what, text) in kept_of(step) {
                if let Some((_, character)) = missing.first_in(text) {
                    let error = refused(what, character);
                    // Nothing says where, but which revision.
                    let first = step.parts.iter().flat_map(Part::statements).next();
                    problems.push(match first {
                        Some(statement) => error.at(statement.span.clone()),
                        None => error,
                    });
                }
            }
        }
        Error::join(problems)
    }

    /// Returns which characters of `texts` the database cannot hold; nothing where it holds them all.
    async fn missing<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Result<Option<Missing>, Error> {
        if self.db.family() != Family::Postgres {
            return Ok(None);
        }
        let characters: BTreeSet<char> = texts.flat_map(|text| text.chars().filter(|c| !c.is_ascii())).collect();
        if characters.is_empty() {
            return Ok(None);
        }
        let answer = self.select_one("SELECT current_setting('server_encoding')").await?;
        let Some(encoding) = answer.into_iter().flatten().flatten().next() else { return Ok(None) };
        if matches!(encoding.as_str(), "UTF8" | "SQL_ASCII" | "MULE_INTERNAL") {
            return Ok(None);
        }
        let characters: Vec<char> = characters.into_iter().collect();
        let mut missing = BTreeSet::new();
        let mut open = vec![characters.as_slice()];
        while let Some(some) = open.pop() {
            if self.holds(some, &encoding).await? {
                continue;
            }
            match some {
                [one] => drop(missing.insert(*one)),
                many => open.extend([&many[..many.len() / 2], &many[many.len() / 2..]]),
            }
        }
        Ok((!missing.is_empty()).then_some(Missing { encoding, characters: missing }))
    }

    async fn holds(&mut self, characters: &[char], encoding: &str) -> Result<bool, Error> {
        // As bytes, since the server would not even read the characters.
        let text: String = characters.iter().collect();
        let bytes: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let query = format!("SELECT length(convert(decode('{bytes}', 'hex'), 'UTF8', '{encoding}'))");
        match self.db.select(&[&query]).await {
            Ok(_) => Ok(true),
            // `untranslatable_character`
            Err(failure) if failure.code.as_deref() == Some("22P05") => Ok(false),
            Err(failure) => Err(self.failed(failure)),
        }
    }
}

fn texts_of(step: &ProgramStep) -> impl Iterator<Item = &str> {
    let statements = step.parts.iter().skip(step.parts_done).flat_map(Part::statements);
    let texts = statements.flat_map(|statement| [Some(statement.sql()), statement.copy_data()]).flatten();
    texts.chain(kept_of(step).map(|(_, text)| text))
}

/// What the journal keeps of a step.
fn kept_of(step: &ProgramStep) -> impl Iterator<Item = (&'static str, &str)> {
    let entry = &step.entry;
    let kept = [
        ("message", Some(entry.message.as_str())),
        ("branch label", Some(entry.branch_labels.as_str())),
        ("revision id", Some(entry.revision.as_str())),
        ("revision id", Some(entry.down_revisions.as_str())),
        ("revision id", Some(entry.depends_on.as_str())),
        ("downgrade section", entry.downgrade.as_deref()),
    ];
    kept.into_iter().filter_map(|(what, text)| Some((what, text?)))
}
