//! Videos: a service apart from the server works on them, and puts what it made of them there in the account's name.
//! <https://docs.bsky.app/docs/tutorials/video>

use std::time::Duration;

use beffroi_schema::value::Video;
use chrono::TimeDelta;
use reqwest::{
    Method, StatusCode,
    header::{CONTENT_TYPE, HeaderValue},
};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{
    super::{
        DeliveryError,
        answer::{MAX_ANSWER, Twice, no_server, unanswered, unsettled},
        film,
    },
    session::{Sessions, settled},
};

/// What the service may do in the account's name.
const PERMITTED: &str = "com.atproto.repo.uploadBlob";
/// For how long it may: as long as the official app grants it.
const PERMITTED_FOR: TimeDelta = TimeDelta::minutes(30);
/// How often a video that is worked on is asked about again before the delivery is put off.
const POLLS: u32 = 9;
/// The wait before it is asked about first; each further one doubles it (102 seconds in all).
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// `app.bsky.video.defs#jobStatus`. Every state but these two says that it is being worked on.
#[derive(Debug, Deserialize)]
struct Job {
    #[serde(rename = "jobId")]
    id: String,
    #[serde(default)]
    state: String,
    blob: Option<Value>,
    error: Option<String>,
    message: Option<String>,
}

const COMPLETED: &str = "JOB_STATE_COMPLETED";
const FAILED: &str = "JOB_STATE_FAILED";

/// The answer to an upload is the job; the lexicon wraps it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Told {
    #[serde(rename_all = "camelCase")]
    Wrapped {
        job_status: Job,
    },
    Bare(Job),
}

impl Told {
    fn job(self) -> Job {
        match self {
            Self::Wrapped { job_status } => job_status,
            Self::Bare(job) => job,
        }
    }
}

/// `com.atproto.server.getServiceAuth`.
#[derive(Debug, Deserialize)]
struct Letter {
    token: SecretString,
}

/// The blob that the video became. A video that the service knows is not worked on again.
pub(super) async fn upload(sessions: &Sessions, service: &Url, video: &Video) -> Result<Value, DeliveryError> {
    let letter = letter(sessions).await?;
    let mut job = send(sessions, service, video, &letter).await?;
    for pause in (0..=POLLS).map(|poll| FIRST_PAUSE * 2_u32.pow(poll)) {
        match (job.state.as_str(), job.blob) {
            (COMPLETED, Some(blob)) => return Ok(blob),
            (FAILED, _) => {
                let said = job.message.or(job.error).unwrap_or_default();
                return Err(DeliveryError::Refused(format!("the video was not taken: {said}")));
            }
            _ => tokio::time::sleep(pause).await,
        }
        job = status(sessions, service, &job.id).await?;
    }
    if let (COMPLETED, Some(blob)) = (job.state.as_str(), job.blob) {
        return Ok(blob);
    }
    Err(DeliveryError::Retry {
        after: None,
        reason: "the video is still being processed".to_owned(),
    })
}

/// What lets the service put the video on the server that holds the account.
async fn letter(sessions: &Sessions) -> Result<Letter, DeliveryError> {
    let audience = sessions.server().await?;
    let until = (sessions.http().clock().now() + PERMITTED_FOR).timestamp().to_string();
    let query = [("aud", audience.as_str()), ("lxm", PERMITTED), ("exp", &until)];
    let asked = sessions.signed(
        Method::GET,
        "com.atproto.server.getServiceAuth",
        Twice::Harmless,
        |call, _| call.query(&query),
    );
    let letter: Option<Letter> = asked.await.map_err(no_server)?.json();
    letter.ok_or_else(|| strange("the answer is no token"))
}

async fn send(sessions: &Sessions, service: &Url, video: &Video, letter: &Letter) -> Result<Job, DeliveryError> {
    let (did, name) = (sessions.did().await?, format!("{}.mp4", video.media));
    let call = sessions
        .http()
        .call(Method::POST, method(service, "app.bsky.video.uploadVideo")?)
        .query(&[("did", &did), ("name", &name)])
        .bearer(&letter.token)
        .header(CONTENT_TYPE, HeaderValue::from_static(film::MIME))
        .stream(video.film.size(), film::body(&video.film))
        .within(film::WHOLE_WITHIN);
    let answer = call.send(MAX_ANSWER).await;
    let answer = answer.map_err(|error| unanswered(error, Twice::Harmless))?;
    // 409: it was sent before, and this is what became of it.
    let known = answer.status == StatusCode::CONFLICT;
    let told: Option<Told> = answer.json();
    match told {
        Some(told) if known || answer.status.is_success() => Ok(told.job()),
        _ => match settled(answer, Twice::Harmless) {
            Ok(_) => Err(strange("the answer is no job")),
            Err(error) => Err(no_server(error)),
        },
    }
}

async fn status(sessions: &Sessions, service: &Url, job: &str) -> Result<Job, DeliveryError> {
    let call = sessions
        .http()
        .call(Method::GET, method(service, "app.bsky.video.getJobStatus")?)
        .query(&[("jobId", job)]);
    let answer = call.send(MAX_ANSWER).await;
    let answer = answer.map_err(|error| unanswered(error, Twice::Harmless))?;
    let told: Option<Told> = settled(answer, Twice::Harmless).map_err(no_server)?.json();
    told.map(Told::job).ok_or_else(|| strange("the answer is no job"))
}

fn method(service: &Url, nsid: &str) -> Result<Url, DeliveryError> {
    let url = service.join(&format!("/xrpc/{nsid}"));
    url.map_err(|error| DeliveryError::Locked(error.to_string()))
}

fn strange(what: &str) -> DeliveryError {
    unsettled(what.to_owned(), Twice::Harmless)
}
