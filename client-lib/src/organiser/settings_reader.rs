//! `petition.toml` → [`Settings`], with every rule that the protocol has for them.

use undersign_protocol::petition::{Publication, Redemption};
use undersign_protocol::timestamp::{DAY, Timestamp};

use super::sections_reader::{read_addressees, read_channels, read_organiser, read_picture};
use super::settings::{DEFAULT_EPOCH, DEFAULT_GOALS, DEFAULT_GRACE, DEFAULT_PUBLICATION, Settings};
use super::text_rules::is_colour;
use super::toml_reader::{Reader, Table, Told};

/// Reads everything before it gives up on anything, so that all problems are told at once.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Settings, Told> {
    let mut root = reader.document()?;
    let slug = reader
        .require(&mut root, "slug", "slug = \"…\", the name in links")
        .and_then(|entry| reader.parse(entry, "1 to 40 of a-z, 0-9 and -"));
    let times = read_times(reader, &mut root);
    let grace = read_grace(reader, &mut root);
    let goals = read_goals(reader, &mut root);
    let accent = read_accent(reader, &mut root);
    let replaces = reader
        .take(&mut root, "replaces")
        .map(|entry| reader.parse(entry, "the id of the petition that this one corrects, 43 letters and digits"))
        .transpose();
    let organiser = read_organiser(reader, &mut root);
    let publication = read_publication(reader, &mut root);
    let redemption = read_redemption(reader, &mut root);
    let addressees = read_addressees(reader, &mut root);
    let channels = read_channels(reader, &mut root, "channels");
    let support = read_channels(reader, &mut root, "support");
    let picture = read_picture(reader, &mut root);
    reader.finish(root)?;
    let (organiser_name, recovery_key_hash) = organiser?;
    let (opens_at, closes_at) = times?;
    Ok(Settings {
        slug: slug?,
        organiser_name,
        recovery_key_hash,
        addressees: addressees?,
        channels: channels?,
        support: support?,
        picture: picture?,
        accent: accent?,
        replaces: replaces?,
        opens_at,
        closes_at,
        grace: grace?,
        goals: goals?,
        publication: publication?,
        redemption: redemption?,
    })
}

fn read_times<'a>(reader: &mut Reader<'a>, root: &mut Table<'a>) -> Result<(Timestamp, Timestamp), Told> {
    let opens_at = read_time(reader, root, "opens_at", "when signing begins");
    let closes_at = read_time(reader, root, "closes_at", "when signing ends");
    let (opens_at, closes_at) = (opens_at?, closes_at?);
    if opens_at < closes_at {
        return Ok((opens_at, closes_at));
    }
    Err(reader.tell(reader.lines.of("closes_at"), "closes_at must be later than opens_at"))
}

fn read_time<'a>(
    reader: &mut Reader<'a>,
    root: &mut Table<'a>,
    key: &'static str,
    meaning: &str,
) -> Result<Timestamp, Told> {
    let entry = reader.require(root, key, &format!("{key} = \"2026-12-01T00:00:00Z\", {meaning}"))?;
    reader.parse(entry, "a time in UTC of the form 2026-12-01T00:00:00Z")
}

fn read_grace<'a>(reader: &mut Reader<'a>, root: &mut Table<'a>) -> Result<u64, Told> {
    number_or(reader, root, "grace", DEFAULT_GRACE, 0, 30 * DAY)
}

fn read_goals<'a>(reader: &mut Reader<'a>, root: &mut Table<'a>) -> Result<Vec<u64>, Told> {
    let Some(entry) = reader.take(root, "goals") else { return Ok(DEFAULT_GOALS.to_vec()) };
    let line = entry.line;
    let goals = reader.numbers(entry)?;
    if goals.first().is_none_or(|first| *first == 0) {
        return Err(reader.tell(Some(line), "goals must hold at least one number, above zero"));
    }
    if !goals.is_sorted_by(|a, b| a < b) {
        return Err(reader.tell(Some(line), "goals must ascend: each larger than the one before"));
    }
    Ok(goals)
}

fn read_accent<'a>(reader: &mut Reader<'a>, root: &mut Table<'a>) -> Result<Option<String>, Told> {
    let Some(entry) = reader.take(root, "accent") else { return Ok(None) };
    let line = entry.line;
    let accent = reader.text(entry)?;
    if is_colour(&accent) {
        return Ok(Some(accent));
    }
    Err(reader.tell(Some(line), "accent must be a colour of the form #1f5a7a, small letters"))
}

fn read_publication<'a>(reader: &mut Reader<'a>, root: &mut Table<'a>) -> Result<Publication, Told> {
    let Some(entry) = reader.take(root, "publication") else { return Ok(DEFAULT_PUBLICATION) };
    let line = entry.line;
    let mut table = reader.section(entry)?;
    let default = DEFAULT_PUBLICATION;
    let interval = number_or(reader, &mut table, "interval", default.interval, 1, DAY);
    let min_batch = number_or(reader, &mut table, "min_batch", default.min_batch, 1, u64::MAX);
    let max_wait = number_or(reader, &mut table, "max_wait", default.max_wait, 1, 30 * DAY);
    reader.finish(table)?;
    let publication = Publication { interval: interval?, min_batch: min_batch?, max_wait: max_wait? };
    if publication.max_wait.is_multiple_of(publication.interval) {
        return Ok(publication);
    }
    let line = reader.lines.of("publication.max_wait").or(Some(line));
    let sentence = format!("publication.max_wait must be a multiple of interval: of {} seconds", publication.interval);
    Err(reader.tell(line, sentence))
}

fn read_redemption<'a>(reader: &mut Reader<'a>, root: &mut Table<'a>) -> Result<Redemption, Told> {
    let Some(entry) = reader.take(root, "redemption") else { return Ok(Redemption::Immediate {}) };
    let mut table = reader.section(entry)?;
    let rule = reader.require(&mut table, "rule", "rule = \"immediate\" or rule = \"next_epoch\"");
    let rule = rule.and_then(|entry| Ok((entry.line, reader.text(entry)?)));
    let epoch = number_or(reader, &mut table, "epoch", DEFAULT_EPOCH, 60, 30 * DAY);
    reader.finish(table)?;
    let (line, rule) = rule?;
    match (rule.as_str(), reader.lines.of("redemption.epoch")) {
        ("immediate", None) => Ok(Redemption::Immediate {}),
        ("immediate", Some(line)) => {
            Err(reader.tell(Some(line), "redemption.epoch goes with rule = \"next_epoch\" only; leave it out"))
        }
        ("next_epoch", _) => Ok(Redemption::NextEpoch { epoch: epoch? }),
        _ => Err(reader.tell(Some(line), "redemption.rule must be \"immediate\" or \"next_epoch\"")),
    }
}

/// A number within bounds, both allowed.
fn number_or<'a>(
    reader: &mut Reader<'a>,
    table: &mut Table<'a>,
    key: &'static str,
    default: u64,
    least: u64,
    most: u64,
) -> Result<u64, Told> {
    let Some(entry) = reader.take(table, key) else { return Ok(default) };
    let (path, line) = (entry.path.clone(), entry.line);
    let number = reader.number(entry)?;
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    let range = if most == u64::MAX { format!("at least {least}") } else { format!("{least} to {most} seconds") };
    Err(reader.tell(Some(line), format!("{path} must be {range}")))
}
