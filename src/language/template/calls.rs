//! Filters, tests, functions and methods being called.

use minijinja::machinery::ast::{self, Expr};

use crate::language::{Diagnostic, Map, Value};

use super::evaluator::{Evaluator, downcast};
use super::expressions::Arguments;
use super::fail::{Eval, Fail};
use super::objects::{Function, Loop};
use super::{Call, access, deep, filters, globals, methods, tests};

/// Applies the filter `name` to what `call` holds.
pub fn apply_filter(name: &str, call: &Call) -> Result<Value, Diagnostic> {
    let filter = filters::find(name).ok_or_else(|| Diagnostic::new(format!("No filter named '{name}'.")))?;
    filter(call).map_err(|error| explained("filter", name, call, error))
}

/// Performs the test `name` on what `call` holds.
pub fn perform_test(name: &str, call: &Call) -> Result<bool, Diagnostic> {
    let test = tests::find(name).ok_or_else(|| Diagnostic::new(format!("No test named '{name}'.")))?;
    test(call).map_err(|error| explained("test", name, call, error))
}

/// Says which plugin failed, unless the cause is that something was undefined.
fn explained(kind: &str, name: &str, call: &Call, error: Diagnostic) -> Diagnostic {
    if undefined_cause(call, &error.message).is_some() || error.message.starts_with("The ") {
        return error;
    }
    let full = if name.contains('.') { name.to_string() } else { format!("ansible.builtin.{name}") };
    let cause = error.message.strip_prefix(&format!("{}: ", call.name)).unwrap_or(&error.message);
    Diagnostic { message: format!("The {kind} plugin '{full}' failed: {cause}"), ..error }
}

/// The undefined value among the arguments that `message` complains of.
fn undefined_cause(call: &Call, message: &str) -> Option<Value> {
    call.args.iter().chain(call.kwargs.values()).find_map(|value| undefined_member(value, message))
}

fn undefined_member(value: &Value, message: &str) -> Option<Value> {
    match value {
        Value::Undefined(what) => (&**what == message).then(|| value.clone()),
        Value::List(items) => items.iter().find_map(|item| undefined_member(item, message)),
        Value::Map(map) => map.values().find_map(|item| undefined_member(item, message)),
        _ => None,
    }
}

/// Filters that never look into their input: members need no evaluation, however many there are.
const SHALLOW_FILTERS: [&str; 11] =
    ["count", "d", "default", "dict2items", "first", "items", "last", "length", "list", "mandatory", "ternary"];

/// Tests of which the same is true.
const SHALLOW_TESTS: [&str; 9] = ["boolean", "defined", "float", "integer", "mapping", "none", "number", "string", "undefined"];

