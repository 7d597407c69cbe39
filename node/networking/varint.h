// Unsigned LEB128 numbers, as protobuf and the request protocols write lengths.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/bytes.h"

namespace lockstep::networking {

/// Appends `value` in its shortest form (1 to 10 bytes).
void append_varint(base::Bytes& out, std::uint64_t value);

/// The number of bytes that append_varint would add.
[[nodiscard]] std::size_t varint_size(std::uint64_t value);

/// The part of read_varint for numbers of three bytes and more, and for what is malformed.
[[nodiscard]] std::optional<std::uint64_t> read_long_varint(base::ByteView in, std::size_t& at,
                                                            std::size_t bytes_max);

/// Reads a number at `at`, which is at most in.size(), and moves `at` behind it. Nothing, with `at`
/// unspecified, when the input ends within it, when it is longer than `bytes_max` bytes, or when it does not
/// fit 64 bits. Longer than needed forms are accepted.
[[nodiscard]] inline std::optional<std::uint64_t> read_varint(base::ByteView in, std::size_t& at,
                                                              std::size_t bytes_max = 10) {
  if (in.size() - at >= 2 && bytes_max >= 2) {
    const std::uint8_t first = in[at];
    const std::uint8_t second = in[at + 1];
    if (first < 0x80) {
      at += 1;
      return first;
    }
    if (second < 0x80) {
      at += 2;
      return static_cast<std::uint64_t>(first & 0x7f) | static_cast<std::uint64_t>(second) << 7;
    }
  }
  return read_long_varint(in, at, bytes_max);
}

}  // namespace lockstep::networking
