//! The page without a mouse, and as a screen reader says it.

use crate::browser::Browser;
use crate::browser::DOWN;
use crate::browser::END;
use crate::browser::ENTER;
use crate::browser::ESCAPE;
use crate::browser::HOME;
use crate::browser::TAB;
use crate::browser::UP;
use crate::place::Place;

/// Compares what has the focus: the message of a row, or else its id.
#[track_caller]
fn check_focus(browser: &Browser, expected: &str) {
    let focus = "const one = document.activeElement; return one.querySelector('.message')?.textContent ?? one.id";
    assert_eq!(browser.text(focus), expected);
}

fn title(browser: &Browser) -> String {
    browser.text(
        "const one = document.querySelector('#details'); return one.hidden ? '' : one.querySelector('h2').textContent",
    )
}

#[test]
fn everything_is_reached_by_keys() {
    let place = Place::branched();
    let browser = Browser::start();
    browser.open_file(&place.page());
    browser.press("/");
    check_focus(&browser, "search");
    browser.press(DOWN);
    check_focus(&browser, "create settings");
    browser.press(&[DOWN, DOWN].concat());
    check_focus(&browser, "create invoices");
    assert_eq!(title(&browser), "create invoices");
    browser.press(END);
    check_focus(&browser, "create users");
    browser.press(&[UP, HOME].concat());
    check_focus(&browser, "create settings");
    browser.press(ENTER);
    check_focus(&browser, "details");
    browser.press(ESCAPE);
    check_focus(&browser, "create settings");
    assert_eq!(title(&browser), "");
    browser.press(UP);
    check_focus(&browser, "search");
    // The list is one stop for the Tab key, however long it is.
    assert_eq!(browser.each("#list [tabindex='0']", "one").len(), 1);
    browser.press(TAB);
    browser.until("return document.activeElement.classList.contains('row')");
    browser.press(TAB);
    browser.until("return !document.activeElement.classList.contains('row')");
}

#[test]
fn the_arrow_keys_work_at_once() {
    let place = Place::branched();
    let browser = Browser::start();
    browser.open_file(&place.page());
    check_focus(&browser, "create settings");
    browser.press(DOWN);
    check_focus(&browser, "join orders and invoices");
    // Also after a click beside the list has taken the focus away.
    browser.run("document.activeElement.blur()");
    browser.press(DOWN);
    check_focus(&browser, "create invoices");
}

#[test]
fn a_search_narrows_the_list() {
    let place = Place::branched();
    let browser = Browser::start();
    browser.open_file(&place.page());
    let messages = || {
        browser.run("return new Promise((done) => setTimeout(done, 50))");
        browser.each("#list .message", "one.textContent")
    };
    let search = |text: &str| {
        browser.press("/");
        browser.run("document.querySelector('#search').value = ''");
        browser.press(text);
    };
    search("create in");
    assert_eq!(messages(), ["create settings", "create invoices", "create orders", "create users"]);
    search("voice");
    assert_eq!(messages(), ["join orders and invoices", "create invoices"]);
    search("SHOP");
    assert_eq!(messages(), ["create settings", "create orders"]);
    search("settings (n");
    assert_eq!(messages(), ["create settings"]); // in the script
    assert_eq!(browser.text("return document.querySelector('#found').textContent"), "1 of 5 revisions found");
    browser.press(ENTER);
    check_focus(&browser, "create settings");
    search("nothing like that");
    assert_eq!(messages(), Vec::<String>::new());
    assert_eq!(browser.text("return document.querySelector('#empty').textContent"), "No revision is like that.");
    browser.press(ESCAPE);
    assert_eq!(messages().len(), 5);
    browser.click("[data-filter=pending]");
    assert_eq!(messages(), ["join orders and invoices"]);
    assert_eq!(browser.each("#filters [aria-pressed=true]", "one.dataset.filter"), ["pending"]);
    // A link leads to what the filter hides.
    browser.click("#list .row");
    browser.click("#details dd .link");
    assert_eq!(messages().len(), 5);
    browser.check_quiet("file://");
}

#[test]
fn a_screen_reader_has_something_to_say() {
    let place = Place::branched();
    let browser = Browser::start();
    browser.open_file(&place.page());
    assert_eq!(browser.said("#search"), "searchbox: Search by message, id, label, file or name");
    assert_eq!(browser.said("#graph"), "region: Revisions, newest first");
    assert!(browser.said("#list").starts_with("list: "));
    assert!(browser.said("#list li").starts_with("listitem: "));
    assert_eq!(browser.said("#list li:nth-child(2) .row"), "button: join orders and invoices head d4 pending");
    assert_eq!(browser.said("#filters"), "group: Which revisions are listed");
    browser.click("#list li:nth-child(2) .row");
    assert_eq!(browser.said("#details"), "region: join orders and invoices");
    assert_eq!(browser.said(".script"), "region: Script of d4");
    assert_eq!(browser.said(".close"), "button: Close");
    assert_eq!(browser.each("#list [aria-current=true]", "one.dataset.row"), ["1"]);
    let nameless =
        browser.each("button, input", "one.textContent + (one.ariaLabel ?? '') + (one.labels?.length ?? '')");
    assert!(nameless.iter().all(|name| !name.is_empty()), "{nameless:?}");
}

#[test]
fn on_a_small_screen_the_details_open_over_the_list() {
    let place = Place::branched();
    let browser = Browser::start();
    browser.resize(500, 800);
    browser.open_file(&place.page());
    browser.press(&["/", DOWN, DOWN].concat());
    assert_eq!(title(&browser), "");
    browser.press(ENTER);
    assert_eq!(title(&browser), "join orders and invoices");
    browser.screenshot("narrow");
    browser.click(".close");
    check_focus(&browser, "join orders and invoices");
}
