// Reading and checking what was read.
#include "sim/cluster/api_reader.h"

#include <optional>

#include "node/base/assert.h"
#include "node/spec/containers.h"
#include "node/spec/hash_tree_root.h"

namespace lockstep::cluster {
namespace {

constexpr const char* kSite = "api reader";
/// Between two readings; no divisor of an interval, so that every moment of a slot is met.
constexpr base::Duration kBetween = std::chrono::milliseconds(37);
/// How long the states' lock is held, as while a state is being serialised.
constexpr base::Duration kSerialising = std::chrono::milliseconds(3);
/// How long a shared state is kept, as while it is sent to a slow client: finality moves on meanwhile.
constexpr base::Duration kSending = std::chrono::seconds(13);

}  // namespace

ApiReader::ApiReader(runtime::Scheduler& scheduler, runtime::SyncHook* sync, const runtime::Clock& clock,
                     const node::Node& node, Record& record)
    : scheduler_(scheduler),
      clock_(clock),
      chain_(node.reader()),
      peers_(node.peers()),
      record_(record),
      thread_(scheduler, sync, "reader", [this](runtime::StopSignal& signal) { run(signal); }) {}

void ApiReader::run(runtime::StopSignal& signal) {
  for (std::uint64_t round = 0; !signal.requested(); ++round) {
    const chain::ChainView view = chain_.view(kSite);
    // The head may have left the finalized checkpoint's chain for a moment only as a whole.
    LOCKSTEP_ASSERT_MSG(view.finalized.slot <= view.justified.slot, "checkpoints of different moments");
    read_held(round % 2 == 0 ? view.finalized : view.head);
    read_blocks(view);
    if (round % 64 == 0) {
      read_shared(view.finalized, signal);
    }
    read_finalized();
    read_peers(round);
    pause(kBetween);
  }
}

void ApiReader::read_held(const spec::Checkpoint& checkpoint) {
  const auto state = chain_.borrow_state(kSite, checkpoint.root);
  if (!state) {
    record_.mark("state was pruned");
    return;
  }
  const spec::Slot slot = (*state)->slot;
  LOCKSTEP_ASSERT_MSG(slot == checkpoint.slot, "a state of another slot");
  const std::uint64_t validators = (*state)->validators->size();
  pause(kSerialising);
  LOCKSTEP_ASSERT_MSG((*state)->slot == slot && (*state)->validators->size() == validators,
                      "a borrowed state changed");
  record_.mark("state borrowed");
}

void ApiReader::read_finalized() {
  auto state = chain_.borrow_finalized_state(kSite);
  LOCKSTEP_ASSERT_MSG(state.has_value(), "there is no finalized state");
  const spec::State copy = state->clone_and_release();
  LOCKSTEP_ASSERT_MSG(copy.slot >= finalized_, "the finalized state fell back");
  finalized_ = copy.slot;
}

void ApiReader::read_peers(std::uint64_t turn) {
  peers_.iterate_locked(kSite, [](const networking::ConnectedPeer& peer) {
    LOCKSTEP_ASSERT_MSG(!peer.address.empty(), "half a peer");
  });
  const auto chosen =
      peers_.select_peer(kSite, turn, [](const networking::ConnectedPeer& peer) { return !!peer.status; });
  if (chosen) {
    record_.mark("peer's status read");
  }
}

void ApiReader::read_shared(const spec::Checkpoint& checkpoint, runtime::StopSignal& signal) {
  const auto state = chain_.share_state(kSite, checkpoint.root);
  if (!state) {
    record_.mark("state was pruned");
    return;
  }
  const spec::Root before = spec::hash_tree_root(**state);
  for (int i = 0; i < 13 && !signal.requested(); ++i) {
    pause(kSending / 13);
  }
  LOCKSTEP_ASSERT_MSG(spec::hash_tree_root(**state) == before, "a shared state changed");
  record_.mark("state borrowed");
  if (!chain_.borrow_state(kSite, checkpoint.root)) {
    record_.mark("state outlived its pruning");
  }
}

void ApiReader::read_blocks(const chain::ChainView& view) {
  const spec::Slot first = view.finalized.slot + 1;
  std::optional<spec::Root> parent;
  for (const chain::SignedBlockPointer& block : chain_.canonical_blocks(kSite, first, 64)) {
    LOCKSTEP_ASSERT_MSG(!parent || block->block.parent_root == *parent, "a chain of two branches");
    parent = spec::hash_tree_root(block->block);
  }
}

}  // namespace lockstep::cluster
