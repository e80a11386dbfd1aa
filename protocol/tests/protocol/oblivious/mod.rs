//! Oblivious HTTP: what both ends know of it besides its cryptography.

mod key_config;
mod padding;
mod relay_url;
mod week;
