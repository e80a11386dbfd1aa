use std::path::PathBuf;

use clap::Args;
use undersign_protocol::oblivious::RelayUrl;

use super::seconds;

/// How to reach servers.
#[derive(Debug, Args)]
pub struct ConnectionArguments {
    /// Connect through this proxy only, for instance socks5h://127.0.0.1:9050; never directly, not even when it fails. Each stage has a
    /// user name of its own there, so that Tor leads each another way
    #[arg(long, value_name = "URL", env = "UNDERSIGN_PROXY", hide_env_values = true)]
    pub proxy: Option<String>,
    /// Give the proxy no user names: for one that knows none, as `ssh -D` opens it. All stages then come out at one place
    #[arg(long, requires = "proxy")]
    pub proxy_without_names: bool,
}

/// Which way what is handed in goes. Without one of these, through the relays that the host's log announces, where it does.
#[derive(Debug, Clone, Args)]
pub struct RelayArguments {
    /// Hand in through this relay alone (Oblivious HTTP), also where the host's log does not announce it; never directly
    #[arg(long, value_name = "URL")]
    pub relay: Option<RelayUrl>,
    /// Hand in directly, also where relays are announced: the server then sees where it comes from
    #[arg(long, conflicts_with = "relay")]
    pub direct: bool,
}

/// Whom to believe besides the server.
#[derive(Debug, Args)]
pub struct TrustArguments {
    /// Witness policy (C2SP tlog-policy): nothing is believed that its witnesses have not cosigned
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// How long ago they may have done so at most, as 90s, 30m, 2h, 1d; counted back from now, or from the petition's end where that is
    /// past. A server has its logs cosigned again every hour. Without this 1d, and any time for a copy
    #[arg(long, value_name = "DURATION", value_parser = age, requires = "policy")]
    pub max_age: Option<u64>,
}

fn age(text: &str) -> Result<u64, String> {
    seconds(text).ok_or_else(|| "say a duration such as 90s, 30m, 2h or 1d".to_owned())
}
