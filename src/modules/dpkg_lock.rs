//! The locks of dpkg and apt: waiting for them, and naming who holds them.

use std::time::{Duration, Instant};

use rustix::process::{Flock, FlockType, fcntl_getlk};

use super::{Failure, Writer};

/// Taken by whoever installs or removes.
pub const FRONTEND: &str = "/var/lib/dpkg/lock-frontend";
/// Taken by whoever fetches package lists.
pub const LISTS: &str = "/var/lib/apt/lists/lock";

const PAUSE: Duration = Duration::from_millis(200);

/// Waits until nobody holds `lock`, for at most `timeout`.
pub fn wait(writer: &Writer, lock: &str, timeout: Duration) -> Result<(), Failure> {
    let deadline = Instant::now() + timeout;
    while let Some(holder) = holder(lock) {
        if writer.cancelled() {
            return Err(format!("cancelled while {holder} held {lock}").into());
        }
        if Instant::now() >= deadline {
            return Err(
                format!("{lock} is still held by {holder} after {} s; lock_timeout says how long to wait", timeout.as_secs()).into()
            );
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Who holds `lock`: the program's name and process id.
fn holder(lock: &str) -> Option<String> {
    let file = std::fs::File::open(lock).ok()?;
    let held = fcntl_getlk(&file, &Flock::from(FlockType::WriteLock)).ok()??;
    let pid = held.pid.map_or(0, |pid| pid.as_raw_nonzero().get());
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    Some(format!("{} (process {pid})", if name.is_empty() { "a program" } else { name.trim() }))
}
