// What a node answers to its peers' requests.
#include "node/sync/server.h"

#include <gtest/gtest.h>

#include "author.h"
#include "node/spec/hash_tree_root.h"

namespace lockstep::sync {
namespace {

class Server : public testing::Test {
 protected:
  Server() {
    for (const std::uint64_t slot : {1U, 2U, 4U}) {
      blocks.push_back(author.run_slot(slot).block);
    }
  }
  [[nodiscard]] std::vector<chain::SignedBlockPointer> range(std::uint64_t start, std::uint64_t count) {
    return std::get<chain::BlocksAnswer>(
               answer(author.chain().reader(),
                      spec::BlocksByRangeRequest{.start_slot = spec::Slot(start), .count = count}))
        .blocks;
  }

  const test::Keys keys{4};
  test::Author author{keys, keys.anchor(1000)};
  std::vector<chain::SignedBlockPointer> blocks;
};

TEST_F(Server, says_its_head_and_finalized_checkpoint) {
  const auto status = std::get<chain::StatusAnswer>(answer(author.chain().reader(), spec::Status{})).status;
  EXPECT_EQ(status.head, author.chain().head());
  EXPECT_EQ(status.finalized, author.chain().store().latest_finalized());
}

TEST_F(Server, gives_the_blocks_of_a_range_without_gaps_and_not_beyond_the_head) {
  EXPECT_EQ(range(0, 10).size(), 3U);
  EXPECT_EQ(range(2, 2).size(), 1U);
  EXPECT_EQ(range(3, 1).size(), 0U);
  EXPECT_EQ(range(5, 10).size(), 0U);
  EXPECT_EQ(range(~std::uint64_t{0}, 1024).size(), 0U);
  EXPECT_EQ(range(4, 1)[0]->block, blocks[2]->block);
}

TEST_F(Server, refuses_a_range_of_nothing_and_one_of_more_than_1024) {
  for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{1025}, ~std::uint64_t{0}}) {
    const chain::Response response = answer(
        author.chain().reader(), spec::BlocksByRangeRequest{.start_slot = spec::Slot(1), .count = count});
    ASSERT_TRUE(std::holds_alternative<chain::RefusedAnswer>(response));
    EXPECT_EQ(std::get<chain::RefusedAnswer>(response).code, chain::ResponseCode::kInvalidRequest);
  }
}

TEST_F(Server, refuses_what_lies_too_far_back) {
  author.run_slot(kSlotsServed + 10, false, false);
  const chain::Response response =
      answer(author.chain().reader(), spec::BlocksByRangeRequest{.start_slot = spec::Slot(9), .count = 5});
  ASSERT_TRUE(std::holds_alternative<chain::RefusedAnswer>(response));
  EXPECT_EQ(std::get<chain::RefusedAnswer>(response).code, chain::ResponseCode::kResourceUnavailable);
  EXPECT_TRUE(range(10, 5).empty());
}

TEST_F(Server, gives_blocks_by_root_in_the_order_asked_and_leaves_out_what_it_lacks) {
  const spec::Root first = spec::hash_tree_root(blocks[0]->block);
  const spec::Root third = spec::hash_tree_root(blocks[2]->block);
  const auto found = std::get<chain::BlocksAnswer>(answer(
      author.chain().reader(), spec::BlocksByRootRequest{.roots = {third, base::Bytes32{{9}}, first}}));
  ASSERT_EQ(found.blocks.size(), 2U);
  EXPECT_EQ(found.blocks[0]->block, blocks[2]->block);
  EXPECT_EQ(found.blocks[1]->block, blocks[0]->block);
}

}  // namespace
}  // namespace lockstep::sync
