// Fuzzes what a node does with a checkpoint that it is served: two containers of any bytes, or a block that
// is made to belong to whatever state the bytes are. What is taken can be started from.
#include <memory>
#include <optional>

#include "harness.h"
#include "node/chain/chain.h"
#include "node/crypto/binding_prover.h"
#include "node/crypto/cheap.h"
#include "node/real/os_scheduler.h"
#include "node/real/stopwatch_meter.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/ssz.h"
#include "node/spec/state_transition.h"
#include "node/sync/checkpoint.h"
#include "seams.h"

namespace {

using namespace lockstep;

constexpr std::uint64_t kGenesisTime = 1000;

sync::CheckpointBytes as_they_are(base::ByteView input) {
  const std::size_t wished = fuzz::choose(input, 256) + (fuzz::choose(input, 256) << 8);
  const std::size_t length = std::min(wished, input.size());
  const base::ByteView block = input.first(length);
  const base::ByteView state = input.subspan(length);
  return {.signed_block = {block.begin(), block.end()}, .state = {state.begin(), state.end()}};
}

/// A pair that belongs together, or nearly so, if the bytes are a state.
sync::CheckpointBytes made_to_belong(base::ByteView input) {
  const std::size_t spoilt = fuzz::choose(input, 8);
  spec::Verdict<spec::State> state = spec::decode<spec::State>(input);
  if (!state) {
    return {};
  }
  state->config.genesis_time = kGenesisTime;
  spec::SignedBlock block;
  if (spoilt != 1) {
    state->latest_block_header.slot = state->slot;
  }
  if (spoilt != 2) {
    state->latest_block_header.body_root = spec::hash_tree_root(block.block.body);
  }
  block.block.slot = state->slot + (spoilt == 3 ? 1 : 0);
  block.block.proposer_index = state->latest_block_header.proposer_index;
  block.block.parent_root = state->latest_block_header.parent_root;
  block.block.state_root = spec::hash_tree_root(*state);
  return {.signed_block = spec::encode(block), .state = spec::encode(*state)};
}

/// A few slots of a chain that begins there, with a block on top.
void start_from(const std::shared_ptr<const chain::Anchor>& anchor) {
  fuzz::ManualClock clock;
  real::OsScheduler scheduler;
  real::StopwatchMeter meter;
  chain::Events events;
  const crypto::CheapScheme scheme;
  const crypto::BindingProver prover(scheme);
  chain::Chain chain(anchor, false, std::nullopt, {.sync = nullptr, .scheduler = scheduler, .clock = clock},
                     meter, scheme, prover, events);
  fuzz::check(chain.head().slot == anchor->block.slot, "a chain begins at its anchor");
  for (std::uint64_t i = 0; i < 2 * spec::INTERVALS_PER_SLOT; ++i) {
    static_cast<void>(chain.tick_interval());
  }
  auto next = std::make_shared<spec::SignedBlock>();
  next->block.slot = anchor->block.slot + 1;
  next->block.parent_root = spec::hash_tree_root(anchor->block);
  static_cast<void>(chain.on_block(next, chain::Origin::kGossip, {}));
  static_cast<void>(chain.produce_attestation_data(next->block.slot));
  if (const auto proposer = spec::proposer_index(next->block.slot, anchor->state.validators->size())) {
    static_cast<void>(chain.build_block(next->block.slot, *proposer));
  }
  chain.shut_down();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteView input(data, size);
  const sync::CheckpointBytes served =
      fuzz::choose(input, 2) == 0 ? as_they_are(input) : made_to_belong(input);
  const auto anchor = sync::anchor_from_checkpoint(served, kGenesisTime);
  if (!anchor) {
    fuzz::check(!anchor.error().empty() && anchor.error().find('\n') == std::string::npos,
                "an error is one line");
    return 0;
  }
  start_from(*anchor);
  return 0;
}
