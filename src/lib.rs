//! The `sekisho` program as a library: three gRPC APIs behind per-method OAuth 2.0 scopes, and the page that calls
//! them.
//!
//! It takes [`sekisho`] in as any other server does, by its public API alone.
//!
//! | module | is |
//! |---|---|
//! | [`services`] | the three APIs; they see a grant, never a token |
//! | [`web`] | the page's files, its configuration and its policy |
//! | [`server`] | assembly: [`server::run`] is the program as a function that tests call |
//! | [`config`] | settings, of the library's types |
//! | [`cli`] | parse, run, print; one module a command |

mod authority;

pub mod cli;
pub mod config;
pub mod server;
pub mod services;
pub mod web;
