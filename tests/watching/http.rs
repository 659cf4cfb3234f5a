//! An HTTP client that can also misbehave.

use std::io;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

/// An answer, taken apart.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    /// Returns the value of a header, which must stand there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.head.lines().filter_map(|line| {
            let (header, value) = line.split_once(':')?;
            header.eq_ignore_ascii_case(name).then_some(value.trim())
        });
        let value = values.next();
        assert_eq!(values.next(), None, "{name} stands twice:\n{}", self.head);
        value
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.head, self.body))
    }
}

/// Sends a request for `path` and waits for the whole answer.
pub fn get(address: &str, path: &str) -> Reply {
    send(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")).unwrap()
}

/// Sends these bytes on a connection of their own and reads until the other side closes it.
pub fn send(address: &str, request: &str) -> io::Result<Reply> {
    let mut stream = connect(address);
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    // A server that refuses early may close while we still send.
    let read = stream.read_to_end(&mut answer);
    if answer.is_empty() {
        read?;
    }
    let answer = String::from_utf8(answer).expect("an answer is UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("an answer has a status");
    Ok(Reply { status, head: head.to_owned(), body: body.to_owned() })
}

/// Connects, and gives up reading after a while.
pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}
