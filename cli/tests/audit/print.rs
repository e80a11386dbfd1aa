//! The report on paper, as a reader of PDF shows it: poppler draws its pages and takes its words out.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use undersign_log_generator::petition::Petition;
use undersign_log_generator::tiles::TileWriter;
use undersign_protocol::petition::{
    ByLanguage, Language, Manifest, PetitionId, VerifiedManifest, manifest_signing_text, to_canonical,
};
use undersign_protocol::public_log::Entry;

use crate::world::{World, text, undersign};

/// What would do something, were it markup of a typesetter, of PDF or of a page.
const HOSTILE: &str = "#eval(\"1+1\") $x^2$ \\input{secret} ) Tj ET (x) /URI <</JS (app.alert)>> *bold* @label <b>&lt;</b> %PDF \u{202e}cba";

/// Runs a program of poppler's on a file.
fn poppler(program: &str, arguments: &[&str], file: &Path) -> Vec<u8> {
    let mut command = Command::new(program);
    command.args(arguments).arg(file);
    // The others write there by themselves.
    if program == "pdftotext" {
        command.arg("-");
    }
    let output = command.output().expect("poppler-utils");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The words of each page, as they stand on it.
fn pages(file: &Path) -> Vec<String> {
    let words = String::from_utf8(poppler("pdftotext", &["-layout"], file)).expect("text");
    words.split('\u{c}').filter(|page| !page.trim().is_empty()).map(str::to_owned).collect()
}

/// The codes on a page, decoded from its picture.
fn codes(file: &Path, page: usize) -> Vec<String> {
    let page = page.to_string();
    let picture = poppler("pdftoppm", &["-gray", "-r", "150", "-f", &page, "-l", &page], file);
    // PGM: P5, width and height, 255, then a byte for each point.
    let mut parts = picture.splitn(4, |byte| *byte == b'\n');
    let (magic, size, depth, points) = (parts.next(), parts.next(), parts.next(), parts.next().expect("points"));
    assert_eq!((magic, depth), (Some(&b"P5"[..]), Some(&b"255"[..])));
    let size = String::from_utf8(size.expect("a size").to_vec()).expect("numbers");
    let (width, height) = size.split_once(' ').expect("two numbers");
    let (width, height) = (width.parse::<usize>().expect("a width"), height.parse().expect("a height"));
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| points[y * width + x]);
    picture.detect_grids().iter().map(|grid| grid.decode().expect("a code that can be read").1).collect()
}

fn report(source: &str, file: &Path) -> Value {
    let output = undersign(&["--json", "organiser", "report", source, "--to", text(file)]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&fs::read(file.with_extension("json")).expect("the numbers")).expect("JSON")
}

/// A copy of a log with one entry, a petition.
fn write_petition(folder: &Path, change: impl FnOnce(&mut Manifest)) -> VerifiedManifest {
    let petition = Petition::of_seed(1).expect("a petition");
    let mut manifest = petition.verified.manifest().clone();
    change(&mut manifest);
    let canonical = to_canonical(&manifest).expect("canonical");
    let signature = petition.organiser_key.sign(&manifest_signing_text(&PetitionId::of_manifest(&canonical)));
    let verified = VerifiedManifest::verify(&canonical, signature).expect("a good manifest");
    let mut log = TileWriter::new(folder.join("log"));
    log.append(Entry::Manifest { manifest: canonical, organiser_signature: signature }.encode()).expect("an entry");
    log.finish(&verified.log_origin(), &petition.log_key).expect("a log");
    verified
}

/// The petition in one other language, with these words wherever somebody wrote something.
fn in_one_language(manifest: &mut Manifest, language: &str, words: &str) {
    let language: Language = language.parse().expect("a language");
    let only = |text: String| ByLanguage::from([(language.clone(), text)]);
    let (_, mut text) = manifest.texts.pop_first().expect("a text");
    (text.title, text.demands) = (words.to_owned(), vec![words.to_owned()]);
    manifest.texts = [(language.clone(), text)].into();
    manifest.organiser.name = only(words.to_owned());
    for addressee in &mut manifest.addressees {
        (addressee.name, addressee.reason) = (only(words.to_owned()), only(words.to_owned()));
    }
    manifest.channels.clear();
    manifest.support.clear();
}

