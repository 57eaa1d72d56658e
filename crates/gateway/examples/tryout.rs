//! Temporary; not part of the project.
#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::disallowed_methods)]
use panoh_gateway::*;
use std::time::Duration;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let get = |n: &str| a.iter().position(|x| x == n).map(|i| a[i + 1].clone());
    let home = std::path::PathBuf::from(get("--home").unwrap());
    let users = std::path::PathBuf::from(format!("{}.gateway-users", home.display()));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let w = panoh_warehouse::Warehouse::open(&home.join("warehouse"), &panoh_dictionary::Dictionary::builtin().unwrap()).await.unwrap();
        let o = GatewayOptions {
            listen: get("--listen").unwrap().parse().unwrap(),
            tls: get("--tls-cert").map(|c| TlsFiles { certificate: c.into(), key: get("--tls-key").unwrap().into() }),
            limits: panoh_warehouse::Limits { memory_bytes: get("--memory").map_or(512, |m| m.parse().unwrap()) << 20, partitions: 2, spill: Some(home.join("spill")) },
            deadline: Duration::from_secs(get("--deadline").map_or(60, |m| m.parse().unwrap())),
            rows: get("--rows").map_or(1_000_000, |m| m.parse().unwrap()),
            connections: get("--connections").map_or(16, |m| m.parse().unwrap()),
            audit: home.join("audit"), users, home: home.clone(),
            clock: || { let s = std::process::Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]).output().unwrap().stdout; String::from_utf8(s).unwrap().trim().to_owned() },
        };
        match Gateway::bind(w, o).await {
            Ok(g) => { eprintln!("Answering PostgreSQL clients on {}, database panoh", g.address().unwrap()); g.serve(async { tokio::signal::ctrl_c().await.unwrap() }).await.unwrap() }
            Err(e) => { eprintln!("error: {e}"); std::process::exit(5) }
        }
    });
}
