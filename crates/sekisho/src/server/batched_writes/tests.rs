mod driven;

use std::io::ErrorKind;

use super::*;
use driven::{Driven, Mock};

#[test]
fn the_first_write_of_a_batch_is_put_off_once_and_its_task_woken_once() {
    let mut driven = Driven::new(Mock::default());
    for batch in 1..=3 {
        driven.read();
        assert_eq!(driven.write(10), Poll::Pending);
        assert_eq!((driven.wakes(), driven.asked()), (batch, vec!["read"]), "woken, and nothing written");
        driven.read();
        assert_eq!(driven.write(20), Poll::Ready(Ok(20)));
        assert_eq!(driven.write(30), Poll::Ready(Ok(30)), "the rest of it");
        assert_eq!(driven.flush(), Poll::Ready(Ok(())));
        assert_eq!(driven.wakes(), batch, "once");
        assert_eq!(driven.asked(), ["read", "write", "write", "flush"]);
    }
}

#[test]
fn a_batch_ends_with_a_flush_and_a_read_after_it() {
    // Reading alone does not end it, nor does flushing: h2 flushes after each frame of a large message.
    let mut driven = Driven::new(Mock::default());
    assert!(driven.batch(10, 20));
    for _ in 0..256 {
        assert_eq!(driven.write(16_384), Poll::Ready(Ok(16_384)));
        assert_eq!(driven.flush(), Poll::Ready(Ok(())));
    }
    assert_eq!(driven.write(100), Poll::Ready(Ok(100)));
    driven.read();
    assert_eq!(driven.write(100), Poll::Ready(Ok(100)), "what has not been flushed is of the same batch");
    assert_eq!(driven.wakes(), 1);
    assert_eq!(driven.flush(), Poll::Ready(Ok(())));
    driven.read();
    assert_eq!(driven.write(100), Poll::Pending);
    assert_eq!(driven.wakes(), 2);
}

#[test]
fn a_flush_that_has_not_completed_ends_no_batch() {
    let mut driven = Driven::new(Mock::default());
    assert!(driven.write(10).is_pending());
    assert!(driven.write(20).is_ready());
    for flush in [Poll::Pending, Poll::Ready(Err(ErrorKind::BrokenPipe))] {
        driven.stream.stream.flush = Some(flush);
        assert_eq!(driven.flush(), flush);
        driven.read();
        assert_eq!(driven.write(30), Poll::Ready(Ok(30)));
    }
    driven.stream.stream.flush = None;
    assert!(driven.flush().is_ready());
    driven.read();
    assert_eq!(driven.write(10), Poll::Pending, "and one that has does");
}

#[test]
fn a_connection_that_takes_nothing_is_asked_each_time_and_wakes_by_itself() {
    let mut driven = Driven::new(Mock { write: Some(Poll::Pending), ..Mock::default() });
    assert!(driven.write(10).is_pending());
    assert_eq!((driven.wakes(), driven.asked()), (1, vec![]));
    for _ in 0..3 {
        driven.read();
        assert!(driven.write(10).is_pending());
        assert_eq!((driven.wakes(), driven.asked()), (1, vec!["read", "write"]));
    }
}

#[test]
fn errors_and_short_writes_are_handed_on() {
    for written in [Ok(3), Err(ErrorKind::ConnectionReset)] {
        let mut driven = Driven::new(Mock { write: Some(Poll::Ready(written)), ..Mock::default() });
        assert!(driven.write(10).is_pending());
        assert_eq!(driven.write(10), Poll::Ready(written));
        assert_eq!(driven.write(7), Poll::Ready(written));
        assert_eq!(driven.wakes(), 1);
    }
}

#[test]
fn one_buffer_is_put_off_and_several_which_take_nothing_more_are_not() {
    for is_vectored in [false, true] {
        let mut driven = Driven::new(Mock { is_vectored, ..Mock::default() });
        assert_eq!(driven.stream.is_write_vectored(), is_vectored);
        assert_eq!(driven.write_vectored(&[b"a head", b"a message"]), Poll::Ready(Ok(15)));
        assert!(driven.flush().is_ready());
        driven.read();
        assert_eq!((driven.wakes(), driven.asked()), (0, vec!["writev", "flush", "read"]));

        assert_eq!(driven.write_vectored(&[b"answers"]), Poll::Pending);
        assert_eq!((driven.wakes(), driven.asked()), (1, vec![]));
        assert_eq!(driven.write_vectored(&[b"answers", b"and a message"]), Poll::Ready(Ok(20)));
        assert_eq!((driven.wakes(), driven.asked()), (1, vec!["writev"]));
        assert!(driven.flush().is_ready());
        driven.read();
        assert_eq!(driven.write_vectored(&[b"answers"]), Poll::Pending, "the message was a gain");
    }
}

