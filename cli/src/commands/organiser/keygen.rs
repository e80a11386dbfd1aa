use std::io;

use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::json;
use undersign_client_lib::organiser::{format_key, generate_key, recovery_key_hash};

use crate::args::KeygenArguments;
use crate::exit::{CommandResult, Exit, Failure};
use crate::files::write_new_secret;
use crate::output::Output;

/// `undersign organiser keygen FILE`: a key that was lost cannot be made again, so no file is ever overwritten.
pub fn run(arguments: &KeygenArguments, output: &Output) -> CommandResult {
    let file = arguments.file.display();
    let key = generate_key(&mut UnwrapErr(SysRng));
    write_new_secret(&arguments.file, format_key(&key).as_bytes()).map_err(|error| {
        let message = match error.kind() {
            io::ErrorKind::AlreadyExists => format!("{file} exists and was left as it is. Name another file."),
            _ => format!("{file} cannot be written: {error}."),
        };
        Failure::new(Exit::File, message)
    })?;
    let public_key = key.public_key();
    let recovery_key_hash = recovery_key_hash(&public_key);
    output.event(
        "key",
        json!({ "public_key": public_key, "recovery_key_hash": recovery_key_hash, "file": arguments.file }),
        format!(
            "The key is in {file}. Keep it secret and keep a copy elsewhere: whoever has it publishes in your name.\n\
             Give the operator this public key:\n{public_key}\n\
             Or let this be a petition's recovery key, in its petition.toml below [organiser]:\n\
             recovery_key_hash = \"{recovery_key_hash}\""
        ),
    );
    Ok(())
}
