// Snappy blocks through libsnappy; the framing format around them.
#include "node/networking/snappy_codec.h"

#include <snappy.h>

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <cstdint>

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

bool is_stream_identifier(base::ByteView in) {
  return in.size() >= kStreamIdentifier.size() &&
         std::equal(kStreamIdentifier.begin(), kStreamIdentifier.end(), in.begin());
}

}  // namespace

void append_snappy_block(base::ByteView in, base::Bytes& out) {
  const std::size_t before = out.size();
  out.resize(before + snappy::MaxCompressedLength(in.size()));
  std::size_t written = 0;
  snappy::RawCompress(chars(in), in.size(), reinterpret_cast<char*>(out.data() + before), &written);
  out.resize(before + written);
}

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
  return snappy::RawUncompress(chars(in), in.size(), reinterpret_cast<char*>(out.data()));
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
    const base::ByteView chunk = in.subspan(at + 4, size);
    if (type == kCompressedChunk || type == kUncompressedChunk) {
      if (!decode_data_chunk(type, chunk, piece)) {
        return false;
      }
      out.insert(out.end(), piece.begin(), piece.end());
    } else if (type == kStreamIdentifierChunk) {
      if (!is_stream_identifier(in.subspan(at)) || size != kStreamIdentifier.size() - 4) {
        return false;
      }
    } else if (type < kFirstSkippableChunk) {
      return false;
    }
    at += 4 + size;
  }
  return out.size() == length;
}

}  // namespace lockstep::networking
