//! Expressions.

use std::sync::Arc;

use minijinja::machinery::ast::{self, BinOpKind, CallArg, CompareOpKind, Expr, UnaryOpKind};
use minijinja::value::ValueKind;

use crate::language::{Key, Map, Value};

use super::compare;
use super::evaluator::Evaluator;
use super::fail::{Eval, Fail};
use super::operators::{self, Operator};
use super::output::{SILENT, is_silent};
use super::{access, deep, guard};

/// Positional and keyword arguments.
pub type Arguments = (Vec<Value>, Map);

impl Evaluator<'_> {
    /// The value of `expr`: not a template itself, though its members may be. Undefined is a value here.
    pub fn eval(&self, expr: &'static Expr<'static>) -> Eval<Value> {
        let _level = guard::deeper()?;
        match expr {
            Expr::Var(var) => self.variable(var.id),
            Expr::Const(constant) => self.constant(&constant.value),
            Expr::List(list) => self.items(&list.items),
            Expr::Tuple(tuple) => self.items(&tuple.items),
            Expr::Map(map) => self.map(map),
            Expr::GetAttr(get) => self.settle(access::attribute(&self.eval(&get.expr)?, get.name)?),
            Expr::GetItem(get) => self.item(get),
            Expr::Slice(slice) => self.slice(slice),
            Expr::UnaryOp(unary) => self.unary(unary),
            Expr::BinOp(binary) => self.binary(binary),
            Expr::Compare(compare) => self.chain(compare),
            Expr::IfExpr(choice) => self.choice(choice),
            Expr::Filter(filter) => self.filter(filter),
            Expr::Test(test) => self.test(test).map(Value::Bool),
            Expr::Call(call) => self.call(call),
        }
    }

    /// The value of `expr`, which must be defined.
    pub fn defined(&self, expr: &'static Expr<'static>) -> Eval<Value> {
        match self.eval(expr)? {
            Value::Undefined(what) => Err(Fail::Undefined(what)),
            value => Ok(value),
        }
    }

    /// The value of `expr`, evaluated at every depth: an operand.
    pub fn operand(&self, expr: &'static Expr<'static>) -> Eval<Value> {
        deep::strict(&self.eval(expr)?, self.scope)
    }

    /// Whether `expr` is true.
    pub fn truth(&self, expr: &'static Expr<'static>) -> Eval<bool> {
        match self.eval(expr)? {
            value if is_silent(&value) => Ok(false),
            Value::Undefined(what) => Err(Fail::Undefined(what)),
            value => Ok(compare::truthy(&value)),
        }
    }

    fn constant(&self, constant: &minijinja::Value) -> Eval<Value> {
        match literal(constant) {
            Value::Str(text) if self.embedded && text.contains("{{") => self.settle(super::string(&text, None)?),
            value => Ok(value),
        }
    }

    fn items(&self, items: &'static [Expr<'static>]) -> Eval<Value> {
        Ok(Value::list(items.iter().map(|item| self.eval(item)).collect::<Eval<_>>()?))
    }

    fn map(&self, map: &'static ast::Map<'static>) -> Eval<Value> {
        let mut result = Map::with_capacity(map.keys.len());
        for (key, value) in map.keys.iter().zip(&map.values) {
            let key = self.operand(key)?;
            let key = Key::from_value(&key).ok_or_else(|| Fail::new(format!("unhashable type: '{}'", key.type_name())))?;
            result.insert(key, self.eval(value)?);
        }
        Ok(Value::map(result))
    }

    fn item(&self, get: &'static ast::GetItem<'static>) -> Eval<Value> {
        let container = self.eval(&get.expr)?;
        if container.is_undefined() {
            return Ok(container);
        }
        self.settle(access::item(&container, &self.operand(&get.subscript_expr)?)?)
    }

    fn slice(&self, slice: &'static ast::Slice<'static>) -> Eval<Value> {
        let container = self.eval(&slice.expr)?;
        if container.is_undefined() {
            return Ok(container);
        }
        let bound = |expr: &'static Option<Expr<'static>>| expr.as_ref().map(|e| self.operand(e)).transpose();
        access::slice(&container, bound(&slice.start)?, bound(&slice.stop)?, bound(&slice.step)?)
    }

    fn unary(&self, unary: &'static ast::UnaryOp<'static>) -> Eval<Value> {
        match unary.op {
            UnaryOpKind::Not => Ok(Value::Bool(!self.truth(&unary.expr)?)),
            UnaryOpKind::Neg => operators::negate(&self.operand(&unary.expr)?).map_err(Fail::new),
        }
    }

    fn binary(&self, binary: &'static ast::BinOp<'static>) -> Eval<Value> {
        let operator = match binary.op {
            BinOpKind::ScAnd | BinOpKind::ScOr => return self.logical(binary),
            BinOpKind::Concat => return self.concatenation(binary),
            BinOpKind::Add => Operator::Add,
            BinOpKind::Sub => Operator::Sub,
            BinOpKind::Mul => Operator::Mul,
            BinOpKind::Div => Operator::Div,
            BinOpKind::FloorDiv => Operator::FloorDiv,
            BinOpKind::Rem => Operator::Rem,
            BinOpKind::Pow => Operator::Pow,
            comparison => {
                let left = self.operand(&binary.left)?;
                return compared(comparison, &left, &self.operand(&binary.right)?).map(Value::Bool);
            }
        };
        let left = self.operand(&binary.left)?;
        let right = self.operand(&binary.right)?;
        operators::apply(operator, &left, &right).map_err(Fail::new)
    }

    fn logical(&self, binary: &'static ast::BinOp<'static>) -> Eval<Value> {
        let left = self.eval(&binary.left)?;
        let truth = match &left {
            Value::Undefined(what) if !is_silent(&left) => return Err(Fail::Undefined(what.clone())),
            value => compare::truthy(value),
        };
        if truth == matches!(binary.op, BinOpKind::ScOr) { Ok(left) } else { self.eval(&binary.right) }
    }

    fn concatenation(&self, binary: &'static ast::BinOp<'static>) -> Eval<Value> {
        let text = |expr| match self.eval(expr)? {
            value if is_silent(&value) => Ok(Value::from("")),
            value => deep::strict(&value, self.scope),
        };
        Ok(operators::concatenate(&text(&binary.left)?, &text(&binary.right)?))
    }

    fn chain(&self, chain: &'static ast::Compare<'static>) -> Eval<Value> {
        let mut left = self.operand(&chain.expr)?;
        for step in &chain.ops {
            let right = self.operand(&step.expr)?;
            let holds = match step.op {
                CompareOpKind::NotIn => !compared(BinOpKind::In, &left, &right)?,
                CompareOpKind::In => compared(BinOpKind::In, &left, &right)?,
                CompareOpKind::Eq => compared(BinOpKind::Eq, &left, &right)?,
                CompareOpKind::Ne => compared(BinOpKind::Ne, &left, &right)?,
                CompareOpKind::Lt => compared(BinOpKind::Lt, &left, &right)?,
                CompareOpKind::Lte => compared(BinOpKind::Lte, &left, &right)?,
                CompareOpKind::Gt => compared(BinOpKind::Gt, &left, &right)?,
                CompareOpKind::Gte => compared(BinOpKind::Gte, &left, &right)?,
            };
            if !holds {
                return Ok(Value::Bool(false));
            }
            left = right;
        }
        Ok(Value::Bool(true))
    }

    fn choice(&self, choice: &'static ast::IfExpr<'static>) -> Eval<Value> {
        if self.truth(&choice.test_expr)? {
            return self.eval(&choice.true_expr);
        }
        match &choice.false_expr {
            Some(expr) => self.eval(expr),
            None => Ok(Value::Undefined(SILENT.into())),
        }
    }

    /// The arguments of a call, evaluated at every depth; one that uses something undefined is itself undefined.
    pub fn arguments(&self, args: &'static [CallArg<'static>]) -> Eval<Arguments> {
        let (mut positional, mut keywords) = (Vec::with_capacity(args.len()), Map::new());
        for arg in args {
            match arg {
                CallArg::Pos(expr) => positional.push(self.argument(expr)?),
                CallArg::Kwarg(name, expr) => {
                    keywords.insert(Key::Str(Arc::from(*name)), self.argument(expr)?);
                }
                CallArg::PosSplat(expr) => positional.extend(self.iterate(self.argument(expr)?)?),
                CallArg::KwargSplat(expr) => match self.argument(expr)? {
                    Value::Map(map) => keywords.extend(map.iter().map(|(k, v)| (k.clone(), v.clone()))),
                    other => {
                        return Err(Fail::new(format!("** needs a mapping, not {}", other.type_name())));
                    }
                },
            }
        }
        Ok((positional, keywords))
    }

    fn argument(&self, expr: &'static Expr<'static>) -> Eval<Value> {
        match self.eval(expr) {
            Ok(value) => Ok(deep::lenient(value, self.scope)),
            Err(Fail::Undefined(what)) => {
                self.render.forget();
                Ok(Value::Undefined(what))
            }
            Err(error) => Err(error),
        }
    }

    /// What iterating over `value` gives.
    pub fn iterate(&self, value: Value) -> Eval<Vec<Value>> {
        match value {
            Value::Undefined(what) if &*what == SILENT => Ok(Vec::new()),
            Value::Undefined(what) => Err(Fail::Undefined(what)),
            Value::List(items) => Ok(Arc::unwrap_or_clone(items)),
            Value::Map(map) => Ok(map.keys().map(Key::to_value).collect()),
            Value::Object(object) => Ok(object.keys().iter().map(Key::to_value).collect()),
            Value::Str(text) => Ok(text.chars().map(|c| Value::from(c.to_string())).collect()),
            other => Err(Fail::new(format!("'{}' object is not iterable", other.type_name()))),
        }
    }
}

