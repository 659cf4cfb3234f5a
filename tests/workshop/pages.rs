//! Long output on a terminal.

use std::fs::File;
use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::thread;

use rustix::pty::OpenptFlags;
use rustix::pty::grantpt;
use rustix::pty::openpt;
use rustix::pty::ptsname;
use rustix::pty::unlockpt;
use rustix::termios::Winsize;
use rustix::termios::tcsetwinsize;

use crate::place::Place;

const COLUMNS: u16 = 80;

/// Runs `rev` on a terminal of its own, and returns its exit status and all that was shown.
fn on_terminal(place: &Place, line: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let name = std::path::Path::new(std::ffi::OsStr::from_bytes(name.to_bytes()));
    let terminal = || OpenOptions::new().read(true).write(true).open(name).unwrap();
    let size = Winsize { ws_row: 24, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(terminal(), size).unwrap();
    let mut command: Command = place.command(&line.split_whitespace().collect::<Vec<_>>());
    command.env("TERM", "xterm").env("NO_COLOR", "1").envs(variables.iter().copied());
    let mut child = command.stdin(terminal()).stdout(terminal()).stderr(terminal()).spawn().unwrap();
    drop(command);
    let mut master = File::from(master);
    let reader = thread::spawn(move || {
        let mut shown = Vec::new();
        // A terminal that everybody has closed is read with an error on Linux.
        let _ = master.read_to_end(&mut shown);
        String::from_utf8(shown).unwrap().replace("\r\n", "\n")
    });
    let status = child.wait().unwrap();
    (status.code(), reader.join().unwrap())
}

/// A pager that marks what went through it.
const MARKING: (&str, &str) = ("REV_PAGER", "sed 's/^/page: /'");

#[test]
fn long_output_is_paged_on_a_terminal() {
    let place = Place::with("a; b < a");
    place.run("upgrade").succeeded();
    for line in
        ["history", "history -v", "history --graph", "log", "heads", "branches", "show heads", "upgrade a:b --sql"]
    {
        let (code, shown) = on_terminal(&place, line, &[MARKING]);
        // Warnings, and the line that names the database, are no part of the output.
        let talk = ["page: ", "warning: ", "log sqlite:"];
        let is_paged = shown.lines().all(|line| talk.iter().any(|start| line.starts_with(start)));
        let has_none = shown == "no revision has more than one child\n";
        assert!(code == Some(0) && (is_paged || has_none), "{line}: {shown}");
    }
    let (_, shown) = on_terminal(&place, "upgrade base+1 --dry-run", &[("PAGER", MARKING.1)]);
    assert!(shown.contains("\npage: nothing to do"), "{shown}");
    let (_, shown) = on_terminal(&place, "history", &[("PAGER", "false"), MARKING]);
    assert!(shown.starts_with("page: a -> b (head)"), "{shown}");
}

#[test]
fn who_wants_no_pager_gets_none() {
    let place = Place::with("a; b < a");
    let whole = place.run("history").succeeded().to_owned();
    for (line, variables) in [
        ("history --no-pager", &[MARKING][..]),
        ("--no-pager history", &[MARKING]),
        ("history", &[("REV_PAGER", ""), ("PAGER", "false")]),
        ("history", &[("REV_PAGER", "cat"), ("PAGER", "false")]),
        ("history", &[("PAGER", "")]),
        ("history", &[MARKING, ("TERM", "dumb")]),
    ] {
        assert_eq!(on_terminal(&place, line, variables), (Some(0), whole.clone()), "{line} {variables:?}");
    }
    let (_, shown) = on_terminal(&place, "history --json", &[MARKING]);
    assert!(shown.starts_with("{\"ok\":true"), "{shown}");
    // Not a terminal.
    let mut command = place.command(&["history"]);
    command.env("TERM", "xterm").envs([MARKING]);
    assert_eq!(crate::support::Output::of(command).succeeded(), whole);
}

#[test]
fn a_pager_that_is_missing_loses_nothing() {
    let place = Place::with("a; b < a");
    let whole = place.run("history").succeeded().to_owned();
    let (code, shown) = on_terminal(&place, "history", &[("REV_PAGER", "no-such-pager -x")]);
    assert_eq!(code, Some(0));
    assert!(shown.contains(&whole) && shown.contains("the pager `no-such-pager -x` cannot be started"), "{shown}");
}

#[test]
fn a_pager_that_is_left_early_is_no_failure() {
    let place = Place::new("");
    // More than a pipe holds.
    let id = |at: usize| format!("{}{at}", "r".repeat(50));
    for at in 0..500 {
        let parent = if at == 0 { String::new() } else { id(at - 1) };
        place.script(&id(at), &parent, "\n-- rev: upgrade\n");
    }
    let (code, shown) = on_terminal(&place, "history -v", &[("REV_PAGER", "head -n 1; exit 1")]);
    assert_eq!((code, shown), (Some(0), format!("Rev: {} (head)\n", id(499))));
}

#[test]
fn a_list_fits_the_terminal_and_is_whole_elsewhere() {
    let place = Place::new("");
    let message = "ä message that goes on and on ".repeat(6);
    let text = format!("-- {message}\n--\n-- revision: a\n\n-- rev: upgrade\n\n-- rev: downgrade\n");
    place.write("versions/a.sql", text);
    place.run("upgrade").succeeded();
    for line in ["history", "history --graph", "heads"] {
        let (_, shown) = on_terminal(&place, line, &[("PAGER", "cat")]);
        let widest = shown.lines().map(|line| line.chars().count()).max();
        assert!(widest == Some(usize::from(COLUMNS)) && shown.contains('…'), "{line}: {shown}");
        assert!(place.run(line).succeeded().contains(message.trim_end()));
    }
    // Who did it stands at the end.
    let (_, shown) = on_terminal(&place, "log", &[("PAGER", "cat")]);
    let fits = shown.lines().all(|line| line.chars().count() <= usize::from(COLUMNS));
    assert!(fits && shown.contains("\n      goes on") && !shown.contains('…') && shown.contains(", by "), "{shown}");
    let (_, shown) = on_terminal(&place, "history -v", &[("PAGER", "cat")]);
    assert!(shown.contains(message.trim_end()), "{shown}");
    let (_, shown) = on_terminal(&place, "redo --yes", &[]);
    assert!(shown.contains("… … done ("), "{shown}");
}
