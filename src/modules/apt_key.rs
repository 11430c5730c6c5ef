//! `apt_key`: keys that apt trusts.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::http::{self, Call};
use super::openpgp::{self, Key};
use super::{Args, Change, Content, Failure, Fields, Host, Install, IoContext, Module, Outcome, Param, Spec, files};

/// The key in `data`, in `file`, at `url` or on `keyserver` is trusted: it is in `keyring`, or in a file of its own below
/// `/etc/apt/trusted.gpg.d`. `id` says which key is meant, and which goes with `state: absent`. No program is needed for it.
/// Results: `id key_id short_id fp before after`. Source: ansible.builtin.apt_key.
pub const MODULE: Module = Module {
    names: &["apt_key"],
    collection: "ansible.builtin",
    spec: Spec { mutually_exclusive: &[&["data", "file", "keyserver", "url"]], ..Spec::of(PARAMS) },
    run,
};

const PARAMS: &[Param] = &[
    Param::str("id"),
    Param::str("url"),
    Param::str("data"),
    Param::path("file"),
    Param::path("keyring"),
    Param::bool("validate_certs").default("true"),
    Param::str("keyserver"),
    Param::str("state").choices(&["absent", "present"]).default("present"),
];

const RING: &str = "/etc/apt/trusted.gpg";
const RINGS: &str = "/etc/apt/trusted.gpg.d";

/// A file of keys.
struct Ring {
    path: PathBuf,
    keys: Vec<Key>,
}

fn run(args: &Args, host: &mut Host) -> Outcome {
    let wanted = args.str("id").map(id).transpose()?;
    let rings = rings(args, host)?;
    let before = ids(&rings);
    let done = match (args.need("state")?, &wanted) {
        ("present", wanted) => add(args, host, &rings, wanted.as_deref())?,
        (_, Some(id)) => remove(host, &rings, id)?,
        (_, None) => return Err("key id is required".into()),
    };
    let fp = done.first().map_or_else(|| wanted.unwrap_or_default(), |key| key.fingerprint().to_string());
    let tail = |count: usize| &fp[fp.len().saturating_sub(count)..];
    let after = if host.is_check() { before.clone() } else { ids(&self::rings(args, host)?) };
    let fields = [
        ("id", json!(args.str("id").unwrap_or(tail(16)))),
        ("key_id", tail(16).into()),
        ("short_id", tail(8).into()),
        ("fp", fp.as_str().into()),
        ("before", before.into()),
        ("after", after.into()),
    ];
    Ok(Fields::from_iter(fields.map(|(key, value)| (key.to_string(), value))))
}

/// A key's number as fingerprints are written; it must say at least eight digits.
fn id(text: &str) -> Result<String, Failure> {
    let digits = text.trim().to_uppercase().replace(' ', "");
    let digits = digits.strip_prefix("0X").unwrap_or(&digits);
    match digits.len() >= 8 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        true => Ok(digits.to_string()),
        false => Err(format!("Invalid key_id: {text}").into()),
    }
}

fn ids(rings: &[Ring]) -> Vec<String> {
    rings.iter().flat_map(|ring| &ring.keys).map(|key| key.id().to_string()).collect()
}

/// The files whose keys count.
fn rings(args: &Args, host: &Host) -> Result<Vec<Ring>, Failure> {
    let paths = match args.str("keyring") {
        Some(ring) => vec![files::expand(host, ring)],
        None => {
            let parts = ["gpg", "asc"].iter().filter_map(|ext| glob::glob(&format!("{RINGS}/*.{ext}")).ok());
            std::iter::once(PathBuf::from(RING)).chain(parts.flatten().flatten()).collect()
        }
    };
    let read = |path: PathBuf| {
        let bytes = host.read(&path)?.unwrap_or_default();
        let keys = openpgp::read(&bytes).map_err(|failure| failure.reworded(format!("could not read the keys in {}", path.display())))?;
        Ok(Ring { path, keys })
    };
    paths.into_iter().map(read).collect()
}

