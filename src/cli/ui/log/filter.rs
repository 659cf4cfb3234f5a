//! Which events a log holds: a level for all, and others for some targets.

use std::collections::BTreeMap;

use serde::Serialize;

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The command failed.
    Error,
    /// Somebody should look at it.
    Warn,
    /// What happens.
    Info,
    /// Each statement.
    Debug,
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// The run as a whole, and the command around it.
    Run,
    /// One revision.
    Step,
    /// One statement.
    Statement,
    /// Locks that others hold: rev's own, and those of tables.
    Lock,
    /// The server: waiting for it, and what it says.
    Server,
    /// The user's commands around a run.
    Hook,
}

/// Which events are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The least that matters enough; nothing writes none.
    rest: Option<Level>,
    targets: BTreeMap<Target, Option<Level>>,
}

impl Level {
    const ALL: [Self; 4] = [Self::Error, Self::Warn, Self::Info, Self::Debug];

    /// Returns the word of filters and of the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

impl Target {
    const ALL: [Self; 6] = [Self::Run, Self::Step, Self::Statement, Self::Lock, Self::Server, Self::Hook];

    /// Returns the word of filters and of the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Step => "step",
            Self::Statement => "statement",
            Self::Lock => "lock",
            Self::Server => "server",
            Self::Hook => "hook",
        }
    }
}

impl Filter {
    /// Returns the filter that lets everything through that matters at least as much as `level`.
    pub fn from(level: Level) -> Self {
        Self { rest: Some(level), targets: BTreeMap::new() }
    }

    /// Reads `LEVEL` and `TARGET=LEVEL`, with commas between; what is not named is as in `otherwise`.
    ///
    /// Returns what should have been written when it is neither.
    pub fn parse(text: &str, otherwise: Self) -> Result<Self, String> {
        let mut filter = otherwise;
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match word.split_once('=') {
                None => filter.rest = level(word).ok_or_else(expected)?,
                Some((name, word)) => {
                    let target = Target::ALL.into_iter().find(|target| target.as_str() == name.trim());
                    filter.targets.insert(target.ok_or_else(expected)?, level(word.trim()).ok_or_else(expected)?);
                }
            }
        }
        Ok(filter)
    }

    /// Returns whether an event is written.
    pub fn lets(&self, level: Level, target: Target) -> bool {
        self.targets.get(&target).copied().unwrap_or(self.rest).is_some_and(|most| level <= most)
    }
}

/// Reads a level; `off` is none.
fn level(word: &str) -> Option<Option<Level>> {
    if word == "off" {
        return Some(None);
    }
    Level::ALL.into_iter().find(|level| level.as_str() == word).map(Some)
}

fn expected() -> String {
    let levels = Level::ALL.map(|level| format!("`{}`", level.as_str())).join(", ");
    let targets = Target::ALL.map(|target| format!("`{}`", target.as_str())).join(", ");
    format!("write a level ({levels} or `off`), or TARGET=LEVEL, with commas between; targets are {targets}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, yes: &[(Level, Target)], no: &[(Level, Target)]) {
        let filter = Filter::parse(text, Filter::from(Level::Info)).unwrap();
        for (level, target) in yes {
            assert!(filter.lets(*level, *target), "{text}: {level:?} of {target:?}");
        }
        for (level, target) in no {
            assert!(!filter.lets(*level, *target), "{text}: {level:?} of {target:?}");
        }
    }

    #[test]
    fn a_level_holds_for_all_and_a_target_has_its_own() {
        use Level::*;
        use Target::*;
        check("", &[(Info, Run), (Error, Lock)], &[(Debug, Statement)]);
        check("warn", &[(Warn, Run), (Error, Step)], &[(Info, Run)]);
        check("statement=debug", &[(Debug, Statement), (Info, Step)], &[(Debug, Step)]);
        check(" off , lock = warn ", &[(Warn, Lock)], &[(Error, Run), (Info, Lock)]);
        check("debug,server=off", &[(Debug, Statement)], &[(Error, Server)]);
    }

    #[test]
    fn what_is_no_filter_is_told_what_one_is() {
        for text in ["loud", "steps=info", "step=loud", "=info", "step=", "trace"] {
            let expected = Filter::parse(text, Filter::from(Level::Info)).unwrap_err();
            assert!(expected.contains("`debug` or `off`") && expected.contains("`server`"), "{text}: {expected}");
        }
    }
}
