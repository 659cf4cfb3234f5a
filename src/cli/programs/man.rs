//! `rev man`.

use std::fs;
use std::path::PathBuf;

use clap::Command;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::error::Error;
use crate::error::ErrorKind;

/// Print the manual page, or write one page for each command
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Write `rev.1`, `rev-upgrade.1` and all others into this folder
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &ManArgs, mut command: Command, cx: &mut Context) -> Result<Outcome, Failed> {
    command.build();
    let Some(folder) = &args.output else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command)
            .render(&mut page)
            .map_err(|cause| Error::from(ErrorKind::Output).because(cause))?;
        return cx.text(&String::from_utf8_lossy(&page));
    };
    let unwritable = |cause| Error::from(ErrorKind::Unwritable { path: folder.clone() }).because(cause);
    fs::create_dir_all(folder).map_err(unwritable)?;
    clap_mangen::generate_to(command, folder).map_err(unwritable)?;
    cx.talk(&format!("the manual pages are in {}", folder.display()));
    Ok(Outcome::Done)
}
