//! The table `aliases`: what the register knows about persons who were found to be one, for the views.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use panoh_identity::{Alias, IdentityError};

use crate::error::CustodyError;
use crate::stores::Stores;

/// Name of the table.
pub(crate) const TABLE: &str = "aliases";

/// Takes back that the pseudonym `alias` (32 hexadecimal digits) stands for the same person as another. Durable when it
/// returns; rows need no change, because each holds the person under whom it was linked.
pub async fn unlink(stores: &mut Stores, alias: &str) -> Result<Alias, CustodyError> {
    let known = stores.register.aliases()?;
    let wanted = alias.trim().to_ascii_lowercase();
    let found = known.iter().find(|known| known.alias.to_string() == wanted).ok_or(IdentityError::NoAlias)?;
    let unlinked = stores.register.unlink(found.alias)?;
    project(stores).await?;
    Ok(unlinked)
}

/// Makes the table equal to the register; writes nothing when it is.
pub(crate) async fn project(stores: &Stores) -> Result<(), CustodyError> {
    let aliases = stores.register.aliases()?;
    let described = stores.dictionary.table(TABLE).ok_or_else(|| CustodyError::UnknownTable(TABLE.to_owned()))?;
    let schema = Arc::new(described.schema());
    let misfit =
        |column: &str, reason| CustodyError::Columns { table: TABLE.to_owned(), column: column.to_owned(), reason };
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(4);
    for field in schema.fields() {
        let text: fn(&Alias) -> String = match field.name().as_str() {
            "alias" => |alias| alias.alias.to_string(),
            "person" => |alias| alias.person.to_string(),
            "cohort" => |alias| alias.cohort.to_string(),
            "rule" => |alias| alias.rule.name().to_owned(),
            other => return Err(misfit(other, "the register knows nothing to fill it with")),
        };
        columns.push(Arc::new(StringArray::from_iter_values(aliases.iter().map(text))));
    }
    let rows = RecordBatch::try_new(schema, columns).map_err(|_| misfit("all", "the columns are not text"))?;
    if stores.warehouse.project(TABLE, &rows).await.map_err(CustodyError::Aliases)? {
        tracing::info!(aliases = rows.num_rows(), "the table of aliases follows the register");
    }
    Ok(())
}
