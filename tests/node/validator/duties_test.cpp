// Validators do their duties in time, once, and not at all where an earlier life may have done them.
#include "node/validator/duties.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "author.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/signatures_check.h"

namespace lockstep::validator {
namespace {

constexpr std::uint64_t kGenesis = 1000;

class Outbox final : public Publisher {
 public:
  void publish_block(chain::SignedBlockPointer block) override { blocks.push_back(*block); }
  void publish_attestation(const spec::SignedAttestation& vote) override { votes.push_back(vote); }
  std::vector<spec::SignedBlock> blocks;
  std::vector<spec::SignedAttestation> votes;
};

class DutiesTest : public testing::Test {
 protected:
  void make(std::vector<OwnValidator> own, std::optional<spec::Slot> started_in) {
    duties.emplace(std::move(own), started_in, chain, outbox, meter, keys.prover, events);
  }
  /// Moves chain and duties on to an interval, all of them in time.
  void go_to(std::uint64_t interval) {
    while (chain.store().time().value < interval) {
      static_cast<void>(chain.tick_interval());
      duties->on_interval(chain.store().time(), true);
    }
  }
  static base::WallTime wall(std::uint64_t interval, std::int64_t milliseconds) {
    const auto since =
        static_cast<std::int64_t>(kGenesis * 1000 + interval * spec::MILLISECONDS_PER_INTERVAL);
    return {(since + milliseconds) * 1'000'000};
  }
  [[nodiscard]] std::size_t skips(chain::Duty duty, chain::DutySkip reason) const {
    return static_cast<std::size_t>(
        std::count_if(events.skips.begin(), events.skips.end(),
                      [&](const auto& one) { return one.duty == duty && one.reason == reason; }));
  }