impl Evaluator<'_> {
    /// `input | name(args)`.
    pub fn filter(&self, filter: &'static ast::Filter<'static>) -> Eval<Value> {
        let input = match &filter.expr {
            Some(expr) => self.eval(expr)?,
            None => Value::Null,
        };
        self.filter_value(filter, input)
    }

    /// A chain of filters that stands without an input, as in `{% filter %}`, applied to `input`.
    pub fn filter_chain(&self, chain: &'static Expr<'static>, input: Value) -> Eval<Value> {
        let Expr::Filter(filter) = chain else { return self.eval(chain) };
        let input = match &filter.expr {
            Some(inner) => self.filter_chain(inner, input)?,
            None => input,
        };
        self.filter_value(filter, input)
    }

    fn filter_value(&self, filter: &'static ast::Filter<'static>, input: Value) -> Eval<Value> {
        let call = self.plugin_call(filter.name, input, &filter.args, &SHALLOW_FILTERS)?;
        match apply_filter(filter.name, &call) {
            Ok(value) => self.settle(value),
            Err(error) => undefined_cause(&call, &error.message).map_or_else(|| Err(error.into()), Ok),
        }
    }

    /// `input is name(args)`.
    pub fn test(&self, test: &'static ast::Test<'static>) -> Eval<bool> {
        let input = match self.eval(&test.expr) {
            Err(Fail::Undefined(what)) => {
                self.render.forget();
                Value::Undefined(what)
            }
            other => other?,
        };
        let call = self.plugin_call(test.name, input, &test.args, &SHALLOW_TESTS)?;
        perform_test(test.name, &call).map_err(|error| match undefined_cause(&call, &error.message) {
            Some(Value::Undefined(what)) => Fail::Undefined(what),
            _ => error.into(),
        })
    }

    fn plugin_call(&self, name: &'static str, input: Value, args: &'static [ast::CallArg<'static>], shallow: &[&str]) -> Eval<Call<'_>> {
        let (mut positional, kwargs) = self.arguments(args)?;
        positional.insert(0, if shallow.contains(&name) { input } else { deep::lenient(input, self.scope) });
        Ok(Call { name, args: positional, kwargs, scope: self.scope })
    }

    /// `callee(args)`.
    pub fn call(&self, call: &'static ast::Call<'static>) -> Eval<Value> {
        match &call.expr {
            Expr::GetAttr(get) => self.method(get, &call.args),
            Expr::Var(var) => match (var.id, self.block) {
                ("super", Some((name, level))) => self.block_value(name, level + 1),
                _ => self.function(var.id, &call.args),
            },
            other => {
                let callee = self.defined(other)?;
                self.invoke(&callee, self.arguments(&call.args)?)
            }
        }
    }

    fn function(&self, name: &'static str, args: &'static [ast::CallArg<'static>]) -> Eval<Value> {
        let callee = match self.variable(name)? {
            Value::Undefined(what) => return Err(Fail::Undefined(what)),
            callee => callee,
        };
        let arguments = self.arguments(args)?;
        match &callee {
            Value::Object(object) => match downcast::<Function>(object) {
                Some(Function::Global(global)) if globals::templates_literals(global) => {
                    self.invoke(&callee, self.literal_templates(args, arguments)?)
                }
                _ => self.invoke(&callee, arguments),
            },
            _ => self.invoke(&callee, arguments),
        }
    }

    /// Literal arguments that hold a template are evaluated: `lookup('vars', '{{ name }}')`.
    fn literal_templates(&self, args: &'static [ast::CallArg<'static>], (mut positional, keywords): Arguments) -> Eval<Arguments> {
        for (arg, value) in args.iter().zip(&mut positional) {
            if let (ast::CallArg::Pos(Expr::Const(_)), Value::Str(text)) = (arg, &value)
                && text.contains("{{")
            {
                *value = self.settle(super::string(text, None)?)?;
            }
        }
        Ok((positional, keywords))
    }

    fn method(&self, get: &'static ast::GetAttr<'static>, args: &'static [ast::CallArg<'static>]) -> Eval<Value> {
        if let Expr::Var(var) = &get.expr
            && var.id == "self"
        {
            return self.block_value(get.name, 0);
        }
        let arguments = self.arguments(args)?;
        if methods::mutates(get.name) {
            return self.mutating_method(get, &arguments);
        }
        let receiver = self.defined(&get.expr)?;
        if methods::exists(&receiver, get.name) {
            let result = methods::call(&receiver, get.name, &arguments).map_err(Fail::new)?;
            return self.settle(result);
        }
        match self.settle(access::attribute(&receiver, get.name)?)? {
            Value::Undefined(what) => Err(Fail::Undefined(what)),
            callee => self.invoke(&callee, arguments),
        }
    }

    fn mutating_method(&self, get: &'static ast::GetAttr<'static>, arguments: &Arguments) -> Eval<Value> {
        self.change(&get.expr, &mut |receiver| match methods::change(receiver, get.name, arguments) {
            Some(result) => result.map_err(Fail::new),
            None => match self.settle(access::attribute(receiver, get.name)?)? {
                Value::Undefined(what) => Err(Fail::Undefined(what)),
                callee => self.invoke(&callee, arguments.clone()),
            },
        })
        .and_then(|result| self.settle(result))
    }

    /// Calls `callee`.
    pub fn invoke(&self, callee: &Value, (args, kwargs): Arguments) -> Eval<Value> {
        let object = match callee {
            Value::Object(object) => object,
            Value::Undefined(what) => return Err(Fail::Undefined(what.clone())),
            other => return Err(Fail::new(format!("'{}' object is not callable", other.type_name()))),
        };
        if let Some(function) = downcast::<Function>(object) {
            return match function {
                Function::Global(name) => globals::call(name, self, args, kwargs),
                Function::Macro(callee) => self.call_macro(callee, args, kwargs),
                Function::Method(receiver, name) => methods::call(receiver, name, &(args, kwargs)).map_err(Fail::new),
            };
        }
        if let Some(current) = downcast::<Loop>(object) {
            return self.recurse(current, args);
        }
        object.call(&args, &kwargs).map_err(Fail::from)
    }
}

/// Whether `value` can be called.
pub fn is_callable(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            downcast::<Function>(object).is_some()
                || downcast::<Loop>(object).is_some_and(|current| current.recursion.is_some())
                || super::objects::is_callable(object)
        }
        _ => false,
    }
}

/// The keyword arguments of a call that takes none.
pub fn no_keywords(kwargs: &Map, name: &str) -> Eval<()> {
    match kwargs.keys().next() {
        None => Ok(()),
        Some(key) => Err(Fail::new(format!("{name}() got an unexpected keyword argument '{key}'"))),
    }
}
