//! What JavaScript hands over, checked. Types there are promises that nobody enforces.

use undersign_client_lib::endpoints::{Base, BaseError};
use undersign_client_lib::link::PetitionLink;
use undersign_protocol::petition::Language;
use undersign_protocol::timestamp::Timestamp;

use crate::error::{ClientError, ErrorKind};

/// Seconds since 1970, as in `Date.now() / 1000`. Fractions are dropped.
pub fn moment(seconds: f64) -> Result<Timestamp, ClientError> {
    // Not left to the cast, which turns NaN and negative numbers into 1970 without a word.
    let whole = (seconds.is_finite() && seconds >= 0.0).then_some(seconds as u64);
    let moment = whole.and_then(|seconds| Timestamp::from_seconds(seconds).ok());
    moment.ok_or_else(|| argument("`now` is not a number of seconds since 1970"))
}

/// A language as the mails know it.
pub fn language(text: &str) -> Result<Language, ClientError> {
    text.parse().map_err(|_| argument("the language is not two or three letters a-z"))
}

/// The server, as in `location.origin`.
pub fn base(origin: &str) -> Result<Base, ClientError> {
    origin.parse().map_err(|error: BaseError| match error {
        BaseError::Form => argument("the origin is not of the form https://host"),
        BaseError::NotSecure => ClientError::new(ErrorKind::NotSecure, error.to_string()),
    })
}

/// The petition's short name, and the petition_id that the link pins.
pub fn petition_link(slug: &str, pin: Option<&str>) -> Result<PetitionLink, ClientError> {
    let slug = slug.parse().map_err(|_| argument("this is no petition's short name"))?;
    let no_pin = |_| ClientError::new(ErrorKind::Pin, "what follows the # is not a petition's id");
    Ok(PetitionLink { slug, pin: pin.map(str::parse).transpose().map_err(no_pin)? })
}

fn argument(message: &'static str) -> ClientError {
    ClientError::new(ErrorKind::Argument, message)
}
