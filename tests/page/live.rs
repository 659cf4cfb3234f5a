//! A page that is left open.

use std::fs;

use crate::browser::Browser;
use crate::place::Place;

#[test]
fn a_page_that_is_left_open_follows_the_database() {
    let place = Place::branched();
    let mut served = place.serve();
    let browser = Browser::start();
    browser.open(&served.url);
    browser.click("#list li:nth-child(3) .row");
    let state = |expected: &str| {
        browser.until(&format!("return document.querySelector('#state').textContent === {expected:?}"))
    };
    let notice = |expected: &str| {
        browser.until(&format!("return document.querySelector('#notice').textContent.includes({expected:?})"))
    };
    state("1 pending");
    assert_eq!(browser.each("#details dt + dd", "one.textContent").len(), 4);

    // What is applied meanwhile appears, and what is open and has the focus stays.
    place.workspace.rev(&["upgrade", "heads", "-q"]).succeeded();
    state("Up to date");
    assert_eq!(browser.each("#list .pending", "one").len(), 0);
    assert_eq!(browser.text("return document.querySelector('#title').textContent"), "create invoices");
    assert_eq!(browser.text("return document.activeElement.querySelector('.message').textContent"), "create invoices");

    // A database that cannot be read: what was known last stays, and is said to be old.
    let file = place.database.url.strip_prefix("sqlite:").unwrap().to_owned();
    let kept = fs::read(&file).unwrap();
    fs::write(&file, "this is no database, and long enough to be none").unwrap();
    state("Unreachable");
    notice("shown is what it said last");
    assert_eq!(browser.each("#list .applied", "one").len(), 5);
    fs::write(&file, kept).unwrap();
    state("Up to date");
    browser.until("return document.querySelector('#notice').hidden");

    served.stop();
    notice("The server does not answer");
}
