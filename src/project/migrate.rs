//! `upgrade`, `downgrade` and `stamp`: from a target to a plan, a program and a run.

use std::collections::BTreeSet;

use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Plan;
use crate::graph::Purge;
use crate::graph::RevisionGraph;
use crate::graph::RowChange;
use crate::graph::Step;
use crate::graph::Target;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::HistoryRow;
use crate::journal::Probe;
use crate::journal::ProgressRow;
use crate::program::compile::CompileFor;
use crate::program::dated::is_dated;
use crate::program::halfway::in_progress;
use crate::program::part::Part;
use crate::program::program::Program;
use crate::program::program::Scope;
use crate::project::hooks::around::Occasion;
use crate::project::project::Project;
use crate::project::recall::Recalled;
use crate::project::request::Request;
use crate::run::clock::Actor;
use crate::run::event::Event;
use crate::run::event::Observer;
use crate::run::event::Report;
use crate::run::event::RunFailure;
use crate::run::patience::Own;
use crate::run::restore_point::write_before;
use crate::run::run::run;
use crate::run::session::Session;
use crate::run::shield::raised::check_parents;
use crate::script::Warning;

impl Project {
    /// Finds what the request means for the database as it was last read, and checks all that can be checked.
    ///
    /// Sends nothing, except for a look at the history when there is something to do, or when a row is unknown, and at
    /// SQLite's foreign keys when tables are rebuilt.
    pub async fn program(&self, request: &Request, session: &mut Session) -> Result<Program, Error> {
        self.program_without(request, None, session).await
    }

    /// Finds the same when the upgrade of `nothing` seemed to have stopped half-way, and has left nothing to undo.
    async fn program_without(
        &self,
        request: &Request,
        nothing: Option<&RevisionId>,
        session: &mut Session,
    ) -> Result<Program, Error> {
        let (plan, recalled) = self.plan_and_recall(request, nothing, session).await?;
        let program = self.compile_plan(request, &plan, &recalled, &session.rows, &session.probe, &session.progress)?;
        check_parents(&[&program], session).await?;
        Ok(program)
    }

    /// Plans the request for the database as it was last read, and asks the history what it has to say of that.
    pub(crate) async fn plan_and_recall(
        &self,
        request: &Request,
        nothing: Option<&RevisionId>,
        session: &mut Session,
    ) -> Result<(Plan, Recalled), Error> {
        // Who stamps says what is true.
        if !matches!(request, Request::Stamp(..)) {
            session.check_explained()?;
        }
        let mut recalled = self.recall(request, session).await?;
        let planned = match (request, nothing) {
            (Request::Downgrade(target, _), Some(nothing)) => {
                plan_around(recalled.graph(self), target, &session.rows, nothing)
            }
            _ => self.plan(request, recalled.graph(self), &session.rows, &session.progress),
        };
        let planned = planned.map(|mut plan| {
            // What is true already is written down, too, where the tables do not fit each other.
            if let (true, Some(doubt)) = (plan.steps.is_empty(), &session.probe.doubt) {
                let revision = RevisionId::from_row(&doubt.last().revision);
                plan.steps.push(Step { revision, direction: Direction::Stamp, rows: RowChange::default() });
            }
            plan
        });
        let compared = match planned {
            Ok(plan) => self.compare(request, &plan, session, &mut recalled).await.map(|()| plan),
            Err(kind) => Err(kind.into()),
        };
        match compared {
            Ok(plan) => Ok((plan, recalled)),
            Err(error) => Err(self.explain(error, session).await),
        }
    }

    /// Finds what the request means for a database at `rows`, and checks all that can be checked.
    pub(crate) fn compile_request(
        &self,
        request: &Request,
        recalled: &Recalled,
        rows: &Heads,
        probe: &Probe,
        progress: &[ProgressRow],
    ) -> Result<Program, Error> {
        let plan = self.plan(request, recalled.graph(self), rows, progress)?;
        self.compile_plan(request, &plan, recalled, rows, probe, progress)
    }

    fn compile_plan(
        &self,
        request: &Request,
        plan: &Plan,
        recalled: &Recalled,
        rows: &Heads,
        probe: &Probe,
        progress: &[ProgressRow],
    ) -> Result<Program, Error> {
        let scope = match request {
            // A stamp only writes rows, and they belong together.
            Request::Stamp(..) => Scope::Run,
            Request::Upgrade(_) | Request::Downgrade(..) => self.scope(),
        };
        let mut scripts = self.scripts(plan)?;
        scripts.extend(recalled.scripts.iter().map(|(id, script)| (id.clone(), script.clone())));
        let mut program = Program::compile(plan, &scripts, &CompileFor { rows, probe, scope, progress })?;
        program.warnings.splice(..0, recalled.warnings.iter().cloned());
        // Whoever means it has said so.
        program.warnings.retain(|warning| !self.config.allowed.iter().any(|code| code == warning.code));
        if matches!(request, Request::Stamp(..)) {
            program.gives_up = self.halfway_of(rows, progress, probe);
        }
        Ok(program)
    }

