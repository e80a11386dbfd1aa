use std::collections::{BTreeMap, BTreeSet};

use undersign_protocol::ed25519::{PublicKey, SecretKey};
use undersign_protocol::json::{ToJson, Value};
use undersign_protocol::petition::{
    ByLanguage, Language, MAX_MANIFEST_SIZE, Manifest, ManifestError, Organiser, PetitionId, PreparedAnonymous,
    PreparedIdentified, Text, VerifiedManifest, manifest_signing_text, to_canonical,
};

use super::languages;
use super::problem::{FolderProblem, Problems, Severity};
use super::settings::Settings;
use super::settings_reader;
use super::toml_reader::{Lines, Reader};

/// The file with everything that is the same in all languages.
pub const SETTINGS_FILE: &str = "petition.toml";

/// Bytes of a canonical manifest that may be used up by what is not the organiser's: keys, hosts, names of fields. The longest are
/// a token key of 456 characters and two hosts of 253 with ports.
const ALLOWANCE: usize = 2_500;

/// A petition as a person writes it: a folder with `petition.toml` and a folder for each language. It keeps every rule of a manifest
/// that does not need the server's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// What `petition.toml` says.
    pub settings: Settings,
    /// Title, text, demands and questions, by language.
    pub texts: ByLanguage<Text>,
    pub(super) lines: Lines,
    pub(super) hints: Vec<FolderProblem>,
}

impl Folder {
    /// Reads the files of a folder, given by their paths inside it (with `/`). On failure it tells all problems, in the order of files
    /// and lines. Files that have no part in a petition are passed over.
    pub fn parse(files: &BTreeMap<String, String>) -> Result<Self, Vec<FolderProblem>> {
        let mut problems = Problems::default();
        let languages = languages::find(files, &mut problems);
        let texts = languages::read(files, &languages, &mut problems);
        let settings = match files.get(SETTINGS_FILE) {
            Some(text) => read_settings(text, &languages, &mut problems),
            None => {
                problems.missing(SETTINGS_FILE, "this file is missing; `undersign organiser new` makes one to fill in");
                None
            }
        };
        if let (Some((settings, _)), Some(texts)) = (&settings, &texts) {
            check_size(settings, texts, &mut problems);
        }
        let problems = problems.into_sorted();
        match (settings, texts) {
            (Some((settings, lines)), Some(texts)) if problems.iter().all(is_hint) => {
                Ok(Self { settings, texts, lines, hints: problems })
            }
            _ => Err(problems),
        }
    }

    /// Line of `petition.toml` on which a value stands, by its path (`publication.min_batch`).
    pub fn line(&self, path: &str) -> Option<usize> {
        self.lines.of(path)
    }

    /// The manifest, with what the two sides prepared for it.
    pub fn manifest(
        &self,
        organiser_key: PublicKey,
        identified: &PreparedIdentified,
        anonymous: &PreparedAnonymous,
    ) -> Result<Manifest, ManifestError> {
        let settings = self.settings.clone();
        let manifest = Manifest {
            version: 1,
            slug: settings.slug,
            organiser: Organiser {
                name: settings.organiser_name,
                public_key: organiser_key,
                recovery_key_hash: settings.recovery_key_hash,
            },
            texts: self.texts.clone(),
            addressees: settings.addressees,
            channels: settings.channels,
            support: settings.support,
            picture: settings.picture,
            accent: settings.accent,
            replaces: settings.replaces,
            opens_at: settings.opens_at,
            closes_at: settings.closes_at,
            grace: settings.grace,
            goals: settings.goals,
            publication: settings.publication,
            redemption: settings.redemption,
            issuer: identified.issuer.clone(),
            origin: anonymous.origin.clone(),
            log: anonymous.log.clone(),
        };
        let size = to_canonical(&manifest)?.len();
        if size > MAX_MANIFEST_SIZE { Err(ManifestError::TooLarge) } else { Ok(manifest) }
    }
}

/// Signs a manifest and checks the result as every server and every client will.
pub fn sign(manifest: &Manifest, key: &SecretKey) -> Result<VerifiedManifest, ManifestError> {
    let canonical = to_canonical(manifest)?;
    let signature = key.sign(&manifest_signing_text(&PetitionId::of_manifest(&canonical)));
    VerifiedManifest::verify(&canonical, signature)
}

fn read_settings(text: &str, languages: &BTreeSet<Language>, problems: &mut Problems) -> Option<(Settings, Lines)> {
    let languages: Vec<Language> = languages.iter().cloned().collect();
    let mut reader = Reader { file: SETTINGS_FILE, text, languages: &languages, problems, lines: Lines::default() };
    let settings = settings_reader::read(&mut reader).ok()?;
    Some((settings, reader.lines))
}

/// What has no limit of its own in a manifest.
struct Parts<'a> {
    settings: &'a Settings,
    texts: &'a ByLanguage<Text>,
}

impl ToJson for Parts<'_> {
    fn to_json(&self) -> Value<'_> {
        let Settings { organiser_name, addressees, channels, support, picture, goals, .. } = self.settings;
        Value::Array(vec![
            self.texts.to_json(),
            organiser_name.to_json(),
            addressees.to_json(),
            channels.to_json(),
            support.to_json(),
            picture.to_json(),
            goals.to_json(),
        ])
    }
}

fn check_size(settings: &Settings, texts: &ByLanguage<Text>, problems: &mut Problems) {
    let most = MAX_MANIFEST_SIZE - ALLOWANCE;
    match to_canonical(&Parts { settings, texts }) {
        Ok(canonical) if canonical.len() <= most => {}
        Ok(canonical) => {
            let sentence = format!(
                "all texts together take {} bytes; at most {most} fit. Shorten them: a Latin letter takes one byte, a Cyrillic one two",
                canonical.len()
            );
            problems.refuse(SETTINGS_FILE, None, sentence);
        }
        Err(error) => problems.refuse(SETTINGS_FILE, None, format!("the texts have no canonical form: {error}")),
    }
}

fn is_hint(problem: &FolderProblem) -> bool {
    problem.severity == Severity::Hint
}
