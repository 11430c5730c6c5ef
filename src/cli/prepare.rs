//! What every verb needs first: inventory, variables, playbooks, plan, and all mistakes in them at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::action;
use crate::language::inventory::{Inventory, layers::Files, pattern};
use crate::language::playbook::{self, Gathering, Line, Loader, Play, Settings};
use crate::language::template::{self, MapScope};
use crate::language::vault::Secrets;
use crate::language::{Diagnostic, Diagnostics, Key, Map, Value, yaml};
use crate::plan::{self, Plan};

use super::config::Config;
use super::failure::Failure;
use super::options::Common;
use super::vault;

/// Everything read, nothing wrong with it.
pub struct Prepared {
    pub loader: Loader,
    pub inventory: Inventory,
    pub inventory_sources: Vec<String>,
    pub extra_vars: Arc<Map>,
    pub plan: Plan,
    pub playbook_dir: PathBuf,
    pub warnings: Vec<String>,
}

/// The inventory alone.
pub fn inventory(common: &Common, config: &Config) -> Result<(Inventory, Vec<String>, Secrets), Failure> {
    let secrets = vault::secrets(&common.vault, config)?;
    let mut sources = common.inventory.clone();
    if sources.is_empty() {
        sources = config.paths("defaults", "inventory").iter().map(|p| p.display().to_string()).collect();
    }
    if sources.is_empty() && Path::new("/etc/ansible/hosts").exists() {
        sources.push("/etc/ansible/hosts".into());
    }
    let inventory = Inventory::load(&sources, &secrets).map_err(Failure::mistakes)?;
    Ok((inventory, sources, secrets))
}

/// Reads all there is to read and compiles the plan.
pub fn prepare(playbooks: &[PathBuf], common: &Common, config: &Config) -> Result<Prepared, Failure> {
    if let Some(missing) = playbooks.iter().find(|path| !path.is_file()) {
        return Err(Failure::other(Diagnostic::new(format!("the playbook: {} could not be found", missing.display()))));
    }
    let (inventory, sources, secrets) = inventory(common, config)?;
    let extra_vars = Arc::new(extra_vars(&common.extra_vars, &secrets)?);
    let playbook_dir = playbooks.first().and_then(|p| p.parent()).map_or_else(PathBuf::new, Path::to_path_buf);
    let mut problems = Diagnostics::new();
    problems.extend(Files::new(&inventory, Some(&playbook_dir), &secrets).check(&inventory).err().unwrap_or_default());
    let gathering = match config.get("defaults", "gathering").as_deref() {
        Some("explicit") => Gathering::Explicit,
        Some("smart") => Gathering::Smart,
        _ => Gathering::Implicit,
    };
    let settings = Settings { roles_path: roles_path(config), extra_vars: extra_vars.clone(), secrets: Arc::new(secrets), gathering };
    let loader = Loader::new(settings);
    let plays: Vec<Arc<Play>> = playbooks.iter().flat_map(|path| loader.playbook(path)).collect();
    problems.extend(plan::check(&plays, &action::known));
    problems.extend(plan::ahead(&plays, &loader, &action::known));
    problems.extend(loader.take_problems());
    let mut hosts = |play: &Play| hosts_of(play, &inventory, common.limit.as_deref(), &extra_vars);
    let (plan, wrong) = plan::build(&plays, &mut hosts);
    problems.extend(wrong);
    if !problems.is_empty() {
        return Err(Failure::mistakes(in_order(problems)));
    }
    if let Some(limit) = &common.limit
        && pattern::select(&inventory, "all", Some(limit)).is_ok_and(|selection| selection.hosts.is_empty())
        && !limit.contains("localhost")
    {
        return Err(Failure::other(Diagnostic::new("Specified inventory, host pattern and/or --limit leaves us with no hosts to target.")));
    }
    let warnings = inventory.warnings().iter().cloned().chain(loader.take_warnings()).map(|w| w.to_string()).collect();
    Ok(Prepared { loader, inventory, inventory_sources: sources, extra_vars, plan, playbook_dir, warnings })
}

/// Each mistake once, file by file from top to bottom.
fn in_order(problems: Diagnostics) -> Diagnostics {
    let mut unique = Diagnostics::new();
    for problem in problems {
        if !unique.contains(&problem) {
            unique.push(problem);
        }
    }
    unique.sort_by_key(|problem| problem.place.as_ref().map(|place| (place.file.clone(), place.line, place.column)));
    unique
}

fn roles_path(config: &Config) -> Vec<PathBuf> {
    let mut paths = config.paths("defaults", "roles_path");
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".ansible/roles"));
    paths.extend(home);
    paths.extend(["/usr/share/ansible/roles", "/etc/ansible/roles"].map(PathBuf::from));
    paths
}

/// The hosts of a play as the inventory stands; a pattern that is not known yet gives none.
fn hosts_of(play: &Play, inventory: &Inventory, limit: Option<&str>, extra_vars: &Map) -> Vec<Arc<str>> {
    let known = play.vars.iter().chain(extra_vars.iter()).map(|(k, v)| (k.clone(), v.clone())).collect();
    let Ok(value) = template::resolve(&play.hosts, &MapScope(known)) else { return Vec::new() };
    let text = match &value {
        Value::List(items) => items.iter().map(template::text).collect::<Vec<_>>().join(","),
        other => template::text(other),
    };
    let Ok(selection) = pattern::select(inventory, &text, limit) else { return Vec::new() };
    selection.hosts.iter().map(|id| inventory[*id].name.clone()).collect()
}

/// `-e`, later ones over earlier ones.
fn extra_vars(given: &[String], secrets: &Secrets) -> Result<Map, Failure> {
    let mut vars = Map::default();
    for text in given {
        let node = match text.strip_prefix('@') {
            Some(path) => yaml::load_with(Path::new(path), secrets)?.0,
            None if text.trim_start().starts_with(['{', '[']) => yaml::parse(text, "<extra vars>")?,
            None => {
                vars.extend(pairs(text)?);
                continue;
            }
        };
        match node.to_value_with(secrets).map_err(Failure::mistakes)? {
            Value::Map(map) => vars.extend(map.iter().map(|(k, v)| (k.clone(), v.clone()))),
            Value::Null => {}
            _ => {
                let message = format!("Invalid extra vars data supplied. '{text}' could not be made into a dictionary");
                return Err(Failure::other(Diagnostic::new(message).hint("write -e name=value, -e '{\"name\": …}' or -e @file")));
            }
        }
    }
    Ok(vars)
}

fn pairs(text: &str) -> Result<Map, Diagnostic> {
    // A lone word says nothing and is passed over.
    let Line { options: pairs, .. } = playbook::pairs(text).map_err(Diagnostic::new)?;
    pairs.into_iter().map(|(name, value)| Ok((Key::Str(name), template::string(&value, None)?))).collect()
}
