//! Two thousand revisions.

use std::time::Duration;
use std::time::Instant;

use crate::browser::Browser;
use crate::browser::END;
use crate::place::Place;

/// Makes a trunk with a branch of three at each tenth revision, which is merged again.
fn place(count: usize) -> Place {
    let place = Place::empty();
    let body = "-- rev: upgrade\nSELECT 1;\n\n-- rev: downgrade\n";
    let (mut trunk, mut branch): (String, Option<String>) = ("none".into(), None);
    for k in 0..count {
        let (id, message) = (format!("r{k:04}"), format!("change number {k}"));
        match (k % 10, branch.take()) {
            (5..=7, last) if k > 10 => {
                place.add(&id, &last.unwrap_or_else(|| trunk.clone()), &message, "", body);
                branch = Some(id);
                continue;
            }
            (9, Some(last)) => place.add(&id, &format!("{trunk}, {last}"), &message, "", body),
            (_, last) => {
                place.add(&id, &trunk, &message, "", body);
                branch = last;
            }
        }
        trunk = id;
    }
    place
}

#[test]
fn two_thousand_revisions_are_shown_and_searched_at_once() {
    let place = place(2_000);
    place.workspace.rev(&["upgrade", "-q", "r1949"]).succeeded();
    let served = place.serve();
    let browser = Browser::start();
    let began = Instant::now();
    browser.open(&served.url);
    assert!(began.elapsed() < Duration::from_secs(10), "it took {:?} to open", began.elapsed());
    assert_eq!(browser.each("#list .row", "1").len(), 2_000);
    browser.screenshot("2000");
    let began = Instant::now();
    browser.press("/");
    browser.press("number 199");
    browser.until("return document.querySelectorAll('#list .row').length === 12");
    assert!(browser.run("return performance.now()").as_f64().is_some());
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?} to search", began.elapsed());
    browser.press("\u{e00c}");
    browser.until("return document.querySelectorAll('#list .row').length === 2000");
    browser.press("\u{e015}");
    browser.press(END);
    assert_eq!(browser.text("return document.querySelector('#title').textContent"), "change number 0");
    let is_seen =
        "const one = document.activeElement.getBoundingClientRect(); return one.top > 50 && one.bottom <= innerHeight";
    browser.until(is_seen);
    browser.check_quiet(&served.url);
}
