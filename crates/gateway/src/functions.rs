//! Functions that clients call by themselves when they connect, list or describe. None reads a table of the warehouse.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::expr_fn::SimpleScalarUDF;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Signature, TypeSignature, Volatility, create_udf};
use pgwire::api::Type;

use crate::settings;

/// What is said of a setting that is not here; its name could be anything, so it is not repeated.
pub(crate) const NO_SETTING: &str = "there is no such setting";

/// All of them, for a user.
pub(crate) fn asked_by_clients(user: &str, client: &ClientSettings) -> Vec<ScalarUDF> {
    let constants = [("version", VERSION), ("session_user", user), ("current_user", user)];
    let mut all: Vec<_> = constants.into_iter().map(|(name, value)| constant(name, value)).collect();
    all.extend([to_regtype(), client.current_setting()]);
    all.extend(never_anything());
    all
}

/// The settings of a client as they are now, for the functions of its engine.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClientSettings(Arc<RwLock<HashMap<String, String>>>);

impl ClientSettings {
    /// Notes what the client has set.
    pub(crate) fn follow(&self, metadata: &HashMap<String, String>) {
        metadata.clone_into(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// The value of a setting by its name: what SHOW says. The second argument allows a setting that is not there.
    fn current_setting(&self) -> ScalarUDF {
        let client = self.clone();
        let answer = move |values: &[ColumnarValue]| {
            let (name, lenient) = match values {
                [ColumnarValue::Scalar(name)] => (name, false),
                [ColumnarValue::Scalar(name), ColumnarValue::Scalar(lenient)] => {
                    (name, *lenient == ScalarValue::Boolean(Some(true)))
                }
                _ => return Err(DataFusionError::NotImplemented("current_setting of a column".to_owned())),
            };
            let made = client.0.read().unwrap_or_else(PoisonError::into_inner);
            let value = match name.try_as_str().flatten().map(|name| settings::value(&made, &name.to_ascii_lowercase()))
            {
                Some(Err(_)) if !lenient => return Err(DataFusionError::Configuration(NO_SETTING.to_owned())),
                value => value.and_then(Result::ok),
            };
            Ok(ColumnarValue::Scalar(ScalarValue::Utf8(value)))
        };
        let exact = TypeSignature::Exact;
        let takes = vec![exact(vec![DataType::Utf8]), exact(vec![DataType::Utf8, DataType::Boolean])];
        let signature = Signature::one_of(takes, Volatility::Stable);
        SimpleScalarUDF::new_with_signature("current_setting", signature, DataType::Utf8, Arc::new(answer)).into()
    }
}

/// What clients read the version of the server from.
const VERSION: &str = "PostgreSQL 16.6 (Panoh gateway, reading only)";

/// A function without arguments that always says the same.
fn constant(name: &str, value: &str) -> ScalarUDF {
    let value = ScalarValue::Utf8(Some(value.to_owned()));
    create_udf(
        name,
        vec![],
        DataType::Utf8,
        Volatility::Immutable,
        Arc::new(move |_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(value.clone()))),
    )
}

/// Functions that clients call about what is not here: sequences, indexes, texts of views, sizes, other sessions. They
/// take whatever they are given, because clients leave arguments out and write numbers where a name could stand.
fn never_anything() -> Vec<ScalarUDF> {
    let (nothing, here) = (ScalarValue::Utf8(None), ScalarValue::Boolean(Some(true)));
    let unknown = ScalarValue::Int64(None);
    [
        ("shobj_description", &nothing),
        ("pg_get_serial_sequence", &nothing),
        ("pg_get_indexdef", &nothing),
        ("pg_get_ruledef", &nothing),
        ("pg_get_triggerdef", &nothing),
        ("pg_get_viewdef", &nothing),
        ("pg_tablespace_location", &nothing),
        ("pg_table_size", &unknown),
        ("pg_database_size", &unknown),
        ("pg_stat_get_numscans", &unknown),
        ("pg_my_temp_schema", &ScalarValue::Int32(Some(0))),
        ("pg_is_in_recovery", &ScalarValue::Boolean(Some(false))),
        ("pg_function_is_visible", &here),
        ("pg_type_is_visible", &here),
        ("pg_collation_is_visible", &here),
    ]
    .into_iter()
    .map(|(name, value)| {
        let (value, gives) = (value.clone(), value.data_type());
        let answer = move |_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(value.clone()));
        let signature = Signature::one_of(vec![TypeSignature::Nullary, TypeSignature::VariadicAny], Volatility::Stable);
        SimpleScalarUDF::new_with_signature(name, signature, gives, Arc::new(answer)).into()
    })
    .collect()
}

/// The number of a type by its name, NULL for one that is not here. Drivers look for types of extensions with it.
fn to_regtype() -> ScalarUDF {
    let number = |name: &str| {
        let known =
            [Type::BOOL, Type::BYTEA, Type::DATE, Type::FLOAT4, Type::FLOAT8, Type::INT2, Type::INT4, Type::INT8];
        let known =
            known.into_iter().chain([Type::NUMERIC, Type::TEXT, Type::TIMESTAMP, Type::TIMESTAMPTZ, Type::VARCHAR]);
        known.into_iter().find(|one| one.name() == name).map(|one| one.oid() as i32)
    };
    let answer = move |values: &[ColumnarValue]| match values {
        [ColumnarValue::Scalar(name)] => {
            Ok(ColumnarValue::Scalar(ScalarValue::Int32(name.try_as_str().flatten().and_then(number))))
        }
        _ => Err(DataFusionError::NotImplemented("to_regtype of a column".to_owned())),
    };
    create_udf("to_regtype", vec![DataType::Utf8], DataType::Int32, Volatility::Stable, Arc::new(answer))
}
