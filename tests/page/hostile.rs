//! Text of scripts and databases that would like to be more than text.

use crate::browser::Browser;
use crate::browser::file_url;
use crate::place::Place;

const MESSAGES: [&str; 5] = [
    "<script>window.broken = 1</script>",
    "</script><img src=x onerror=\"window.broken = 2\">",
    "' \" ` ${window.broken = 3} {{data}} <!-- --> ]]> \\u003cscript\\u003e",
    "a\u{2028}b\u{202e}c\u{200b}d",
    "__proto__ constructor \\ /",
];

fn place() -> Place {
    let place = Place::empty();
    let mut parent = "none".to_owned();
    for (k, message) in MESSAGES.iter().enumerate() {
        // Every one of these is a legal id.
        let id = ["__proto__", "constructor", "toString", "é.1", "r5"][k];
        let body = format!("-- rev: upgrade\n-- {message}\nCREATE TABLE t{k} (n TEXT DEFAULT '</script><b>');\n");
        place.add(id, &parent, message, "", &body);
        parent = id.to_owned();
    }
    let mut upgrade = place.workspace.command(&["upgrade", "-q"]);
    assert!(upgrade.env("USER", "<img src=x onerror=window.broken=4>").status().unwrap().success());
    place.database.execute("INSERT INTO rev_version VALUES ('<svg onload=window.broken=5>')");
    place
}

fn check(browser: &Browser, url: &str) {
    browser.open(url);
    let shown = browser.each("#list .message", "one.textContent");
    let mut expected: Vec<String> = MESSAGES.iter().rev().map(|message| (*message).to_owned()).collect();
    expected[1] = "a\\u{2028}b\\u{202e}c\\u{200b}d".to_owned();
    assert_eq!(shown, expected);
    for row in 1..=MESSAGES.len() {
        browser.click(&format!("#list li:nth-child({row}) .row"));
        browser.until("return document.querySelector('.script pre')?.textContent.includes('CREATE TABLE')");
        assert_eq!(browser.each("#title", "one.textContent"), [expected[row - 1].clone()]);
    }
    assert!(
        browser.text("return document.querySelector('#notice').textContent").contains("<svg onload=window.broken=5>")
    );
    assert!(browser.each("#list .when", "one.textContent")[0].contains("<img src=x"));
    assert_eq!(browser.run("return window.broken ?? null"), serde_json::Value::Null);
    let made = browser.each("img, iframe, object, embed, b b, script:not([type])", "one.tagName");
    assert_eq!(made, ["SCRIPT"]);
    assert_eq!(browser.text("return document.querySelector('#details .id').textContent"), "__proto__");
    browser.check_quiet(url);
}

#[test]
fn nothing_hostile_runs_in_a_file() {
    let place = place();
    let url = file_url(&place.page());
    check(&Browser::start(), &url);
}

#[test]
fn nothing_hostile_runs_in_a_served_page() {
    let place = place();
    let served = place.serve();
    check(&Browser::start(), &served.url);
}

#[test]
fn a_script_that_got_in_would_not_run() {
    let place = Place::branched();
    let served = place.serve();
    let browser = Browser::start();
    for url in [served.url.clone(), file_url(&place.page())] {
        browser.open(&url);
        browser.run(
            "const one = document.createElement('script'); one.textContent = 'window.broken = 1'; document.body.append(one); \
             document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\" id=\"red\" onclick=\"window.broken = 2\">red</p>'); \
             document.querySelector('#red').click()",
        );
        assert_eq!(browser.run("return window.broken ?? null"), serde_json::Value::Null);
        assert_ne!(browser.text("return getComputedStyle(document.querySelector('#red')).color"), "rgb(255, 0, 0)");
        let sent = "return fetch('http://127.0.0.1:1/').then(() => 'sent', () => 'not sent')";
        assert_eq!(browser.text(sent), "not sent");
    }
}
