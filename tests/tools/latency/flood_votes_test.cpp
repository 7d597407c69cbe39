// What lockstep-ticks pours upon a node is what a peer could send: different votes, really signed.
#include "tools/latency/flood_votes.h"

#include <gtest/gtest.h>

#include <set>

#include "node/networking/gossip.h"
#include "node/networking/payloads.h"
#include "node/networking/rpc.h"
#include "node/networking/snappy_codec.h"
#include "node/networking/topics.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/store.h"

namespace lockstep::latency {
namespace {

class FloodVotes : public testing::Test {
 protected:
  [[nodiscard]] spec::SignedAttestation vote_in(const runtime::Frame& frame) const {
    EXPECT_EQ(frame->front(), static_cast<std::uint8_t>(networking::Channel::kGossip));
    networking::RpcView rpc;
    EXPECT_TRUE(networking::decode_rpc(base::ByteView(*frame).subspan(1), rpc));
    EXPECT_EQ(rpc.publish.size(), 1);
    EXPECT_EQ(rpc.publish[0].topic, networking::Topics("net").name(networking::TopicKind::kAttestation));
    base::Bytes ssz;
    EXPECT_TRUE(networking::decode_snappy_block(rpc.publish[0].data, ssz));
    return *networking::decode_signed_attestation(ssz, keys.scheme());
  }

  const Keys keys{40, 2, 7};
  const std::shared_ptr<const chain::Anchor> anchor = keys.anchor(1000);
  FloodPlan plan{
      .network = "net", .per_interval = 12, .first_interval = 15, .intervals = 6, .unknown_percent = 50};
};

TEST_F(FloodVotes, are_all_different_and_all_signed) {
  std::set<base::Bytes> seen;
  for (const runtime::Frame& frame : make_flood(keys, *anchor, plan)) {
    EXPECT_TRUE(seen.insert(*frame).second);
    const spec::SignedAttestation vote = vote_in(frame);
    const auto& validator = (*anchor->state.validators)[vote.validator_index.value];
    EXPECT_TRUE(keys.scheme().verify(validator.attestation_public_key, vote.data.slot.value,
                                     spec::hash_tree_root(vote.data), vote.signature.data));
  }
  EXPECT_EQ(seen.size(), 72);
}

TEST_F(FloodVotes, speak_of_blocks_that_nobody_has_as_often_as_was_asked_for) {
  auto store = spec::Store::create(std::make_shared<const spec::State>(anchor->state),
                                   std::make_shared<const spec::Block>(anchor->block), {});
  ASSERT_TRUE(store);
  store->skip_to(spec::Interval(plan.first_interval + plan.intervals));
  int unknown = 0;
  int valid = 0;
  for (const runtime::Frame& frame : make_flood(keys, *anchor, plan)) {
    const spec::Verdict<void> verdict = store->validate_attestation(vote_in(frame).data);
    valid += verdict ? 1 : 0;
    unknown += !verdict && verdict.error() == spec::RejectionReason::UNKNOWN_HEAD_BLOCK ? 1 : 0;
  }
  EXPECT_EQ(unknown + valid, 72);
  EXPECT_NEAR(unknown, 36, 14);
}

TEST_F(FloodVotes, belong_to_the_slot_in_which_they_are_sent) {
  const std::vector<runtime::Frame> frames = make_flood(keys, *anchor, plan);
  EXPECT_EQ(vote_in(frames[0]).data.slot, spec::Slot(3));
  EXPECT_EQ(vote_in(frames[5 * plan.per_interval - 1]).data.slot, spec::Slot(3));
  EXPECT_EQ(vote_in(frames[5 * plan.per_interval]).data.slot, spec::Slot(4));
}

TEST_F(FloodVotes, are_the_same_for_the_same_seed) {
  const Keys again(40, 2, 7);
  const std::vector<runtime::Frame> one = make_flood(keys, *anchor, plan);
  const std::vector<runtime::Frame> other = make_flood(again, *again.anchor(1000), plan);
  ASSERT_EQ(one.size(), other.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(*one[i], *other[i]);
  }
}

}  // namespace
}  // namespace lockstep::latency
