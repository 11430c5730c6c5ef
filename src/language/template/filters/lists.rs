//! Filters that take lists apart and put them together.

use super::{Family, attribute, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("first", |call| Ok(call.items()?.first().cloned().unwrap_or_else(|| nothing("first")))),
    ("last", |call| Ok(call.items()?.last().cloned().unwrap_or_else(|| nothing("last")))),
    ("length", length),
    ("count", length),
    ("list", |call| Ok(call.items()?.into())),
    ("reverse", reverse),
    ("join", join),
    ("flatten", flatten),
    ("batch", batch),
    ("slice", slice),
    ("zip", |call| zip(call, false)),
    ("zip_longest", |call| zip(call, true)),
    ("product", product),
    ("permutations", permutations),
    ("combinations", combinations),
    ("subelements", subelements),
];

fn nothing(which: &str) -> Value {
    Value::Undefined(format!("No {which} item, sequence was empty.").into())
}

/// `length`: of a list, mapping or string.
fn length(call: &Call) -> Result<Value, Diagnostic> {
    Ok(match call.defined_input()? {
        Value::List(items) => items.len(),
        Value::Map(map) => map.len(),
        Value::Object(object) => object.keys().len(),
        Value::Str(text) => text.chars().count(),
        other => return Err(Diagnostic::new(format!("object of type '{}' has no len()", other.type_name()))),
    }
    .into())
}

/// `reverse`: a string stays a string.
fn reverse(call: &Call) -> Result<Value, Diagnostic> {
    if let Value::Str(s) = call.defined_input()? {
        return Ok(s.chars().rev().collect::<String>().into());
    }
    Ok(call.items()?.into_iter().rev().collect())
}

/// `join(d='', attribute)`.
fn join(call: &Call) -> Result<Value, Diagnostic> {
    let separator = call.text_arg(1, "d")?.unwrap_or_default();
    let path = call.given(2, "attribute")?;
    let mut texts = Vec::new();
    for item in call.items()? {
        let item = path.map_or_else(|| Ok(item.clone()), |path| attribute::member(&item, path))?;
        if let Value::Undefined(what) = &item {
            return Err(Diagnostic::new(what.to_string()));
        }
        texts.push(python::text(&item));
    }
    Ok(texts.join(&separator).into())
}

/// `flatten(levels, skip_nulls=true)`.
fn flatten(call: &Call) -> Result<Value, Diagnostic> {
    let levels = call.int_arg(1, "levels")?;
    let skip = call.flag_arg(2, "skip_nulls", true)?;
    let mut flat = Vec::new();
    flatten_into(&mut flat, &call.items()?, levels, skip);
    Ok(flat.into())
}

fn flatten_into(flat: &mut Vec<Value>, items: &[Value], levels: Option<i128>, skip: bool) {
    for item in items {
        match item {
            Value::Null if skip => {}
            Value::Str(s) if skip && matches!(s.as_ref(), "None" | "null") => {}
            Value::List(inner) if levels.is_none_or(|levels| levels >= 1) => {
                flatten_into(flat, inner, levels.map(|levels| levels - 1), skip);
            }
            other => flat.push(other.clone()),
        }
    }
}

/// `batch(linecount, fill_with)`: rows of equal length.
fn batch(call: &Call) -> Result<Value, Diagnostic> {
    let count = call.size_arg(1, "linecount", 0)?.max(1);
    let fill = call.given(2, "fill_with")?;
    let rows = call
        .items()?
        .chunks(count)
        .map(|row| {
            let missing = if fill.is_some() { count - row.len() } else { 0 };
            row.iter().cloned().chain(std::iter::repeat_n(fill.cloned().unwrap_or(Value::Null), missing)).collect()
        })
        .collect();
    Ok(rows)
}

/// `slice(slices, fill_with)`: that many columns.
fn slice(call: &Call) -> Result<Value, Diagnostic> {
    let slices = call.size_arg(1, "slices", 1)?.max(1);
    let fill = call.given(2, "fill_with")?;
    let items = call.items()?;
    let (short, longer) = (items.len() / slices, items.len() % slices);
    let mut rest = items.into_iter();
    Ok((0..slices)
        .map(|index| {
            let mut part: Vec<Value> = rest.by_ref().take(short + usize::from(index < longer)).collect();
            part.extend(fill.filter(|_| longer > 0 && index >= longer).cloned());
            Value::from(part)
        })
        .collect())
}

/// `zip(…)` and `zip_longest(…, fillvalue)`.
fn zip(call: &Call, longest: bool) -> Result<Value, Diagnostic> {
    let columns = columns(call)?;
    let lengths = columns.iter().map(Vec::len);
    let rows = if longest { lengths.max() } else { lengths.min() }.unwrap_or(0);
    let fill = call.kwargs.get("fillvalue").cloned().unwrap_or(Value::Null);
    Ok((0..rows).map(|row| columns.iter().map(|c| c.get(row).unwrap_or(&fill).clone()).collect()).collect())
}

