//! Where a variable may be given, the strongest place first, and what becomes of one that is given at several.

use crate::language::template;
use crate::language::{Map, Value};

use super::scope::TaskScope;

/// What one place says of a variable.
type Layer = for<'s> fn(&'s TaskScope, &str) -> Option<&'s Value>;

/// The places, the strongest first: Ansible's order of precedence.
const LAYERS: [Layer; 14] = [
    |scope, name| scope.run.options.extra_vars.get(name),
    |scope, name| scope.params.iter().rev().find_map(|map| map.get(name)),
    |scope, name| scope.lineage().find_map(|role| role.params.get(name)),
    |scope, name| scope.vars.set.get(name),
    |scope, name| scope.vars.included.get(name),
    |scope, name| scope.task.as_ref()?.keywords.vars.iter().rev().find_map(|map| map.get(name)),
    |scope, name| scope.lineage().find_map(|role| role.entry.get(name).or_else(|| role.vars.get(name))),
    |scope, name| scope.exposed.vars.get(name),
    |scope, name| scope.files.get(name),
    |scope, name| scope.stage.as_ref()?.play.vars.get(name),
    |scope, name| scope.vars.facts.get(name),
    |scope, name| scope.vars.inventory.get(name),
    |scope, name| scope.lineage().find_map(|role| role.defaults.get(name)),
    |scope, name| scope.exposed.defaults.get(name),
];

/// The variable as the strongest place has it or, with `hash_behaviour=merge`, mappings laid over those of weaker places.
pub fn variable(scope: &TaskScope, name: &str) -> Option<Value> {
    let mut given = LAYERS.iter().filter_map(|layer| layer(scope, name));
    let strongest = given.next()?;
    if !scope.run.options.merge {
        return Some(strongest.clone());
    }
    let under = given.map_while(Value::as_map);
    Some(under.fold(strongest.clone(), |over, under| laid_over(Some(under), &over)))
}

/// The variables of all maps, the weakest first; with `merge`, mappings are laid over mappings of the same name.
pub fn joined<'m>(maps: impl Iterator<Item = &'m Map>, merge: bool) -> Map {
    let mut joined = Map::default();
    for (name, value) in maps.flatten() {
        let value = if merge { laid_over(joined.get(name).and_then(Value::as_map), value) } else { value.clone() };
        joined.insert(name.clone(), value);
    }
    joined
}

fn laid_over(under: Option<&Map>, over: &Value) -> Value {
    match (under, over) {
        (Some(under), Value::Map(over)) => Value::map(template::merge(under.clone(), over.as_ref().clone())),
        _ => over.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn mappings_are_replaced_or_merged() {
        let layers: Vec<Value> = [json!({"d": {"a": {"x": 1}, "l": [1]}, "s": 1}), json!({"d": {"a": {"y": 2}, "l": [2]}, "s": {"k": 1}})]
            .map(Value::from)
            .into();
        let joined = |merge| Value::map(joined(layers.iter().filter_map(Value::as_map), merge)).to_json();
        assert_eq!(joined(false), json!({"d": {"a": {"y": 2}, "l": [2]}, "s": {"k": 1}}));
        assert_eq!(joined(true), json!({"d": {"a": {"x": 1, "y": 2}, "l": [2]}, "s": {"k": 1}}));
    }
}
