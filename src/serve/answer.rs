//! An answer, with the headers that every answer has.

use http_body_util::Full;
use hyper::Response;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header;
use hyper::header::HeaderValue;
use serde::Serialize;

/// What is sent back.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) kind: &'static str,
    pub(super) body: Bytes,
    /// The name of this body, by which a browser can ask whether there is another one.
    pub(super) tag: Option<HeaderValue>,
    /// What the body may do in a browser.
    pub(super) policy: HeaderValue,
}

/// Data is nothing that a browser could run or show in a frame.
const POLICY_OF_DATA: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

impl Answer {
    /// Answers with a JSON document.
    pub(super) fn json(status: StatusCode, document: &impl Serialize) -> Self {
        let mut body = serde_json::to_vec(document).expect("structs of texts and numbers have a JSON form");
        body.push(b'\n');
        Self { status, kind: "application/json", body: body.into(), tag: None, policy: POLICY_OF_DATA }
    }

    /// Answers with plain text of this kind.
    pub(super) fn text(status: StatusCode, kind: &'static str, text: String) -> Self {
        Self { status, kind, body: text.into(), tag: None, policy: POLICY_OF_DATA }
    }

    /// Refuses a request.
    pub(super) fn refused(status: StatusCode, why: &'static str) -> Self {
        #[derive(Serialize)]
        struct Refused {
            ok: bool,
            message: &'static str,
        }
        Self::json(status, &Refused { ok: false, message: why })
    }

    /// Makes the response; `known` is the body that the browser has, by its tag.
    pub(super) fn response(self, known: Option<&HeaderValue>, is_head: bool) -> Response<Full<Bytes>> {
        let is_known = self.tag.is_some() && self.tag.as_ref() == known;
        let status = if is_known { StatusCode::NOT_MODIFIED } else { self.status };
        let length = self.body.len();
        let body = if is_known || is_head { Bytes::new() } else { self.body };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
        if let Some(tag) = self.tag {
            headers.insert(header::ETAG, tag);
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        } else {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        if is_head {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        response
    }
}
