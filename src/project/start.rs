//! What a program does with its database when it starts.

use std::time::Duration;

use crate::config::Config;
use crate::graph::Anchor;
use crate::graph::Target;
use crate::project::project::Project;
use crate::project::request::Request;
use crate::run::clock::Actor;
use crate::run::event::Observer;
use crate::run::event::Report;
use crate::run::event::RunFailure;
use crate::run::event::Silent;
use crate::script::Embedded;

/// How long a server has to come up beside the program.
const WAIT: Duration = Duration::from_secs(30);

impl Project {
    /// Brings the configured database up to the head, and tells `observer` what happens.
    ///
    /// A database that is at the head is neither locked nor written. Where several programs start at the same time, one
    /// does the work, and the others wait for it, for up to `lock_wait`.
    pub async fn upgrade(&self, actor: &Actor, observer: &mut dyn Observer) -> Result<Report, RunFailure> {
        let mut session = self.open().await?;
        let request = Request::Upgrade(Target::new(Anchor::Head));
        let report = self.migrate(&request, &mut session, actor, observer).await;
        session.close().await;
        report
    }
}

/// Brings the database of `url` up to the head of the scripts that are a part of the program.
///
/// Waits for up to 30 s for the server to come up, and for up to 60 s for another program that does the same; with
/// [`Project::embedded`] and [`Project::upgrade`] all of that can be set, and listened to.
pub async fn upgrade(scripts: Embedded, url: &str) -> Result<Report, RunFailure> {
    let mut config = Config::of_url(url)?;
    config.database.wait = WAIT;
    let actor = Actor { pid: Some(std::process::id()), ..Actor::default() };
    Project::embedded(scripts, config)?.upgrade(&actor, &mut Silent).await
}
