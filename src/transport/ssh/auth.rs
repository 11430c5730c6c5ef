//! Logging in: the keys given, the keys of the ssh-agent, the default keys, then passwords.

use std::path::Path;

use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse as Answer};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{HashAlg, PrivateKeyWithHashAlg};
use russh::{MethodKind, MethodSet};

use super::super::error::Unreachable;
use super::super::settings::Settings;
use super::super::target::Target;
use super::connection::Guard;

/// One login: what was tried and what the host still takes.
struct Login<'a> {
    handle: &'a mut Handle<Guard>,
    target: &'a Target,
    settings: &'a Settings,
    tried: Vec<String>,
    offered: MethodSet,
}

/// Logs in, or says everything that was tried.
pub async fn login(handle: &mut Handle<Guard>, target: &Target, settings: &Settings) -> Result<(), Unreachable> {
    let mut login = Login { handle, target, settings, tried: Vec::new(), offered: MethodSet::client_supported() };
    match login.run().await {
        Ok(true) => Ok(()),
        Ok(false) => Err(login.refused("")),
        // Hosts hang up after too many keys.
        Err(e) => Err(login.refused(&format!("; then the host hung up: {e}"))),
    }
}

impl Login<'_> {
    async fn run(&mut self) -> Result<bool, russh::Error> {
        Ok((self.takes(MethodKind::PublicKey) && self.keys().await?) || self.passwords().await?)
    }

    async fn keys(&mut self) -> Result<bool, russh::Error> {
        for path in &self.target.keys {
            if self.key(path, true).await? {
                return Ok(true);
            }
        }
        if !self.target.identities_only && self.agent().await? {
            return Ok(true);
        }
        for path in &self.target.default_keys {
            if path.exists() && self.key(path, false).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn key(&mut self, path: &Path, named: bool) -> Result<bool, russh::Error> {
        let key = match self.settings.keys.get(path, self.settings.prompt.as_ref()).await {
            Ok(key) => key,
            Err(why) => {
                self.tried.push(why);
                return Ok(false);
            }
        };
        let mut certificate = path.as_os_str().to_owned();
        certificate.push("-cert.pub");
        if let Ok(certificate) = russh::keys::load_openssh_certificate(Path::new(&certificate)) {
            self.tried.push(format!("certificate of {}", path.display()));
            let answer = self.handle.authenticate_openssh_cert(&self.target.user, key.clone(), certificate).await?;
            if self.judge(answer) {
                return Ok(true);
            }
        }
        self.tried.push(format!("{}key {}", if named { "" } else { "default " }, path.display()));
        let hash = self.hash_for(key.algorithm().is_rsa()).await?;
        let answer = self.handle.authenticate_publickey(&self.target.user, PrivateKeyWithHashAlg::new(key, hash)).await?;
        Ok(self.judge(answer))
    }

    /// RSA keys sign with SHA-2; a host that does not say what it knows is taken at its best.
    async fn hash_for(&mut self, rsa: bool) -> Result<Option<HashAlg>, russh::Error> {
        if !rsa {
            return Ok(None);
        }
        Ok(self.handle.best_supported_rsa_hash().await?.unwrap_or(Some(HashAlg::Sha256)))
    }

    async fn agent(&mut self) -> Result<bool, russh::Error> {
        let Ok(mut agent) = AgentClient::connect_env().await else { return Ok(false) };
        let identities = agent.request_identities().await.unwrap_or_default();
        for identity in identities {
            let AgentIdentity::PublicKey { key, comment } = identity else { continue };
            self.tried.push(format!("the ssh-agent's key {comment}"));
            let hash = self.hash_for(key.algorithm().is_rsa()).await?;
            // An agent that declines to sign is no reason to stop.
            if let Ok(answer) = self.handle.authenticate_publickey_with(&self.target.user, key, hash, &mut agent).await
                && self.judge(answer)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn passwords(&mut self) -> Result<bool, russh::Error> {
        let Some(password) = self.target.password.clone() else { return Ok(false) };
        if self.takes(MethodKind::Password) {
            self.tried.push("the password".to_string());
            let answer = self.handle.authenticate_password(&self.target.user, password.reveal()).await?;
            if self.judge(answer) {
                return Ok(true);
            }
        }
        Ok(self.takes(MethodKind::KeyboardInteractive) && self.questions(password.reveal()).await?)
    }

    /// Answers every hidden question with the password.
    async fn questions(&mut self, password: &str) -> Result<bool, russh::Error> {
        self.tried.push("the password, interactively".to_string());
        let mut answer = self.handle.authenticate_keyboard_interactive_start(&self.target.user, None).await?;
        for _ in 0..4 {
            let Answer::InfoRequest { prompts, .. } = answer else { break };
            let responses = prompts.iter().map(|prompt| if prompt.echo { String::new() } else { password.to_string() }).collect();
            answer = self.handle.authenticate_keyboard_interactive_respond(responses).await?;
        }
        Ok(matches!(answer, Answer::Success))
    }

    fn judge(&mut self, answer: AuthResult) -> bool {
        match answer {
            AuthResult::Success => true,
            AuthResult::Failure { remaining_methods, .. } => {
                self.offered = remaining_methods;
                false
            }
        }
    }

    fn takes(&self, method: MethodKind) -> bool {
        self.offered.contains(&method)
    }

    fn refused(&self, more: &str) -> Unreachable {
        let tried = if self.tried.is_empty() { "nothing to log in with".to_string() } else { self.tried.join(", ") };
        let takes: Vec<&str> = self.offered.iter().map(Into::into).collect();
        Unreachable::new(format!("{} refused the login of {} (tried: {tried}{more})", self.target.place(), self.target.user))
            .hint(format!("the host takes {}; see ansible_user, ansible_ssh_private_key_file, -k", takes.join(", ")))
    }
}
