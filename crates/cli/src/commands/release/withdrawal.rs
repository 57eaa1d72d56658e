//! `panoh release withdraw`, and what `panoh release show` says about a release that was withdrawn.

use anyhow::Result;
use panoh_ledger::WithdrawalReason;
use panoh_publication::{Slug, Withdrawal};
use panoh_release::withdraw;

use super::signer;
use crate::args::WithdrawReason;
use crate::commands::budget::ledger_under;
use crate::failure::{Code, Failure};
use crate::output::{json, note, say};
use crate::world::{World, now, read_key};

/// Takes a release out of public.
pub(super) fn withdraw_release(id: &str, reason: WithdrawReason, as_json: bool, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let id = Slug::new(id).map_err(|e| Failure::new(Code::Usage, e.to_string()))?;
    let reason = match reason {
        WithdrawReason::OperatorError => WithdrawalReason::OperatorError,
        WithdrawReason::Superseded => WithdrawalReason::Superseded,
        WithdrawReason::Legal => WithdrawalReason::Legal,
    };
    let key = read_key(&home, world)?;
    let told = withdraw(&mut ledger_under(&key, &home)?, &home.published(), &id, reason, &signer(&key), &now)?;
    if !as_json {
        note("What it cost stays spent. Copy published/ to the public host again: it still shows the figures.");
    }
    show(&told, as_json)
}

/// A withdrawn release.
pub(super) fn show(withdrawal: &Withdrawal, as_json: bool) -> Result<Code> {
    if as_json {
        json(withdrawal)?;
        return Ok(Code::Ok);
    }
    say(format!("{}  {}", withdrawal.id, withdrawal.title.as_deref().unwrap_or("(title not known)")))?;
    let released = withdrawal.released.as_ref().map_or("day not known", |day| day.as_str());
    let reason = withdrawal.reason;
    say(format!("published {released}  withdrawn {}  {}", withdrawal.withdrawn, reason.as_str()))?;
    say(reason.sentence())?;
    Ok(Code::Ok)
}
