//! An encrypted way to a PostgreSQL server of which only the authorities that the user names may vouch.
//!
//! The driver adds the authorities that everyone trusts to those that are named, and takes no certificate that vouches for
//! itself as one that may vouch. So it speaks unencrypted to a socket that nobody else can reach, and what goes through
//! that is encrypted here.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::net::UnixListener;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls;
use tokio_rustls::rustls::CertificateError;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::DigitallySignedStruct;
use tokio_rustls::rustls::Error as TlsError;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::SignatureScheme;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::client::danger::ServerCertVerified;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::pki_types::UnixTime;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::server::ParsedCertificate;

use crate::config::url::Tls;
use crate::config::url::TlsMode;

/// The message that asks a PostgreSQL server for encryption.
const REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// The port in the socket's name; it says nothing.
pub(super) const PORT: u16 = 5432;

/// The folder of the socket; it must live until the driver has connected.
pub(super) struct Tunnel(TempDir);

impl Tunnel {
    /// Connects to a server, sees that it is the right one, and leads a socket to it.
    pub(super) async fn open(host: &str, port: u16, tls: &Tls) -> io::Result<Self> {
        let stream = encrypted(host, port, tls).await?;
        // Only this user can enter a temporary folder, so nobody else reaches the socket.
        let folder = tempfile::tempdir()?;
        let listener = UnixListener::bind(folder.path().join(format!(".s.PGSQL.{PORT}")))?;
        tokio::spawn(lead(listener, stream));
        Ok(Self(folder))
    }

    /// Returns the folder of the socket.
    pub(super) fn folder(&self) -> &Path {
        self.0.path()
    }
}

/// Leads one connection; when either side ends, the other one learns of it.
async fn lead(listener: UnixListener, mut stream: TlsStream<TcpStream>) {
    let Ok((mut socket, _)) = listener.accept().await else { return };
    drop(listener);
    let _ = copy_bidirectional(&mut socket, &mut stream).await;
}

async fn encrypted(host: &str, port: u16, tls: &Tls) -> io::Result<TlsStream<TcpStream>> {
    let config = client_config(tls)?;
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    stream.write_all(&REQUEST).await?;
    let mut answer = [0];
    stream.read_exact(&mut answer).await?;
    if answer != *b"S" {
        return Err(io::Error::other("the server does not encrypt connections"));
    }
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

fn client_config(tls: &Tls) -> io::Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new(tls, provider.clone())?;
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    match &tls.identity {
        None => Ok(builder.with_no_client_auth()),
        Some((cert, key)) => {
            let key = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|error| unusable(key, &error.to_string()))?;
            builder.with_client_auth_cert(certificates(cert)?, key).map_err(io::Error::other)
        }
    }
}

fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_slice_iter(&read(path)?).collect::<Result<Vec<_>, _>>();
    let found = found.map_err(|error| unusable(path, &error.to_string()))?;
    if found.is_empty() { Err(unusable(path, "it holds no certificate")) } else { Ok(found) }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    crate::regular_file::read(path).map_err(|error| unusable(path, &error.to_string()))
}

fn unusable(path: &Path, reason: &str) -> io::Error {
    io::Error::other(format!("{} cannot be used: {reason}", path.display()))
}

/// Asks for what PostgreSQL's programs ask for.
#[derive(Debug)]
struct Verifier {
    usual: Arc<WebPkiServerVerifier>,
    roots: Vec<CertificateDer<'static>>,
    /// Whether the certificate must be for this host.
    minds_name: bool,
}

