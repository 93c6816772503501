//! Doorward: single sign-on for companies that host their own software.
//!
//! Organizations bring an identity provider that speaks SAML 2.0 or OpenID Connect, apps get
//! one OpenID Provider, and the owner keeps a way in when the identity provider is down.
//! **Read `flows/login.rs` first**: it is the story of one sign-in, start to end.
//!
//! The house has floors. A login travels bottom-up through them and so do the imports: a
//! room names only rooms below it, and rooms on one floor do not name each other.
//! `tests/it/layers.rs` fails when a line breaks that.
//!
//! | floor | room | what lives there |
//! |---|---|---|
//! | 1 | [`model`] | plain data and its rules, no I/O |
//! | 2 | [`config`], [`wire`] | one checked configuration; bytes to checked values and back |
//! | 3 | [`store`], [`fetch`] | the database; the only outgoing HTTP client |
//! | 4 | [`keys`] | signing keys, sealing at rest, passwords |
//! | 5 | [`upstream`] | we as client of the identity provider; mints [`upstream::VerifiedIdentity`] |
//! | 6 | [`broker`] | the core: who gets in; turns an identity into a [`broker::Admission`] |
//! | 7 | [`downstream`] | we as provider towards apps; nothing without an `Admission` |
//! | 8 | [`hub`] | the handles built once |
//! | 9 | [`flows`], [`admin`], [`jobs`] | what visitors, administrators and time ask for |
//! | 10 | [`http`] | extract, call, render |
//! | 11 | [`cli`] | the command line |

pub mod admin;
pub mod broker;
pub mod cli;
pub mod config;
pub mod downstream;
pub mod fetch;
pub mod flows;
pub mod http;
pub mod hub;
pub mod jobs;
pub mod keys;
pub mod model;
pub mod store;
pub mod upstream;
pub mod wire;
