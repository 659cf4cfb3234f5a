//! A stream for tests.

use std::io;
use std::io::Write;
use std::sync::Arc;
use std::sync::Mutex;

/// A stream that can be read afterwards.
#[derive(Clone, Default)]
pub(in crate::cli::ui) struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    pub(in crate::cli::ui) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no test panics while it writes").clone()).expect("it is text")
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panics while it writes").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