    /// Does what the request asks, or nothing at all when it can be known beforehand that it would fail.
    pub async fn migrate(
        &self,
        request: &Request,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        match self.migrate_from_here(request, session, actor, observer).await {
            Ok(report) => Ok(report),
            Err(failure) => Err(self.say_what_stands(failure, request, session)),
        }
    }

    async fn migrate_from_here(
        &self,
        request: &Request,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        let program = self.program(request, session).await?;
        if program.is_empty() {
            return Ok(nothing_done(&program));
        }
        session.check_storable(&program).await?;
        let actor = &session.storable(actor).await?;
        observer.confirm(&program)?;
        session.interrupt.heed();
        if session.held.is_some() {
            return Box::pin(self.migrate_locked(request, program, session, actor, observer)).await;
        }
        session.lock(self.config.database.lock_wait, actor, observer).await?;
        // On the heap, with what it waits for: each layer of a run is large, and a stack is not.
        let result = Box::pin(self.migrate_locked(request, program, session, actor, observer)).await;
        session.unlock().await;
        result
    }

    /// Runs `program`, or what has become of it while the lock was waited for.
    async fn migrate_locked(
        &self,
        request: &Request,
        mut program: Program,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        let (rows, progress) = (session.rows.clone(), session.progress.clone());
        session.patiently(observer, Own::ReadToWrite).await?;
        if (&rows, &progress) != (&session.rows, &session.progress) {
            program = self.program(request, session).await?;
            if program.is_empty() {
                return Ok(nothing_done(&program));
            }
            observer.confirm_change(&program)?;
        }
        check_parents(&[&program], session).await?;
        session.check_timeouts(&program).await?;
        let mut occasion = Occasion::of(&program);
        let result = match self.hooks_before(&mut occasion, session, observer).await {
            Ok(()) => Box::pin(self.run_ready(request, program, session, actor, observer)).await,
            Err(error) => Err(error.into()),
        };
        self.hooks_after(&occasion, result, session, observer).await
    }

    /// Runs `program`, which is what the request means for the database as it is now.
    async fn run_ready(
        &self,
        request: &Request,
        mut program: Program,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        write_before(&program, session, &self.config.database, observer).await?;
        session.shape_new_file(&program).await?;
        session.patiently(observer, Own::CreateJournal).await?;
        session.patiently(observer, Own::BeginEpoch(actor)).await?;
        // A stamp that goes over what is in doubt gives it up.
        if !matches!(request, Request::Stamp(..)) && session.settle(self.config.database.lock_wait).await? {
            session.refresh().await?;
            let nothing = program.steps.first().filter(|step| step.undo.is_some() && session.progress.is_empty());
            let nothing = nothing.map(|step| step.revision.clone());
            program = self.program_without(request, nothing.as_ref(), session).await?;
            if program.is_empty() {
                return Ok(nothing_done(&program));
            }
        }
        program.warnings.extend(unusual_session(&program, session));
        observer.event(Event::Started { program: &program });
        program.warnings.iter().for_each(|warning| observer.event(Event::Warning(warning)));
        let report = Box::pin(run(&program, session, actor, observer)).await?;
        session.moved_to(&report.to);
        Ok(report)
    }

    pub(crate) fn compile(&self, plan: &Plan, target: &CompileFor<'_>) -> Result<Program, Error> {
        Program::compile(plan, &self.scripts(plan)?, target)
    }

    fn plan(
        &self,
        request: &Request,
        graph: &RevisionGraph,
        rows: &Heads,
        progress: &[ProgressRow],
    ) -> Result<Plan, ErrorKind> {
        let (plan, direction) = match request {
            Request::Upgrade(target) => (graph.plan_upgrade(target, rows)?, Direction::Upgrade),
            Request::Downgrade(target, _) => match progress.first() {
                Some(first) if first.direction == Direction::Upgrade => {
                    return plan_undo(graph, target, rows, &first.revision)?.ok_or_else(|| in_progress(progress));
                }
                _ => (graph.plan_downgrade(target, rows)?, Direction::Downgrade),
            },
            Request::Stamp(targets, purge) => return self.plan_stamp(targets, *purge, rows, progress),
        };
        let Some(stopped) = progress.last() else { return Ok(plan) };
        let at = plan.steps.iter().position(|step| step.revision == stopped.revision);
        match at {
            Some(at) if stopped.direction == direction => Ok(continued_first(graph, plan, at, rows)),
            _ => Err(in_progress(progress)),
        }
    }

