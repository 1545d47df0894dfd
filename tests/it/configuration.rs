//! The example file says what the defaults are, and every key of it is one that the program knows.

use beffroi_api::config::ApiConfig;
use beffroi_jobs::{http::OutboundConfig, push::fcm::PushConfig};
use beffroi_schema::config::{Instance, Section, Settings};

const EXAMPLE: &str = include_str!("../../beffroi.example.toml");
const SECTIONS: &[&str] = &[ApiConfig::NAME, OutboundConfig::NAME, PushConfig::NAME];

fn same<S: Section + Default + std::fmt::Debug>(settings: &Settings) {
    let written: S = settings.section().unwrap();
    assert_eq!(format!("{written:?}"), format!("{:?}", S::default()), "[{}]", S::NAME);
}

#[test]
fn the_example_says_the_defaults() {
    let settings = Settings::parse(EXAMPLE).unwrap();
    same::<ApiConfig>(&settings);
    same::<OutboundConfig>(&settings);
    same::<PushConfig>(&settings);
    let instance = settings.instance(SECTIONS).unwrap();
    assert_eq!(format!("{instance:?}"), format!("{:?}", Instance::default()));
}

#[test]
fn what_the_example_comments_out_is_known_too() {
    let mut uncommented = String::new();
    for line in EXAMPLE.lines() {
        uncommented.push_str(
            line.strip_prefix("# ")
                .filter(|line| line.ends_with("= \"…\"") || line.ends_with("= \"https://example.org\""))
                .unwrap_or(line),
        );
        uncommented.push('\n');
    }
    assert_ne!(uncommented, EXAMPLE);
    let settings = Settings::parse(&uncommented).unwrap();
    assert!(settings.section::<PushConfig>().unwrap().service_account.is_some());
    assert!(settings.instance(SECTIONS).unwrap().secret_key.is_some());
}
