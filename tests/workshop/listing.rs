//! `history`, `branches`, `show` and `current`: what each target and each range means through the command line.

use crate::place::Place;
use crate::place::refused;

/// Two labelled branches that are merged, and a base of its own: `a - b - c - m - n`, `a - x - y - m`, `l`.
fn place() -> Place {
    let place = Place::with("a");
    let body = |label: &str| format!("-- branch_labels: {label}\n\n-- rev: upgrade\n\n-- rev: downgrade\n");
    place.script("b", "a", &body("shop"));
    place.script("x", "a", &body("blog"));
    place.grow("c < b; y < x; m < c y; n < m");
    place.script("l", "", "-- branch_labels: lib\n-- depends_on: b\n-- rev: upgrade\n\n-- rev: downgrade\n");
    place
}

/// Checks what a range of the history holds, newest first.
#[track_caller]
fn check_range(place: &Place, range: &str, expected: &str) {
    let output = place.rev(&["history", "-r", range, "--json"]);
    output.succeeded();
    let document = output.json();
    let ids = document["revisions"].as_array().unwrap().iter().map(|revision| revision["revision"].as_str().unwrap());
    assert_eq!(ids.collect::<Vec<_>>().join(" "), expected, "{range}");
}

/// Checks that a range is refused, and why.
#[track_caller]
fn check_refused(place: &Place, range: &str, code: &str) {
    refused(&place.rev(&["history", "-r", range]), code);
}

#[test]
fn a_history_has_a_lower_and_an_upper_end() {
    let place = place();
    check_range(&place, ":", "n m y x c l b a");
    check_range(&place, "b:n", "n m c b");
    check_range(&place, "b:", "n m c b");
    check_range(&place, ":c", "c b a");
    check_range(&place, ":n-1", "m y x c b a");
    check_range(&place, "base:x", "x a");
    check_range(&place, "x:x", "x");
    check_range(&place, "base:heads", "n m y x c l b a");
    check_refused(&place, "c:b", "bad-range");
    check_refused(&place, "b:nope", "unknown-revision");
    check_refused(&place, ":head", "multiple-heads");
    check_refused(&place, "b", "range-required");
    check_refused(&place, "a:b:c", "range-required");
}

#[test]
fn an_end_of_a_history_can_count_from_the_other_end() {
    let place = place();
    check_range(&place, "-1:n", "n m");
    check_range(&place, "-1:c", "c b");
    check_range(&place, "-9:c", "c b a"); // it stops where the graph does
    check_range(&place, "x:+1", "y x");
    check_refused(&place, "-2:n", "ambiguous-walk"); // below `n` is a merge
    check_refused(&place, "-1:", "multiple-heads");
    check_refused(&place, "a:+1", "ambiguous-walk");
    check_range(&Place::with("a; b < a; c < b; d < c"), "-2:", "d c b");
    check_range(&Place::with("a; b < a; c < b; d < c"), ":+2", "b a");
}

#[test]
fn an_end_of_a_history_can_be_where_the_database_is() {
    let place = place();
    place.run("upgrade c").succeeded();
    check_range(&place, "-1:current", "c b");
    check_range(&place, "-3:current", "c b a");
    check_range(&place, "current:+1", "m c");
    check_range(&place, "current:+2", "n m c");
    check_range(&place, ":current", "c b a");
    check_range(&place, "current:", "n m c");
    check_range(&place, "current-1:current", "c b");
    check_range(&place, "-1:+1", "m c b");
    place.run("downgrade base").succeeded();
    check_range(&place, ":current", "");
    assert_eq!(place.run("history -r :current").stderr, "no revision to list\n");
}

#[test]
fn a_label_narrows_a_history_to_its_branch() {
    let place = place();
    check_range(&place, "shop@base:", "n m y x c b a");
    check_range(&place, "shop@b:m", "m c b");
    check_range(&place, "lib@base:lib@head", "l b a");
    check_range(&place, "shop@a:+1", "b a");
    check_range(&place, "blog@a:+1", "x a");
    check_refused(&place, "shpo@base:", "unknown-label");
    check_refused(&place, "shop@x:", "not-in-branch");
    place.run("upgrade b").succeeded();
    place.run("upgrade y").succeeded();
    check_range(&place, "blog@current:blog@+1", "m y");
    check_refused(&place, "current:+1", "ambiguous-current");
}

