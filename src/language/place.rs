//! Where something was written: file, line and column.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// A position in a text the user wrote. Lines and columns count from one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file, as the user would name it (`<extra vars>` and the like for texts that are no files).
    pub file: Arc<str>,
    /// The line, from one.
    pub line: u32,
    /// The column, from one.
    pub column: u32,
}

impl Place {
    /// A position in `file`.
    pub fn new(file: impl Into<Arc<str>>, line: u32, column: u32) -> Self {
        Place { file: file.into(), line, column }
    }
}

impl std::str::FromStr for Place {
    type Err = ();

    /// The place that [`Display`](fmt::Display) wrote.
    fn from_str(text: &str) -> Result<Place, ()> {
        let mut parts = text.rsplitn(3, ':');
        let mut number = || parts.next().and_then(|part| part.parse().ok()).ok_or(());
        let (column, line) = (number()?, number()?);
        Ok(Place::new(parts.next().ok_or(())?, line, column))
    }
}

/// A path as people see it: relative when it leads to something below the current directory.
pub fn shown(path: &Path) -> String {
    let current = std::env::current_dir().ok();
    let below = current.and_then(|current| path.strip_prefix(current).ok());
    match below.unwrap_or(path) {
        here if here.as_os_str().is_empty() => ".".to_string(),
        path => path.display().to_string(),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
