//! Receipts, the codes beside them, and the message that takes a signature back.

use proptest::option;
use proptest::prelude::*;
use undersign_protocol::base::Base;
use undersign_protocol::public_log::{Entry, Hash};
use undersign_protocol::redemption::{
    Promise, Receipt, ReceiptError, ReceiptParts, Token, TokenInput, Withdrawal, WithdrawalCode, WithdrawalKey,
    WithdrawalRequest,
};

use crate::common::generate::{bytes, slug, timestamp, token, withdrawal_key};
use crate::common::laws::{Format, check};
use crate::common::manifest::{log_key, organiser};

fn host() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9]{1,20}\\.example", Just("[::1]:8080".to_owned()), Just("127.0.0.1:18080".to_owned())]
}

fn base() -> impl Strategy<Value = Base> {
    host().prop_map(|host| Base::of_host(&host).unwrap())
}

fn parts() -> impl Strategy<Value = ReceiptParts> {
    let signature = (token(), withdrawal_key()).prop_map(|(token, withdrawal_key)| {
        let input = TokenInput { nonce: withdrawal_key.nonce(), ..token.input };
        (Token { input, ..token }, withdrawal_key)
    });
    (base(), bytes(), slug(), host(), signature, option::of(timestamp())).prop_map(
        |(base, petition_id, slug, log_host, (token, withdrawal_key), publish_by)| {
            let origin = format!("{log_host}/v1/petitions/{petition_id}/log");
            let leaf_hash = Entry::Signature(token.clone()).leaf_hash();
            let promise = publish_by.map(|publish_by| Promise::sign(&origin, leaf_hash, publish_by, &log_key()));
            let log_key = log_key().public_key();
            ReceiptParts { base, petition_id, slug, log_host, log_key, token, promise, withdrawal_key }
        },
    )
}

fn receipts() -> impl Strategy<Value = Receipt> {
    parts().prop_map(|parts| Receipt::new(parts).unwrap())
}

fn codes() -> impl Strategy<Value = WithdrawalCode> {
    (base(), bytes(), withdrawal_key()).prop_map(|(base, petition_id, withdrawal_key)| WithdrawalCode {
        base,
        petition_id,
        withdrawal_key,
    })
}

#[test]
fn keeps_the_laws() {
    Format { decode: |bytes| Receipt::decode(bytes).ok(), encode: |receipt: &Receipt| receipt.encode().to_vec() }
        .keeps_the_laws(receipts());
}

/// It is written by hand, so it is compared with what a library writes.
#[test]
fn is_canonical_json() {
    check(receipts(), |receipt| {
        let value: serde_json::Value = serde_json::from_slice(&receipt.encode()).unwrap();
        prop_assert_eq!(receipt.encode().to_vec(), serde_json_canonicalizer::to_vec(&value).unwrap());
        prop_assert!(receipt.encode().len() < 2_000);
        Ok(())
    });
}

/// What other programs must read, written out.
#[test]
fn has_the_members_of_the_specification() {
    let withdrawal_key = WithdrawalKey::from_bytes(std::array::from_fn(|place| place as u8));
    let input =
        TokenInput { nonce: withdrawal_key.nonce(), challenge_digest: [1; 32].into(), token_key_id: [2; 32].into() };
    let receipt = Receipt::new(ReceiptParts {
        base: "https://mirror.example".parse().unwrap(),
        petition_id: [3; 32].into(),
        slug: "tram-5".parse().unwrap(),
        log_host: "petitions.example".to_owned(),
        log_key: log_key().public_key(),
        token: Token { input, authenticator: [4; 256] },
        promise: None,
        withdrawal_key,
    })
    .unwrap();
    let text = String::from_utf8(receipt.encode().to_vec()).unwrap();
    let (start, rest) = text.split_once("\"token\":\"").unwrap();
    assert_eq!(
        start,
        format!(
            "{{\"base\":\"https://mirror.example\",\"context\":\"undersign receipt\",\"log\":{{\"origin\":\
             \"petitions.example/v1/petitions/AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM/log\",\"public_key\":\"{}\"}},\
             \"petition_id\":\"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM\",\"promise\":null,\"slug\":\"tram-5\",",
            log_key().public_key()
        )
    );
    assert!(rest.starts_with("AAKLH6stGZPfBQHd60eO9KUT5AagRWD__A5TRm5eZTENpg"), "{rest}");
    assert!(rest.ends_with("\",\"version\":1,\"withdrawal_key\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}"));
    assert_eq!(
        receipt.withdrawal_code().to_text().as_str(),
        "undersign1.AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8.https://mirror.example"
    );
}

