//! Zip archives.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use filetime::FileTime;
use glob::Pattern;
use sha2::{Digest, Sha256};

use super::{Archive, inside};
use crate::modules::{Change, Content, Failure, Host, Install, IoContext, Writer};

/// Whether the file is a zip archive.
pub(super) fn is(path: &Path) -> bool {
    let mut magic = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic.starts_with(b"PK")
}

type Zip = zip::ZipArchive<Cursor<Vec<u8>>>;

pub(super) fn extract(archive: &Archive, host: &mut Host) -> Result<Vec<String>, Failure> {
    let bytes = std::fs::read(&archive.path).context("read", &archive.path)?;
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).context("read the archive", &archive.path)?;
    let names: Vec<String> = zip.file_names().filter(|name| taken(archive, name)).map(str::to_string).collect();
    names.iter().try_for_each(|name| inside(name))?;
    let mut stale = Vec::new();
    for name in &names {
        if !is_there(archive, &mut zip, name)? {
            stale.push(name.as_str());
        }
    }
    if !stale.is_empty() {
        let change = Change::new(format!("unpack {} into {}", archive.path.display(), archive.dest.display()));
        host.change(change, |w| stale.iter().try_for_each(|name| unpack(w, archive, &mut zip, name)))?;
    }
    Ok(names)
}

fn taken(archive: &Archive, name: &str) -> bool {
    let fits = |patterns: &[String]| patterns.iter().any(|p| Pattern::new(p).is_ok_and(|p| p.matches(name)) || p == name);
    !fits(&archive.exclude) && (archive.include.is_empty() || fits(&archive.include))
}

fn content(archive: &Archive, zip: &mut Zip, name: &str) -> Result<Vec<u8>, Failure> {
    let mut entry = zip.by_name(name).context("read the archive", &archive.path)?;
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).context("read the archive", &archive.path)?;
    Ok(bytes)
}

fn is_there(archive: &Archive, zip: &mut Zip, name: &str) -> Result<bool, Failure> {
    let path = archive.dest.join(name);
    if name.ends_with('/') {
        return Ok(path.is_dir());
    }
    let size = zip.by_name(name).context("read the archive", &archive.path)?.size();
    if !path.metadata().is_ok_and(|meta| meta.is_file() && meta.len() == size) {
        return Ok(false);
    }
    let now = std::fs::read(&path).context("read", &path)?;
    Ok(Sha256::digest(now) == Sha256::digest(content(archive, zip, name)?))
}

fn unpack(writer: &mut Writer, archive: &Archive, zip: &mut Zip, name: &str) -> Result<(), Failure> {
    let path = archive.dest.join(name);
    let dir = if name.ends_with('/') { path.as_path() } else { path.parent().unwrap_or(&archive.dest) };
    let missing: Vec<&Path> = dir.ancestors().take_while(|dir| !dir.exists()).collect();
    missing.iter().rev().try_for_each(|dir| writer.mkdir(dir, 0o777))?;
    if name.ends_with('/') {
        return Ok(());
    }
    // A link inside the destination must not lead the file out of it.
    if !dir.canonicalize().context("look at", dir)?.starts_with(archive.dest.canonicalize().context("look at", &archive.dest)?) {
        return Err(Failure::new(format!("refusing to unpack {name}: a link leads it out of the destination")));
    }
    let mode = zip.by_name(name).context("read the archive", &archive.path)?.unix_mode().map(|mode| mode & 0o777);
    let bytes = content(archive, zip, name)?;
    writer.install(&path, Content::Bytes(&bytes), &Install { mode, ..Install::default() })?;
    writer.utimes(&path, FileTime::now(), FileTime::now())
}
