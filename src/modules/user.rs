//! `user`: accounts.

mod change;
mod home;
mod password;
mod ssh_key;

use super::accounts::{group, passwd, shadow};
use super::{Args, Change, Failure, Fields, Host, Module, Outcome, Param, Spec};
use change::Account;

/// The account `name` is there as its parameters say, or gone. `password` is a hash and goes to chpasswd, never to a command line.
/// `local` makes no difference: accounts are always read from the host's own files. The parameters for other systems (`login_class`,
/// `hidden`, `profile`, `authorization`, `role`) are taken and left alone, as Ansible does on Linux.
/// Results: `name state uid group groups comment home shell password system create_home append move_home force remove`
/// and `ssh_key_file ssh_public_key ssh_fingerprint`. Source: ansible.builtin.user.
pub const MODULE: Module = Module { names: &["user"], collection: "ansible.builtin", spec: Spec::of(PARAMS), run };

const PARAMS: &[Param] = &[
    Param::str("name").aliases(&["user"]).required(),
    Param::str("state").choices(&["absent", "present"]).default("present"),
    Param::int("uid"),
    Param::bool("non_unique").default("false"),
    Param::str("group"),
    Param::list("groups"),
    Param::str("comment"),
    Param::path("home"),
    Param::path("shell"),
    Param::str("password").secret(),
    Param::str("login_class"),
    Param::int("password_expire_max"),
    Param::int("password_expire_min"),
    Param::int("password_expire_warn"),
    Param::int("password_expire_account_disable"),
    Param::bool("password_lock"),
    Param::bool("hidden"),
    Param::str("seuser"),
    Param::bool("force").default("false"),
    Param::bool("remove").default("false"),
    Param::bool("create_home").aliases(&["createhome"]).default("true"),
    Param::str("skeleton"),
    Param::bool("system").default("false"),
    Param::bool("move_home").default("false"),
    Param::bool("append").default("false"),
    Param::bool("generate_ssh_key"),
    Param::int("ssh_key_bits").default("0"),
    Param::str("ssh_key_type").default("rsa"),
    Param::path("ssh_key_file"),
    Param::str("ssh_key_comment"),
    Param::str("ssh_key_passphrase").secret(),
    Param::str("update_password").choices(&["always", "on_create"]).default("always"),
    Param::float("expires"),
    Param::bool("local"),
    Param::str("profile"),
    Param::str("authorization"),
    Param::str("role"),
    Param::str("umask"),
    Param::int("uid_min"),
    Param::int("uid_max"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let name = args.need("name")?;
    check(args, host)?;
    let mut fields = Fields::from_iter(["name", "state"].map(|key| (key.to_string(), args.get(key).cloned().unwrap_or_default())));
    match (args.need("state")? == "present", account(name)) {
        (false, Some(_)) => remove(args, host, name, &mut fields)?,
        (false, None) => {}
        (true, None) => create(args, host, name, &mut fields)?,
        (true, Some(account)) => modify(args, host, &account, &mut fields)?,
    }
    if args.need("state")? == "present" {
        finish(args, host, name, &mut fields)?;
    }
    if !host.changed() {
        host.unchanged(format!("the account {name} is as wanted"));
    }
    Ok(fields)
}

/// What can be seen to be wrong before anything is looked at.
fn check(args: &Args, host: &mut Host) -> Result<(), Failure> {
    if args.bool("append") && args.list("groups").is_none() {
        host.warn("'append' is set, but no 'groups' are specified. Use 'groups' for appending new groups.");
    }
    let Some(hash) = args.str("password").filter(|hash| !hash.is_empty()) else { return Ok(()) };
    if hash.contains([':', '\n']) {
        return Err("password must be a hash: it cannot hold a colon or a line's end".into());
    }
    if !password::is_hash(hash) {
        host.warn("The input password appears not to have been hashed. The 'password' argument must be encrypted for this module to work properly.");
    }
    Ok(())
}

/// The account called `name` as the host's files have it.
fn account(name: &str) -> Option<Account> {
    let user = passwd::by_name(name)?;
    Some(Account { secret: shadow::by_name(name), groups: group::all(), user })
}

fn remove(args: &Args, host: &mut Host, name: &str, fields: &mut Fields) -> Result<(), Failure> {
    let switches = [("force", "-f"), ("remove", "-r")];
    let mut words: Vec<&str> = switches.iter().filter(|(param, _)| args.bool(param)).map(|(_, word)| *word).collect();
    words.push(name);
    host.change(Change::new(format!("removed the account {name}")), |w| {
        w.exec("userdel", &words)?.success(&format!("userdel {name} failed"))
    })?;
    fields.extend(switches.map(|(param, _)| (param.to_string(), args.bool(param).into())));
    Ok(())
}

fn create(args: &Args, host: &mut Host, name: &str, fields: &mut Fields) -> Result<(), Failure> {
    let own_parents = args.str("home").filter(|home| args.bool("create_home") && !home::parent_exists(home));
    host.change(Change::new(format!("made the account {name}")), |w| {
        if let Some(home) = own_parents {
            home::make(w, home.as_ref(), args.str("skeleton"))?;
        }
        // Planned here, not before: in a check its groups may be yet to be made as well.
        let words = change::useradd(args, name, &group::all())?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        w.exec("useradd", &words)?.success(&format!("useradd {name} failed"))?;
        if let Some(hash) = args.str("password") {
            password::set(w, name, hash, args.bool("password_lock"))?;
        }
        match (own_parents, passwd::by_name(name)) {
            (Some(home), Some(user)) => home::own(w, home.as_ref(), &user),
            _ => Ok(()),
        }
    })?;
    fields.extend(["system", "create_home"].map(|param| (param.to_string(), args.bool(param).into())));
    Ok(())
}

fn modify(args: &Args, host: &mut Host, account: &Account, fields: &mut Fields) -> Result<(), Failure> {
    let name = &account.user.name;
    let new_hash = args.str("password").filter(|hash| args.str("update_password") == Some("always") && account.password_differs(hash));
    let words = change::usermod(args, account, new_hash.is_some())?;
    if !words.is_empty() {
        let words: Vec<&str> = words.iter().map(String::as_str).chain([name.as_str()]).collect();
        let change = Change::new(format!("usermod {}", words.join(" ")));
        host.change(change, |w| w.exec("usermod", &words)?.success(&format!("usermod {name} failed")))?;
    }
    if let Some(hash) = new_hash {
        host.change(Change::new(format!("password of {name}")), |w| password::set(w, name, hash, args.bool("password_lock")))?;
    }
    fields.extend(["append", "move_home"].map(|param| (param.to_string(), args.bool(param).into())));
    Ok(())
}

/// What is looked at once the account is there, made or found: its home, its key, the ageing of its password.
fn finish(args: &Args, host: &mut Host, name: &str, fields: &mut Fields) -> Result<(), Failure> {
    if args.get("password").is_some() {
        fields.insert("password".into(), "NOT_LOGGING_PASSWORD".into());
    }
    // In a check an account that is yet to be made has nothing to look at.
    let Some(account) = account(name) else { return Ok(()) };
    let user = &account.user;
    fields.insert("uid".into(), user.uid.into());
    fields.insert("group".into(), user.gid.into());
    for (key, value) in [("comment", &user.comment), ("home", &user.home), ("shell", &user.shell)] {
        fields.insert(key.into(), value.as_str().into());
    }
    if args.list("groups").is_some() {
        fields.insert("groups".into(), args.strings("groups").join(",").into());
    }
    let home = args.str("home").unwrap_or(&user.home).to_string();
    if args.bool("create_home") && !std::path::Path::new(&home).exists() {
        host.change(Change::new(format!("made {home}")), |w| {
            home::make(w, home.as_ref(), args.str("skeleton"))?;
            home::own(w, home.as_ref(), user)
        })?;
    }
    if args.bool("generate_ssh_key") {
        ssh_key::generate(args, host, user, fields)?;
    }
    let words = change::chage(args, account.secret.as_ref());
    if !words.is_empty() {
        let words: Vec<&str> = words.iter().map(String::as_str).chain([name]).collect();
        host.change(Change::new(format!("chage {}", words.join(" "))), |w| {
            w.exec("chage", &words)?.success(&format!("chage {name} failed"))
        })?;
    }
    Ok(())
}
