// Byte strings: owned, viewed, of fixed size; and their hexadecimal form.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// N raw bytes as a value. Ordered lexicographically, which is the order that leanSpec uses for roots.
template <std::size_t N>
struct FixedBytes {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> data{};

  [[nodiscard]] ByteView view() const { return {data.data(), N}; }
  [[nodiscard]] bool is_zero() const { return data == std::array<std::uint8_t, N>{}; }

  /// Copies N bytes from `bytes`; nothing if its size is not N.
  static std::optional<FixedBytes> from(ByteView bytes) {
    if (bytes.size() != N) {
      return std::nullopt;
    }
    FixedBytes out;
    std::copy(bytes.begin(), bytes.end(), out.data.begin());
    return out;
  }

  friend bool operator==(const FixedBytes& a, const FixedBytes& b) {
    return std::memcmp(a.data.data(), b.data.data(), N) == 0;
  }
  friend std::strong_ordering operator<=>(const FixedBytes& a, const FixedBytes& b) {
    return std::memcmp(a.data.data(), b.data.data(), N) <=> 0;
  }
};

using Bytes4 = FixedBytes<4>;
using Bytes20 = FixedBytes<20>;
using Bytes32 = FixedBytes<32>;
using Bytes52 = FixedBytes<52>;

/// Hashes a root for unordered containers: its first eight bytes, since roots are already uniform. Such
/// containers may be looked into but never iterated where the order could be observed.
struct RootHash {
  std::size_t operator()(const Bytes32& root) const noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, root.data.data(), sizeof word);
    return word;
  }
};

/// Lower-case hexadecimal with a leading 0x.
std::string to_hex(ByteView bytes);

/// Reads hexadecimal with or without 0x; nothing if a digit is wrong or their number is odd.
std::optional<Bytes> from_hex(std::string_view text);

/// `value` with its bytes in little-endian order, whatever the machine's own.
template <typename UInt>
constexpr UInt little_endian(UInt value) {
  if constexpr (std::endian::native == std::endian::big) {
    UInt swapped = 0;
    for (std::size_t i = 0; i < sizeof(UInt); ++i) {
      swapped = static_cast<UInt>((swapped << 8) | ((value >> (8 * i)) & 0xff));
    }
    return swapped;
  }
  return value;
}

/// Little-endian loads and stores. Copies of whole words: g++ 12 does not see through loops over bytes.
template <typename UInt>
UInt load_le(const std::uint8_t* from) {
  UInt value = 0;
  std::memcpy(&value, from, sizeof value);
  return little_endian(value);
}

template <typename UInt>
void store_le(UInt value, std::uint8_t* to) {
  value = little_endian(value);
  std::memcpy(to, &value, sizeof value);
}

}  // namespace lockstep::base