/// The input and the further positional arguments, each as a list.
fn columns(call: &Call) -> Result<Vec<Vec<Value>>, Diagnostic> {
    call.args.iter().map(|value| call.iterate(value)).collect()
}

/// `product(…, repeat=1)`: the Cartesian product.
fn product(call: &Call) -> Result<Value, Diagnostic> {
    let once = columns(call)?;
    let repeat = call.size_arg(usize::MAX, "repeat", 1)?;
    let mut rows = vec![Vec::new()];
    for column in std::iter::repeat_n(&once, repeat).flatten() {
        rows =
            rows.iter().flat_map(|row: &Vec<Value>| column.iter().map(move |item| row.iter().chain([item]).cloned().collect())).collect();
    }
    Ok(rows.into_iter().map(Value::from).collect())
}

/// `permutations(r)`: all orders of `r` items.
fn permutations(call: &Call) -> Result<Value, Diagnostic> {
    let items = call.items()?;
    let size = call.size_arg(1, "r", items.len())?;
    picks(&items, size, &|picked, next| !picked.contains(&next))
}

/// `combinations(r)`: all choices of `r` items.
fn combinations(call: &Call) -> Result<Value, Diagnostic> {
    let size = call.size_arg(1, "r", 0)?;
    picks(&call.items()?, size, &|picked, next| picked.last().is_none_or(|last| *last < next))
}

/// All sequences of `size` positions in which each next one is `allowed` after those before it.
fn picks(items: &[Value], size: usize, allowed: &dyn Fn(&[usize], usize) -> bool) -> Result<Value, Diagnostic> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..size {
        rows = rows
            .iter()
            .flat_map(|row| (0..items.len()).filter(|next| allowed(row, *next)).map(|next| [row.as_slice(), &[next]].concat()))
            .collect();
    }
    Ok(rows.into_iter().map(|row| row.into_iter().filter_map(|i| items.get(i).cloned()).collect()).collect())
}

/// `subelements(path, skip_missing=false)`: pairs of an item and each member of a list within it.
fn subelements(call: &Call) -> Result<Value, Diagnostic> {
    let items = match call.defined_input()? {
        Value::Map(map) => map.values().cloned().collect(),
        _ => call.items()?,
    };
    pairs(call, &items, call.need(1, "subelements")?, call.flag_arg(2, "skip_missing", false)?)
}

/// The pairs that `subelements` gives; the path is a dotted string or a list of keys.
pub(in crate::language::template) fn pairs(call: &Call, items: &[Value], path: &Value, skip: bool) -> Result<Value, Diagnostic> {
    let steps = match path {
        Value::List(steps) => steps.to_vec(),
        other => python::text(other).split('.').map(Value::from).collect(),
    };
    let mut pairs = Vec::new();
    for item in items {
        let mut found = item.clone();
        for step in &steps {
            found = attribute::item(&found, step)?;
        }
        match found {
            Value::List(members) => pairs.extend(members.iter().map(|m| Value::list(vec![item.clone(), m.clone()]))),
            _ if skip => {}
            Value::Undefined(_) => return Err(call.error(format!("could not find '{}' key in iterated item", python::text(path)))),
            _ => return Err(call.error(format!("the key {} should point to a list", python::text(path)))),
        }
    }
    Ok(pairs.into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn joins_and_flattens() {
        check(vec![
            ("join", json!([[1, null, true, "a"], "-"]), json!({}), json!("1-None-True-a")),
            ("join", json!(["abc", ","]), json!({}), json!("a,b,c")),
            ("join", json!([[{"n": 1}, {"n": 2}], "+"]), json!({"attribute": "n"}), json!("1+2")),
            ("flatten", json!([[1, [2, [3, [4]]], null, []]]), json!({}), json!([1, 2, 3, 4])),
            ("flatten", json!([[1, [2, [3, [4]]]]]), json!({"levels": 1}), json!([1, 2, [3, [4]]])),
            ("flatten", json!([[1, null]]), json!({"skip_nulls": false}), json!([1, null])),
            ("first", json!([{"k": 1}]), json!({}), json!("k")),
            ("batch", json!([[1, 2, 3], 2, "x"]), json!({}), json!([[1, 2], [3, "x"]])),
            ("slice", json!([[1, 2, 3], 2]), json!({}), json!([[1, 2], [3]])),
        ]);
    }

    #[test]
    fn combinatorics() {
        check(vec![
            ("zip", json!([[1, 2], ["a", "b"]]), json!({}), json!([[1, "a"], [2, "b"]])),
            ("zip_longest", json!([[1, 2], ["a"]]), json!({"fillvalue": 0}), json!([[1, "a"], [2, 0]])),
            ("product", json!([[1, 2], [3]]), json!({}), json!([[1, 3], [2, 3]])),
            ("combinations", json!([[1, 2, 3], 2]), json!({}), json!([[1, 2], [1, 3], [2, 3]])),
            ("permutations", json!([[1, 2]]), json!({}), json!([[1, 2], [2, 1]])),
            ("subelements", json!([[{"n": "u", "k": [1]}], "k"]), json!({}), json!([[{"n": "u", "k": [1]}, 1]])),
        ]);
    }
}
