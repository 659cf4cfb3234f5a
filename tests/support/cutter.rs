//! A proxy in front of a server that cuts every connection at a moment that the test chose.

use std::io;
use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use url::Url;

/// When to cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Never; the bytes are only counted.
    Never,
    /// When so many bytes have gone up, to the server.
    Up(u64),
    /// When so many bytes have come down, from the server.
    Down(u64),
    /// Before the server hears the `COMMIT` of this number, from 0.
    BeforeCommit(usize),
    /// When the server has answered the `COMMIT` of this number, before the client hears it.
    AfterCommit(usize),
}

/// Listens on a loopback port and passes everything on, until it cuts; afterwards nobody is let in.
#[derive(Debug)]
pub struct Cutter {
    port: u16,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    cut: Cut,
    up: u64,
    down: u64,
    commits: usize,
    is_cut: bool,
    streams: Vec<TcpStream>,
}

/// How long a server must have been silent to be through with a message.
const SILENCE: Duration = Duration::from_millis(60);

impl Cutter {
    /// Starts a proxy in front of the server of `url`; returns it with the URL to use instead.
    pub fn start(url: &str, cut: Cut) -> (Self, String) {
        let mut url = Url::parse(url).expect("the URL of a test database is one");
        let address = format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port can be had");
        let port = listener.local_addr().expect("a listener has an address").port();
        let shared = Shared { cut, up: 0, down: 0, commits: 0, is_cut: false, streams: Vec::new() };
        let shared = Arc::new(Mutex::new(shared));
        let all = Arc::clone(&shared);
        // The thread ends with the test's process.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                connect(client, &address, &all);
            }
        });
        url.set_port(Some(port)).expect("the URL has a host");
        (Self { port, shared }, url.into())
    }

    /// Returns how many bytes went up and down, and how many `COMMIT`s went up.
    pub fn counts(&self) -> (u64, u64, usize) {
        let shared = self.shared.lock().expect("no thread panics");
        (shared.up, shared.down, shared.commits)
    }

    /// Returns whether it has cut.
    pub fn is_cut(&self) -> bool {
        self.shared.lock().expect("no thread panics").is_cut
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.shared.lock().expect("no thread panics").cut_all();
        // Whoever waits for a client sees that it is over.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    fn cut_all(&mut self) {
        self.is_cut = true;
        for stream in self.streams.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn connect(client: TcpStream, address: &str, shared: &Arc<Mutex<Shared>>) {
    let server = TcpStream::connect(address).expect("the server is there");
    // A test does not want to wait for acknowledgements.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let again = || Ok::<_, io::Error>([client.try_clone()?, server.try_clone()?]);
    let (Ok([client_too, server_too]), Ok(last)) = (again(), again()) else { return };
    {
        let mut shared = shared.lock().expect("no thread panics");
        if shared.is_cut {
            return;
        }
        shared.streams.extend(last);
    }
    let (above, below) = (Arc::clone(shared), Arc::clone(shared));
    thread::spawn(move || up(client, server, &above));
    thread::spawn(move || down(server_too, client_too, &below));
}

/// Passes on what the client says.
fn up(mut client: TcpStream, mut server: TcpStream, shared: &Mutex<Shared>) {
    let mut buffer = vec![0; 1 << 16];
    while let Some(read) = client.read(&mut buffer).ok().filter(|read| *read > 0) {
        let mut shared = shared.lock().expect("no thread panics");
        if shared.is_cut {
            break;
        }
        // A message ends with its last statement; PostgreSQL ends it with a zero.
        let is_commit = buffer[..read].strip_suffix(b"\0").unwrap_or(&buffer[..read]).ends_with(b"COMMIT");
        let number = shared.commits;
        shared.commits += usize::from(is_commit);
        let mut passed = read;
        let mut cut_after = false;
        match shared.cut {
            Cut::Up(most) => {
                passed = read.min((most - shared.up) as usize);
                cut_after = passed < read;
            }
            Cut::BeforeCommit(wanted) if is_commit && wanted == number => {
                shared.cut_all();
                break;
            }
            Cut::AfterCommit(wanted) if is_commit && wanted == number => {
                // The answer is taken here; the other direction hears nothing of it.
                shared.is_cut = true;
                if server.write_all(&buffer[..read]).is_ok() {
                    thread::sleep(SILENCE);
                }
                shared.cut_all();
                break;
            }
            _ => {}
        }
        shared.up += passed as u64;
        let is_written = server.write_all(&buffer[..passed]).is_ok();
        if cut_after {
            shared.cut_all();
        }
        if !is_written || cut_after {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
}

/// Passes on what the server says.
fn down(mut server: TcpStream, mut client: TcpStream, shared: &Mutex<Shared>) {
    let mut buffer = vec![0; 1 << 16];
    while let Some(read) = server.read(&mut buffer).ok().filter(|read| *read > 0) {
        // While the answer of a COMMIT is awaited, this waits, too; and then there is no client any more.
        let mut shared = shared.lock().expect("no thread panics");
        if shared.is_cut {
            break;
        }
        let passed = match shared.cut {
            Cut::Down(most) => read.min((most - shared.down) as usize),
            _ => read,
        };
        shared.down += passed as u64;
        let is_written = client.write_all(&buffer[..passed]).is_ok();
        if passed < read {
            shared.cut_all();
        }
        if passed < read || !is_written {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}
