// A fast hash under a secret of the node's own: nobody outside can make two messages collide.
#pragma once

#include <array>
#include <cstdint>

#include "node/base/bytes.h"
#include "node/runtime/random.h"

namespace lockstep::networking {

/// A 64-bit digest under a secret; as a SeenCache key it is never empty. Among the few thousand messages that
/// a node remembers, one that is new meets the digest of another once in 10^15 messages.
struct Fingerprint {
  std::uint64_t value = 0;
  [[nodiscard]] std::uint64_t hash() const { return value; }
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// XXH3 with a random secret. Twenty times faster than SHA-256, and good enough to tell whether
/// bytes came before, since a peer that does not know the secret cannot aim for a collision. Immutable after
/// construction.
class KeyedHash {
 public:
  /// Draws the secret.
  explicit KeyedHash(runtime::Random& random);

  /// The same bytes have unrelated fingerprints under different `purpose` numbers.
  [[nodiscard]] Fingerprint of(base::ByteView bytes, std::uint64_t purpose) const;

 private:
  alignas(64) std::array<std::uint8_t, 192> secret_;
};

}  // namespace lockstep::networking
