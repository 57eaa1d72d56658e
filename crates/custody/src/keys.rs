//! Which key register and tables are on. A home whose parts are on different keys would take one person for two.

use panoh_dictionary::Dictionary;
use panoh_identity::Register;
use panoh_warehouse::Warehouse;

use crate::error::CustodyError;
use crate::journal::{self, Change};
use crate::stores::Places;

/// The keys that the parts of a home are on, by their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// The key of the identity register.
    pub register: String,
    /// Each table and its key; none when a table does not name one.
    pub tables: Vec<(String, Option<String>)>,
    /// From which key to which a rotation was cut off; none when none was.
    pub pending: Option<(String, String)>,
}

impl KeyState {
    /// Whether everything is on this key and no rotation was cut off.
    pub fn is_on(&self, key_id: &str) -> bool {
        self.pending.is_none()
            && self.register == key_id
            && self.tables.iter().all(|(_, key)| key.as_deref() == Some(key_id))
    }
}

/// Looks at a home whatever its state, without changing it and without its lock.
pub async fn key_state(places: &Places<'_>, dictionary: &Dictionary) -> Result<KeyState, CustodyError> {
    let warehouse = Warehouse::open(places.warehouse, dictionary).await?;
    let register = Register::open(places.register)?;
    let pending = match journal::read(places.home)? {
        Some(Change::Rotate(turn)) => Some((turn.from, turn.to)),
        _ => None,
    };
    Ok(KeyState { register: register.key_id()?, tables: table_keys(&warehouse, dictionary).await?, pending })
}

/// Refuses when the register or a table is on another key.
pub(crate) async fn refuse_other(
    warehouse: &Warehouse,
    register: &Register,
    dictionary: &Dictionary,
    key_id: &str,
) -> Result<(), CustodyError> {
    let other = |what: String, found: String| CustodyError::OtherKey { what, found, wanted: key_id.to_owned() };
    let on = register.key_id()?;
    if on != key_id {
        return Err(other("the identity register".to_owned(), on));
    }
    for (table, on) in table_keys(warehouse, dictionary).await? {
        if on.as_deref() != Some(key_id) {
            return Err(other(format!("table {table}"), on.unwrap_or_else(|| "not noted".to_owned())));
        }
    }
    Ok(())
}

async fn table_keys(
    warehouse: &Warehouse,
    dictionary: &Dictionary,
) -> Result<Vec<(String, Option<String>)>, CustodyError> {
    let mut keys = Vec::with_capacity(dictionary.tables().len());
    for table in dictionary.tables() {
        keys.push((table.name.clone(), warehouse.key_id(&table.name).await?));
    }
    Ok(keys)
}
