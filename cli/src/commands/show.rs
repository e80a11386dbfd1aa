use serde_json::{Value, json};
use undersign_client_lib::checked::CheckedPetition;
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::facts::{Overdue, overdue};
use undersign_client_lib::link::{Link, PetitionLink};
use undersign_client_lib::lookup::list_request;
use undersign_client_lib::native::Transport;
use undersign_protocol::petition::{
    EarlierTotal, Language, NoticeContent, NoticeSigner, PetitionList, PetitionState, Redemption, Tags, VerifiedNotice,
};
use undersign_protocol::tally::TotalDocument;

use crate::args::ShowArguments;
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::overdue::overdue_lines;
use crate::petition::{Purpose, look_up, names, pin_line, total, transport, trust_in_server};
use crate::problems;
use crate::text::{day, in_language, plain};

/// `undersign show URL`: one petition, checked; or, for a link to a server alone, the names of all its petitions.
pub async fn run(arguments: ShowArguments, output: &Output) -> CommandResult {
    let transport = transport(&arguments.connection)?;
    let Link { base, petition } = &arguments.link;
    let language = arguments.locale.as_ref();
    let Some(link) = petition else { return list(&transport, base, language, output).await };
    let trust = trust_in_server(&arguments.trust)?;
    let petition = look_up(&transport, base, link, trust.as_ref(), Purpose::Show, output).await?;
    let total = total(&transport, &petition).await?;
    let pinned_link =
        Link { base: base.clone(), petition: Some(PetitionLink { pin: Some(petition.petition_id()), ..link.clone() }) };
    output.event(
        "petition",
        fields(&petition, &total, &pinned_link, language),
        text(&petition, &total, &pinned_link, language),
    );
    Ok(())
}

fn fields(petition: &CheckedPetition, total: &TotalDocument, link: &Link, language: Option<&Language>) -> Value {
    let manifest = petition.manifest();
    let (title, organiser) = names(petition.manifest(), language);
    // A text that was taken down is not shown to programs either.
    let shown = (!petition.is_taken_down()).then_some(());
    let title = shown.map(|()| title);
    let demands = shown.and_then(|()| in_language(&manifest.texts, language)).map(|text| &text.demands);
    json!({
        "petition_id": petition.petition_id(), "slug": manifest.slug, "title": title, "organiser": organiser,
        "organiser_key": manifest.organiser.public_key, "state": petition.state(), "opens_at": manifest.opens_at,
        "closes_at": petition.closes_at(), "ends_at": petition.ends_at(), "taken_down": petition.is_taken_down(),
        "notices": petition.notices().iter().map(|notice| notice.notice()).collect::<Vec<_>>(), "demands": demands, "goals": manifest.goals, "total": total.total,
        "signatures": total.signatures, "withdrawals": total.withdrawals, "issued": total.issued,
        "tree_size": total.tree_size, "root": total.root, "pinned": petition.is_pinned(),
        "witnessed": petition.is_witnessed(), "link": link.to_string(), "onion": petition.onion(),
        "relays": relays(petition),
        "tags": manifest.issuer.tags,
        "overdue": late(petition).iter().map(|late| json!({
            "answer_until": late.answer_until.to_string(), "addressees": late.addressees,
        })).collect::<Vec<_>>(),
        "asked_for_together": petition.run().iter().map(|row| &row.slug).collect::<Vec<_>>(),
    })
}

fn text(petition: &CheckedPetition, total: &TotalDocument, link: &Link, language: Option<&Language>) -> String {
    let manifest = petition.manifest();
    let (title, organiser) = names(petition.manifest(), language);
    let mut lines = if petition.is_taken_down() {
        vec!["The text of this petition was taken down. Its log and its total stay.".to_owned()]
    } else {
        let mut lines = vec![title, format!("by {organiser}"), String::new()];
        lines.extend(own_text(petition, language));
        lines
    };
    lines.extend(petition.notices().iter().rev().flat_map(|notice| news(notice, language)));
    let late: Vec<String> = overdue_lines(&late(petition), manifest, language).collect();
    if !late.is_empty() {
        lines.push(String::new());
        lines.extend(late);
    }
    let goal = manifest.goals.iter().find(|goal| **goal > total.total).or(manifest.goals.last());
    let goal = goal.map(|goal| format!(" of {goal}")).unwrap_or_default();
    let state = match petition.state() {
        PetitionState::Announced => format!("opens at {}", manifest.opens_at),
        PetitionState::Open => format!("open until {}", petition.closes_at()),
        PetitionState::Closing => {
            format!("closed at {}; tokens are still redeemed until {}", petition.closes_at(), petition.ends_at())
        }
        PetitionState::Closed => format!("closed at {}", petition.closes_at()),
    };
    lines.push(String::new());
    lines
        .push(format!("Signatures: {}{goal} ({} entries in the log, signed by its key)", total.total, total.tree_size));
    let earlier = petition.notices().iter().rev().find_map(|notice| match &notice.notice().content {
        NoticeContent::EarlierTotal(earlier) => Some(earlier),
        _ => None,
    });
    lines.extend(earlier.map(|earlier| format!("Not among them: {}", elsewhere(earlier, language))));
    lines.push(format!("State: {state}"));
    if let Redemption::NextEpoch { epoch } = manifest.redemption {
        lines.push(format!(
            "Signatures are handed in at least one period of {epoch} seconds after the mail was confirmed."
        ));
    }
    lines.push(tags_line(manifest.issuer.tags).to_owned());
    lines.push(format!("Checked: {}", pin_line(petition)));
    lines.push(format!("Link: {link}"));
    if let Some(onion) = petition.onion() {
        let link = Link { base: onion.clone(), petition: link.petition.clone() };
        lines.push(format!("Through Tor, by the host's log: {link}"));
    }
    lines.extend(relays_line(petition));
    lines.join("\n")
}

