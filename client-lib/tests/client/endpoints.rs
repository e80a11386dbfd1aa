use undersign_client_lib::endpoints::{Base, BaseError};
use undersign_client_lib::link::{Link, LinkError};

const ID: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn refused(link: &str) -> LinkError {
    link.parse::<Link>().unwrap_err()
}

#[test]
fn links_of_petitions() {
    for text in [
        "https://petitions.example/p/night-bus-17",
        "https://petitions.example:8443/p/a",
        "http://127.0.0.1:8080/p/a",
        "http://[::1]:8080/p/a",
        "http://localhost/p/a",
        "http://abcdefghijklmnop.onion/p/a",
        &format!("https://petitions.example/p/a#{ID}"),
    ] {
        let link: Link = text.parse().unwrap();
        assert_eq!(link.to_string(), text);
        assert_eq!(link.petition.unwrap().pin.is_some(), text.contains('#'));
    }
    let link: Link = " https://Petitions.Example:443/ ".parse().unwrap();
    assert_eq!((link.to_string().as_str(), link.petition), ("https://petitions.example/", None));
    let link: Link = "https://петиция.example/p/a".parse().unwrap();
    assert_eq!(link.base.authority(), "xn--e1agazqz8d.example");
}

#[test]
fn a_link_from_a_browser_s_address_bar_is_the_same_link() {
    for (copied, plain) in [
        ("https://petitions.example/en/p/a".to_owned(), "https://petitions.example/p/a".to_owned()),
        (format!("https://petitions.example/ru/p/a#{ID}"), format!("https://petitions.example/p/a#{ID}")),
        ("https://petitions.example/ru/".to_owned(), "https://petitions.example/".to_owned()),
    ] {
        assert_eq!(copied.parse::<Link>(), plain.parse::<Link>());
        assert!(copied.parse::<Link>().is_ok(), "{copied}");
    }
    for path in ["en/q/a", "en/en/p/a", "EN/p/a", "e/p/a", "en//p/a"] {
        assert_eq!(refused(&format!("https://petitions.example/{path}")), LinkError::Path, "{path}");
    }
}

#[test]
fn other_links_are_refused_with_a_reason() {
    assert_eq!(refused("petitions.example/p/a"), LinkError::NotALink);
    assert_eq!(refused("ftp://petitions.example/p/a"), LinkError::NotALink);
    assert_eq!(refused("file:///p/a"), LinkError::NotALink);
    assert_eq!(refused("http://petitions.example/p/a"), LinkError::NotSecure);
    assert_eq!(refused("http://127.0.0.1.example/p/a"), LinkError::NotSecure);
    assert_eq!(refused("http://notonion/p/a"), LinkError::NotSecure);
    assert_eq!(refused("https://alice@petitions.example/p/a"), LinkError::Credentials);
    assert_eq!(refused("https://petitions.example/p/a?utm_source=mail"), LinkError::Query);
    assert_eq!(refused("https://petitions.example/p/"), LinkError::Path);
    assert_eq!(refused("https://petitions.example/p/a/b"), LinkError::Path);
    assert_eq!(refused("https://petitions.example/p/A"), LinkError::Path);
    assert_eq!(refused("https://petitions.example/q/a"), LinkError::Path);
    assert_eq!(refused(&format!("https://petitions.example/#{ID}")), LinkError::Path);
    assert_eq!(refused("https://petitions.example/p/a#AAAA"), LinkError::Pin);
    assert_eq!(refused("https://petitions.example/p/a#"), LinkError::Pin);
}

#[test]
fn bases() {
    assert_eq!("https://a/".parse::<Base>(), Err(BaseError::Form));
    assert_eq!("https://".parse::<Base>(), Err(BaseError::Form));
    assert_eq!("https://a b".parse::<Base>(), Err(BaseError::Form));
    assert_eq!("https://a@b".parse::<Base>(), Err(BaseError::Form));
    assert_eq!("http://10.0.0.1".parse::<Base>(), Err(BaseError::NotSecure));
    for (host, base) in [
        ("petitions.example", "https://petitions.example"),
        ("petitions.example:8443", "https://petitions.example:8443"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("localhost:8080", "http://localhost:8080"),
        ("abc.onion", "http://abc.onion"),
    ] {
        assert_eq!(Base::of_host(host).unwrap().to_string(), base);
    }
}
