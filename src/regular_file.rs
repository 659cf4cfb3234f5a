//! Reading files that must be files: who opens a pipe or a device waits for somebody to write into it.

use std::fs;
use std::fs::File;
use std::fs::FileType;
use std::io;
use std::io::Read;
use std::path::Path;

/// Reads the whole file at `path`; what is no file, also behind a link, is an error instead of a wait.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    check(fs::metadata(path)?.file_type())?;
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    check(metadata.file_type())?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads the whole file at `path` as UTF-8, like [`read`].
#[cfg(feature = "engine")]
pub fn read_to_string(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// Refuses what is there at `path` and is no file; others read it.
#[cfg(feature = "engine")]
pub fn expect(path: &Path) -> io::Result<()> {
    fs::metadata(path).map_or(Ok(()), |metadata| check(metadata.file_type()))
}

/// Refuses what is there at `path` where lines are to be added, and who opens it would wait: a pipe that somebody made. The
/// process's own are open already, and a terminal or `/dev/null` never waits.
#[cfg(feature = "cli")]
pub fn expect_to_write(path: &Path) -> io::Result<()> {
    const OWN: [&str; 4] = ["/dev/stderr", "/dev/stdout", "/dev/fd", "/proc"];
    let target = fs::read_link(path).unwrap_or_else(|_| path.to_owned());
    let is_own = OWN.iter().any(|own| path.starts_with(own) || target.starts_with(own));
    match fs::metadata(path).ok().and_then(|metadata| name(metadata.file_type())) {
        Some("a device") | None => Ok(()),
        Some(_) if is_own => Ok(()),
        Some(other) => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is {other}, not a file"))),
    }
}

/// Refuses what is no file, by its name.
fn check(kind: FileType) -> io::Result<()> {
    match name(kind) {
        None => Ok(()),
        Some("a folder") => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, not a file")),
        Some(other) => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is {other}, not a file"))),
    }
}

/// Returns what it is, if it is no file.
fn name(kind: FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("a pipe");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("a device");
        }
    }
    kind.is_dir().then_some("a folder")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        fs::write(&path, "é").unwrap();
        assert_eq!(read_to_string(&path).unwrap(), "é");
        fs::write(&path, b"\xff").unwrap();
        assert_eq!(read_to_string(&path).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(read(folder.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert_eq!(read(&folder.path().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_waited_for() {
        use std::os::unix::fs::symlink;
        use std::os::unix::net::UnixListener;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let message = |name: &str| read(&path(name)).unwrap_err().to_string();
        symlink("/dev/zero", path("device")).unwrap();
        assert_eq!(message("device"), "it is a device, not a file");
        let _listener = UnixListener::bind(path("socket")).unwrap();
        assert_eq!(message("socket"), "it is a socket, not a file");
        #[cfg(feature = "cli")]
        for own in ["/dev/null", "/dev/stderr"] {
            assert!(expect_to_write(Path::new(own)).is_ok(), "{own}");
        }
        if std::process::Command::new("mkfifo").arg(path("pipe")).status().is_ok_and(|status| status.success()) {
            symlink(path("pipe"), path("link")).unwrap();
            #[cfg(feature = "cli")]
            assert_eq!(expect_to_write(&path("pipe")).unwrap_err().to_string(), "it is a pipe, not a file");
            assert_eq!((message("pipe"), message("link")), (message("link"), "it is a pipe, not a file".to_owned()));
        }
    }
}
