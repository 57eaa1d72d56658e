//! How fast the public server answers over the network: 64 connections, two threads of `wrk`, all on the same cores.
//!
//! The peer is nginx, which serves a static file of the same bytes, in the same run. `wrk` and `nginx` come from the
//! system. The release has 1.28 million cells; slices that are asked once are made of random codes of its tables. The
//! server runs in a process of its own, this program under the hidden option `--serve`, and writes no access log; nor
//! does nginx. Options: `--seconds N` for each measurement, `--server PATH` for a binary `panoh-public` in its place.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use panoh_benches::{memory_of, ratio, say, timed, wait};
use panoh_privacy::opendp_noise;
use panoh_publication::{Artefact, Draft, Signer, Slug, read, write};
use panoh_server::{Served, Settings, Sources, router, serve};

use crate::release::MadeUp;

/// Countries of two columns, so that all tables together have 1.28 million cells.
const COUNTRIES: usize = 153;
/// Releases of the home whose start is timed.
const RELEASES: usize = 50;
/// From the start to a look at the memory.
const REST: Duration = Duration::from_secs(20);
const CONNECTIONS: &str = "64";

/// Runs the bench with what stands behind its name.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if let [hidden, published, address] = arguments
        && hidden == "--serve"
    {
        return child(published.into(), address.parse()?);
    }
    let (mut seconds, mut binary) = (10, None);
    for pair in arguments.chunks(2) {
        match pair {
            [name, value] if name == "--seconds" => seconds = value.parse()?,
            [name, value] if name == "--server" => binary = Some(PathBuf::from(value)),
            _ => bail!("options: --seconds N, --server PATH"),
        }
    }
    all(seconds, binary.as_deref())
}

fn all(seconds: u32, binary: Option<&Path>) -> Result<()> {
    let home = tempfile::tempdir()?;
    let made = MadeUp::of(COUNTRIES)?;
    let large = made.publish(home.path(), &mut opendp_noise)?;
    drop(made);
    let artefact = read(&large.path)?;
    let cells: usize = artefact.cube.tables().iter().map(|table| table.estimates.len()).sum();
    let server = Server::start(&home.path().join("published"), binary)?;
    // An allocator that gives memory back does so after a while.
    std::thread::sleep(REST);
    let loaded = memory_of(server.child.id())?;
    say(&format!(
        "one release of {cells} cells: answers after {:.2?}; {} MiB resident after {REST:.0?}, {:.2} times its cube",
        server.begun,
        loaded / 1024,
        loaded as f64 * 1024.0 / (cells * size_of::<f64>()) as f64
    ));
    let base = format!("/v1/releases/{}", large.id);
    for (name, address) in [
        ("small", format!("{base}/cube?dimensions=gender")),
        ("medium", format!("{base}/cube?dimensions=citizenship,gender&format=csv")),
        ("large", format!("{base}/cube?dimensions=citizenship,year&format=csv")),
    ] {
        against_nginx(name, &server, &address, seconds, home.path())?;
    }
    uncached(&server, &base, &artefact, seconds, home.path())?;
    say(&format!("after all: {} MiB resident", memory_of(server.child.id())? / 1024));
    drop(server);
    fifty(&artefact, binary)
}

/// Answers that were given before, beside a static file.
fn against_nginx(name: &str, server: &Server, address: &str, seconds: u32, folder: &Path) -> Result<()> {
    let bytes = server.get(address)?;
    let nginx = Nginx::start(&folder.join(format!("nginx-{name}")), &bytes)?;
    let ours = wrk(&format!("http://{}{address}", server.address), seconds, None)?;
    let theirs = wrk(&format!("http://{}/answer", nginx.address), seconds, None)?;
    say(&format!(
        "{name}, {} bytes, kept: {:.0} requests/s, p99 {:.2?}; nginx {:.0} requests/s, p99 {:.2?}",
        bytes.len(),
        ours.per_second,
        ours.p99,
        theirs.per_second,
        theirs.p99
    ));
    ratio(&format!("nginx-{name}"), ours.per_second / theirs.per_second);
    Ok(())
}

