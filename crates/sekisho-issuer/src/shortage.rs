//! A time in which no connection can be accepted. It is tried ten times a second, and told once.

#[derive(Default)]
pub(super) struct Shortage {
    goes_on: bool,
}

impl Shortage {
    /// Whether this failure is the first since a connection was accepted.
    pub(super) fn begins(&mut self) -> bool {
        !std::mem::replace(&mut self.goes_on, true)
    }

    /// A connection was accepted.
    pub(super) fn end(&mut self) {
        self.goes_on = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_once_and_again_after_a_connection() {
        let mut shortage = Shortage::default();
        shortage.end();
        assert_eq!([(); 3].map(|()| shortage.begins()), [true, false, false]);
        shortage.end();
        assert_eq!([(); 3].map(|()| shortage.begins()), [true, false, false]);
    }
}
