// Reading and checking of a served checkpoint.
#include "node/sync/checkpoint.h"

#include <utility>

#include "node/spec/config.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/ssz.h"

namespace lockstep::sync {

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
  return Made(boost::system::in_place_value,
              std::make_shared<const chain::Anchor>(
                  chain::Anchor{.state = std::move(*state), .block = std::move(signed_block->block)}));
}

}  // namespace lockstep::sync
