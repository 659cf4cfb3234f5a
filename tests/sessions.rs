//! The sessions of the documentation and of `tests/sessions` go as they are written down.

mod support;

use std::path::Path;

use support::Normal;
use support::Session;

fn run(text: &str) -> (Vec<String>, String) {
    let mut session = Session::parse(Path::new("session.md"), text);
    let differences = session.run();
    (differences, session.text())
}

fn check_fits(text: &str) {
    let (differences, after) = run(text);
    assert_eq!(differences, Vec::<String>::new());
    assert_eq!(after, text);
}

fn check_blessed(before: &str, after: &str) {
    let (differences, blessed) = run(before);
    assert_ne!(differences, Vec::<String>::new());
    assert_eq!(blessed, after);
}

#[test]
fn the_shell_lives_as_long_as_the_file() {
    check_fits(
        "# Title\n\n```console\n$ mkdir a\n$ cd a\n$ x=1\n```\n\nAnd:\n\n```console\n$ pwd; echo $x\n[DIR]/a\n1\n```\n",
    );
}

#[test]
fn a_here_document_goes_on_in_the_lines_below() {
    check_fits("```console\n$ cat > f <<'EOF'\n> one $x\n>\n> two\n> EOF\n$ cat f\none $x\n\ntwo\n```\n");
}

#[test]
fn errors_and_exit_codes_stand_among_the_output() {
    check_fits("```console\n$ echo out; echo err >&2; (exit 2)\nout\nerr\n(exit 2)\n$ false\n(exit 1)\n```\n");
}

#[test]
fn a_session_has_room_above_its_folder() {
    check_fits("```console\n$ mkdir ../other\n$ ls ..; (cd ../other; pwd)\nother\nproject\n[DIR]/../other\n```\n");
}

#[test]
fn nothing_is_made_outside_of_the_room() {
    let (differences, _) = run("```console\n$ touch ../../stray\n```\n");
    assert!(matches!(&differences[..], [one] if one.ends_with("outside of its room: stray")), "{differences:?}");
}

#[test]
fn what_a_session_leaves_is_removed() {
    let (_, text) = run("```console\n$ touch ../kept \"$TMPDIR/kept\"; cd ..; pwd | tr / +\n```\n");
    let room = text.lines().nth(2).expect("a command prints").replace('+', "/");
    assert!(room.ends_with("/room") && !Path::new(&room).exists(), "{room}");
}

#[test]
fn the_projects_of_the_machine_are_not_above_a_session() {
    check_fits("```console\n$ rev history 2>&1 | head -n 1 | cut -d: -f1\nerror[no-config]\n```\n");
}

#[test]
fn every_session_has_the_day_of_the_pages() {
    check_fits(
        "```console\n$ rev init -q >/dev/null; rev revision -m x --rev-id 0001 | cut -c-30\nversions/2026-11-20_0001_x.sql\n\
         $ ls versions/2026-11-20_0001_x.sql | wc -l; grep -c 'created: 2026-11-20T09:1' versions/*\n1\n1\n```\n",
    );
}

#[test]
fn other_blocks_are_not_run() {
    check_fits("```sh\n$ touch f\n```\n\n```console\n$ ls\n```\n");
}

#[test]
fn an_id_of_the_file_is_the_id_of_the_run_in_later_commands() {
    check_fits(
        "```console\n$ id=0123456789ab; echo \"versions/$(date +%Y-%m-%d)_${id}_x.sql\" | sed s/0123/4567/ | tee path\n\
         versions/2001-01-01_fedcba987654_x.sql\n\
         $ echo versions/2001-01-01_fedcba987654_x.sql | cmp - path && echo fedcba987654 in 3 ms && grep -c _fedcba98 path\n\
         fedcba987654 in 15 ms\n1\n```\n",
    );
}

#[test]
fn two_ids_that_are_one_in_the_file_do_not_fit() {
    let (differences, _) =
        run("```console\n$ printf '%s%s %s%s\\n' aaaaaa bbbbbb cccccc dddddd\n111111111111 111111111111\n```\n");
    assert_eq!(differences.len(), 1);
}

#[test]
fn blessing_writes_what_came_and_keeps_what_still_fits() {
    check_blessed(
        "```console\n$ echo took 5 ms\ntook 7 ms\n$ echo new; (exit 3)\nold\n```\n",
        "```console\n$ echo took 5 ms\ntook 7 ms\n$ echo new; (exit 3)\nnew\n(exit 3)\n```\n",
    );
}

#[test]
fn blessing_keeps_the_ids_of_the_file() {
    check_blessed(
        "```console\n$ printf 'aaaaaa%s\\n' bbbbbb\n111111111111\n$ printf 'new aaaaaa%s\\n' bbbbbb\nold\n```\n",
        "```console\n$ printf 'aaaaaa%s\\n' bbbbbb\n111111111111\n$ printf 'new aaaaaa%s\\n' bbbbbb\nnew 111111111111\n```\n",
    );
}

