//! Every text can be read, in the light and in the dark.

use crate::browser::Browser;
use crate::place::Place;

/// Returns each visible text whose colour is too near to what stands behind it.
const FAINT: &str = r#"
    const numbers = (color) => color.match(/[\d.]+/g).map(Number);
    const light = (color) => {
        const [r, g, b] = numbers(color).map((part) => part / 255).map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (one) => {
        for (; one; one = one.parentElement) {
            const color = getComputedStyle(one).backgroundColor;
            if ((numbers(color)[3] ?? 1) > 0) return color;
        }
        return 'rgb(255, 255, 255)';
    };
    const faint = [];
    for (const one of document.body.querySelectorAll('*')) {
        const isText = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
        if (!isText || one.closest('script, noscript, svg, .unseen') || !one.checkVisibility()) continue;
        const [a, b] = [light(getComputedStyle(one).color), light(ground(one))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) faint.push(`${one.className} ${one.textContent.slice(0, 30)}: ${ratio.toFixed(2)}`);
    }
    return faint;
"#;

#[test]
fn texts_stand_out_in_the_light_and_in_the_dark() {
    let place = Place::branched();
    place.database.execute("INSERT INTO rev_version VALUES ('gone')");
    let browser = Browser::start();
    browser.open_file(&place.page());
    browser.click("#list li:nth-child(4) .row");
    let mut grounds = Vec::new();
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        assert_eq!(browser.run(FAINT), serde_json::json!([]), "{scheme}");
        grounds.push(browser.text("return getComputedStyle(document.body).backgroundColor"));
        browser.screenshot(scheme);
    }
    assert_ne!(grounds[0], grounds[1]);
}
