//! What the modules that deal with files share.

pub mod attributes;
pub mod backup;
pub mod checksum;
pub mod edit;
pub mod info;
pub mod mode;
pub mod owner;
mod paths;
pub mod pattern;
pub mod status;
pub mod text;
pub mod wildcard;

pub use attributes::Wanted;
pub use paths::{expand, path, real};
