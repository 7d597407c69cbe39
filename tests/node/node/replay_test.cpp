// Kept votes with real signatures are verified on OS threads, and come to what one thread makes of them.
#include <gtest/gtest.h>

#include <vector>

#include "replay.h"

namespace lockstep::node {
namespace {

TEST(Replay, comes_to_the_same_with_every_number_of_threads) {
  test::FutureVotes future(300);
  for (std::size_t i = 0; i < future.votes.size(); i += 7) {
    future.votes[i].signature.data[100] ^= 1;
  }
  test::Replay alone(future, 0);
  alone.run();
  EXPECT_EQ(alone.chain().attestation_counts().accepted, 257U);
  EXPECT_EQ(alone.chain().attestation_counts().rejected, 43U);
  EXPECT_EQ(alone.chain().pending_attestations(), 0U);
  for (const std::size_t threads : {1U, 2U, 5U}) {
    test::Replay helped(future, threads);
    helped.run();
    EXPECT_EQ(helped.chain().digest(true), alone.chain().digest(true));
    EXPECT_EQ(helped.events().votes, alone.events().votes) << "in the same order";
  }
}

}  // namespace
}  // namespace lockstep::node
