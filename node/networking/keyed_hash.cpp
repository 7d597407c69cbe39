// XXH3 through libxxhash's inline form.
#include "node/networking/keyed_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace lockstep::networking {

KeyedHash::KeyedHash(runtime::Random& random) : secret_{} {
  random.fill(secret_);
}

Fingerprint KeyedHash::of(base::ByteView bytes, std::uint64_t purpose) const {
  const std::uint64_t digest =
      XXH3_64bits_withSecret(bytes.data(), bytes.size(), secret_.data(), secret_.size());
  // Multiplying by an odd number loses nothing, so that purposes only rename the digests.
  const std::uint64_t renamed = (digest ^ purpose) * 0x9E3779B97F4A7C15;
  return {.value = renamed == 0 ? 1 : renamed};
}

}  // namespace lockstep::networking
