// The numbers that tell one XMSS instance from another.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lockstep::crypto {

/// The numbers that all instances of leanSpec share (leanSpec: xmss/constants.py).
inline constexpr std::uint32_t kWinternitzBase = 8;             ///< Digits of a codeword are below it.
inline constexpr std::size_t kDigitsPerElement = 8;             ///< Digits taken from one hash element.
inline constexpr std::uint32_t kElementQuotient = 127;          ///< 127 · 8^8 = P - 1.
inline constexpr std::size_t kMaximumDimension = 64;            ///< More chains than any instance has.
inline constexpr std::uint64_t kMaximumEncodingTries = 100000;  ///< Signing gives up after as many.

/// An instance of the generalised XMSS scheme. One epoch is one slot.
struct XmssParameters {
  std::uint32_t log_lifetime =
      0;                         ///< Height of the tree; even, at most 32. The key has 2^log_lifetime slots.
  std::size_t dimension = 0;     ///< Hash chains of one signature; at most kMaximumDimension.
  std::uint32_t target_sum = 0;  ///< What the digits of every codeword add up to.

  /// Slots of a key's whole lifetime.
  [[nodiscard]] constexpr std::uint64_t lifetime() const { return std::uint64_t{1} << log_lifetime; }

  /// Slots, hence leaves, of one bottom tree.
  [[nodiscard]] constexpr std::uint64_t leaves_per_bottom_tree() const {
    return std::uint64_t{1} << (log_lifetime / 2);
  }

  /// SSZ limit of a list of digests.
  [[nodiscard]] constexpr std::size_t node_list_limit() const {
    return static_cast<std::size_t>(2 * leaves_per_bottom_tree());
  }

  /// Bytes of every signature: three offsets, the randomness, the path and the released chain hashes.
  [[nodiscard]] constexpr std::size_t signature_size() const {
    return 12 + 28 + 32 * (log_lifetime + dimension);
  }

  friend constexpr bool operator==(const XmssParameters&, const XmssParameters&) = default;
};

/// Fast and insecure: what leanSpec's test vectors use (LEAN_ENV=test).
inline constexpr XmssParameters kXmssTest{.log_lifetime = 8, .dimension = 4, .target_sum = 6};

/// What a network uses (LEAN_ENV=prod).
inline constexpr XmssParameters kXmssProduction{.log_lifetime = 32, .dimension = 46, .target_sum = 200};

static_assert(kXmssTest.signature_size() == 424 && kXmssProduction.signature_size() == 2536);

}  // namespace lockstep::crypto
