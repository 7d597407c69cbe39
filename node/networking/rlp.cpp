// Prefixes of byte strings and lists (Yellow Paper, appendix B).
#include "node/networking/rlp.h"

#include <algorithm>

namespace lockstep::networking {
namespace {

constexpr std::uint8_t kString = 0x80;
constexpr std::uint8_t kList = 0xc0;
constexpr std::size_t kShortMax = 55;

void append_prefix(std::uint8_t base, std::size_t length, base::Bytes& out) {
  if (length <= kShortMax) {
    out.push_back(static_cast<std::uint8_t>(base + length));
    return;
  }
  std::size_t length_bytes = 0;
  for (std::size_t rest = length; rest > 0; rest >>= 8) {
    ++length_bytes;
  }
  out.push_back(static_cast<std::uint8_t>(base + kShortMax + length_bytes));
  for (std::size_t i = length_bytes; i-- > 0;) {
    out.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
  }
}

/// Reads the payload of the item at `at`, whose prefixes begin at `base`, and moves `at` behind it.
std::optional<base::ByteView> read_payload(base::ByteView in, std::uint8_t base, std::size_t& at) {
  std::size_t length = in[at++] - std::size_t{base};
  if (length > kShortMax) {
    const std::size_t length_bytes = length - kShortMax;
    if (length_bytes > in.size() - at || in[at] == 0) {
      return std::nullopt;
    }
    length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) {
      length = length << 8 | in[at++];
    }
    if (length <= kShortMax) {
      return std::nullopt;
    }
  }
  if (length > in.size() - at) {
    return std::nullopt;
  }
  const base::ByteView payload = in.subspan(at, length);
  at += length;
  return payload;
}

}  // namespace

void append_rlp(base::ByteView bytes, base::Bytes& out) {
  if (bytes.size() != 1 || bytes[0] >= kString) {
    append_prefix(kString, bytes.size(), out);
  }
  out.insert(out.end(), bytes.begin(), bytes.end());
}

base::Bytes encode_rlp_list(const std::vector<base::ByteView>& items) {
  base::Bytes payload;
  for (const base::ByteView item : items) {
    append_rlp(item, payload);
  }
  base::Bytes out;
  append_prefix(kList, payload.size(), out);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

std::optional<std::vector<base::ByteView>> decode_rlp_list(base::ByteView in) {
  std::size_t at = 0;
  if (in.empty() || in[0] < kList) {
    return std::nullopt;
  }
  const std::optional<base::ByteView> list = read_payload(in, kList, at);
  if (!list || at != in.size()) {
    return std::nullopt;
  }
  std::vector<base::ByteView> items;
  for (std::size_t place = 0; place < list->size();) {
    const std::uint8_t prefix = (*list)[place];
    if (prefix >= kList) {
      return std::nullopt;
    }
    if (prefix < kString) {
      items.push_back(list->subspan(place++, 1));
      continue;
    }
    const std::optional<base::ByteView> item = read_payload(*list, kString, place);
    if (!item) {
      return std::nullopt;
    }
    items.push_back(*item);
  }
  return items;
}

}  // namespace lockstep::networking
