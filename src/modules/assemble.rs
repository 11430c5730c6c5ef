//! `assemble`: one file from fragments in a directory.

use std::path::{Path, PathBuf};

use super::copy::{self, Options, Source};
use super::files::{self, Wanted, pattern};
use super::{Args, Failure, Host, IoContext, Module, Outcome, Param, Spec, with_file_common};

const PARAMS: [Param; 18] = with_file_common([
    Param::path("src").required(),
    Param::path("dest").required(),
    Param::bool("backup").default("false"),
    Param::str("delimiter"),
    Param::bool("remote_src").default("true"),
    Param::str("regexp"),
    Param::bool("ignore_hidden").default("false"),
    Param::str("validate"),
    Param::bool("decrypt").default("true"),
]);

/// `dest` holds the files in the directory `src`, in the order of their names, those alone whose name fits `regexp`, hidden ones not
/// with `ignore_hidden`. Each begins a line; `delimiter` stands between them. With `remote_src: false` the directory is the controller's.
/// `backup` `validate` and mode, owner, group as in copy. Gives `dest src checksum md5sum backup_file msg` and what the file is like.
/// Source: ansible.builtin.assemble.
pub const MODULE: Module = Module { names: &["assemble"], collection: "ansible.builtin", spec: Spec::of(&PARAMS), run };

fn run(args: &Args, host: &mut Host) -> Outcome {
    let dest = files::path(args, host, "dest")?;
    let source = match args.get("_rplay_content") {
        Some(sent) => Source::sent(sent)?,
        None => Source::Inline(assembled(args, host)?),
    };
    let options = Options {
        backup: args.bool("backup"),
        force: true,
        follow: true,
        validate: args.str("validate"),
        wanted: Wanted::read(args, host)?,
        directory: Wanted::default(),
    };
    let mut fields = copy::one(host, &source, &dest, &options)?;
    fields.insert("src".into(), args.need("src")?.into());
    fields.insert("msg".into(), "OK".into());
    Ok(fields)
}

fn assembled(args: &Args, host: &Host) -> Result<Vec<u8>, Failure> {
    let dir = files::path(args, host, "src")?;
    let paths = fragments(&dir, args.str("regexp"), args.bool("ignore_hidden"))?;
    let contents = paths.iter().map(|path| std::fs::read(path).context("read", path)).collect::<Result<Vec<_>, _>>()?;
    Ok(join(&contents, args.str("delimiter")))
}

/// The files in `dir` to be joined, in their order.
pub fn fragments(dir: &Path, regexp: Option<&str>, ignore_hidden: bool) -> Result<Vec<PathBuf>, Failure> {
    if !dir.exists() {
        return Err(Failure::missing(format!("Source ({}) does not exist", dir.display())));
    }
    if !dir.is_dir() {
        return Err(format!("Source ({}) is not a directory", dir.display()).into());
    }
    let regex = regexp.map(|text| pattern::compile(text, "")).transpose()?;
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).context("read", dir)? {
        let path = entry.context("read", dir)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let wanted = regex.as_ref().map_or(Ok(true), |regex| pattern::matches(regex, &name))?;
        if wanted && path.is_file() && !(ignore_hidden && name.starts_with('.')) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The fragments in one: each begins a line, with the delimiter before it unless it is the first. An empty one is an empty line.
pub fn join(fragments: &[Vec<u8>], delimiter: Option<&str>) -> Vec<u8> {
    let line = |text: &[u8]| if text.ends_with(b"\n") { text.to_vec() } else { [text, b"\n"].concat() };
    let delimiter = delimiter.filter(|text| !text.is_empty()).map(|text| line(unescape(text).as_bytes())).unwrap_or_default();
    let Some((last, others)) = fragments.split_last() else { return Vec::new() };
    let mut joined: Vec<u8> = others.iter().flat_map(|fragment| [line(fragment), delimiter.clone()]).flatten().collect();
    joined.extend(last);
    joined
}

/// Fills in `\n`, `\t` and their like.
fn unescape(text: &str) -> String {
    const ESCAPES: [(char, char); 4] = [('n', '\n'), ('t', '\t'), ('r', '\r'), ('\\', '\\')];
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match chars.clone().next().and_then(|next| ESCAPES.iter().find(|(letter, _)| *letter == next)) {
            Some((_, control)) if c == '\\' => {
                out.push(*control);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_begin_lines() {
        let fragments: Vec<Vec<u8>> = ["a\n", "b", "", "c"].iter().map(|text| text.as_bytes().to_vec()).collect();
        let joined = |delimiter| String::from_utf8(join(&fragments, delimiter)).unwrap_or_default();
        assert_eq!(joined(None), "a\nb\n\nc");
        assert_eq!(joined(Some("--")), "a\n--\nb\n--\n\n--\nc");
        assert_eq!(joined(Some(r"#\n#\n")), "a\n#\n#\nb\n#\n#\n\n#\n#\nc");
    }
}
