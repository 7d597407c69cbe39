// The compressor: byte for byte what leanSpec's writes, so that all who compress a message send the same
// bytes.
//
// libsnappy skips ahead faster and faster where nothing repeats; leanSpec looks at every byte, and its
// vectors pin the result. Format: google/snappy, format_description.txt.
#include <algorithm>
#include <utility>
#include <vector>

#include "node/networking/snappy_codec.h"
#include "node/networking/varint.h"

namespace lockstep::networking {
namespace {

constexpr std::size_t kBlockBytes = 65536;
/// The last bytes of a block are never looked at for repetitions.
constexpr std::size_t kMarginBytes = 15;
constexpr unsigned kTableBitsMin = 8;
constexpr unsigned kTableBitsMax = 15;
constexpr std::uint32_t kHashMultiplier = 0x1E35A7BD;
constexpr std::size_t kCopyBytesMin = 4;
constexpr std::size_t kCopyBytesMax = 64;

void append_le(std::size_t value, std::size_t bytes, base::Bytes& out) {
  for (std::size_t i = 0; i < bytes; ++i) {
    out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
}

void append_literal(base::ByteView literal, base::Bytes& out) {
  if (literal.empty()) {
    return;
  }
  const std::size_t rest = literal.size() - 1;
  if (rest < 60) {
    out.push_back(static_cast<std::uint8_t>(rest << 2));
  } else {
    // A block is at most 64 KiB, so that two bytes always do.
    const std::size_t length_bytes = rest < 256 ? 1 : 2;
    out.push_back(static_cast<std::uint8_t>((59 + length_bytes) << 2));
    append_le(rest, length_bytes, out);
  }
  out.insert(out.end(), literal.begin(), literal.end());
}

/// Requires: 4 <= length <= 64, offset < 65536.
void append_copy(std::size_t offset, std::size_t length, base::Bytes& out) {
  if (offset < 2048 && length < 12) {
    out.push_back(static_cast<std::uint8_t>(1 | ((length - kCopyBytesMin) << 2) | ((offset >> 8) << 5)));
    out.push_back(static_cast<std::uint8_t>(offset));
  } else {
    out.push_back(static_cast<std::uint8_t>(2 | ((length - 1) << 2)));
    append_le(offset, 2, out);
  }
}

/// Where four bytes were met last, by their hash; kept from block to block so that its memory is used again.
class Positions {
 public:
  void reset(std::size_t block_bytes) {
    unsigned bits = kTableBitsMin;
    while ((std::size_t{1} << bits) < block_bytes / 4 && bits < kTableBitsMax) {
      ++bits;
    }
    shift_ = 32 - bits;
    table_.assign(std::size_t{1} << bits, kNowhere);
  }

  /// Notes that `word` is at `position`, and returns where its hash was noted before.
  std::uint32_t exchange(std::uint32_t word, std::size_t position) {
    std::uint32_t& place = table_[(word * kHashMultiplier) >> shift_];
    return std::exchange(place, static_cast<std::uint32_t>(position));
  }

  static constexpr std::uint32_t kNowhere = ~std::uint32_t{0};

 private:
  unsigned shift_ = 0;
  std::vector<std::uint32_t> table_;
};

std::uint32_t word_at(base::ByteView block, std::size_t position) {
  return base::load_le<std::uint32_t>(&block[position]);
}

/// How many bytes, of those that one copy can give, are the same at both positions; the first four are.
std::size_t length_of_match(base::ByteView block, std::size_t earlier, std::size_t at) {
  const std::size_t limit = std::min(kCopyBytesMax, block.size() - at);
  std::size_t length = kCopyBytesMin;
  while (length < limit && block[earlier + length] == block[at + length]) {
    ++length;
  }
  return length;
}

void compress_block(base::ByteView block, Positions& positions, base::Bytes& out) {
  std::size_t literal_start = 0;
  const std::size_t end = block.size() - std::min(block.size(), kMarginBytes);
  positions.reset(block.size());
  for (std::size_t at = 0; at < end;) {
    const std::uint32_t word = word_at(block, at);
    const std::uint32_t earlier = positions.exchange(word, at);
    if (earlier == Positions::kNowhere || word_at(block, earlier) != word) {
      ++at;
      continue;
    }
    append_literal(block.subspan(literal_start, at - literal_start), out);
    const std::size_t length = length_of_match(block, earlier, at);
    append_copy(at - earlier, length, out);
    at += length;
    literal_start = at;
    if (at < end) {
      for (std::size_t inside = at - length + 1; inside + 1 < at; inside += 2) {
        positions.exchange(word_at(block, inside), inside);
      }
    }
  }
  append_literal(block.subspan(literal_start), out);
}

}  // namespace

void append_snappy_block(base::ByteView in, base::Bytes& out) {
  out.reserve(out.size() + in.size() + in.size() / 6 + 16);
  append_varint(out, in.size());
  Positions positions;
  while (!in.empty()) {
    const base::ByteView block = in.first(std::min(in.size(), kBlockBytes));
    compress_block(block, positions, out);
    in = in.subspan(block.size());
  }
}

}  // namespace lockstep::networking
