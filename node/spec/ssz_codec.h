// How each kind of SSZ type is encoded, decoded and hashed. For .cpp files that instantiate codecs: others
// include ssz.h and hash_tree_root.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/quantity.h"
#include "node/spec/bitlist.h"
#include "node/spec/containers.h"
#include "node/spec/merkle.h"
#include "node/spec/root_list.h"

namespace lockstep::spec {

using base::Bytes;
using base::ByteView;

inline constexpr std::size_t kBytesPerOffset = 4;

/// The codec of T. A codec has
///   kFixed, and kSize if fixed: the encoded length;
///   kBasic: whether lists and vectors pack the encoded elements into chunks;
///   size(value); write(value, to), which returns the byte after the last; read(bytes, value), false if
///   malformed; root(value), the hash tree root.
/// Reading never throws on any bytes, and allocates no more than a constant factor of what it was given.
template <typename T>
struct Codec;

/// Unsigned integers, little-endian.
template <typename T>
  requires std::is_unsigned_v<T>
struct Codec<T> {
  static constexpr bool kFixed = true;
  static constexpr bool kBasic = true;
  static constexpr std::size_t kSize = sizeof(T);
  static std::size_t size(T) { return kSize; }
  static std::uint8_t* write(T value, std::uint8_t* to) {
    base::store_le(value, to);
    return to + kSize;
  }
  static bool read(ByteView bytes, T& value) {
    if (bytes.size() != kSize) return false;
    value = base::load_le<T>(bytes.data());
    return true;
  }
  static Root root(T value) { return chunk_of(value); }
};

template <>
struct Codec<bool> {
  static constexpr bool kFixed = true;
  static constexpr bool kBasic = true;
  static constexpr std::size_t kSize = 1;
  static std::size_t size(bool) { return kSize; }
  static std::uint8_t* write(bool value, std::uint8_t* to) {
    *to = value ? 1 : 0;
    return to + 1;
  }
  static bool read(ByteView bytes, bool& value) {
    if (bytes.size() != 1 || bytes[0] > 1) return false;
    value = bytes[0] == 1;
    return true;
  }
  static Root root(bool value) { return chunk_of(value ? 1 : 0); }
};

template <typename Tag>
struct Codec<base::Quantity<Tag>> {
  using Number = Codec<std::uint64_t>;
  static constexpr bool kFixed = true;
  static constexpr bool kBasic = true;
  static constexpr std::size_t kSize = Number::kSize;
  static std::size_t size(base::Quantity<Tag>) { return kSize; }
  static std::uint8_t* write(base::Quantity<Tag> value, std::uint8_t* to) {
    return Number::write(value.value, to);
  }
  static bool read(ByteView bytes, base::Quantity<Tag>& value) { return Number::read(bytes, value.value); }
  static Root root(base::Quantity<Tag> value) { return Number::root(value.value); }
};

template <std::size_t N>
struct Codec<base::FixedBytes<N>> {
  static constexpr bool kFixed = true;
  static constexpr bool kBasic = false;
  static constexpr std::size_t kSize = N;
  static std::size_t size(const base::FixedBytes<N>&) { return kSize; }
  static std::uint8_t* write(const base::FixedBytes<N>& value, std::uint8_t* to) {
    return std::copy(value.data.begin(), value.data.end(), to);
  }
  static bool read(ByteView bytes, base::FixedBytes<N>& value) {
    if (bytes.size() != N) return false;
    std::copy(bytes.begin(), bytes.end(), value.data.begin());
    return true;
  }
  static Root root(const base::FixedBytes<N>& value) {
    if constexpr (N == 32) {
      return value;
    } else {
      return merkleize_bytes(value.view(), depth_for((N + 31) / 32));
    }
  }
};

/// ByteList[Limit].
template <std::size_t Limit>
struct ByteListCodec {
  static constexpr bool kFixed = false;
  static constexpr bool kBasic = false;
  static std::size_t size(const Bytes& value) { return value.size(); }
  static std::uint8_t* write(const Bytes& value, std::uint8_t* to) {
    return std::copy(value.begin(), value.end(), to);
  }
  static bool read(ByteView bytes, Bytes& value) {
    if (bytes.size() > Limit) return false;
    value.assign(bytes.begin(), bytes.end());
    return true;
  }
  static Root root(const Bytes& value) {
    return mix_in_length(merkleize_bytes(value, depth_for((Limit + 31) / 32)), value.size());
  }
};

template <>
struct Codec<ProofBytes> {
  using List = ByteListCodec<PROOF_BYTES_LIMIT>;
  static constexpr bool kFixed = false;
  static constexpr bool kBasic = false;
  static std::size_t size(const ProofBytes& value) { return value.data.size(); }
  static std::uint8_t* write(const ProofBytes& value, std::uint8_t* to) {
    return List::write(value.data, to);
  }
  static bool read(ByteView bytes, ProofBytes& value) { return List::read(bytes, value.data); }
  static Root root(const ProofBytes& value) { return List::root(value.data); }
};

/// Writes the first `count` bytes of packed bits.
inline std::uint8_t* write_bits(std::span<const std::uint64_t> words, std::size_t count, std::uint8_t* to) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t word = i / 8 < words.size() ? words[i / 8] : 0;
    *to++ = static_cast<std::uint8_t>(word >> (8 * (i % 8)));
  }
  return to;
}

