//! What a task says while it works: one line per step, and a closing summary.

use std::fmt::Display;
use std::time::Instant;

use anyhow::{Result, bail};

/// Says what begins, does it, says how long it took.
pub fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("▶ {title}");
    let start = Instant::now();
    let outcome = work();
    let seconds = start.elapsed().as_secs_f64();
    match &outcome {
        Ok(_) => println!("✓ {title} ({seconds:.1} s)"),
        Err(error) => println!("✗ {title} ({seconds:.1} s)\n{}", indented(&format!("{error:#}"))),
    }
    outcome
}

/// Gathers what a task did, what it left out and what failed, so that one failure does not hide the next.
#[derive(Default)]
pub struct Summary {
    done: Vec<String>,
    left_out: Vec<String>,
    failed: Vec<String>,
}

impl Summary {
    /// One step of several: its failure is remembered, and the next step still runs.
    pub fn step<T>(&mut self, title: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        let outcome = step(title, work);
        match &outcome {
            Ok(_) => self.done.push(title.to_owned()),
            Err(_) => self.failed.push(title.to_owned()),
        }
        outcome.ok()
    }

    /// Something that could not be had here; said now, and again at the end.
    pub fn leave_out(&mut self, what: &str, why: impl Display) {
        let line = format!("{what}: {why}");
        println!("! LEFT OUT: {line}");
        self.left_out.push(line);
    }

    /// Prints the summary; an error when any step failed.
    pub fn close(self) -> Result<()> {
        println!("\n── Summary ──");
        self.done.iter().for_each(|title| println!("  ✓ {title}"));
        for line in &self.left_out {
            println!("  ! LEFT OUT, and so not proved by this run: {line}");
        }
        self.failed.iter().for_each(|title| println!("  ✗ {title}"));
        if !self.failed.is_empty() {
            bail!(
                "{} of {} steps failed",
                self.failed.len(),
                self.failed.len() + self.done.len()
            );
        }
        Ok(())
    }
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
