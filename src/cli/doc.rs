//! `rplay doc`: the modules there are and what they take.

use crate::language::Diagnostic;
use crate::modules::{self, Kind, Module};

use super::failure::Failure;
use super::options::DocOptions;
use super::say::say;

/// Prints one module's parameters, or the list of modules.
pub fn run(options: DocOptions) -> Result<u8, Failure> {
    let Some(name) = options.module else {
        modules::ALL.iter().for_each(|module| say(format!("{}.{}", module.collection, module.names[0])));
        return Ok(0);
    };
    let module = modules::find(&name).ok_or_else(|| Diagnostic::new(format!("there is no module '{name}'")))?;
    show(module);
    Ok(0)
}

fn show(module: &Module) {
    say(format!("{}.{}", module.collection, module.names.join(", ")));
    for param in module.spec.params {
        let mut notes = vec![kind_name(param.kind).to_string()];
        notes.extend(param.required.then(|| "required".to_string()));
        notes.extend(param.default.map(|default| format!("default {default}")));
        notes.extend((!param.choices.is_empty()).then(|| format!("one of {}", param.choices.join(", "))));
        notes.extend((!param.aliases.is_empty()).then(|| format!("also {}", param.aliases.join(", "))));
        say(format!("  {:<24} {}", param.name, notes.join("; ")));
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Str => "text",
        Kind::Path => "path",
        Kind::Bool => "yes or no",
        Kind::Int => "integer",
        Kind::Float => "number",
        Kind::List => "list",
        Kind::Dict => "mapping",
        Kind::Raw => "anything",
    }
}
