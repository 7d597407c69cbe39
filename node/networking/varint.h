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

/// The part of read_varint for numbers of two bytes and more.
[[nodiscard]] std::optional<std::uint64_t> read_long_varint(base::ByteView in, std::size_t& at,
                                                            std::size_t bytes_max);

/// Reads a number at `at` and moves `at` behind it. Nothing, with `at` unspecified, when the input ends
/// within it, when it is longer than `bytes_max` bytes, or when it does not fit 64 bits. Longer than needed
/// forms are accepted.
[[nodiscard]] inline std::optional<std::uint64_t> read_varint(base::ByteView in, std::size_t& at,
                                                              std::size_t bytes_max = 10) {
  if (at < in.size() && in[at] < 0x80 && bytes_max > 0) {
    return in[at++];
  }
  return read_long_varint(in, at, bytes_max);
}

}  // namespace lockstep::networking
