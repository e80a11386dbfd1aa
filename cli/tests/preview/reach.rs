use std::fs;
use std::net::TcpStream;

use crate::world::{PAGE, Preview, command};

#[test]
fn only_this_machine_is_listened_to() {
    let preview = Preview::of_sample();
    let mut other = preview.address();
    assert!(TcpStream::connect(other).is_ok(), "the control");
    // Another address of this machine: whoever listens to everything listens to this one, too.
    other.set_ip([127, 0, 0, 2].into());
    assert!(TcpStream::connect(other).is_err());
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8000", "8000", "localhost"] {
        let refused = command(&["organiser", "preview", ".", "--listen", address]).output().expect("the command runs");
        assert_eq!(refused.status.code(), Some(2), "{address}");
    }
}

#[test]
fn another_site_s_name_that_leads_here_shows_nothing() {
    let preview = Preview::of_sample();
    let port = preview.address().port();
    for host in [format!("localhost:{port}"), format!("127.0.0.1:{port}"), "[::1]".to_owned(), "localhost".to_owned()] {
        assert_eq!(preview.ask("GET", PAGE, &host, "").status, 200, "{host}");
    }
    for host in ["evil.example", &format!("evil.example:{port}"), "127.0.0.1.evil.example", "192.0.2.1", ""] {
        let answer = preview.ask("GET", PAGE, host, "");
        assert!(answer.status == 421 || answer.status == 400, "{host}: {}", answer.status);
        assert!(!answer.text().contains("night bus"), "{host}");
    }
    let answer = preview.get(PAGE);
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[test]
fn a_path_never_leads_to_a_file() {
    let preview = Preview::of_sample();
    preview.write("notes.txt", "planted");
    fs::create_dir(preview.path(".published")).expect("a folder");
    preview.write(".published/kept.json", "planted");
    preview.write("en/petition.md", "# Planted\n\nplanted\n\nplanted\n");
    assert!(preview.page(PAGE).contains("planted"), "the control");
    for path in [
        "/notes.txt",
        "/petition.toml",
        "/en/petition.md",
        "/.published/kept.json",
        "/../notes.txt",
        "/en/../notes.txt",
        "/en/p/night-bus-17/../../../notes.txt",
        "/en/p/night-bus-17/%2e%2e/%2e%2e/%2e%2e/notes.txt",
        "/p/..%2f..%2fnotes.txt",
        "/assets/preview/../../notes.txt",
        "/assets/preview/../notes.txt",
        "/assets/preview//etc/passwd",
        "/p/night-bus-17/picture.jpg",
        "//etc/passwd",
    ] {
        let answer = preview.get(path);
        assert_eq!(answer.status, 404, "{path}");
        let text = answer.text();
        assert!(!text.contains("planted") && !text.contains("root:"), "{path}");
    }
}

#[test]
fn nothing_can_be_sent() {
    let preview = Preview::of_sample();
    let host = preview.address().to_string();
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(preview.ask(method, PAGE, &host, "content-length: 0\r\n").status, 405, "{method}");
    }
    let head = preview.ask("HEAD", PAGE, &host, "");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn a_folder_that_is_not_there_is_not_shown() {
    let ended = command(&["organiser", "preview", "/there/is/no/such/folder"]).output().expect("the command runs");
    assert_eq!(ended.status.code(), Some(7));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("is not a folder"));
}
