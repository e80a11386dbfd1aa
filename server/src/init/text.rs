use askama::Template;

use super::InitError;
use super::layout::Site;

/// A configuration with comments.
#[derive(Template)]
#[template(path = "init/config.toml", escape = "none")]
pub struct ConfigText<'a> {
    pub identified: Option<u16>,
    pub anonymous: Option<u16>,
    pub one_file: bool,
    pub issuer: &'a str,
    pub origin: &'a str,
    pub mail: Option<&'a str>,
    pub sender_host: &'a str,
    pub dir: &'a str,
}

/// A unit of systemd.
#[derive(Template)]
#[template(path = "init/unit.service", escape = "none")]
pub struct UnitText<'a> {
    pub description: &'a str,
    pub config: &'a str,
    pub side_argument: &'a str,
    pub user: &'a str,
    /// Below /var/lib; `None` where the directory is elsewhere.
    pub state_directories: Option<String>,
    pub own: Vec<String>,
    pub others: Vec<String>,
}

/// A journal in memory.
#[derive(Template)]
#[template(path = "init/journald.conf", escape = "none")]
pub struct JournaldText {}

/// Caddy's configuration.
#[derive(Template)]
#[template(path = "init/Caddyfile", escape = "none")]
pub struct Caddyfile<'a> {
    pub sites: &'a [Site],
}

/// nginx's.
#[derive(Template)]
#[template(path = "init/nginx.conf", escape = "none")]
pub struct NginxText<'a> {
    sites: &'a [Site],
    ports: Vec<&'a str>,
    has_standard_ports: bool,
}

impl<'a> NginxText<'a> {
    pub fn new(sites: &'a [Site]) -> Self {
        let mut ports: Vec<&str> = sites.iter().map(Site::public_port).collect();
        ports.sort_unstable();
        ports.dedup();
        let has_standard_ports = ports.contains(&"443");
        Self { sites, ports, has_standard_ports }
    }
}

/// What to do next.
#[derive(Template)]
#[template(path = "init/next.txt", escape = "none")]
pub struct NextText<'a> {
    pub machine: &'a str,
    pub steps: Vec<String>,
}

/// Fills a page in. It ends with one newline.
pub fn render(page: &impl Template) -> Result<String, InitError> {
    Ok(format!("{}\n", page.render()?.trim_end()))
}
