//! One module per command; each opens what it needs and calls one function of one crate.

mod budget;
pub(crate) mod cluster;
mod demo;
mod dictionary;
pub(crate) mod erase;
pub(crate) mod gateway;
mod init;
mod inspect;
mod intake;
pub(crate) mod keys;
pub(crate) mod persons;
pub(crate) mod query;
mod release;
mod requests;
mod serve;
mod simulate;
mod stats;
mod token;
mod warehouse;

use anyhow::Result;

use crate::args::Command;
use crate::failure::Code;
use crate::world::World;

/// Runs the command; the code says how it ended.
pub(crate) async fn run(command: Command, world: &World) -> Result<Code> {
    match command {
        Command::Demo(options) => demo::run(&options, world).await,
        Command::Init(options) => init::run(&options, world).await,
        Command::Simulate(options) => simulate::run(&options, world),
        Command::Inspect(options) => inspect::run(&options, world),
        Command::Intake(options) => intake::run(&options, world).await,
        Command::Stats(options) => stats::run(&options, world).await,
        Command::Query(options) => query::run(&options, world).await,
        Command::Dictionary(options) => dictionary::run(&options, world),
        Command::Warehouse(command) => warehouse::run(&command, world).await,
        Command::Release(command) => release::run(&command, world).await,
        Command::Requests(command) => requests::run(&command, world).await,
        Command::Token(command) => token::run(&command, world),
        Command::Budget(options) => budget::run(&options, world),
        Command::Serve(options) => serve::run(&options, world).await,
        Command::Gateway(options) => gateway::run(&options, world).await,
        Command::Persons(command) => persons::run(&command, world).await,
        Command::Erase(options) => erase::run(&options, world).await,
        Command::Keys(command) => keys::run(&command, world).await,
        Command::Cluster(command) => cluster::run(&command, world).await,
        Command::ReadSheets { .. } => unreachable!("`main` runs it before anything is set up"),
    }
}
