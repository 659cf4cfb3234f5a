//! `rev serve`.

use std::net::SocketAddr;

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::json;
use crate::serve::Hosts;
use crate::serve::Server;
use crate::serve::Site;

/// Watch a database over HTTP: health, metrics, a page
///
/// /health, /ready and /live are for probes, /metrics for Prometheus, / for people. Everything can only be read, and the
/// database is asked at most once a second. Runs until it is stopped by Ctrl-C or SIGTERM, and then exits with status 0.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8321", value_parser = address)]
    listen: SocketAddr,
    /// A name by which the server may be called, besides its addresses and localhost; several with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    allow_host: Vec<String>,
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "write an IP address and a port, such as `127.0.0.1:8321` or `[::1]:0`")
}

/// The answer, which comes as soon as it listens.
#[derive(Serialize)]
struct Listening {
    address: String,
    url: String,
}

/// Runs the command.
pub async fn run(args: &ServeArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let project = cx.project()?;
    // What is wrong with the URL itself will not pass by waiting.
    project.config.database.url.resolve()?;
    let server = Server::bind(args.listen).await?;
    let address = server.address();
    if !address.ip().is_loopback() {
        cx.terminal.warn(
            "whoever can reach this address can read the scripts and the history; put a proxy with a login before it",
        );
    }
    let site = Site::new(project, Hosts::new(&args.allow_host));
    let url = format!("http://{address}/");
    let listening = Listening { address: address.to_string(), url };
    let told = if cx.is_json() { json::document(&listening) } else { listening.url };
    cx.text(&told)?;
    let interrupt = cx.interrupt.clone();
    server
        .run(site, async move {
            interrupt.stopped().await;
        })
        .await;
    cx.talk("stopped");
    Ok(Outcome::Done)
}