/// Reads up to eight bytes as packed bits.
inline std::uint64_t read_word(ByteView bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    word |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  }
  return word;
}

template <std::size_t Limit>
struct Codec<Bitlist<Limit>> {
  static constexpr bool kFixed = false;
  static constexpr bool kBasic = false;
  static std::size_t size(const Bitlist<Limit>& value) { return value.size() / 8 + 1; }
  static std::uint8_t* write(const Bitlist<Limit>& value, std::uint8_t* to) {
    std::uint8_t* const end = write_bits(value.words(), size(value), to);
    end[-1] = static_cast<std::uint8_t>(end[-1] | (1U << (value.size() % 8)));
    return end;
  }
  static bool read(ByteView bytes, Bitlist<Limit>& value) {
    if (bytes.empty() || bytes.back() == 0) return false;
    const std::size_t delimiter = static_cast<std::size_t>(std::bit_width(bytes.back())) - 1;
    const std::size_t count = (bytes.size() - 1) * 8 + delimiter;
    if (count > Limit) return false;
    value = Bitlist<Limit>();
    // The last word may carry the delimiter; append() keeps only `count` bits.
    for (std::size_t at = 0; at < count; at += 64) {
      const std::uint64_t word =
          read_word(bytes.subspan(at / 8, std::min<std::size_t>(8, bytes.size() - at / 8)));
      value.append({&word, 1}, std::min<std::size_t>(64, count - at));
    }
    return true;
  }
  static Root root(const Bitlist<Limit>& value) {
    return mix_in_length(merkleize_words(value.words(), depth_for((Limit + 255) / 256)), value.size());
  }
};

template <std::size_t Length>
struct Codec<Bitvector<Length>> {
  static constexpr bool kFixed = true;
  static constexpr bool kBasic = false;
  static constexpr std::size_t kSize = (Length + 7) / 8;
  static std::size_t size(const Bitvector<Length>&) { return kSize; }
  static std::uint8_t* write(const Bitvector<Length>& value, std::uint8_t* to) {
    return write_bits(value.words(), kSize, to);
  }
  static bool read(ByteView bytes, Bitvector<Length>& value) {
    if (bytes.size() != kSize) return false;
    if (Length % 8 != 0 && (bytes.back() >> (Length % 8)) != 0) return false;
    for (std::size_t i = 0; i < Length; ++i) {
      value.set(i, ((bytes[i / 8] >> (i % 8)) & 1) != 0);
    }
    return true;
  }
  static Root root(const Bitvector<Length>& value) {
    return merkleize_words(value.words(), depth_for((Length + 255) / 256));
  }
};

/// The root of elements that are packed into chunks, in a tree for `limit` elements.
template <typename Element, typename Range>
Root root_of_packed(const Range& values, std::size_t limit) {
  constexpr std::size_t kPerChunk = 32 / Codec<Element>::kSize;
  std::array<Root, kMaximalDepth + 1> subtrees;
  std::size_t chunks = 0;
  for (std::size_t i = 0; i < values.size(); ++chunks) {
    Root chunk;
    for (std::size_t k = 0; k < kPerChunk && i < values.size(); ++k, ++i) {
      Codec<Element>::write(values[i], chunk.data.data() + k * Codec<Element>::kSize);
    }
    push_subtree(subtrees, chunks, chunk, 0);
  }
  return close_frontier(subtrees, chunks, depth_for((limit * Codec<Element>::kSize + 31) / 32));
}

/// The root of a sequence of values in a tree for `limit` elements, without the length.
template <typename Element, typename Range>
Root root_of_elements(const Range& values, std::size_t limit) {
  if constexpr (Codec<Element>::kBasic) {
    return root_of_packed<Element>(values, limit);
  } else {
    std::array<Root, kMaximalDepth + 1> subtrees;
    std::size_t count = 0;
    for (const Element& value : values) {
      push_subtree(subtrees, count++, Codec<Element>::root(value), 0);
    }
    return close_frontier(subtrees, count, depth_for(limit));
  }
}

