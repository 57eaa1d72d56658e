//! The binary `panoh`: parses arguments, opens files, clock and key, and calls one function of one crate.
//!
//! This is the only place that reads arguments, environment and clock; everything below is handed what it needs.

mod args;
mod commands;
mod failure;
mod home;
mod output;
mod progress;
mod report;
mod world;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::args::{Cli, Command, Demo};
use crate::failure::{Code, code_of};
use crate::world::World;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(help_or_error) => {
            let code = if help_or_error.use_stderr() { Code::Usage } else { Code::Ok };
            // A closed pipe while printing help is nobody's problem.
            let _ = help_or_error.print();
            return code.into();
        }
    };
    if let Err(message) = start_log(&cli.shared.log) {
        return report(&anyhow::Error::msg(message), Code::Usage);
    }
    if let Command::ReadSheets { memory, seconds } = cli.command {
        return read_sheets(memory, seconds);
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return report(&error.into(), Code::Internal),
    };
    let world = World::new(&cli.shared);
    let grace = grace(&cli.command);
    let code = runtime.block_on(async {
        tokio::select! {
            ended = commands::run(cli.command, &world) => match ended {
                Ok(code) => code.into(),
                Err(error) => {
                    let code = code_of(&error);
                    report(&error, code)
                }
            },
            () = interrupt(grace) => report(
                &anyhow::Error::msg("interrupted; a load that had not committed is as if it had not begun, a release that was charged stays charged, and an erasure or a rotation that began is finished by the same command"),
                Code::Interrupted,
            ),
        }
    });
    // Blocking work (a file being read) is not waited for: it holds nothing that must be finished.
    runtime.shutdown_background();
    code
}

/// The child that reads a workbook. It limits itself before anything else, so it begins before the runtime with its
/// threads; then nothing but the workbook's cells goes through its pipes.
fn read_sheets(memory: u64, seconds: u64) -> ExitCode {
    // A damaged workbook may end in a panic of its reader. Its words may quote a cell, and looking for the place in the
    // code needs memory that may have run out.
    std::panic::set_hook(Box::new(|_| {}));
    match panoh_intake::sheet_child(memory, seconds, std::io::stdin().lock(), std::io::stdout().lock()) {
        Ok(()) => Code::Ok.into(),
        Err(error) => report(&error.into(), Code::Internal),
    }
}

/// How long a server may take to answer what it has begun, after the user asked it to end.
const GRACE: Duration = Duration::from_secs(5);

/// How long a command may go on after Ctrl-C: one that listens for it itself longer than one that does not.
fn grace(command: &Command) -> Duration {
    match command {
        Command::Serve(_) | Command::Gateway(_) | Command::Cluster(_) | Command::Demo(Demo { no_serve: false, .. }) => {
            GRACE
        }
        // The prompt stops a query and asks for the next.
        Command::Query(options) if commands::query::asks(options) => Duration::MAX,
        _ => Duration::ZERO,
    }
}

/// Ends when the user presses Ctrl-C, a grace later.
async fn interrupt(grace: Duration) {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(grace).await;
}

/// What a library says although nothing is wrong, or although the command says it: that a cluster's executors report no
/// measurements, and why a query on a cluster failed.
const REPEATED: &str =
    "ballista_scheduler::state::execution_stage=error,ballista_core::execution_plans::distributed_query=off";

fn start_log(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(format!("{filter},{REPEATED}"))
        .map_err(|_| "--log takes error, warn, info, debug, trace or a filter such as panoh_intake=debug".to_owned())?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && world::colour_wanted())
        .init();
    Ok(())
}

fn report(error: &anyhow::Error, code: Code) -> ExitCode {
    if !output::is_closed_pipe(error) {
        let _ = writeln!(std::io::stderr(), "error: {}", output::causes(error));
        return code.into();
    }
    Code::Ok.into()
}
