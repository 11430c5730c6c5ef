//! A home that useradd does not make: below missing directories, or for an account that is there already.

use std::fs;
use std::path::Path;

use super::super::accounts::passwd::User;
use super::super::{Failure, IoContext, Writer};

/// Whether the directory that `home` is in exists.
pub fn parent_exists(home: &str) -> bool {
    Path::new(home).parent().is_none_or(Path::is_dir)
}

/// Makes `home` from `skeleton`, with the mode that login.defs gives homes. A home that is there is left alone.
pub fn make(writer: &mut Writer, home: &Path, skeleton: Option<&str>) -> Result<(), Failure> {
    if home.exists() {
        return Ok(());
    }
    let missing: Vec<&Path> = home.ancestors().skip(1).take_while(|dir| !dir.exists()).collect();
    missing.iter().rev().try_for_each(|dir| writer.mkdir(dir, 0o755))?;
    writer.mkdir(home, 0o700)?;
    let skeleton = Path::new(skeleton.unwrap_or("/etc/skel"));
    if skeleton.is_dir() {
        copy(writer, skeleton, home)?;
    }
    let defs = fs::read_to_string("/etc/login.defs").unwrap_or_default();
    writer.chmod(home, mode(&defs))
}

/// Gives `path` and all below it to `user`.
pub fn own(writer: &mut Writer, path: &Path, user: &User) -> Result<(), Failure> {
    writer.chown(path, Some(user.uid), Some(user.gid))?;
    if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        for entry in fs::read_dir(path).context("read", path)? {
            own(writer, &entry.context("read", path)?.path(), user)?;
        }
    }
    Ok(())
}

fn copy(writer: &mut Writer, from: &Path, to: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(from).context("read", from)? {
        let entry = entry.context("read", from)?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().context("read", &source)?;
        if kind.is_symlink() {
            writer.symlink(&source.read_link().context("read", &source)?, &target)?;
        } else if kind.is_dir() {
            writer.mkdir(&target, 0o755)?;
            copy(writer, &source, &target)?;
        } else {
            writer.copy(&source, &target)?;
        }
    }
    Ok(())
}

/// The mode of a home: `HOME_MODE`, else what `UMASK` leaves, else 0755.
fn mode(defs: &str) -> u32 {
    let octal = |key: &str| {
        let value = defs.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix([' ', '\t']))?;
        u32::from_str_radix(value.trim(), 8).ok()
    };
    octal("HOME_MODE").or_else(|| Some(0o777 & !octal("UMASK")?)).unwrap_or(0o755)
}

#[cfg(test)]
mod tests {
    use super::mode;

    #[test]
    fn homes_get_the_mode_of_login_defs() {
        assert_eq!(mode("# HOME_MODE 0711\nUMASK\t\t022\n"), 0o755);
        assert_eq!(mode("UMASK 027\nHOME_MODE\t0700\n"), 0o700);
        assert_eq!(mode(""), 0o755);
    }
}
