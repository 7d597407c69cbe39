// Merkle roots agree with the definition.
#include "node/spec/merkle.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/base/assert.h"
#include "tests/node/spec/arbitrary.h"
#include "tests/node/spec/naive_merkle.h"

namespace lockstep::spec {
namespace {

using tests::naive_root;

std::vector<Root> any_roots(std::size_t count) {
  std::vector<Root> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(tests::any_root());
  return out;
}

RC_GTEST_PROP(Merkle, agrees_with_the_definition, ()) {
  const std::size_t depth = tests::any_size(6);
  const std::vector<Root> leaves = any_roots(tests::any_size(std::size_t{1} << depth));
  RC_ASSERT(merkleize(leaves, depth) == naive_root(leaves, depth));
}

RC_GTEST_PROP(Merkle, takes_whole_subtrees, ()) {
  MerkleFrontier<6> frontier;
  std::vector<Root> leaves;
  while (leaves.size() < 64) {
    const auto aligned =
        leaves.empty() ? std::size_t{3} : static_cast<std::size_t>(std::countr_zero(leaves.size()));
    const std::size_t level = tests::any_size(std::min<std::size_t>(aligned, 3));
    const std::vector<Root> part = any_roots(std::size_t{1} << level);
    frontier.add_subtree(naive_root(part, level), level);
    leaves.insert(leaves.end(), part.begin(), part.end());
    RC_ASSERT(frontier.root() == naive_root(leaves, 6));
    RC_ASSERT(frontier.size() == leaves.size());
    if (tests::any_size(9) == 0) break;
  }
}

RC_GTEST_PROP(Merkle, cuts_bytes_into_chunks, ()) {
  const base::Bytes bytes = tests::any_bytes(tests::any_size(200));
  std::vector<Root> chunks;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % 32 == 0) chunks.emplace_back();
    chunks.back().data[i % 32] = bytes[i];
  }
  RC_ASSERT(merkleize_bytes(bytes, 3) == naive_root(chunks, 3));
}

TEST(Merkle, hashes_nothing_into_zeros) {
  EXPECT_TRUE(merkleize({}, 0).is_zero());
  EXPECT_EQ(merkleize({}, 5), zero_hash(5));
  EXPECT_EQ(zero_hash(3), naive_root({}, 3));
}

TEST(Merkle, leaves_a_single_chunk_as_it_is) {
  const Root chunk = tests::root_of(7);
  EXPECT_EQ(merkleize({&chunk, 1}, 0), chunk);
}

TEST(Merkle, refuses_more_leaves_than_the_tree_has) {
  const std::vector<Root> leaves(5);
  EXPECT_THROW((void)merkleize(leaves, 2), base::AssertionFailed);
}

TEST(Merkle, finds_the_smallest_tree) {
  EXPECT_EQ(depth_for(0), 0U);
  EXPECT_EQ(depth_for(1), 0U);
  EXPECT_EQ(depth_for(2), 1U);
  EXPECT_EQ(depth_for(5), 3U);
  EXPECT_EQ(depth_for(std::size_t{1} << 22), 22U);
}

}  // namespace
}  // namespace lockstep::spec
