//! What runs on the host: a file per module, one door to change anything.
//!
//! A module is a row of [`ALL`]: its name, the parameters it takes and the function that does its work.
//! The function gets validated [`Args`] and a [`Host`], reads through the host, changes through
//! [`Host::change`] alone, and returns the fields of its result. `changed`, `diff`, `failed` and `skipped`
//! are never written by a module: they follow from what went through the door.

pub(crate) mod accounts;
mod args;
mod dpkg_lock;
mod execution;
mod failure;
mod files;
pub mod host;
mod http;
mod init;
mod openpgp;
mod process;
mod settings;
mod spec;
mod words;
mod x509;

mod apt;
mod apt_key;
mod apt_repository;
pub mod assemble;
mod authorized_key;
mod blockinfile;
mod command;
mod copy;
mod cron;
mod dnf;
mod dpkg_selections;
mod fetch;
mod file;
mod find;
mod get_url;
mod getent;
mod git;
mod group;
mod hostname;
mod iptables;
mod known_hosts;
mod lineinfile;
mod modprobe;
mod mount;
mod openssl_csr;
mod openssl_csr_pipe;
mod openssl_privatekey;
mod package;
mod ping;
mod pip;
mod replace;
mod script;
mod service;
mod service_facts;
mod setup;
mod shell;
mod slurp;
mod stat;
mod sysctl;
mod systemd;
mod sysvinit;
mod tempfile;
mod unarchive;
mod uri;
mod user;
mod wait_for;
mod x509_certificate;
mod x509_certificate_info;
mod x509_certificate_pipe;

pub use args::{Args, boolean, spaced, text};
pub use failure::{Failure, IoContext};
pub use host::{Change, Content, Host, Install, Writer};
pub use spec::{Kind, Param, Spec, with_file_common};
pub use words::expand as expand_path;

/// The fields a module returns.
pub type Fields = serde_json::Map<String, serde_json::Value>;

/// What a module gives back: the fields of its result, or why it failed.
pub type Outcome = Result<Fields, Failure>;

/// A module: what it is called, what it takes, what it does.
pub struct Module {
    /// Its names: the short one first, then others (`dnf`, `yum`). Every name also answers with its collection's prefix.
    pub names: &'static [&'static str],
    /// The collection it comes from, as in `ansible.builtin`.
    pub collection: &'static str,
    /// The parameters.
    pub spec: Spec,
    /// The work.
    pub run: fn(&Args, &mut Host) -> Outcome,
}

/// Every module that runs on a host.
pub static ALL: &[&Module] = &[
    &apt::MODULE,
    &apt_key::MODULE,
    &apt_repository::MODULE,
    &assemble::MODULE,
    &authorized_key::MODULE,
    &blockinfile::MODULE,
    &command::MODULE,
    &copy::MODULE,
    &cron::MODULE,
    &dnf::MODULE,
    &dpkg_selections::MODULE,
    &fetch::MODULE,
    &file::MODULE,
    &find::MODULE,
    &get_url::MODULE,
    &getent::MODULE,
    &git::MODULE,
    &group::MODULE,
    &hostname::MODULE,
    &iptables::MODULE,
    &known_hosts::MODULE,
    &lineinfile::MODULE,
    &modprobe::MODULE,
    &mount::MODULE,
    &openssl_csr::MODULE,
    &openssl_csr_pipe::MODULE,
    &openssl_privatekey::MODULE,
    &package::MODULE,
    &ping::MODULE,
    &pip::MODULE,
    &replace::MODULE,
    &script::MODULE,
    &service::MODULE,
    &service_facts::MODULE,
    &setup::MODULE,
    &shell::MODULE,
    &slurp::MODULE,
    &stat::MODULE,
    &sysctl::MODULE,
    &systemd::MODULE,
    &sysvinit::MODULE,
    &tempfile::MODULE,
    &unarchive::MODULE,
    &uri::MODULE,
    &user::MODULE,
    &wait_for::MODULE,
    &x509_certificate::MODULE,
    &x509_certificate_info::MODULE,
    &x509_certificate_pipe::MODULE,
];

/// The module called `name`, with or without its collection (`file`, `ansible.builtin.file`, `ansible.legacy.file`).
pub fn find(name: &str) -> Option<&'static Module> {
    let (collection, short) = name.rsplit_once('.').unwrap_or(("", name));
    ALL.iter().copied().find(|m| {
        m.names.contains(&short)
            && (collection.is_empty()
                || collection == m.collection
                || (m.collection == "ansible.builtin" && collection == "ansible.legacy"))
    })
}
