use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use undersign_protocol::email_verification::proof_of_work::{Challenge, ChallengeRequest, ProvenVerificationRequest};
use undersign_protocol::email_verification::{Confirmation, Confirmed, VerificationAnswer};
use undersign_protocol::problem::Problem;

use super::EmailVerification;
use super::rules::VerificationError;
use crate::identified::IdentifiedState;
use crate::web::client_network::ClientNetwork;
use crate::web::extract::JsonBody;
use crate::web::problem::WebProblem;

/// Routes of this stage.
pub fn router() -> Router<IdentifiedState> {
    Router::new()
        .route("/v1/email-verifications", post(begin))
        .route("/v1/email-verifications/challenge", post(challenge))
        .route("/v1/email-verifications/confirm", post(confirm))
}

async fn begin(
    State(verification): State<Arc<EmailVerification>>,
    network: ClientNetwork,
    JsonBody(request): JsonBody<ProvenVerificationRequest>,
) -> Result<(StatusCode, Json<VerificationAnswer>), WebProblem> {
    let answer = verification.begin(request, &network).await?;
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// Not a GET: a proxy that keeps a log would keep which requests come from where.
async fn challenge(
    State(verification): State<Arc<EmailVerification>>,
    JsonBody(request): JsonBody<ChallengeRequest>,
) -> Result<Json<Challenge>, WebProblem> {
    Ok(Json(verification.challenge(&request)?))
}

async fn confirm(
    State(verification): State<Arc<EmailVerification>>,
    JsonBody(confirmation): JsonBody<Confirmation>,
) -> Result<Json<Confirmed>, WebProblem> {
    verification.confirm(confirmation).await?;
    Ok(Json(Confirmed { confirmed: true }))
}

impl From<VerificationError> for WebProblem {
    fn from(error: VerificationError) -> Self {
        let error = match error {
            VerificationError::Storage(error) => return Self::storage(&error),
            VerificationError::Gathered(error) => return Self::gathered(*error, Self::from),
            // Told to the operator where it is found out, once and not for each request.
            VerificationError::NoTag { retry_after, .. } => {
                return Self::from(Problem::Unavailable).retry_after(retry_after);
            }
            error => error,
        };
        match problem(&error) {
            Some(Problem::UseTheLink) => Self::from(Problem::UseTheLink).retry_after(60),
            Some(problem @ (Problem::AddressNotValid | Problem::MalformedRequest)) => Self::with_detail(problem, error),
            Some(problem) => problem.into(),
            None => Self::internal(&error),
        }
    }
}

/// The row of the problem table; `None` for what is ours.
pub(super) fn problem(error: &VerificationError) -> Option<Problem> {
    match error {
        VerificationError::Address(_) => Some(Problem::AddressNotValid),
        VerificationError::ProviderRefused => Some(Problem::MailProviderRefused),
        VerificationError::ProofRequired => Some(Problem::ProofRequired),
        VerificationError::CodeForm(_) | VerificationError::CheckForm => Some(Problem::MalformedRequest),
        VerificationError::NotValid => Some(Problem::VerificationNotValid),
        VerificationError::WrongCode => Some(Problem::WrongCode),
        VerificationError::WrongCheckNumber => Some(Problem::WrongCheckNumber),
        VerificationError::AttemptsExhausted => Some(Problem::AttemptsExhausted),
        VerificationError::UseTheLink => Some(Problem::UseTheLink),
        VerificationError::ConfirmedByAnother => Some(Problem::ConfirmedByAnother),
        VerificationError::NoTag { .. } => Some(Problem::Unavailable),
        VerificationError::OtherTagKey
        | VerificationError::Challenge(_)
        | VerificationError::Evaluator(_)
        | VerificationError::Mail(_)
        | VerificationError::Key(_)
        | VerificationError::Storage(_)
        | VerificationError::Gathered(_) => None,
    }
}
