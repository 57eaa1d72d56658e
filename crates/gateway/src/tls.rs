//! The certificate and key of the gateway. Files that cannot be used stop it; it never falls back to plain text.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::GatewayError;

/// Where certificate and key lie, in PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, with those between it and the root.
    pub certificate: PathBuf,
    /// Its key, which others may not read.
    pub key: PathBuf,
}

impl TlsFiles {
    /// Reads both and checks that they belong together.
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor, GatewayError> {
        let wrong = |path: &Path, reason: String| GatewayError::Tls { path: path.to_owned(), reason };
        self.refuse_open_key()?;
        let certificates = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|e| wrong(&self.certificate, format!("the certificate cannot be read: {e}")))?;
        if certificates.is_empty() {
            return Err(wrong(&self.certificate, "no certificate is in it".to_owned()));
        }
        // What is wrong with a key is not said in more words: they could quote it.
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|_| wrong(&self.key, "no private key in PEM can be read from it".to_owned()))?;
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(certificates, key))
            .map_err(|e| wrong(&self.certificate, format!("certificate and key do not fit: {e}")))?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn refuse_open_key(&self) -> Result<(), GatewayError> {
        let wrong = |reason: String| GatewayError::Tls { path: self.key.clone(), reason };
        let metadata = fs::metadata(&self.key).map_err(|e| wrong(format!("the key cannot be read: {e}")))?;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o027 == 0 {
            Ok(())
        } else {
            Err(wrong(format!("the key is open to others (mode {mode:04o}); run: chmod 600 on it")))
        }
    }
}
