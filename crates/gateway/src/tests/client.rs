//! A gateway in a folder of its own, and a client of forty lines that speaks the protocol by hand.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use panoh_dictionary::Dictionary;
use panoh_warehouse::{Limits, Warehouse};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::scram::{Verifier, decode, encode};
use crate::{Gateway, GatewayOptions, users};

pub(super) const PASSWORD: &str = "correct horse battery staple";

/// A home with users `ann` and `boris`, and what the gateway shall be told about it.
pub(super) struct Home {
    pub(super) folder: tempfile::TempDir,
    pub(super) warehouse: Warehouse,
    pub(super) options: GatewayOptions,
}

impl Home {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        std::fs::create_dir(&home).unwrap();
        let dictionary = Dictionary::builtin().unwrap();
        let warehouse = Warehouse::create(&home.join("warehouse"), &dictionary, "0123456789abcdef").await.unwrap();
        let users = folder.path().join("home.gateway-users");
        for name in ["ann", "boris"] {
            assert!(users::add(&users, &home, name, PASSWORD.as_bytes()).unwrap());
        }
        let options = GatewayOptions {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: None,
            limits: Limits { memory_bytes: 64 << 20, partitions: 2, spill: None },
            deadline: Duration::from_secs(20),
            rows: 1000,
            connections: 2,
            audit: home.join("audit"),
            users,
            home,
            clock: || "2026-11-22T10:11:12Z".to_owned(),
        };
        Self { folder, warehouse, options }
    }

    /// Starts a gateway; it ends with the test's runtime.
    pub(super) async fn open(&self) -> SocketAddr {
        let gateway = Gateway::bind(self.warehouse.clone(), self.options.clone()).await.unwrap();
        let address = gateway.address().unwrap();
        tokio::spawn(gateway.serve(std::future::pending()));
        address
    }

    pub(super) fn audit_of(&self, user: &str) -> PathBuf {
        self.options.audit.join(format!("gateway-{user}-2026-11.jsonl"))
    }

    /// The lines of a user's audit log.
    pub(super) fn lines(&self, user: &str) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.audit_of(user)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// One connection.
pub(super) struct Client {
    stream: TcpStream,
    /// What cancels a statement of it: number and secret.
    pub(super) key: Vec<u8>,
}

/// Everything that came until the gateway was ready again: letter and body.
pub(super) type Messages = Vec<(u8, Vec<u8>)>;

impl Client {
    /// Logs in; the first error otherwise.
    pub(super) async fn login(address: SocketAddr, user: &str, password: &str) -> Result<Self, String> {
        Self::login_with(address, user, password, &[]).await
    }

    pub(super) async fn login_with(
        address: SocketAddr,
        user: &str,
        password: &str,
        more: &[(&str, &str)],
    ) -> Result<Self, String> {
        let mut client = Self { stream: TcpStream::connect(address).await.unwrap(), key: vec![] };
        let mut startup = vec![0, 3, 0, 0];
        for (name, value) in [("user", user), ("database", "panoh")].iter().chain(more) {
            startup.extend([name.as_bytes(), b"\0", value.as_bytes(), b"\0"].concat());
        }
        startup.push(0);
        client.put(None, &startup).await;
        client.expect(b'R').await?;
        let first = "n=,r=client-nonce";
        let initial =
            [b"SCRAM-SHA-256\0".as_slice(), &(3 + first.len() as u32).to_be_bytes(), b"n,,", first.as_bytes()];
        client.put(Some(b'p'), &initial.concat()).await;
        let answer = String::from_utf8(client.expect(b'R').await?[4..].to_vec()).unwrap();
        let part = |name: &str| answer.split(',').find_map(|part| part.strip_prefix(name)).unwrap();
        let without = format!("c=biws,r={}", part("r="));
        let signed = format!("{first},{answer},{without}");
        let proof = proof(password, &decode(part("s=")).unwrap(), part("i=").parse().unwrap(), &signed);
        client.put(Some(b'p'), format!("{without},p={proof}").as_bytes()).await;
        client.expect(b'R').await?;
        let told = client.until_ready().await;
        client.key = told.iter().find(|(letter, _)| *letter == b'K').unwrap().1.clone();
        Ok(client)
    }

