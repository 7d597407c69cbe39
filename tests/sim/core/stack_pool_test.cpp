// Stacks are reused, guarded or painted, and their overflow is noticed.
#include "sim/core/stack_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace lockstep::sim {
namespace {

TEST(StackPool, hands_the_same_stack_out_again) {
  StackPool pool;
  const Stack first = pool.take();
  EXPECT_GE(first.size, StackPool::kDefaultSize);
  EXPECT_TRUE(pool.give_back(first));
  const Stack second = pool.take();
  EXPECT_EQ(first.low, second.low);
  EXPECT_EQ(pool.in_use(), 1U);
  EXPECT_TRUE(pool.give_back(second));
}

TEST(StackPool, gives_stacks_that_can_be_written_and_do_not_overlap) {
  StackPool pool(16 * 1024);
  std::vector<Stack> stacks;
  for (int i = 0; i < 200; ++i) {
    stacks.push_back(pool.take());
    std::memset(stacks.back().low, i, stacks.back().size);
  }
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    const auto* bytes = static_cast<const unsigned char*>(stacks[i].low);
    EXPECT_EQ(bytes[0], i);
    EXPECT_EQ(bytes[stacks[i].size - 1], i);
    EXPECT_TRUE(stacks[i].guarded);
  }
  for (const Stack& stack : stacks) {
    EXPECT_TRUE(pool.give_back(stack));
  }
}

TEST(StackPool, notices_a_dead_canary_where_there_is_no_guard) {
  StackPool pool(16 * 1024);
  std::vector<Stack> stacks;
  while (stacks.empty() || stacks.back().guarded) {
    ASSERT_LT(stacks.size(), 40'000U);
    stacks.push_back(pool.take());
  }
  EXPECT_GE(stacks.size(), 1000U);
  Stack last = stacks.back();
  stacks.pop_back();
  static_cast<unsigned char*>(last.low)[3] ^= 1;
  EXPECT_FALSE(pool.give_back(last));
  last = pool.take();
  EXPECT_TRUE(pool.give_back(last));
  for (const Stack& stack : stacks) {
    EXPECT_TRUE(pool.give_back(stack));
  }
}

}  // namespace
}  // namespace lockstep::sim
