// Making the genesis state and block.
#include "node/spec/genesis.h"

#include <utility>

#include "node/spec/hash_tree_root.h"

namespace lockstep::spec {

State generate_genesis(std::uint64_t genesis_time, std::shared_ptr<const ValidatorRegistry> validators) {
  State state;
  state.config.genesis_time = genesis_time;
  state.latest_block_header.body_root = hash_tree_root(BlockBody{});
  state.validators = std::move(validators);
  seal_root(state);
  return state;
}

Block genesis_block(const State& genesis) {
  Block block;
  block.state_root = hash_tree_root(genesis);
  return block;
}

}  // namespace lockstep::spec
