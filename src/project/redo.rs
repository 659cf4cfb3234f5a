//! `redo`: one down, one up, as one run.

use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Anchor;
use crate::graph::Move;
use crate::graph::Target;
use crate::id::Heads;
use crate::program::compile::CompileFor;
use crate::program::halfway::in_progress;
use crate::program::program::Program;
use crate::project::hooks::around::Occasion;
use crate::project::project::Project;
use crate::project::request::Request;
use crate::project::request::Sections;
use crate::run::clock::Actor;
use crate::run::event::Observer;
use crate::run::event::Report;
use crate::run::event::RunFailure;
use crate::run::session::Session;
use crate::run::shield::raised::check_parents;

/// A change of the scripts between the way down and the way up.
pub struct Rewriting<'a> {
    /// What it changes in the graph.
    pub change: &'a Move,
    /// Does it; called once, when what it concerns is no longer applied.
    pub write: &'a mut (dyn FnMut() -> Result<(), Error> + Send),
}

impl Project {
    /// Undoes a revision, with all that grows from it, and applies it again.
    ///
    /// Both ways are checked before the first statement.
    pub async fn redo(
        &self,
        target: &Target,
        sections: Sections,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        self.redo_around(target, sections, None, session, actor, observer).await
    }

    /// Undoes a revision, with all that grows from it, moves it, and applies it again.
    ///
    /// Both ways are checked before the first statement. When a downgrade fails, the scripts stay as they are.
    pub async fn redo_moved(
        &self,
        rewriting: Rewriting<'_>,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        let target = Target::revision(&rewriting.change.revision);
        self.redo_around(&target, Sections::Script, Some(rewriting), session, actor, observer).await
    }

    async fn redo_around(
        &self,
        target: &Target,
        sections: Sections,
        rewriting: Option<Rewriting<'_>>,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        let down = self.down(target, sections, session).await?;
        // Nobody shall wait for the lock while somebody thinks about an answer.
        observer.confirm(&self.program(&down, session).await?)?;
        let seen = (session.rows.clone(), session.progress.clone());
        session.interrupt.heed();
        let actor = &session.storable(actor).await?;
        session.lock(self.config.database.lock_wait, actor, observer).await?;
        let result = async {
            session.refresh().await?;
            let down = self.down(target, sections, session).await?;
            if (&seen.0, &seen.1) != (&session.rows, &session.progress) {
                observer.confirm_change(&self.program(&down, session).await?)?;
            }
            Box::pin(self.redo_locked(down, rewriting, session, actor, observer)).await
        };
        let result = result.await;
        session.unlock().await;
        result
    }

    /// Returns the first half of a redo.
    async fn down(&self, target: &Target, sections: Sections, session: &mut Session) -> Result<Request, Error> {
        if session.progress.first().is_some_and(|row| row.direction == Direction::Upgrade) {
            // It is neither applied, to be taken off, nor should it be forgotten to be applied again.
            return Err(self.explain(in_progress(&session.progress).into(), session).await);
        }
        if let Some(revision) = self.graph.unknown_rows(&session.rows).into_iter().next() {
            // What no script has could only be taken off.
            let error = ErrorKind::UnknownRow { revision, applied: None, below: None }.into();
            return Err(self.explain(error, session).await);
        }
        if session.rows.is_empty() && target.needs_rows() {
            return Err(ErrorKind::NothingToRedo.into());
        }
        Ok(Request::Downgrade(self.below(target, session)?, sections))
    }

    async fn redo_locked(
        &self,
        down: Request,
        rewriting: Option<Rewriting<'_>>,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        let before = self.graph.maximal(&session.rows);
        let program = self.program(&down, session).await?;
        let mut rows = program.to.clone();
        let mut ups = Vec::new();
        let moved = rewriting.as_ref().map(|rewriting| self.moved(rewriting.change)).transpose()?;
        let after = moved.as_ref().unwrap_or(self);
        for id in before.iter() {
            let up = after.graph.plan_upgrade(&Target::revision(id), &rows).map_err(Error::from)?;
            after.check_unedited(&up, session).await?;
            let target =
                CompileFor { rows: &rows, probe: &session.probe, scope: self.scope(), progress: &session.progress };
            ups.push(after.compile(&up, &target)?);
            rows = up.to;
        }
        let both: Vec<&Program> = [&program].into_iter().chain(&ups).collect();
        check_parents(&both, session).await?;
        let mut occasion = Occasion::there_and_back(&program);
        let result = match self.hooks_before(&mut occasion, session, observer).await {
            Ok(()) => Box::pin(self.down_and_up(&down, &before, rewriting, session, actor, observer)).await,
            Err(error) => Err(error.into()),
        };
        self.hooks_after(&occasion, result, session, observer).await
    }

    async fn down_and_up(
        &self,
        down: &Request,
        before: &Heads,
        rewriting: Option<Rewriting<'_>>,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        let mut report = Box::pin(self.migrate(down, session, actor, observer)).await?;
        let rewritten = match rewriting.map(|rewriting| self.rewritten(rewriting)).transpose() {
            Ok(rewritten) => rewritten,
            Err(error) => return Err(RunFailure { error, report: Some(report), stopped: None, standing: None }),
        };
        let project = rewritten.as_ref().unwrap_or(self);
        for id in before.iter() {
            let up = Request::Upgrade(Target::revision(id));
            match Box::pin(project.migrate(&up, session, actor, observer)).await {
                Ok(then) => report.go_on(then),
                Err(mut failure) => {
                    failure.report.take().into_iter().for_each(|then| report.go_on(then));
                    failure.report = Some(report);
                    return Err(failure);
                }
            }
        }
        Ok(report)
    }

    fn rewritten(&self, rewriting: Rewriting<'_>) -> Result<Self, Error> {
        (rewriting.write)()?;
        self.reload()
    }

    /// Returns the target of the downgrade that undoes a revision; `-1` would be ambiguous where it is a merge.
    fn below(&self, target: &Target, session: &Session) -> Result<Target, Error> {
        let id = self.graph.resolve_one(target, &session.rows)?;
        if !self.graph.applied(&session.rows).contains(&id) {
            return Err(ErrorKind::NotApplied { revision: id }.into());
        }
        let parent = self.graph.get(&id).and_then(|revision| revision.down_revisions.first());
        let anchor = parent.map_or(Anchor::Base, |parent| Anchor::Name(parent.to_string()));
        Ok(Target { label: Some(id.to_string()), anchor, offset: 0 })
    }
}
