//! A headless Chromium, driven over the W3C's WebDriver protocol.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

pub const DOWN: &str = "\u{e015}";
pub const UP: &str = "\u{e013}";
pub const END: &str = "\u{e010}";
pub const HOME: &str = "\u{e011}";
pub const ENTER: &str = "\u{e007}";
pub const ESCAPE: &str = "\u{e00c}";
pub const TAB: &str = "\u{e004}";

/// The key under which the protocol hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Returns the URL of a file, whose path may hold what a URL cannot.
pub fn file_url(path: &Path) -> String {
    url::Url::from_file_path(path).expect("the path is a whole one").into()
}

pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser with a window of its own, and an empty profile.
    pub fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            // It does not live with what gives a process another day, and its own is nothing to rev.
            .env_remove("LD_PRELOAD")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is no chromedriver: `scripts/test` installs it, with chromium");
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let mut lines = lines.map(|line| line.expect("the driver talks"));
        let port =
            lines.find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
        // What it says later must have somewhere to go.
        thread::spawn(move || lines.for_each(drop));
        let profile = tempfile::tempdir().unwrap();
        let mut browser =
            Self { driver, port: port.expect("the driver says its port"), session: String::new(), _profile: profile };
        let folder = format!("--user-data-dir={}", browser._profile.path().display());
        let args = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
            &folder,
        ];
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": args },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        let session = browser.ask("POST", "/session", &wanted);
        browser.session = session["sessionId"].as_str().expect("a session has an id").to_owned();
        browser
    }

    /// Opens a page and waits until it has drawn.
    pub fn open(&self, url: &str) {
        self.tell("/url", &json!({ "url": url }));
        self.until("return document.body.dataset.ready === 'true'");
    }

    /// Opens a page that is a file.
    pub fn open_file(&self, path: &Path) {
        self.open(&file_url(path));
    }

    /// Runs a function body in the page and returns what it returns.
    #[track_caller]
    pub fn run(&self, script: &str) -> Value {
        self.tell("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Runs a function body that returns text.
    #[track_caller]
    pub fn text(&self, script: &str) -> String {
        let found = self.run(script);
        found.as_str().unwrap_or_else(|| panic!("{script}: {found}")).to_owned()
    }

    /// Waits until a function body returns true.
    #[track_caller]
    pub fn until(&self, script: &str) {
        let began = Instant::now();
        while self.run(script) != true {
            assert!(began.elapsed() < Duration::from_secs(30), "still not: {script}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Returns what one expression gives for each element that the selector finds.
    pub fn each(&self, selector: &str, expression: &str) -> Vec<String> {
        let script = format!("return [...document.querySelectorAll({selector:?})].map((one) => String({expression}))");
        let found = self.run(&script);
        found.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    #[track_caller]
    pub fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.tell(&format!("/element/{element}/click"), &json!({}));
    }

    /// Presses keys wherever the focus is.
    pub fn press(&self, keys: &str) {
        let presses = keys.chars().map(|key| key.to_string());
        let actions =
            presses.flat_map(|key| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]);
        let actions: Vec<Value> = actions.collect();
        self.tell("/actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }));
    }

    /// Returns the role and the name of the element as a screen reader says them.
    #[track_caller]
    pub fn said(&self, selector: &str) -> String {
        let element = self.find(selector);
        let ask = |what: &str| self.ask("GET", &self.path(&format!("/element/{element}/{what}")), &Value::Null);
        format!("{}: {}", ask("computedrole").as_str().unwrap(), ask("computedlabel").as_str().unwrap())
    }

    /// Sends a command of the browser's own protocol.
    pub fn command(&self, name: &str, parameters: &Value) -> Value {
        self.tell("/goog/cdp/execute", &json!({ "cmd": name, "params": parameters }))
    }

    /// Follows the reader's wish for `dark` or `light`.
    pub fn prefer(&self, scheme: &str) {
        let feature = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.command("Emulation.setEmulatedMedia", &feature);
    }

    pub fn resize(&self, width: u32, height: u32) {
        self.tell("/window/rect", &json!({ "width": width, "height": height }));
    }

    /// Keeps what the window shows as `REV_SCREENSHOTS/NAME.png`, when somebody wants to look.
    pub fn screenshot(&self, name: &str) {
        let Some(folder) = std::env::var_os("REV_SCREENSHOTS") else { return };
        let picture = self.ask("GET", &self.path("/screenshot"), &Value::Null);
        let bytes = decoded(picture.as_str().unwrap());
        fs::write(Path::new(&folder).join(format!("{name}.png")), bytes).unwrap();
    }

    /// Fails if the page complained about anything, or asked anybody but `origin`.
    #[track_caller]
    pub fn check_quiet(&self, origin: &str) {
        let complaints = self.tell("/se/log", &json!({ "type": "browser" }));
        assert_eq!(complaints, json!([]), "the console is not empty");
        self.check_asked(origin);
    }

    /// The same, where answers of one status are expected, which a browser notes by itself.
    #[track_caller]
    pub fn check_quiet_but(&self, origin: &str, status: &str) {
        let complaints = self.tell("/se/log", &json!({ "type": "browser" }));
        let mut complaints = complaints.as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap());
        assert!(complaints.all(|message| message.contains(status)), "the console is not empty");
        self.check_asked(origin);
    }

    #[track_caller]
    fn check_asked(&self, origin: &str) {
        let traffic = self.tell("/se/log", &json!({ "type": "performance" }));
        let mut asked = 0;
        for entry in traffic.as_array().unwrap() {
            let entry: Value = serde_json::from_str(entry["message"].as_str().unwrap()).unwrap();
            let message = &entry["message"];
            if message["method"] == "Network.requestWillBeSent" {
                let url = message["params"]["request"]["url"].as_str().unwrap();
                // A new window begins with a page of the browser's own.
                let is_own = url.starts_with("chrome://") || url.starts_with("data:");
                assert!(url.starts_with(origin) || is_own, "it asked {url}");
                asked += 1;
            }
        }
        assert!(asked > 0, "the requests were not seen");
    }

    #[track_caller]
    fn find(&self, selector: &str) -> String {
        let found = self.tell("/element", &json!({ "using": "css selector", "value": selector }));
        found[ELEMENT].as_str().unwrap_or_else(|| panic!("{selector}: {found}")).to_owned()
    }

    fn path(&self, path: &str) -> String {
        format!("/session/{}{path}", self.session)
    }

    #[track_caller]
    fn tell(&self, path: &str, body: &Value) -> Value {
        self.ask("POST", &self.path(path), body)
    }

    #[track_caller]
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the driver listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n", self.port);
        let length = body.len();
        write!(stream, "{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        // The driver keeps the connection open, whatever it is asked.
        let mut reader = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while reader.read_line(&mut line).expect("the driver answers") > 0 && line != "\r\n" {
            let lower = line.to_ascii_lowercase();
            length = lower.strip_prefix("content-length:").map_or(length, |text| text.trim().parse().unwrap());
            line.clear();
        }
        let mut document = vec![0; length];
        reader.read_exact(&mut document).expect("the driver answers");
        let document: Value = serde_json::from_slice(&document).expect("an answer is JSON");
        assert!(document["value"]["error"].is_null(), "{method} {path} {body}\n{}", document["value"]);
        document["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends its browser with the session; killed before, it would leave it behind.
        if !self.session.is_empty() && !thread::panicking() {
            self.ask("DELETE", &self.path(""), &Value::Null);
        } else if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = write!(stream, "DELETE {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", self.path(""));
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let _ = stream.read(&mut [0; 64]);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Reads Base64.
fn decoded(text: &str) -> Vec<u8> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in text.chars().filter_map(|c| DIGITS.find(c)) {
        (bits, count) = ((bits << 6 | digit as u32) & 0xfff, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}
