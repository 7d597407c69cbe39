// Protobuf's wire format: tags, numbers and runs of bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "node/base/bytes.h"
#include "node/networking/varint.h"

namespace lockstep::networking::protobuf {

inline constexpr std::uint64_t kVarint = 0;
inline constexpr std::uint64_t kFixed64 = 1;
inline constexpr std::uint64_t kLengthDelimited = 2;
inline constexpr std::uint64_t kFixed32 = 5;

/// One field of a message: its number and either a number or a run of bytes.
struct Field {
  std::uint64_t number = 0;
  std::uint64_t wire_type = 0;
  std::uint64_t value = 0;
  base::ByteView bytes;

  [[nodiscard]] bool is_bytes(std::uint64_t wanted) const {
    return number == wanted && wire_type == kLengthDelimited;
  }
  [[nodiscard]] bool is_number(std::uint64_t wanted) const {
    return number == wanted && wire_type == kVarint;
  }
};

/// Reads the field at `at`, which is before the end, and moves `at` behind it; false when it is malformed.
[[nodiscard]] inline bool read_field(base::ByteView in, std::size_t& at, Field& field) {
  const std::optional<std::uint64_t> key = read_varint(in, at);
  if (!key) {
    return false;
  }
  field.number = *key >> 3;
  field.wire_type = *key & 7;
  std::uint64_t length = 0;
  if (field.wire_type == kLengthDelimited || field.wire_type == kVarint) {
    const std::optional<std::uint64_t> number = read_varint(in, at);
    if (!number) {
      return false;
    }
    field.value = *number;
    if (field.wire_type == kVarint) {
      return true;
    }
    length = *number;
  } else if (field.wire_type == kFixed64) {
    length = 8;
  } else if (field.wire_type == kFixed32) {
    length = 4;
  } else {
    return false;
  }
  if (length > in.size() - at) {
    return false;
  }
  field.bytes = in.subspan(at, length);
  at += length;
  return true;
}

/// The tag of a field; all of ours are below 16 and take one byte.
constexpr std::uint8_t tag(std::uint8_t field, std::uint64_t wire_type) {
  return static_cast<std::uint8_t>((std::uint64_t{field} << 3) | wire_type);
}

/// What a run of bytes takes with its tag and length.
inline std::size_t delimited_size(std::size_t length) {
  return 1 + varint_size(length) + length;
}
/// The same for a field that is left out when it is empty.
inline std::size_t optional_size(std::size_t length) {
  return length == 0 ? 0 : delimited_size(length);
}

inline void append_length(std::uint8_t field, std::size_t length, base::Bytes& out) {
  out.push_back(tag(field, kLengthDelimited));
  append_varint(out, length);
}
inline void append_bytes(std::uint8_t field, base::ByteView bytes, base::Bytes& out) {
  append_length(field, bytes.size(), out);
  out.insert(out.end(), bytes.begin(), bytes.end());
}
inline void append_optional(std::uint8_t field, base::ByteView bytes, base::Bytes& out) {
  if (!bytes.empty()) {
    append_bytes(field, bytes, out);
  }
}
inline void append_number(std::uint8_t field, std::uint64_t number, base::Bytes& out) {
  out.push_back(tag(field, kVarint));
  append_varint(out, number);
}

inline base::ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(base::ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace lockstep::networking::protobuf
