use std::collections::BTreeSet;

use crate::sources::repository;

/// Method and path of a route, with the names that openapi.yaml gives to what is left open.
pub type Route = (String, String);

/// Every route of specs/openapi.yaml.
pub fn specified_routes() -> BTreeSet<Route> {
    let sources = repository();
    let file = sources.iter().find(|source| source.path == "specs/openapi.yaml").expect("specs/openapi.yaml");
    routes_of(&file.text)
}

/// Paths are indented by two, methods by four.
pub fn routes_of(text: &str) -> BTreeSet<Route> {
    let mut path = "";
    let mut routes = BTreeSet::new();
    for line in text.lines() {
        let key = line.trim_start().strip_suffix(':');
        match (line.len() - line.trim_start().len(), key) {
            (2, Some(key)) => path = key,
            (4, Some(method @ ("get" | "post" | "put" | "delete" | "patch"))) if path.starts_with('/') => {
                routes.insert((method.to_uppercase(), path.to_owned()));
            }
            _ => {}
        }
    }
    routes
}

/// Paths that the server's source routes, without the names of what is left open: `/v1/petitions/{}/notices`. Witness,
/// evaluator and relay, which are programs of their own, are left out.
pub fn routed_paths() -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for source in repository() {
        let apart = ["server/src/witness/", "server/src/evaluator/", "server/src/relay/"];
        let is_apart = apart.iter().any(|part| source.path.starts_with(part));
        if !source.is_in("server/src/", ".rs") || is_apart {
            continue;
        }
        let code = source.code();
        for (start, call) in code.match_indices(".route(\"").chain(code.match_indices(".route(&format!(\"")) {
            let rest = &code[start + call.len()..];
            let path = rest.split('"').next().unwrap_or_default().replace("{prefix}", "");
            paths.insert(nameless(&path.replace("{{", "{").replace("}}", "}")));
        }
    }
    paths
}

/// `{petition}` and `{*tile}` become `{}`.
pub fn nameless(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}
