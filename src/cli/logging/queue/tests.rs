mod gate;

use std::io;
use std::thread;

use tracing::Level;
use tracing::field::display;

use super::super::own_event::OwnEvent;
use super::*;
use gate::{Reader, gate};

const LONG: Duration = Duration::from_secs(60);

/// Nothing of what cannot be shown.
fn line(record: &Record, texts: &str) -> Option<Vec<u8>> {
    let secs = record.at.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    // Some grow, as what is escaped does.
    (texts != "impossible").then(|| format!("at {secs} {}\n", texts.replace('+', "++++")).into_bytes())
}

/// A count of which no line can be made.
const UNTELLABLE: u64 = 7;

fn tell(dropped: u64) -> Option<Vec<u8>> {
    (dropped != UNTELLABLE).then(|| format!("dropped {dropped}\n").into_bytes())
}

/// A queue, and a thread that writes.
fn queue(out: impl Write + Send + 'static) -> Queue {
    let queue = Queue::default();
    let writing = queue.clone();
    thread::spawn(move || writing.write_to(out, line, tell));
    queue
}

/// Lines of this length, until one more finds no room; how many found some.
fn fill(queue: &Queue, length: usize, kind: Kind) -> usize {
    let line = [vec![b'x'; length - 1], b"\n".to_vec()].concat();
    let mut taken = 0;
    while queue.lock().dropped == 0 {
        queue.push(&line, kind);
        taken += 1;
    }
    taken - 1
}

/// Hands a record to `take`, and its texts: those of an event that says so.
fn record(text: &str, take: impl Fn(Record, &str)) {
    OWN.with(&[Some(&display(text))], |event| {
        let at = std::time::UNIX_EPOCH + Duration::from_secs(7);
        super::super::record::Record::of(event, at, |recorded| {
            let (record, texts) = recorded.unwrap();
            take(record, texts);
        })
        .unwrap();
    });
}

static OWN: OwnEvent = OwnEvent::new(Level::INFO, "a test", &["message"], &OWN);

#[test]
fn records_and_lines_are_written_in_the_order_in_which_they_came() {
    let (gate, reader) = gate();
    let queue = queue(gate);
    for number in 0..100 {
        queue.push(format!("line {number}\n").as_bytes(), Kind::Usual);
        record(&format!("record {number}"), |record, texts| queue.push_record(record, texts, Kind::Usual));
    }
    drop(reader.answers);
    queue.close(LONG);
    let expected: Vec<_> = (0..100).map(|number| format!("line {number}\nat 7 record {number}\n")).collect();
    assert_eq!(String::from_utf8(reader.written.lock().unwrap().clone()).unwrap(), expected.concat());
}

#[test]
fn records_count_with_all_that_they_take() {
    let size = 1024 + size_of::<Record>();
    let text = "x".repeat(1024);
    for (kind, room) in [(Kind::Usual, ROOM - KEPT_FOR_TROUBLE), (Kind::Trouble, ROOM)] {
        let queue = Queue::default();
        while queue.lock().dropped == 0 {
            record(&text, |record, texts| queue.push_record(record, texts, kind));
        }
        assert_eq!(queue.lock().waiting.records.len(), room / size);
        assert_eq!(queue.lock().waiting.size(), room / size * size);
    }
}

#[test]
fn a_record_whose_line_turns_out_too_long_is_counted() {
    let (gate, reader) = gate();
    let queue = queue(gate);
    drop(reader.answers);
    let longest = LONGEST - size_of::<Record>();
    for text in ["x".repeat(longest), "+".repeat(longest), "x".repeat(longest + 1), "x".to_owned()] {
        record(&text, |record, texts| queue.push_record(record, texts, Kind::Usual));
    }
    queue.count_dropped();
    queue.close(LONG);
    let written = String::from_utf8(reader.written.lock().unwrap().clone()).unwrap();
    assert_eq!(written.matches('x').count(), longest + 1);
    assert!(!written.contains('+'));
    let dropped = written.lines().filter_map(|line| line.strip_prefix("dropped ")?.parse::<u32>().ok());
    assert_eq!(dropped.sum::<u32>(), 3);
}

#[test]
fn a_record_of_which_no_line_can_be_made_is_counted_and_the_others_are_written() {
    let (gate, reader) = gate();
    let queue = queue(gate);
    for text in ["one", "impossible", "two", "impossible"] {
        record(text, |record, texts| queue.push_record(record, texts, Kind::Usual));
    }
    drop(reader.answers);
    queue.close(LONG);
    let written = String::from_utf8(reader.written.lock().unwrap().clone()).unwrap();
    let lines = written.lines().filter(|line| !line.starts_with("dropped ")).collect::<Vec<_>>();
    assert_eq!(lines, ["at 7 one", "at 7 two"]);
    let dropped = written.lines().filter_map(|line| line.strip_prefix("dropped ")?.parse::<u32>().ok());
    assert_eq!(dropped.sum::<u32>(), 2);
}