  const test::Keys keys{4};
  const std::shared_ptr<const chain::Anchor> anchor = keys.anchor(kGenesis);
  test::CountingMeter meter;
  test::Recorder events;
  test::LoneThread thread;
  chain::Chain chain{anchor,      false, spec::ValidatorIndex(0), thread.seams(), meter, keys.scheme,
                     keys.prover, events};
  Outbox outbox;
  std::optional<Duties> duties;
};

TEST_F(DutiesTest, the_slot_s_proposer_proposes_a_block_that_others_accept) {
  make(keys.own(1, 1), std::nullopt);
  go_to(5);
  ASSERT_EQ(outbox.blocks.size(), 1U);
  EXPECT_EQ(outbox.blocks[0].block.slot, spec::Slot(1));
  EXPECT_EQ(chain.head().slot, spec::Slot(1));
  EXPECT_EQ(events.proposals.size(), 1U);
  const spec::Root root = spec::hash_tree_root(outbox.blocks[0].block);
  EXPECT_TRUE(spec::verify_signatures(outbox.blocks[0], root, *anchor->state.validators, keys.prover));
  EXPECT_NE(chain.reader().signed_block("test", root), nullptr) << "peers may ask for it";
  go_to(24);
  EXPECT_EQ(outbox.blocks.size(), 1U) << "slots 2 to 4 are others'";
  go_to(25);
  EXPECT_EQ(outbox.blocks.size(), 2U);
}

TEST_F(DutiesTest, votes_are_made_as_soon_as_interval_1_begins_where_the_block_is_there) {
  make(keys.all(), std::nullopt);
  go_to(5);
  EXPECT_TRUE(outbox.votes.empty());
  go_to(6);
  ASSERT_EQ(outbox.votes.size(), 4U);
  EXPECT_FALSE(duties->deadline());
  for (const spec::SignedAttestation& vote : outbox.votes) {
    EXPECT_EQ(vote.data.slot, spec::Slot(1));
    EXPECT_EQ(vote.data.head.slot, spec::Slot(1));
    EXPECT_TRUE(keys.scheme.verify(
        anchor->state.validators->validators()[vote.validator_index.value].attestation_public_key, 1,
        spec::hash_tree_root(vote.data), vote.signature.data));
  }
  EXPECT_EQ(chain.attestation_counts().accepted, 4U) << "our own votes count here as well";
}

TEST_F(DutiesTest, votes_wait_for_a_late_block_but_not_longer_than_400_ms) {
  make(keys.own(2, 2), std::nullopt);
  go_to(6);
  ASSERT_TRUE(duties->deadline());
  EXPECT_EQ(*duties->deadline(), wall(6, 400));
  duties->poll(wall(6, 399));
  EXPECT_TRUE(outbox.votes.empty());
  duties->poll(wall(6, 400));
  ASSERT_EQ(outbox.votes.size(), 2U);
  EXPECT_EQ(outbox.votes[0].data.head.slot, spec::Slot(0));
}

TEST_F(DutiesTest, votes_go_out_when_the_late_block_is_imported) {
  test::Author author(keys, anchor);
  make(keys.own(2, 2), std::nullopt);
  go_to(6);
  EXPECT_TRUE(outbox.votes.empty());
  chain.on_block(author.run_slot(1).block, chain::Origin::kGossip, {});
  duties->poll(wall(6, 10));
  ASSERT_EQ(outbox.votes.size(), 2U);
  EXPECT_EQ(outbox.votes[0].data.head.slot, spec::Slot(1));
}

TEST_F(DutiesTest, votes_that_missed_interval_1_are_made_in_a_later_one_of_the_slot) {
  make(keys.own(2, 2), std::nullopt);
  go_to(5);
  static_cast<void>(chain.tick_interval());
  duties->on_interval(spec::Interval(6), false);
  static_cast<void>(chain.tick_interval());
  duties->on_interval(spec::Interval(7), true);
  EXPECT_EQ(outbox.votes.size(), 2U);
}

TEST_F(DutiesTest, a_slot_that_went_by_is_neither_proposed_nor_voted_in) {
  make(keys.all(), std::nullopt);
  for (std::uint64_t interval = 1; interval <= 10; ++interval) {
    static_cast<void>(chain.tick_interval());
    duties->on_interval(spec::Interval(interval), false);
  }
  EXPECT_TRUE(outbox.blocks.empty());
  EXPECT_TRUE(outbox.votes.empty());
  EXPECT_EQ(skips(chain::Duty::kPropose, chain::DutySkip::kMissed), 2U);
  EXPECT_EQ(skips(chain::Duty::kAttest, chain::DutySkip::kMissed), 4U);
}

TEST_F(DutiesTest, nothing_is_signed_for_the_slot_of_the_start_or_earlier) {
  make(keys.all(), spec::Slot(2));
  go_to(13);
  EXPECT_TRUE(outbox.blocks.empty());
  EXPECT_TRUE(outbox.votes.empty());
  EXPECT_EQ(skips(chain::Duty::kPropose, chain::DutySkip::kStarting), 2U);
  EXPECT_EQ(skips(chain::Duty::kAttest, chain::DutySkip::kStarting), 8U);
  go_to(16);
  EXPECT_EQ(outbox.blocks.size(), 1U);
  EXPECT_EQ(outbox.votes.size(), 4U);
}

TEST_F(DutiesTest, no_slot_is_signed_twice_even_when_it_is_announced_twice) {
  make(keys.all(), std::nullopt);
  go_to(6);
  ASSERT_EQ(outbox.votes.size(), 4U);
  duties->on_interval(spec::Interval(5), true);
  duties->on_interval(spec::Interval(6), true);
  EXPECT_EQ(outbox.votes.size(), 4U);
  EXPECT_EQ(outbox.blocks.size(), 1U);
  EXPECT_EQ(skips(chain::Duty::kAttest, chain::DutySkip::kAlreadySigned), 4U);
  EXPECT_EQ(skips(chain::Duty::kPropose, chain::DutySkip::kAlreadySigned), 1U);
}

TEST_F(DutiesTest, a_key_that_has_signed_the_slot_in_an_earlier_life_is_obeyed) {
  const auto own = keys.all();
  ASSERT_TRUE(own[1].proposal_key->sign(1, base::Bytes32{{1}}));
  ASSERT_TRUE(own[2].attestation_key->sign(1, base::Bytes32{{1}}));
  make(own, std::nullopt);
  go_to(5);
  EXPECT_TRUE(outbox.blocks.empty());
  EXPECT_EQ(chain.head().slot, spec::Slot(0)) << "an unsigned block must not become our head";
  EXPECT_EQ(chain.store().tree().size(), 1U);
  go_to(7);
  EXPECT_EQ(outbox.votes.size(), 3U);
  EXPECT_EQ(skips(chain::Duty::kPropose, chain::DutySkip::kAlreadySigned), 1U);
  EXPECT_EQ(skips(chain::Duty::kAttest, chain::DutySkip::kAlreadySigned), 1U);
}

TEST_F(DutiesTest, a_node_whose_head_lags_does_nothing_until_it_has_caught_up) {
  test::Author author(keys, anchor);
  std::vector<chain::SignedBlockPointer> blocks;
  for (std::uint64_t slot = 1; slot <= 6; ++slot) {
    blocks.push_back(author.run_slot(slot).block);
  }
  make(keys.all(), spec::Slot(5));
  go_to(5);
  chain.on_block(blocks[0], chain::Origin::kSync, {});
  go_to(32);
  EXPECT_TRUE(outbox.blocks.empty());
  EXPECT_EQ(skips(chain::Duty::kPropose, chain::DutySkip::kNotSynced), 1U);
  duties->poll(wall(31, 400));
  EXPECT_TRUE(outbox.votes.empty());
  EXPECT_EQ(skips(chain::Duty::kAttest, chain::DutySkip::kNotSynced), 4U);
  for (const chain::SignedBlockPointer& block : blocks) {
    chain.on_block(block, chain::Origin::kSync, {});
  }
  go_to(35);
  EXPECT_EQ(outbox.blocks.size(), 1U);
}

}  // namespace
}  // namespace lockstep::validator
