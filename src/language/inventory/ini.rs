//! INI inventories: `[group]`, `[group:children]` and `[group:vars]`, values typed as Python literals.

use super::load::Loading;
use super::{literal, words};
use crate::language::{Diagnostic, Key, Map, Place, Value};

/// What the lines of a section are.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Hosts,
    Children,
    Vars,
}

/// Reads `text` into the inventory that is being loaded.
pub(super) fn read(text: &str, file: &str, loading: &mut Loading<'_>) {
    let mut reader =
        Reader { loading, group: "ungrouped".to_string(), kind: Kind::Hosts, named: Vec::new(), children: Vec::new(), vars: Vec::new() };
    for (number, line) in (1..).zip(text.lines()) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let place = Place::new(file, number, indent as u32 + 1);
        if let Err(problem) = reader.line(trimmed, &place) {
            reader.loading.problem(problem.at(&place));
        }
    }
    reader.finish();
}

struct Reader<'a, 'b> {
    loading: &'a mut Loading<'b>,
    group: String,
    kind: Kind,
    /// The groups that must be declared by some section, and where they are named.
    named: Vec<(String, Place)>,
    /// Parents and children, linked when all groups are known.
    children: Vec<(String, String, Place)>,
    vars: Vec<(String, Key, Value)>,
}

impl Reader<'_, '_> {
    fn line(&mut self, line: &str, place: &Place) -> Result<(), Diagnostic> {
        if let Some((group, kind)) = section(line)? {
            return self.section(group, kind, place);
        }
        match self.kind {
            Kind::Hosts => self.hosts(line, place),
            Kind::Children => self.child(line, place),
            Kind::Vars => self.var(line, place),
        }
    }

    fn section(&mut self, group: &str, kind: Kind, place: &Place) -> Result<(), Diagnostic> {
        self.group = group.to_string();
        self.kind = kind;
        match kind {
            Kind::Vars => self.named.push((self.group.clone(), place.clone())),
            Kind::Hosts | Kind::Children => {
                self.loading.inventory.add_group(group, Some(place));
            }
        }
        Ok(())
    }

    fn hosts(&mut self, line: &str, place: &Place) -> Result<(), Diagnostic> {
        let words = words::split(line)?;
        let Some((name, assignments)) = words.split_first() else { return Ok(()) };
        let mut vars = Map::new();
        for assignment in assignments {
            let (key, value) = assignment
                .split_once('=')
                .ok_or_else(|| Diagnostic::new(format!("{assignment:?} is no variable of the host {name}")).hint("write key=value"))?;
            vars.insert(Key::from(key), literal(value, Some(place))?);
        }
        self.loading.hosts(name, &self.group, vars, place)
    }

    fn child(&mut self, line: &str, place: &Place) -> Result<(), Diagnostic> {
        let name = line.split('#').next().unwrap_or_default().trim();
        if name.contains(char::is_whitespace) {
            return Err(Diagnostic::new(format!("{name:?} is not the name of a group")).hint("one group per line"));
        }
        self.named.push((name.to_string(), place.clone()));
        self.children.push((self.group.clone(), name.to_string(), place.clone()));
        Ok(())
    }

    fn var(&mut self, line: &str, place: &Place) -> Result<(), Diagnostic> {
        let (key, value) = line
            .split_once('=')
            .ok_or_else(|| Diagnostic::new(format!("{line:?} is no variable of the group {}", self.group)).hint("write key=value"))?;
        let value: Value = literal(value.trim(), Some(place))?;
        self.vars.push((self.group.clone(), Key::from(key.trim()), value));
        Ok(())
    }

    /// Links what the sections named; a group that is never declared is a slip of the pen.
    fn finish(self) {
        let loading = self.loading;
        for (group, place) in self.named {
            if loading.inventory.group_id(&group).is_none() {
                let problem = Diagnostic::new(format!("the group {group} is not declared anywhere"));
                loading.problem(problem.hint(format!("add a section [{group}]")).at(&place));
            }
        }
        for (parent, child, place) in self.children {
            loading.link(&parent, &child, &place);
        }
        for (group, key, value) in self.vars {
            let group = loading.inventory.add_group(&group, None);
            loading.inventory.set_group_vars(group, Map::from_iter([(key, value)]));
        }
    }
}

/// The group and kind that a section header names; `None` for any other line.
fn section(line: &str) -> Result<Option<(&str, Kind)>, Diagnostic> {
    let Some(rest) = line.strip_prefix('[') else { return Ok(None) };
    // `[2001:db8::1]:22 key=value` is a host, no header.
    let Some((header, after)) = rest.split_once(']') else {
        return Err(Diagnostic::new("a section header lacks its closing bracket"));
    };
    let after = after.trim();
    if !(after.is_empty() || after.starts_with('#')) || header.matches(':').count() > 1 {
        return Ok(None);
    }
    let (group, kind) = header.split_once(':').unwrap_or((header, ""));
    let kind = match kind {
        "" => Kind::Hosts,
        "children" => Kind::Children,
        "vars" => Kind::Vars,
        other => {
            return Err(Diagnostic::new(format!("a section cannot be of the kind {other}")).hint("children or vars"));
        }
    };
    match group.is_empty() || group.contains(char::is_whitespace) {
        true => Err(Diagnostic::new(format!("{group:?} is not the name of a group"))),
        false => Ok(Some((group, kind))),
    }
}