#[test]
fn a_count_of_which_no_line_can_be_made_is_told_with_the_next() {
    let (mut gate, reader) = gate();
    drop(reader.answers);
    let queue = Queue::default();
    (0..UNTELLABLE).for_each(|_| queue.count_dropped());
    queue.push(b"a line\n", Kind::Usual);
    let writing = queue.clone();
    let writer = thread::spawn(move || writing.write_to(&mut gate, line, tell));
    reader.asked.recv_timeout(LONG).unwrap();
    queue.count_dropped();
    queue.close(LONG);
    writer.join().unwrap();
    assert_eq!(String::from_utf8(reader.written.lock().unwrap().clone()).unwrap(), "a line\ndropped 8\n");
}

#[test]
fn a_batch_has_the_memory_of_the_one_before_the_last() {
    let queue = Queue::default();
    fill(&queue, 1024, Kind::Usual);
    let before = queue.lock().waiting.bytes.as_ptr();
    let mut batch = Entries::default();
    for _ in 0..2 {
        queue.take(&mut batch);
        batch.clear();
        queue.push(b"a line\n", Kind::Usual);
    }
    assert_eq!(queue.lock().waiting.bytes.as_ptr(), before);
    assert_eq!(queue.lock().waiting.order.len(), 1, "and none of its lines");
}

#[test]
fn what_is_logged_before_the_end_is_written() {
    let (gate, reader) = gate();
    let queue = queue(gate);
    let expected: Vec<_> = (0..1000).map(|number| format!("{number}\n")).collect();
    for line in &expected {
        queue.push(line.as_bytes(), Kind::Usual);
    }
    drop(reader.answers);
    queue.close(LONG);
    queue.push(b"after the end\n", Kind::Usual);
    let written = reader.written.lock().unwrap().clone();
    assert_eq!(String::from_utf8(written).unwrap(), expected.concat());
}

#[test]
fn nobody_waits_for_a_reader_and_what_was_dropped_is_told_when_it_comes_back() {
    let (gate, reader) = gate();
    let queue = queue(gate);
    queue.push(b"first\n", Kind::Usual);
    reader.asked.recv_timeout(LONG).unwrap();
    // The writer is stuck with it. This returns all the same.
    let taken = fill(&queue, 100, Kind::Usual);
    for _ in 0..999 {
        queue.push(b"no room for this\n".repeat(10).as_slice(), Kind::Usual);
    }
    // Not even the end waits.
    queue.close(Duration::from_millis(1));
    let Reader { answers, written, .. } = reader;
    drop(answers);
    queue.close(LONG);
    let written = String::from_utf8(written.lock().unwrap().clone()).unwrap();
    assert_eq!(written.lines().count(), 1 + taken + 1);
    assert!(written.starts_with("first\nxxx") && written.ends_with("x\ndropped 1000\n"));
}

#[test]
fn the_queue_is_bounded_in_bytes_and_has_room_for_trouble() {
    let queue = Queue::default();
    let usual = fill(&queue, 1024, Kind::Usual);
    assert_eq!(usual, (ROOM - KEPT_FOR_TROUBLE) / 1024);
    queue.lock().dropped = 0;
    assert_eq!(fill(&queue, 1024, Kind::Trouble), KEPT_FOR_TROUBLE / 1024);
    assert!(queue.lock().waiting.bytes.capacity() <= 2 * ROOM);
}

#[test]
fn a_line_that_is_too_long_is_counted() {
    let (gate, reader) = gate();
    let queue = queue(gate);
    drop(reader.answers);
    queue.push(&vec![b'x'; LONGEST + 1], Kind::Trouble);
    queue.close(LONG);
    assert_eq!(reader.written.lock().unwrap().as_slice(), b"dropped 1\n");
}

#[test]
fn what_could_not_be_written_is_counted_and_tears_no_other_line() {
    let (gate, reader) = gate();
    let queue = queue(gate);
    queue.push(b"lost\n", Kind::Usual);
    reader.asked.recv_timeout(LONG).unwrap();
    queue.push(b"torn\n", Kind::Usual);
    queue.push(b"whole\n", Kind::Usual);
    let full = || Err(io::ErrorKind::StorageFull.into());
    // The first is not written, nor is that one was dropped; of the second a half.
    for answer in [full(), full(), Ok(2), full()] {
        reader.answers.send(answer).unwrap();
    }
    // One that has no room for now is waited for.
    reader.answers.send(Err(io::ErrorKind::WouldBlock.into())).unwrap();
    let Reader { answers, written, .. } = reader;
    drop(answers);
    queue.close(LONG);
    assert_eq!(String::from_utf8(written.lock().unwrap().clone()).unwrap(), "to\nwhole\ndropped 2\n");
}
