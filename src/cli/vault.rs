//! `rplay vault`: encrypts and decrypts, in ansible-vault's format.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zeroize::Zeroizing;

use crate::language::Diagnostic;
use crate::language::vault::{Password, Secrets, is_encrypted};

use super::ask;
use super::config::Config;
use super::failure::Failure;
use super::options::{VaultCommand, VaultFiles, VaultOptions, VaultPasswords};

/// The passwords that the command line and the configuration name.
pub fn secrets(given: &VaultPasswords, config: &Config) -> Result<Secrets, Failure> {
    let mut secrets = Secrets::default();
    for file in &given.vault_password_file {
        secrets.add(None, Password::from_file(file, "default")?);
    }
    for id in &given.vault_id {
        let (label, source) = id.split_once('@').unwrap_or(("default", id));
        match source {
            "prompt" => secrets.add(Some(label), Password::new(&ask::secret(&format!("Vault password ({label}): "))?)?),
            file => secrets.add(Some(label), Password::from_file(Path::new(file), label)?),
        }
    }
    if given.ask_vault_pass {
        secrets.add(None, Password::new(&ask::secret("Vault password: ")?)?);
    }
    if secrets.is_empty()
        && let Some(file) = config.paths("defaults", "vault_password_file").first()
    {
        secrets.add(None, Password::from_file(file, "default")?);
    }
    Ok(secrets)
}

/// Does what the options say.
pub fn run(options: VaultOptions) -> Result<u8, Failure> {
    match options.command {
        VaultCommand::Encrypt(files) => {
            let secrets = needed(&files.vault)?;
            each(&files, |text| match std::str::from_utf8(text).is_ok_and(is_encrypted) {
                true => Err(Diagnostic::new("it is encrypted already")),
                false => secrets.encrypt(text, files.encrypt_vault_id.as_deref()).map(String::into_bytes),
            })?;
        }
        VaultCommand::Decrypt(files) => {
            let secrets = needed(&files.vault)?;
            each(&files, |text| open(text, &secrets))?;
        }
        VaultCommand::View(files) => {
            let secrets = needed(&files.vault)?;
            for path in &files.files {
                let text = read(path).and_then(|text| open(&text, &secrets)).map_err(|problem| naming(path, &problem))?;
                print(&text)?;
            }
        }
        VaultCommand::EncryptString { vault, name, encrypt_vault_id, text } => {
            let secrets = needed(&vault)?;
            let text = Zeroizing::new(text.map_or_else(piped, Ok)?);
            let sealed = secrets.encrypt(text.as_bytes(), encrypt_vault_id.as_deref())?;
            let indented: String = sealed.lines().map(|line| format!("          {line}\n")).collect();
            let name = name.map(|name| format!("{name}: ")).unwrap_or_default();
            print(format!("{name}!vault |\n{indented}").as_bytes())?;
        }
        VaultCommand::Rekey { files, new_vault_password_file } => {
            let secrets = needed(&files.vault)?;
            let password = match new_vault_password_file {
                Some(path) => Password::from_file(&path, "default")?,
                None => Password::new(&twice("New vault password: ")?)?,
            };
            let mut new = Secrets::default();
            new.add(files.encrypt_vault_id.as_deref(), password);
            each(&files, |text| new.encrypt(&open(text, &secrets)?, files.encrypt_vault_id.as_deref()).map(String::into_bytes))?;
        }
    }
    Ok(0)
}

/// The passwords; one is asked for when none is named.
fn needed(given: &VaultPasswords) -> Result<Secrets, Failure> {
    let mut secrets = secrets(given, &Config::find())?;
    if secrets.is_empty() {
        secrets.add(None, Password::new(&ask::secret("Vault password: ")?)?);
    }
    Ok(secrets)
}

fn twice(prompt: &str) -> Result<String, Diagnostic> {
    let first = ask::secret(prompt)?;
    match ask::secret(&format!("Confirm {}", prompt.to_lowercase()))? == first {
        true => Ok(first),
        false => Err(Diagnostic::new("the passwords are not the same")),
    }
}

fn open(text: &[u8], secrets: &Secrets) -> Result<Vec<u8>, Diagnostic> {
    match std::str::from_utf8(text) {
        Ok(text) if is_encrypted(text) => secrets.decrypt(text),
        _ => Err(Diagnostic::new("it is not encrypted")),
    }
}

/// Makes new content of every file and puts it in place of the old, which is kept until the new one is whole.
fn each(files: &VaultFiles, make: impl Fn(&[u8]) -> Result<Vec<u8>, Diagnostic>) -> Result<(), Failure> {
    for path in &files.files {
        let made = read(path).and_then(|text| make(&text)).and_then(|text| replace(path, &text));
        made.map_err(|problem| naming(path, &problem))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    std::fs::read(path).map_err(|e| Diagnostic::new(e.to_string()))
}

fn replace(path: &Path, text: &[u8]) -> Result<(), Diagnostic> {
    let failed = |e: std::io::Error| Diagnostic::new(format!("it could not be replaced: {e}"));
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
    file.write_all(text).map_err(failed)?;
    let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
    std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}

fn naming(path: &Path, problem: &Diagnostic) -> Diagnostic {
    let named = Diagnostic::new(format!("{}: {}", path.display(), problem.message));
    match &problem.hint {
        Some(hint) => named.hint(hint.clone()),
        None => named,
    }
}

fn piped() -> Result<String, Diagnostic> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|e| Diagnostic::new(format!("standard input could not be read: {e}")))?;
    Ok(text)
}

fn print(text: &[u8]) -> Result<(), Diagnostic> {
    std::io::stdout().write_all(text).map_err(|e| Diagnostic::new(format!("could not print: {e}")))
}
