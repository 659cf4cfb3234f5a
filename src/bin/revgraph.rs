//! The same program under a name that no other program has: Linux systems come with another `rev`.

use std::process::ExitCode;

#[path = "../main.rs"]
mod program;

fn main() -> ExitCode {
    program::main()
}
