// The anchor of a fresh chain.
#include "node/chain/anchor.h"

#include <utility>

#include "node/spec/genesis.h"

namespace lockstep::chain {

std::shared_ptr<const Anchor> genesis_anchor(std::uint64_t genesis_time,
                                             std::shared_ptr<const spec::ValidatorRegistry> validators) {
  spec::State state = spec::generate_genesis(genesis_time, std::move(validators));
  spec::Block block = spec::genesis_block(state);
  return std::make_shared<const Anchor>(Anchor{.state = std::move(state), .block = std::move(block)});
}

}  // namespace lockstep::chain
