#![doc = include_str!("../README.md")]

mod account;
mod answer;
mod client;
mod config;
mod connection;
mod dial;
mod error;
mod exchange;
mod jwt;
mod message;
mod pool;
mod prepared;
mod retry_after;
mod tasks;
mod token;

pub use account::ServiceAccount;
pub use answer::MessageName;
pub use client::{Client, Stats};
pub use config::{
    Clock, Config, ConfigError, DEFAULT_CONNECT_TIMEOUT, DEFAULT_CONNECTIONS, DEFAULT_ENDPOINT, DEFAULT_IDLE_TIMEOUT,
    DEFAULT_REQUEST_TIMEOUT, MAX_CONNECTIONS,
};
pub use connection::MAX_STREAMS;
pub use error::{FieldViolation, QuotaScope, SendError};
pub use message::check::{MAX_PAYLOAD_BYTES, MAX_TTL, MessageError};
pub use message::{
    AndroidConfig, AndroidFcmOptions, AndroidNotification, ApnsConfig, ApnsFcmOptions, FcmOptions, Message,
    MessagePriority, Notification, NotificationPriority, Target, Visibility, WebpushConfig, WebpushFcmOptions,
};
pub use prepared::Prepared;