#[test]
fn a_history_marks_where_the_database_is_and_lists_on_lines() {
    let place = place();
    place.run("upgrade c").succeeded();
    let output = place.run("history -i -r b:m");
    assert_eq!(
        output.succeeded(),
        "c, y -> m (blog, shop) (mergepoint), m\nb -> c (shop) (current), c\na -> b (shop), b\n"
    );
    let output = place.run("history --graph -r b:m");
    let ids = output.succeeded().lines().filter_map(|line| line.split_once("*")?.1.trim_start().split(' ').next());
    assert_eq!(ids.collect::<Vec<_>>(), ["m", "c", "b"]);
    let output = place.run("history -i -r b:m --json").json();
    let states =
        output["revisions"].as_array().unwrap().iter().map(|it| (it["is_current"].clone(), it["applied"].clone()));
    assert_eq!(
        states.collect::<Vec<_>>(),
        [(false, false), (true, true), (false, true)].map(|(a, b)| (a.into(), b.into()))
    );
    let output = place.run("history -v -r c:c");
    assert!(
        output.succeeded().contains("Rev: c\nParent: b\nLabels: shop\nPath: versions/c.sql\n"),
        "{}",
        output.stdout
    );
}

#[test]
fn branches_lists_what_grows_from_each_branch_point() {
    let place = place();
    let output = place.run("branches");
    assert_eq!(output.succeeded(), "a (branchpoint), a\n  -> b (shop), b\n  -> x (blog), x\n");
    let expected = serde_json::json!({"ok": true, "branches": [{"revision": "a", "children": ["b", "x"]}]});
    assert_eq!(place.run("branches --json").json(), expected);
}

#[test]
fn show_takes_every_kind_of_target() {
    let place = place();
    place.run("upgrade c").succeeded();
    let check = |target: &str, expected: &str| {
        let output = place.rev(&["show", target]);
        let ids = output.succeeded().lines().filter_map(|line| line.strip_prefix("Rev: ")?.split(' ').next());
        assert_eq!(ids.collect::<Vec<_>>().join(" "), expected, "{target}");
    };
    check("heads", "l n");
    check("current", "c");
    check("m", "m");
    check("blog", "x");
    check("shop@head", "n");
    check("lib@head", "l");
    check("-1", "b");
    check("+1", "m");
    check("n-1", "m");
    check("shop@a+1", "b");
    check("current-2", "a");
    refused(&place.run("show base"), "no-revision");
    refused(&place.run("show head"), "multiple-heads");
    refused(&place.run("show nope"), "unknown-revision");
    refused(&place.run("show a:b"), "range-not-allowed");
    refused(&place.run("show +9"), "walked-too-far");
    let document = place.run("show m --json").json();
    let keys = ["revision", "is_head", "upgrade", "downgrade"].map(|key| document[key].clone());
    assert_eq!(serde_json::json!(keys), serde_json::json!(["m", false, "present", "blank"]));
    assert_eq!(place.run("show heads --json").json()["error"]["code"], "several-revisions");
}

#[test]
fn current_says_where_the_database_is_and_whether_that_is_the_heads() {
    let place = place();
    assert_eq!(place.run("current").succeeded(), "");
    assert_eq!(place.run("current --check-heads").code, 1);
    place.run("upgrade n").succeeded();
    let output = place.run("current --check-heads");
    assert_eq!((output.code, output.stdout.as_str()), (1, "n (blog, shop) (head) (current), n\n"));
    assert!(output.stderr.contains("it is at n, the heads are l, n"), "{}", output.stderr);
    place.run("upgrade heads").succeeded();
    let output = place.run("current --check-heads --json");
    let document = output.succeeded().trim_end();
    assert!(document.ends_with(r#""current":["l","n"],"heads":["l","n"],"up_to_date":true}"#), "{document}");
    let output = place.run("current -v");
    let lines: Vec<&str> = output.succeeded().lines().collect();
    assert!(lines[0].starts_with("Current revisions of sqlite:"), "{lines:?}");
    assert!(lines.contains(&"Rev: l (head) (current)") && lines.contains(&"Also depends on: b"), "{lines:?}");
}

#[test]
fn a_head_that_another_revision_depends_on_is_no_head_to_check() {
    let place = Place::with("a; b < a");
    place.script("x", "", "-- depends_on: b\n-- rev: upgrade\n-- rev: downgrade\n");
    place.run("upgrade heads").succeeded();
    let output = place.run("current --check-heads");
    assert_eq!(output.succeeded(), "x (head) (current), x\n");
    assert_eq!(place.run("heads").succeeded(), "x (head), x\n");
}
