//! mount and umount.

use std::path::Path;

use super::super::{Failure, Writer};
use super::Task;

/// Mounts, on a directory that is made when it is missing and goes again when the mount fails.
pub fn mount_in(writer: &mut Writer, task: &Task) -> Result<(), Failure> {
    let made = make_directories(writer, Path::new(&task.entry.name))?;
    let done = mount(writer, task);
    if done.is_err() {
        made.iter().rev().try_for_each(|dir| writer.rmdir(Path::new(dir)))?;
    }
    done
}

/// Makes a directory and those above it; gives those that were missing, the outermost first.
pub fn make_directories(writer: &mut Writer, dir: &Path) -> Result<Vec<String>, Failure> {
    let mut missing: Vec<&Path> = dir.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).collect();
    missing.reverse();
    missing.iter().try_for_each(|dir| writer.mkdir(dir, 0o755))?;
    Ok(missing.iter().map(|dir| dir.to_string_lossy().into_owned()).collect())
}

fn mount(writer: &mut Writer, task: &Task) -> Result<(), Failure> {
    let mut words = source(task);
    words.push(task.entry.name.clone());
    call(writer, "mount", &words)
}

/// Has the options taken over in place; where that is not possible, unmounts and mounts, unless the options are `explicit`: then the
/// result could be another than asked for.
pub fn remount(writer: &mut Writer, task: &Task, explicit: bool) -> Result<(), Failure> {
    let opts = if explicit { format!("remount,{}", task.entry.opts) } else { "remount".into() };
    let mut words = vec!["-o".to_string(), opts];
    words.extend(source(task));
    words.push(task.entry.name.clone());
    match call(writer, "mount", &words) {
        Err(failure) if explicit => {
            Err(format!("the options could not be changed in place; unmount and mount it instead: {}", failure.msg).into())
        }
        Err(_) => {
            umount(writer, &task.entry.name)?;
            mount(writer, task)
        }
        done => done,
    }
}

/// Unmounts `name`.
pub fn umount(writer: &mut Writer, name: &str) -> Result<(), Failure> {
    call(writer, "umount", &[name.to_string()])
}

/// What mount is told beside the place: all of it when fstab does not count, else which fstab.
fn source(task: &Task) -> Vec<String> {
    if !task.ephemeral {
        return task.fstab.iter().flat_map(|path| ["-T".to_string(), path.to_string_lossy().into_owned()]).collect();
    }
    let mut words = vec!["-t".to_string(), task.entry.fstype.clone()];
    if task.entry.opts != "defaults" {
        words.extend(["-o".to_string(), task.entry.opts.clone()]);
    }
    words.push(task.entry.src.clone());
    words
}

fn call(writer: &mut Writer, program: &str, words: &[String]) -> Result<(), Failure> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = writer.exec(program, &words)?;
    match output.rc {
        0 => Ok(()),
        rc => Err(Failure::new(format!("{}{}", output.out(), output.err()).trim()).with("rc", rc)),
    }
}