/// Whether what is handed in hides where it comes from.
fn relays_line(petition: &CheckedPetition) -> Option<String> {
    let relays = relays(petition);
    let without_key = match petition.announced().key(clock::now()) {
        Some(_) => "",
        None => "; but it announces no key for them now",
    };
    (!relays.is_empty()).then(|| {
        format!(
            "Handed in through a relay, so that the server does not see from where; by the host's log: {}{without_key}",
            relays.join(", ")
        )
    })
}

fn relays(petition: &CheckedPetition) -> Vec<String> {
    petition.announced().relays().iter().map(ToString::to_string).collect()
}

/// What a seizure of the server gives away of addresses, as the manifest has it.
fn tags_line(tags: Tags) -> &'static str {
    match tags {
        Tags::Local => {
            "Addresses: until the close, whoever seizes the server with its keys can test addresses that he guesses \
             (tags: local)."
        }
        Tags::Evaluator => {
            "Addresses: a seized server cannot test guessed addresses by itself; a second machine has to help \
             (tags: evaluator)."
        }
    }
}

/// What the petition itself says.
fn own_text(petition: &CheckedPetition, language: Option<&Language>) -> Vec<String> {
    let (manifest, mut lines) = (petition.manifest(), Vec::new());
    if let Some(text) = in_language(&manifest.texts, language) {
        lines.push(plain(&text.summary));
        lines.push(String::new());
        lines.extend(text.demands.iter().map(|demand| format!("  - {}", plain(demand))));
    }
    for addressee in &manifest.addressees {
        let name = in_language(&addressee.name, language).map(|name| plain(name)).unwrap_or_default();
        lines.push(format!("To: {name}"));
    }
    lines
}

/// Which answers are overdue, by the clock of this machine.
fn late(petition: &CheckedPetition) -> Vec<Overdue> {
    overdue(petition.manifest(), petition.notices().iter().map(VerifiedNotice::notice), clock::now())
}

/// A notice, from the log.
fn news(notice: &VerifiedNotice, language: Option<&Language>) -> Vec<String> {
    let notice = notice.notice();
    let what = match &notice.content {
        NoticeContent::Update {} => "news".to_owned(),
        NoticeContent::Close { closes_at } => format!("closes earlier, at {closes_at}"),
        NoticeContent::TakeDown {} => "text taken down".to_owned(),
        NoticeContent::Correction { replaced_by } => format!("replaced by {replaced_by}"),
        NoticeContent::Delivery { tree_size } => format!("handed over with {tree_size} entries in the log"),
        NoticeContent::Answer {} => "answer of an addressee".to_owned(),
        NoticeContent::EarlierTotal(earlier) => elsewhere(earlier, language),
    };
    let signer = match notice.signer {
        NoticeSigner::Organiser if notice.recovery_key.is_some() => "the organiser, with the recovery key",
        NoticeSigner::Organiser => "the organiser",
        NoticeSigner::Operator => "the operator",
    };
    let mut lines = vec![String::new(), format!("{} ({what}; from {signer})", notice.published_at)];
    if let Some(text) = in_language(&notice.texts, language) {
        lines.extend([plain(&text.title), plain(&text.body)]);
    }
    lines
}

/// What was collected elsewhere, apart from what is counted here.
fn elsewhere(earlier: &EarlierTotal, language: Option<&Language>) -> String {
    let source = in_language(&earlier.source, language).map(|source| plain(source)).unwrap_or_default();
    let (day, count) = (day(&earlier.counted_on), earlier.count);
    format!("{count} signatures collected before, elsewhere, as of {day}: {source}; cannot be verified, not counted")
}

/// Names only: a list is the server's word, and each petition is checked when it is opened.
async fn list(transport: &Transport, base: &Base, language: Option<&Language>, output: &Output) -> CommandResult {
    let answer = transport.send(&list_request(base)).await.map_err(|error| {
        Failure::new(Exit::Unreachable, format!("{base}: {error}. It is safe to repeat this command."))
    })?;
    let list: PetitionList = answer.expect_json(200).map_err(|error| problems::answer(base, &error))?;
    for row in &list.petitions {
        let link = Link { base: base.clone(), petition: Some(PetitionLink { slug: row.slug.clone(), pin: None }) };
        let title = in_language(&row.titles, language).map(|title| plain(title)).unwrap_or_default();
        output.event(
            "listed",
            json!({ "petition_id": row.petition_id, "slug": row.slug, "state": row.state, "title": title, "link": link.to_string() }),
            format!("{link}  {title}"),
        );
    }
    if list.petitions.is_empty() {
        output.note("This server has no petition.");
    } else {
        output.note("Not checked: undersign show with one of these links checks a petition.");
    }
    Ok(())
}
