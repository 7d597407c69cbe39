// Which served checkpoints a node starts from.
#include "node/sync/checkpoint.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "author.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/ssz.h"

namespace lockstep::sync {
namespace {

class Checkpoint : public testing::Test {
 protected:
  /// What a node serves that has come as far as slot 3.
  [[nodiscard]] CheckpointBytes served() {
    for (std::uint64_t slot = 1; slot <= 3; ++slot) {
      last = author.run_slot(slot).block;
    }
    const spec::Root root = spec::hash_tree_root(last->block);
    const spec::BlockTree& tree = author.chain().store().tree();
    return {.signed_block = spec::encode(*last), .state = spec::encode(*tree.state(tree.find(root)))};
  }
  static std::string refusal(const CheckpointBytes& bytes, std::uint64_t genesis_time) {
    const auto anchor = anchor_from_checkpoint(bytes, genesis_time);
    return anchor.has_value() ? "" : anchor.error();
  }

  static constexpr std::uint64_t kGenesisTime = 1000;
  const test::Keys keys{4};
  test::Author author{keys, keys.anchor(kGenesisTime)};
  chain::SignedBlockPointer last;
};

TEST_F(Checkpoint, of_a_pair_that_belongs_together_is_an_anchor_to_start_from) {
  const CheckpointBytes bytes = served();
  const auto anchor = anchor_from_checkpoint(bytes, kGenesisTime);
  ASSERT_TRUE(anchor.has_value()) << anchor.error();
  EXPECT_EQ((*anchor)->block, last->block);
  EXPECT_EQ((*anchor)->state.slot, spec::Slot(3));
  EXPECT_TRUE(spec::Store::create(std::make_shared<const spec::State>((*anchor)->state),
                                  std::make_shared<const spec::Block>((*anchor)->block), std::nullopt)
                  .has_value());
}

TEST_F(Checkpoint, of_another_genesis_is_refused) {
  EXPECT_NE(refusal(served(), kGenesisTime + 1).find("another chain"), std::string::npos);
}

TEST_F(Checkpoint, whose_block_commits_to_another_state_is_refused) {
  CheckpointBytes bytes = served();
  spec::SignedBlock other = *last;
  other.block.state_root.data[0] ^= 1;
  bytes.signed_block = spec::encode(other);
  EXPECT_NE(refusal(bytes, kGenesisTime).find("do not belong together"), std::string::npos);
}

TEST_F(Checkpoint, without_validators_is_refused) {
  CheckpointBytes bytes = served();
  spec::State state = *spec::decode<spec::State>(bytes.state);
  EXPECT_TRUE(verify_checkpoint_state(state));
  state.validators = std::make_shared<const spec::ValidatorRegistry>(std::vector<spec::Validator>{});
  EXPECT_FALSE(verify_checkpoint_state(state));
  state.justifications_roots.clear();
  state.justifications_validators = {};
  bytes.state = spec::encode(state);
  EXPECT_NE(refusal(bytes, kGenesisTime).find("no validators"), std::string::npos);
}

TEST_F(Checkpoint, whose_state_contradicts_itself_is_refused) {
  const CheckpointBytes whole = served();
  const auto refusal_of = [&](const auto& spoil) {
    spec::State state = *spec::decode<spec::State>(whole.state);
    spec::SignedBlock block = *last;
    spoil(state, block.block);
    block.block.state_root = spec::hash_tree_root(state);
    return refusal({.signed_block = spec::encode(block), .state = spec::encode(state)}, kGenesisTime);
  };
  EXPECT_EQ(refusal_of([](spec::State&, spec::Block&) {}), "");
  const std::vector<std::function<void(spec::State&, spec::Block&)>> contradictions = {
      [](spec::State& state, spec::Block&) { state.justifications_roots.push_back(spec::Root{{1}}); },
      [](spec::State& state, spec::Block&) {
        state.justifications_roots.push_back(spec::Root{{1}});
        state.justifications_validators.resize(state.justifications_validators.size() + 4);
      },
      [](spec::State& state, spec::Block&) { state.historical_block_hashes.push_back(spec::Root{{1}}); },
      [](spec::State& state, spec::Block&) { state.justified_slots = {}; },
      [](spec::State& state, spec::Block&) { state.latest_justified.slot = spec::Slot(4); },
      [](spec::State& state, spec::Block&) { state.latest_finalized.slot = spec::Slot(3); },
      [](spec::State& state, spec::Block&) { state.latest_block_header.slot = spec::Slot(2); },
      [](spec::State&, spec::Block& block) { block.slot = spec::Slot(4); },
      [](spec::State&, spec::Block& block) { block.body.attestations.clear(); },
  };
  for (std::size_t i = 0; i < contradictions.size(); ++i) {
    EXPECT_NE(refusal_of(contradictions[i]).find("contradicts itself"), std::string::npos) << i;
  }
}

TEST_F(Checkpoint, of_bytes_cut_short_is_refused_wherever_they_end) {
  const CheckpointBytes whole = served();
  CheckpointBytes bytes = whole;
  bytes.signed_block.resize(10);
  EXPECT_NE(refusal(bytes, kGenesisTime).find("no SSZ SignedBlock"), std::string::npos);
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, whole.state.size() / 2}) {
    bytes = whole;
    bytes.state.resize(length);
    EXPECT_NE(refusal(bytes, kGenesisTime).find("no SSZ State"), std::string::npos) << length;
  }
}

TEST_F(Checkpoint, is_where_a_chain_can_go_on_from) {
  const auto anchor = anchor_from_checkpoint(served(), kGenesisTime);
  ASSERT_TRUE(anchor.has_value());
  test::CountingMeter meter;
  test::Recorder events;
  test::LoneThread thread;
  chain::Chain chain(*anchor, false, std::nullopt, thread.seams(), meter, keys.scheme, keys.prover, events);
  EXPECT_EQ(chain.head().slot, spec::Slot(3));
  for (std::uint64_t slot = 4; slot <= 12; ++slot) {
    const chain::SignedBlockPointer block = author.run_slot(slot).block;
    test::tick_to(chain, slot * spec::INTERVALS_PER_SLOT);
    EXPECT_EQ(chain.on_block(block, chain::Origin::kSync, {}).outcome, chain::BlockOutcome::kImported);
  }
  EXPECT_EQ(chain.head(), author.chain().head());
  EXPECT_EQ(chain.store().latest_finalized(), author.chain().store().latest_finalized());
}

}  // namespace
}  // namespace lockstep::sync
