// The KoalaBear field: integers modulo P = 2^31 - 2^24 + 1, kept in Montgomery form.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "node/base/bytes.h"

namespace lockstep::crypto {

/// The order of the field (leanSpec: koalabear.py).
inline constexpr std::uint32_t kKoalaBearPrime = (1U << 31) - (1U << 24) + 1;

/// One field element. Inside it holds x·2^32 mod P, so that a product costs three multiplications and no
/// division.
class Fp {
 public:
  /// Bytes of an element in SSZ.
  static constexpr std::size_t kSize = 4;

  constexpr Fp() = default;

  /// The element `value` mod P.
  static constexpr Fp from(std::uint64_t value) {
    return of_montgomery(
        reduce(std::uint64_t{static_cast<std::uint32_t>(value % kKoalaBearPrime)} * kRadixSquared));
  }

  /// The element whose Montgomery form is `form`. Requires: form < P.
  static constexpr Fp of_montgomery(std::uint32_t form) {
    Fp out;
    out.form_ = form;
    return out;
  }

  /// Reads four little-endian bytes; nothing if they hold P or more.
  static std::optional<Fp> decode(const std::uint8_t* from_bytes) {
    const auto value = base::load_le<std::uint32_t>(from_bytes);
    if (value >= kKoalaBearPrime) {
      return std::nullopt;
    }
    return from(value);
  }

  /// Writes four little-endian bytes.
  void encode(std::uint8_t* to) const { base::store_le(value(), to); }

  /// The number in [0, P) that this element is.
  [[nodiscard]] constexpr std::uint32_t value() const { return reduce(form_); }
  [[nodiscard]] constexpr std::uint32_t montgomery() const { return form_; }

  friend constexpr Fp operator+(Fp a, Fp b) {
    const std::uint32_t sum = a.form_ + b.form_;  // below 2P, which is below 2^32
    return of_montgomery(sum >= kKoalaBearPrime ? sum - kKoalaBearPrime : sum);
  }
  friend constexpr Fp operator*(Fp a, Fp b) {
    return of_montgomery(reduce(std::uint64_t{a.form_} * b.form_));
  }
  friend constexpr bool operator==(Fp, Fp) = default;

  /// x·2^-32 mod P, in [0, P). Requires: x < P·2^32.
  static constexpr std::uint32_t reduce(std::uint64_t x) {
    const std::uint32_t quotient = static_cast<std::uint32_t>(x) * kInverse;
    const std::uint32_t subtrahend =
        static_cast<std::uint32_t>((std::uint64_t{quotient} * kKoalaBearPrime) >> 32);
    const std::uint32_t difference = static_cast<std::uint32_t>(x >> 32) - subtrahend;
    return difference + (kKoalaBearPrime & (0U - (difference >> 31)));
  }

  /// P^-1 mod 2^32.
  static constexpr std::uint32_t kInverse = 0x81000001U;

 private:
  static constexpr std::uint32_t kRadixSquared =
      static_cast<std::uint32_t>(((std::uint64_t{1} << 32) % kKoalaBearPrime) *
                                 ((std::uint64_t{1} << 32) % kKoalaBearPrime) % kKoalaBearPrime);

  std::uint32_t form_ = 0;
};

static_assert(Fp::kInverse * kKoalaBearPrime == 1U);
static_assert(Fp::from(kKoalaBearPrime - 1) * Fp::from(kKoalaBearPrime - 1) == Fp::from(1));

}  // namespace lockstep::crypto
