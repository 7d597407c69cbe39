// A fast hash under a secret of the node's own: nobody outside can make two messages collide.
#pragma once

#include <array>
#include <cstdint>

#include "node/base/bytes.h"
#include "node/runtime/random.h"

namespace lockstep::networking {

/// A 128-bit digest; as a SeenCache key it is never empty.
struct Digest128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  [[nodiscard]] std::uint64_t hash() const { return low; }
  friend bool operator==(const Digest128&, const Digest128&) = default;
};

/// XXH3 with 128 bits and a random secret. Twenty times faster than SHA-256, and good enough to tell whether
/// bytes came before, since a peer that does not know the secret cannot aim for a collision. Immutable after
/// construction.
class KeyedHash {
 public:
  /// Draws the secret.
  explicit KeyedHash(runtime::Random& random);

  /// Bytes hashed with different `purpose` numbers never meet.
  [[nodiscard]] Digest128 of(base::ByteView bytes, std::uint64_t purpose) const;

 private:
  alignas(64) std::array<std::uint8_t, 192> secret_;
};

}  // namespace lockstep::networking
