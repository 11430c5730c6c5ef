//! What the modules of community.crypto share: private keys, requests for certificates, certificates.
//!
//! x509-parser reads, ring signs (through rcgen), yasna writes. Names and extensions go from a request into its
//! certificate as the bytes they are, so nothing an authority was asked to sign is lost or spelled differently.

pub mod certificate;
pub mod extension;
pub mod fingerprint;
pub mod general;
pub mod info;
pub mod issue;
pub mod key;
pub mod name;
pub mod oid;
pub mod params;
pub mod pem;
pub mod protection;
pub mod public;
pub mod request;
pub mod sign;
pub mod target;
pub mod time;
pub mod wanted;
