//! The terminal on which the demo is played: aligned columns, colours and a turning wheel only where somebody watches.

use std::{
    future::Future,
    io::{IsTerminal as _, Write as _, stdout},
    pin::pin,
    time::{Duration, Instant},
};

use beffroi_schema::clock::Clock;
use chrono::Local;

use super::tongue::Tongue;

/// Columns of the widest rule.
const WIDTH: usize = 78;
/// Columns of the name of what was prepared.
const LABEL: usize = 22;
/// Columns of a channel's name.
const CHANNEL: usize = 12;
/// Columns of what happened on a channel, before a link.
const EVENT: usize = 12;
/// Between two pictures of the wheel.
const TURN: Duration = Duration::from_millis(110);
const WHEEL: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// How a word looks, as ANSI "select graphic rendition".
#[derive(Clone, Copy, Debug)]
enum Ink {
    Bold,
    Quiet,
    Good,
    Bad,
    Accent,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Quiet => "2",
            Self::Good => "32",
            Self::Bad => "1;31",
            Self::Accent => "1;36",
        }
    }
}

/// The terminal.
#[derive(Debug)]
pub struct Stage {
    /// In which it is spoken.
    pub tongue: Tongue,
    clock: Clock,
    watched: bool,
    coloured: bool,
}

impl Stage {
    /// Standard output. `NO_COLOR` is respected (<https://no-color.org>).
    pub fn new(tongue: Tongue) -> Self {
        let watched = stdout().is_terminal();
        let coloured = watched && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            tongue,
            clock: Clock::system(),
            watched,
            coloured,
        }
    }

    /// What this is.
    pub fn title(&self) {
        let t = self.tongue;
        let name = self.ink(Ink::Bold, t.say("Beffroi, la démonstration", "Beffroi, the demo"));
        let roof = self.ink(Ink::Accent, " ▟▙ ");
        let wall = self.ink(Ink::Accent, " ██ ");
        let what = t.say(
            "Valbourg, ville inventée : ses trams, ses rendez-vous, ses habitants.",
            "Valbourg, an invented town: its trams, its events, its people.",
        );
        self.line("");
        self.line(&format!("  {roof}  {name}"));
        self.line(&format!("  {wall}  {}", self.ink(Ink::Quiet, what)));
    }

    /// Begins a part.
    pub fn part(&self, name: &str) {
        let rule = "─".repeat(WIDTH.saturating_sub(name.chars().count() + 1));
        self.line("");
        self.line(&format!(
            "  {} {}",
            self.ink(Ink::Bold, name),
            self.ink(Ink::Quiet, &rule)
        ));
        self.line("");
    }

    /// Something is ready.
    pub fn ready(&self, what: &str, detail: &str) {
        let mark = self.ink(Ink::Good, "✓");
        self.line(&format!("  {mark} {what:<LABEL$} {}", self.ink(Ink::Quiet, detail)));
    }

    /// Something to know.
    pub fn remark(&self, text: &str) {
        self.line(&format!("    {}", self.ink(Ink::Quiet, text)));
    }

    /// Begins an act, `since` the beginning of the story.
    pub fn act(&self, number: usize, title: &str, sentence: &str, since: Duration) {
        let number = self.ink(Ink::Accent, &format!(" {number} "));
        let clock = format!("{}:{:02}", since.as_secs() / 60, since.as_secs() % 60);
        let gap = " ".repeat(WIDTH.saturating_sub(title.chars().count() + clock.len() + 3));
        self.line(&format!(
            "  {number} {}{gap}{}",
            self.ink(Ink::Bold, title),
            self.ink(Ink::Quiet, &clock)
        ));
        self.line(&format!("      {}", self.ink(Ink::Quiet, sentence)));
        self.line("");
    }

    /// What happened on a channel, and where to look at it.
    pub fn happened(&self, channel: &str, event: &str, link: Option<&str>) {
        self.entry(channel, event, link, Ink::Good, "●");
    }

    /// What went wrong on a channel.
    pub fn failed(&self, channel: &str, event: &str) {
        self.entry(channel, event, None, Ink::Bad, "✗");
    }

    fn entry(&self, channel: &str, event: &str, link: Option<&str>, colour: Ink, mark: &str) {
        let now = self.clock.now().with_timezone(&Local).format("%H:%M:%S").to_string();
        let (now, mark) = (self.ink(Ink::Quiet, &now), self.ink(colour, mark));
        let words = match link {
            Some(link) => format!("{event:<EVENT$}  {}", self.ink(Ink::Quiet, link)),
            None => event.to_owned(),
        };
        self.line(&format!("      {now}  {mark} {channel:<CHANNEL$} {words}"));
    }

    /// A place to go.
    pub fn link(&self, what: &str, link: &str) {
        self.line(&format!("    {what:<LABEL$} {}", self.ink(Ink::Accent, link)));
    }

    /// An empty line, or any other.
    pub fn line(&self, text: &str) {
        write(&format!("{}{text}\n", self.clear()));
    }

    /// Waits for `work`; where somebody watches, a wheel turns beside `label`.
    pub async fn wait<T>(&self, label: &str, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        if !self.watched {
            return work.await;
        }
        let (start, mut turn) = (Instant::now(), tokio::time::interval(TURN));
        for picture in WHEEL.iter().cycle() {
            tokio::select! {
                done = &mut work => {
                    write(self.clear());
                    return done;
                }
                _ = turn.tick() => {
                    let wheel = self.ink(Ink::Accent, picture);
                    let words = self.ink(Ink::Quiet, &format!("{label} {} s", start.elapsed().as_secs()));
                    write(&format!("{}      {wheel} {words}", self.clear()));
                }
            }
        }
        work.await
    }

    fn ink(&self, ink: Ink, text: &str) -> String {
        if self.coloured {
            format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code())
        } else {
            text.to_owned()
        }
    }

    /// Takes the wheel away.
    fn clear(&self) -> &'static str {
        if self.watched { "\r\u{1b}[2K" } else { "" }
    }
}

/// A reader who left (`beffroi demo | head`) does not end the demo.
fn write(text: &str) {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).ok();
}
