// Reading and checking of a served checkpoint.
#include "node/sync/checkpoint.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "node/spec/config.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/ssz.h"

namespace lockstep::sync {
namespace {

/// Whether the targets that are voted on, and the votes, are such as a transition leaves them.
bool tallies_are_sound(const spec::State& state) {
  const std::vector<spec::Root>& targets = state.justifications_roots;
  if (state.justifications_validators.size() != targets.size() * state.validators->size()) {
    return false;
  }
  std::vector<spec::Root> known;
  for (std::size_t i = state.latest_finalized.slot.value + 1; i < state.historical_block_hashes.size(); ++i) {
    known.push_back(state.historical_block_hashes[i]);
  }
  std::sort(known.begin(), known.end());
  return std::all_of(targets.begin(), targets.end(), [&known](const spec::Root& target) {
    return !target.is_zero() && std::binary_search(known.begin(), known.end(), target);
  });
}

/// Whether `state` is such as the transition to `block` leaves it: what the next transition builds upon.
bool can_be_gone_on_from(const spec::State& state, const spec::Block& block) {
  const spec::BlockHeader& header = state.latest_block_header;
  const std::uint64_t slot = state.slot.value;
  const std::uint64_t finalized = state.latest_finalized.slot.value;
  return block.slot == state.slot && header.slot == state.slot &&
         header.proposer_index == block.proposer_index && header.parent_root == block.parent_root &&
         header.body_root == spec::hash_tree_root(block.body) &&
         state.historical_block_hashes.size() == slot && finalized <= state.latest_justified.slot.value &&
         state.latest_justified.slot.value <= slot &&
         (slot <= finalized + 1 || state.justified_slots.size() >= slot - finalized - 1) &&
         tallies_are_sound(state);
}

}  // namespace

bool verify_checkpoint_state(const spec::State& state) {
  const std::size_t validators = state.validators == nullptr ? 0 : state.validators->size();
  return validators > 0 && validators <= spec::VALIDATOR_REGISTRY_LIMIT;
}

base::Result<std::shared_ptr<const chain::Anchor>, std::string> anchor_from_checkpoint(
    const CheckpointBytes& served, std::uint64_t genesis_time) {
  using Made = base::Result<std::shared_ptr<const chain::Anchor>, std::string>;
  const auto refused = [](std::string why) { return Made(boost::system::in_place_error, std::move(why)); };

  spec::Verdict<spec::SignedBlock> signed_block = spec::decode<spec::SignedBlock>(served.signed_block);
  if (!signed_block) {
    return refused("the checkpoint's block is no SSZ SignedBlock");
  }
  spec::Verdict<spec::State> state = spec::decode<spec::State>(served.state);
  if (!state) {
    return refused("the checkpoint's state is no SSZ State");
  }
  if (!verify_checkpoint_state(*state)) {
    return refused("the checkpoint's state has no validators, or more than there can be");
  }
  if (state->config.genesis_time != genesis_time) {
    return refused("the checkpoint belongs to another chain: its genesis time is " +
                   std::to_string(state->config.genesis_time) + ", ours is " + std::to_string(genesis_time));
  }
  if (signed_block->block.state_root != spec::hash_tree_root(*state)) {
    return refused("the checkpoint's block and state do not belong together; try again");
  }
  if (!can_be_gone_on_from(*state, signed_block->block)) {
    return refused("the checkpoint's state contradicts itself or its block");
  }
  return Made(boost::system::in_place_value,
              std::make_shared<const chain::Anchor>(
                  chain::Anchor{.state = std::move(*state), .block = std::move(signed_block->block)}));
}

}  // namespace lockstep::sync
