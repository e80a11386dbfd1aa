//! Everything in one process: real servers, real keys, real logs; only the mails go into files and the terminal.

mod publish;
mod samples;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::config::Config;
use crate::serve::{OrganiserPolicy, Server};

/// What the demo is run with.
pub struct Demo {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Where databases, keys and mails are kept.
    pub data_dir: PathBuf,
    /// Seconds between publications.
    pub publish_interval: u64,
    /// The client package, if pages are to sign.
    pub client_dir: Option<PathBuf>,
}

/// Serves, publishes the sample petitions if they are not there yet, and says how to sign.
pub async fn run(demo: Demo) -> anyhow::Result<()> {
    let directory = std::path::absolute(&demo.data_dir)?;
    std::fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    keep_host(&demo, &directory)?;
    let config = Config::parse(&configuration(&demo, &directory)?)?;
    let server = Server::open(&config, None, OrganiserPolicy::AnyFromLoopback).await?;
    let kept = server.petitions().await?;
    let (ready, is_ready) = tokio::sync::oneshot::channel();
    let published = async {
        is_ready.await?;
        let links = publish::publish_samples(&demo, &directory, &kept).await?;
        greet(&demo, &directory, &links);
        anyhow::Ok(())
    };
    let served = server.run(move || {
        let _ = ready.send(());
    });
    tokio::pin!(served);
    tokio::select! {
        ended = &mut served => return ended,
        done = published => done?,
    }
    served.await
}

/// Manifests name the host for ever: a directory made for one address cannot serve another.
fn keep_host(demo: &Demo, directory: &std::path::Path) -> anyhow::Result<()> {
    let file = directory.join("host");
    let host = demo.listen.to_string();
    match std::fs::read_to_string(&file) {
        Ok(kept) if kept == host => Ok(()),
        Ok(kept) => anyhow::bail!(
            "{} was made for {kept}, which its petitions name. Use --listen {kept}, or another --data-dir.",
            directory.display()
        ),
        Err(_) => Ok(std::fs::write(file, host)?),
    }
}

fn configuration(demo: &Demo, directory: &std::path::Path) -> anyhow::Result<String> {
    let listen = demo.listen;
    let directory = directory.to_str().context("the data directory's path must be UTF-8")?;
    let path = |name: &str| toml::Value::String(format!("{directory}/{name}"));
    let database = |side: &str| toml::Value::String(format!("sqlite:{directory}/{side}.db"));
    let client_dir = match &demo.client_dir {
        Some(client_dir) => {
            let client_dir = std::path::absolute(client_dir)?;
            let client_dir = client_dir.to_str().context("the client package's path must be UTF-8")?;
            format!("client_dir = {}", toml::Value::String(client_dir.to_owned()))
        }
        None => String::new(),
    };
    Ok(format!(
        r#"
[identified]
listen = "{listen}"
public_url = "http://{listen}"
database = {identified_database}
keys = {identified_keys}
organisers = []

[identified.mail]
from = "no-reply@mail.example"
link_origin = "http://{listen}"
files = {outbox}

[identified.limits]
mails_per_domain = 10000
mails_per_network = 10000
mails_per_minute = 10000
proof_of_work.requests_per_minute = 10000

[anonymous]
listen = "{listen}"
public_url = "http://{listen}"
database = {anonymous_database}
keys = {anonymous_keys}
organisers = []
{client_dir}
"#,
        identified_database = database("identified"),
        identified_keys = path("identified-keys"),
        outbox = path("outbox"),
        anonymous_database = database("anonymous"),
        anonymous_keys = path("anonymous-keys"),
    ))
}

fn greet(demo: &Demo, directory: &std::path::Path, links: &[String]) {
    println!("Undersign's demo is ready at http://{}. Its petitions:", demo.listen);
    for link in links {
        println!("  {link}");
    }
    if demo.client_dir.is_none() {
        println!(
            "These pages can be read; signing on them needs the client package (cargo xtask client, --client-dir)."
        );
    }
    if let Some(link) = links.first() {
        println!(
            "Open one in a browser and sign, or sign from another terminal:\n  undersign sign '{link}' --email you@example.org"
        );
    }
    println!(
        "Mails are written to {}; their codes and links are printed here. Signatures are published every {} s.",
        directory.join("outbox").display(),
        demo.publish_interval
    );
}
