//! What goes over gRPC, and its translation to and from our own words. Generated from `proto/`; both
//! sides of the hop between a gateway and a model service are here, so that they cannot differ.

mod call;
mod failure;
mod model;
mod report;

pub(crate) use call::{
    answer_request, embed_call, embed_request, model_call, part, piece, priority,
};
pub use failure::{failure, status};
pub(crate) use model::{listed, listed_model, served, served_model};
pub(crate) use report::{report, report_of};

/// The messages and services of `codesaga.v1`.
#[expect(
    missing_docs,
    clippy::allow_attributes,
    clippy::large_enum_variant,
    reason = "generated; what there is to say stands in the .proto files"
)]
pub mod v1 {
    tonic::include_proto!("codesaga.v1");
}

/// The `.proto` files as reflection tells them.
pub(crate) const DESCRIBED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/codesaga.bin"));

/// Something is missing in a message, or is what this version does not know.
#[derive(Debug)]
pub(crate) struct Misunderstood(pub(crate) &'static str);

impl From<Misunderstood> for saga_domain::Failure {
    fn from(Misunderstood(what): Misunderstood) -> Self {
        let message = format!("a message between processes cannot be read: {what}");
        Self::new(saga_domain::FailureCode::BadResponse, message)
    }
}
