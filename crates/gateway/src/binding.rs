//! The parameters of a prepared statement: of which types they are, and their values.
//!
//! DataFusion tells the type of a parameter from the column it is compared with; where it cannot, a cast that stands
//! around the parameter tells it, or what is looked for in it: `gender = ANY ($1)`.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_pg::datatypes::df::deserialize_parameters_with_server_types;
use arrow_pg::datatypes::{PG_OID_ALIAS_KEY, into_pg_type, pg_type_for_alias_kind};
use bytes::{BufMut as _, Bytes, BytesMut};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ParamValues;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable as _, LogicalPlan};
use pgwire::api::Type;
use pgwire::api::portal::{Format, Portal};
use pgwire::error::PgWireResult;

use crate::conversation::Prepared;
use crate::refusal::{PROTOCOL, error, of_engine};

/// One parameter: as the engine sees it, and as it travels.
#[derive(Debug)]
pub(crate) struct Parameter {
    engine: Option<DataType>,
    wire: Type,
}

/// The parameters of a plan, `$1` first.
pub(crate) fn parameters(plan: &LogicalPlan) -> PgWireResult<Vec<Parameter>> {
    let known = plan.get_parameter_fields().map_err(|e| of_engine(&e))?;
    let around = if known.values().any(Option::is_none) { told_around(plan)? } else { HashMap::new() };
    let number = |id: &String| id.trim_start_matches('$').parse::<usize>().unwrap_or_default();
    let last = known.keys().map(number).max().unwrap_or_default();
    (1..=last)
        .map(|at| {
            let id = format!("${at}");
            let field = known.get(&id).cloned().flatten();
            let engine = field.as_ref().map(|field| field.data_type().clone()).or_else(|| around.get(&id).cloned());
            // The catalogue's object ids are numbers of 32 bits that clients send as what they are.
            let alias = field.as_ref().and_then(|field| field.metadata().get(PG_OID_ALIAS_KEY));
            let alias = alias.filter(|_| engine == Some(DataType::Int32)).and_then(|kind| pg_type_for_alias_kind(kind));
            let wire = match (alias, &engine) {
                (Some(alias), _) => alias,
                (None, Some(known)) => into_pg_type(known)?,
                (None, None) => Type::UNKNOWN,
            };
            Ok(Parameter { engine, wire })
        })
        .collect()
}

/// The types that a client is told.
pub(crate) fn wire_types(parameters: &[Parameter]) -> Vec<Type> {
    parameters.iter().map(|parameter| parameter.wire.clone()).collect()
}

/// The values that a portal binds.
pub(crate) fn values(portal: &Portal<Prepared>, parameters: &[Parameter]) -> PgWireResult<ParamValues> {
    if portal.parameter_len() < parameters.len() {
        let message =
            format!("{} parameters are bound, the statement has {}", portal.parameter_len(), parameters.len());
        return Err(error(PROTOCOL, message, ""));
    }
    check_format(&portal.parameter_format, portal.parameter_len())?;
    let engine: Vec<_> = parameters.iter().map(|parameter| parameter.engine.as_ref()).collect();
    let wire: Vec<_> = parameters.iter().map(|parameter| Some(&parameter.wire)).collect();
    deserialize_parameters_with_server_types(&tightened(portal, parameters), &engine, &wire)
}

/// Refuses a list of formats that is shorter than what it is for; pgwire would look past its end.
pub(crate) fn check_format(format: &Format, columns: usize) -> PgWireResult<()> {
    match format {
        Format::Individual(codes) if codes.len() < columns => {
            Err(error(PROTOCOL, format!("{} formats are given for {columns} columns", codes.len()), ""))
        }
        _ => Ok(()),
    }
}

