//! Held against programs and contracts that others wrote: see `tests/counterparts/README.md`.

mod bluesky;
mod contract;
mod fcm;
mod fedify;
mod feeds;
mod mastodon;
mod telegram;
mod x;

use std::{path::PathBuf, process::Output, sync::Arc, time::Duration};

use beffroi_jobs::http::{Http, OutboundConfig};
use beffroi_schema::{
    clock::Clock,
    id::{DeliveryId, MediaId},
    value::{Language, Picture, Rendered},
};
use tokio::process::Command;
use url::Url;
use uuid::Uuid;

const LINK: &str = "https://ville.example/i/tram-b";
/// Longest run of somebody else's program.
const RUN_LIMIT: Duration = Duration::from_mins(1);
/// The smallest picture there is: one red pixel. Real servers look inside.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\
    \0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// What a variable names; none, loudly, when this machine has no such counterpart.
#[expect(clippy::print_stderr, reason = "what was left out must be seen")]
fn counterpart(variable: &str, proves: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).filter(|value| !value.is_empty());
    if named.is_none() {
        eprintln!("LEFT OUT: {variable} names nothing: {proves} was not tried");
    }
    named.map(PathBuf::from)
}

/// Runs a program to its end.
async fn run(command: &mut Command) -> Output {
    let output = command.kill_on_drop(true).output();
    tokio::time::timeout(RUN_LIMIT, output).await.unwrap().unwrap()
}

/// Our door to the outside, open to one address of this machine.
fn http(private: &Url) -> Http {
    rustls::crypto::ring::default_provider().install_default().ok();
    let config = OutboundConfig {
        allow_private: vec![format!(
            "{}:{}",
            private.host_str().unwrap(),
            private.port_or_known_default().unwrap()
        )],
        ..OutboundConfig::default()
    };
    Http::new(&config, Clock::system()).unwrap()
}

fn key(number: u128) -> DeliveryId {
    DeliveryId(Uuid::from_u128(number))
}

fn post(text: &str) -> Rendered {
    Rendered {
        text: text.to_owned(),
        thread: Vec::new(),
        title: String::new(),
        language: Language::french(),
        link: LINK.to_owned(),
        card: None,
        pictures: Vec::new(),
        video: None,
        when: None,
        hashtags: Vec::new(),
        at: Clock::system().now(),
    }
}

fn picture(alt: &str) -> Picture {
    Picture {
        media: MediaId(Uuid::from_u128(7)),
        mime: "image/png".to_owned(),
        width: 1,
        height: 1,
        alt: alt.to_owned(),
        url: "https://ville.example/media/7.png".to_owned(),
        bytes: Arc::from(PNG),
    }
}
