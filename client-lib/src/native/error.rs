use crate::lookup::LookupError;

/// Why nothing came back. It names no URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection to the server.
    #[error("the server cannot be reached")]
    Connect,
    /// The proxy does not answer; there is no second way.
    #[error("the proxy cannot be reached, and nothing goes past it. Is it running?")]
    ProxyAway,
    /// The proxy answers, and does not lead on to the server.
    #[error("the proxy cannot reach the server")]
    BehindProxy,
    /// The proxy takes no user names, or not this one.
    #[error(
        "the proxy does not take the user name that it was given, and nothing goes past it. Names keep the stages of a signing apart; \
         for a proxy that knows none, add --proxy-without-names"
    )]
    ProxyNames,
    /// An onion service, and no proxy that could lead there.
    #[error("an onion service is reached through Tor alone: add --proxy socks5h://127.0.0.1:9050")]
    OnionWithoutProxy,
    /// Nothing within the time allowed.
    #[error("the server did not answer in time")]
    Timeout,
    /// More than 8 MiB.
    #[error("the answer is too large")]
    TooLarge,
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
    /// The system's TLS could not be set up.
    #[error("TLS could not be set up on this machine")]
    Tls,
}

/// Why a petition could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Nothing came back.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Not what was asked for.
    #[error(transparent)]
    Lookup(#[from] LookupError),
}

impl TransportError {
    /// Whether it can pass by itself.
    pub fn is_transient(self) -> bool {
        match self {
            Self::Connect | Self::ProxyAway | Self::BehindProxy | Self::Timeout | Self::Broken => true,
            Self::ProxyNames | Self::OnionWithoutProxy | Self::TooLarge | Self::Tls => false,
        }
    }

    pub(super) fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() {
            Self::of_connecting(error)
        } else if error.is_timeout() {
            Self::Timeout
        } else {
            Self::Broken
        }
    }

    /// What the library says of a proxy it says in words alone: its types are private. Other words than these tell less, and nothing
    /// wrong; a test looks whether they still come.
    fn of_connecting(error: &reqwest::Error) -> Self {
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = cause {
            match error.to_string().strip_prefix("SOCKS error: ") {
                Some("failed to create underlying connection") => return Self::ProxyAway,
                Some(
                    "server does not support user/pass authentication"
                    | "server implements authentication incorrectly"
                    | "credentials not accepted",
                ) => return Self::ProxyNames,
                Some(_) => return Self::BehindProxy,
                None => cause = error.source(),
            }
        }
        if error.is_timeout() { Self::Timeout } else { Self::Connect }
    }
}