/// The types that the expressions around parameters tell.
fn told_around(plan: &LogicalPlan) -> PgWireResult<HashMap<String, DataType>> {
    let mut found = HashMap::new();
    plan.apply_with_subqueries(|node| {
        let schema = merge_schema(&node.inputs());
        node.apply_expressions(|expression| {
            expression.apply(|expression| {
                match expression {
                    Expr::Cast(cast) => {
                        if let Expr::Placeholder(placeholder) = cast.expr.as_ref() {
                            found.insert(placeholder.id.clone(), cast.field.data_type().clone());
                        }
                    }
                    Expr::ScalarFunction(call) if call.func.name() == "array_has" => {
                        if let [Expr::Placeholder(list), member] = call.args.as_slice() {
                            let of = member.get_type(&schema)?;
                            found.insert(list.id.clone(), DataType::new_list(of, true));
                        }
                    }
                    _ => {}
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })
    .map_err(|e| of_engine(&e))?;
    Ok(found)
}

/// The portal with its lists in text as the decoder reads them. It takes a space after a comma for a part of the value, and
/// the text "NULL" for none; so lists of texts become binary ones.
fn tightened(portal: &Portal<Prepared>, parameters: &[Parameter]) -> Portal<Prepared> {
    let mut tight = Portal::new_cursor(portal.name.clone(), Arc::clone(&portal.statement));
    tight.parameters.clone_from(&portal.parameters);
    let mut formats: Vec<i16> =
        (0..tight.parameters.len()).map(|at| i16::from(!portal.parameter_format.is_text(at))).collect();
    for (at, (value, parameter)) in tight.parameters.iter_mut().zip(parameters).enumerate() {
        let (true, Some(text)) = (portal.parameter_format.is_text(at), value.as_deref()) else { continue };
        match &parameter.engine {
            Some(DataType::List(item)) if item.data_type().is_string() => {
                if let Some(list) = texts_of(text) {
                    (*value, formats[at]) = (Some(in_binary(&list)), 1);
                }
            }
            Some(DataType::List(_)) => *value = Some(without_spaces(text)),
            _ => {}
        }
    }
    tight.parameter_format = Format::Individual(formats);
    tight
}

/// The texts of a list; none when it is not a plain list, which is the decoder's to refuse.
fn texts_of(list: &[u8]) -> Option<Vec<Option<Vec<u8>>>> {
    let mut rest = list.trim_ascii().strip_prefix(b"{")?.strip_suffix(b"}")?.trim_ascii();
    let mut texts = vec![];
    while !rest.is_empty() || !texts.is_empty() {
        let (text, literal, behind) = first_text(rest)?;
        texts.push((literal || !text.eq_ignore_ascii_case(b"null")).then_some(text));
        let Some((b',', behind)) = behind.split_first() else { return behind.is_empty().then_some(texts) };
        rest = behind.trim_ascii();
    }
    Some(texts)
}

/// One text, whether a mark in it says that it is one, and what is behind it. Spaces around a text do not count.
fn first_text(list: &[u8]) -> Option<(Vec<u8>, bool, &[u8])> {
    let (mut text, mut kept) = (vec![], 0);
    let (mut quoted, mut was_quoted, mut literal) = (false, false, false);
    let mut bytes = list.iter().enumerate();
    while let Some((at, &byte)) = bytes.next() {
        match byte {
            b'\\' => {
                text.push(*bytes.next()?.1);
                (kept, literal) = (text.len(), true);
            }
            b'"' => {
                (quoted, was_quoted, literal) = (!quoted, true, true);
                kept = text.len();
            }
            b',' if !quoted => {
                text.truncate(kept);
                return (was_quoted || !text.is_empty()).then(|| (text, literal, &list[at..]));
            }
            b'{' | b'}' if !quoted => return None,
            space if !quoted && space.is_ascii_whitespace() => {
                if !text.is_empty() && !was_quoted {
                    text.push(space);
                }
            }
            other => {
                text.push(other);
                kept = text.len();
            }
        }
    }
    text.truncate(kept);
    (!quoted && (was_quoted || !text.is_empty())).then_some((text, literal, &[]))
}

/// A list of texts as it travels in binary: one dimension, whether NULL may be in it, its type, its length, its texts.
fn in_binary(texts: &[Option<Vec<u8>>]) -> Bytes {
    let mut list = BytesMut::new();
    list.put_i32(i32::from(!texts.is_empty()));
    list.put_i32(1);
    list.put_u32(Type::TEXT.oid());
    if !texts.is_empty() {
        list.put_i32(texts.len() as i32);
        list.put_i32(1);
    }
    for text in texts {
        list.put_i32(text.as_ref().map_or(-1, |text| text.len() as i32));
        list.extend_from_slice(text.as_deref().unwrap_or_default());
    }
    list.freeze()
}

/// A list without the spaces that stand beside its signs, outside of quotes.
fn without_spaces(list: &[u8]) -> Bytes {
    let (mut text, mut spaces) = (Vec::with_capacity(list.len()), 0);
    let (mut quoted, mut escaped, mut after_sign) = (false, false, true);
    for &byte in list {
        let is_sign = !quoted && !escaped && matches!(byte, b'{' | b',' | b'}');
        if !quoted && !escaped && byte.is_ascii_whitespace() {
            spaces += 1;
            continue;
        }
        if !is_sign && !after_sign {
            text.resize(text.len() + spaces, b' ');
        }
        (spaces, after_sign) = (0, is_sign);
        quoted ^= byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        text.push(byte);
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_texts_knows_null_from_a_text() {
        let text = |text: &str| Some(text.as_bytes().to_vec());
        for (list, wanted) in [
            (r#"{"NULL", NULL ,null,nullo}"#, Some(vec![text("NULL"), None, None, text("nullo")])),
            (r#" {a b , " c, d ","\"\\", ""} "#, Some(vec![text("a b"), text(" c, d "), text("\"\\"), text("")])),
            (r"{a\, b,\NULL,ҷ}", Some(vec![text("a, b"), text("NULL"), text("ҷ")])),
            ("{}", Some(vec![])),
            ("{ }", Some(vec![])),
            ("{a,}", None),
            ("{,a}", None),
            ("{{a},{b}}", None),
            ("{\"a}", None),
            ("a", None),
        ] {
            assert_eq!(texts_of(list.as_bytes()), wanted, "{list}");
        }
    }

    #[test]
    fn spaces_beside_signs_go_and_others_stay() {
        for (list, wanted) in [
            (r#" {"p", "f" ,r } "#, r#"{"p","f",r}"#),
            (r#"{a b, " c, d ", "\" , e"}"#, r#"{a b," c, d ","\" , e"}"#),
            (r"{a\, b,  {c , d} }", r"{a\, b,{c,d}}"),
            ("{}", "{}"),
        ] {
            assert_eq!(without_spaces(list.as_bytes()), wanted.as_bytes(), "{list}");
        }
    }
}