#[test]
fn the_printed_numbers_are_those_of_the_audit_and_its_code_leads_to_the_page_that_counts_again() {
    let world = World::new();
    let link = format!("{}#{}", world.link(), world.id());
    let file = world.path("report.pdf");
    let report = report(&link, &file);
    let pages = pages(&file);
    let words = pages.join("\n");
    let number_after = |label: &str| -> u64 {
        let line = words.lines().find(|line| line.trim_start().starts_with(label)).expect(label);
        let digits: String = line.trim_start()[label.len()..].chars().filter(char::is_ascii_digit).collect();
        digits.parse().expect(label)
    };
    for (label, name) in [
        ("Signatures in the log, each valid, none twice", "signatures"),
        ("Withdrawn, each a signature of this log, none twice", "withdrawals"),
        ("Total", "total"),
        ("Tokens issued, by the issuer's signed word", "issued"),
        ("Entries", "tree_size"),
    ] {
        assert_eq!(Some(number_after(label)), report[name].as_u64(), "{label}: {words}");
    }
    for name in ["petition_id", "root"] {
        assert!(words.contains(report[name].as_str().expect("text")), "{name}");
    }
    let note = report["checkpoint"].as_str().expect("a note");
    // Where a line is too long for the page, it goes on in the next.
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    let printed = letters(&words);
    assert!(note.lines().all(|line| printed.contains(&letters(line))), "{note}: {words}");
    assert!(["Auditors", "Count what can be counted.", "Handed over"].iter().all(|part| words.contains(part)));

    let found: Vec<String> = (1..=pages.len()).flat_map(|page| codes(&file, page)).collect();
    assert_eq!(found, [report["verify"].as_str().expect("a link")]);
    assert!(found[0].ends_with(&format!("/p/generated/verify#{}", world.id())));
}

#[test]
fn the_same_log_gives_the_same_paper_and_a_copy_that_counts_lies_beside_it() {
    let world = World::new();
    let folders = ["first", "second"].map(|name| world.path(name));
    folders.iter().for_each(|folder| fs::create_dir(folder).expect("a folder"));
    let [first, second] = folders.map(|folder| folder.join("report.pdf"));
    let link = format!("{}#{}", world.link(), world.id());
    let days = [&first, &second].map(|file| report(&link, file)["made_at"].as_str().expect("a time")[..10].to_owned());
    let copies = [&first, &second].map(|file| fs::read(file.with_extension("tar")).expect("the copy"));
    assert_eq!(copies[0], copies[1]);
    let papers = [&first, &second].map(|file| fs::read(file).expect("the paper"));
    assert!(papers[0] == papers[1] || days[0] != days[1], "on the same day the same bytes");
    let again = undersign(&["--json", "audit", text(&first.with_extension("tar")), "--pin", &world.id().to_string()]);
    assert_eq!(again.status.code(), Some(0));
}

#[test]
fn hostile_words_are_words_on_paper() {
    let folder = tempfile::tempdir().expect("a folder");
    write_petition(&folder.path().join("copy"), |manifest| in_one_language(manifest, "en", HOSTILE));
    let file = folder.path().join("report.pdf");
    report(text(&folder.path().join("copy")), &file);
    let words = pages(&file).join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = HOSTILE.replace('\u{202e}', "");
    // Title, organiser, each addressee's name and reason, demand.
    assert!(words.matches("$x^2$").count() >= 5, "{words}");
    assert!(words.contains(&shown), "{words}");
    let bytes = fs::read(&file).expect("the paper");
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    assert!(!has(b"/JavaScript") && !has(b"/OpenAction") && !has(b"/Launch"));
    let info = String::from_utf8(poppler_info(&file)).expect("text");
    assert!(
        info.contains("JavaScript:      no") && info.contains("Page size:       595.28 x 841.89 pts (A4)"),
        "{info}"
    );
}

/// What `pdfinfo` says.
fn poppler_info(file: &Path) -> Vec<u8> {
    Command::new("pdfinfo").arg(file).output().expect("poppler-utils").stdout
}

#[test]
fn persian_words_stand_from_right_to_left_with_their_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let title = "اتوبوس شب را نگه دارید";
    write_petition(&folder.path().join("copy"), |manifest| in_one_language(manifest, "fa", title));
    let file = folder.path().join("report.pdf");
    report(text(&folder.path().join("copy")), &file);
    let words = String::from_utf8(poppler("pdftotext", &["-raw"], &file)).expect("text");
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.chars().filter(|letter| letter.is_alphabetic()).collect();
        letters.sort_unstable();
        letters
    };
    assert!(words.lines().any(|line| letters(line) == letters(title)), "{words}");
    assert!(words.contains("۰") && !words.contains("signatures count"), "{words}");
    // The first line begins at the right margin.
    let boxes = String::from_utf8(poppler("pdftotext", &["-bbox", "-f", "1", "-l", "1"], &file)).expect("XML");
    let right = |line: &str| line.split("xMax=\"").nth(1)?.split('"').next()?.parse::<f32>().ok();
    let rightmost = boxes.lines().filter_map(right).fold(0.0, f32::max);
    assert!((rightmost - (595.28 - 65.2)).abs() < 3.0, "{rightmost}");
}

#[test]
fn letters_that_the_paper_lacks_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    write_petition(&folder.path().join("copy"), |manifest| in_one_language(manifest, "zh", "保留公交车"));
    let file = folder.path().join("report.pdf");
    let copy = folder.path().join("copy");
    let output = undersign(&["organiser", "report", text(&copy), "--to", text(&file)]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("The PDF has no letters for ") && said.contains('保'), "{said}");
}
