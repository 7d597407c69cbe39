// Reading of snappy blocks through libsnappy; the framing format around them.
#include "node/networking/snappy_codec.h"

#include <snappy.h>

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <cstdint>

#include "node/networking/varint.h"

namespace lockstep::networking {
namespace {

constexpr std::array<std::uint8_t, 10> kStreamIdentifier{0xff, 0x06, 0x00, 0x00, 's',
                                                         'N',  'a',  'P',  'p',  'Y'};
constexpr std::size_t kChunkBytesMax = 65536;
constexpr std::uint8_t kCompressedChunk = 0x00;
constexpr std::uint8_t kUncompressedChunk = 0x01;
constexpr std::uint8_t kStreamIdentifierChunk = 0xff;
constexpr std::uint8_t kFirstSkippableChunk = 0x80;

const char* chars(base::ByteView bytes) {
  return reinterpret_cast<const char*>(bytes.data());
}

std::uint32_t masked_crc(base::ByteView bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc32c;
  crc32c.process_bytes(bytes.data(), bytes.size());
  const std::uint32_t crc = crc32c.checksum();
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
}

void append_chunk(base::ByteView piece, base::Bytes& out) {
  base::Bytes compressed;
  append_snappy_block(piece, compressed);
  const bool smaller = compressed.size() < piece.size();
  const base::ByteView body = smaller ? base::ByteView(compressed) : piece;
  const std::size_t length = body.size() + 4;
  out.push_back(smaller ? kCompressedChunk : kUncompressedChunk);
  for (std::size_t i = 0; i < 3; ++i) {
    out.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
  }
  std::array<std::uint8_t, 4> crc{};
  base::store_le(masked_crc(piece), crc.data());
  out.insert(out.end(), crc.begin(), crc.end());
  out.insert(out.end(), body.begin(), body.end());
}

/// The bytes of a data chunk, checked; false when they are not what the chunk says.
bool decode_data_chunk(std::uint8_t type, base::ByteView chunk, base::Bytes& piece) {
  if (chunk.size() < 4) {
    return false;
  }
  const base::ByteView body = chunk.subspan(4);
  if (type == kUncompressedChunk) {
    if (body.size() > kChunkBytesMax) {
      return false;
    }
    piece.assign(body.begin(), body.end());
  } else {
    const std::optional<std::size_t> length = snappy_block_length(body);
    if (!length || *length > kChunkBytesMax || !decode_snappy_block(body, piece)) {
      return false;
    }
  }
  return masked_crc(piece) == base::load_le<std::uint32_t>(chunk.data());
}

/// How many bytes the tag at `at` and its literal take, and how many they give. Nothing when the tag is cut
/// off.
struct Element {
  std::size_t takes = 0;
  std::size_t gives = 0;
};
std::optional<Element> element_at(base::ByteView in, std::size_t at) {
  const std::uint8_t tag = in[at];
  const std::size_t upper = tag >> 2;
  switch (tag & 3) {
    case 1:
      return Element{.takes = 2, .gives = 4 + (upper & 7)};
    case 2:
      return Element{.takes = 3, .gives = upper + 1};
    case 3:
      return Element{.takes = 5, .gives = upper + 1};
    default:
      break;
  }
  const std::size_t length_bytes = upper < 60 ? 0 : upper - 59;
  if (in.size() - at - 1 < length_bytes) {
    return std::nullopt;
  }
  std::size_t gives = upper;
  if (length_bytes > 0) {
    gives = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) {
      gives |= std::size_t{in[at + 1 + i]} << (8 * i);
    }
  }
  ++gives;
  return Element{.takes = 1 + length_bytes + gives, .gives = gives};
}

/// Where a block that gives `length` bytes ends, if it gives them; its copies are not looked into.
std::optional<std::size_t> extent_of_block(base::ByteView in, std::size_t length) {
  constexpr std::size_t kLengthBytesMax = 5;
  std::size_t at = 0;
  if (!read_varint(in, at, kLengthBytesMax)) {
    return std::nullopt;
  }
  std::size_t given = 0;
  while (given < length) {
    const std::optional<Element> element = at < in.size() ? element_at(in, at) : std::nullopt;
    if (!element || element->takes > in.size() - at) {
      return std::nullopt;
    }
    at += element->takes;
    given += element->gives;
  }
  return at;
}

bool is_stream_identifier(base::ByteView in) {
  return in.size() >= kStreamIdentifier.size() &&
         std::equal(kStreamIdentifier.begin(), kStreamIdentifier.end(), in.begin());
}

/// Reads the chunk at `at`, appends what it gives to `out` and moves `at` behind it; false when it is
/// malformed. `piece` is scratch space.
bool read_chunk(base::ByteView in, std::size_t& at, base::Bytes& piece, base::Bytes& out) {
  if (in.size() - at < 4) {
    return false;
  }
  const std::uint8_t type = in[at];
  const std::size_t size = static_cast<std::size_t>(in[at + 1]) |
                           (static_cast<std::size_t>(in[at + 2]) << 8) |
                           (static_cast<std::size_t>(in[at + 3]) << 16);
  if (size > in.size() - at - 4) {
    return false;
  }
  if (type == kCompressedChunk || type == kUncompressedChunk) {
    if (!decode_data_chunk(type, in.subspan(at + 4, size), piece)) {
      return false;
    }
    out.insert(out.end(), piece.begin(), piece.end());
  } else if (type == kStreamIdentifierChunk) {
    if (size != kStreamIdentifier.size() - 4 || !is_stream_identifier(in.subspan(at))) {
      return false;
    }
  } else if (type < kFirstSkippableChunk) {
    return false;
  }
  at += 4 + size;
  return true;
}

}  // namespace

