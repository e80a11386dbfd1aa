use std::fs;
use std::path::Path;

use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::json;
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::link::{Link, PetitionLink};
use undersign_client_lib::native::Transport;
use undersign_client_lib::organiser::{
    Folder, PublishError, parse_key, picture_request, prepare_request, publish_request, read_handed_in,
    read_picture_answer, read_prepared_anonymous, read_prepared_identified, sign,
};
use undersign_client_lib::request::{Request, Side};
use undersign_client_lib::response::Response;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::problem::Problem;
use zeroize::Zeroizing;

use super::folder::{self, Publishable};
use super::kept;
use crate::args::PublishArguments;
use crate::exit::{CommandResult, Exit, Failure};
use crate::files::is_readable_by_others;
use crate::output::Output;
use crate::petition::transport;
use crate::problems;

/// The two servers, which may be one.
pub(super) struct Servers<'a> {
    transport: Transport,
    pub(super) identified: &'a Base,
    pub(super) anonymous: &'a Base,
}

/// `undersign organiser publish DIR`: prepare at both sides, sign, keep, publish at both sides. The identified side comes first, so
/// that a petition people can see is one they can sign. Where the operator looks at it first, a repeat says where it stands.
pub async fn run(arguments: &PublishArguments, output: &Output) -> CommandResult {
    let key = read_key(&arguments.key, output)?;
    let Publishable { folder, picture, .. } = folder::read(&arguments.directory, output)?;
    let picture = picture.map(|picture| picture.file);
    let transport = transport(&arguments.connection)?;
    let identified = arguments.issuer_server.as_ref().unwrap_or(&arguments.server);
    let servers = Servers { transport, identified, anonymous: &arguments.server };
    let path = kept::path(&arguments.directory, &arguments.server);
    let manifest = match kept::read(&path, &folder)? {
        Some(manifest) => manifest,
        None => {
            let manifest = servers.prepare_and_sign(&folder, &key, output).await?;
            kept::write(&path, &manifest)?;
            manifest
        }
    };
    if manifest.manifest().organiser.public_key != key.public_key() {
        let message = "The petition was signed with another key for this server. Name that key with --key.";
        return Err(Failure::new(Exit::Refused, message));
    }
    servers.publish(&manifest, &key, picture, &path, output).await
}

impl Servers<'_> {
    async fn prepare_and_sign(
        &self,
        folder: &Folder,
        key: &SecretKey,
        output: &Output,
    ) -> CommandResult<VerifiedManifest> {
        let _waiting = output.waiting("The servers are making the petition's keys …");
        let slug = &folder.settings.slug;
        let request = prepare_request(Side::Identified, self.identified, slug, key, &mut UnwrapErr(SysRng));
        let answer = self.send(&request).await?;
        let identified = read_prepared_identified(&answer).map_err(|error| failure(&error, self.identified))?;
        let request = prepare_request(Side::Anonymous, self.anonymous, slug, key, &mut UnwrapErr(SysRng));
        let answer = self.send(&request).await?;
        let anonymous = read_prepared_anonymous(&answer).map_err(|error| failure(&error, self.anonymous))?;
        let manifest = folder.manifest(key.public_key(), &identified, &anonymous);
        manifest
            .and_then(|manifest| sign(&manifest, key))
            .map_err(|error| Failure::new(Exit::Refused, format!("The petition cannot be published: {error}.")))
    }

    async fn publish(
        &self,
        manifest: &VerifiedManifest,
        key: &SecretKey,
        picture: Option<Vec<u8>>,
        kept: &Path,
        output: &Output,
    ) -> CommandResult {
        let (mut state, mut waits) = (None, false);
        for (side, base) in [(Side::Identified, self.identified), (Side::Anonymous, self.anonymous)] {
            let answer = self.send(&publish_request(side, base, manifest)).await?;
            match read_handed_in(&answer, manifest).map_err(|error| publication_failure(&error, base, kept)) {
                Ok(published) => {
                    waits |= published.is_none();
                    state = published;
                }
                Err(Failure { problem: Some(Problem::Refused), .. }) => {
                    return self.say_where_it_stands(manifest, key, kept, output).await;
                }
                Err(failure) => return Err(failure),
            }
        }
        if let Some(file) = picture {
            let answer = self.send(&picture_request(self.anonymous, manifest, file)).await?;
            read_picture_answer(&answer).map_err(|error| picture_failure(&error, self.anonymous))?;
        }
        if waits {
            return self.say_where_it_stands(manifest, key, kept, output).await;
        }
        let petition_id = manifest.petition_id();
        let slug = manifest.manifest().slug.clone();
        let petition = PetitionLink { slug: slug.clone(), pin: Some(petition_id) };
        let link = Link { base: self.anonymous.clone(), petition: Some(petition) };
        output.event(
            "published",
            json!({ "petition_id": petition_id, "slug": slug, "state": state, "link": link.to_string() }),
            format!("Published. Its id is {petition_id}, and this link is tied to its text and keys:\n{link}"),
        );
        Ok(())
    }

    pub(super) async fn send(&self, request: &Request) -> CommandResult<Response> {
        self.transport.send(request).await.map_err(|error| {
            let base = if request.side() == Side::Identified { self.identified } else { self.anonymous };
            Failure::new(Exit::Unreachable, format!("{base}: {error}. It is safe to repeat this command."))
        })
    }
}

/// The organiser's key; a warning where others can read it.
pub fn read_key(path: &Path, output: &Output) -> CommandResult<SecretKey> {
    let text = fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|error| Failure::new(Exit::File, format!("{} cannot be read: {error}.", path.display())))?;
    let key = parse_key(&text).map_err(|error| Failure::new(Exit::File, format!("{}: {error}.", path.display())))?;
    if is_readable_by_others(path) {
        output.note(format!("{} can be read by others on this machine; run: chmod 600 {0}", path.display()));
    }
    Ok(key)
}

/// Where other keys or another slug are needed, what was signed is of no use. It is not removed here: a wrong --server gives the same
/// refusals, and then it is the only copy on this side.
fn publication_failure(error: &PublishError, base: &Base, kept: &Path) -> Failure {
    let failure = failure(error, base);
    match failure.problem {
        Some(Problem::NotPrepared | Problem::SlugTaken) => Failure {
            message: format!(
                "{} For that, remove {} first: it holds what was signed.",
                failure.message,
                kept.display()
            ),
            ..failure
        },
        _ => failure,
    }
}

/// What is published stays; the same command hands in the picture alone.
fn picture_failure(error: &PublishError, base: &Base) -> Failure {
    let failure = failure(error, base);
    let message =
        format!("The petition is handed in, and its picture is not yet. {} Repeat this command.", failure.message);
    Failure { message, ..failure }
}

/// A server's refusal in words.
pub(super) fn failure(error: &PublishError, base: &Base) -> Failure {
    let failure = match error {
        PublishError::OtherPetition => Failure::new(Exit::NotTrusted, format!("{base}: {error}.")),
        PublishError::Answer(error) => problems::answer(base, error),
    };
    match failure.problem {
        // It is a 503 as well, but repeating does not help soon.
        Some(Problem::IssuerFull) => Failure { exit: Exit::Refused, ..failure },
        _ => failure,
    }
}
