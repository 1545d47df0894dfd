//! A server of HTTP/2 frames, for what a well-behaved server library cannot be made to do.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PREFACE_BYTES: usize = 24;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;
/// `:status: 200` in HPACK's static table.
const STATUS_200: u8 = 0x88;

/// Frames in both directions.
pub struct Raw(TcpStream);

impl Raw {
    /// Reads the client's preface and sends empty settings.
    pub async fn handshake(mut tcp: TcpStream) -> Self {
        tcp.read_exact(&mut [0; PREFACE_BYTES]).await.unwrap();
        let mut raw = Self(tcp);
        raw.write(SETTINGS, 0, 0, &[]).await;
        raw.write(SETTINGS, ACK, 0, &[]).await;
        raw
    }

    /// Reads until `count` requests have come whole; returns their stream ids.
    pub async fn requests(&mut self, count: usize) -> Vec<u32> {
        let mut streams = Vec::new();
        while streams.len() < count {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await.unwrap();
            let length = usize::try_from(u32::from_be_bytes([0, head[0], head[1], head[2]])).unwrap();
            self.0.read_exact(&mut vec![0; length]).await.unwrap();
            if head[3] == DATA && head[4] & END_STREAM != 0 {
                streams.push(u32::from_be_bytes([head[5], head[6], head[7], head[8]]));
            }
        }
        streams
    }

    /// Says that streams after `last` were not looked at.
    pub async fn go_away(&mut self, last: u32) {
        let mut payload = last.to_be_bytes().to_vec();
        payload.extend_from_slice(&0_u32.to_be_bytes());
        self.write(GOAWAY, 0, 0, &payload).await;
    }

    /// Answers one request as accepted, with `name`.
    pub async fn accept(&mut self, stream: u32, name: &str) {
        self.write(HEADERS, END_HEADERS, stream, &[STATUS_200]).await;
        self.write(DATA, END_STREAM, stream, format!(r#"{{"name":"{name}"}}"#).as_bytes())
            .await;
    }

    async fn write(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
        frame.extend_from_slice(&[kind, flags]);
        frame.extend_from_slice(&stream.to_be_bytes());
        frame.extend_from_slice(payload);
        self.0.write_all(&frame).await.unwrap();
    }
}