std::optional<std::size_t> snappy_block_length(base::ByteView in) {
  std::size_t length = 0;
  if (!snappy::GetUncompressedLength(chars(in), in.size(), &length)) {
    return std::nullopt;
  }
  return length;
}

bool decode_snappy_block(base::ByteView in, base::Bytes& out) {
  const std::optional<std::size_t> length = snappy_block_length(in);
  if (!length) {
    return false;
  }
  out.resize(*length);
  char* const to = reinterpret_cast<char*>(out.data());
  if (snappy::RawUncompress(chars(in), in.size(), to)) {
    return true;
  }
  // libsnappy refuses bytes behind the block.
  const std::optional<std::size_t> extent = extent_of_block(in, *length);
  return extent && *extent < in.size() && snappy::RawUncompress(chars(in), *extent, to);
}

void append_snappy_frames(base::ByteView in, base::Bytes& out) {
  out.insert(out.end(), kStreamIdentifier.begin(), kStreamIdentifier.end());
  while (!in.empty()) {
    const base::ByteView piece = in.first(std::min(in.size(), kChunkBytesMax));
    append_chunk(piece, out);
    in = in.subspan(piece.size());
  }
}

bool read_snappy_frames(base::ByteView in, std::size_t& at, std::size_t length, base::Bytes& out) {
  out.clear();
  if (!is_stream_identifier(in.subspan(at))) {
    return false;
  }
  at += kStreamIdentifier.size();
  base::Bytes piece;
  while (out.size() < length) {
    if (!read_chunk(in, at, piece, out)) {
      return false;
    }
  }
  return out.size() == length;
}

bool decode_snappy_frames(base::ByteView in, std::size_t bytes_max, base::Bytes& out) {
  out.clear();
  if (!is_stream_identifier(in)) {
    return false;
  }
  base::Bytes piece;
  for (std::size_t at = kStreamIdentifier.size(); at < in.size();) {
    if (!read_chunk(in, at, piece, out) || out.size() > bytes_max) {
      return false;
    }
  }
  return true;
}

}  // namespace lockstep::networking
