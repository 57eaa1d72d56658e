//! Runs the frame of a plan and codes its rows. This is the one place where a release looks at the warehouse.

use futures::StreamExt;
use panoh_warehouse::{Session, frames};

use crate::{Persons, ReleaseError, ReleasePlan};

/// Reads the persons of a plan from a session. The frame's plan is checked for person-locality before it runs, and only
/// the cohorts that the release pays for are asked for.
///
/// Nothing is drawn or spent, so a failure here costs nothing. See [`Persons::new`] for `key`.
pub async fn read(session: &Session, plan: &ReleasePlan, key: [u8; 32]) -> Result<Persons, ReleaseError> {
    let name = plan.definition().frame.as_str();
    let frames = frames()?;
    let Some(frame) = frames.iter().find(|frame| frame.name == name) else {
        let known = frames.iter().map(|frame| frame.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(ReleaseError::UnknownFrame { frame: name.to_owned(), known });
    };
    let frame = session.frame(&frame.sql, &plan.definition().cohorts()).await?;
    let mut persons = Persons::new(plan, frame.schema(), key)?;
    let mut rows = frame.rows().await?;
    while let Some(batch) = rows.next().await {
        persons.add(&batch?)?;
    }
    Ok(persons)
}
