//! Bytes that look random and are the same whenever the same call is made.

use sha2::{Digest as _, Sha256};

/// Bytes of one call of the host function.
pub(crate) const RANDOM_BYTES: usize = 64 * 1024;

/// What a call is, hashed: the plugin's digest, the function and its arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed([u8; 32]);

impl Seed {
    /// Of a call without arguments. `digest` is the plugin's.
    pub(crate) fn new(digest: &str, function: &str) -> Self {
        Self([0; 32]).and(digest).and(function)
    }

    /// With one more argument, hashed after what came before it, so that no two lists of texts run into one another.
    pub(crate) fn and(self, argument: &str) -> Self {
        let text = Sha256::digest(argument);
        Self(
            Sha256::new_with_prefix(self.0)
                .chain_update(text)
                .finalize()
                .into(),
        )
    }
}

/// The stream of random bytes of one call of a guest: blocks of SHA-256 over seed and position.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    seed: Seed,
    block: u64,
}

impl Random {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { seed, block: 0 }
    }

    /// The next bytes of the stream. What is left of a block is not given later.
    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(len + 32);
        while out.len() < len {
            let mut hash = Sha256::new_with_prefix(self.seed.0);
            hash.update(self.block.to_be_bytes());
            out.extend_from_slice(&hash.finalize());
            self.block += 1;
        }
        out.truncate(len);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{Random, Seed};

    #[test]
    fn the_same_call_gives_the_same_bytes_and_another_call_others() {
        let bytes = |seed: Seed| Random::new(seed).bytes(40);
        let plan = Seed::new("d", "plan");
        assert_eq!(bytes(plan.and("a").and("b")), bytes(plan.and("a").and("b")));
        let others = [
            plan,
            plan.and("ab"),
            plan.and("ab").and(""),
            Seed::new("d", "apply").and("a").and("b"),
            Seed::new("e", "plan").and("a").and("b"),
        ];
        for other in others {
            assert_ne!(bytes(other), bytes(plan.and("a").and("b")));
        }
        let mut stream = Random::new(plan);
        assert_ne!(stream.bytes(8), stream.bytes(8), "the stream goes on");
        assert_eq!(stream.bytes(0), [0; 0]);
    }
}
