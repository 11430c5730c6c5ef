//! apt's package lists: how old they are, and fetching them anew.

use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::super::dpkg_lock::{self, LISTS};
use super::super::host::Output;
use super::super::{Args, Change, Failure, Fields, Host, IoContext, Writer};

/// Fetches the lists when the task wants that and they are too old. It counts as a change only when the task does `nothing_else`.
pub fn update(args: &Args, host: &mut Host, nothing_else: bool) -> Result<Fields, Failure> {
    let valid = u64::try_from(args.int("cache_valid_time").unwrap_or(0)).unwrap_or(0);
    let mut updated = false;
    if (args.bool("update_cache") || valid > 0 && args.maybe_bool("update_cache").is_none()) && now() >= fetched().saturating_add(valid) {
        let act = |writer: &mut Writer| fetch(args, writer);
        let what = "fetched the package lists";
        let done = if nothing_else { host.change(Change::new(what), act)? } else { host.refresh(what, act)? };
        updated = done.is_some();
    } else if nothing_else {
        host.unchanged(format!("the package lists are younger than {valid} s"));
    }
    Ok(Fields::from_iter([("cache_updated".to_string(), updated.into()), ("cache_update_time".to_string(), fetched().into())]))
}

fn now() -> u64 {
    seconds(SystemTime::now())
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// When the lists were fetched last; 0 when never.
fn fetched() -> u64 {
    let modified = |path: &str| std::fs::metadata(path).and_then(|m| m.modified()).ok().map(seconds);
    modified("/var/lib/apt/periodic/update-success-stamp").max(modified("/var/lib/apt/lists")).unwrap_or(0)
}

/// Fetches the lists, with the parameters `lock_timeout update_cache_retries update_cache_retry_max_delay`.
pub fn fetch(args: &Args, writer: &mut Writer) -> Result<Output, Failure> {
    let seconds = |name: &str| Duration::from_secs(args.int(name).and_then(|n| u64::try_from(n).ok()).unwrap_or(0));
    dpkg_lock::wait(writer, LISTS, seconds("lock_timeout"))?;
    let longest = seconds("update_cache_retry_max_delay");
    let retries = args.int("update_cache_retries").unwrap_or(5).max(1);
    for attempt in 1.. {
        let mut command = Command::new("apt-get");
        // Without the error mode apt-get calls a failed download a success.
        command.args(["-o", "APT::Update::Error-Mode=any", "update"]).env("LC_ALL", "C.UTF-8").env("DEBIAN_FRONTEND", "noninteractive");
        let output = writer.run(command, None)?;
        if output.rc == 0 {
            touch()?;
            return Ok(output);
        }
        if attempt >= retries || writer.cancelled() {
            return output.success("Failed to update apt cache");
        }
        pause(writer, longest.min(Duration::from_secs(1 << attempt.min(10))));
    }
    Err("Failed to update apt cache".into())
}

/// apt leaves the directory's time alone when no list changed, though the lists are fresh.
fn touch() -> Result<(), Failure> {
    const LISTS: &str = "/var/lib/apt/lists";
    filetime::set_file_mtime(LISTS, filetime::FileTime::now()).context("set the time of", LISTS)
}

fn pause(writer: &Writer, time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end && !writer.cancelled() {
        std::thread::sleep(Duration::from_millis(200));
    }
}
