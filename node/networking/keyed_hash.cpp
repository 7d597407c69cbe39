// XXH3-128 through libxxhash's inline form.
#include "node/networking/keyed_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace lockstep::networking {

KeyedHash::KeyedHash(runtime::Random& random) : secret_{} {
  random.fill(secret_);
}

Digest128 KeyedHash::of(base::ByteView bytes, std::uint64_t purpose) const {
  const XXH128_hash_t digest =
      XXH3_128bits_withSecret(bytes.data(), bytes.size(), secret_.data(), secret_.size());
  constexpr std::uint64_t kOddConstant = 0x9E3779B97F4A7C15;
  return {.low = digest.low64 == 0 ? 1 : digest.low64, .high = digest.high64 ^ (purpose * kOddConstant)};
}

}  // namespace lockstep::networking
