//! What every command needs: the configuration, the project, the database, and a way to answer.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::cli::args::GlobalArgs;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Applied;
use crate::cli::ui::Paint;
use crate::cli::ui::Progress;
use crate::cli::ui::Terminal;
use crate::cli::ui::dry_run;
use crate::cli::ui::json;
use crate::config::Config;
use crate::config::Environment;
use crate::config::Selection;
use crate::config::UrlOrigin;
use crate::config::parse_duration;
use crate::engine::Actor;
use crate::engine::Program;
use crate::engine::Project;
use crate::engine::Report;
use crate::engine::Session;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Target;
use crate::id::Heads;

/// One run of the program.
pub struct Context {
    /// The options of every command.
    pub global: GlobalArgs,
    /// The variables of the process.
    pub environment: Environment,
    /// Who runs it.
    pub actor: Actor,
    /// Where it answers.
    pub terminal: Terminal,
}
