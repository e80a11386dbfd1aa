use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::routing::post;
use axum::{Json, Router};
use undersign_protocol::issuance::TokenChallenge;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::problem::Problem;
use undersign_protocol::redemption::{
    AuthorizationError, RedemptionAnswer, Token, WithdrawalRequest, challenge_header, parse_authorization,
};

use super::Redemption;
use super::rules::RedemptionError;
use crate::anonymous::AnonymousState;
use crate::anonymous::public_log::LogError;
use crate::petition::Registry;
use crate::web::extract::{JsonBody, PathPart};
use crate::web::problem::WebProblem;

/// Routes of this stage.
pub fn router() -> Router<AnonymousState> {
    Router::new()
        .route("/v1/petitions/{petition}/signatures", post(redeem))
        .route("/v1/petitions/{petition}/withdrawals", post(withdraw))
}

async fn redeem(
    State(redemption): State<Arc<Redemption>>,
    State(registry): State<Registry>,
    PathPart(petition): PathPart<String>,
    headers: HeaderMap,
) -> Result<Json<RedemptionAnswer>, WebProblem> {
    let petition = registry.find_by_id(&petition).await?;
    let answer = match token(&headers) {
        Ok(token) => redemption.redeem(&petition, token).await,
        Err(error) => Err(error.into()),
    };
    answer.map(Json).map_err(|error| challenged(error, &petition.verified))
}

async fn withdraw(
    State(redemption): State<Arc<Redemption>>,
    State(registry): State<Registry>,
    PathPart(petition): PathPart<String>,
    JsonBody(request): JsonBody<WithdrawalRequest>,
) -> Result<Json<RedemptionAnswer>, WebProblem> {
    let petition = registry.find_by_id(&petition).await?;
    Ok(Json(redemption.withdraw(&petition, request).await?))
}

fn token(headers: &HeaderMap) -> Result<Token, AuthorizationError> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    parse_authorization(value.ok_or(AuthorizationError::Scheme)?)
}

/// A 401 says which token is wanted (RFC 9577 §2.1).
fn challenged(error: RedemptionError, petition: &VerifiedManifest) -> WebProblem {
    let unauthorized =
        matches!(error, RedemptionError::Authorization(_) | RedemptionError::Binding(_) | RedemptionError::Signature);
    let problem = WebProblem::from(error);
    if !unauthorized {
        return problem;
    }
    let challenge = TokenChallenge::of_petition(petition.manifest(), &petition.petition_id());
    match HeaderValue::from_str(&challenge_header(&challenge, &petition.manifest().issuer.token_key)) {
        Ok(value) => problem.header(header::WWW_AUTHENTICATE, value),
        Err(_) => problem,
    }
}

impl From<RedemptionError> for WebProblem {
    fn from(error: RedemptionError) -> Self {
        match error {
            RedemptionError::Authorization(_) | RedemptionError::Binding(_) | RedemptionError::Signature => {
                Self::with_detail(Problem::TokenNotValid, error)
            }
            RedemptionError::NonceUsed => Problem::NonceUsed.into(),
            RedemptionError::Withdrawn => Problem::Withdrawn.into(),
            RedemptionError::WithdrawalNotValid => Problem::WithdrawalNotValid.into(),
            RedemptionError::NotYetOpen => Problem::NotYetOpen.into(),
            RedemptionError::Closed => Problem::Closed.into(),
            RedemptionError::Storage(error) | RedemptionError::Log(LogError::Storage(error)) => Self::storage(&error),
            RedemptionError::Gathered(error) => Self::gathered(error, |error| Self::storage(&error)),
            RedemptionError::Log(_) => Self::internal(&error),
        }
    }
}
