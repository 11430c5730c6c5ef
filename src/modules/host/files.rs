//! What a [`Writer`] does to files.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, fchown, lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use ::tempfile::NamedTempFile;
use filetime::FileTime;

use super::Writer;
use crate::modules::words::split;
use crate::modules::{Failure, IoContext};

/// What a file is to hold.
#[derive(Debug, Clone, Copy)]
pub enum Content<'c> {
    /// These bytes.
    Bytes(&'c [u8]),
    /// What that file holds.
    File(&'c Path),
}

/// How content is put in place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Install<'i> {
    /// The mode; else that of the file it replaces, else what the umask leaves of 0666.
    pub mode: Option<u32>,
    /// The owner; else that of the file it replaces.
    pub uid: Option<u32>,
    /// The group; else that of the file it replaces.
    pub gid: Option<u32>,
    /// A command that accepts the content before it is put in place; `%s` in it is the file to look at.
    pub validate: Option<&'i str>,
    /// Write in place where the file cannot be replaced (a mount point).
    pub unsafe_writes: bool,
    /// Wait until the content is on the disk.
    pub sync: bool,
}

impl Writer<'_> {
    /// Puts `content` at `path` at once: readers see the old file or the new one. A symbolic link at `path` is replaced.
    pub fn install(&mut self, path: &Path, content: Content, how: &Install) -> Result<(), Failure> {
        let old = fs::symlink_metadata(path).ok().filter(Metadata::is_file);
        let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut temp = tempfile::Builder::new().prefix(".rplay-").tempfile_in(dir).context("create a file in", dir)?;
        fill(temp.as_file_mut(), content).context("write", path)?;
        dress(temp.as_file(), path, old.as_ref(), how).context("set the attributes of", path)?;
        if let Some(command) = how.validate {
            self.validate(command, temp.path())?;
        }
        if how.sync {
            temp.as_file().sync_all().context("sync", path)?;
        }
        place(temp, path, how.unsafe_writes)
    }

    /// Runs a `validate` command on `file`, as Ansible words its failures.
    pub fn validate(&mut self, command: &str, file: &Path) -> Result<(), Failure> {
        if !command.contains("%s") {
            return Err(Failure::new(format!("validate must contain %s: {command}")));
        }
        let mut words = split(&command.replace("%s", &file.to_string_lossy()))?.into_iter();
        let mut run = Command::new(words.next().unwrap_or_default());
        run.args(words);
        let output = self.run(run, None)?;
        if output.rc == 0 {
            return Ok(());
        }
        let msg = format!("failed to validate: rc:{} error:{}", output.rc, output.err());
        Err(Failure::new(msg).with("exit_status", output.rc).with("stdout", output.out()).with("stderr", output.err()))
    }

    /// Makes a file or directory with a new name in `dir`, for its owner alone.
    pub fn temporary(&mut self, dir: &Path, prefix: &str, suffix: &str, directory: bool) -> Result<PathBuf, Failure> {
        let mut names = tempfile::Builder::new();
        names.prefix(prefix).suffix(suffix);
        if directory {
            names.permissions(Permissions::from_mode(0o700));
            return Ok(names.tempdir_in(dir).context("create a directory in", dir)?.keep());
        }
        let file = names.tempfile_in(dir).context("create a file in", dir)?;
        file.keep().map(|(_, path)| path).context("keep a file in", dir)
    }

    /// Makes one directory.
    pub fn mkdir(&mut self, path: &Path, mode: u32) -> Result<(), Failure> {
        fs::DirBuilder::new().mode(mode).create(path).context("create the directory", path)
    }

    /// Puts a symbolic link to `target` at `path`, in place of a file or link that is there.
    pub fn symlink(&mut self, target: &Path, path: &Path) -> Result<(), Failure> {
        self.link_with(path, |temp| symlink(target, temp))
    }

    /// Puts another name of the file `source` at `path`, in place of a file or link that is there.
    pub fn hardlink(&mut self, source: &Path, path: &Path) -> Result<(), Failure> {
        self.link_with(path, |temp| fs::hard_link(source, temp))
    }

    /// Makes a link beside `path` and renames it, so that `path` never goes missing.
    fn link_with(&mut self, path: &Path, make: impl Fn(&Path) -> io::Result<()>) -> Result<(), Failure> {
        match make(path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            done => return done.context("create the link", path),
        }
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".rplay-{}", std::process::id()));
        let temp = Path::new(&name);
        make(temp).context("create the link", temp)?;
        let placed = fs::rename(temp, path);
        if placed.is_err() || fs::symlink_metadata(temp).is_ok() {
            // Renaming one name of a file to another of its names does nothing, and leaves both.
            fs::remove_file(temp).context("remove", temp)?;
        }
        placed.context("create the link", path)
    }

    /// Removes a file, a link, or a directory with all it holds; links are removed, never followed. Nothing there is fine.
    pub fn remove(&mut self, path: &Path) -> Result<(), Failure> {
        let removed = match fs::symlink_metadata(path) {
            Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
            Ok(_) => fs::remove_file(path),
            Err(e) => Err(e),
        };
        match removed {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done.context("remove", path),
        }
    }

    /// Removes an empty directory.
    pub fn rmdir(&mut self, path: &Path) -> Result<(), Failure> {
        fs::remove_dir(path).context("remove the directory", path)
    }

    /// Sets the mode.
    pub fn chmod(&mut self, path: &Path, mode: u32) -> Result<(), Failure> {
        fs::set_permissions(path, Permissions::from_mode(mode)).context("set the mode of", path)
    }

    /// Sets owner and group, of a link itself if it is one.
    pub fn chown(&mut self, path: &Path, uid: Option<u32>, gid: Option<u32>) -> Result<(), Failure> {
        lchown(path, uid, gid).context("set the owner of", path)
    }

    /// Sets the times of access and modification.
    pub fn utimes(&mut self, path: &Path, accessed: FileTime, modified: FileTime) -> Result<(), Failure> {
        filetime::set_symlink_file_times(path, accessed, modified).context("set the times of", path)
    }

    /// Copies a file with its mode, owner and times.
    pub fn copy(&mut self, from: &Path, to: &Path) -> Result<(), Failure> {
        let meta = fs::metadata(from).context("read", from)?;
        let how = Install { mode: Some(meta.mode() & 0o7777), uid: Some(meta.uid()), gid: Some(meta.gid()), ..Install::default() };
        self.install(to, Content::File(from), &how)?;
        self.utimes(to, FileTime::from_last_access_time(&meta), FileTime::from_last_modification_time(&meta))
    }

    /// Moves a file; a copy is made where the two places are on different file systems.
    pub fn rename(&mut self, from: &Path, to: &Path) -> Result<(), Failure> {
        match fs::rename(from, to) {
            Err(e) if e.kind() == io::ErrorKind::CrossesDevices => {
                self.copy(from, to)?;
                self.remove(from)
            }
            done => done.context("move a file to", to),
        }
    }
}

