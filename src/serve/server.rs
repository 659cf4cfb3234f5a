//! The listener: bounded in connections, sizes and time, and gone in an orderly way.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio::time::timeout;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::serve::site::Site;

/// How many connections there are at once; who comes then waits for one to end.
const CONNECTIONS: usize = 128;
/// How long a client may take to send the head of a request, also of the next one on the same connection.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// How long a connection lasts, whatever goes on: a client that reads slowly must not keep it.
const LIFE: Duration = Duration::from_secs(60);
/// How long running requests have when the server stops, or a connection's life ends.
const GRACE: Duration = Duration::from_secs(5);
/// The largest head of a request, in bytes.
const HEAD_SIZE: usize = 16 * 1024;
const HEADERS: usize = 64;

/// A port that is listened on.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Takes the port; port 0 takes a free one.
    pub async fn bind(address: SocketAddr) -> Result<Self, Error> {
        let refused = |error: std::io::Error| {
            let kind = ErrorKind::CannotListen { address: address.to_string(), reason: error.to_string() };
            Error::from(kind)
        };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, address })
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop`; then nobody new is let in, and requests that were begun are given time to end.
    pub async fn run(self, site: Arc<Site>, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let (stopping, _) = watch::channel(false);
        let mut connections = JoinSet::new();
        loop {
            let accepted = async {
                let place = Arc::clone(&places).acquire_owned().await.ok()?;
                Some((place, self.listener.accept().await))
            };
            let (place, stream) = tokio::select! {
                biased;
                () = &mut stop => break,
                Some((place, accepted)) = accepted => match accepted {
                    Ok((stream, _)) => (place, stream),
                    Err(_) => {
                        // Out of file handles, for instance: to try again at once would keep the processor busy.
                        sleep(Duration::from_millis(100)).await;
                        continue;
                    }
                },
            };
            let (site, stopping) = (Arc::clone(&site), stopping.subscribe());
            connections.spawn(async move {
                attend(stream, site, stopping).await;
                drop(place);
            });
            while connections.try_join_next().is_some() {}
        }
        drop(self.listener);
        stopping.send_replace(true);
        let all_gone = async { while connections.join_next().await.is_some() {} };
        // Those that are still there then are dropped with the set.
        let _ = timeout(GRACE, all_gone).await;
    }
}

/// Answers the requests of one connection.
async fn attend(stream: TcpStream, site: Arc<Site>, mut stopping: watch::Receiver<bool>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_SIZE).max_headers(HEADERS);
    let service = service_fn(move |request| Arc::clone(&site).respond(request));
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    // What goes wrong with a connection concerns only who is at its other end.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stopping| *stopping) => {}
        () = sleep(LIFE) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(GRACE, connection).await;
}
