use undersign_protocol::petition::{Language, Localized, Manifest, Text, VerifiedManifest};

use crate::petition::Petition;

/// One line of the list.
pub(super) fn queue_line(side: &str, state: &str, petition: &VerifiedManifest) -> String {
    let manifest = petition.manifest();
    let title = manifest.texts.values().next().map(|text| text.title.as_str()).unwrap_or_default();
    let (id, slug) = (petition.petition_id(), &manifest.slug);
    format!("{side:<10}  {state:<10}  {id}  {slug}  {}", plain(title))
}

/// Everything that people will see, and whose it is.
pub(super) fn shown(state: &str, petition: &VerifiedManifest) -> String {
    let manifest = petition.manifest();
    let mut lines = vec![
        format!("state        {state}"),
        format!("petition_id  {}", petition.petition_id()),
        format!("slug         {}", manifest.slug),
        format!("organiser    {}", manifest.organiser.public_key),
        format!("opens_at     {}", manifest.opens_at),
        format!("closes_at    {}", Petition::without_notices(petition.clone()).closes_at()),
    ];
    lines.extend(manifest.replaces.map(|replaces| format!("replaces     {replaces}")));
    let links = manifest.channels.iter().chain(&manifest.support);
    lines.extend(links.map(|link| format!("link         {}", plain(&link.url))));
    if let Some(picture) = &manifest.picture {
        lines.push(format!(
            "picture      the file with SHA-256 {}; show --picture FILE writes what people will see",
            picture.sha256
        ));
    }
    for (language, text) in &manifest.texts {
        lines.push(language_text(manifest, language, text));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn language_text(manifest: &Manifest, language: &Language, text: &Text) -> String {
    let localized = |texts: &Localized| texts.get(language).cloned().unwrap_or_default();
    let mut parts = vec![
        format!("\n== {language} =="),
        format!("Organiser: {}", localized(&manifest.organiser.name)),
        format!("# {}", text.title),
        text.summary.clone(),
        text.body.clone(),
    ];
    parts.extend(text.demands.iter().map(|demand| format!("Demand: {demand}")));
    let addressees = manifest.addressees.iter();
    parts.extend(addressees.map(|to| format!("To: {} — {}", localized(&to.name), localized(&to.reason))));
    parts.extend(text.faq.iter().map(|faq| format!("{}\n{}", faq.question, faq.answer)));
    parts.extend((!text.help.is_empty()).then(|| format!("Help:\n{}", text.help)));
    let links = manifest.channels.iter().chain(&manifest.support);
    parts.extend(links.map(|link| format!("Link: {}", localized(&link.label))));
    parts.extend(manifest.picture.as_ref().map(|picture| format!("Picture: {}", localized(&picture.alt))));
    plain(&parts.join("\n\n"))
}

/// Without what a terminal obeys, and what turns the direction of writing around.
fn plain(text: &str) -> String {
    let turns =
        |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|letter| *letter == '\n' || !(letter.is_control() || turns(*letter))).collect()
}

#[cfg(test)]
mod tests {
    use undersign_log_generator::petition::Petition as Generated;

    use super::{plain, shown};

    #[test]
    fn nothing_that_people_will_see_is_left_out_for_the_moderator() {
        let petition = Generated::of_seed(1).expect("a petition").verified;
        let text = shown("waiting", &petition);
        let manifest = petition.manifest();
        for (language, words) in &manifest.texts {
            for part in [&words.title, &words.summary, &words.body, &manifest.organiser.name[language]] {
                assert!(text.contains(part), "{part}: {text}");
            }
            assert!(words.demands.iter().all(|demand| text.contains(demand)));
            assert!(manifest.addressees.iter().all(|to| text.contains(&to.reason[language])));
        }
    }

    #[test]
    fn nothing_of_others_moves_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\u{7}\u{202e}c\nПетиция"), "a[31mbc\nПетиция");
    }
}