fn compared(operator: BinOpKind, left: &Value, right: &Value) -> Eval<bool> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = |symbol| compare::order(left, right, symbol).map_err(Fail::new);
    match operator {
        BinOpKind::Eq => Ok(compare::equal(left, right)),
        BinOpKind::Ne => Ok(!compare::equal(left, right)),
        BinOpKind::In => compare::contains(right, left).map_err(Fail::new),
        BinOpKind::Lt => Ok(order("<")? == Some(Less)),
        BinOpKind::Lte => Ok(matches!(order("<=")?, Some(Less | Equal))),
        BinOpKind::Gt => Ok(order(">")? == Some(Greater)),
        _ => Ok(matches!(order(">=")?, Some(Greater | Equal))),
    }
}

/// A literal of the parser's as a value of the language.
fn literal(value: &minijinja::Value) -> Value {
    match value.kind() {
        ValueKind::Bool => Value::Bool(value.is_true()),
        ValueKind::Number => match i128::try_from(value.clone()) {
            Ok(i) if value.is_integer() => Value::Int(i),
            _ => Value::Float(f64::try_from(value.clone()).unwrap_or(f64::NAN)),
        },
        ValueKind::String => Value::from(value.as_str().unwrap_or_default()),
        _ => Value::Null,
    }
}
