//! What is to be had at which path.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::Full;
use hyper::Method;
use hyper::Request;
use hyper::Response;
use hyper::StatusCode;
use hyper::Version;
use hyper::body::Bytes;
use hyper::header;
use hyper::header::HeaderValue;
use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;

use crate::id::RevisionId;
use crate::picture::LivePage;
use crate::picture::live_page;
use crate::project::Project;
use crate::serve::answer::Answer;
use crate::serve::document;
use crate::serve::hosts::Hosts;
use crate::serve::metrics;
use crate::serve::watched::Watched;
use crate::wall;

/// The paths below which a revision's script is to be had.
const SCRIPTS: &str = "/api/scripts/";

/// More of a script than this is not sent.
const LONGEST_SCRIPT: usize = 1 << 20;

/// A watched project, as it is shown to whoever asks.
#[derive(Debug)]
pub struct Site {
    watched: Arc<Watched>,
    hosts: Hosts,
    page: Answer,
}

#[derive(Serialize)]
struct ScriptDocument<'a> {
    ok: bool,
    revision: &'a RevisionId,
    script: &'a str,
    is_cut: bool,
}

#[derive(Serialize)]
struct Alive {
    status: &'static str,
}

impl Site {
    /// Watches a project whose scripts are sound; `hosts` are further names of this server.
    pub fn new(project: Project, hosts: Hosts) -> Arc<Self> {
        Arc::new(Self { watched: Watched::new(project), hosts, page: page() })
    }

    /// Answers a request; its body is never read.
    pub(super) async fn respond<B>(self: Arc<Self>, request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
        let known = request.headers().get(header::IF_NONE_MATCH).cloned();
        let is_head = request.method() == Method::HEAD;
        let answer = match self.refusal(&request) {
            Some(refusal) => refusal,
            None => self.answer(request.uri().path()).await,
        };
        Ok(answer.response(known.as_ref(), is_head))
    }

    /// Returns why a request is not even looked at.
    fn refusal<B>(&self, request: &Request<B>) -> Option<Answer> {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let host = hosts.next();
        if hosts.next().is_some() || (host.is_none() && request.version() >= Version::HTTP_11) {
            return Some(Answer::refused(StatusCode::BAD_REQUEST, "a request names one host"));
        }
        let host = host.map(|host| host.to_str().unwrap_or_default());
        let authority = request.uri().authority().map(|authority| authority.as_str());
        if [host, authority].into_iter().flatten().any(|name| !self.hosts.allow(name)) {
            let why = "this host is not a name of the server; --allow-host makes it one";
            return Some(Answer::refused(StatusCode::MISDIRECTED_REQUEST, why));
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Some(Answer::refused(StatusCode::METHOD_NOT_ALLOWED, "this can only be read"));
        }
        None
    }

    async fn answer(&self, path: &str) -> Answer {
        let answer = match path {
            "/" => Some(self.page.clone()),
            "/live" => Some(Answer::json(StatusCode::OK, &Alive { status: "alive" })),
            "/health" => self.watched.state().await.map(|seen| document::health(&seen)),
            "/ready" => self.watched.state().await.map(|seen| document::ready(&seen)),
            "/metrics" => self.watched.state().await.map(|seen| {
                let text = metrics::metrics(&seen, self.watched.questions(), wall::now());
                Answer::text(StatusCode::OK, metrics::KIND, text)
            }),
            "/api/status" => self.watched.state().await.map(|seen| document::status(&seen)),
            "/api/history" => self.watched.steps().await.map(|seen| document::history(&seen)),
            "/api/graph" => self.graph().await,
            _ => Some(match path.strip_prefix(SCRIPTS) {
                Some(id) => self.script(id).await,
                None => Answer::refused(StatusCode::NOT_FOUND, "there is nothing here"),
            }),
        };
        let failed = || Answer::refused(StatusCode::INTERNAL_SERVER_ERROR, "this could not be found out");
        answer.unwrap_or_else(failed)
    }

    async fn graph(&self) -> Option<Answer> {
        let seen = self.watched.portrait().await?;
        let answer = match seen.picture() {
            Ok(picture) => document::graph(&seen, &picture),
            Err(_) => return None,
        };
        let digest = Sha256::digest(&answer.body);
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Some(Answer { tag: HeaderValue::from_str(&format!("\"{hex}\"")).ok(), ..answer })
    }

    /// Answers with the script of a revision of the graph; what is asked for never becomes a path of a file.
    async fn script(&self, id: &str) -> Answer {
        let missing = || Answer::refused(StatusCode::NOT_FOUND, "no revision has this id");
        let Some(id) = decoded(id).and_then(|id| RevisionId::parse(&id).ok()) else { return missing() };
        let project = self.watched.project();
        if project.graph.get(&id).is_none() {
            return missing();
        }
        let wanted = id.clone();
        let read = tokio::task::spawn_blocking(move || project.script(&wanted)).await;
        let Ok(Ok(script)) = read else {
            return Answer::refused(StatusCode::NOT_FOUND, "the script cannot be read as it is now");
        };
        let text = script.source.text.as_str();
        let end = text.floor_char_boundary(LONGEST_SCRIPT.min(text.len()));
        let (script, is_cut) = (&text[..end], end < text.len());
        Answer::json(StatusCode::OK, &ScriptDocument { ok: true, revision: &id, script, is_cut })
    }
}

/// Returns the page, which is the same for everybody: its data come from `/api/graph`.
fn page() -> Answer {
    let LivePage { text, policy } = live_page();
    let answer = Answer::text(StatusCode::OK, "text/html; charset=utf-8", text);
    Answer { policy: HeaderValue::from_str(&policy).unwrap_or(answer.policy), ..answer }
}

/// Decodes `%XX`; nothing when that is not UTF-8 or no code.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [char::from(rest.next()?), char::from(rest.next()?)];
                let [high, low] = digits.map(|digit| digit.to_digit(16));
                u8::try_from(high? * 16 + low?).ok()?
            }
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_bytes_are_decoded_or_refused() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(decoded(text).as_deref(), expected, "{text}");
        check("a1_.", Some("a1_."));
        check("%61%C3%a9", Some("aé"));
        check("%2e%2e%2fetc", Some("../etc"));
        check("%", None);
        check("%6", None);
        check("%zz", None);
        check("%ff", None);
    }
}