fn fill(file: &mut File, content: Content) -> io::Result<()> {
    match content {
        Content::Bytes(bytes) => file.write_all(bytes),
        Content::File(path) => io::copy(&mut File::open(path)?, file).map(drop),
    }
}

/// Gives the new file its owner, extended attributes and mode before anybody can see it under its name.
fn dress(file: &File, path: &Path, old: Option<&Metadata>, how: &Install) -> io::Result<()> {
    let made = file.metadata()?;
    let uid = how.uid.or(old.map(Metadata::uid)).filter(|&uid| uid != made.uid());
    let gid = how.gid.or(old.map(Metadata::gid)).filter(|&gid| gid != made.gid());
    if uid.is_some() || gid.is_some() {
        // Who may not give files away may still replace somebody's file in a directory of their own.
        match fchown(file, uid, gid) {
            Err(_) if how.uid.is_none() && how.gid.is_none() => {}
            done => done?,
        }
    }
    if old.is_some() {
        copy_xattrs(path, file);
    }
    let mode = how.mode.or(old.map(|m| m.mode() & 0o7777)).unwrap_or(0o666 & !umask());
    file.set_permissions(Permissions::from_mode(mode))
}

/// Extended attributes are kept where the file system and the user's rights allow it.
fn copy_xattrs(from: &Path, to: &File) {
    use rustix::fs::{XattrFlags, fsetxattr, getxattr, listxattr};
    let mut names = vec![0u8; 4096];
    let Ok(len) = listxattr(from, &mut names[..]) else { return };
    for name in names[..len].split(|b| *b == 0).filter(|name| !name.is_empty()) {
        let mut value = vec![0u8; 65536];
        if let Ok(len) = getxattr(from, name, &mut value[..]) {
            let _ = fsetxattr(to, name, &value[..len], XattrFlags::empty());
        }
    }
}

/// Renames the temporary file to `path`. A mount point (a file bound into a container) cannot be replaced, only written to.
fn place(temp: NamedTempFile, path: &Path, unsafe_writes: bool) -> Result<(), Failure> {
    let Err(failed) = temp.persist(path) else { return Ok(()) };
    let busy = failed.error.kind() == io::ErrorKind::ResourceBusy;
    if !(busy && unsafe_writes) {
        return Err(failed.error).context("replace", path);
    }
    let mut source = File::open(failed.file.path()).context("read", failed.file.path())?;
    let mut target = File::options().write(true).truncate(true).open(path).context("write", path)?;
    io::copy(&mut source, &mut target).map(drop).context("write", path)
}

/// The process's umask, which nothing here ever changes.
pub(in crate::modules) fn umask() -> u32 {
    static UMASK: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    *UMASK.get_or_init(|| {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("Umask:"));
        line.and_then(|text| u32::from_str_radix(text.trim(), 8).ok()).unwrap_or(0o022)
    })
}
