//! Text → values. No network, no printing: everything here can be tested with strings.

pub mod diagnostic;
pub mod edition;
pub mod inventory;
pub mod place;
pub mod playbook;
pub mod secret;
pub mod template;
pub mod value;
pub mod vars;
pub mod vault;
pub mod yaml;

pub use diagnostic::{Diagnostic, Diagnostics};
pub use edition::Edition;
pub use place::Place;
pub use value::{Key, Map, Object, Value};
