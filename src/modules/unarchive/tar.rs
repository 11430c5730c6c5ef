//! Tar archives, through the host's `tar`.

use super::{Archive, inside};
use crate::modules::host::Output;
use crate::modules::{Change, Failure, Host};

/// Lines of `tar --diff` that say nothing about the files.
const NOISE: [&str; 2] = ["tar: Removing leading", "tar: Substituting"];

pub(super) fn extract(archive: &Archive, host: &mut Host) -> Result<(Vec<String>, Output), Failure> {
    let listed = probe(archive, host, "--list")?.success("could not read the archive")?;
    let names: Vec<String> = listed.out().lines().map(str::to_string).collect();
    names.iter().try_for_each(|name| inside(name))?;
    let compared = probe(archive, host, "--diff")?;
    if compared.rc == 0 || !differs(archive, &compared) {
        return Ok((names, Output::default()));
    }
    let change = Change::new(format!("unpack {} into {}", archive.path.display(), archive.dest.display()));
    let args = arguments(archive, "--extract");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let output = host.change(change, |w| w.exec("tar", &args)?.success("failed to unpack"))?;
    Ok((names, output.unwrap_or_default()))
}

fn probe(archive: &Archive, host: &mut Host, verb: &str) -> Result<Output, Failure> {
    let args = arguments(archive, verb);
    host.probe("tar", &args.iter().map(String::as_str).collect::<Vec<_>>())
}

fn arguments(archive: &Archive, verb: &str) -> Vec<String> {
    let mut args = vec![verb.to_string(), "-C".into(), archive.dest.to_string_lossy().into_owned(), "--quoting-style=literal".into()];
    if archive.keep_newer && verb == "--extract" {
        args.push("--keep-newer-files".into());
    }
    args.extend(archive.options.iter().cloned());
    args.extend(archive.exclude.iter().map(|pattern| format!("--exclude={pattern}")));
    args.extend(["-f".into(), archive.path.to_string_lossy().into_owned()]);
    args.extend(archive.include.iter().cloned());
    args
}

fn differs(archive: &Archive, compared: &Output) -> bool {
    let text = compared.out() + &compared.err();
    text.lines().any(|line| !line.is_empty() && !archive.ignored.iter().chain(&NOISE).any(|ignored| line.contains(ignored)))
}
