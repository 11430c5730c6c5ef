//! File content as a diff shows it.

use std::path::Path;

use serde_json::{Value as Json, json};

/// More than this is not shown in a diff.
const LIMIT: usize = 104_448;

/// A diff of two contents, leaving out what is binary or too large to read.
pub fn diff(path: &Path, before: Option<&[u8]>, after: &[u8]) -> Json {
    let mut diff = json!({"before_header": path.to_string_lossy(), "after_header": path.to_string_lossy()});
    side(&mut diff, "before", "dst", before.unwrap_or_default());
    side(&mut diff, "after", "src", after);
    diff
}

fn side(diff: &mut Json, name: &str, end: &str, bytes: &[u8]) {
    if bytes.contains(&0) {
        diff[format!("{end}_binary")] = 1.into();
    } else if bytes.len() > LIMIT {
        diff[format!("{end}_larger")] = LIMIT.into();
    } else {
        diff[name] = String::from_utf8_lossy(bytes).into();
    }
}
