//! The signer's journey: check a petition, blind, confirm an address, unblind, redeem, verify.
//!
//! It gives requests and takes answers; it opens no socket, reads no clock and draws no randomness of its own, so the same code runs
//! in the command line, in a browser (wasm32) and in tests. It is no server code and knows no database. The one exception is
//! [`native`], a transport for programs, behind the feature of that name.
//!
//! ```
//! use rand_core::CryptoRng;
//! use undersign_client_lib::checks::check;
//! use undersign_client_lib::journey::{Bundle, Keys, Prepared, Signed};
//! use undersign_client_lib::link::Link;
//! use undersign_client_lib::lookup;
//! use undersign_client_lib::request::Request;
//! use undersign_client_lib::response::Response;
//! use undersign_protocol::email_verification::Code;
//! use undersign_protocol::petition::Language;
//! use undersign_protocol::timestamp::Timestamp;
//!
//! /// `send` is whatever can send a request; `read_code` asks the person for the code from the mail.
//! fn sign(
//!     link: &str,
//!     email: &str,
//!     now: Timestamp,
//!     rng: &mut impl CryptoRng,
//!     send: impl Fn(Request) -> Response,
//!     read_code: impl Fn() -> Code,
//! ) -> Option<Signed> {
//!     // Fetch the petition and check it. Nothing else begins a journey.
//!     let link: Link = link.parse().ok()?;
//!     let petition = link.petition?;
//!     let (first, requests) = lookup::start(&link.base, &petition);
//!     let (second, requests) = first.answered(requests.into_iter().map(&send).collect()).ok()?;
//!     let documents = second.answered(requests.into_iter().map(&send).collect()).ok()?;
//!     let checked = check(&link.base, &petition, &documents).ok()?;
//!
//!     // Blind first; then show the address. Save the state before each request.
//!     let prepared = Prepared::new(&checked, Bundle::WholeRun, Keys::Forget, rng).ok()?;
//!     let locale: Language = "en".parse().ok()?;
//!     let answer = send(prepared.verification_request(email, &locale));
//!     let prepared = prepared.verification_answered(&answer).ok()?;
//!
//!     // The code from the mail confirms; so does its link, in any browser: then `poll` finds out.
//!     let answer = send(prepared.confirm_with_code(&read_code())?);
//!     let confirmed = prepared.code_answered(&answer).ok()?;
//!
//!     // Unblind, and redeem on another connection.
//!     let answer = send(confirmed.token_request());
//!     let token = confirmed.token_answered(&answer, now).ok()?;
//!     let answer = send(token.redemption_request(now).ok()?);
//!     token.redeemed(&answer, now).ok()
//! }
//! ```

/// The link that a signer was given.
pub mod link;

/// Where to connect.
pub mod endpoints;

/// Requests as values.
pub mod request;

/// Answers as values.
pub mod response;

/// What to fetch before a petition is believed.
pub mod lookup;

/// What is checked before a petition is believed.
pub mod checks;

/// Evidence that it was.
pub mod checked;

/// RFC 9474, in one file.
pub mod blind;

/// Prepared, confirmed, token, signed.
pub mod journey;

/// Handing in through relays.
pub mod oblivious;

/// A journey on disk.
pub mod state;

/// Reading a log and recomputing its root.
pub mod log_reader;

/// What is demanded of witnesses before a log is believed.
pub mod witnesses;

/// What was said about a petition since, from its log.
pub mod notices;

/// What deliveries and answers say to programs, and which answers are overdue.
pub mod facts;

/// Watching a log until a signature is in it.
pub mod published;

/// Taking a signature back.
pub mod withdrawal;

/// What became of a signature whose receipt was kept.
pub mod receipt;

/// Evidence of a broken promise, compared with its log.
pub mod evidence;

/// Recounting a petition from its public log.
pub mod audit;

/// Verifying many tokens, with OpenSSL.
#[cfg(feature = "native")]
pub mod pss;

/// Sending requests from a program.
#[cfg(feature = "native")]
pub mod native;

/// The organiser's tools.
#[cfg(feature = "organiser")]
pub mod organiser;
