//! How many questions a second the public router answers in this process, without a network.
//!
//! The peer is the same stack with nothing to do: one axum route that returns as many bytes as the answer has, from
//! memory. The ratio is the part of that speed which is left after routing, checking, arithmetic, layers and writing.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, ensure};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, StatusCode};
use axum::routing::get;
use panoh_benches::{Home, SEED, median, ratio, say, wait};
use panoh_ledger::{Budget, Ledger, Limits};
use panoh_publication::{Day, Definition};
use panoh_release::{Run, plan, publish, read, shipped};
use panoh_server::{Served, Settings, Sources, router};
use panoh_simulator::{Scenario, write};
use tower::ServiceExt;

const RUNS: usize = 5;
const REQUESTS: u32 = 500;
const QUESTIONS: [(&str, &str); 4] = [
    ("gender", "/v1/trends/gender"),
    ("destinations", "/v1/trends/destinations"),
    ("routes", "/v1/trends/routes"),
    ("page", "/"),
];

/// Runs the bench with what stands behind its name.
pub(crate) fn run(_: &[String]) -> Result<()> {
    let home = wait(released())?;
    let served = router(Served::open(sources(home.path("published")))?, &Settings::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for (name, address) in QUESTIONS {
        let body = runtime.block_on(ask(&served, address))?;
        let bytes = body.len();
        let still = Router::new().route("/", get(move || std::future::ready(body)));
        let ours = each(&runtime, &served, address)?;
        let theirs = each(&runtime, &still, "/")?;
        say(&format!("{name}: {:.0} requests/s of {bytes} bytes on one core", 1.0 / ours.as_secs_f64()));
        ratio(&format!("static-bytes-{name}"), theirs.as_secs_f64() / ours.as_secs_f64());
    }
    Ok(())
}

/// A folder of releases, on a day.
fn sources(published: PathBuf) -> Sources {
    Sources { published, requests: None, tokens: None, clock: || "2026-11-22T00:00:00Z".to_owned() }
}

/// Time of one answer, read to its end.
fn each(runtime: &tokio::runtime::Runtime, router: &Router, address: &str) -> Result<Duration> {
    let batch = median(RUNS, || {
        runtime.block_on(async {
            for _ in 0..REQUESTS {
                ask(router, address).await?;
            }
            Ok(())
        })
    })?;
    Ok(batch / REQUESTS)
}

async fn ask(router: &Router, address: &str) -> Result<Bytes> {
    let response = router.clone().oneshot(Request::get(address).body(Body::empty())?).await?;
    ensure!(response.status() == StatusCode::OK, "{address}: {}", response.status());
    Ok(to_bytes(response.into_body(), usize::MAX).await?)
}

/// A home with the demo's persons and its release, noise drawn as in production.
async fn released() -> Result<Home> {
    let exports = tempfile::tempdir()?;
    let home = Home::create().await?;
    for file in write(&Scenario::demo(SEED, 4_000), exports.path())?.files {
        home.load(&file.path, file.list.source()).await?;
    }
    let definition = Definition::from_toml(demo_definition()?)?;
    let plan = plan(&definition, home.dictionary(), &Budget::untouched(Limits::STANDARD))?;
    let persons = read(&home.session().await?, &plan, home.key().derive("choice")).await?;
    let (published, ledger, head) = (home.path("published"), home.path("ledger.sqlite"), home.path("ledger-head"));
    let key = home.key().derive("ledger");
    tokio::task::spawn_blocking(move || -> Result<()> {
        let mut ledger = Ledger::begin(&ledger, &head, key, Limits::STANDARD)?;
        let clock = || "2026-11-22T00:00:00Z".to_owned();
        let day = Day::new("2026-11-22")?;
        let signer = panoh_publication::Signer::of_secret([5; 32]);
        let run = Run {
            published: &published,
            day,
            synthetic: true,
            warehouse: [].into(),
            clock: &clock,
            signer: &signer,
            again: true,
        };
        publish(&plan, &persons, &mut ledger, &run, &mut panoh_privacy::opendp_noise)?;
        Ok(())
    })
    .await??;
    Ok(home)
}

fn demo_definition() -> Result<&'static str> {
    let found = shipped().into_iter().find(|(name, _)| *name == "trends");
    found.map(|(_, toml)| toml).ok_or_else(|| anyhow::anyhow!("no definition trends is shipped"))
}
