//! Who a client is: TLS where it is asked for, a name, the startup parameters, and a proof of the password.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::{Sink, SinkExt as _};
use pgwire::api::auth::{ServerParameterProvider, StartupHandler, finish_authentication, protocol_negotiation};
use pgwire::api::{ClientInfo, METADATA_DATABASE, METADATA_USER, PgWireConnectionState};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::startup::{Authentication, PasswordMessageFamily, Startup};
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage};
use tokio::sync::{Mutex, OwnedSemaphorePermit};

use crate::account::Outcome;
use crate::cancel::Cancels;
use crate::catalog::DATABASE;
use crate::conversation::Conversation;
use crate::refusal::{
    BAD_VALUE, INTERNAL, LOGIN, NO_DATABASE, NOT_ALLOWED, PASSWORD, PROTOCOL, TOO_MANY, error, fatal,
};
use crate::scram::{Exchange, random};
use crate::server::Office;
use crate::{settings, users};

const MECHANISM: &str = "SCRAM-SHA-256";

/// What a wrong password costs, so that guessing on many connections is slow too.
const PAUSE: Duration = Duration::from_millis(500);

/// The login of one connection.
pub(crate) struct Login {
    office: Arc<Office>,
    conversation: Arc<Conversation>,
    needs_tls: bool,
    exchange: Mutex<Option<Exchange>>,
    /// Given back when the client has a place of its own.
    at_the_door: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Login {
    pub(crate) fn new(
        office: Arc<Office>,
        conversation: Arc<Conversation>,
        needs_tls: bool,
        at_the_door: OwnedSemaphorePermit,
    ) -> Self {
        Self { office, conversation, needs_tls, exchange: Mutex::new(None), at_the_door: Mutex::new(Some(at_the_door)) }
    }

    pub(crate) fn cancels(&self) -> &Arc<Cancels> {
        &self.office.cancels
    }

    /// Takes the parameters of the startup message: those of the protocol, and the listed settings.
    fn take<C: ClientInfo>(&self, client: &mut C, startup: &Startup) -> PgWireResult<()> {
        if self.needs_tls && !client.is_secure() {
            let hint = "connect with TLS: sslmode=require, or better sslmode=verify-full";
            return Err(fatal(LOGIN, "the gateway answers encrypted connections only", hint));
        }
        let user = startup.parameters.get(METADATA_USER).map(String::as_str).unwrap_or_default();
        for (name, value) in &startup.parameters {
            match name.to_ascii_lowercase().as_str() {
                METADATA_USER => {}
                METADATA_DATABASE => check_database(value, user)?,
                "options" => take_options(client, value)?,
                "replication" if ["false", "off", "no", "0"].contains(&value.as_str()) => {}
                "replication" => {
                    return Err(fatal(NOT_ALLOWED, "there is no replication from the gateway", "connect without it"));
                }
                // Extensions of the protocol that we do not know are the client's to do without.
                extension if extension.starts_with("_pq_.") => {}
                setting => take_setting(client, setting, value)?,
            }
        }
        client.metadata_mut().insert(METADATA_USER.to_owned(), user.to_owned());
        Ok(())
    }

    /// Gives a client whose proof is right its place.
    async fn admit<C: ClientInfo>(&self, client: &mut C) -> PgWireResult<()> {
        let Ok(place) = Arc::clone(&self.office.places).try_acquire_owned() else {
            let hint = "try again when somebody has left, or have the gateway started with more --connections";
            return Err(fatal(TOO_MANY, "all places of the gateway are taken", hint));
        };
        let cancellable =
            self.office.cancels.register(client.protocol_version()).map_err(|failed| unwilling(&failed))?;
        let (number, secret) = cancellable.number_and_secret();
        client.set_pid_and_secret_key(number, secret);
        self.conversation.begin(place, cancellable);
        self.conversation.note_login(client.metadata(), Outcome::Ok)?;
        *self.at_the_door.lock().await = None;
        Ok(())
    }

    /// Reads the client's next message of the exchange; what to answer, and whether the proof is right.
    async fn step<C: ClientInfo>(
        &self,
        client: &C,
        message: PasswordMessageFamily,
    ) -> PgWireResult<(Authentication, bool)> {
        let malformed = || fatal(PROTOCOL, "this is no SCRAM-SHA-256 exchange", "use a client that knows SCRAM");
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| malformed());
        let name = client.metadata().get(METADATA_USER).map(String::as_str).unwrap_or_default();
        let mut exchange = self.exchange.lock().await;
        let Some(begun) = exchange.take() else {
            let message = message.into_sasl_initial_response()?;
            if message.auth_method != MECHANISM {
                return Err(malformed());
            }
            let first = text(message.data.as_deref().unwrap_or_default())?;
            let verifier =
                users::verifier(&self.office.users, &self.office.home, name).map_err(|failed| unwilling(&failed))?;
            self.conversation.remember(name, &verifier);
            let nonce = random::<18>().map_err(|failed| unwilling(&failed))?;
            let begun = Exchange::begin(&first, verifier, &nonce).ok_or_else(malformed)?;
            let answer = begun.server_first().to_owned();
            *exchange = Some(begun);
            return Ok((Authentication::SASLContinue(answer.into()), false));
        };
        let last = text(&message.into_sasl_response()?.data)?;
        if let Some(answer) = begun.finish(&last) {
            return Ok((Authentication::SASLFinal(answer.into()), true));
        }
        tokio::time::sleep(PAUSE).await;
        Err(fatal(PASSWORD, "the name or the password is wrong", ""))
    }
}

