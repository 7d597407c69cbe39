// The pseudorandom function behind an XMSS key: SHAKE128 over a secret, domain-separated.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "node/base/bytes.h"
#include "node/crypto/xmss_types.h"

namespace lockstep::crypto {

/// Derives one key's secrets (leanSpec: xmss/prf.py). Not thread-safe; making one costs about a microsecond.
class Prf {
 public:
  explicit Prf(const base::Bytes32& key);
  ~Prf();

  /// Looks the hash function up, which the first derivation would do otherwise.
  static void warm_up();

  Prf(const Prf&) = delete;
  Prf& operator=(const Prf&) = delete;

  /// Where chain `chain` of `epoch` begins. Requires: epoch < 2^32.
  [[nodiscard]] HashDigest chain_start(std::uint64_t epoch, std::uint64_t chain);

  /// The randomness of attempt `counter` to encode `message`. Requires: epoch < 2^32.
  [[nodiscard]] EncodingRandomness randomness(std::uint64_t epoch, const base::Bytes32& message,
                                              std::uint64_t counter);

 private:
  template <std::size_t N>
  std::array<Fp, N> derive(std::uint8_t tag, base::ByteView rest);

  struct Context;
  std::unique_ptr<Context> context_;
  base::Bytes32 key_;
};

/// Fills a span with bytes nobody can guess, or with those of a seed.
using ByteSource = std::function<void(std::span<std::uint8_t>)>;

/// An endless stream that is a function of `seed`: SHA-256 of the seed and a counter.
ByteSource bytes_from_seed(const base::Bytes32& seed);

/// A uniform field element out of `source`.
Fp draw_element(const ByteSource& source);

}  // namespace lockstep::crypto
