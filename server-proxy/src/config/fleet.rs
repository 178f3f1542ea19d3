//! How the processes of a fleet reach one another.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use http::Uri;

use super::role::Role;
use super::servers::base_url;
use crate::tls::{MutualTls, TlsFiles};

/// Model services that one process asks.
const SERVICES_MAX: usize = 64;

/// Where model services are, or where this one listens, and how they know one another.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// Where a model service listens for gateways and workers.
    pub listen: SocketAddr,
    /// The model services that are asked; without any the models are looked after in this process.
    pub services: Vec<Uri>,
    /// How both sides show who they are; plain within one machine when absent.
    pub tls: Option<MutualTls>,
}

#[derive(Debug, Args)]
pub(super) struct FleetSettings {
    /// Where a process with the role model listens for gateways and workers (gRPC).
    #[arg(long, env = "CODESAGA_GRPC_LISTEN", value_name = "CODESAGA_GRPC_LISTEN",
          default_value = "127.0.0.1:7412", value_parser = super::address)]
    grpc_listen: SocketAddr,
    /// Addresses of model services, separated by commas, for example https://models:7412; without
    /// any this process has the model servers itself.
    #[arg(long, env = "CODESAGA_MODEL_SERVICE", value_name = "CODESAGA_MODEL_SERVICE",
          value_delimiter = ',', value_parser = service)]
    model_service: Vec<Option<Uri>>,
    /// File with the certificate that this process shows to others of the fleet, in PEM form.
    #[arg(long, env = "CODESAGA_GRPC_CERT", value_name = "CODESAGA_GRPC_CERT")]
    grpc_cert: Option<PathBuf>,
    /// File with the certificate's private key, in PEM form.
    #[arg(long, env = "CODESAGA_GRPC_KEY", value_name = "CODESAGA_GRPC_KEY")]
    grpc_key: Option<PathBuf>,
    /// File with the authority that others of the fleet have their certificates from, in PEM form.
    #[arg(long, env = "CODESAGA_GRPC_CA", value_name = "CODESAGA_GRPC_CA")]
    grpc_ca: Option<PathBuf>,
}

impl FleetSettings {
    pub(super) fn check(self, role: Role) -> Result<Fleet, clap::Error> {
        let named = |path: Option<PathBuf>| path.filter(|path| !path.as_os_str().is_empty());
        let files = (named(self.grpc_cert), named(self.grpc_key), named(self.grpc_ca));
        let tls = match files {
            (Some(certificate), Some(key), Some(authority)) => {
                Some(MutualTls { own: TlsFiles { certificate, key }, authority })
            }
            (None, None, None) => None,
            _ => {
                return Err(wrong(
                    "CODESAGA_GRPC_CERT, CODESAGA_GRPC_KEY and CODESAGA_GRPC_CA are needed together",
                ));
            }
        };
        let services: Vec<Uri> = self.model_service.into_iter().flatten().collect();
        if services.len() > SERVICES_MAX {
            let words = format!("CODESAGA_MODEL_SERVICE: at most {SERVICES_MAX} are taken");
            return Err(wrong(&words));
        }
        if role == Role::Model && !services.is_empty() {
            return Err(wrong(
                "CODESAGA_MODEL_SERVICE: a process with the role model is one itself and asks no other",
            ));
        }
        if role == Role::Model && tls.is_none() && !self.grpc_listen.ip().is_loopback() {
            return Err(wrong(&format!(
                "invalid value '{}' for CODESAGA_GRPC_LISTEN: without CODESAGA_GRPC_CERT, \
                 CODESAGA_GRPC_KEY and CODESAGA_GRPC_CA anyone could use the models in anybody's \
                 name, so only a loopback address such as 127.0.0.1:7412 is allowed",
                self.grpc_listen
            )));
        }
        let is_secured = |uri: &Uri| uri.scheme_str() == Some("https");
        if tls.is_none() && services.iter().any(is_secured) {
            return Err(wrong(
                "CODESAGA_MODEL_SERVICE with https needs CODESAGA_GRPC_CERT, CODESAGA_GRPC_KEY and \
                 CODESAGA_GRPC_CA",
            ));
        }
        Ok(Fleet { listen: self.grpc_listen, services, tls })
    }
}

/// A setting that is there but blank names nothing.
fn service(text: &str) -> Result<Option<Uri>, String> {
    if text.trim().is_empty() { Ok(None) } else { base_url(text).map(Some) }
}

fn wrong(words: &str) -> clap::Error {
    clap::Error::raw(clap::error::ErrorKind::ValueValidation, format!("{words}\n"))
}
