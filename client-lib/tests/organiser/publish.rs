use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::{Value, json};
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::organiser::{
    Folder, PublishError, format_publication, parse_publication, prepare_request, publish_request, read_handed_in,
    read_prepared_anonymous, read_prepared_identified, read_published, read_review, review_request,
};
use undersign_client_lib::request::Side;
use undersign_client_lib::response::Response;
use undersign_protocol::petition::{PetitionState, PrepareRequest, ReviewQuestion, ReviewState, VerifiedManifest};
use undersign_protocol::problem::Problem;

use crate::support::{changed, organiser_key, prepared, signed, small};

fn manifest() -> VerifiedManifest {
    signed(&Folder::parse(&small()).expect("a good folder")).expect("a good manifest")
}

fn base() -> Base {
    "https://petitions.example".parse().expect("a base")
}

fn answer(status: u16, body: &Value) -> Response {
    Response {
        status,
        media_type: Some(if status == 200 { "application/json" } else { "application/problem+json" }.to_owned()),
        retry_after: None,
        body: body.to_string().into_bytes(),
    }
}

fn document(manifest: &VerifiedManifest) -> Value {
    json!({
        "petition_id": manifest.petition_id(),
        "state": "announced",
        "manifest": serde_json::from_slice::<Value>(manifest.canonical()).expect("JSON"),
        "organiser_signature": manifest.organiser_signature(),
    })
}

#[test]
fn prepare_requests_are_signed_and_each_its_own() {
    let slug = "bus".parse().expect("a slug");
    let mut rng = UnwrapErr(SysRng);
    let mut request = |side| prepare_request(side, &base(), &slug, &organiser_key(), &mut rng);
    let (identified, anonymous) = (request(Side::Identified), request(Side::Anonymous));
    assert_eq!((identified.side(), anonymous.side()), (Side::Identified, Side::Anonymous));
    assert_ne!(identified.content(), anonymous.content());
    for request in [identified, anonymous] {
        assert_eq!(request.url(), "https://petitions.example/v1/petitions/prepare");
        assert!(request.headers().contains(&("content-type", "application/json".to_owned())));
        let body: PrepareRequest = serde_json::from_slice(request.content()).expect("a prepare request");
        assert_eq!(body.slug, slug);
        body.verify().expect("a valid signature");
    }
}

#[test]
fn prepared_answers_are_read_from_one_process_or_two() {
    let (identified, anonymous) = prepared();
    let both = json!({ "issuer": identified.issuer, "origin": anonymous.origin, "log": anonymous.log });
    assert_eq!(read_prepared_identified(&answer(200, &both)).expect("the issuer"), identified);
    assert_eq!(read_prepared_anonymous(&answer(200, &both)).expect("origin and log"), anonymous);
    assert!(read_prepared_identified(&answer(200, &json!({}))).is_err());
    let refusal = serde_json::to_value(Problem::OrganiserNotAllowed.document(None)).expect("JSON");
    match read_prepared_anonymous(&answer(403, &refusal)) {
        Err(PublishError::Answer(error)) => assert_eq!(error.problem(), Some(Problem::OrganiserNotAllowed)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_publication_is_posted_and_kept_byte_for_byte() {
    let manifest = manifest();
    let request = publish_request(Side::Anonymous, &base(), &manifest);
    assert_eq!(request.url(), "https://petitions.example/v1/petitions");
    assert_eq!(request.content(), format_publication(&manifest));
    assert!(request.content().windows(manifest.canonical().len()).any(|part| part == manifest.canonical()));
    assert_eq!(parse_publication(request.content()).expect("the manifest"), manifest);
}

#[test]
fn a_kept_publication_that_was_changed_is_refused() {
    let text = String::from_utf8(format_publication(&manifest())).expect("text");
    for wrong in [text.replace("Residents", "Strangers"), text.replace("\"bus\"", "\"bus2\""), text[1..].to_owned()] {
        parse_publication(wrong.as_bytes()).expect_err("a refusal");
    }
}

#[test]
fn an_answer_must_be_about_this_petition() {
    let manifest = manifest();
    let state = read_published(&answer(200, &document(&manifest)), &manifest).expect("the state");
    assert_eq!(state, PetitionState::Announced);
    let other = changed("petition.toml", "slug = \"bus\"", "slug = \"tram\"");
    let other = signed(&Folder::parse(&other).expect("a good folder")).expect("a good manifest");
    let error = read_published(&answer(200, &document(&other)), &manifest).expect_err("a refusal");
    assert!(matches!(error, PublishError::OtherPetition));
}

#[test]
fn a_publication_that_waits_is_told_apart_from_one_that_is_public() {
    let manifest = manifest();
    let waiting = json!({ "petition_id": manifest.petition_id(), "state": "waiting" });
    assert_eq!(read_handed_in(&answer(202, &waiting), &manifest).expect("it waits"), None);
    let public = read_handed_in(&answer(200, &document(&manifest)), &manifest).expect("it is public");
    assert_eq!(public, Some(PetitionState::Announced));
    let other = json!({ "petition_id": "A".repeat(43), "state": "waiting" });
    let error = read_handed_in(&answer(202, &other), &manifest).expect_err("a refusal");
    assert!(matches!(error, PublishError::OtherPetition));
}

#[test]
fn a_question_where_a_petition_stands_is_signed_anew_each_time() {
    let (manifest, now) = (manifest(), "2026-12-01T00:00:00Z".parse().expect("a time"));
    let mut rng = UnwrapErr(SysRng);
    let mut request = || review_request(Side::Identified, &base(), &manifest, &organiser_key(), now, &mut rng);
    let (first, second) = (request(), request());
    assert_ne!(first.content(), second.content());
    assert_eq!(first.url(), format!("https://petitions.example/v1/petitions/{}/review", manifest.petition_id()));
    let question: ReviewQuestion = serde_json::from_slice(first.content()).expect("a question");
    question.verify(&manifest.petition_id(), &organiser_key().public_key()).expect("a valid signature");

    let refused = json!({ "petition_id": manifest.petition_id(), "state": "refused", "reason": "No." });
    let read = read_review(&answer(200, &refused), &manifest).expect("an answer");
    assert_eq!((read.state, read.reason.as_deref()), (ReviewState::Refused, Some("No.")));
    let other = json!({ "petition_id": "A".repeat(43), "state": "refused" });
    assert!(read_review(&answer(200, &other), &manifest).is_err());
}
