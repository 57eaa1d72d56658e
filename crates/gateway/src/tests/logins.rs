//! Who gets in, and when the gateway does not even start.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::client::{Client, Home, PASSWORD};
use crate::{Gateway, GatewayError, TlsFiles, users};

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_look_the_same() {
    let home = Home::new().await;
    let address = home.open().await;
    let wrong = Client::login(address, "ann", "wrong horse battery").await.err().unwrap();
    let unknown = Client::login(address, "nobody", PASSWORD).await.err().unwrap();
    assert_eq!(wrong, unknown);
    assert!(wrong.contains("wrong"), "{wrong}");
    assert_eq!(home.lines("ann")[0]["outcome"], "refused");
    // The name that nobody has is not written down.
    assert_eq!(home.lines("")[0]["user"], "");
}

#[tokio::test]
async fn strangers_take_no_places_and_places_end() {
    let home = Home::new().await;
    let address = home.open().await;
    let mut doors = vec![];
    for _ in 0..10 {
        doors.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    let one = Client::login(address, "ann", PASSWORD).await.unwrap();
    let _two = Client::login(address, "ann", PASSWORD).await.unwrap();
    let third = Client::login(address, "ann", PASSWORD).await.err().unwrap();
    assert!(third.contains("places"), "{third}");
    drop(one);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(Client::login(address, "ann", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn startup_parameters_are_checked_like_settings() {
    let home = Home::new().await;
    let address = home.open().await;
    for more in [("work_mem", "1GB"), ("options", "-c role=postgres"), ("options", "-E"), ("replication", "true")] {
        assert!(Client::login_with(address, "ann", PASSWORD, &[more]).await.is_err(), "{more:?}");
    }
    let more = [("options", "-c statement_timeout=1234"), ("DateStyle", "ISO, MDY")];
    let mut client = Client::login_with(address, "ann", PASSWORD, &more).await.unwrap();
    assert_eq!(client.ask("SHOW statement_timeout").await.unwrap()[0][0].as_deref(), Some("1234"));
    assert_eq!(client.ask("SHOW datestyle").await.unwrap()[0][0].as_deref(), Some("ISO, MDY"));
}

#[tokio::test]
async fn does_not_start_open() {
    let home = Home::new().await;
    let anywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let bind = async |change: &dyn Fn(&mut crate::GatewayOptions)| {
        let mut options = home.options.clone();
        change(&mut options);
        Gateway::bind(home.warehouse.clone(), options).await.err()
    };
    assert!(matches!(bind(&|options| options.listen = anywhere).await, Some(GatewayError::PlainAndOpen(_))));
    let files = TlsFiles { certificate: PathBuf::from("/nowhere"), key: PathBuf::from("/nowhere") };
    let with_tls = |options: &mut crate::GatewayOptions| options.tls = Some(files.clone());
    assert!(matches!(bind(&with_tls).await, Some(GatewayError::Tls { .. })));
    assert!(matches!(
        bind(&|options| options.users = PathBuf::from("/nowhere")).await,
        Some(GatewayError::NoUsers { .. })
    ));
    assert!(matches!(
        bind(&|options| options.users = options.home.join("users")).await,
        Some(GatewayError::UsersInsideHome { .. })
    ));
    std::fs::set_permissions(&home.options.users, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(bind(&|_| ()).await, Some(GatewayError::UsersOpenToOthers { mode: 0o640, .. })));
}

#[tokio::test]
async fn users_come_and_go() {
    let home = Home::new().await;
    let (file, folder) = (&home.options.users, &home.options.home);
    assert_eq!(users::list(file, folder).unwrap(), ["ann", "boris"]);
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!std::fs::read_to_string(file).unwrap().contains(PASSWORD));
    users::remove(file, folder, "boris").unwrap();
    assert!(matches!(users::remove(file, folder, "boris"), Err(GatewayError::UserUnknown(_))));
    assert!(!users::add(file, folder, "ann", b"another horse battery").unwrap());
    let address = home.open().await;
    assert!(Client::login(address, "ann", PASSWORD).await.is_err());
    assert!(Client::login(address, "ann", "another horse battery").await.is_ok());
    for name in ["", "Ann", "../x", "1ann", "a b", "postgres.x", &"a".repeat(33)] {
        assert!(matches!(users::add(file, folder, name, PASSWORD.as_bytes()), Err(GatewayError::UserName)), "{name}");
    }
    assert!(matches!(users::add(file, folder, "carla", b"short"), Err(GatewayError::PasswordShort(_))));
    assert!(matches!(users::add(file, folder, "carla", b"long enough\nbut"), Err(GatewayError::PasswordText)));
    std::fs::write(file, "secret = 1").unwrap();
    assert!(matches!(users::list(file, folder), Err(GatewayError::UsersDamaged { .. })));
}
