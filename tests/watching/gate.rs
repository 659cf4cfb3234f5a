//! A way to a server that can be shut: what a client sees when the server dies, or only falls silent.

use std::io;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering;
use std::thread;

use url::Url;

use crate::support::TestDatabase;

/// What the gate does with who comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Open = 0,
    /// Connections are closed at once.
    Shut = 1,
    /// Connections are taken, and nothing ever comes back.
    Silent = 2,
}

pub struct Gate {
    /// The URL of the database through the gate.
    pub url: String,
    way: Arc<AtomicU8>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Gate {
    pub fn before(database: &TestDatabase) -> Self {
        let mut url = Url::parse(&database.url).unwrap();
        let server = (url.host_str().unwrap().to_owned(), url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let way = Arc::new(AtomicU8::new(Way::Open as u8));
        let streams: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let (now, kept) = (Arc::clone(&way), Arc::clone(&streams));
        // The thread ends with the test's process.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let way = now.load(Ordering::SeqCst);
                if way == Way::Shut as u8 {
                    continue;
                }
                kept.lock().unwrap().push(client.try_clone().unwrap());
                if way == Way::Silent as u8 {
                    continue;
                }
                let server = TcpStream::connect((server.0.as_str(), server.1)).unwrap();
                kept.lock().unwrap().push(server.try_clone().unwrap());
                pass(client.try_clone().unwrap(), server.try_clone().unwrap());
                pass(server, client);
            }
        });
        Self { url: url.into(), way, streams }
    }

    /// Changes the way; connections that are there end.
    pub fn set(&self, way: Way) {
        self.way.store(way as u8, Ordering::SeqCst);
        for stream in self.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
}
