//! A scratch database that the scripts build: the same way as `upgrade` goes, without hooks, questions or copies.

use sha2::Digest;
use sha2::Sha256;

use crate::config::url::DatabaseUrl;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::graph::Anchor;
use crate::graph::Plan;
use crate::graph::Target;
use crate::id::Heads;
use crate::program::program::Program;
use crate::project::inside::expect_inside;
use crate::project::inside::outside;
use crate::project::project::Project;
use crate::project::request::Request;
use crate::run::clock::Actor;
use crate::run::event::Observer;
use crate::run::event::RunFailure;
use crate::run::interrupt::Interrupt;
use crate::run::scratch::Scratch;
use crate::run::session::Session;
use crate::sql::Outside;
use crate::sql::Roles;

/// A scratch database at a target.
#[derive(Debug)]
pub struct Built {
    /// Where it is.
    pub url: DatabaseUrl,
    /// What is applied.
    pub heads: Heads,
    /// How many revisions ran; none where it is a copy of one that was built before.
    pub steps: usize,
    /// The same project, for this database.
    pub project: Project,
}

impl Built {
    /// Connects to it.
    pub async fn open(&self) -> Result<Session, Error> {
        self.project.open().await
    }
}

impl Project {
    /// Makes a scratch database and upgrades it from nothing to the targets, one after the other.
    ///
    /// What was built before from the same scripts is copied instead. The database is the scratch place's, which removes
    /// it; also when this fails.
    ///
    /// # Errors
    ///
    /// When a script fails, or reaches outside of the database while the target's surroundings are there.
    pub async fn build(
        &self,
        targets: &[Target],
        scratch: &mut Scratch,
        interrupt: &Interrupt,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Built, RunFailure> {
        let plans = self.plans_from_nothing(targets)?;
        let key = if plans.is_empty() { None } else { Some(self.key(&plans, scratch)?) };
        let heads = plans.last().map_or_else(Heads::empty, |(_, plan)| plan.to.clone());
        // Not cut off: what the server has begun to make would come when nobody removes it any more.
        let (url, is_copy) = scratch.make_from(key.as_deref()).await?;
        interrupt.check()?;
        let project = self.on_scratch(url.clone());
        if is_copy {
            return Ok(Built { url, heads, steps: 0, project });
        }
        let mut session = project.open().await?;
        session.interrupt = interrupt.clone();
        let built = Box::pin(project.run_from_nothing(&plans, scratch, &mut session, actor, observer)).await;
        session.close().await;
        let steps = built?;
        let Some(key) = key else { return Ok(Built { url, heads, steps, project }) };
        if !scratch.keep(&url, &key).await? {
            return Ok(Built { url, heads, steps, project });
        }
        let (url, is_copy) = scratch.make_from(Some(&key)).await?;
        let project = self.on_scratch(url.clone());
        if !is_copy {
            // Somebody removed it in this moment.
            let mut session = project.open().await?;
            session.interrupt = interrupt.clone();
            let built = Box::pin(project.run_from_nothing(&plans, scratch, &mut session, actor, observer)).await;
            session.close().await;
            built?;
        }
        Ok(Built { url, heads, steps, project })
    }

    /// Plans the targets on an empty database, one after the other; what is there already needs no plan.
    fn plans_from_nothing<'t>(&self, targets: &'t [Target]) -> Result<Vec<(&'t Target, Plan)>, Error> {
        let mut plans = Vec::new();
        let mut rows = Heads::empty();
        for target in targets.iter().filter(|target| !is_base(target)) {
            let plan = self.graph.plan_upgrade(target, &rows)?;
            rows = plan.to.clone();
            if !plan.steps.is_empty() {
                plans.push((target, plan));
            }
        }
        Ok(plans)
    }

    /// Returns the hash of all that decides what is built.
    fn key(&self, plans: &[(&Target, Plan)], scratch: &Scratch) -> Result<String, Error> {
        let database = &self.config.database;
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        add(concat!("rev scratch 1, ", env!("CARGO_PKG_VERSION")));
        add(&scratch.circumstances());
        add(&format!("{:?}", (&database.version_table, &database.table_prefix, &database.schema)));
        add(&format!("{:?}", (database.transaction, database.statement_timeout)));
        for step in plans.iter().flat_map(|(_, plan)| &plan.steps) {
            add(step.revision.as_str());
            add(&self.script(&step.revision)?.source.text);
        }
        let digest = hash.finalize();
        Ok(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Makes the roles that the scripts name and do not make, on a server that has none but its own.
    async fn make_roles(&self, program: &Program, scratch: &mut Scratch) -> Result<(), Error> {
        let mut roles = Roles::default();
        program.steps.iter().flat_map(|step| step.statements()).for_each(|statement| roles.follow(statement));
        scratch.make_roles(&roles.missing()).await
    }

    /// Runs the plans, each when nothing of it reaches outside.
    async fn run_from_nothing(
        &self,
        plans: &[(&Target, Plan)],
        scratch: &mut Scratch,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<usize, RunFailure> {
        let mut outside = self.outside_of(scratch, session).await?;
        let mut steps = 0;
        for (target, _) in plans {
            steps += self.run_inside(target, &mut outside, scratch, session, actor, observer).await?;
        }
        Ok(steps)
    }

    /// Upgrades a scratch database to a target, when nothing of that reaches outside; returns how many revisions ran.
    pub(super) async fn run_inside(
        &self,
        target: &Target,
        outside: &mut Option<Outside>,
        scratch: &mut Scratch,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<usize, RunFailure> {
        let request = Request::Upgrade(target.clone());
        let program = self.program(&request, session).await?;
        if let Some(outside) = outside {
            expect_inside(program.steps.iter().flat_map(|step| step.statements()), outside)?;
        } else if program.dialect == Dialect::Postgres {
            self.make_roles(&program, scratch).await?;
        }
        Ok(Box::pin(self.migrate(&request, session, actor, observer)).await?.steps.len())
    }

    /// Upgrades a scratch database that is open, when nothing of that reaches outside.
    ///
    /// # Errors
    ///
    /// As [`Self::build`].
    pub async fn upgrade_scratch(
        &self,
        target: &Target,
        scratch: &mut Scratch,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<usize, RunFailure> {
        let mut outside = self.outside_of(scratch, session).await?;
        self.run_inside(target, &mut outside, scratch, session, actor, observer).await
    }

    /// Returns what is outside of a scratch database, where that is not a server of its own.
    pub(super) async fn outside_of(&self, scratch: &Scratch, session: &mut Session) -> Result<Option<Outside>, Error> {
        match scratch.is_shared() {
            true => Ok(Some(outside(session).await?)),
            false => Ok(None),
        }
    }
}

fn is_base(target: &Target) -> bool {
    target.anchor == Anchor::Base && target.offset == 0
}
