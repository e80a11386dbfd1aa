//! The nonce is a hash of the withdrawal key.

use undersign_protocol::redemption::{Withdrawal, WithdrawalKey};

/// Computed with Python: `sha256(b"undersign withdrawal v1" + withdrawal_key).hexdigest()`.
#[test]
fn known_nonces() {
    let ascending: [u8; 32] = std::array::from_fn(|place| place as u8);
    for (key, nonce) in [
        ([0; 32], "30aebf63ad361b992615694cde27e6dc64a2a2b87f9c37a5a4b59c08a30602f8"),
        (ascending, "8b1fab2d1993df0501ddeb478ef4a513e406a04560fffc0e53466e5e65310da6"),
    ] {
        let key = WithdrawalKey::from_bytes(key);
        assert_eq!(hex::encode(key.nonce().as_bytes()), nonce);
        assert_eq!(*Withdrawal::of(key.clone()).nonce(), key.nonce());
    }
}

/// Whoever finds it sees that its holder signed.
#[test]
fn is_not_printed() {
    let key = WithdrawalKey::from_bytes([7; 32]);
    assert_eq!(format!("{key:?}"), "WithdrawalKey(…)");
}
