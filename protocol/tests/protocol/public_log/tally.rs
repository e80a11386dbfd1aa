//! The total: signatures less withdrawals, counted from entries.

use undersign_protocol::ed25519::Signature;
use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::petition::SignedNotice;
use undersign_protocol::public_log::{CloseStatement, Entry};
use undersign_protocol::redemption::{Token, TokenInput, Withdrawal, WithdrawalKey};
use undersign_protocol::tally::{Tally, TotalDocument};

fn signature(nonce: u8) -> Entry {
    let input =
        TokenInput { nonce: [nonce; 32].into(), challenge_digest: [0; 32].into(), token_key_id: [0; 32].into() };
    Entry::Signature(Token { input, authenticator: [0; 256] })
}

fn of(entries: &[Entry]) -> Tally {
    let mut tally = Tally::default();
    entries.iter().for_each(|entry| tally.add(entry));
    tally
}

#[test]
fn signatures_count_up_withdrawals_down_and_statements_give_the_issued() {
    let no_signature = Signature::from([0; 64]);
    let withdrawal = Entry::Withdrawal(Withdrawal::of(WithdrawalKey::from_bytes([1; 32])));
    let statement = |issued| Entry::IssuanceStatement(IssuanceStatement { issued, signature: no_signature });
    let tally = of(&[
        Entry::Manifest { manifest: Vec::new(), organiser_signature: no_signature },
        statement(2),
        signature(1),
        signature(2),
        statement(5),
        withdrawal,
        signature(3),
        Entry::Notice(SignedNotice { notice: Vec::new(), signature: no_signature }),
    ]);
    assert_eq!(tally, Tally { signatures: 3, withdrawals: 1, issued: 5 });
    assert_eq!(tally.total(), 2);
    let close = Entry::CloseStatement(CloseStatement { issued: 6, signature: no_signature });
    assert_eq!(of(&[statement(5), close]).issued, 6);
}

#[test]
fn nothing_is_counted_as_nothing() {
    assert_eq!(of(&[]).total(), 0);
    assert_eq!(of(&[]), Tally::default());
}

#[test]
fn the_document_has_the_members_of_the_design() {
    let document = TotalDocument {
        total: 2,
        signatures: 3,
        withdrawals: 1,
        issued: 5,
        tree_size: 8,
        root: [0; 32].into(),
        checkpoint: "note\n".to_owned(),
    };
    let text = serde_json::to_string(&document).unwrap();
    assert_eq!(
        text,
        "{\"total\":2,\"signatures\":3,\"withdrawals\":1,\"issued\":5,\"tree_size\":8,\
         \"root\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"checkpoint\":\"note\\n\"}"
    );
    assert_eq!(serde_json::from_str::<TotalDocument>(&text).unwrap(), document);
}
