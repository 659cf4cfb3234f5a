//! The other day on which `scripts/elsewhere` runs the tests.

use std::env;
use std::process::Command;

/// What libfaketime goes by.
const VARIABLES: [&str; 4] = ["LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "NO_FAKE_STAT"];

/// Lets a command that gets nothing else of the environment live on the day on which the tests do.
pub fn same_day(command: &mut Command) -> &mut Command {
    command.envs(VARIABLES.iter().filter_map(|name| env::var_os(name).map(|value| (name, value))))
}
