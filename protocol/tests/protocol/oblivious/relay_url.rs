//! Where relays are.

use proptest::prelude::*;
use undersign_protocol::oblivious::{RelayUrl, RelayUrlError};

use crate::common::laws::check;

#[test]
fn one_text_stands_for_one_relay() {
    let text = "https://[a-z]{1,9}\\.example(:[1-9][0-9]{1,3})?(/[a-z0-9_-]{1,9}(\\.example)?(:[0-9]{2})?){0,3}";
    check(text, |text| {
        let relay: RelayUrl = text.parse().unwrap();
        prop_assert_eq!(relay.to_string(), &*text);
        prop_assert!(text.starts_with(&relay.base().to_string()) && relay.is_secure());
        Ok(())
    });
    check(".{0,60}|https?://[a-z./:@?#%]{0,40}", |text| {
        if let Ok(relay) = text.parse::<RelayUrl>() {
            prop_assert_eq!(relay.to_string(), text);
        }
        Ok(())
    });
}

#[test]
fn plain_http_is_spoken_with_this_machine_alone() {
    for text in ["http://127.0.0.1:8080/petitions.example", "http://localhost:1", "http://[::1]:80/[::1]:81"] {
        assert!(!text.parse::<RelayUrl>().unwrap().is_secure(), "{text}");
    }
    assert!(matches!("http://relay.example/a".parse::<RelayUrl>(), Err(RelayUrlError::Base(_))));
    assert_eq!("http://abcdefghij234567.onion/a".parse::<RelayUrl>(), Err(RelayUrlError::Onion));
    assert_eq!("https://abcdefghij234567.onion/a".parse::<RelayUrl>(), Err(RelayUrlError::Onion));
}

#[test]
fn a_relay_has_a_path_of_plain_segments() {
    for path in ["/", "/a/", "/a//b", "//a", "/.", "/a/..", "/a?b", "/a#b", "/A", "/a b", "/%61", "/ä", "/a\n"] {
        let text = format!("https://relay.example{path}");
        assert_eq!(text.parse::<RelayUrl>(), Err(RelayUrlError::Path), "{text}");
    }
    assert_eq!(format!("https://r.example/{}", "a".repeat(300)).parse::<RelayUrl>(), Err(RelayUrlError::Path));
    assert!(format!("https://r.example/{}", "a".repeat(299)).parse::<RelayUrl>().is_ok());
    for text in ["", "relay.example/a", "/a", "https://", "https:///a", "https://user@relay.example", "ftp://a.example"]
    {
        assert!(matches!(text.parse::<RelayUrl>(), Err(RelayUrlError::Base(_))), "{text}");
    }
}
