//! The library as a program uses it: its futures can move between the threads of the program's own runtime.

#![allow(clippy::unwrap_used)] // nothing of it is run

use rev::Project;
use rev::graph::Target;
use rev::project::Request;
use rev::project::Sections;
use rev::project::TestDatabase;
use rev::run::Actor;
use rev::run::Answer;
use rev::run::Session;
use rev::run::Silent;
use rev::script::Embedded;

fn is_send<T: Send>(_: T) {}

/// Compiling this is the test.
#[test]
fn futures_can_move_from_thread_to_thread() {
    let _ = |project: &'static Project, request: &'static Request, target: &'static Target, actor: &'static Actor| {
        is_send(rev::upgrade(Embedded::new(&[]), "sqlite:x.db"));
        is_send(TestDatabase::at_head(std::path::Path::new(".")));
        is_send(TestDatabase::of(project));
        is_send(project.open());
        is_send(async move { project.upgrade(actor, &mut Silent).await });
        is_send(async move {
            let mut session: Session = project.open().await.unwrap();
            let _ = project.program(request, &mut session).await;
            let _ = project.migrate(request, &mut session, actor, &mut Silent).await;
            let _ = project.redo(target, Sections::Script, &mut session, actor, &mut Silent).await;
            let _ = project.resume(Answer::Ran, &mut session, actor, &mut Silent).await;
            let _ = project.accept(std::slice::from_ref(target), &mut session, actor, &mut Silent).await;
            session.close().await;
        });
    };
}