#[test]
fn a_large_write_is_not_put_off() {
    let mut driven = Driven::new(Mock::default());
    for bytes in [LARGE, LARGE + 1, 1 << 20] {
        assert!(!driven.batch(bytes, bytes), "{bytes}");
    }
    assert!(driven.batch(LARGE - 1, LARGE));
    assert_eq!(driven.wakes(), 1);
}

#[test]
fn a_tls_alert_goes_out_at_once_since_it_is_written_once() {
    // RFC 8446 §5.1, §6: fatal, `bad_certificate`. It is the first that is written, or comes after what was put off.
    const ALERT: &[u8] = &[0x15, 3, 3, 0, 2, 2, 42];
    const DATA: &[u8] = &[0x17, 3, 3, 0, 2, 2, 42];
    let write = |driven: &mut Driven, bytes: &[u8]| driven.poll(|stream, cx| stream.poll_write(cx, bytes));
    for has_put_off in [false, true] {
        let mut driven = Driven::new(Mock::default());
        assert!(!has_put_off || write(&mut driven, DATA).is_pending());
        assert!(write(&mut driven, ALERT).is_ready(), "{has_put_off}");
        let mut driven = Driven::new(Mock::default());
        assert!(!has_put_off || driven.write_vectored(&[DATA]).is_pending());
        assert_eq!(driven.write_vectored(&[ALERT]), Poll::Ready(Ok(7)), "{has_put_off}");
    }
    let mut driven = Driven::new(Mock::default());
    assert!(write(&mut driven, DATA).is_pending(), "other records wait");
    let mut driven = Driven::new(Mock::default());
    assert!(driven.write_vectored(&[DATA]).is_pending(), "other records wait");
    assert_eq!(driven.write_vectored(&[DATA, ALERT]), Poll::Ready(Ok(14)), "and take an alert along");
}

#[test]
fn a_connection_that_shuts_down_is_not_held_up() {
    let mut driven = Driven::new(Mock::default());
    assert!(driven.batch(10, 20));
    driven.read();
    assert_eq!(driven.asked(), ["read", "read", "write", "flush", "read"]);
    assert!(driven.poll(AsyncWrite::poll_shutdown).is_ready());
    assert_eq!(driven.write(5), Poll::Ready(Ok(5)), "a TLS alert, say");
    assert!(driven.flush().is_ready());
    assert_eq!((driven.wakes(), driven.asked()), (1, vec!["shutdown", "write", "flush"]));
}

#[test]
fn what_was_put_off_need_not_be_written() {
    let mut driven = Driven::new(Mock::default());
    assert!(driven.write(10).is_pending());
    assert!(driven.flush().is_ready());
    assert!(driven.poll(AsyncWrite::poll_shutdown).is_ready());
    assert_eq!((driven.wakes(), driven.asked()), (1, vec!["flush", "shutdown"]));
}

#[test]
fn yielding_in_vain_gets_rare_and_a_gain_makes_it_usual_again() {
    let mut driven = Driven::new(Mock::default());
    let skipped = |driven: &mut Driven| (0..99).take_while(|_| !driven.batch(10, 10)).count();
    let skips: Vec<usize> = (0..9).map(|_| skipped(&mut driven)).collect();
    assert_eq!(skips, [0, 1, 3, 7, 15, 31, 63, 63, 63]);
    assert_eq!((0..99).take_while(|_| !driven.batch(10, 11)).count(), 63);
    assert!(driven.batch(10, 11), "there was a gain");
    assert!(driven.batch(10, 10), "there was a gain again");
    assert_eq!(skipped(&mut driven), 1, "and now there was none");
}

#[cfg(feature = "transport")]
#[test]
fn a_handler_sees_what_the_connection_tells_of_itself() {
    use tonic::transport::server::Connected;

    struct Peer;

    impl Connected for Peer {
        type ConnectInfo = &'static str;

        fn connect_info(&self) -> &'static str {
            "a peer"
        }
    }

    assert_eq!(BatchedWrites::new(Peer).connect_info(), "a peer");
}
