//! `authorized_key`: who may log in with which key.

mod keys;

use std::path::{Path, PathBuf};

use super::accounts::passwd::{self, User};
use super::http::{self, Call};
use super::{Args, Change, Content, Failure, Host, Install, IoContext, Module, Outcome, Param, Spec, Writer, files, settings};
use keys::{Key, Keys};

/// The keys in `key` (lines, or an address that begins with `http` or `file`) are among the authorized keys of `user` or not, with
/// `key_options` and `comment` in place of their own; `exclusive` removes all others. `path` is another file; `manage_dir` gives its directory to the user; `follow`
/// writes where a link leads. Results: the parameters and `keyfile`. Source: ansible.posix.authorized_key.
pub const MODULE: Module = Module { names: &["authorized_key"], collection: "ansible.posix", spec: Spec::of(PARAMS), run };

const PARAMS: &[Param] = &[
    Param::str("user").required(),
    Param::str("key").required(),
    Param::path("path"),
    Param::bool("manage_dir").default("true"),
    Param::str("state").choices(&["absent", "present"]).default("present"),
    Param::str("key_options"),
    Param::bool("exclusive").default("false"),
    Param::str("comment"),
    Param::bool("validate_certs").default("true"),
    Param::bool("follow").default("false"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let given = given(args, host)?;
    let place = Place::of(args, host)?;
    let before = settings::read(host, &place.file)?;
    let mut keys = Keys::parse(&before);
    if args.need("state")? == "absent" {
        given.iter().for_each(|key| keys.remove(key));
    } else {
        if args.bool("exclusive") {
            keys.keep_only(&given);
        }
        given.into_iter().for_each(|key| keys.put(key));
    }
    let after = keys.text();
    if before == after {
        host.unchanged(format!("{} is as wanted", place.file.display()));
    } else {
        let shown = place.file.display().to_string();
        let change = Change::new(format!("content of {shown}")).texts(&shown, &before, &after);
        host.change(change, |w| place.write(w, &after))?;
    }
    let mut fields = args.clone().into_inner();
    fields.insert("keyfile".into(), place.file.to_string_lossy().into());
    Ok(fields)
}

/// The keys that the task names.
fn given(args: &Args, host: &Host) -> Result<Vec<Key>, Failure> {
    let source = args.need("key")?;
    let text = if source.starts_with("http") {
        download(args, host, source)?
    } else if let Some(path) = source.strip_prefix("file:") {
        read(path.strip_prefix("//").unwrap_or(path))?
    } else {
        source.to_string()
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let key = |line: &str| {
        let key = Key::parse(line).ok_or_else(|| format!("invalid key specified: {line}"))?;
        Ok(key.with(args.str("key_options"), args.str("comment")))
    };
    lines.map(key).collect()
}

fn read(path: &str) -> Result<String, Failure> {
    match std::fs::metadata(path) {
        Err(_) => Err(format!("Path to a key file not found: {path}").into()),
        Ok(meta) if !meta.is_file() => Err(format!("Path to a key is a directory and must be a file: {path}").into()),
        Ok(_) => std::fs::read_to_string(path).context("read the key file", path),
    }
}

fn download(args: &Args, host: &Host, url: &str) -> Result<String, Failure> {
    let failed = |why: String| Failure::new(format!("Error getting key from: {url}: {why}"));
    let call = Call { method: "GET", url, headers: Vec::new(), body: Vec::new(), redirects: 10 };
    let mut answer = http::send(args, host, call).map_err(|f| failed(f.msg))?;
    if answer.status() != 200 {
        return Err(failed(format!("status {}", answer.status())));
    }
    answer.body_mut().read_to_string().map_err(|e| failed(e.to_string()))
}

/// Where the keys are, and whose they are.
struct Place {
    file: PathBuf,
    target: PathBuf,
    manage_dir: bool,
    user: Option<User>,
}

impl Place {
    fn of(args: &Args, host: &Host) -> Result<Place, Failure> {
        let (name, path) = (args.need("user")?, args.str("path").map(|path| files::expand(host, path)));
        let user = passwd::by_name(name);
        let file = match (path, &user) {
            (Some(path), _) if host.is_check() || user.is_some() => path,
            (None, Some(user)) => Path::new(&user.home).join(".ssh/authorized_keys"),
            (None, None) if host.is_check() => {
                return Err("Either user must exist or you must provide full path to key file in check mode".into());
            }
            _ => return Err(format!("Failed to lookup user {name}: there is no such account").into()),
        };
        let target = if args.bool("follow") { files::real(&file) } else { file.clone() };
        Ok(Place { file, target, manage_dir: args.bool("manage_dir"), user })
    }

    /// Writes the file so that sshd trusts it: nobody but the user may write to it or its directory.
    fn write(&self, writer: &mut Writer, text: &str) -> Result<(), Failure> {
        let owner = |id: fn(&User) -> u32| self.user.as_ref().map(id);
        let (uid, gid) = (owner(|user| user.uid), owner(|user| user.gid));
        let dir = self.file.parent().unwrap_or(Path::new("/"));
        let missing: Vec<&Path> = dir.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).collect();
        missing.iter().rev().try_for_each(|dir| writer.mkdir(dir, if self.manage_dir { 0o700 } else { 0o755 }))?;
        if self.manage_dir {
            writer.chown(dir, uid, gid)?;
            writer.chmod(dir, 0o700)?;
        }
        let how = Install { mode: Some(0o600), uid, gid, ..Install::default() };
        writer.install(&self.target, Content::Bytes(text.as_bytes()), &how)
    }
}
