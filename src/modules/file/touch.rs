//! `state: touch`.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use filetime::FileTime;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{Task, state_of, states};
use crate::modules::{Args, Change, Content, Failure, Host};

/// What a time is set to.
enum Time {
    Preserve,
    Now,
    At(FileTime),
}

impl Time {
    /// Reads the parameter `name`; `now` is the default for a file that is made or touched without times.
    fn read(args: &Args, name: &str) -> Result<Time, Failure> {
        match args.str(name) {
            None | Some("now") => Ok(Time::Now),
            Some("preserve") => Ok(Time::Preserve),
            Some(text) => {
                let format = args.need(&format!("{name}_format"))?;
                let moment = DateTime::strptime(format, text).and_then(|at| at.to_zoned(TimeZone::system()));
                let moment = moment
                    .map_err(|e| Failure::new(format!("Error while obtaining timestamp for time {text} using format {format}: {e}")))?;
                Ok(Time::At(FileTime::from_unix_time(moment.timestamp().as_second(), 0)))
            }
        }
    }

    fn from(&self, current: FileTime, now: FileTime) -> FileTime {
        match self {
            Time::Preserve => current,
            Time::Now => now,
            Time::At(time) => *time,
        }
    }
}

pub(super) fn ensure(task: &Task, host: &mut Host, args: &Args) -> Result<PathBuf, Failure> {
    let (accessed, modified) = (Time::read(args, "access_time")?, Time::read(args, "modification_time")?);
    let path = task.attribute_path();
    let before = state_of(&path);
    let Ok(meta) = fs::symlink_metadata(&path) else {
        let (from, to) = states(&path, before, "touch");
        let now = FileTime::now();
        host.change(Change::new(format!("create the file {}", path.display())).states(from, to), |w| {
            w.install(&path, Content::Bytes(b""), &task.wanted.install(None))?;
            w.utimes(&path, accessed.from(now, now), modified.from(now, now))
        })?;
        return Ok(path);
    };
    let (atime, mtime) = (FileTime::from_unix_time(meta.atime(), meta.atime_nsec() as u32), FileTime::from_last_modification_time(&meta));
    let now = FileTime::now();
    let (new_atime, new_mtime) = (accessed.from(atime, now), modified.from(mtime, now));
    if (new_atime, new_mtime) != (atime, mtime) {
        let (from, to) = states(&path, before, "touch");
        host.change(Change::new(format!("times of {}", path.display())).states(from, to), |w| w.utimes(&path, new_atime, new_mtime))?;
    }
    task.wanted.apply(host, &path)?;
    Ok(path)
}
