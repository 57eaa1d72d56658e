//! `panoh serve`: the public server over `published/` of this home, for trying it out and for one-machine use.

use std::net::{SocketAddr, TcpListener};

use anyhow::{Context, Result};
use panoh_server::{LOOK_EVERY, Served, Settings, Sources, router};

use crate::args::Serve;
use crate::failure::Code;
use crate::home::Home;
use crate::output::note;
use crate::world::{World, now};

pub(crate) async fn run(options: &Serve, world: &World) -> Result<Code> {
    serve(&world.open_home()?, options.listen).await
}

/// Serves until the user ends it.
pub(crate) async fn serve(home: &Home, address: SocketAddr) -> Result<Code> {
    let sources = Sources {
        published: home.published(),
        requests: Some(home.requests()),
        tokens: Some(home.tokens()),
        clock: now,
    };
    let served = Served::open(sources)?;
    if served.shelves().public().is_empty() {
        note("No release is published yet; the pages are empty. `panoh release publish` makes one.");
    }
    let listener = TcpListener::bind(address)
        .with_context(|| format!("cannot listen on {address}; name another address with --listen"))?;
    note(format!("Serving {} on http://{}/ (Ctrl-C ends it)", home.published().display(), listener.local_addr()?));
    tokio::spawn(served.clone().follow(LOOK_EVERY));
    panoh_server::serve(listener, None, router(served, &Settings::default()), stopped()).await?;
    Ok(Code::Ok)
}

/// Ready when the user presses Ctrl-C or a service manager asks the process to end.
pub(crate) async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => signals.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
