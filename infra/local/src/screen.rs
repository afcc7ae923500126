//! What a person sees: lines above a progress bar, or plain lines where there is no terminal.
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};

pub struct Screen {
    bar: Option<ProgressBar>,
}

impl Screen {
    /// A bar of `steps`; none where the output is a file.
    pub fn new(steps: u64) -> Self {
        let bar = std::io::stdout().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}").ok();
            let bar = ProgressBar::new(steps);
            if let Some(style) = style {
                bar.set_style(style);
            }
            bar
        });
        Self { bar }
    }

    pub fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| write_line(text)),
            None => write_line(text),
        }
    }

    pub fn step(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
            bar.inc(1);
        }
    }

    pub fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Writes a line; a reader that has gone away is no reason to stop.
pub fn write_line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
}
