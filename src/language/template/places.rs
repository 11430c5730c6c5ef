//! Changing what an expression names: `list.append(x)`, `map.a.update(y)`.
//!
//! Values are shared, so that a change copies: it is seen by the variable it was made through, for the rest of
//! the template. A variable of the scope is copied into the template first; the scope never changes.

use std::sync::Arc;

use minijinja::machinery::ast::{self, Expr};

use crate::language::{Key, Value};

use super::access;
use super::evaluator::{Evaluator, downcast};
use super::fail::{Eval, Fail};
use super::objects::Namespace;

/// A change to a value in its place.
type Change<'c> = &'c mut dyn FnMut(&mut Value) -> Eval<Value>;

impl Evaluator<'_> {
    /// Changes the value that `target` names, or a passing value when it names none.
    pub fn change(&self, target: &'static Expr<'static>, change: Change) -> Eval<Value> {
        match target {
            Expr::Var(var) => self.change_variable(var.id, change),
            Expr::GetAttr(get) => {
                let key = Value::from(get.name);
                self.change(&get.expr, &mut |parent| self.change_member(parent, &key, None, change))
            }
            Expr::GetItem(get) => {
                let key = self.operand(&get.subscript_expr)?;
                self.change(&get.expr, &mut |parent| self.change_member(parent, &key, None, change))
            }
            Expr::Call(call) => self.change_call(target, call, change),
            other => change(&mut self.defined(other)?),
        }
    }

    fn change_variable(&self, name: &'static str, change: Change) -> Eval<Value> {
        let holder = self.frames.iter().rev().find(|frame| frame.get(name).is_some()).unwrap_or(&self.frames[0]);
        let mut value = match self.variable(name)? {
            Value::Undefined(what) => return Err(Fail::Undefined(what)),
            value => value,
        };
        holder.take(name);
        let result = change(&mut value);
        holder.set(name, value);
        result
    }

    /// `map.setdefault(key, []).append(x)` and `map.get(key).append(x)` change the member.
    fn change_call(&self, target: &'static Expr<'static>, call: &'static ast::Call<'static>, change: Change) -> Eval<Value> {
        let Expr::GetAttr(get) = &call.expr else { return change(&mut self.defined(target)?) };
        if !matches!(get.name, "setdefault" | "get") {
            return change(&mut self.defined(target)?);
        }
        let (args, _) = self.arguments(&call.args)?;
        let key = args.first().cloned().unwrap_or(Value::Null);
        let default = args.get(1).cloned().unwrap_or(Value::Null);
        let inserted = (get.name == "setdefault").then_some(&default);
        self.change(&get.expr, &mut |parent| match (self.change_member(parent, &key, inserted, change), get.name) {
            (Err(Fail::Undefined(_)), "get") => change(&mut default.clone()),
            (result, _) => result,
        })
    }

    fn change_member(&self, parent: &mut Value, key: &Value, default: Option<&Value>, change: Change) -> Eval<Value> {
        if let Value::Template(_) = parent {
            *parent = self.settle(parent.clone())?;
        }
        let absent = access::missing(parent, key);
        let member = match (&mut *parent, Key::from_value(key)) {
            (Value::Map(map), Some(key)) => {
                let map = Arc::make_mut(map);
                if let Some(default) = default {
                    map.entry(key.clone()).or_insert_with(|| default.clone());
                }
                map.get_mut(&key)
            }
            (Value::List(items), Some(Key::Int(i))) => access::place(i, items.len()).and_then(|i| Arc::make_mut(items).get_mut(i)),
            (Value::Object(object), Some(key)) => match downcast::<Namespace>(object) {
                Some(namespace) => return namespace.change(&key, change).unwrap_or_else(|| undefined(absent)),
                None => None,
            },
            _ => None,
        };
        let Some(member) = member else { return undefined(absent) };
        if let Value::Template(_) = member {
            *member = self.settle(member.clone())?;
        }
        change(member)
    }
}

fn undefined(value: Value) -> Eval<Value> {
    match value {
        Value::Undefined(what) => Err(Fail::Undefined(what)),
        value => Ok(value),
    }
}
