// Merkle hashing over streams of chunks.
#include "node/spec/merkle.h"

#include <algorithm>

#include "node/base/assert.h"
#include "node/crypto/sha256.h"

namespace lockstep::spec {
namespace {

std::array<Root, kMaximalDepth + 1> compute_zero_hashes() {
  std::array<Root, kMaximalDepth + 1> out{};
  for (std::size_t level = 1; level < out.size(); ++level) {
    out[level] = crypto::sha256_pair(out[level - 1], out[level - 1]);
  }
  return out;
}

}  // namespace

const Root& zero_hash(std::size_t level) {
  static const std::array<Root, kMaximalDepth + 1> kZeroHashes = compute_zero_hashes();
  return kZeroHashes[level];
}

void push_subtree(std::span<Root> subtrees, std::size_t size, const Root& root, std::size_t level) {
  Root node = root;
  for (; ((size >> level) & 1) != 0; ++level) {
    node = crypto::sha256_pair(subtrees[level], node);
  }
  subtrees[level] = node;
}

Root close_frontier(std::span<const Root> subtrees, std::size_t size, std::size_t depth) {
  LOCKSTEP_ASSERT(depth <= kMaximalDepth && (size >> depth) <= 1);
  if (size == 0) {
    return zero_hash(depth);
  }
  if ((size >> depth) == 1) {
    LOCKSTEP_ASSERT_MSG(size == std::size_t{1} << depth, "a tree holds at most 2^depth leaves");
    return subtrees[depth];
  }
  // Above the lowest full subtree each level has either a full subtree on the left or zeros on the right.
  std::size_t level = static_cast<std::size_t>(std::countr_zero(size));
  Root node = crypto::sha256_pair(subtrees[level], zero_hash(level));
  for (++level; level < depth; ++level) {
    node = ((size >> level) & 1) != 0 ? crypto::sha256_pair(subtrees[level], node)
                                      : crypto::sha256_pair(node, zero_hash(level));
  }
  return node;
}

Root merkleize(std::span<const Root> chunks, std::size_t depth) {
  std::array<Root, kMaximalDepth + 1> subtrees;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    push_subtree(subtrees, i, chunks[i], 0);
  }
  return close_frontier(subtrees, chunks.size(), depth);
}

Root merkleize_bytes(base::ByteView bytes, std::size_t depth) {
  std::array<Root, kMaximalDepth + 1> subtrees;
  std::size_t size = 0;
  for (; !bytes.empty(); ++size) {
    Root chunk;
    const std::size_t length = std::min<std::size_t>(bytes.size(), 32);
    std::copy_n(bytes.begin(), length, chunk.data.begin());
    push_subtree(subtrees, size, chunk, 0);
    bytes = bytes.subspan(length);
  }
  return close_frontier(subtrees, size, depth);
}

Root merkleize_words(std::span<const std::uint64_t> words, std::size_t depth) {
  std::array<Root, kMaximalDepth + 1> subtrees;
  std::size_t size = 0;
  for (; !words.empty(); ++size) {
    Root chunk;
    const std::size_t count = std::min<std::size_t>(words.size(), 4);
    for (std::size_t i = 0; i < count; ++i) {
      base::store_le(words[i], chunk.data.data() + 8 * i);
    }
    push_subtree(subtrees, size, chunk, 0);
    words = words.subspan(count);
  }
  return close_frontier(subtrees, size, depth);
}

Root mix_in_length(const Root& root, std::uint64_t length) {
  return crypto::sha256_pair(root, chunk_of(length));
}

}  // namespace lockstep::spec
