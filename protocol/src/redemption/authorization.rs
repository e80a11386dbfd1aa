use super::Token;
use crate::bytes::{from_padded_base64url, to_padded_base64url};
use crate::issuance::{TokenChallenge, TokenKey};

/// Why an Authorization header holds no token of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    /// Another scheme than PrivateToken.
    #[error("the scheme is not PrivateToken")]
    Scheme,
    /// No `token` parameter, or more than one.
    #[error("there is no token parameter")]
    Parameter,
    /// The parameter is not the base64url of a token of type 0x0002.
    #[error("the token is not well-formed")]
    Token,
}

/// Value of the Authorization header (RFC 9577 §2.2): `PrivateToken token="…"`.
pub fn token_header(token: &Token) -> String {
    format!("PrivateToken token=\"{}\"", to_padded_base64url(&token.encode()))
}

/// Value of the WWW-Authenticate header (RFC 9577 §2.1): `PrivateToken challenge="…", token-key="…"`.
pub fn challenge_header(challenge: &TokenChallenge, key: &TokenKey) -> String {
    format!(
        "PrivateToken challenge=\"{}\", token-key=\"{}\"",
        to_padded_base64url(&challenge.encode()),
        to_padded_base64url(&key.to_spki())
    )
}

/// Reads the Authorization header. Parameters that RFC 9577 does not name are passed over; quotes around a value may be missing
/// (RFC 9110 §11.2).
pub fn parse_authorization(value: &str) -> Result<Token, AuthorizationError> {
    let (scheme, parameters) = value.trim().split_once(' ').ok_or(AuthorizationError::Scheme)?;
    if !scheme.eq_ignore_ascii_case("PrivateToken") {
        return Err(AuthorizationError::Scheme);
    }
    let mut tokens = outside_quotes(parameters).filter_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.trim().eq_ignore_ascii_case("token").then(|| unquoted(value.trim()))
    });
    let (Some(token), None) = (tokens.next(), tokens.next()) else {
        return Err(AuthorizationError::Parameter);
    };
    let bytes = from_padded_base64url(token).map_err(|_| AuthorizationError::Token)?;
    Token::decode(&bytes).map_err(|_| AuthorizationError::Token)
}

/// Splits at the commas outside quoted strings, in which a backslash takes its meaning from the next character (RFC 9110 §5.6.4).
fn outside_quotes(parameters: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    parameters.split(move |character| {
        let literal = std::mem::take(&mut escaped);
        match character {
            '\\' if quoted && !literal => escaped = true,
            '"' if !literal => quoted = !quoted,
            _ => {}
        }
        character == ',' && !quoted
    })
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}
