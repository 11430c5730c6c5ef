//! The edition of the language: whose typing, conditionals and laziness are spoken.

/// Which ansible-core the language follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edition {
    /// ansible-core 2.18: results typed from their text, truthy conditionals.
    V2_18,
    /// ansible-core 2.19: native results, boolean conditionals, lazy members.
    #[default]
    V2_19,
}
