// Unsigned LEB128: seven bits a byte, least significant first.
#include "node/networking/varint.h"

namespace lockstep::networking {

void append_varint(base::Bytes& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

std::size_t varint_size(std::uint64_t value) {
  std::size_t size = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++size;
  }
  return size;
}

std::optional<std::uint64_t> read_long_varint(base::ByteView in, std::size_t& at, std::size_t bytes_max) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes_max; ++i) {
    if (at >= in.size()) {
      return std::nullopt;
    }
    const std::uint8_t byte = in[at++];
    if (i == 9 && byte > 1) {
      return std::nullopt;
    }
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace lockstep::networking