impl Verifier {
    fn new(tls: &Tls, provider: Arc<rustls::crypto::CryptoProvider>) -> io::Result<Self> {
        let roots = tls.root_cert.as_deref().map_or(Ok(Vec::new()), certificates)?;
        let mut store = RootCertStore::empty();
        for root in &roots {
            store.add(root.clone()).map_err(io::Error::other)?;
        }
        let usual = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider);
        let usual = usual.build().map_err(io::Error::other)?;
        Ok(Self { usual, roots, minds_name: tls.mode == TlsMode::VerifyFull })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        match self.usual.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            Err(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.minds_name => Ok(ServerCertVerified::assertion()),
            // The server's own certificate was named. That it is an authority's, too, is all that is wrong with it:
            // that its time has come and has not run out was looked at before.
            Err(error) if self.roots.iter().any(|root| root == certificate) && is_authority(&error) => {
                if self.minds_name {
                    verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.usual.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.usual.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

/// Returns whether a certificate was refused because it is that of an authority; the library has no name for it.
fn is_authority(error: &TlsError) -> bool {
    matches!(error, TlsError::InvalidCertificate(CertificateError::Other(other)) if other.0.to_string() == "CaUsedAsEndEntity")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Certificates that vouch for themselves, for `localhost`, from 2026 for a hundred years.
    const OWN: &str = "\
-----BEGIN CERTIFICATE-----
MIIBijCCAS+gAwIBAgIUP8zrNwcnVdCRekmVIZA7n3t1EK4wCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDb3duMCAXDTI2MTEyODAwNTcwM1oYDzIxMjYxMTA0MDA1NzAz
WjAOMQwwCgYDVQQDDANvd24wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQbgXPU
BxHQWESnVjNqdo1ywT6V6Dkac+E/oaYPcBujaI3fPfR+bQ9GMvEPZytuju4uO78e
o6clMwC20jXf0crro2kwZzAdBgNVHQ4EFgQUmx/ICiCoDrQN5L5EVxkMcAv9bkMw
HwYDVR0jBBgwFoAUmx/ICiCoDrQN5L5EVxkMcAv9bkMwFAYDVR0RBA0wC4IJbG9j
YWxob3N0MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAJHSzFnS
4sMXhYG3C+eugGsgEJKpQNwezQpt8/81PEQ7AiEAkTbg/fZb99DzvtjjBScEVbqk
DIs1OyDjhODY3S2eC9M=
-----END CERTIFICATE-----
";
    const OTHER: &str = "\
-----BEGIN CERTIFICATE-----
MIIBjjCCATOgAwIBAgIUWXarmPd2rChKxN4POiswmZBpCNswCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFb3RoZXIwIBcNMjYxMTI4MDA1NzAzWhgPMjEyNjExMDQwMDU3
MDNaMBAxDjAMBgNVBAMMBW90aGVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
UrzKuTl2qpyplS1/jPNbuc98RjnQ/qmR5U0WRMHkYD8eLHAp9vhdcjpMCfxAagOz
i2N6+4AZ7ExTm+fiI8W656NpMGcwHQYDVR0OBBYEFK8wc1Ui0gr4gBnozrC8J703
cQ/KMB8GA1UdIwQYMBaAFK8wc1Ui0gr4gBnozrC8J703cQ/KMBQGA1UdEQQNMAuC
CWxvY2FsaG9zdDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQCl
7FPPEbvpCqbzHGwGM8Qs3lMU9evNCHm+vQ1a+v0TFQIhAKcrBzv1WpVpU0JZERJx
u+TBDCOfaE6OkV6k8S51MPUV
-----END CERTIFICATE-----
";

    const IN_2030: u64 = 1_900_000_000;
    const IN_2020: u64 = 1_580_000_000;

    fn check(root: &str, shown: &str, name: &str, mode: TlsMode, at: u64, expected: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.pem");
        std::fs::write(&path, root).unwrap();
        let tls = Tls { mode, root_cert: Some(path), identity: None };
        let verifier = Verifier::new(&tls, Arc::new(rustls::crypto::ring::default_provider())).unwrap();
        let certificate = CertificateDer::from_pem_slice(shown.as_bytes()).unwrap();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(at));
        let verified = verifier.verify_server_cert(&certificate, &[], &name, &[], now);
        assert_eq!(verified.is_ok(), expected, "{name:?} {mode:?} {verified:?}");
    }

    #[test]
    fn the_servers_own_certificate_is_taken_when_it_is_named() {
        check(OWN, OWN, "localhost", TlsMode::VerifyFull, IN_2030, true);
        check(&format!("{OTHER}{OWN}"), OWN, "localhost", TlsMode::VerifyFull, IN_2030, true);
        check(OWN, OWN, "elsewhere", TlsMode::VerifyCa, IN_2030, true);
    }

    #[test]
    fn another_certificate_name_or_time_is_refused() {
        check(OWN, OTHER, "localhost", TlsMode::VerifyFull, IN_2030, false);
        check(OWN, OTHER, "localhost", TlsMode::VerifyCa, IN_2030, false);
        check(OWN, OWN, "elsewhere", TlsMode::VerifyFull, IN_2030, false);
        check(OWN, OWN, "localhost", TlsMode::VerifyFull, IN_2020, false);
    }

    #[test]
    fn a_file_without_a_certificate_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.pem");
        std::fs::write(&path, "none").unwrap();
        let tls = Tls { mode: TlsMode::VerifyCa, root_cert: Some(path), identity: None };
        assert!(
            client_config(&tls).unwrap_err().to_string().contains("root.pem cannot be used: it holds no certificate")
        );
    }
}
