//! The options of every command.

use std::path::PathBuf;

use clap::ArgAction;
use clap::ValueEnum;

use crate::cli::ui::ColorChoice;
use crate::cli::ui::Filter;
use crate::cli::ui::Level;
use crate::cli::ui::Log;
use crate::cli::ui::LogFormat;
use crate::cli::ui::LogPlace;
use crate::config::Environment;
use crate::error::Error;
use crate::error::ErrorKind;

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The configuration file [env: REV_CONFIG] [default: migrations.toml here or above]
    #[arg(short, long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// The environment, a table [env.NAME] of the configuration [env: REV_ENV]
    #[arg(short, long, value_name = "NAME", global = true)]
    pub env: Option<String>,
    /// The database, as sqlite:FILE, postgres://…, mysql://… or mariadb://… [env: REV_URL]
    #[arg(short, long, value_name = "URL", global = true)]
    pub url: Option<String>,
    /// Wait this long for the server to accept connections, as in 30s
    #[arg(long, value_name = "DURATION", global = true)]
    pub wait: Option<String>,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Print no progress, only results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more: each statement of a run, all that is known of a revision
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    pub verbose: bool,
    /// Show long output at once, not page by page [env: REV_PAGER, PAGER]
    #[arg(long, global = true)]
    pub no_pager: bool,
    /// Use colour
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub color: ColorChoice,
    /// Write a log: `json` has one event a line, on standard error or in --log-file [env: REV_LOG_FORMAT]
    #[arg(long, value_name = "FORMAT", global = true)]
    pub log_format: Option<LogFormat>,
    /// Add the log to a file, and leave the terminal to people [env: REV_LOG_FILE]
    #[arg(long, value_name = "FILE", global = true)]
    pub log_file: Option<PathBuf>,
    /// What the log holds, as in `warn` or `info,statement=debug` [env: REV_LOG]
    #[arg(long, value_name = "FILTER", global = true)]
    pub log_filter: Option<String>,
}

impl GlobalArgs {
    /// Opens the log of `command`; what no option says, the variables of the process do.
    ///
    /// The configuration has no say: that it cannot be read must be logged, too.
    pub fn log(&self, environment: &Environment, command: &str) -> Result<Log, Error> {
        let format = log_format(self.log_format, environment)?;
        let file = self.log_file.clone().or_else(|| environment.get_filled("REV_LOG_FILE").map(PathBuf::from));
        let place = match (file, format) {
            // As other programs name it.
            (Some(path), _) if path.as_os_str() == "-" => LogPlace::Stderr,
            (Some(path), _) => LogPlace::File(path),
            (None, LogFormat::Json) => LogPlace::Stderr,
            (None, LogFormat::Text) => LogPlace::Nowhere,
        };
        let otherwise = match (&place, self.quiet, self.verbose) {
            // These are about what is shown now, and a file is for later.
            (LogPlace::Stderr, true, _) => Level::Error,
            (LogPlace::Stderr, _, true) => Level::Debug,
            _ => Level::Info,
        };
        let otherwise = Filter::from(otherwise);
        let filter = match (self.log_filter.as_deref(), environment.get_filled("REV_LOG")) {
            (Some(text), _) => filter("--log-filter", text, otherwise)?,
            (None, Some(text)) => filter("REV_LOG", text, otherwise)?,
            (None, None) => otherwise,
        };
        Log::open(place, format, filter, command)
    }
}

/// Returns how the log looks; also asked when the rest of the command line is none.
pub fn log_format(option: Option<LogFormat>, environment: &Environment) -> Result<LogFormat, ErrorKind> {
    const VARIABLE: &str = "REV_LOG_FORMAT";
    let word = environment.get_filled(VARIABLE);
    let (None, Some(word)) = (option, word) else { return Ok(option.unwrap_or_default()) };
    LogFormat::from_str(word, false).map_err(|_| ErrorKind::BadValue {
        key: VARIABLE.to_owned(),
        value: word.to_owned(),
        expected: "write `text` or `json`".to_owned(),
    })
}

fn filter(key: &str, text: &str, otherwise: Filter) -> Result<Filter, ErrorKind> {
    Filter::parse(text, otherwise).map_err(|expected| ErrorKind::BadValue {
        key: key.to_owned(),
        value: text.to_owned(),
        expected,
    })
}
