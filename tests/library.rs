//! The library as a program uses it that upgrades its database when it starts.

use rev::Project;
use rev::engine::Actor;
use rev::engine::Request;
use rev::engine::Session;
use rev::engine::Silent;

fn is_send<T: Send>(_: &T) {}

#[test]
fn futures_can_move_from_thread_to_thread() {
    let _ = |project: &'static Project, request: &'static Request, session: &'static mut Session, actor: &'static Actor, observer: &'static mut Silent| {
        is_send(&project.migrate(request, session, actor, observer));
    };
}