    /// A purge also gives up what stopped half-way: whoever purges says what is true.
    fn plan_stamp(
        &self,
        targets: &[Target],
        purge: Purge,
        rows: &Heads,
        progress: &[ProgressRow],
    ) -> Result<Plan, ErrorKind> {
        let stopped = progress.first();
        if purge == Purge::Keep && stopped.is_some() {
            return Err(in_progress(progress));
        }
        let mut plan = self.graph.plan_stamp(targets, rows, purge)?;
        if let (true, Some(stopped)) = (plan.steps.is_empty(), stopped) {
            plan.steps.push(Step {
                revision: stopped.revision.clone(),
                direction: Direction::Stamp,
                rows: RowChange::default(),
            });
        }
        Ok(plan)
    }

    /// Adds to an unknown row what the history knows of it, and to a revision that stopped where it did.
    pub(crate) async fn explain(&self, error: Error, session: &mut Session) -> Error {
        match &*error.kind {
            ErrorKind::UnknownRow { revision, .. } => {
                let revision = revision.clone();
                let row = session.applied(&revision).await.ok().flatten();
                let (applied, below) = (row.as_ref().map(HistoryRow::note), row.as_ref().and_then(HistoryRow::parent));
                ErrorKind::UnknownRow { revision, applied, below: below.map(str::to_owned) }.into()
            }
            ErrorKind::InProgress { .. } => self.halfway(session).map_or(error, |halfway| halfway.error().into()),
            _ => error,
        }
    }
}

/// Returns what is to be said of a session whose settings nobody could find out, at the first statement that depends on
/// them.
fn unusual_session(program: &Program, session: &Session) -> Option<Warning> {
    let [first, ..] = session.usual.unknown.as_slice() else { return None };
    let parts = program.steps.iter().flat_map(|step| step.parts.iter().skip(step.parts_done));
    let statement = parts.flat_map(Part::statements).find(|statement| is_dated(statement))?;
    let names: Vec<String> = session.usual.unknown.iter().map(|name| format!("`{name}`")).collect();
    let message = format!(
        "it may depend on {}, of which the server does not tell this user what it would give other clients; rev's session \
         has UTC and ISO, MDY: say what is right in the URL (`options=-c {first}=…`) or with `ALTER DATABASE … SET {first} \
         TO …`",
        names.join(" and ")
    );
    Some(Warning { code: "session-setting-unknown", message, span: statement.span.clone() })
}

/// Puts a revision that stopped half-way before all others; it was applicable then, so it is now.
fn continued_first(graph: &RevisionGraph, mut plan: Plan, at: usize, rows: &Heads) -> Plan {
    if at > 0 {
        let step = plan.steps.remove(at);
        plan.steps.insert(0, step);
        change_rows_anew(graph, &mut plan, rows);
    }
    plan
}

/// Plans a downgrade of all that stands, also of what a half-run upgrade left, which goes first; nothing when that is
/// not above the target.
fn plan_undo(
    graph: &RevisionGraph,
    target: &Target,
    rows: &Heads,
    halfway: &RevisionId,
) -> Result<Option<Plan>, ErrorKind> {
    if let Some(revision) = graph.unknown_rows(rows).into_iter().next() {
        return Err(ErrorKind::UnknownRow { revision, applied: None, below: None });
    }
    let above = graph.heads_after(rows, halfway, Direction::Upgrade);
    let mut plan = graph.plan_downgrade(target, &above)?;
    let Some(at) = plan.steps.iter().position(|step| step.revision == *halfway) else { return Ok(None) };
    let step = plan.steps.remove(at);
    plan.steps.insert(0, step);
    plan.from = graph.maximal(rows);
    change_rows_anew(graph, &mut plan, rows);
    Ok(Some(plan))
}

/// Plans the same after it was found out that nothing is left of the half-run upgrade: a target such as `-1` was meant
/// with it, and takes off nothing else instead.
fn plan_around(graph: &RevisionGraph, target: &Target, rows: &Heads, nothing: &RevisionId) -> Result<Plan, ErrorKind> {
    let Some(mut plan) = plan_undo(graph, target, rows, nothing)? else {
        return graph.plan_downgrade(target, rows);
    };
    plan.steps.remove(0);
    change_rows_anew(graph, &mut plan, rows);
    Ok(plan)
}

/// Finds the change of the rows for each step again; one that is not applied changes none when it is taken off.
fn change_rows_anew(graph: &RevisionGraph, plan: &mut Plan, rows: &Heads) {
    let mut before = rows.clone();
    for step in &mut plan.steps {
        let after = graph.heads_after(&before, &step.revision, step.direction);
        let difference = |a: &Heads, b: &Heads| -> BTreeSet<RevisionId> { a.0.difference(&b.0).cloned().collect() };
        step.rows = RowChange { delete: difference(&before, &after), insert: difference(&after, &before) };
        before = after;
    }
}

fn nothing_done(program: &Program) -> Report {
    Report {
        from: program.from.clone(),
        to: program.to.clone(),
        steps: Vec::new(),
        restore_point: None,
        journal_created: false,
        warnings: Vec::new(),
    }
}