#[test]
fn parts_that_do_not_fit_each_other_make_no_receipt() {
    check((parts(), withdrawal_key(), bytes::<Hash, 32>(), timestamp()), |(parts, other_key, other_leaf, at)| {
        let of_another_key = ReceiptParts { withdrawal_key: other_key, ..parts.clone() };
        prop_assert_eq!(Receipt::new(of_another_key).err(), Some(ReceiptError::Key));
        let origin = format!("{}/v1/petitions/{}/log", parts.log_host, parts.petition_id);
        let leaf_hash = Entry::Signature(parts.token.clone()).leaf_hash();
        for promise in [
            Promise::sign(&origin, other_leaf, at, &log_key()),
            Promise::sign(&origin, leaf_hash, at, &organiser()),
            Promise::sign("petitions.example/v1/log", leaf_hash, at, &log_key()),
        ] {
            let with_another = ReceiptParts { promise: Some(promise), ..parts.clone() };
            prop_assert_eq!(Receipt::new(with_another).err(), Some(ReceiptError::Promise));
        }
        for log_host in ["", "two hosts", "host\"", "host/path"] {
            let elsewhere = ReceiptParts { log_host: log_host.to_owned(), promise: None, ..parts.clone() };
            prop_assert_eq!(Receipt::new(elsewhere).err(), Some(ReceiptError::Log));
        }
        Ok(())
    });
}

#[test]
fn another_file_or_form_is_no_receipt() {
    check(receipts(), |receipt| {
        let text = String::from_utf8(receipt.encode().to_vec()).unwrap();
        for (piece, other, error) in [
            ("\"version\":1", "\"version\":2", ReceiptError::Version),
            ("\"version\":1", "\"version\":1,\"w\":1", ReceiptError::Form),
            ("\"version\":1", "\"version\": 1", ReceiptError::Form),
            ("undersign receipt", "undersign evidence", ReceiptError::Form),
            ("/log\"", "/logs\"", ReceiptError::Log),
        ] {
            prop_assert_eq!(text.matches(piece).count(), 1, "{}", piece);
            let changed = text.replace(piece, other);
            prop_assert_eq!(Receipt::decode(changed.as_bytes()).err(), Some(error), "{}", other);
        }
        let long = format!("{text}{}", " ".repeat(Receipt::MAX_SIZE));
        prop_assert_eq!(Receipt::decode(long.as_bytes()).err(), Some(ReceiptError::Form));
        Ok(())
    });
    for other in ["", "{}", "null", "undersign1.x", "{\"version\":1}"] {
        assert_eq!(Receipt::decode(other.as_bytes()).err(), Some(ReceiptError::Form));
    }
}

#[test]
fn names_both_leaves_of_its_signature() {
    check(parts(), |parts| {
        let receipt = Receipt::new(parts.clone()).unwrap();
        prop_assert_eq!(receipt.leaf_hash(), Entry::Signature(parts.token).leaf_hash());
        let withdrawal = Entry::Withdrawal(Withdrawal::of(parts.withdrawal_key));
        prop_assert_eq!(receipt.withdrawal_leaf_hash(), withdrawal.leaf_hash());
        Ok(())
    });
}

#[test]
fn codes_keep_the_laws() {
    Format {
        decode: |bytes| WithdrawalCode::from_text(std::str::from_utf8(bytes).ok()?).ok(),
        encode: |code: &WithdrawalCode| code.to_text().as_bytes().to_vec(),
    }
    .keeps_the_laws_of_open_length(codes());
}

/// A code that was cut off in the middle of its key, or that lacks where it belongs, withdraws nothing and is not sent.
#[test]
fn a_code_that_is_cut_off_is_none() {
    check(codes(), |code| {
        let text = code.to_text();
        let needed = text.len() - code.base.to_string().len();
        for end in 0..=needed {
            prop_assert!(WithdrawalCode::from_text(&text[..end]).is_err());
        }
        prop_assert!(text.len() <= WithdrawalCode::MAX_SIZE);
        Ok(())
    });
}

#[test]
fn requests_keep_the_laws_of_json() {
    let requests =
        (bytes(), withdrawal_key()).prop_map(|(nonce, withdrawal_key)| WithdrawalRequest { nonce, withdrawal_key });
    Format {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |request: &WithdrawalRequest| serde_json::to_vec(request).unwrap(),
    }
    .keeps_the_laws_of_json(requests);
}

#[test]
fn a_request_is_a_withdrawal_only_where_the_key_fits_the_nonce() {
    check((withdrawal_key(), bytes()), |(key, nonce)| {
        prop_assert_eq!(WithdrawalRequest::of(key.clone()).withdrawal(), Some(Withdrawal::of(key.clone())));
        prop_assert_eq!(WithdrawalRequest { nonce, withdrawal_key: key }.withdrawal(), None);
        Ok(())
    });
}

/// Whoever finds one sees that its holder signed.
#[test]
fn are_not_printed() {
    check((receipts(), codes()), |(receipt, code)| {
        prop_assert_eq!(format!("{receipt:?}"), format!("Receipt({}, …)", receipt.slug()));
        prop_assert_eq!(format!("{code:?}"), "WithdrawalCode(…)");
        Ok(())
    });
}
