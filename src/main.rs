//! The `rev` command: hands the process's arguments, variables and user to the library.

use std::env;
use std::ffi::OsString;
use std::process;
use std::process::ExitCode;

use rev::cli;
use rev::config::Environment;
use rev::engine::Actor;

fn main() -> ExitCode {
    let environment = Environment::process();
    let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| environment.get_filled(name)).map(str::to_owned);
    let host = gethostname::gethostname().into_string().ok();
    let arguments: Vec<OsString> = env::args_os().collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime without threads of its own needs nothing that could be missing");
    ExitCode::from(runtime.block_on(cli::run(arguments, environment, Actor { user, host, pid: Some(process::id()) })))
}