/// Slices that nobody asked before: for each request other codes.
fn uncached(server: &Server, base: &str, artefact: &Artefact, seconds: u32, folder: &Path) -> Result<()> {
    let script = folder.join("slices.lua");
    let mut lua = String::from("math.randomseed(os.time())\nlocal lists = {\n");
    for dimension in artefact.cube.dimensions() {
        let codes: Vec<String> = dimension.codes.iter().map(|code| format!("{:?}", code.code)).collect();
        writeln!(lua, "  [{:?}] = {{{}}},", dimension.name, codes.join(","))?;
    }
    write!(
        lua,
        "}}\nlocal function some(name)\n  local list, taken = lists[name], {{}}\n  for _ = 1, 4 do taken[#taken + 1] = \
         list[math.random(#list)] end\n  return name .. '=' .. table.concat(taken, ',')\nend\n\
         request = function()\n  return wrk.format('GET', '{base}/cube?dimensions=year&' .. some('citizenship') .. '&' .. \
         some('destination'))\nend\n"
    )?;
    std::fs::write(&script, lua)?;
    let found = wrk(&format!("http://{}/", server.address), seconds, Some(&script))?;
    say(&format!(
        "slices asked once, four codes of each of two long lists by year: {:.0} requests/s, p99 {:.2?} (10 ms allowed), {} \
         that were no answer",
        found.per_second, found.p99, found.refused
    ));
    ensure!(found.refused == 0, "the server did not answer all");
    Ok(())
}

/// The start over fifty releases of the size of the demo's.
fn fifty(large: &Artefact, binary: Option<&Path>) -> Result<()> {
    let home = tempfile::tempdir()?;
    let (small, signer) = (small(large)?, Signer::of_secret([5; 32]));
    for number in 0..RELEASES {
        write(home.path(), &Draft { id: Slug::new(&format!("small-{number}"))?, ..small.clone() }, &signer)?;
    }
    let cells: usize = small.estimates.iter().map(Vec::len).sum();
    let server = Server::start(home.path(), binary)?;
    let memory = memory_of(server.child.id())? as f64 / 1024.0;
    say(&format!(
        "{RELEASES} releases of {cells} cells: answer after {:.2?} (1 s allowed), {memory:.0} MiB",
        server.begun
    ));
    Ok(())
}

/// A release with a few thousand cells.
fn small(large: &Artefact) -> Result<Draft> {
    let home = tempfile::tempdir()?;
    let done = MadeUp::of(4)?.publish(home.path(), &mut opendp_noise)?;
    let Artefact { release, cube, measurements, .. } = read(&done.path)?;
    ensure!(cube.dimensions().len() == large.cube.dimensions().len(), "the same columns");
    Ok(Draft {
        id: release.id,
        definition: release.definition,
        dictionary_digest: release.dictionary_digest,
        frame_digest: release.frame_digest,
        synthetic: release.synthetic,
        day: release.day,
        ledger_head: release.ledger_head,
        privacy: release.privacy,
        dimensions: cube.dimensions().to_vec(),
        queries: release.queries,
        measurements,
        estimates: cube.tables().iter().map(|table| table.estimates.clone()).collect(),
        non_negative: None,
    })
}

/// What `wrk` found.
struct Load {
    per_second: f64,
    p99: Duration,
    /// Answers that were no 2xx or 3xx, and connections that broke.
    refused: u64,
}

fn wrk(url: &str, seconds: u32, script: Option<&Path>) -> Result<Load> {
    let mut command = Command::new("wrk");
    command.args(["-t2", "-c", CONNECTIONS, "--latency", &format!("-d{seconds}s")]);
    if let Some(script) = script {
        command.arg("-s").arg(script);
    }
    let said = command.arg(url).output().context("wrk is needed: apt-get install wrk")?;
    let text = String::from_utf8(said.stdout)?;
    let after = |word: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(word).map(str::trim));
        line.with_context(|| format!("wrk does not say {word}: {text}"))
    };
    let number = |word: &str| after(word).ok().and_then(|line| line.split_whitespace().last()?.parse().ok());
    Ok(Load {
        per_second: after("Requests/sec:")?.parse()?,
        p99: duration(after("99%")?)?,
        refused: number("Non-2xx or 3xx responses:").unwrap_or(0) + u64::from(text.contains("Socket errors")),
    })
}

