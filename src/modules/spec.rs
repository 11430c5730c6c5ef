//! What parameters a module takes.

/// The parameters of a module and the rules between them.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Every parameter.
    pub params: &'static [Param],
    /// Whether the module takes free text (`command: echo hi`); it arrives as the parameter `_raw_params`.
    pub free_form: bool,
    /// Sets of parameters of which at most one may be given.
    pub mutually_exclusive: &'static [&'static [&'static str]],
    /// Sets of parameters of which at least one must be given.
    pub required_one_of: &'static [&'static [&'static str]],
    /// `(parameter, value, the parameters that it then requires)`.
    pub required_if: &'static [(&'static str, &'static str, &'static [&'static str])],
}

impl Spec {
    /// A spec with these parameters and no rules between them.
    pub const fn of(params: &'static [Param]) -> Spec {
        Spec { params, free_form: false, mutually_exclusive: &[], required_one_of: &[], required_if: &[] }
    }

    /// The parameter called `name`, by its name or an alias.
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|p| p.name == name || p.aliases.contains(&name))
    }
}

/// What a parameter holds, as Ansible's argument specs call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text; other scalars are turned into text as Python's `str` does.
    Str,
    /// A path: text in which `~` and `$NAME` are expanded on the host.
    Path,
    /// A boolean, in any of Ansible's spellings.
    Bool,
    /// An integer.
    Int,
    /// A number.
    Float,
    /// A list; a string is split at commas.
    List,
    /// A mapping; a string of JSON or of `k=v` pairs is read.
    Dict,
    /// Anything, as it came.
    Raw,
}

/// One parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Other names it answers to.
    pub aliases: &'static [&'static str],
    /// Whether it must be given.
    pub required: bool,
    /// Its default, as text that is read like a given value of the kind.
    pub default: Option<&'static str>,
    /// The values it may have; any when empty.
    pub choices: &'static [&'static str],
    /// Whether its value must not be shown.
    pub secret: bool,
}

impl Param {
    /// An optional parameter of `kind` without a default.
    pub const fn new(name: &'static str, kind: Kind) -> Param {
        Param { name, kind, aliases: &[], required: false, default: None, choices: &[], secret: false }
    }
    /// Text.
    pub const fn str(name: &'static str) -> Param {
        Param::new(name, Kind::Str)
    }
    /// A path.
    pub const fn path(name: &'static str) -> Param {
        Param::new(name, Kind::Path)
    }
    /// A boolean.
    pub const fn bool(name: &'static str) -> Param {
        Param::new(name, Kind::Bool)
    }
    /// An integer.
    pub const fn int(name: &'static str) -> Param {
        Param::new(name, Kind::Int)
    }
    /// A number.
    pub const fn float(name: &'static str) -> Param {
        Param::new(name, Kind::Float)
    }
    /// A list.
    pub const fn list(name: &'static str) -> Param {
        Param::new(name, Kind::List)
    }
    /// A mapping.
    pub const fn dict(name: &'static str) -> Param {
        Param::new(name, Kind::Dict)
    }
    /// The same parameter, required.
    pub const fn required(mut self) -> Param {
        self.required = true;
        self
    }
    /// The same parameter with other names.
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Param {
        self.aliases = aliases;
        self
    }
    /// The same parameter with a default.
    pub const fn default(mut self, default: &'static str) -> Param {
        self.default = Some(default);
        self
    }
    /// The same parameter limited to `choices`.
    pub const fn choices(mut self, choices: &'static [&'static str]) -> Param {
        self.choices = choices;
        self
    }
    /// The same parameter, never shown.
    pub const fn secret(mut self) -> Param {
        self.secret = true;
        self
    }
}

/// `mode owner group attributes selinux…`: what every module that writes files takes beside its own parameters.
pub const FILE_COMMON: [Param; 9] = [
    Param::new("mode", Kind::Raw),
    Param::str("owner"),
    Param::str("group"),
    Param::str("attributes").aliases(&["attr"]),
    Param::str("seuser"),
    Param::str("serole"),
    Param::str("setype"),
    Param::str("selevel"),
    Param::bool("unsafe_writes").default("false"),
];

/// `own` followed by [`FILE_COMMON`], so `N` is `M` and nine.
pub const fn with_file_common<const M: usize, const N: usize>(own: [Param; M]) -> [Param; N] {
    assert!(N == M + FILE_COMMON.len());
    let mut all = [FILE_COMMON[0]; N];
    let mut i = 0;
    while i < N {
        all[i] = if i < M { own[i] } else { FILE_COMMON[i - M] };
        i += 1;
    }
    all
}