    /// Asks in the simple protocol: the rows as text, or SQLSTATE and message of the error.
    pub(super) async fn ask(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, (String, String)> {
        rows(&self.simple(sql).await)
    }

    pub(super) async fn simple(&mut self, sql: &str) -> Messages {
        self.put(Some(b'Q'), &[sql.as_bytes(), b"\0"].concat()).await;
        self.until_ready().await
    }

    /// Asks in the extended protocol, with text values, `most` rows at a time; rows of the first part.
    pub(super) async fn extended(&mut self, sql: &str, values: &[&str], most: u32) -> Messages {
        self.put(Some(b'P'), &[b"\0", sql.as_bytes(), b"\0\0\0"].concat()).await;
        let mut bind = vec![0, 0, 0, 0];
        bind.extend((values.len() as u16).to_be_bytes());
        for value in values {
            bind.extend([&(value.len() as u32).to_be_bytes(), value.as_bytes()].concat());
        }
        bind.extend([0, 0]);
        self.put(Some(b'B'), &bind).await;
        self.put(Some(b'D'), b"P\0").await;
        self.put(Some(b'E'), &[b"\0".as_slice(), &most.to_be_bytes()].concat()).await;
        self.put(Some(b'S'), &[]).await;
        self.until_ready().await
    }

    pub(super) async fn put(&mut self, letter: Option<u8>, body: &[u8]) {
        let mut message = Vec::from_iter(letter);
        message.extend((body.len() as u32 + 4).to_be_bytes());
        message.extend(body);
        self.stream.write_all(&message).await.unwrap();
    }

    pub(super) async fn until_ready(&mut self) -> Messages {
        let mut messages = vec![];
        while let Some((letter, body)) = self.get().await {
            let ready = letter == b'Z';
            messages.push((letter, body));
            if ready {
                break;
            }
        }
        messages
    }

    async fn get(&mut self) -> Option<(u8, Vec<u8>)> {
        let letter = self.stream.read_u8().await.ok()?;
        let length = self.stream.read_u32().await.ok()? as usize - 4;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.ok()?;
        Some((letter, body))
    }

    async fn expect(&mut self, letter: u8) -> Result<Vec<u8>, String> {
        match self.get().await {
            Some((got, body)) if got == letter => Ok(body),
            Some((b'E', body)) => Err(error(&body).1),
            other => Err(format!("{other:?} came")),
        }
    }
}

/// The client's proof of a password.
fn proof(password: &str, salt: &[u8], iterations: u32, signed: &str) -> String {
    use ring::hmac::{HMAC_SHA256, Key, sign};
    let salted = pgwire::api::auth::sasl::scram::gen_salted_password(password, salt, iterations as usize);
    let client_key = sign(&Key::new(HMAC_SHA256, &salted), b"Client Key");
    let stored = Verifier::of(password, salt, iterations).stored_key;
    let signature = sign(&Key::new(HMAC_SHA256, &stored), signed.as_bytes());
    encode(&std::iter::zip(client_key.as_ref(), signature.as_ref()).map(|(a, b)| a ^ b).collect::<Vec<_>>())
}

/// The rows among messages, or the error.
pub(super) fn rows(messages: &Messages) -> Result<Vec<Vec<Option<String>>>, (String, String)> {
    if let Some((_, body)) = messages.iter().find(|(letter, _)| *letter == b'E') {
        return Err(error(body));
    }
    assert!(messages.last().is_some_and(|(letter, _)| *letter == b'Z'), "the connection was cut");
    Ok(messages.iter().filter(|(letter, _)| *letter == b'D').map(|(_, body)| row(body)).collect())
}

/// The bytes of a COPY.
pub(super) fn copied(messages: &Messages) -> Vec<u8> {
    messages.iter().filter(|(letter, _)| *letter == b'd').flat_map(|(_, body)| body.clone()).collect()
}

fn row(body: &[u8]) -> Vec<Option<String>> {
    let mut values = vec![];
    let mut rest = &body[2..];
    while !rest.is_empty() {
        let length = i32::from_be_bytes(rest[..4].try_into().unwrap());
        let end = 4 + usize::try_from(length).unwrap_or_default();
        values.push((length >= 0).then(|| String::from_utf8(rest[4..end].to_vec()).unwrap()));
        rest = &rest[end..];
    }
    values
}

/// SQLSTATE and message of an error.
fn error(body: &[u8]) -> (String, String) {
    let field = |letter: u8| {
        let found = body.split(|byte| *byte == 0).find(|field| field.first() == Some(&letter));
        String::from_utf8(found.unwrap()[1..].to_vec()).unwrap()
    };
    (field(b'C'), field(b'M'))
}
