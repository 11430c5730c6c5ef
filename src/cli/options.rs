//! The options, spelled as Ansible spells them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

/// Runs playbooks: Ansible's language, one static binary, no Python on hosts.
#[derive(Parser, Debug)]
#[command(
    name = "rplay",
    version,
    about,
    args_override_self = true,
    after_help = "Without a verb, `play` is meant: rplay -b -i inventory.cfg playbook.yml"
)]
pub struct Rplay {
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run playbooks (the default verb)
    Play(Box<PlayOptions>),
    /// Print the plan of playbooks without connecting
    Graph(GraphOptions),
    /// Show hosts, groups and variables
    Inventory(InventoryOptions),
    /// Show modules and their parameters
    Doc(DocOptions),
    /// Encrypt and decrypt, in ansible-vault's format
    Vault(VaultOptions),
}

/// Puts `play` before the arguments when they do not begin with a verb.
pub fn with_default_verb(mut args: Vec<OsString>) -> Vec<OsString> {
    let verbs = ["play", "graph", "inventory", "doc", "vault", "help", "-h", "--help", "-V", "--version"];
    let first = args.get(1).and_then(|a| a.to_str()).unwrap_or("--help");
    if !verbs.contains(&first) {
        args.insert(1, "play".into());
    } else if args.len() == 1 {
        args.push("--help".into());
    }
    args
}

/// Which hosts and variables.
#[derive(Args, Debug, Default)]
pub struct Common {
    /// Inventory file, directory, program, or a list of hosts with a comma; may be repeated
    #[arg(short, long = "inventory", visible_alias = "inventory-file", value_name = "INVENTORY")]
    pub inventory: Vec<String>,
    /// Only these hosts (a pattern, or @file)
    #[arg(short, long, value_name = "PATTERN")]
    pub limit: Option<String>,
    /// Variables: k=v, YAML/JSON, or @file; may be repeated
    #[arg(short, long, value_name = "VARS")]
    pub extra_vars: Vec<String>,
    #[command(flatten)]
    pub vault: VaultPasswords,
}

/// The passwords that open vaults.
#[derive(Args, Debug, Default)]
pub struct VaultPasswords {
    /// Vault password file (a program is run); may be repeated
    #[arg(long, visible_alias = "vault-pass-file", value_name = "FILE", env = "ANSIBLE_VAULT_PASSWORD_FILE")]
    pub vault_password_file: Vec<PathBuf>,
    /// Vault identity: label@file or label@prompt; may be repeated
    #[arg(long, value_name = "ID")]
    pub vault_id: Vec<String>,
    /// Ask for the vault password
    #[arg(short = 'J', long, visible_alias = "ask-vault-password")]
    pub ask_vault_pass: bool,
}

/// `rplay play`.
#[derive(Args, Debug)]
pub struct PlayOptions {
    /// Playbooks
    #[arg(required = true)]
    pub playbooks: Vec<PathBuf>,
    #[command(flatten)]
    pub common: Common,
    /// Only tasks with these tags; may be repeated
    #[arg(short, long, value_name = "TAGS")]
    pub tags: Vec<String>,
    /// No tasks with these tags; may be repeated
    #[arg(long, value_name = "TAGS")]
    pub skip_tags: Vec<String>,
    /// Change nothing, say what would change
    #[arg(short = 'C', long)]
    pub check: bool,
    /// Show differences
    #[arg(short = 'D', long)]
    pub diff: bool,
    /// Hosts that work at once
    #[arg(short, long, default_value_t = 50, env = "ANSIBLE_FORKS")]
    pub forks: usize,
    /// Become another user
    #[arg(short = 'b', long = "become")]
    pub escalate: bool,
    /// How to become another user: sudo, su or doas
    #[arg(long, default_value = "sudo", value_name = "METHOD")]
    pub become_method: String,
    /// The user to become
    #[arg(long, default_value = "root", value_name = "USER")]
    pub become_user: String,
    /// Ask for the password to become another user
    #[arg(short = 'K', long)]
    pub ask_become_pass: bool,
    /// File with the password to become another user
    #[arg(long, visible_alias = "become-pass-file", value_name = "FILE")]
    pub become_password_file: Option<PathBuf>,
    /// Log in as this user
    #[arg(short, long, value_name = "USER", env = "ANSIBLE_REMOTE_USER")]
    pub user: Option<String>,
    /// Kind of connection: ssh or local
    #[arg(short, long, value_name = "KIND")]
    pub connection: Option<String>,
    /// Seconds to wait for a connection
    #[arg(short = 'T', long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
    /// Private key to log in with
    #[arg(long, visible_alias = "key-file", value_name = "FILE", env = "ANSIBLE_PRIVATE_KEY_FILE")]
    pub private_key: Option<PathBuf>,
    /// Ask for the password to log in with
    #[arg(short = 'k', long)]
    pub ask_pass: bool,
    /// File with the password to log in with
    #[arg(long, visible_alias = "conn-pass-file", value_name = "FILE")]
    pub connection_password_file: Option<PathBuf>,
    /// Options of ssh: -o, -J
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub ssh_common_args: Option<String>,
    /// Options of ssh: -o, -J
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub ssh_extra_args: Option<String>,
    /// Trust hosts that are not known yet, and remember them
    #[arg(long)]
    pub accept_new_host_keys: bool,
    /// Run notified handlers on hosts that failed, too
    #[arg(long)]
    pub force_handlers: bool,
    /// Ask before every task
    #[arg(long)]
    pub step: bool,
    /// Begin at the task of this name
    #[arg(long, value_name = "NAME")]
    pub start_at_task: Option<String>,
    /// List the hosts and stop
    #[arg(long)]
    pub list_hosts: bool,
    /// List the tasks and stop
    #[arg(long)]
    pub list_tasks: bool,
    /// List the tags and stop
    #[arg(long)]
    pub list_tags: bool,
    /// Check the playbooks and stop
    #[arg(long)]
    pub syntax_check: bool,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Output::Auto)]
    pub output: Output,
    /// Say more; up to -vvvv
    #[arg(short, action = ArgAction::Count)]
    pub verbose: u8,
}

