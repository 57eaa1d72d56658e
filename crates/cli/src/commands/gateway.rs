//! `panoh gateway`: answers PostgreSQL clients from the warehouse, reading only, and looks after those who may ask.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use panoh_gateway::{Gateway as Server, GatewayOptions, TlsFiles, users};
use panoh_warehouse::{Limits, Warehouse};
use zeroize::Zeroizing;

use crate::commands::serve::stopped;
use crate::failure::{Code, Failure};
use crate::home::{Home, sibling};
use crate::output::{counted, note, say};
use crate::world::{World, note_unfinished, now, warehouse_of};

/// Options of `panoh gateway`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Gateway {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

/// How the gateway answers.
#[derive(Debug, Args)]
struct Options {
    /// Address to listen on; without TLS only one of this machine itself
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5432")]
    listen: SocketAddr,
    /// Certificate in PEM; with it every client must use TLS
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Key of the certificate in PEM, readable by its owner only
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// How long one statement may take, its rows included
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    deadline: u64,
    /// Most rows of one answer
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    rows: u64,
    /// Memory that one client may use for sorting, joining and grouping
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u32).range(16..))]
    memory: u32,
    /// Most clients at a time
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    connections: u16,
}

/// Commands of `panoh gateway`.
#[derive(Debug, Subcommand)]
enum Command {
    /// Look after the users, who lie in the file HOME.gateway-users beside the home folder
    #[command(subcommand)]
    User(User),
}

/// Commands of `panoh gateway user`.
#[derive(Debug, Subcommand)]
enum User {
    /// Add a user, or give one a new password
    Add {
        /// Name: a to z, 0 to 9, _ and -
        name: String,
        /// File whose first line is the password, readable by its owner only [default: asked twice on the terminal]
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Remove a user; a connection that is open ends within seconds
    Remove {
        /// Name
        name: String,
    },
    /// List the names of all users
    List,
}

pub(crate) async fn run(command: &Gateway, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let file = sibling(home.root(), "gateway-users")?;
    match &command.command {
        None => serve(&command.options, home, file, world).await,
        Some(Command::User(User::Add { name, password_file })) => {
            let password = match password_file {
                Some(path) => password_in(path)?,
                None => typed_twice(name)?,
            };
            let is_new = users::add(&file, home.root(), name, password.as_bytes())?;
            say(format!("{name} {}", if is_new { "may ask the gateway now" } else { "has a new password" }))?;
            note(format!(
                "{} lets nobody in, but guard it like the key: passwords can be guessed from it.",
                file.display()
            ));
            Ok(Code::Ok)
        }
        Some(Command::User(User::Remove { name })) => {
            users::remove(&file, home.root(), name)?;
            say(format!("{name} is removed"))?;
            Ok(Code::Ok)
        }
        Some(Command::User(User::List)) => {
            let names = users::list(&file, home.root())?;
            names.iter().try_for_each(say)?;
            note(counted(names.len() as u64, "user"));
            Ok(Code::Ok)
        }
    }
}

/// Answers clients until the user ends it.
async fn serve(options: &Options, home: Home, users: PathBuf, world: &World) -> Result<Code> {
    note_unfinished(&home)?;
    let warehouse = Warehouse::open(warehouse_of(&home)?, &world.dictionary()?).await?;
    let spill = home.spill();
    let tls = options.tls_cert.clone().zip(options.tls_key.clone());
    let gateway = GatewayOptions {
        listen: options.listen,
        tls: tls.map(|(certificate, key)| TlsFiles { certificate, key }),
        limits: Limits {
            memory_bytes: options.memory as usize * (1 << 20),
            partitions: world.threads,
            spill: spill.is_dir().then_some(spill),
        },
        deadline: Duration::from_secs(options.deadline),
        rows: options.rows,
        connections: options.connections.into(),
        audit: home.root().join("audit"),
        users,
        home: home.root().to_owned(),
        clock: now,
    };
    let encrypted = if gateway.tls.is_some() { "TLS" } else { "plain text, this machine only" };
    let server = Server::bind(warehouse, gateway).await?;
    let address = server.address().context("the address cannot be told")?;
    note(format!("Answering PostgreSQL clients on {address}, database panoh, {encrypted} (Ctrl-C ends it)"));
    server.serve(stopped()).await?;
    Ok(Code::Ok)
}

fn password_in(path: &Path) -> Result<Zeroizing<String>> {
    let failed = |what: String| Failure::new(Code::Key, format!("{}: the password {what}", path.display()));
    let metadata = std::fs::metadata(path).map_err(|e| failed(format!("cannot be read: {e}")))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(failed(format!("is open to others (mode {mode:04o}); run: chmod 600 on it")).into());
    }
    let text = std::fs::read_to_string(path).map(Zeroizing::new).map_err(|e| failed(format!("cannot be read: {e}")))?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

fn typed_twice(name: &str) -> Result<Zeroizing<String>> {
    let ask = |prompt: String| {
        rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|_| {
            let message = "a password is asked on a terminal and there is none; name a file with --password-file";
            Failure::new(Code::Usage, message)
        })
    };
    let first = ask(format!("New password of {name}: "))?;
    if *ask("The same once more: ".to_owned())? != *first {
        return Err(Failure::new(Code::Usage, "the two are not the same; nothing was changed").into());
    }
    Ok(first)
}
