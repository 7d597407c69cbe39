// The wire form of a mocked aggregate proof.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "node/base/bytes.h"

namespace lockstep::crypto {

/// How every mocked proof begins (leanSpec: testing/crypto_mode.py, MOCK_PROOF_PREFIX).
inline constexpr std::string_view kMockedProofSentinel{"\0MOCKED-AGGREGATION-PROOF\0", 26};

/// Whether `proof` claims to be a mocked one.
inline bool has_sentinel(base::ByteView proof) {
  return proof.size() >= kMockedProofSentinel.size() &&
         std::equal(kMockedProofSentinel.begin(), kMockedProofSentinel.end(), proof.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

/// An empty mocked proof, to which digests are appended.
inline base::Bytes sentinel_bytes() {
  return {kMockedProofSentinel.begin(), kMockedProofSentinel.end()};
}

}  // namespace lockstep::crypto
