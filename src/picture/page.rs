//! The page that shows a graph: one document with its own style and script, and nothing from elsewhere.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;

use crate::id::RevisionId;
use crate::picture::picture::Picture;

const INDEX: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/page.js");

/// The page without data, which asks the server that it came from, and what a browser may do with it.
#[derive(Debug, Clone)]
pub struct LivePage {
    /// The document.
    pub text: String,
    /// The `Content-Security-Policy` that it goes with.
    pub policy: String,
}

/// What stands in a page that is a file.
#[derive(Serialize)]
struct Data<'a> {
    #[serde(flatten)]
    picture: &'a Picture,
    scripts: &'a BTreeMap<RevisionId, String>,
}

/// Returns the page that asks its server for what it shows.
pub fn live_page() -> LivePage {
    let policy = format!("{}; connect-src 'self'; frame-ancestors 'none'", policy());
    LivePage { text: filled("", "null"), policy }
}

/// Returns the page with a picture and the scripts of its revisions inside.
pub(super) fn page(picture: &Picture, scripts: &BTreeMap<RevisionId, String>) -> String {
    let data =
        serde_json::to_string(&Data { picture, scripts }).expect("structs of texts and numbers have a JSON form");
    let policy = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n", policy());
    filled(&policy, &inert(&data))
}

/// Returns what the page may do: run this very script in this very style, and load nothing.
fn policy() -> String {
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    format!(
        "default-src 'none'; style-src '{style}'; script-src '{script}'; img-src data:; base-uri 'none'; \
         form-action 'none'"
    )
}

/// Fills the gaps of the document in their order; what is filled in is not looked at again.
fn filled(policy: &str, data: &str) -> String {
    let gaps = [("{{policy}}", policy), ("{{style}}", STYLE), ("{{data}}", data), ("{{script}}", SCRIPT)];
    let mut text = String::with_capacity(INDEX.len() + STYLE.len() + SCRIPT.len() + data.len());
    let mut rest = INDEX;
    for (gap, content) in gaps {
        let (before, after) = rest.split_once(gap).unwrap_or((rest, ""));
        text.push_str(before);
        text.push_str(content);
        rest = after;
    }
    text.push_str(rest);
    text
}

/// Returns JSON in which nothing can end the element that it stands in, or begin a comment there.
fn inert(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => text.push(c),
        }
    }
    text
}

/// Returns the hash by which a policy names a style or script, in Base64.
fn hash(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::from("sha256-");
    for chunk in Sha256::digest(text.as_bytes()).chunks(3) {
        let bits = chunk.iter().chain([&0, &0]).take(3).fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        for digit in 0..4 {
            let is_there = digit <= chunk.len();
            encoded.push(if is_there { char::from(DIGITS[bits >> (18 - 6 * digit) & 63]) } else { '=' });
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::fixture::picture;

    #[test]
    fn a_hash_is_as_browsers_compute_it() {
        assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(hash("alert('Hello, world.');"), "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }

    #[test]
    fn nothing_in_a_script_ends_the_data() {
        let hostile = "</script><script>alert(1)</script><!-- \u{2028} & {{script}} {{data}}";
        let id = RevisionId::parse("a").expect("an id");
        let scripts = BTreeMap::from([(id, hostile.to_owned())]);
        let text = page(&picture("a; b < a", hostile), &scripts);
        assert_eq!(text.matches("</script>").count(), 2);
        assert_eq!(text.matches("<script").count(), 2);
        let data = text.split("id=\"data\">").nth(1).and_then(|rest| rest.split("</script>").next());
        let data: serde_json::Value = serde_json::from_str(data.expect("there is data")).expect("it is JSON");
        assert_eq!((&data["scripts"]["a"], &data["revisions"][0]["message"]), (&hostile.into(), &hostile.into()));
    }

    #[test]
    fn the_page_names_no_other_place() {
        for part in [STYLE, SCRIPT, INDEX] {
            let places: Vec<&str> =
                part.split("http").skip(1).map(|rest| rest.split(['"', '\'']).next().unwrap_or("")).collect();
            assert!(
                places.iter().all(|place| *place == "://www.w3.org/2000/svg" || place.starts_with("-equiv")),
                "{places:?}"
            );
        }
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("eval("));
    }
}