#[async_trait]
impl StartupHandler for Login {
    async fn on_startup<C>(&self, client: &mut C, message: PgWireFrontendMessage) -> PgWireResult<()>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        match message {
            PgWireFrontendMessage::Startup(startup) => {
                protocol_negotiation(client, &startup).await?;
                self.take(client, &startup)?;
                client.set_state(PgWireConnectionState::AuthenticationInProgress);
                let offer = Authentication::SASL(vec![MECHANISM.to_owned()]);
                client.send(PgWireBackendMessage::Authentication(offer)).await?;
            }
            PgWireFrontendMessage::PasswordMessageFamily(message) => {
                let (answer, proved) = match self.step(client, message).await {
                    Ok(answer) => answer,
                    Err(refused) => {
                        self.conversation.note_login(client.metadata(), Outcome::Refused)?;
                        return Err(refused);
                    }
                };
                if proved {
                    self.admit(client).await?;
                    client.send(PgWireBackendMessage::Authentication(answer)).await?;
                    finish_authentication(client, &Told).await?;
                } else {
                    client.send(PgWireBackendMessage::Authentication(answer)).await?;
                }
            }
            _ => return Err(fatal(PROTOCOL, "log in first", "")),
        }
        Ok(())
    }
}

/// The settings that a client is told at the start.
struct Told;

impl ServerParameterProvider for Told {
    fn server_parameters<C: ClientInfo>(&self, client: &C) -> Option<HashMap<String, String>> {
        Some(settings::told_at_start(client.metadata()))
    }
}

/// Clients that name no database ask for one of the user's name.
fn check_database(name: &str, user: &str) -> PgWireResult<()> {
    if name == DATABASE || name == user {
        return Ok(());
    }
    let hint = format!("connect to {DATABASE}");
    Err(fatal(NO_DATABASE, "there is one database", &hint))
}

/// `-c name=value`, as libpq sends what stands in PGOPTIONS.
fn take_options<C: ClientInfo>(client: &mut C, options: &str) -> PgWireResult<()> {
    let mut words = options.split_whitespace();
    while let Some(word) = words.next() {
        let pair = if word == "-c" { words.next() } else { word.strip_prefix("-c").or(word.strip_prefix("--")) };
        let Some((name, value)) = pair.and_then(|pair| pair.split_once('=')) else {
            return Err(fatal(BAD_VALUE, "only -c name=value can be read in the options", "leave the rest out"));
        };
        take_setting(client, &name.replace('-', "_").to_ascii_lowercase(), value)?;
    }
    Ok(())
}

fn take_setting<C: ClientInfo>(client: &mut C, name: &str, value: &str) -> PgWireResult<()> {
    let value = settings::checked(name, value).map_err(|refused| match refused {
        PgWireError::UserError(mut info) => {
            "FATAL".clone_into(&mut info.severity);
            PgWireError::UserError(info)
        }
        other => other,
    })?;
    client.metadata_mut().insert(name.to_owned(), value);
    Ok(())
}

/// Why the gateway itself cannot go on; no word of it says who there is.
fn unwilling(failed: &crate::GatewayError) -> PgWireError {
    tracing::error!(reason = %failed, "a login could not be checked");
    error(INTERNAL, "the gateway cannot check logins now", "tell whoever looks after the gateway")
}
