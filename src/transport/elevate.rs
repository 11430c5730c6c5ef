//! Privilege escalation: how an agent is started as somebody else, and what the helpers' complaints mean.

use crate::language::secret::Secret;

/// The program that changes the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// sudo
    Sudo,
    /// su
    Su,
    /// doas
    Doas,
}

impl Method {
    /// The method called `name` (`ansible_become_method`).
    pub fn named(name: &str) -> Option<Method> {
        match name.rsplit('.').next()? {
            "sudo" => Some(Method::Sudo),
            "su" => Some(Method::Su),
            "doas" => Some(Method::Doas),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Method::Sudo => "sudo",
            Method::Su => "su",
            Method::Doas => "doas",
        }
    }
}

/// As whom a task runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Become {
    /// The program that changes the user.
    pub method: Method,
    /// The user.
    pub user: String,
    /// What the program asks for.
    pub password: Option<Secret>,
    /// The program's flags (`ansible_become_flags`); its usual ones when absent.
    pub flags: Option<String>,
}

/// How sudo is told to ask: nobody else writes this.
const PROMPT: &str = "[rplay asks for the password of sudo] ";

impl Become {
    /// The words in front of a program, for a shell. `program` is quoted for the shell already.
    pub fn wrap(&self, program: &str) -> String {
        let user = super::script::quote(&self.user);
        let flags = self.flags.as_deref();
        match (self.method, &self.password) {
            (Method::Sudo, None) => format!("sudo {} -n -u {user} -- {program}", flags.unwrap_or("-H")),
            (Method::Sudo, Some(_)) => format!("sudo {} -S -p '{PROMPT}' -u {user} -- {program}", without_n(flags.unwrap_or("-H"))),
            (Method::Su, _) => format!("su {} {user} -c \"exec {program}\"", flags.unwrap_or("")),
            (Method::Doas, None) => format!("doas {} -n -u {user} {program}", flags.unwrap_or("")),
            (Method::Doas, Some(_)) => format!("doas {} -u {user} {program}", flags.unwrap_or("")),
        }
    }

    /// Whether the program asks on a terminal only.
    pub fn needs_terminal(&self) -> bool {
        self.method == Method::Doas && self.password.is_some()
    }

    /// Whether `said` ends in the program's question for a password.
    pub fn prompts(&self, said: &str) -> bool {
        let last = said.rsplit('\n').next().unwrap_or_default();
        match self.method {
            Method::Sudo => last.ends_with(PROMPT),
            Method::Su | Method::Doas => last.trim_end().ends_with(':') && last.to_lowercase().contains("password"),
        }
    }

    /// What the program's last words mean for the user.
    pub fn explain(&self, said: &str) -> String {
        let name = self.method.name();
        let lower = said.to_lowercase();
        let meaning = COMPLAINTS.iter().find(|(words, _)| lower.contains(words)).map(|(_, meaning)| *meaning);
        match meaning {
            Some(Meaning::NeedsPassword) => self.needs_password(),
            Some(Meaning::WrongPassword) => format!("{name} does not accept the password (check -K or ansible_become_password)"),
            Some(Meaning::NotAllowed) => format!("{name} does not let this login become {}: {}", self.user, last_line(said)),
            Some(Meaning::NoUser) => format!("there is no user {}: {}", self.user, last_line(said)),
            Some(Meaning::Missing) => format!("the host has no {name} (see ansible_become_method)"),
            None if said.trim().is_empty() => format!("{name} ended without a word"),
            None => format!("{name} failed: {}", last_line(said)),
        }
    }

    /// What a silent program means.
    pub fn stuck(&self) -> String {
        match self.password {
            None => self.needs_password(),
            Some(_) => format!("{} did not answer for 12 s", self.method.name()),
        }
    }

    fn needs_password(&self) -> String {
        format!("{} asks for a password: give -K, or set ansible_become_password", self.method.name())
    }
}

#[derive(Clone, Copy)]
enum Meaning {
    NeedsPassword,
    WrongPassword,
    NotAllowed,
    NoUser,
    Missing,
}

/// What the programs say, in lower case, and what it means; the first match counts.
const COMPLAINTS: &[(&str, Meaning)] = &[
    ("not in the sudoers file", Meaning::NotAllowed),
    ("may not run sudo", Meaning::NotAllowed),
    ("is not allowed to", Meaning::NotAllowed),
    ("operation not permitted", Meaning::NotAllowed),
    ("unknown user", Meaning::NoUser),
    ("does not exist", Meaning::NoUser),
    ("sorry, try again", Meaning::WrongPassword),
    ("incorrect password", Meaning::WrongPassword),
    ("authentication failure", Meaning::WrongPassword),
    ("authentication failed", Meaning::WrongPassword),
    ("a password is required", Meaning::NeedsPassword),
    ("authorization required", Meaning::NeedsPassword),
    ("terminal is required", Meaning::NeedsPassword),
    ("not found", Meaning::Missing),
];

fn last_line(said: &str) -> &str {
    said.trim().rsplit('\n').next().unwrap_or_default().trim()
}

/// The usual flags `-H -S -n` together with a password would make sudo fail instead of ask.
fn without_n(flags: &str) -> String {
    flags.split_whitespace().filter(|flag| *flag != "-n").collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sudo(password: Option<&str>) -> Become {
        Become { method: Method::Sudo, user: "root".into(), password: password.map(Secret::new), flags: None }
    }

    #[test]
    fn the_password_is_never_an_argument() {
        for method in [Method::Sudo, Method::Su, Method::Doas] {
            let identity = Become { method, ..sudo(Some("hunter2")) };
            assert!(!identity.wrap("prog").contains("hunter2"));
        }
    }

    #[test]
    fn without_a_password_sudo_must_not_ask() {
        assert_eq!(sudo(None).wrap("\"$p\" agent"), "sudo -H -n -u 'root' -- \"$p\" agent");
        let flags = Become { flags: Some("-H -S -n".into()), ..sudo(Some("x")) };
        assert!(!flags.wrap("p").contains(" -n "));
    }

    #[test]
    fn prompts_are_recognised() {
        assert!(sudo(Some("x")).prompts(&format!("lecture\n{PROMPT}")));
        assert!(!sudo(Some("x")).prompts("password:"));
        let su = Become { method: Method::Su, ..sudo(Some("x")) };
        assert!(su.prompts("Password: "));
        assert!(!su.prompts("Password: \nsu: failure"));
    }

    #[test]
    fn complaints_are_explained() {
        let explain = |said: &str| sudo(None).explain(said);
        assert!(explain("sudo: a password is required\n").contains("give -K"));
        assert!(explain("joe is not in the sudoers file.").contains("does not let"));
        assert!(explain("Sorry, try again.\nsudo: 1 incorrect password attempt").contains("accept the password"));
        assert!(explain("/bin/sh: 1: exec: sudo: not found").contains("no sudo"));
        assert!(explain("odd").ends_with("odd"));
    }
}
