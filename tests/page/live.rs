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

    // A database that cannot be read: the revisions stay, and nobody says what is applied.
    let file = place.database.url.strip_prefix("sqlite:").unwrap().to_owned();
    let kept = fs::read(&file).unwrap();
    fs::write(&file, "this is no database, and long enough to be none").unwrap();
    state("Unreachable");
    notice("The database does not answer, so nobody knows what is applied");
    check_nothing_is_known(&browser);
    fs::write(&file, kept).unwrap();
    state("Up to date");
    browser.until("return document.querySelector('#notice').hidden");

    served.stop();
    notice("The server does not answer");
    check_nothing_is_known(&browser);
}

#[track_caller]
fn check_nothing_is_known(browser: &Browser) {
    let known =
        "#list .applied, #list .pending, #list .current, #lines .hollow, #lines .around, #list .when:not(:empty)";
    assert_eq!(browser.each(known, "one.outerHTML"), [""; 0]);
    assert_eq!(browser.each("#list .row", "one").len(), 5);
    assert_eq!(browser.each("#filters button", "one.textContent"), ["All 5", "Heads 2"]);
    assert_eq!(browser.text("return document.querySelector('#state').textContent"), "Unreachable");
    let state = browser.text("return document.querySelector('#details dd').textContent");
    assert_eq!(state, "not known: the database does not answer");
}

#[test]
fn a_page_of_a_database_that_never_answered_says_so() {
    let place = Place::branched();
    let file = place.database.url.strip_prefix("sqlite:").unwrap().to_owned();
    fs::write(&file, "this is no database, and long enough to be none").unwrap();
    let served = place.serve();
    let browser = Browser::start();
    browser.open(&served.url);
    browser.click("#list li:nth-child(3) .row");
    check_nothing_is_known(&browser);
    browser.screenshot("unreachable");
    browser.click("[data-view=history]");
    browser.until("return document.querySelector('#none').textContent.startsWith('The history is not known: ')");
    browser.check_quiet_but(&served.url, "503");
}

#[test]
fn a_failed_step_is_shown_with_its_error_until_it_ends_well() {
    let place = Place::branched();
    place.add(
        "e5",
        "d4",
        "copy the orders",
        "",
        "-- rev: upgrade\nCREATE TABLE copied (n INTEGER);\nSELECT <no> FROM such;\n",
    );
    place.workspace.rev(&["upgrade", "-q", "e5"]).failed(3);
    let served = place.serve();
    let browser = Browser::start();
    browser.open(&served.url);
    assert_eq!(browser.text("return document.querySelector('#state').textContent"), "1 pending, 1 failed");
    assert_eq!(browser.each("#list .failed", "one.querySelector('.when').textContent"), ["failed"]);
    assert_eq!(browser.each("#lines circle.bad", "one").len(), 1);
    let notice = browser.text("return document.querySelector('#notice').textContent");
    assert!(notice.contains("The upgrade of e5 failed: ") && notice.contains("e5.sql:8:8: "), "{notice}");
    browser.click("[data-filter=failed]");
    browser.click("#list .row");
    let error = browser.text("return document.querySelector('#details .error').textContent");
    assert!(error.contains("e5.sql:8:8: ") && error.contains('<'), "{error}");
    assert!(browser.text("return document.querySelector('#details dl').textContent").contains("upgrade failed 20"));
    browser.screenshot("failed");

    browser.click("[data-view=history]");
    browser.until("return document.querySelectorAll('.step').length === 6");
    let shown = "one.querySelector('.what').textContent + ' | ' + one.querySelector('.outcome').textContent";
    let steps = browser.each(".step", shown);
    assert_eq!(steps[..2], ["upgrade e5 copy the orders | failed", "upgrade d4 join orders and invoices | done"]);
    assert_eq!(browser.each(".step .error", "one.textContent"), [error]);
    browser.screenshot("history");
    // From there a click leads back to the revision.
    browser.click(".step .link");
    assert_eq!(browser.text("return document.querySelector('#title').textContent"), "copy the orders");
    assert_eq!(browser.run("return document.querySelector('#history').hidden"), true);

    place.add("e5", "d4", "copy the orders", "", "-- rev: upgrade\nCREATE TABLE copied (n INTEGER);\n");
    place.workspace.rev(&["upgrade", "-q", "e5"]).succeeded();
    browser.until("return document.querySelector('#state').textContent === 'Up to date'");
    assert_eq!(browser.each("#list .failed, #lines .bad, #details .error", "one").len(), 0);
    browser.until("return document.querySelector('#notice').hidden");
}

#[test]
fn the_environment_and_the_database_are_named_on_a_phone_too() {
    let place = Place::branched();
    let config = fs::read_to_string(place.workspace.path().join("migrations.toml")).unwrap_or_default();
    place.workspace.write("migrations.toml", format!("{config}\n[env.production]\nurl = {:?}\n", place.database.url));
    let served = place.serve_with(&["-e", "production"]);
    let browser = Browser::start();
    for (width, name) in [(1280, "environment"), (400, "phone")] {
        browser.resize(width, 800);
        browser.open(&served.url);
        let shown = browser
            .each("#environment, #place", "one.checkVisibility() && one.offsetWidth > 20 ? one.textContent : ''");
        assert_eq!(shown, ["production".to_owned(), place.database.url.clone()], "{width}");
        let wide = browser.run("return document.documentElement.scrollWidth > innerWidth");
        assert_eq!(wide, false, "{width}");
        browser.screenshot(name);
    }
}
