//! The headers of RFC 9577 §2.1 and §2.2.

use privacypass::auth::authorize::{build_authorization_header, parse_authorization_header};
use privacypass::public_tokens::PublicToken;
use privacypass::{Deserialize as _, Serialize as _};
use proptest::prelude::*;
use undersign_protocol::bytes::{from_padded_base64url, to_padded_base64url};
use undersign_protocol::issuance::{TokenChallenge, TokenKey};
use undersign_protocol::redemption::{
    AuthorizationError, Token, TokenInput, challenge_header, parse_authorization, token_header,
};

use crate::common::generate;
use crate::common::laws::check;
use crate::common::vectors;

fn token() -> Token {
    let input = TokenInput { nonce: [1; 32].into(), challenge_digest: [2; 32].into(), token_key_id: [3; 32].into() };
    Token { input, authenticator: [4; 256] }
}

fn base64() -> String {
    to_padded_base64url(&token().encode())
}

#[test]
fn a_header_is_read_as_the_token_it_was_made_of() {
    check(generate::token(), |token| {
        prop_assert_eq!(parse_authorization(&token_header(&token)), Ok(token));
        Ok(())
    });
    assert_eq!(token_header(&token()), format!("PrivateToken token=\"{}\"", base64()));
}

#[test]
fn any_text_is_read_without_panic() {
    let near = "(PrivateToken|privatetoken|Bearer)? {0,2}((token|x)?=?\"?[a-zA-Z0-9_=\\\\-]{0,9}\"?,?){0,4}";
    check(prop_oneof![".{0,99}", near], |text| {
        // No text so short holds 354 bytes.
        prop_assert!(parse_authorization(&text).is_err());
        Ok(())
    });
}

#[test]
fn single_changed_characters_are_refused_or_another_token() {
    let header = token_header(&token());
    check((any::<proptest::sample::Index>(), "[ -~]"), |(place, other)| {
        let place = place.index(header.len());
        let mut changed = header.clone();
        changed.replace_range(place..=place, &other);
        if let Ok(read) = parse_authorization(&changed) {
            // Capitals in names and missing quotes say the same; in the value every character counts.
            let value = from_padded_base64url(&to_padded_base64url(&read.encode())).unwrap();
            prop_assert!(changed.contains(&to_padded_base64url(&value)));
        }
        Ok(())
    });
}

#[test]
fn scheme_and_names_have_no_case_and_other_parameters_are_passed_over() {
    let value = base64();
    for header in [
        format!("PrivateToken token={value}"),
        format!("privatetoken TOKEN=\"{value}\""),
        format!("PRIVATETOKEN   Token = \"{value}\" "),
        format!("PrivateToken max-age=10, token=\"{value}\", extension=\"x\""),
        format!("PrivateToken extension=\"a, token=b\", token=\"{value}\""),
        format!("PrivateToken extension=\"a\\\", token=b\\\\\", token=\"{value}\""),
        format!("PrivateToken xtoken=\"{value}\",token=\"{value}\""),
    ] {
        assert_eq!(parse_authorization(&header), Ok(token()), "{header}");
    }
}

#[test]
fn other_schemes_are_refused() {
    let value = base64();
    for header in [
        String::new(),
        "PrivateToken".to_owned(),
        format!("Bearer {value}"),
        format!("PrivateTokens token={value}"),
        value.clone(),
    ] {
        assert_eq!(parse_authorization(&header), Err(AuthorizationError::Scheme), "{header}");
    }
}

#[test]
fn there_is_one_token() {
    let value = base64();
    for header in [
        "PrivateToken challenge=\"x\"".to_owned(),
        format!("PrivateToken {value}"),
        format!("PrivateToken token=\"{value}\", token=\"{value}\""),
        format!("PrivateToken token=\"{value}\", Token=x"),
        format!("PrivateToken extension=\"token={value}\""),
    ] {
        assert_eq!(parse_authorization(&header), Err(AuthorizationError::Parameter), "{header}");
    }
}

#[test]
fn other_encodings_of_the_token_are_refused() {
    let value = base64();
    let bytes = token().encode();
    for other in [
        String::new(),
        value[4..].to_owned(),
        format!("{value}AAAA"),
        format!("{value}===="),
        format!("\"{value}"),
        format!("\"{value}\"\""),
        format!("'{value}'"),
        value.replace('_', "/"),
        to_padded_base64url(&[&[0, 1], &bytes[2..]].concat()),
    ] {
        let read = parse_authorization(&format!("PrivateToken token={other}"));
        assert!(other == value || read == Err(AuthorizationError::Token), "{other}");
    }
}

#[test]
fn the_challenge_header_holds_challenge_and_key() {
    let key = TokenKey::from_spki(&vectors::public()[0].issuances[0].token_key).unwrap();
    let challenge = TokenChallenge {
        issuer_name: "issuer.example".to_owned(),
        redemption_context: Some([1; 32]),
        origin_info: "origin.example".to_owned(),
    };
    let header = challenge_header(&challenge, &key);
    let rest = header.strip_prefix("PrivateToken challenge=\"").unwrap();
    let (first, second) = rest.strip_suffix('"').unwrap().split_once("\", token-key=\"").unwrap();
    assert_eq!(TokenChallenge::decode(&from_padded_base64url(first).unwrap()), Ok(challenge));
    assert_eq!(TokenKey::from_spki(&from_padded_base64url(second).unwrap()), Ok(key));
}

/// Their header has no quotes; ours has them, as RFC 9577 §2.2 writes it, and they read none with quotes.
#[test]
fn their_header_is_read_by_us() {
    check(generate::token(), |token| {
        let theirs = PublicToken::tls_deserialize_exact(token.encode()).unwrap();
        prop_assert_eq!(theirs.tls_serialize_detached().unwrap(), token.encode());
        let (_, header) = build_authorization_header(&theirs).unwrap();
        prop_assert_eq!(parse_authorization(header.to_str().unwrap()), Ok(token.clone()));
        let unquoted = token_header(&token).replace('"', "").parse().unwrap();
        let theirs: PublicToken = parse_authorization_header(&unquoted).unwrap();
        prop_assert_eq!(theirs.tls_serialize_detached().unwrap(), token.encode());
        Ok(())
    });
}
