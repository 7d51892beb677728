//! Log lines that the server has not stored yet.

use std::collections::VecDeque;

use coder_wire::agent::{AgentMessage, LogLine};
use uuid::Uuid;

const MAX_BATCH_LINES: usize = 200;
/// Kept while the server cannot be reached; beyond this the oldest lines are dropped.
const MAX_BYTES: usize = 1024 * 1024;

/// Lines in order. One batch is in flight at a time; it is numbered, so that the server stores it only once.
#[derive(Default)]
pub struct LogQueue {
    lines: VecDeque<(Uuid, LogLine)>,
    bytes: usize,
    last_batch: u64,
    in_flight: Option<Batch>,
}

struct Batch {
    number: u64,
    source: Uuid,
    lines: Vec<LogLine>,
    sent: bool,
}

impl LogQueue {
    pub fn push(&mut self, source: Uuid, line: LogLine) {
        self.bytes += line.output.len();
        self.lines.push_back((source, line));
        while self.bytes > MAX_BYTES {
            match self.lines.pop_front() {
                Some((_, dropped)) => self.bytes -= dropped.output.len(),
                None => break,
            }
        }
    }

    /// The next batch, unless one is in flight: lines of one source, in order.
    pub fn next(&mut self) -> Option<AgentMessage> {
        if self.in_flight.is_none() {
            let source = self.lines.front()?.0;
            let mut lines = Vec::new();
            while lines.len() < MAX_BATCH_LINES
                && let Some((_, line)) = self.lines.pop_front_if(|(of, _)| *of == source)
            {
                self.bytes -= line.output.len();
                lines.push(line);
            }
            self.last_batch += 1;
            self.in_flight = Some(Batch { number: self.last_batch, source, lines, sent: false });
        }
        let batch = self.in_flight.as_mut().filter(|batch| !batch.sent)?;
        batch.sent = true;
        Some(AgentMessage::Logs { batch: batch.number, source_id: batch.source, lines: batch.lines.clone() })
    }

    /// Removes the batch in flight when the server has stored it.
    pub fn acknowledge(&mut self, number: u64) {
        self.in_flight = self.in_flight.take().filter(|batch| batch.number > number);
    }

    /// Makes the batch in flight the next one to send.
    pub fn requeue(&mut self) {
        if let Some(batch) = &mut self.in_flight {
            batch.sent = false;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.in_flight.is_none()
    }
}

#[cfg(test)]
mod tests {
    use coder_wire::Time;

    use super::*;

    fn line(output: &str) -> LogLine {
        LogLine { at: Time(jiff::Timestamp::UNIX_EPOCH), level: "info".into(), output: output.into() }
    }

    fn batch(message: Option<AgentMessage>) -> (u64, Uuid, Vec<String>) {
        let Some(AgentMessage::Logs { batch, source_id, lines }) = message else { panic!("a batch") };
        (batch, source_id, lines.into_iter().map(|line| line.output).collect())
    }

    #[test]
    fn a_batch_is_resent_with_its_number_until_it_is_acknowledged() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut queue = LogQueue::default();
        queue.push(one, line("a"));
        queue.push(one, line("b"));
        queue.push(two, line("c"));
        let first = (1, one, vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(batch(queue.next()), first);
        assert!(queue.next().is_none(), "one batch at a time");
        queue.requeue();
        assert_eq!(batch(queue.next()), first);
        queue.acknowledge(1);
        assert_eq!(batch(queue.next()), (2, two, vec!["c".to_owned()]));
        queue.acknowledge(2);
        assert!(queue.is_empty());
    }

    #[test]
    fn the_oldest_lines_are_dropped_beyond_the_limit() {
        let mut queue = LogQueue::default();
        for number in 0..300 {
            queue.push(Uuid::nil(), line(&format!("{number}{}", "x".repeat(8000))));
        }
        assert!(queue.bytes <= MAX_BYTES);
        let (.., lines) = batch(queue.next());
        assert!(!lines[0].starts_with("0x"));
    }
}