/// `870.00us`, `3.21ms` or `1.02s`.
fn duration(text: &str) -> Result<Duration> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).context("a unit of time")?);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => bail!("{text} is no time"),
    };
    Ok(Duration::from_secs_f64(number.parse::<f64>()? * seconds))
}

/// A free address of this machine.
fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// The public server in a process of its own.
struct Server {
    child: Child,
    address: SocketAddr,
    /// From the start of the process to its first answer.
    begun: Duration,
}

impl Server {
    fn start(published: &Path, binary: Option<&Path>) -> Result<Self> {
        let address = free()?;
        let mut command = match binary {
            Some(binary) => Command::new(binary),
            None => Command::new(std::env::current_exe()?),
        };
        if binary.is_some() {
            command
                .args(["--questions-per-second", "0", "--published"])
                .arg(published)
                .args(["--listen", &address.to_string()]);
            command.env("RUST_LOG", "off");
        } else {
            command.args(["web", "--serve"]).arg(published).arg(address.to_string());
        }
        let mut child = command.spawn()?;
        let answered = timed(|| wait_until(&mut child, || get(address, "/healthz").is_ok()));
        Ok(Self { begun: answered?.1, child, address })
    }

    fn get(&self, path: &str) -> Result<Vec<u8>> {
        get(self.address, path)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until it is killed.
fn child(published: PathBuf, address: SocketAddr) -> Result<()> {
    let clock = || "2026-11-22T00:00:00Z".to_owned();
    let served = Served::open(Sources { published, requests: None, tokens: None, clock })?;
    let listener = TcpListener::bind(address)?;
    wait(async move {
        serve(listener, None, router(served, &Settings::default()), std::future::pending()).await?;
        Ok(())
    })
}

/// nginx with one file.
struct Nginx {
    child: Child,
    address: SocketAddr,
}

impl Nginx {
    fn start(folder: &Path, bytes: &[u8]) -> Result<Self> {
        let address = free()?;
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("answer"), bytes)?;
        let config = format!(
            "daemon off;\nworker_processes 2;\npid {0}/pid;\nerror_log {0}/errors;\nevents {{ worker_connections 1024; }}\n\
             http {{\n access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000;\n\
             client_body_temp_path {0}; proxy_temp_path {0}; fastcgi_temp_path {0}; uwsgi_temp_path {0}; scgi_temp_path {0};\n\
             server {{ listen {address}; root {0}; }}\n}}\n",
            folder.display()
        );
        let path = folder.join("nginx.conf");
        std::fs::File::create(&path)?.write_all(config.as_bytes())?;
        let mut command = Command::new("nginx");
        command.arg("-c").arg(&path).arg("-p").arg(folder).stderr(Stdio::null());
        let mut child = command.spawn().context("nginx is needed: apt-get install nginx-light")?;
        // Its workers do not run as the user who made the folder.
        allow_all(folder)?;
        wait_until(&mut child, || get(address, "/answer").is_ok_and(|found| found == bytes))?;
        Ok(Self { child, address })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers end with it when it is asked to, not when it is killed.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if asked.is_ok() {
            let _ = self.child.wait();
        }
    }
}

fn allow_all(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    for path in folder.ancestors().take(2) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn wait_until(child: &mut Child, ready: impl Fn() -> bool) -> Result<()> {
    while !ready() {
        ensure!(child.try_wait()?.is_none(), "the server ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// The body of an answer with the status 200.
fn get(address: SocketAddr, path: &str) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").context("an answer has a head")?;
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "{path}: {}", String::from_utf8_lossy(&answer[..head]));
    ensure!(!String::from_utf8_lossy(&answer[..head]).contains("chunked"), "{path}: the answer comes in parts");
    Ok(answer[head + 4..].to_vec())
}