/// What is printed during a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Lines, with progress below them on a terminal
    Auto,
    /// Lines alone
    Lines,
    /// One JSON object per event
    Ndjson,
}

/// `rplay graph`.
#[derive(Args, Debug)]
pub struct GraphOptions {
    /// Playbooks
    #[arg(required = true)]
    pub playbooks: Vec<PathBuf>,
    #[command(flatten)]
    pub common: Common,
    /// How the plan is drawn
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How a plan is drawn.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// Lines for people
    Text,
    /// Graphviz
    Dot,
    /// Mermaid
    Mermaid,
}

/// `rplay inventory`.
#[derive(Args, Debug)]
pub struct InventoryOptions {
    #[command(flatten)]
    pub common: Common,
    /// Everything, as JSON
    #[arg(long)]
    pub list: bool,
    /// The variables of one host, as JSON
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// The groups below this one as a drawing
    #[arg(long, value_name = "GROUP", num_args = 0..=1, default_missing_value = "all")]
    pub graph: Option<String>,
    /// With --graph: variables as well
    #[arg(long)]
    pub vars: bool,
    /// YAML instead of JSON
    #[arg(short, long)]
    pub yaml: bool,
    /// An INI inventory of the machines that Vagrant runs in a directory (this one), on standard output
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = ".", conflicts_with_all = ["list", "host", "graph", "yaml", "inventory"])]
    pub from_vagrant: Option<PathBuf>,
}

/// `rplay doc`.
#[derive(Args, Debug)]
pub struct DocOptions {
    /// A module; all are listed when none is given
    pub module: Option<String>,
}

/// `rplay vault`.
#[derive(Args, Debug)]
pub struct VaultOptions {
    #[command(subcommand)]
    pub command: VaultCommand,
}

/// What `rplay vault` does.
#[derive(Subcommand, Debug)]
pub enum VaultCommand {
    /// Encrypt files in place
    Encrypt(VaultFiles),
    /// Decrypt files in place
    Decrypt(VaultFiles),
    /// Print files decrypted
    View(VaultFiles),
    /// Print a string encrypted, to be put into a file of variables; it is read from standard input when none is given
    #[command(name = "encrypt_string", visible_alias = "encrypt-string")]
    EncryptString {
        #[command(flatten)]
        vault: VaultPasswords,
        /// The variable's name
        #[arg(short, long, visible_alias = "stdin-name", value_name = "NAME")]
        name: Option<String>,
        /// The label of the password to encrypt with
        #[arg(long, value_name = "LABEL")]
        encrypt_vault_id: Option<String>,
        /// The string
        text: Option<String>,
    },
    /// Encrypt files in place with another password
    Rekey {
        #[command(flatten)]
        files: VaultFiles,
        /// The other password: a file (a program is run)
        #[arg(long, value_name = "FILE")]
        new_vault_password_file: Option<PathBuf>,
    },
}

/// Files and the passwords that open them.
#[derive(Args, Debug)]
pub struct VaultFiles {
    #[command(flatten)]
    pub vault: VaultPasswords,
    /// The label of the password to encrypt with
    #[arg(long, value_name = "LABEL")]
    pub encrypt_vault_id: Option<String>,
    /// The files
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}
