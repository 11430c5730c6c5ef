//! Calling macros.

use minijinja::machinery::ast::{self, Expr};

use crate::language::{Key, Map, Value};

use super::evaluator::Evaluator;
use super::fail::{Eval, Fail};
use super::frames::Frame;
use super::guard;
use super::objects::Macro;
use super::output::Output;

impl Evaluator<'_> {
    /// `{% call m(args) %}`: `caller` is one more keyword argument.
    pub fn call_with_caller(&self, call: &'static ast::Call<'static>, caller: Value) -> Eval<Value> {
        let callee = self.defined(&call.expr)?;
        let (args, mut kwargs) = self.arguments(&call.args)?;
        kwargs.insert(Key::from("caller"), caller);
        self.invoke(&callee, (args, kwargs))
    }

    /// Calls a macro: its parameters are bound, its body gives the result.
    pub fn call_macro(&self, callee: &Macro, args: Vec<Value>, kwargs: Map) -> Eval<Value> {
        let _level = guard::deeper()?;
        let mut inner = self.clone();
        inner.frames = callee.closure.frames();
        inner.frames.push(Frame::new(Vec::new()));
        inner.source = callee.source;
        inner.isolated = callee.isolated;
        inner.bind(callee, args, kwargs)?;
        let mut out = Output::default();
        inner.statements(&callee.declaration.body, &mut out)?;
        out.native(self.scope)
    }

    fn bind(&self, callee: &Macro, args: Vec<Value>, mut kwargs: Map) -> Eval<()> {
        let declaration = callee.declaration;
        let first_default = declaration.args.len() - declaration.defaults.len();
        let mut args = args.into_iter();
        for (i, parameter) in declaration.args.iter().enumerate() {
            let Expr::Var(parameter) = parameter else { continue };
            let default = i.checked_sub(first_default).and_then(|i| declaration.defaults.get(i));
            let value = match (args.next().or_else(|| kwargs.shift_remove(parameter.id)), default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.eval(default)?,
                (None, None) => Value::Undefined(format!("parameter '{}' was not provided", parameter.id).into()),
            };
            self.frame().set(parameter.id, value);
        }
        if let Some(caller) = kwargs.shift_remove("caller") {
            self.frame().set("caller", caller);
        }
        self.surplus(callee, args.collect(), kwargs)
    }

    /// What no parameter takes goes to `varargs` and `kwargs`, if the macro speaks of them.
    fn surplus(&self, callee: &Macro, args: Vec<Value>, kwargs: Map) -> Eval<()> {
        let declaration = callee.declaration;
        let span = declaration.span();
        let text = callee.source.text.get(span.start_offset as usize..span.end_offset as usize).unwrap_or("");
        if !args.is_empty() && !text.contains("varargs") {
            let count = declaration.args.len();
            return Err(Fail::new(format!("macro '{}' takes not more than {count} argument(s)", declaration.name)));
        }
        if let Some(key) = kwargs.keys().next().filter(|_| !text.contains("kwargs")) {
            return Err(Fail::new(format!("macro '{}' takes no keyword argument '{key}'", declaration.name)));
        }
        self.frame().set("varargs", Value::list(args));
        self.frame().set("kwargs", Value::map(kwargs));
        Ok(())
    }
}
