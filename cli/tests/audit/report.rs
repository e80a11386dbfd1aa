use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use undersign_log_generator::petition::Petition;
use undersign_log_generator::tiles::TileWriter;
use undersign_protocol::petition::{
    Notice, NoticeContent, NoticeSigner, NoticeText, PetitionId, SignedNotice, VerifiedManifest, manifest_signing_text,
    to_canonical,
};
use undersign_protocol::public_log::Entry;

use crate::world::{PLAN, World, text, undersign};

/// What would do something in a page, were it taken as more than text.
const HOSTILE: &str =
    "</title><script>alert(1)</script><img src=x onerror=alert(2)> [a](javascript:alert(3)) {{ 7 }} \u{202e}";

fn json_file(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn events(output: &std::process::Output) -> Vec<Value> {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The open tags of a document, without what is in attributes of ours that hold text.
fn tags(html: &str) -> Vec<String> {
    let name = |piece: &str| piece.chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
    html.split('<').skip(1).map(name).filter(|name| !name.is_empty()).collect()
}

#[test]
fn a_report_s_numbers_are_those_of_the_audit() {
    let world = World::new();
    let link = format!("{}#{}", world.link(), world.id());
    let verdict = world.audit(&[&link]).verdict().clone();
    let file = world.path("report.html");
    let said = events(&undersign(&["--json", "organiser", "report", &link, "--to", text(&file)]));
    assert_eq!((said.len(), &said[0]["event"]), (1, &json!("report")));
    let report = json_file(&world.path("report.json"));
    for name in [
        "petition_id",
        "slug",
        "log",
        "tree_size",
        "root",
        "signatures",
        "withdrawals",
        "total",
        "issued",
        "opens_at",
        "closes_at",
        "closed",
        "taken_down",
        "witnesses",
        "pinned",
    ] {
        assert_eq!(report[name], verdict[name], "{name}");
    }
    assert!(report["checkpoint"].as_str().unwrap().starts_with(&world.site.checkpoint.text()));
    let signed: u64 =
        report["batches"].as_array().unwrap().iter().map(|batch| batch["signatures"].as_u64().unwrap()).sum();
    assert_eq!((signed, report["batches"][2]["total"].as_u64()), (600, Some(580)));

    let html = fs::read_to_string(&file).unwrap();
    for part in [
        "<strong class=\"number\">580</strong>",
        "<td class=\"count\">631</td>",
        "Auditors",
        "Count what can be counted.",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let verify = format!("{}/p/generated/verify#{}", world.server.origin(), world.id());
    assert!(html.contains(&verify) && report["verify"] == verify.as_str());
    assert!(html.contains(&world.site.checkpoint.root.to_string()) && html.contains("Handed over"));
}

#[test]
fn a_report_loads_nothing_and_runs_nothing() {
    let world = World::new();
    let file = world.path("report.html");
    events(&undersign(&["--json", "organiser", "report", text(&world.site.copy), "--to", text(&file)]));
    let html = fs::read_to_string(&file).unwrap();
    let known = [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "section",
        "p",
        "h1",
        "h2",
        "strong",
        "table",
        "tr",
        "th",
        "td",
        "time",
        "ul",
        "ol",
        "li",
        "figure",
        "svg",
        "polygon",
        "polyline",
        "path",
        "text",
        "figcaption",
        "pre",
        "div",
        "code",
        "br",
    ];
    tags(&html).iter().for_each(|tag| assert!(known.contains(&tag.as_str()), "{tag}"));
    assert!(!["src=", "href=", "url(", "@import"].iter().any(|trace| html.contains(trace)));
}

#[test]
fn script_in_a_petition_s_words_and_names_does_nothing_in_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = write_hostile(folder.path());
    let file = folder.path().join("report.html");
    let copy = folder.path().join("copy");
    events(&undersign(&["--json", "organiser", "report", text(&copy), "--to", text(&file)]));
    let html = fs::read_to_string(&file).unwrap();
    assert!(html.contains("alert(1)"), "the control: the words are there");
    assert!(!tags(&html).iter().any(|tag| tag == "script" || tag == "img" || tag == "a"));
    assert_eq!(html.matches("</title>").count(), 1);
    assert!(!html.contains("javascript:alert(3)\"") && html.contains("{{ 7 }}"));
    assert_eq!(json_file(&folder.path().join("report.json"))["petition_id"], hostile.petition_id().to_string());
    let terminal = undersign(&["organiser", "stats", text(&copy)]);
    assert_eq!(terminal.status.code(), Some(0));
}

#[test]
fn a_log_that_is_not_true_gets_no_report() {
    let world = World::edited(&PLAN, |number, batch| {
        if number == 2 {
            batch.swap(10, 11);
        }
    });
    let file = world.path("report.html");
    for arguments in
        [vec!["report", text(&world.site.copy), "--to", text(&file)], vec!["stats", text(&world.site.copy)]]
    {
        let output = undersign(&[&["organiser"], arguments.as_slice()].concat());
        assert_eq!(output.status.code(), Some(5), "{arguments:?}");
    }
    assert!(!file.exists() && !world.path("report.json").exists());
}

#[test]
fn a_report_that_cannot_be_written_or_is_no_page_is_said() {
    let world = World::new();
    let to =
        |file: &Path| undersign(&["organiser", "report", text(&world.site.copy), "--to", text(file)]).status.code();
    assert_eq!(to(&world.path("report.txt")), Some(2));
    assert_eq!(to(&world.path("no/such/folder.html")), Some(7));
}

#[test]
fn growth_is_told_by_batches_and_nothing_finer() {
    let world = World::new();
    let said = events(&undersign(&["--json", "organiser", "stats", &world.link()]));
    let stats = &said[0];
    assert_eq!((&stats["event"], &stats["total"], &stats["issued"]), (&json!("stats"), &json!(580), &json!(631)));
    let column = |name: &str| {
        let batches = stats["batches"].as_array().unwrap().iter();
        batches.map(|batch| batch[name].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(column("signatures"), [250, 250, 100]);
    assert_eq!(column("withdrawals").iter().sum::<u64>(), 20);
    assert_eq!(column("total")[2], 580);
    assert!(column("tree_size").is_sorted());
    assert_eq!(stats["notices"][0]["after_batch"], 1);

    let output = undersign(&["organiser", "stats", text(&world.site.copy)]);
    let told = String::from_utf8(output.stdout).unwrap();
    let bars: Vec<usize> = told.lines().map(|line| line.matches('█').count()).filter(|length| *length > 0).collect();
    assert_eq!(bars, [30, 30, 12], "{told}");
    assert!(told.contains("580 signatures count") && told.contains("delivery of 2026-07-01"), "{told}");
}

/// A copy of a log of two entries: a petition of hostile words, and a delivery with a hostile title.
fn write_hostile(folder: &Path) -> VerifiedManifest {
    let petition = Petition::of_seed(1).unwrap();
    let mut manifest = petition.verified.manifest().clone();
    manifest.texts.values_mut().for_each(|text| {
        text.title = HOSTILE.to_owned();
        text.body = HOSTILE.to_owned();
        text.demands = vec![HOSTILE.to_owned()];
    });
    manifest.organiser.name.values_mut().for_each(|name| *name = HOSTILE.to_owned());
    manifest.addressees[0].name.values_mut().for_each(|name| *name = HOSTILE.to_owned());
    let canonical = to_canonical(&manifest).unwrap();
    let signature = petition.organiser_key.sign(&manifest_signing_text(&PetitionId::of_manifest(&canonical)));
    let verified = VerifiedManifest::verify(&canonical, signature).unwrap();
    let hostile = NoticeText { title: HOSTILE.to_owned(), body: HOSTILE.to_owned() };
    let notice = Notice {
        version: 1,
        petition_id: verified.petition_id(),
        signer: NoticeSigner::Organiser,
        published_at: "2026-07-01T12:00:00Z".parse().unwrap(),
        texts: verified.manifest().texts.keys().map(|language| (language.clone(), hostile.clone())).collect(),
        content: NoticeContent::Delivery { tree_size: 1 },
        recovery_key: None,
    };
    let notice = SignedNotice::sign(&notice, &petition.organiser_key).unwrap();
    let mut log = TileWriter::new(folder.join("copy/log"));
    log.append(Entry::Manifest { manifest: canonical, organiser_signature: signature }.encode()).unwrap();
    log.append(Entry::Notice(notice).encode()).unwrap();
    log.finish(&verified.log_origin(), &petition.log_key).unwrap();
    verified
}
