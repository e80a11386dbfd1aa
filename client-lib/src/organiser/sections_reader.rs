//! The tables of `petition.toml` that name people, links and the picture.

use undersign_protocol::petition::{Addressee, Channel, Localized, Picture, Sha256Hash};

use super::text_rules::link;
use super::toml_reader::{Reader, Table, Told};

/// `[organiser]`: the name, and the hash of the recovery key where there is one.
pub(super) fn read_organiser<'a>(
    reader: &mut Reader<'a>,
    root: &mut Table<'a>,
) -> Result<(Localized, Option<Sha256Hash>), Told> {
    let entry = reader.require(root, "organiser", &format!("[organiser] with name = {}", reader.localized_form()))?;
    let mut table = reader.section(entry)?;
    let name = read_localized(reader, &mut table, "name");
    let hash = reader.take(&mut table, "recovery_key_hash");
    let hash = hash.map(|entry| reader.parse(entry, "a SHA-256 hash in base64url, 43 letters and digits")).transpose();
    reader.finish(table)?;
    Ok((name?, hash?))
}

/// `[[addressees]]`: at least one, each with a reason.
pub(super) fn read_addressees<'a>(reader: &mut Reader<'a>, root: &mut Table<'a>) -> Result<Vec<Addressee>, Told> {
    let tables = read_tables(reader, root, "addressees")?;
    if tables.is_empty() {
        let sentence =
            "addressees are missing; add [[addressees]] with a name and a reason: who can do it, and why they";
        return Err(reader.tell(reader.lines.of("addressees"), sentence));
    }
    every(tables, |mut table| {
        let name = read_localized(reader, &mut table, "name");
        let reason = read_localized(reader, &mut table, "reason");
        reader.finish(table)?;
        Ok(Addressee { name: name?, reason: reason? })
    })
}

/// `[[channels]]` and `[[support]]`: labelled links.
pub(super) fn read_channels<'a>(
    reader: &mut Reader<'a>,
    root: &mut Table<'a>,
    key: &'static str,
) -> Result<Vec<Channel>, Told> {
    let tables = read_tables(reader, root, key)?;
    every(tables, |mut table| {
        let label = read_localized(reader, &mut table, "label");
        let url = read_link(reader, &mut table);
        reader.finish(table)?;
        Ok(Channel { label: label?, url: url? })
    })
}

/// `[picture]`: the hash as `sha256sum` prints it, and a text for those who do not see it.
pub(super) fn read_picture<'a>(reader: &mut Reader<'a>, root: &mut Table<'a>) -> Result<Option<Picture>, Told> {
    let Some(entry) = reader.take(root, "picture") else { return Ok(None) };
    let mut table = reader.section(entry)?;
    let sha256 = reader.require(&mut table, "sha256", "sha256 = \"…\", what `sha256sum FILE` prints for it");
    let sha256 = sha256.and_then(|entry| reader.parse(entry, "the 64 digits 0-9 and a-f that `sha256sum FILE` prints"));
    let alt = read_localized(reader, &mut table, "alt");
    reader.finish(table)?;
    let HexHash(sha256) = sha256?;
    Ok(Some(Picture { sha256, alt: alt? }))
}

/// The form in which people get a hash from their tools.
struct HexHash(Sha256Hash);

impl std::str::FromStr for HexHash {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(());
        }
        let mut hash = [0; 32];
        for (index, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| ())?;
        }
        Ok(Self(hash.into()))
    }
}

fn read_localized<'a>(reader: &mut Reader<'a>, table: &mut Table<'a>, key: &'static str) -> Result<Localized, Told> {
    let entry = reader.require(table, key, &format!("{key} = {}", reader.localized_form()))?;
    reader.localized(entry)
}

fn read_link<'a>(reader: &mut Reader<'a>, table: &mut Table<'a>) -> Result<String, Told> {
    let entry = reader.require(table, "url", "url = \"https://…\"")?;
    let (path, line) = (entry.path.clone(), entry.line);
    let url = reader.text(entry)?;
    match link(&url) {
        Ok(()) => Ok(url),
        Err(sentence) => Err(reader.tell(Some(line), format!("{path}: {sentence}"))),
    }
}

fn read_tables<'a>(reader: &mut Reader<'a>, root: &mut Table<'a>, key: &'static str) -> Result<Vec<Table<'a>>, Told> {
    match reader.take(root, key) {
        Some(entry) => reader.sections(entry),
        None => Ok(Vec::new()),
    }
}

/// Reads all of them before it gives up on one.
fn every<'a, T>(tables: Vec<Table<'a>>, read: impl FnMut(Table<'a>) -> Result<T, Told>) -> Result<Vec<T>, Told> {
    let read: Vec<Result<T, Told>> = tables.into_iter().map(read).collect();
    read.into_iter().collect()
}
