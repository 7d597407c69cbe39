// Blocks that wait for their slot to begin.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/runtime/transport.h"
#include "node/spec/types.h"

namespace lockstep::chain {

/// A block on its way into the store, its root computed once.
struct IncomingBlock {
  spec::Root root;
  SignedBlockPointer block;
  Origin origin = Origin::kGossip;
  /// Who sent it; meaningless for blocks of our own.
  runtime::PeerId from;

  [[nodiscard]] spec::Slot slot() const { return block->block.slot; }
  [[nodiscard]] const spec::Root& parent_root() const { return block->block.parent_root; }
};

/// A bounded store of waiting blocks, each root once. When it is full the one that came first makes room.
class HeldBlocks {
 public:
  explicit HeldBlocks(std::size_t bound) : bound_(bound) {}

  [[nodiscard]] std::size_t size() const { return by_arrival_.size(); }
  [[nodiscard]] std::size_t bound() const { return bound_; }
  [[nodiscard]] bool contains(const spec::Root& root) const { return by_root_.contains(root); }

  /// Adds a block and returns the one that had to make room, if any. Requires: its root is not there.
  std::optional<IncomingBlock> add(IncomingBlock block);

  /// Takes out all blocks of slots up to `slot`, by arrival.
  [[nodiscard]] std::vector<IncomingBlock> take_up_to(spec::Slot slot);

 private:
  using Arrival = std::uint64_t;
  IncomingBlock take(Arrival arrival);

  std::size_t bound_;
  Arrival next_ = 0;
  std::map<Arrival, IncomingBlock> by_arrival_;
  std::map<spec::Root, Arrival> by_root_;
};

}  // namespace lockstep::chain
