//! What counts of the schemas that are compared or written, and how close they must be.

use crate::catalog::Level;
use crate::config::Config;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::schemas::Filter;
use crate::schemas::Pattern;

/// Which objects count.
#[derive(Debug, clap::Args)]
pub struct FilterArgs {
    /// Only objects of this kind and name, as `table:app.*`
    #[arg(long, value_name = "KIND:GLOB")]
    include: Vec<String>,
    /// No objects of this kind and name
    #[arg(long, value_name = "KIND:GLOB")]
    exclude: Vec<String>,
}

impl FilterArgs {
    /// Returns whether all objects count.
    pub(in crate::cli) fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Reads the patterns.
    pub(in crate::cli) fn read(&self) -> Result<Filter, ErrorKind> {
        let patterns =
            |texts: &[String]| texts.iter().map(|text| Pattern::parse(text)).collect::<Result<_, ErrorKind>>();
        Ok(Filter::new(patterns(&self.include)?, patterns(&self.exclude)?))
    }

    /// Reads the patterns, and those of the configuration.
    pub(in crate::cli) fn read_with(&self, config: &Config) -> Result<Filter, Error> {
        self.read()?.with_configured(config)
    }
}

/// How close two schemas must be.
#[derive(Debug, clap::Args)]
pub struct LevelArgs {
    /// How close they must be to count as equal
    #[arg(long, default_value = "logical")]
    level: Closeness,
}

impl LevelArgs {
    /// Returns the level.
    pub(super) fn read(&self) -> Level {
        match self.level {
            Closeness::Logical => Level::Logical,
            Closeness::Exact => Level::Exact,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Closeness {
    /// They mean the same
    Logical,
    /// The order of columns and all names are the same, too
    Exact,
}