/// Adds what is not there; gives the keys that are meant.
fn add(args: &Args, host: &mut Host, rings: &[Ring], wanted: Option<&str>) -> Result<Vec<Key>, Failure> {
    let known = |id: &str| rings.iter().flat_map(|ring| &ring.keys).find(|key| key.is(id));
    // A key that is known by its number need not be fetched.
    if let Some(key) = wanted.and_then(known) {
        host.unchanged(format!("{} is trusted already", key.id()));
        return Ok(vec![key.clone()]);
    }
    let mut keys = openpgp::read(&given(args, host, wanted)?)?;
    if keys.is_empty() {
        return Err("what was given holds no key".into());
    }
    if let Some(id) = wanted
        && !keys.iter().any(|key| key.is(id))
    {
        return Err(Failure::new("key does not seem to have been added").with("id", id));
    }
    keys.sort_by_key(|key| wanted.is_some_and(|id| !key.is(id)));
    let missing: Vec<&Key> = keys.iter().filter(|key| known(key.fingerprint()).is_none()).collect();
    match missing.first() {
        None => host.unchanged("the key is trusted already"),
        Some(first) => {
            let path =
                args.str("keyring").map_or_else(|| Path::new(RINGS).join(format!("{}.gpg", first.id())), |ring| files::expand(host, ring));
            let here = rings.iter().filter(|ring| ring.path == path).flat_map(|ring| &ring.keys);
            let all: Vec<&Key> = here.chain(missing.iter().copied()).collect();
            write(host, &format!("trust {}", first.id()), &path, &all)?;
        }
    }
    Ok(keys)
}

/// Takes the key out of every file that holds it; a file that held no other goes.
fn remove(host: &mut Host, rings: &[Ring], id: &str) -> Result<Vec<Key>, Failure> {
    let (mut gone, what) = (Vec::new(), format!("no longer trust {id}"));
    for ring in rings {
        let (out, rest): (Vec<&Key>, Vec<&Key>) = ring.keys.iter().partition(|key| key.is(id));
        if out.is_empty() {
            continue;
        }
        gone.extend(out.into_iter().cloned());
        match rest.is_empty() {
            true => host.change(Change::new(&what), |w| w.remove(&ring.path)).map(drop)?,
            false => write(host, &what, &ring.path, &rest)?,
        }
    }
    if gone.is_empty() {
        host.unchanged(format!("{id} is not trusted"));
    }
    Ok(gone)
}

fn write(host: &mut Host, what: &str, path: &Path, keys: &[&Key]) -> Result<(), Failure> {
    let bytes: Vec<u8> = keys.iter().flat_map(|key| key.bytes.iter().copied()).collect();
    let how = Install { mode: (!path.exists()).then_some(0o644), ..Install::default() };
    host.change(Change::new(format!("{what} in {}", path.display())), |w| w.install(path, Content::Bytes(&bytes), &how)).map(drop)
}

/// What the task gives as keys.
fn given(args: &Args, host: &Host, wanted: Option<&str>) -> Result<Vec<u8>, Failure> {
    if let Some(data) = args.str("data") {
        return Ok(data.as_bytes().to_vec());
    }
    if let Some(file) = args.str("file") {
        let path = files::expand(host, file);
        return std::fs::read(&path).context("read", path);
    }
    let url = match (args.str("url"), args.str("keyserver"), wanted) {
        (Some(url), ..) => url.to_string(),
        (_, Some(server), Some(id)) => format!("{}/pks/lookup?op=get&options=mr&exact=on&search=0x{id}", keyserver(server)),
        (_, Some(_), None) => return Err("keyserver needs the id of the key".into()),
        _ => return Err("a key that is not there needs data, file, url or keyserver".into()),
    };
    let mut answer = http::send(args, host, Call { method: "GET", url: &url, headers: Vec::new(), body: Vec::new(), redirects: 10 })?;
    match answer.status().as_u16() {
        200 => answer.body_mut().read_to_vec().context("read", &url),
        status => Err(format!("Failed to download key at {url}: HTTP status {status}").into()),
    }
}

/// The address that a keyserver answers HTTP at.
fn keyserver(server: &str) -> String {
    let server = server.trim_end_matches('/');
    match server.split_once("://") {
        Some(("hkp", name)) if name.contains(':') => format!("http://{name}"),
        Some(("hkp", name)) => format!("http://{name}:11371"),
        Some(("hkps", name)) => format!("https://{name}"),
        Some(_) => server.to_string(),
        None => format!("https://{server}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_servers_are_read_as_gpg_writes_them() {
        assert_eq!(id("0x87a46026").ok().as_deref(), Some("87A46026"));
        assert_eq!(id("E43B 86B8").ok().as_deref(), Some("E43B86B8"));
        assert!(id("x").is_err());
        let rows = [("keys.example.org", "https://keys.example.org"), ("hkp://k:80/", "http://k:80"), ("hkp://k", "http://k:11371")];
        for (server, address) in rows {
            assert_eq!(keyserver(server), address);
        }
    }
}