/// Vector[Element, N] of fixed-size elements.
template <typename Element, std::size_t N>
  requires Codec<Element>::kFixed
struct Codec<std::array<Element, N>> {
  static constexpr bool kFixed = true;
  static constexpr bool kBasic = false;
  static constexpr std::size_t kSize = N * Codec<Element>::kSize;
  static std::size_t size(const std::array<Element, N>&) { return kSize; }
  static std::uint8_t* write(const std::array<Element, N>& values, std::uint8_t* to) {
    for (const Element& value : values) {
      to = Codec<Element>::write(value, to);
    }
    return to;
  }
  static bool read(ByteView bytes, std::array<Element, N>& values) {
    if (bytes.size() != kSize) return false;
    for (std::size_t i = 0; i < N; ++i) {
      constexpr std::size_t kEach = Codec<Element>::kSize;
      if (!Codec<Element>::read(bytes.subspan(i * kEach, kEach), values[i])) return false;
    }
    return true;
  }
  static Root root(const std::array<Element, N>& values) { return root_of_elements<Element>(values, N); }
};

/// List[Element, Limit].
template <typename Element, std::size_t Limit>
struct ListCodec {
  using Values = std::vector<Element>;
  using Each = Codec<Element>;
  static constexpr bool kFixed = false;
  static constexpr bool kBasic = false;

  static std::size_t size(const Values& values) {
    if constexpr (Each::kFixed) {
      return values.size() * Each::kSize;
    } else {
      std::size_t total = values.size() * kBytesPerOffset;
      for (const Element& value : values) {
        total += Each::size(value);
      }
      return total;
    }
  }
  static std::uint8_t* write(const Values& values, std::uint8_t* to) {
    if constexpr (!Each::kFixed) {
      std::size_t offset = values.size() * kBytesPerOffset;
      for (const Element& value : values) {
        base::store_le(static_cast<std::uint32_t>(offset), to);
        to += kBytesPerOffset;
        offset += Each::size(value);
      }
    }
    for (const Element& value : values) {
      to = Each::write(value, to);
    }
    return to;
  }
  static bool read(ByteView bytes, Values& values) {
    values.clear();
    if (bytes.empty()) return true;
    if constexpr (Each::kFixed) {
      return read_fixed(bytes, values);
    } else {
      return read_variable(bytes, values);
    }
  }
  static Root root(const Values& values) {
    return mix_in_length(root_of_elements<Element>(values, Limit), values.size());
  }

 private:
  static bool read_fixed(ByteView bytes, Values& values) {
    if (bytes.size() % Each::kSize != 0 || bytes.size() / Each::kSize > Limit) return false;
    values.resize(bytes.size() / Each::kSize);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!Each::read(bytes.subspan(i * Each::kSize, Each::kSize), values[i])) return false;
    }
    return true;
  }
  /// A first offset of zero in a list that is not empty names no element, and is malformed.
  static bool read_variable(ByteView bytes, Values& values) {
    if (bytes.size() < kBytesPerOffset) return false;
    const std::size_t first = base::load_le<std::uint32_t>(bytes.data());
    if (first == 0 || first > bytes.size() || first % kBytesPerOffset != 0) return false;
    const std::size_t count = first / kBytesPerOffset;
    if (count > Limit) return false;
    std::size_t start = first;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t end = i + 1 < count
                                  ? base::load_le<std::uint32_t>(bytes.data() + (i + 1) * kBytesPerOffset)
                                  : bytes.size();
      if (end < start || end > bytes.size()) return false;
      if (!Each::read(bytes.subspan(start, end - start), values.emplace_back())) return false;
      start = end;
    }
    return true;
  }
};

template <>
struct Codec<RootList> {
  static constexpr bool kFixed = false;
  static constexpr bool kBasic = false;
  static std::size_t size(const RootList& value) { return value.size() * 32; }
  static std::uint8_t* write(const RootList& value, std::uint8_t* to) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      to = std::copy(value[i].data.begin(), value[i].data.end(), to);
    }
    return to;
  }
  static bool read(ByteView bytes, RootList& value) {
    std::vector<Root> roots;
    if (!ListCodec<Root, RootList::kLimit>::read(bytes, roots)) return false;
    value = RootList(roots);
    return true;
  }
  static Root root(const RootList& value) { return value.root(); }
};

}  // namespace lockstep::spec
