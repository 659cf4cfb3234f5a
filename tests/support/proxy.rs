//! A proxy in front of PostgreSQL, MariaDB or MySQL that counts what a client asks for.

use std::io;
use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;

/// Listens on a loopback port for as long as the test runs, and passes everything on.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    queries: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl Proxy {
    /// Starts a proxy in front of the PostgreSQL at `address`, as in `127.0.0.1:5432`.
    pub fn start(address: &str) -> Self {
        Self::start_at("127.0.0.1:0", address)
    }

    /// Starts a proxy in front of the PostgreSQL at `address` that listens where `own` says.
    pub fn start_at(own: &str, address: &str) -> Self {
        Self::passing(requests, own, address)
    }

    /// Starts a proxy in front of the MariaDB or MySQL at `address`.
    pub fn start_mysql(address: &str) -> Self {
        Self::passing(packets, "127.0.0.1:0", address)
    }

    fn passing(pass: fn(TcpStream, TcpStream, &AtomicUsize), own: &str, address: &str) -> Self {
        let listener = TcpListener::bind(own).expect("the port can be had");
        let port = listener.local_addr().expect("a listener has an address").port();
        let queries = Arc::new(AtomicUsize::new(0));
        let connections = Arc::new(AtomicUsize::new(0));
        let opened = Arc::clone(&connections);
        let (address, counter) = (address.to_owned(), Arc::clone(&queries));
        // The thread ends with the test's process.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                opened.fetch_add(1, Ordering::SeqCst);
                let server = TcpStream::connect(&address).expect("the server is there");
                let counter = Arc::clone(&counter);
                let (from, to) = (client.try_clone(), server.try_clone());
                thread::spawn(move || pass(client, server, &counter));
                thread::spawn(move || {
                    let (Ok(mut to), Ok(mut from)) = (from, to) else { return };
                    let _ = io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Both);
                });
            }
        });
        Self { port, queries, connections }
    }

    /// Returns the port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns how many connections were opened since the last call.
    pub fn take_connections(&self) -> usize {
        self.connections.swap(0, Ordering::SeqCst)
    }

    /// Returns how many simple queries came since the last call; each is a round trip.
    pub fn take_queries(&self) -> usize {
        self.queries.swap(0, Ordering::SeqCst)
    }
}

/// Passes a client's messages on; the first ones (the request for TLS and the startup) have no type.
/// <https://www.postgresql.org/docs/current/protocol-message-formats.html>
fn requests(mut client: TcpStream, mut server: TcpStream, queries: &AtomicUsize) {
    const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
    let mut started = false;
    loop {
        let mut head = vec![0; if started { 5 } else { 4 }];
        if client.read_exact(&mut head).is_err() {
            break;
        }
        let at = head.len() - 4;
        let length = u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]) as usize;
        let mut body = vec![0; length - 4];
        if client.read_exact(&mut body).is_err() {
            break;
        }
        if started && head[0] == b'Q' {
            queries.fetch_add(1, Ordering::SeqCst);
        }
        head.extend(body);
        started = started || head != TLS_REQUEST;
        if server.write_all(&head).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
}

/// Passes a client's packets on: three bytes of length, and a number that begins with 0 at each command.
/// <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html>
fn packets(mut client: TcpStream, mut server: TcpStream, queries: &AtomicUsize) {
    const QUERY: u8 = 3;
    let mut packet = vec![0; 4];
    while client.read_exact(&mut packet).is_ok() {
        let length = u32::from_le_bytes([packet[0], packet[1], packet[2], 0]) as usize;
        packet.resize(4 + length, 0);
        if client.read_exact(&mut packet[4..]).is_err() {
            break;
        }
        if packet[3] == 0 && packet.get(4) == Some(&QUERY) {
            queries.fetch_add(1, Ordering::SeqCst);
        }
        if server.write_all(&packet).is_err() {
            break;
        }
        packet.resize(4, 0);
    }
    let _ = server.shutdown(Shutdown::Both);
}