fn check_normal(text: &str, normal: &str) {
    assert_eq!(Normal::for_folder(Path::new("/some/folder")).text(text), normal);
}

#[test]
fn the_same_id_gets_the_same_name() {
    check_normal("9f2c41d07ab3 <- 4be2a1c09d77, 9f2c41d07ab3", "[ID1] <- [ID2], [ID1]");
    check_normal("versions/2026-11-20_9f2c41d07ab3_add.sql", "versions/[DATE]_[ID1]_add.sql");
    check_normal("9f2c41d07ab 9f2c41d07ab34 x9f2c41d07ab3", "9f2c41d07ab 9f2c41d07ab34 x9f2c41d07ab3");
}

#[test]
fn dates_times_and_durations_have_no_value() {
    check_normal("2026-11-20T09:12:44Z", "[TIME]");
    check_normal("2026-11-20 09:12:44.123+01:00 it", "[TIME] it");
    check_normal("on 2026-11-20, in 12 ms", "on [DATE], in [TIME]");
    check_normal("1.25s (3 s)", "[TIME] ([TIME])");
    check_normal("{\"duration_ms\":12,\"n\":1}", "{\"duration_ms\":[TIME],\"n\":1}");
    check_normal("3 scripts, v1.2s, 12 msg", "3 scripts, v1.2s, 12 msg");
}

#[test]
fn a_duration_does_not_move_its_column() {
    check_normal("a    12 ms   ok", "a [TIME] ok");
    check_normal("a   1.2 s    ok", "a [TIME] ok");
}

#[test]
fn the_folder_and_the_ends_of_lines_are_gone() {
    check_normal("/some/folder/app.db  \n\n", "[DIR]/app.db");
}

#[test]
fn the_machine_has_no_name() {
    let host = gethostname::gethostname().to_string_lossy().into_owned();
    check_normal(&format!("ada@{host} {{\"host\":\"{host}\"}}"), "ada@laptop {\"host\":\"laptop\"}");
}

#[test]
fn the_help_of_every_command() {
    Session::check("tests/sessions/help.md");
}

#[test]
fn rev_alone_says_how_things_stand() {
    Session::check("tests/sessions/overview.md");
}

#[test]
fn a_slip_in_an_argument() {
    Session::check("tests/sessions/arguments.md");
}

#[test]
fn configuration_that_is_missing_or_wrong() {
    Session::check("tests/sessions/configuration.md");
}

#[test]
fn scripts_with_faults() {
    Session::check("tests/sessions/scripts.md");
}

#[test]
fn revisions_that_do_not_fit_together() {
    Session::check("tests/sessions/graph.md");
}

#[test]
fn pictures_show_the_graph_and_what_is_applied() {
    Session::check("tests/sessions/pictures.md");
}

#[test]
fn new_scripts_that_are_refused() {
    Session::check("tests/sessions/new-scripts.md");
}

#[test]
fn runs_that_stop() {
    Session::check("tests/sessions/runs.md");
}

#[test]
fn what_is_easily_overlooked() {
    Session::check("tests/sessions/first-hour.md");
}

#[test]
fn an_upgrade_that_stopped_half_way() {
    Session::check("tests/sessions/halfway.md");
}

#[test]
fn edited_and_lost_scripts() {
    Session::check("tests/sessions/edited.md");
}

#[test]
fn environments_and_protected_databases() {
    Session::check("tests/sessions/environments.md");
}

#[test]
fn the_quick_start_of_the_readme() {
    Session::check("README.md");
}

#[test]
fn the_tutorial() {
    Session::check("docs/tutorial.md");
}

#[test]
fn the_quick_start_can_be_pasted() {
    ["sh", "bash"].iter().for_each(|shell| Session::paste("README.md", shell));
}

#[test]
fn the_tutorial_can_be_pasted() {
    ["sh", "bash"].iter().for_each(|shell| Session::paste("docs/tutorial.md", shell));
}

#[test]
fn the_log_for_programs() {
    Session::check("docs/logs.md");
}

#[test]
fn offline_sql_in_a_shell() {
    Session::check("docs/offline-sql.md");
}

#[test]
fn environments_from_a_laptop_to_production() {
    Session::check("docs/environments.md");
}

#[test]
fn a_revision_that_the_model_writes() {
    Session::check("docs/autogenerate.md");
}

#[test]
fn the_examples_of_every_command() {
    Session::check("docs/commands.md");
}

#[test]
fn a_line_that_a_shell_completes() {
    Session::check("tests/sessions/completions.md");
}
