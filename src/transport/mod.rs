//! Links to hosts.
