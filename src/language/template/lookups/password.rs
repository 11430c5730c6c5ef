//! The `password` lookup: a random password, kept in a file.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::{Family, search};
use crate::language::template::Call;
use crate::language::template::filters::{crypt, mersenne::Twister, python};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[("password", password)];

/// Python's named sets of characters.
const SETS: &[(&str, &str)] = &[
    ("ascii_letters", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("ascii_lowercase", "abcdefghijklmnopqrstuvwxyz"),
    ("ascii_uppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("digits", "0123456789"),
    ("hexdigits", "0123456789abcdefABCDEF"),
    ("octdigits", "01234567"),
    ("punctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
];

/// What a term asks for.
struct Wish {
    path: String,
    length: usize,
    characters: Vec<char>,
    seed: Option<String>,
    encrypt: Option<String>,
}

/// `password`: `path length=20 chars=… encrypt=… seed=…`, the options also as keywords. The file is made when it is
/// missing, readable by its owner alone; `/dev/null` keeps nothing.
fn password(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    search::terms(call)?.iter().map(|term| one(call, &wish(call, term)?).map(Value::from)).collect()
}

/// Reads a term. Words that are no option belong to the path, which may hold blanks.
fn wish(call: &Call, term: &str) -> Result<Wish, Diagnostic> {
    let (mut path, mut said) = (Vec::new(), Vec::new());
    for word in term.split(' ') {
        match word.split_once('=').filter(|(name, _)| ["length", "chars", "encrypt", "seed", "ident"].contains(name)) {
            Some(pair) => said.push(pair),
            None => path.push(word),
        }
    }
    let option = |name: &str| match said.iter().find(|(known, _)| *known == name) {
        Some((_, value)) => Ok(Some(value.to_string())),
        None => call.text_arg(usize::MAX, name),
    };
    let length = option("length")?.unwrap_or_else(|| "20".into());
    let sets = match (said.iter().find(|(name, _)| *name == "chars"), call.given(usize::MAX, "chars")?) {
        (None, Some(Value::List(sets))) => sets.iter().map(python::text).collect(),
        _ => option("chars")?.map_or_else(|| ["ascii_letters", "digits", ".,:-_"].map(String::from).to_vec(), |c| split_sets(&c)),
    };
    Ok(Wish {
        path: path.join(" "),
        length: length.parse().map_err(|_| call.error(format!("the length must be a number, not '{length}'")))?,
        characters: characters(&sets),
        seed: option("seed")?,
        encrypt: option("encrypt")?,
    })
}

/// Sets separated by commas; a doubled comma is a comma.
fn split_sets(text: &str) -> Vec<String> {
    let comma = text.contains(",,").then(|| ",".to_string());
    comma.into_iter().chain(text.replace(",,", ",").split(',').filter(|s| !s.is_empty()).map(String::from)).collect()
}

/// The characters of the sets; quotes are never among them.
fn characters(sets: &[String]) -> Vec<char> {
    let known = |set: &String| SETS.iter().find(|(name, _)| name == set).map_or(set.clone(), |(_, chars)| chars.to_string());
    sets.iter().map(known).collect::<String>().chars().filter(|c| !['"', '\''].contains(c)).collect()
}

/// The password of the file, made when there is none, hashed when that is wished.
fn one(call: &Call, wish: &Wish) -> Result<String, Diagnostic> {
    let path = match call.scope.search_path().last() {
        Some(directory) => directory.join(&wish.path),
        None => PathBuf::from(&wish.path),
    };
    let kept = path != Path::new("/dev/null");
    let before = if kept && path.exists() { Some(search::read(call, &path)?) } else { None };
    let (password, salt) = before.as_deref().map(split_salt).unwrap_or_default();
    let password = if password.is_empty() { random(call, wish)? } else { password.to_string() };
    let salt = salt.map(String::from).or_else(|| wish.encrypt.as_ref().map(|kind| crypt::random_salt(crypt::salt_size(kind))));
    let content = match &salt {
        Some(salt) => format!("{password} salt={salt}\n"),
        None => format!("{password}\n"),
    };
    if kept && before.as_deref() != Some(content.as_str()) {
        keep(&path, &content).map_err(|e| call.error(format!("{}: {e}", path.display())))?;
    }
    match (&wish.encrypt, salt) {
        (Some(kind), Some(salt)) => crypt::crypt(&password, kind, &salt, None).map_err(|e| call.error(e)),
        _ => Ok(password),
    }
}

/// The password and the salt of the file's text.
fn split_salt(content: &str) -> (&str, Option<&str>) {
    let content = content.trim_end();
    content.rsplit_once(" salt=").map_or((content, None), |(password, salt)| (password, Some(salt)))
}

/// A new password; the same one for the same seed.
fn random(call: &Call, wish: &Wish) -> Result<String, Diagnostic> {
    let set = &wish.characters;
    if set.is_empty() {
        return Err(call.error("there are no characters to choose from"));
    }
    let mut twister = wish.seed.as_deref().map(Twister::from_text);
    let mut pick = || twister.as_mut().map_or_else(|| rand::random_range(0..set.len()), |t| t.below(set.len() as u64) as usize);
    Ok((0..wish.length).map(|_| set[pick()]).collect())
}

/// Writes the file for its owner alone.
fn keep(path: &Path, content: &str) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::template::filters::testing;
    use serde_json::json;
    use std::os::unix::fs::PermissionsExt as _;

    fn run(term: &str) -> String {
        let found = testing::call("password", password, json!([term]), json!({}), json!({})).unwrap();
        python::text(&found[0])
    }

    #[test]
    fn seeded() {
        assert_eq!(run("/dev/null seed=abc length=6"), "6TTuIh");
    }

    #[test]
    fn kept_for_the_owner() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("d/p w");
        let term = format!("{} length=8 chars=hexdigits", path.display());
        let first = run(&term);
        assert_eq!((first.len(), first.chars().all(|c| c.is_ascii_hexdigit())), (8, true));
        assert_eq!(run(&term), first);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let hashed = run(&format!("{} encrypt=bcrypt", path.display()));
        let content = std::fs::read_to_string(&path).unwrap();
        let (password, salt) = split_salt(&content);
        assert_eq!((password, salt.map(str::len)), (first.as_str(), Some(22)));
        assert!(hashed.starts_with("$2b$12$"), "{hashed}");
    }
}
