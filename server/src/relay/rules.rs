use undersign_protocol::oblivious::{
    ENCAPSULATED_REQUEST_SIZE, ENCAPSULATED_RESPONSE_SIZE, REQUEST_MEDIA_TYPE, RESPONSE_MEDIA_TYPE,
};
use undersign_protocol::problem::MEDIA_TYPE as PROBLEM_MEDIA_TYPE;

/// Most bytes of a gateway's refusal.
pub const MAX_REFUSAL: usize = 4_096;

/// Why a request was not passed on, or its answer not back. Sentences for programs' authors: nobody else sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RelayError {
    /// A host that is not in the list, or a path that is no host's.
    #[error("this relay passes nothing on to there")]
    UnknownHost,
    /// A request as proxies get them, with a host in it that is to be asked.
    #[error("this is no proxy")]
    AbsoluteForm,
    /// Another method.
    #[error("POST alone")]
    Method,
    /// Another media type.
    #[error("{REQUEST_MEDIA_TYPE} alone")]
    MediaType,
    /// Another size than all others.
    #[error("an encapsulated request has {ENCAPSULATED_REQUEST_SIZE} bytes")]
    Size,
    /// The client was too slow, or went away.
    #[error("the request did not come")]
    NotSent,
    /// As many as may are under way.
    #[error("too many requests at once; try another relay, or again later")]
    Full,
    /// The gateway does not answer.
    #[error("the host does not answer")]
    Away,
    /// What answers is no gateway, or sends elsewhere.
    #[error("the host's answer is none of a gateway")]
    NoGateway,
    /// The gateway takes too long.
    #[error("the host takes too long")]
    TooSlow,
}

/// Refuses what is no encapsulated request, from outside.
pub fn check_request(media_type: Option<&str>, body: &[u8]) -> Result<(), RelayError> {
    match media_type {
        Some(REQUEST_MEDIA_TYPE) if body.len() == ENCAPSULATED_REQUEST_SIZE => Ok(()),
        Some(REQUEST_MEDIA_TYPE) => Err(RelayError::Size),
        _ => Err(RelayError::MediaType),
    }
}

/// What of a gateway's answer goes back: an encapsulated answer, or a refusal's problem document. Nothing else does, so that nothing but
/// a gateway can be read through here.
///
/// # Returns
/// The media type as it is written to the client.
pub fn check_answer(status: u16, media_type: Option<&str>, body: &[u8]) -> Result<&'static str, RelayError> {
    match (status, media_type) {
        (200, Some(RESPONSE_MEDIA_TYPE)) if body.len() == ENCAPSULATED_RESPONSE_SIZE => Ok(RESPONSE_MEDIA_TYPE),
        (400..=599, Some(PROBLEM_MEDIA_TYPE)) if body.len() <= MAX_REFUSAL => Ok(PROBLEM_MEDIA_TYPE),
        // A proxy in front of a gateway that is away.
        (502..=504, _) => Err(RelayError::Away),
        _ => Err(RelayError::NoGateway),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_one_media_type_and_one_size() {
        let body = [0; ENCAPSULATED_REQUEST_SIZE + 1];
        assert_eq!(check_request(Some(REQUEST_MEDIA_TYPE), &body[1..]), Ok(()));
        for wrong in [&body[..], &body[2..], &[]] {
            assert_eq!(check_request(Some(REQUEST_MEDIA_TYPE), wrong), Err(RelayError::Size));
        }
        for media_type in [None, Some("application/json"), Some("message/ohttp-res"), Some("message/ohttp-req; a=b")] {
            assert_eq!(check_request(media_type, &body[1..]), Err(RelayError::MediaType));
        }
    }

    #[test]
    fn answers_are_a_gateways_or_none() {
        let body = [0; ENCAPSULATED_RESPONSE_SIZE + 1];
        let sealed = Some(RESPONSE_MEDIA_TYPE);
        assert_eq!(check_answer(200, sealed, &body[1..]), Ok(RESPONSE_MEDIA_TYPE));
        assert_eq!(check_answer(422, Some(PROBLEM_MEDIA_TYPE), b"{}"), Ok(PROBLEM_MEDIA_TYPE));
        assert_eq!(check_answer(503, Some(PROBLEM_MEDIA_TYPE), b"{}"), Ok(PROBLEM_MEDIA_TYPE));
        assert_eq!(check_answer(502, Some("text/html"), b"Bad Gateway"), Err(RelayError::Away));
        for (status, media_type, body) in [
            (200, sealed, &body[..]),
            (200, Some("text/html"), &body[1..]),
            (200, None, &body[1..]),
            (201, sealed, &body[1..]),
            (301, sealed, &body[1..]),
            (404, Some("text/html"), b"nothing"),
            (400, Some(PROBLEM_MEDIA_TYPE), &[b' '; MAX_REFUSAL + 1]),
        ] {
            assert_eq!(check_answer(status, media_type, body), Err(RelayError::NoGateway), "{status} {media_type:?}");
        }
    }
}
