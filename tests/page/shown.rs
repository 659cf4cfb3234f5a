//! What the page shows, as a file and as it is served.

use crate::browser::Browser;
use crate::browser::file_url;
use crate::place::Place;

/// Compares what stands in each row: the state, the message, the tags.
fn check_rows(browser: &Browser, expected: &[&str]) {
    let parts = "one.querySelector('.message').textContent + ' | ' + [...one.querySelectorAll('.tag')].map((tag) => tag.textContent) \
                 + ' | ' + one.className.replace('row', '').trim()";
    assert_eq!(browser.each("#list .row", parts), expected);
}

fn check_page(browser: &Browser) {
    check_rows(
        browser,
        &[
            "create settings | current,head | applied",
            "join orders and invoices | head | pending",
            "create invoices | current | applied",
            "create orders | shop | applied",
            "create users |  | applied",
        ],
    );
    assert_eq!(browser.text("return document.querySelector('#state').textContent"), "1 pending");
    assert_eq!(browser.each("#filters button", "one.textContent"), ["All 5", "Applied 4", "Pending 1", "Heads 2"]);
    // A line for each name that a script gives, dashed for what is only needed first.
    assert_eq!(browser.each("#lines path.down", "one").len(), 4);
    assert_eq!(browser.each("#lines path.dependency", "one").len(), 1);
    assert_eq!(browser.each("#lines circle.hollow", "one").len(), 1);
    assert!(browser.each("#list .when", "one.textContent")[0].ends_with(" ada"));

    browser.click("#list li:nth-child(4) .row");
    browser.until("return document.querySelector('.script pre') !== null");
    assert_eq!(browser.text("return document.querySelector('#title').textContent"), "create orders");
    let facts = browser.each("#details dt", "one.textContent + ': ' + one.nextSibling.textContent");
    assert!(facts[0].starts_with("State: applied 20") && facts[0].contains(" UTC by ada on "), "{facts:?}");
    assert_eq!(facts[1..3], ["Grows from: create users a1", "Then: join orders and invoices d4"]);
    let script = browser.each(".script span", "one.textContent").join("\n");
    assert!(script.contains("-- rev: upgrade\nCREATE TABLE orders (n INTEGER);"), "{script}");
    browser.click("#details dd .link");
    assert_eq!(browser.text("return document.querySelector('#title').textContent"), "create users");
    assert_eq!(browser.text("return location.hash"), "#a1");
}

#[test]
fn a_file_holds_all_that_it_shows() {
    let place = Place::branched();
    let page = place.page();
    let browser = Browser::start();
    browser.open_file(&page);
    check_page(&browser);
    browser.screenshot("file");
    browser.check_quiet(&file_url(&page));
    // A link to a revision opens it.
    browser.open(&format!("{}#x9", file_url(&page)));
    browser.run("location.reload()");
    browser.until("return document.querySelector('#title')?.textContent === 'create settings'");
    assert_eq!(browser.each("#details dt", "one.textContent")[2], "Depends on");
}

#[test]
fn a_served_page_shows_the_same() {
    let place = Place::branched();
    let served = place.serve();
    let browser = Browser::start();
    browser.open(&served.url);
    check_page(&browser);
    browser.screenshot("served");
    browser.check_quiet(&served.url);
}

#[test]
fn a_page_without_a_database_says_nothing_of_one() {
    let place = Place::branched();
    place.workspace.rev(&["graph", "-q", "-r", "a1:c3", "-o", "part.html"]).succeeded();
    let page = place.workspace.path().join("part.html");
    let browser = Browser::start();
    browser.open_file(&page);
    check_rows(&browser, &["create invoices |  | ", "create users |  | "]);
    assert_eq!(browser.each("#filters button", "one.textContent"), ["All 2", "Heads 0"]);
    assert_eq!(browser.text("return document.querySelector('#state').textContent"), "");
    let empty = Place::empty();
    browser.open_file(&empty.page());
    assert!(browser.text("return document.querySelector('#empty').textContent").contains("rev revision -m MESSAGE"));
    browser.check_quiet("file://");
}
